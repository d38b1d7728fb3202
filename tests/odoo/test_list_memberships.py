"""Mailing lists and lists of users: who gets on or off one gets on or off the other."""

from odoo.tests import new_test_user

from odoo.addons.usercom_connector.services.queue.claims import LOW

from .common_mailing_lists import MailingListCase

EMAIL = "jan@example.org"


class TestListMemberships(MailingListCase):
    # ---- from User.com ----

    def test_who_leaves_a_list_there_is_no_longer_subscribed_in_odoo(self):
        contact = self.on(self.news, self.own)
        self.assertEqual(self.lists_there(contact), ["newsletter"])
        self.set_lists_there(contact)
        self.assertEqual(self.lists_here(contact), ["Own"])
        self.assertFalse(self.subscriptions(contact, self.news))

    def test_to_leave_a_list_there_unsubscribes_from_nothing_else(self):
        contact = self.on(self.news, self.offers, x_email_consent=True)
        self.backend.opt_out_lists = "News"
        self.set_lists_there(contact, "offers")
        self.drain()
        self.assertEqual(self.lists_here(contact), ["Offers"])
        self.assertFalse(contact.is_blacklisted)
        self.assertTrue(contact.x_email_consent)
        self.assertFalse(self.remote(contact)["unsubscribed"])
        self.assertEqual(self.lists_there(contact), ["offers"])

    def test_who_gets_on_a_list_there_is_subscribed_in_odoo(self):
        contact = self.synced(name="Jan Kowalski", email="Jan <JAN@example.org>")
        self.set_lists_there(contact, "newsletter")
        self.assertEqual(self.lists_here(contact), ["News"])
        member = self.subscriptions(contact).contact_id
        self.assertEqual((member.name, member.email), ("Jan Kowalski", EMAIL))
        self.set_lists_there(contact, "newsletter", "offers")
        self.assertEqual(self.subscriptions(contact).contact_id, member)

    def test_what_came_from_there_is_not_sent_back(self):
        contact = self.synced(email=EMAIL)
        rows = [("partner_id", "=", contact.id)]
        before = self.env["usercom.outbox"].search_count(rows)
        self.set_lists_there(contact, "newsletter")
        self.assertEqual(self.env["usercom.outbox"].search_count(rows), before)
        self.simulator.clear_journal()
        self.put(id=self.binding(contact).external_id)
        self.drain()
        self.assertEqual([call for call in self.calls() if not call.startswith("GET")], [])

    def test_a_new_person_there_is_subscribed(self):
        self.simulator.seed({"email": "ewa@example.org", "lists": ["offers", "theirs"]})
        self.put(id=1)
        self.drain()
        self.assertEqual(self.lists_here(self.found("ewa@example.org")), ["Offers"])

    def test_an_answer_without_lists_says_nothing_of_them(self):
        contact = self.on(self.news)
        for lists in ({}, {"lists": None}, {"lists": [1, 2]}):
            user = {"id": self.binding(contact).external_id, "email": EMAIL, **lists}
            self.simulator.fault(
                kind="status", status=200, body=user, method="GET", path="/users/*"
            )
            self.put(id=user["id"])
            self.drain()
            self.simulator.clear_faults()
            self.assertEqual(self.lists_here(contact), ["News"])

    # ---- from Odoo ----

    def test_who_gets_on_a_list_in_odoo_gets_on_it_there_and_off_again(self):
        contact = self.synced(email=EMAIL)
        member = self.member(EMAIL.upper(), self.news, self.own)
        self.drain()
        self.assertEqual(self.lists_there(contact), ["newsletter"])
        row = self.env["usercom.outbox"].search([("partner_id", "=", contact.id)], limit=1)
        self.assertIn("Mailing list: News", str(row.sent))
        member.subscription_ids.unlink()
        self.drain()
        self.assertEqual(self.lists_there(contact), [])

    def test_every_way_to_edit_a_subscription_counts(self):
        member = self.member("other@example.org", self.own)
        merged = self.list("Merged")
        self.member(EMAIL, merged)
        ways = [
            (lambda jan: jan.write({"list_ids": [(4, self.news.id)]}), ["newsletter"]),
            (lambda jan: jan.write({"list_ids": [(3, self.news.id)]}), []),
            (lambda jan: self.news.write({"contact_ids": [(4, jan.id)]}), ["newsletter"]),
            (lambda jan: self.news.write({"contact_ids": [(3, jan.id)]}), []),
            (lambda jan: self.add_by_wizard(jan), ["newsletter"]),
            (lambda jan: self.news._update_subscription_from_email(EMAIL), []),
            (
                lambda jan: self.news._update_subscription_from_email(EMAIL, opt_out=False),
                ["newsletter"],
            ),
            (lambda jan: jan.unlink(), []),
            (
                lambda _jan: self.env["mailing.contact"].create(
                    {"email": EMAIL, "list_ids": [(4, self.news.id)]}
                ),
                ["newsletter"],
            ),
            (
                lambda _jan: self.subscriptions(contact, self.news).contact_id.write(
                    {"email": "new@example.org"}
                ),
                [],
            ),
            (
                lambda _jan: member.write(
                    {"email": EMAIL, "subscription_ids": [(0, 0, {"list_id": self.news.id})]}
                ),
                ["newsletter"],
            ),
            (
                lambda _jan: self.subscriptions(contact, self.news).write(
                    {"list_id": self.offers.id}
                ),
                ["offers"],
            ),
            (lambda _jan: self.news.action_merge(merged, archive=False), ["newsletter", "offers"]),
        ]
        contact = self.synced(email=EMAIL)
        jan = self.member(EMAIL)
        for number, (way, expected) in enumerate(ways):
            with self.subTest(number):
                way(jan)
                self.drain()
                self.assertEqual(self.lists_there(contact), expected)

    def add_by_wizard(self, member):
        wizard = self.env["mailing.contact.to.list"].create(
            {"contact_ids": member.ids, "mailing_list_id": self.news.id}
        )
        wizard.action_add_contacts()

    def test_a_new_contact_takes_its_lists_along(self):
        contact = self.on(self.news)
        self.assertEqual(self.lists_there(contact), ["newsletter"])

    def test_lists_never_go_in_the_body_of_a_user(self):
        self.on(self.news)
        bodies = [e["body"] for e in self.simulator.journal(kind="request")]
        self.assertFalse([body for body in bodies if isinstance(body, dict) and "lists" in body])

    def test_only_paired_lists_are_touched(self):
        contact = self.synced(email=EMAIL)
        self.set_lists_there(contact, "theirs", "offers")
        self.assertEqual(self.lists_here(contact), ["Offers"])
        self.member(EMAIL, self.own)
        self.drain()
        self.assertEqual(self.lists_there(contact), ["offers", "theirs"])
        self.assertEqual(self.lists_here(contact), ["Offers", "Own"])

    def test_a_list_that_is_new_there_is_created_once(self):
        self.member(EMAIL, self.news, self.offers)
        self.member("ewa@example.org", self.news)
        jan, ewa = self.contact(email=EMAIL), self.contact(email="ewa@example.org")
        self.drain()
        self.assertEqual(self.lists_there(jan), ["newsletter", "offers"])
        self.assertEqual(self.lists_there(ewa), ["newsletter"])
        self.assertEqual(self.calls("POST").count("POST /lists/"), 2)
        self.assertTrue(all(self.backend.list_mapping_ids.label_id.mapped("external_id")))

    def test_a_removal_goes_by_the_method_that_is_served(self):
        for method in ("POST", "DELETE"):
            with self.subTest(method):
                contact = self.on(self.news, self.offers, email=f"{method}@example.org".lower())
                self.simulator.settings(removal_method=method)
                self.subscriptions(contact).unlink()
                self.drain()
                self.assertEqual(self.lists_there(contact), [])

    def test_a_list_that_user_com_refuses_is_told_and_the_rest_is_sent(self):
        contact = self.synced(email=EMAIL)
        self.simulator.fault(kind="status", status=400, path="/lists/")
        self.member(EMAIL, self.news)
        contact.phone = "600100200"
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "600100200")
        self.assertIn("did not change “Mailing list: News”", contact.usercom_error)
        self.simulator.clear_faults()
        contact.action_usercom_push()
        self.drain()
        self.assertEqual(self.lists_there(contact), ["newsletter"])
        self.assertFalse(contact.usercom_error)

    def test_many_subscriptions_wait_behind_edits_and_cost_one_query(self):
        contacts = self.env["res.partner"].create(
            [{"name": "P", "email": f"p{i}@example.org"} for i in range(300)]
        )
        self.drain()
        members = self.env["mailing.contact"].create(
            [{"email": contact.email} for contact in contacts]
        )
        values = [{"contact_id": member.id, "list_id": self.news.id} for member in members]
        with self.assertLogs("odoo.sql_db", "DEBUG") as logs:
            self.env["mailing.subscription"].create(values)
            self.env.cr.flush()
        ours = [r.getMessage() for r in logs.records if "p.email_normalized IN" in r.getMessage()]
        self.assertEqual(len(ours), 1)
        queued = [r.getMessage() for r in logs.records if "INTO usercom_outbox" in r.getMessage()]
        self.assertEqual(len(queued), 1)
        rows = self.env["usercom.outbox"].search([("state", "=", "pending")])
        self.assertEqual((len(rows), set(rows.mapped("priority"))), (300, {LOW}))

    # ---- who opted out, or is blacklisted ----

    def test_who_opts_out_in_odoo_leaves_the_list_there(self):
        contact = self.on(self.news, self.offers)
        self.subscriptions(contact, self.news).opt_out = True
        self.drain()
        self.assertEqual(self.lists_there(contact), ["offers"])
        self.assertTrue(self.subscriptions(contact, self.news).opt_out)

    def test_who_opted_out_is_added_to_the_list_by_nobody(self):
        contact = self.on(self.news)
        self.subscriptions(contact, self.news).opt_out = True
        self.drain()
        self.set_lists_there(contact, "newsletter", "offers")
        self.drain()
        self.assertTrue(self.subscriptions(contact, self.news).opt_out)
        self.assertEqual(self.lists_here(contact), ["Offers"])
        self.assertEqual(self.lists_there(contact), ["offers"])

    def test_who_opted_out_before_the_two_met_is_taken_off_the_list_there(self):
        self.simulator.seed({"email": EMAIL, "lists": ["newsletter"]})
        self.member(EMAIL, self.news, opt_out=True)
        contact = self.contact(email=EMAIL)
        for _run in range(3):
            self.drain()
        self.assertEqual(self.lists_there(contact), [])
        self.assertTrue(self.subscriptions(contact, self.news).opt_out)

    def test_of_two_mailing_contacts_of_an_address_an_opt_out_counts(self):
        contact = self.on(self.news)
        self.member(EMAIL, self.news, opt_out=True)
        self.drain()
        self.assertEqual(self.lists_there(contact), [])

    def test_a_blacklisted_address_is_added_on_neither_side(self):
        contact = self.synced(email=EMAIL)
        self.env["mail.blacklist"]._add(EMAIL)
        self.drain()
        self.member(EMAIL, self.offers)
        self.drain()
        self.assertEqual(self.lists_there(contact), [])
        self.set_lists_there(contact, "newsletter")
        self.drain()
        self.assertEqual(self.lists_here(contact), ["Offers"])
        self.assertEqual(self.lists_there(contact), ["newsletter"])
        call = self.env["usercom.inbox"].search([("partner_id", "=", contact.id)], limit=1)
        self.assertIn("the address is on the e-mail blacklist", str(call.error or call.left_out))

    def test_once_it_is_off_the_blacklist_both_sides_are_brought_together(self):
        contact = self.synced(email=EMAIL)
        self.env["mail.blacklist"]._add(EMAIL)
        self.member(EMAIL, self.offers)
        self.set_lists_there(contact, "newsletter")
        self.env["mail.blacklist"]._remove(EMAIL)
        self.drain()
        self.assertEqual(self.lists_there(contact), ["newsletter", "offers"])
        self.put(id=self.binding(contact).external_id)
        self.drain()
        self.assertEqual(self.lists_here(contact), ["News", "Offers"])

    def test_a_new_person_there_who_is_blacklisted_is_not_subscribed(self):
        self.env["mail.blacklist"]._add("ewa@example.org")
        self.simulator.seed({"email": "ewa@example.org", "lists": ["offers"]})
        self.put(id=1)
        self.drain()
        ewa = self.found("ewa@example.org")
        self.assertTrue(ewa)
        self.assertEqual(self.lists_here(ewa), [])
        self.assertFalse(self.subscriptions(ewa))

    # ---- both ----

    def test_an_add_here_and_a_removal_there_settle_by_what_was_agreed(self):
        contact = self.on(self.news)
        self.env["mailing.subscription"].create(
            {"contact_id": self.subscriptions(contact).contact_id.id, "list_id": self.offers.id}
        )
        self.set_lists_there(contact)
        self.drain()
        self.assertEqual(self.lists_here(contact), ["Offers"])
        self.assertEqual(self.lists_there(contact), ["offers"])

    def test_a_removal_here_is_not_undone_by_the_list_that_is_still_there(self):
        contact = self.on(self.news)
        self.subscriptions(contact).unlink()
        self.put(id=self.binding(contact).external_id)
        self.drain()
        self.drain()
        self.assertEqual((self.lists_here(contact), self.lists_there(contact)), ([], []))

    def test_who_meets_for_the_first_time_is_on_the_lists_of_both(self):
        self.simulator.seed({"email": EMAIL, "lists": ["offers"]})
        contact = self.on(self.news)
        self.drain()
        self.assertEqual(self.lists_here(contact), ["News", "Offers"])
        self.assertEqual(self.lists_there(contact), ["newsletter", "offers"])

    def test_a_direction_keeps_the_other_side_from_changing(self):
        pairs = self.backend.list_mapping_ids
        pairs[0].direction, pairs[1].direction = "export", "import"
        contact = self.on(self.news, self.offers)
        self.assertEqual(self.lists_there(contact), ["newsletter"])
        self.set_lists_there(contact)
        self.assertIn("News", self.lists_here(contact))

    def test_a_contact_without_an_address_is_on_no_list(self):
        contact = self.synced(name="Nobody", phone="+48600100200")
        self.set_lists_there(contact, "newsletter")
        self.drain()
        self.assertEqual(self.lists_there(contact), ["newsletter"])
        self.change_there(contact, email=EMAIL)
        self.assertEqual(self.lists_here(contact), ["News"])

    def test_an_employees_contact_keeps_its_own_lists(self):
        self.backend.partner_domain = "[]"
        person = new_test_user(self.env, "employee", "base.group_user", email="emp@example.org")
        contact = person.partner_id
        self.drain()
        self.set_lists_there(contact, "newsletter")
        self.assertEqual(self.lists_here(contact), [])

    # ---- another address ----

    def test_who_gets_another_address_on_either_side_stays_on_the_lists(self):
        for number, change in enumerate(
            (
                lambda contact, email: contact.write({"email": email}),
                lambda contact, email: self.change_there(contact, email=email),
            )
        ):
            contact = self.on(self.news, self.offers, email=f"old{number}@example.org")
            self.subscriptions(contact, self.offers).opt_out = True
            self.drain()
            with self.subTest(number):
                change(contact, f"new{number}@example.org")
                self.drain()
                self.assertEqual(contact.email, f"new{number}@example.org")
                self.assertEqual(self.lists_here(contact), ["News"])
                self.assertTrue(self.subscriptions(contact, self.offers).opt_out)
                self.assertEqual(self.lists_there(contact), ["newsletter"])
                self.assertFalse(self.members(f"old{number}@example.org"))

    def members(self, email):
        return self.env["mailing.contact"].search([("email_normalized", "=", email)])

    def test_an_address_that_another_contact_has_keeps_its_subscriptions(self):
        contact = self.on(self.news, self.own)
        self.contact(name="Family", email=EMAIL)
        contact.email = "new@example.org"
        self.drain()
        self.assertEqual(self.lists_here(contact), ["News"])
        self.assertEqual(self.lists_there(contact), ["newsletter"])
        self.assertEqual(self.members(EMAIL).list_ids, self.news + self.own)

    def test_a_new_address_that_is_on_lists_already_gets_on_those_of_the_former(self):
        contact = self.on(self.news)
        self.member("new@example.org", self.offers)
        contact.email = "new@example.org"
        self.drain()
        self.assertEqual(self.lists_here(contact), ["News", "Offers"])
        self.assertEqual(self.lists_there(contact), ["newsletter", "offers"])
