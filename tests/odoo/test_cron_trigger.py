"""A burst of edits wakes the account's drain once, when it is over."""

from odoo.tests import BaseCase, tagged

from odoo.addons.usercom_connector.services.queue.cron_trigger import BREATHS, CronTrigger


@tagged("standard", "post_install", "-at_install")
class TestCronTrigger(BaseCase):
    def woken(self, sleep):
        """What was triggered after one edit of account 7, while ``sleep(trigger)`` is slept."""
        woken = []
        trigger = CronTrigger(
            lambda database, accounts: woken.append((database, accounts)),
            lambda _seconds: sleep(trigger),
        )
        trigger.request("shop", [7])
        if thread := trigger._thread:
            thread.join()
        return woken

    def test_one_edit_wakes_it_once(self):
        self.assertEqual(self.woken(lambda _trigger: None), [("shop", [7])])

    def test_the_edits_of_a_burst_wake_it_once(self):
        rest = [[7], [7], [8]]

        def edit_on(trigger):
            if rest:
                trigger.request("shop", rest.pop())

        [(database, accounts)] = self.woken(edit_on)
        self.assertEqual((database, sorted(accounts)), ("shop", [7, 8]))

    def test_who_never_stops_is_not_waited_for(self):
        edits = iter(range(3 * len(BREATHS)))

        def edit_on(trigger):
            if next(edits, None) is not None:
                trigger.request("shop", [7])

        self.assertEqual(self.woken(edit_on), [("shop", [7])] * 3)
