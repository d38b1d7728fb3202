"""Every screen of the app fits a phone, and what names a row is read whole on a desk."""

from odoo.tools.safe_eval import safe_eval

from .common import LANGUAGES, OURS, BrowserCase

PHONE = (390, 844)
LOADED = ".o_action_manager .o_content > *"
SYNC = "/odoo/action-usercom_connector.usercom_sync_action"
LEAVE = {"en_US": "Leave both as they are", "pl_PL": "Zostaw obie wartości"}


class ScreenCase(BrowserCase):
    modules = (*BrowserCase.modules, "sale", "product", "mass_mailing")

    def setUp(self):
        super().setUp()
        self.too_wide = {}  # {(screen, language): [what]}
        self.backend.company_id = self.env.ref("base.main_company")
        self.backend.history_days = 30
        city = self.pair(self.backend, "city", "city")
        self.backend.sync_companies = True
        self.fill_the_pairs()
        self.fill_the_queues(city)
        self.fill_the_initial_sync()
        self.fill_the_order_history()

    def fill_the_pairs(self):
        """A tag, a mailing list and a segment, each with its partner in User.com."""
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        mailing_list = self.env["mailing.list"].create({"name": "News of the week"})
        for model, kind, values in (
            ("usercom.tag.mapping", "tags", {"category_id": tag.id}),
            ("usercom.list.mapping", "lists", {"list_id": mailing_list.id}),
            ("usercom.segment", "segments", {"category_id": tag.copy().id}),
        ):
            label = {"backend_id": self.backend.id, "kind": kind, "name": f"Our best {kind}"}
            values["label_id"] = self.env["usercom.label"].create(label).id
            self.env[model].create({**values, "backend_id": self.backend.id})

    def fill_the_queues(self, city):
        """A consent, failures both ways, a conflict, a difference, and a deleted person."""
        self.jan = self.synced(name="Jan Kowalski", email="jan@example.org", phone="111111111")
        self.jan.x_email_consent = True
        self.contact(name="Ola Lis", email="ola@example.org", city="Ł" * 80)
        self.firm = self.contact(name="Zakłady Bolesława Wielkiego Sp. z o.o.", is_company=True)
        self.drain()
        self.receive(id=999)
        event = {"partner": self.jan, "name": "newsletter_opened"}
        self.env["usercom.event"]._queue(self.backend, [event])
        about = {"backend_id": self.backend.id, "partner_id": self.jan.id, "mapping_id": city.id}
        values = {"odoo": "Konstantynów Łódzki", "usercom": "Konstancin-Jeziorna"}
        self.env["usercom.conflict"].create({**about, **values, "winner": "none"})
        sides = {side: {"city": value} for side, value in values.items()}
        self.env["usercom.drift"].create({**about, **sides, "kind": "different", "external_id": 7})
        self.synced(name="Adam Dawny", email="adam@example.org").unlink()

    def fill_the_initial_sync(self):
        self.simulator.seed({"email": "ewa@example.org", "first_name": "Ewa"})
        self.sync = self.env["usercom.sync"].create({"backend_id": self.backend.id})
        self.sync.action_preview()
        self.drain()

    def fill_the_order_history(self):
        self.backend.sends_orders = True
        self.orders = self.env["usercom.order.history"].create({"backend_id": self.backend.id})
        self.orders.action_preview()
        self.drain()


class TestPhone(ScreenCase):
    def test_no_screen_is_wider_than_a_phone(self):
        for language in LANGUAGES:
            self.speak(language)
            paths = self.screens()
            with self.page("/odoo") as page:
                page.resize(*PHONE)
                for path in paths:
                    page.go(f"/odoo/action-{path}")
                    page.see("", LOADED)
                    self.look(page, path.replace("/", "_"))
        self.assertFalse(self.too_wide)

    def screens(self):
        """The app's lists and settings, and a record of each model that has a form."""
        found = ["usercom_connector.usercom_backend_webhook_action"]
        for action in self.actions():
            name = action.get_external_id()[action.id]
            found.append(name)
            if "form" in action.view_mode.split(",")[1:]:
                domain = safe_eval(action.domain or "[]")
                records = self.env[action.res_model].search(domain, limit=1)
                self.assertTrue(records, f"nothing to be seen in {name}")
                found.append(f"{name}/{records.id}")
        return found

    def actions(self):
        windows = [("module", "in", OURS), ("model", "=", "ir.actions.act_window")]
        ids = self.env["ir.model.data"].search(windows).mapped("res_id")
        return self.env["ir.actions.act_window"].browse(ids)

    def test_what_the_buttons_open_is_not_wider_either(self):
        for language in LANGUAGES:
            self.speak(language)
            with self.page("/odoo") as page:
                page.resize(*PHONE)
                for contact in (self.jan, self.firm):
                    self.explain(page, contact)
                page.go(f"{SYNC}/{self.sync.id}")
                page.click(".o-form-buttonbox .o_button_more")
                page.press("action_people")
                page.see("ola@example.org", ".o_kanban_record")
                self.look(page, "people")
                page.go("/odoo/usercom-failures")
                page.click(".o_kanban_record button[name=action_open_contacts]")
                page.see("ola@example.org", ".o_kanban_record")
                self.look(page, "failed_contacts")
        self.assertFalse(self.too_wide)

    def explain(self, page, contact):
        page.go(f"/odoo/res.partner/{contact.id}")
        page.click(".o_notebook .nav-link", "User.com")
        page.see("User.com", ".o_notebook .tab-pane.active")
        self.look(page, f"contact_{contact.id}")
        page.press("action_usercom_explain")
        page.see("", ".modal .o_kanban_record")
        self.look(page, f"explanation_{contact.id}")

    def look(self, page, screen):
        page.shoot(f"phone_{screen}")
        if found := page.too_wide():
            self.too_wide[screen, self.language] = found

    def test_which_value_counts_is_chosen(self):
        for language, leave in LEAVE.items():
            self.speak(language)
            choice = self.sync.field_ids.filtered(
                lambda field: field.mapping_id.field_name == "city"
            )
            choice.winner = "odoo"
            pair = choice.mapping_id.with_context(lang=language).display_name
            with self.page(f"{SYNC}/{self.sync.id}") as page:
                page.resize(*PHONE)
                page.go(f"{SYNC}/{self.sync.id}")
                page.click("[name=field_ids] .o_kanban_record", pair)
                page.click(".modal [name=winner] label", leave)
                page.shoot("phone_choice")
                page.click(".modal .o_form_button_save")
                page.gone(".modal")
                page.see(leave, "[name=field_ids] .o_kanban_record")
                page.click(".o_form_button_save")
                page.gone(".o_form_status_indicator_buttons:not(.invisible)")
            self.assertEqual(choice.winner, "skip")


class TestDesk(ScreenCase):
    browser_size = "1366x768"

    def test_what_names_a_row_is_read_whole(self):
        for language in LANGUAGES:
            self.speak(language)
            with self.page("/odoo/usercom-mappings") as page:
                self.assert_whole(page, "mappings", "field_id", "attribute_id")
                page.go("/odoo/usercom-events")
                self.assert_whole(page, "events", "name")
                page.go(f"{SYNC}/{self.sync.id}")
                page.press("action_people")
                self.assert_whole(page, "people", "partner_id", "label")
                page.go(f"/odoo/res.partner/{self.jan.id}")
                page.click(".o_notebook .nav-link", "User.com")
                page.press("action_usercom_explain")
                page.see("", ".modal .o_data_row")
                self.assert_whole(page, "explanation", "name")

    def assert_whole(self, page, screen, *columns):
        for column in columns:
            cell = f".o_data_cell[name={column}]"
            page.see("", cell)
            self.assertFalse(page.cut_off(f"{cell}, {cell} *"), f"cut off: {screen}")
        page.shoot(f"desk_{screen}")
