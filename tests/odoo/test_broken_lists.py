"""Lists that are not there, or break off: nobody in them is taken for known."""

from .common_lists import ListCase


class TestBrokenLists(ListCase):
    def setUp(self):
        super().setUp()
        self.simulator.settings(page_size=2)
        self.ids = self.simulator.seed(*({"email": f"n{n}@example.org"} for n in range(5)))["ids"]
        self.due("reconcile")

    def missing(self, **options):
        self.simulator.fault(kind="status", status=404, method="GET", path="/users/*", **options)

    def test_a_list_that_is_not_there_is_asked_for_again(self):
        read_until = self.sweep("reconcile").read_until
        self.missing()
        self.drain()
        self.assertTrue(self.sweep("reconcile").is_open)
        self.assertIn("404", self.sweep("reconcile").error)
        self.simulator.clear_faults()
        self.drain()
        self.assertEqual(len(self.contacts_of(*self.ids)), 5)
        self.assertGreater(self.sweep("reconcile").read_until, read_until)

    def test_a_list_that_breaks_off_is_read_anew(self):
        self.missing(skip=2, count=1)
        self.drain()
        self.assertTrue(self.sweep("reconcile").is_open)
        self.drain()
        self.assertFalse(self.sweep("reconcile").is_open)
        self.assertEqual(len(self.contacts_of(*self.ids)), 5)
