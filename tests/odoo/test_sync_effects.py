"""What an initial sync tells of its effects, before it and afterwards, against a real simulator."""

from odoo.tests import Form

from .common_sync import SyncCase


class EffectCase(SyncCase):
    def told(self, sync):
        """``{code: sentence}``, the parts of sentences among them."""
        sentences = sync.effects + [part for effect in sync.effects for part in effect["parts"]]
        return {
            each["code"]: "".join(text for text, _code in each["pieces"])
            + (f": {each['names']}" if each["names"] else "")
            for each in sentences
            if each.get("pieces")
        }

    def people(self, sync, code):
        """Whom the number of an effect leads to, by name or e-mail address."""
        action = sync.action_people(code)
        lines = self.env[action["res_model"]].search(action["domain"])
        return {line.label or line.partner_id.email for line in lines}

    def assert_numbers_lead_to_as_many(self, sync, but=()):
        for effect in sync.effects:
            for each in (effect, *effect["parts"]):
                if each["code"] not in but:
                    with self.subTest(each["code"]):
                        number = each["pieces"][1][0]
                        action = sync.action_people(each["code"])
                        lines = self.env["usercom.sync.line"].search(action["domain"])
                        self.assertEqual(str(len(lines)), number)


class TestEffects(EffectCase):
    def setUp(self):
        super().setUp()
        self.pair(self.backend, "city", "city", direction="export")
        self.jan = self.quietly(
            name="Jan", email="jan@example.org", phone="111111111", city="Kraków"
        )
        self.person(
            email="jan@example.org", first_name="Jan", phone_number="222222222", city="Lublin"
        )
        self.ola = self.quietly(name="Ola", email="ola@example.org", phone="5")
        self.person(email="ola@example.org", first_name="Ola")
        for number in range(2):
            self.person(email=f"new{number}@example.org", first_name="New")
            self.quietly(name=f"Csv {number}", email=f"csv{number}@example.org")
        self.single = self.quietly(name="Nobody", ref="in")
        self.twins = [self.quietly(name=f"Twin {n}", email="twin@example.org") for n in range(2)]
        self.person(email="twin@example.org")
        self.backend.partner_domain = (
            "['|', ('email', '=like', '%@example.org'), ('ref', '=', 'in')]"
        )

    def test_before_it_says_what_will_happen_problems_first(self):
        sync = self.previewed()
        told = self.told(sync)
        self.assertEqual(next(iter(told)), "unclear")
        expected = {
            "unclear": "1 person needs you: twin@example.org",
            "created_here": "2 contacts will be created in Odoo",
            "created_there": "3 users will be created in User.com",
            "by_csv": "2 by CSV",
            "one_by_one": "1 one by one, which starts automations: Nobody",
            "linked": "2 contacts will be linked to their users",
            "updated_there": "2 users will get values from Odoo",
            "overwritten": "2 values will be overwritten",  # the phone, and the city of the export
        }
        self.assertEqual({code: told.get(code) for code in expected}, expected)
        self.assertEqual(self.people(sync, "overwritten"), {"jan@example.org"})
        self.assertEqual(
            self.people(sync, "created_here"), {"new0@example.org", "new1@example.org"}
        )
        self.assert_numbers_lead_to_as_many(sync, but=("overwritten",))

    def test_afterwards_it_says_what_has_happened(self):
        sync = self.previewed()
        self.run_to_end(sync)
        told = self.told(sync)
        expected = {
            "unclear": "1 person needs you: twin@example.org",
            "created_here": "2 contacts were created in Odoo",
            "created_there": "3 users were created in User.com",
            "by_csv": "2 by CSV",
            "one_by_one": "1 one by one, which started automations: Nobody",
            "linked": "2 contacts were linked to their users",
            "updated_there": "2 users got values from Odoo",
            "overwritten": "2 values were overwritten",
        }
        self.assertEqual({code: told.get(code) for code in expected}, expected)
        self.assertEqual(self.people(sync, "overwritten"), {"jan@example.org"})
        self.assert_numbers_lead_to_as_many(sync, but=("overwritten",))

    def test_the_choices_change_what_is_said_at_once(self):
        sync = self.previewed()
        with Form(sync) as form:
            form.use_csv = False
            self.assertIn("3 one by one", self.parts_of(form.effects, "created_there"))
            form.use_csv = True
            form.trigger_automations = True
            self.assertIn("by CSV, which starts", self.parts_of(form.effects, "created_there"))
        sync.field_ids.filtered(lambda c: c.mapping_id.field_name == "phone").winner = "skip"
        told = self.told(sync)
        self.assertEqual(told["kept"], "1 value will stay different, as a conflict to settle")
        self.assertEqual(told["overwritten"], "1 value will be overwritten")
        self.assertEqual(self.people(sync, "kept"), {"jan@example.org"})
        self.run_to_end(sync)
        told = self.told(sync)
        self.assertEqual(told["kept"], "1 value stayed different, as a conflict to settle")
        self.assertEqual(told["overwritten"], "1 value was overwritten")

    def parts_of(self, effects, code):
        [effect] = [effect for effect in effects if effect["code"] == code]
        return "".join(text for part in effect["parts"] for text, _code in part["pieces"])

    def test_one_way_creates_on_one_side(self):
        told = self.told(self.previewed("import"))
        self.assertEqual(told["not_created_there"], "3 contacts will not be sent to User.com")
        self.assertNotIn("created_there", told)
        self.env["usercom.sync"].search([]).action_cancel()
        self.env.flush_all()
        told = self.told(self.previewed("export"))
        self.assertEqual(told["not_created_here"], "2 users will get no contact in Odoo")

    def test_where_new_people_become_no_contacts_none_is_promised(self):
        self.backend.new_user_policy = "link"
        self.assertIn("not_created_here", self.told(self.previewed()))

    def test_who_was_deleted_in_odoo_is_not_promised_either(self):
        gone = self.synced(email="gone@example.org")
        gone.unlink()
        self.env.cr.flush()
        sync = self.previewed()
        self.assertEqual(self.told(sync)["created_here"], "2 contacts will be created in Odoo")
        self.assertIn("Deleted in Odoo", self.line(sync, label="gone@example.org").problems)


class TestValues(EffectCase):
    def test_values_of_a_linked_contact_go_by_its_mapping_not_by_the_choice(self):
        contact = self.synced(name="Jan", email="jan@example.org", phone="111111111")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="222222222")
        contact.phone = "333333333"
        self.env.cr.flush()
        self.waiting(contact).unlink()
        sync = self.previewed()
        self.assertFalse(sum(sync.field_ids.mapped("conflict_count")))
        sync.field_ids.winner = "skip"
        told = self.told(sync)
        self.assertEqual(told["overwritten"], "1 value will be overwritten")
        self.assertIn("333333333 ≠ 222222222", sync.line_ids.details)

    def test_an_empty_value_that_is_filled_is_not_overwritten(self):
        self.quietly(name="Jan", email="jan@example.org")
        self.person(email="jan@example.org", first_name="Jan", phone_number="222222222")
        told = self.told(self.previewed())
        self.assertEqual(told["updated_here"], "1 contact will get values from User.com")
        self.assertNotIn("overwritten", told)

    def test_nothing_to_do_is_said(self):
        self.synced(name="Jan", email="jan@example.org")
        self.assertEqual(
            self.told(self.previewed()),
            {"nothing": "Nothing will change: both sides are the same."},
        )


class TestRivals(EffectCase):
    def test_the_contacts_that_a_user_may_be_are_named(self):
        for name in ("Jan Nowak", "Ola Nowak"):
            self.quietly(name=name, email="twin@example.org")
        self.person(email="twin@example.org")
        sync = self.previewed()
        [line] = self.env["usercom.sync.line"].search(sync.action_people("unclear")["domain"])
        self.assertTrue("Jan Nowak" in line.problems and "Ola Nowak" in line.problems)

    def test_the_contact_that_has_the_address_already_is_named(self):
        self.synced(name="Jan Nowak", email="twin@example.org")
        other = self.quietly(name="Ola Nowak", email="twin@example.org")
        sync = self.previewed()
        self.assertIn("Jan Nowak has the same", self.line(sync, partner_id=other).problems)
        self.assertEqual(self.told(sync)["unclear"], "1 person needs you: Ola Nowak")

    def test_the_user_that_the_contact_is_already_is_named(self):
        contact = self.synced(name="Jan Nowak", email="jan@example.org")
        user_id = self.binding(contact).external_id
        second = self.person(email="jan@example.org")
        sync = self.previewed()
        line = self.line(sync, external_id=second)
        self.assertTrue("Jan Nowak" in line.problems and str(user_id) in line.problems)
