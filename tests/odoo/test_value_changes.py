"""The history of fields: what a pair moved, when, from what to what and by whom."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

from odoo.addons.usercom_connector.models.history import value_change
from odoo.addons.usercom_connector.services.drain import drain as drain_module

from .common_sync import SyncCase
from .common_value_changes import ValueChangeCase


class TestOff(ValueChangeCase):
    def test_nothing_is_kept_unless_somebody_asks_for_it(self):
        self.assertEqual(self.env["usercom.backend"].new({}).history_days, 0)
        self.backend.history_days = 0
        contact = self.synced(email="jan@example.org")
        contact.phone = "111111111"
        self.change_there(contact, phone_number="222222222")
        self.assertEqual(self.noted(contact), [])

    def test_the_drain_asks_the_database_nothing_more_then(self):
        contact = self.synced(email="jan@example.org")
        statements = {}
        for days in (0, 30):
            self.backend.history_days = days
            contact.phone = f"1111111{days:02}"
            statements[days] = self.statements()
        self.assertEqual(statements, {0: 0, 30: 1})

    def test_the_days_are_no_negative_number(self):
        with self.assertRaisesRegex(ValidationError, "0 to 3650 days"):
            self.backend.history_days = -1


class TestSent(ValueChangeCase):
    def test_an_edit_is_noted_with_who_made_it(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        contact.with_user(self.marta).phone = "222222222"
        self.assertEqual(self.noted(contact), [])
        self.drain()
        moved = ("phone_number", "111111111", "222222222", "sent", "Marta Nowak")
        self.assertEqual(self.noted(contact), [moved])

    def test_a_new_contact_had_nothing_there(self):
        contact = self.contact(name="Jan Kowalski", email="jan@example.org", phone="111111111")
        self.drain()
        noted = {key: (old, new) for key, old, new, *_rest in self.noted(contact)}
        self.assertEqual(noted["phone_number"], ("", "111111111"))
        self.assertEqual(noted["email"], ("", "jan@example.org"))

    def test_what_is_emptied_becomes_nothing(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        contact.phone = False
        self.drain()
        self.assertEqual([c[:3] for c in self.noted(contact)], [("phone_number", "111111111", "")])

    def test_what_user_com_does_not_take_is_not_moved(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        self.simulator.settings(invalid_phone="drop")
        contact.phone = "no number"
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "111111111")
        self.assertEqual(self.noted(contact), [])

    def test_of_two_people_nobody_knows_who_edited_which_value(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        contact.with_user(self.marta).phone = "222222222"
        self.env.cr.flush()
        contact.with_user(self.olga).city = "Łódź"
        self.env.cr.flush()
        contact.with_user(self.marta).city = "Kraków"
        self.drain()
        self.assertEqual({change[4] for change in self.noted(contact)}, {"Odoo user"})
        self.assertEqual(len(self.noted(contact)), 2)

    def test_a_retry_by_the_drain_is_still_of_who_edited(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        self.simulator.fault(kind="status", status=503, count=1)
        contact.with_user(self.marta).phone = "222222222"
        self.drain()
        self.waiting(contact).next_attempt_at = False
        self.drain()
        self.assertEqual([c[4] for c in self.noted(contact)], ["Marta Nowak"])

    def test_a_push_by_hand_is_of_who_pushed(self):
        contact = self.unsent(name="Jan Kowalski", email="jan@example.org", phone="111111111")
        contact.with_user(self.olga).action_usercom_push()
        self.drain()
        self.assertEqual({c[4] for c in self.noted(contact)}, {"By hand: Olga Wójcik"})

    def test_what_nobody_edited_is_automatic(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        contact.phone = "222222222"
        self.drain()
        self.assertEqual([c[4] for c in self.noted(contact)], ["Automatic"])

    def test_a_mass_update_is_noted_for_each_in_one_statement(self):
        contacts = self.many(40)
        contacts.with_user(self.marta).city = "Łódź"
        self.assertEqual(self.statements(), 1)
        moved = [("city", "", "Łódź", "sent", "Marta Nowak")]
        self.assertEqual([self.noted(contact) for contact in contacts], [moved] * 40)

    def test_what_arrived_without_an_answer_is_noted_when_it_is_met(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        contact.with_user(self.marta).phone = "222222222"
        row = self.waiting(contact)
        row.next_attempt_at = fields.Datetime.now() + timedelta(hours=1)
        self.binding(contact).unconfirmed = {"phone_number": ["222222222"]}
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="222222222")
        self.receive(id=user_id)
        self.assertEqual(row.state, "pending")
        row.next_attempt_at = False
        self.drain()
        moved = ("phone_number", "111111111", "222222222", "sent", "Marta Nowak")
        self.assertEqual(self.noted(contact), [moved])

    def test_it_is_noted_where_a_push_by_hand_meets_it(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        contact.phone = "222222222"
        self.simulator.fault(kind="reset", method="PUT", apply=True, count=1)
        with patch.object(drain_module, "SHORT_WAIT", 0):
            self.drain()
        self.assertEqual(self.noted(contact), [])
        self.binding(contact).action_push()
        self.drain()
        moved = [change[:4] for change in self.noted(contact)]
        self.assertEqual(moved, [("phone_number", "111111111", "222222222", "sent")])

    def test_what_waits_of_it_as_a_company_tells_not_who_edited(self):
        self.backend.sync_companies = True
        acme = self.company_with_member()
        self.forget()
        self.env["usercom.outbox"]._enqueue_companies(acme.ids)
        acme.with_user(self.marta).phone = "222222222"
        self.env.cr.flush()
        rows = self.env["usercom.outbox"]._waiting_rows(acme)
        self.assertEqual(sorted(rows.mapped("resource")), ["companies", "users"])
        rows.next_attempt_at = fields.Datetime.now() + timedelta(hours=1)
        self.binding(acme).unconfirmed = {"phone_number": ["222222222"]}
        user_id = self.binding(acme).external_id
        self.simulator.patch_user(user_id, phone_number="222222222")
        self.receive(id=user_id)
        moved = ("phone_number", "111111111", "222222222", "sent", "Marta Nowak")
        self.assertEqual(self.noted(acme), [moved])

    def company_with_member(self):
        """A contact that is sent as a user, and as a company."""
        self.backend.partner_domain = "[]"
        company = {"is_company": True, "email": "acme@example.org", "phone": "111111111"}
        acme = self.synced(name="Acme", **company)
        self.contact(email="jan@example.org", parent_id=acme.id)
        for _run in range(3):
            self.drain()
        return acme

    def test_a_consent_stands_in_its_own_log_alone(self):
        contact = self.synced(email="jan@example.org")
        self.forget()
        contact.x_email_consent = True
        self.drain()
        self.change_there(contact, email_consent=False)
        self.assertEqual(self.noted(contact), [])
        self.assertEqual(len(contact.usercom_consent_log_ids), 2)

    def test_a_long_value_is_cut(self):
        self.pair(self.backend, "ref", "region")
        contact = self.synced(email="jan@example.org")
        self.forget()
        contact.ref = "Ł" * 250
        self.drain()
        [(_key, _old, new, *_rest)] = self.noted(contact)
        self.assertEqual(new, "Ł" * 200 + "…")


class TestReceived(ValueChangeCase):
    def test_a_change_there_is_user_coms(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        self.change_there(contact, phone_number="222222222")
        moved = ("phone_number", "111111111", "222222222", "received", "User.com")
        self.assertEqual(self.noted(contact), [moved])

    def test_a_new_person_had_nothing_here(self):
        self.receive(id=self.person(email="anna@example.org", city="Łódź"))
        moved = ("city", "", "Łódź", "received", "User.com")
        self.assertIn(moved, self.noted(self.found("anna@example.org")))

    def test_a_pull_by_hand_is_of_who_pulled(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        self.simulator.patch_user(self.binding(contact).external_id, phone_number="222222222")
        contact.with_user(self.olga).action_usercom_pull()
        self.drain()
        self.assertEqual([c[4] for c in self.noted(contact)], ["By hand: Olga Wójcik"])

    def test_so_is_a_value_that_somebody_chose_in_a_conflict(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        self.env["usercom.conflict"].create(
            {
                "backend_id": self.backend.id,
                "partner_id": contact.id,
                "mapping_id": self.mapping("phone_number").id,
                "odoo": "111111111",
                "usercom": "222222222",
                "winner": "none",
            }
        ).with_user(self.olga).action_keep_usercom()
        moved = ("phone_number", "111111111", "222222222", "received", "By hand: Olga Wójcik")
        self.assertEqual(self.noted(contact), [moved])


class TestInitialSync(ValueChangeCase, SyncCase):
    def test_both_ways_are_the_initial_syncs(self):
        self.person(email="anna@example.org", city="Łódź")
        anna = self.quietly(email="anna@example.org")
        self.ran()
        moved = ("city", "", "Łódź", "received", "Initial sync")
        self.assertIn(moved, self.noted(anna))

    def test_what_a_file_brought_is_noted_once_it_is_met(self):
        contacts = [
            self.quietly(name=f"No {n}", email=f"no{n}@example.org", city="Łódź") for n in range(3)
        ]
        self.ran(use_csv=True)
        self.assertIn("POST /users/import/", self.calls())
        moved = ("city", "", "Łódź", "sent", "Initial sync")
        for contact in contacts:
            self.assertEqual(self.noted(contact).count(moved), 1)


class TestKept(ValueChangeCase):
    def moved(self, **values):
        contact = self.synced(email="jan@example.org", **values)
        contact.phone = "222222222"
        self.drain()
        self.assertTrue(self.noted(contact))
        return contact

    def test_it_goes_with_the_contact(self):
        self.moved().unlink()
        self.assertFalse(self.env["usercom.value.change"].search([]))

    def test_it_goes_when_the_contact_is_anonymized(self):
        self.moved()._usercom_anonymize()
        self.assertFalse(self.env["usercom.value.change"].search([]))

    def test_it_moves_with_a_merge_of_contacts(self):
        jan, twin = self.moved(), self.contact(name="Twin")
        count = len(self.noted(jan))
        self.env["base.partner.merge.automatic.wizard"]._merge([jan.id, twin.id], twin)
        self.assertGreaterEqual(len(self.noted(twin)), count)

    def test_it_is_removed_after_its_days_a_batch_at_a_time(self):
        contact = self.moved()
        changes = self.env["usercom.value.change"].search([])
        old, young = changes[1:], changes[0]
        self.env.cr.execute(
            "UPDATE usercom_value_change SET create_date = %s WHERE id = ANY(%s)",
            [fields.Datetime.now() - timedelta(days=31), old.ids],
        )
        with patch.object(value_change, "BATCH", 1):
            self.assertEqual(changes._gc_old(), (1, 1))
        self.assertEqual(len(changes.exists()), len(changes) - 1)
        changes._gc_old()
        self.assertEqual(changes.exists(), young)
        self.backend.history_days = 0
        self.env.cr.execute(
            "UPDATE usercom_value_change SET create_date = create_date - interval '1 minute'"
        )
        changes._gc_old()
        self.assertEqual(self.noted(contact), [])


class TestShown(ValueChangeCase):
    def test_it_stands_in_the_contacts_history(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.forget()
        contact.with_user(self.marta).phone = "222222222"
        self.drain()
        for reader in (self.marta, self.olga):
            [entry] = self.entries(contact, reader)
            self.assertEqual(entry.details, "Phone: 111111111 → 222222222 (Marta Nowak)")
            self.assertEqual(entry.state, "sent")
            opened = entry.action_open_source()
            self.assertEqual(
                entry.env[opened["res_model"]].search(opened["domain"]).partner_id, contact
            )

    def test_a_pair_opens_what_it_moved(self):
        contact = self.synced(email="jan@example.org", phone="111111111", city="Łódź")
        self.assertTrue(self.mapping("city").has_history)
        action = self.mapping("city").with_user(self.marta).action_open_history()
        found = self.env[action["res_model"]].with_user(self.marta).search(action["domain"])
        self.assertEqual((found.partner_id, found.new_text), (contact, "Łódź"))

    def test_a_consent_opens_its_log(self):
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        action = self.mapping("email_consent").with_user(self.marta).action_open_history()
        found = self.env[action["res_model"]].with_user(self.marta).search(action["domain"])
        self.assertEqual((found.partner_id, found.new_value), (contact, "yes"))

    def test_codes_are_told_in_words(self):
        country = self.pair(self.backend, "country_id", "country")
        self.drain()
        contact = self.synced(email="jan@example.org", country_id=self.env.ref("base.pl").id)
        [change] = self.env["usercom.value.change"].search([("mapping_id", "=", country.id)])
        self.assertEqual((change.partner_id, change.new_text), (contact, "Poland"))


class TestWhoMayReadIt(ValueChangeCase):
    def kept(self):
        contact = self.synced(email="jan@example.org", phone="111111111", city="Łódź")
        return contact, self.env["usercom.value.change"].search([("partner_id", "=", contact.id)])

    def seen(self, changes, reader):
        """What of these changes a reader finds, by search and by id, here and in the history."""
        found = changes.with_user(reader).search([("id", "in", changes.ids)])
        self.assertEqual(found, changes.with_user(reader)._filtered_access("read"))
        entries = self.entries(changes.partner_id, reader)
        self.assertEqual(set(found.ids), set(entries.mapped("source_id")))
        self.assertEqual(len(entries.mapped("details")), len(found))
        return found

    def test_whoever_may_not_read_a_field_reads_not_what_it_was(self):
        _contact, changes = self.kept()
        city = changes.filtered(lambda change: change.mapping_id == self.mapping("city"))
        self.assertEqual(self.seen(changes, self.marta), changes)
        field = self.env["res.partner"]._fields["city"]
        self.patch(field, "groups", "base.group_system")
        for reader in (self.marta, self.olga):
            self.assertEqual(self.seen(changes, reader), changes - city)
        administrator = new_test_user(self.env, "root_r", "base.group_system")
        self.assertEqual(self.seen(changes, administrator), changes)

    def test_nor_whose_company_it_was_where_companies_are_kept_from_him(self):
        contact, changes = self.kept()
        about = {"backend_id": self.backend.id, "partner_id": contact.id, "kind": "company"}
        moved = changes.create({**about, "direction": "sent", "origin": "automatic"})
        mine = changes.with_user(self.marta)
        self.assertEqual(mine.search([("kind", "=", "company")]), moved)
        self.patch(self.env["res.partner"]._fields["parent_id"], "groups", "base.group_system")
        self.assertFalse(mine.search([("kind", "=", "company")]))
        self.assertFalse(moved.with_user(self.marta)._filtered_access("read"))

    def test_nor_whoever_may_not_read_the_contact(self):
        contact, changes = self.kept()
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {contact.id})]",
            }
        )
        self.assertFalse(changes.with_user(self.marta).search([]))
        self.assertFalse(changes.with_user(self.marta)._filtered_access("read"))

    def test_nor_a_salesperson(self):
        _contact, changes = self.kept()
        sales = new_test_user(self.env, "sales", "base.group_user,base.group_partner_manager")
        self.assertFalse(changes.with_user(sales).has_access("read"))

    def test_what_is_exported_is_what_may_be_read(self):
        _contact, changes = self.kept()
        city = changes.filtered(lambda change: change.mapping_id == self.mapping("city"))
        self.patch(self.env["res.partner"]._fields["city"], "groups", "base.group_system")
        found = changes.with_user(self.marta).search([])
        rows = found.export_data(["new_text", "author"])["datas"]
        self.assertIn(["111111111", "Automatic"], rows)
        self.assertNotIn("Łódź", str(rows))
        self.assertTrue(city.exists())
