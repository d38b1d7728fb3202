"""What the tests of orders share: an account that is told of them, a salesperson, and products."""

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import UsercomCase

SALESPERSON = "sales_team.group_sale_salesman"


class OrderCase(UsercomCase):
    """Orders are sent; the salesperson has no right to anything of User.com."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.sends_orders = True
        cls.salesperson = new_test_user(cls.env, "seller", SALESPERSON)
        cls.chair = cls.product("Chair", default_code="CHAIR 1", list_price=100)
        cls.table = cls.product("Table", default_code="TABLE", list_price=250)

    @classmethod
    def product(cls, name, **values):
        values = {"name": name, "type": "consu", "taxes_id": [Command.clear()], **values}
        return cls.env["product.product"].create(values)

    def line(self, product, quantity=1, **values):
        return Command.create({"product_id": product.id, "product_uom_qty": quantity, **values})

    def quotation(self, contact, *lines, **values):
        """A quotation as the salesperson enters it: by default, of two chairs and a table."""
        lines = lines or (self.line(self.chair, 2), self.line(self.table))
        orders = self.env["sale.order"].with_user(self.salesperson)
        return orders.create({"partner_id": contact.id, "order_line": [*lines], **values})

    def confirmed(self, contact, *lines, **values):
        order = self.quotation(contact, *lines, **values)
        order.action_confirm()
        return order

    def invoiced(self, order):
        """The posted invoice of what is to be invoiced of the order."""
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        return invoice

    def pay(self, invoice):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({})._create_payments()

    def elsewhere(self):
        """``(account, orders)`` of another company, the orders as its salesperson enters them."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.account(company, "elsewhere")
        other.write({"sends_orders": True, "product_id_prefix": "x-"})
        only = {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
        seller = new_test_user(self.env, "else", SALESPERSON, **only)
        return other, self.env["sale.order"].with_user(seller).with_company(company)

    def stage(self, state, backend=None):
        stages = (backend or self.backend).order_stage_ids
        return stages.filtered(lambda stage: stage.order_state == state)

    def work_off(self):
        """Let the drain run until nothing waits: contacts, products, then deals and events."""
        self.env.cr.flush()
        for _run in range(5):
            if not self.env["usercom.event"].search_count([("state", "=", "pending")]):
                break
            for queue in ("outbox", "event"):
                self.env[f"usercom.{queue}"].search([]).next_attempt_at = False
            self.drain()

    def queued(self, kind=None):
        self.env.cr.flush()
        rows = self.env["usercom.event"].search([], order="id")
        return rows.filtered(lambda row: kind in (None, row.kind))

    # ---- what is at User.com ----

    def deals(self):
        return {deal["custom_id"]: deal for deal in self.simulator.commerce()["deals"]}

    def deal(self, order):
        return self.deals()[f"odoo-so-{order.id}"]

    def events(self, contact):
        """``[(name, data)]``."""
        found = self.simulator.events(self.binding(contact).external_id)
        return [(event["name"], event["data"]) for event in found]

    def movements(self):
        """``[(event type, product, quantity)]`` of the product events."""
        return [
            (event["event_type"], event["product"], event["custom_data"]["quantity"])
            for event in self.simulator.commerce()["product_events"]
        ]

    def products(self):
        return {product["custom_id"]: product for product in self.simulator.commerce()["products"]}
