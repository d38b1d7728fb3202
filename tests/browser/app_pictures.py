"""Takes the pictures of the glue addons' Apps pages; run by `make pictures`, not with the tests."""

from odoo import fields

from . import acme
from .common import ROOT
from .common_pictures import PictureCase


class TestAppPictures(PictureCase):
    modules = (*PictureCase.modules, "crm", "mass_mailing", "sale")

    def setUp(self):
        super().setUp()
        self.env.company.name = "Acme"
        self.speak("en_US")

    def shown(self, app, name, path, text, height=640):
        """The picture ``name`` of the Apps page of an addon: the page at ``path``."""
        with self.page(path) as page:
            page.see(text, ".o_action_manager")
            folder = ROOT / f"usercom_connector_{app}/static/description"
            self.keep(page, name, height=height, folder=folder)

    def test_new_people_are_leads(self):
        self.backend.new_user_policy = "lead"
        self.env["crm.lead"].search([]).unlink()
        for number in range(8):
            self.put(id=self.person(**acme.user(number)))
        self.drain()
        self.env["crm.lead"].search([]).user_id = self.env.ref("base.user_admin")
        self.shown("crm", "leads", "/odoo/action-crm.crm_lead_all_leads", "Anna")

    def test_mailing_lists_are_paired(self):
        names = {"News of the week": "newsletter", "Offers": "special offers", "Press": "press"}
        for name, label in names.items():
            values = {"backend_id": self.backend.id, "name": label, "kind": "lists"}
            pair = {
                "backend_id": self.backend.id,
                "list_id": self.env["mailing.list"].create({"name": name}).id,
                "label_id": self.env["usercom.label"].create(values).id,
            }
            self.env["usercom.list.mapping"].create(pair)
        self.shown("mass_mailing", "lists", "/odoo/usercom-lists", "special offers")

    def test_orders_have_stages_and_a_history(self):
        chair = self.env["product.product"].create(
            {"name": "Chair", "default_code": "CHAIR", "list_price": 1200, "taxes_id": [(5,)]}
        )
        people = self.env["res.partner"].create(acme.contacts()[:12])
        self.drain()
        people += self.env["res.partner"].create({"name": "Meble Sp. z o.o.", "is_company": True})
        lines = [(0, 0, {"product_id": chair.id})]
        orders = self.env["sale.order"].create(
            [{"partner_id": person.id, "order_line": lines} for person in people for _n in "123"]
        )
        orders.action_confirm()
        orders.date_order = fields.Datetime.subtract(fields.Datetime.now(), days=40)
        self.env.cr.flush()  # before orders are sent
        self.backend.sends_orders = True
        self.shown("sale", "stages", "/odoo/usercom-order-stages", "Confirmed")
        history = self.env["usercom.order.history"].create({"backend_id": self.backend.id})
        history.action_preview()
        self.drain()
        path = f"/odoo/usercom-order-histories/{history.id}"
        self.shown("sale", "history", path, "Nothing has been sent yet", height=900)
