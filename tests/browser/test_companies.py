"""The dashboard of somebody with two companies: each card opens the lists of its own account."""

from odoo.fields import Command

from .common import BrowserCase


class TestCompanies(BrowserCase):
    def setUp(self):
        super().setUp()
        self.speak("en_US")
        company = self.env["res.company"].create({"name": "Second Company"})
        self.env.ref("base.user_admin").write(
            {
                "company_ids": [Command.link(company.id)],
                "group_ids": [Command.link(self.env.ref("base.group_multi_company").id)],
            }
        )
        self.other = self.account(company, "second")
        (self.backend + self.other).is_setup_hidden = True  # its steps stand for some lines
        for backend in self.backend + self.other:
            self.contact(name=f"Of {backend.subdomain}", company_id=backend.company_id.id)
        self.env.cr.flush()
        # Read before any page is open: its requests use the same cursor.
        both = self.backend + self.other
        self.companies = "-".join(map(str, both.company_id.ids))
        self.subdomains, self.tokens = both.mapped("subdomain"), both.mapped("webhook_token")

    def test_a_card_opens_the_lists_of_its_account(self):
        with self.page("/odoo/usercom") as page:
            self.choose_both(page)
            for place, subdomain in enumerate(self.subdomains, 1):
                [other] = {*self.subdomains} - {subdomain}
                page.go("/odoo/usercom")
                page.click(f".o_kanban_record:nth-child({place}) [name=outbox] a")
                page.see(subdomain, ".o_searchview .o_facet_values")
                page.see(f"Of {subdomain}", ".o_list_view")
                self.assertNotIn(f"Of {other}", page.texts())

    def test_a_card_opens_the_webhook_of_its_account(self):
        with self.page("/odoo/usercom") as page:
            self.choose_both(page)
            for place, token in enumerate(self.tokens, 1):
                page.go("/odoo/usercom")
                page.click(f".o_kanban_record:nth-child({place}) [name=webhook_never] button")
                page.see(token, '[name="webhook_token"]')

    def test_settings_and_dialogs_say_whose_account_they_are_about(self):
        company = self.backend.company_id.name
        self.backend.is_setup_hidden = False
        self.backend.mapping_ids.filtered(lambda m: m._key() == "email").unlink()
        self.env.cr.flush()
        with self.page("/odoo/usercom-settings") as page:
            page.see(f"Company: {company}. Account: acme.", ".o_setting_container")
            page.shoot("settings_of_one_company")
            page.go("/odoo/usercom-mappings")
            page.press("action_suggest")
            page.see(f"{company} (acme)", ".modal-title")
            page.resize(390, 844)
            page.shoot("suggestions_of_one_company_phone")

    def choose_both(self, page):
        """Work for both companies, as chosen at the top right."""
        page._evaluate(f"document.cookie = 'cids={self.companies}; path=/'")
