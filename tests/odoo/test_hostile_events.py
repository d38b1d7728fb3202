"""Events of records whose values a remote call has made odd: nobody is stopped by them."""

import math
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import mute_logger

from .common_companies import CompaniesCase
from .common_events import EventCase
from .common_order_history import OrderHistoryCase

ORDERS = "odoo.addons.usercom_connector_sale.models.usercom_order"


class TestOddValues(EventCase):
    def told_of(self, ttype, value):
        """What an action tells of a contact that has this value in a field of one's own."""
        name = f"x_odd_{ttype}"
        model = self.env["ir.model"]._get_id("res.partner")
        if name not in self.env["res.partner"]._fields:
            odd = {"model_id": model, "name": name, "ttype": ttype, "field_description": "Odd"}
            self.env["ir.model.fields"].create(odd)
        contact = self.synced(email=f"odd{self.env['res.partner'].search_count([])}@example.org")
        contact[name] = value
        lines = [{"usercom_name": "value", "path": name}, {"usercom_name": "name", "path": "name"}]
        action = self.env["ir.actions.server"].create(
            {
                "name": "Tell User.com",
                "model_id": model,
                "state": "usercom_event",
                "usercom_event_name": "odd",
                "usercom_value_ids": [Command.create(line) for line in lines],
            }
        )
        action.with_context(active_model="res.partner", active_ids=contact.ids).run()
        self.drain()
        [event] = self.simulator.events(self.binding(contact).external_id)
        self.assertEqual(event["data"]["name"], "Jan Kowalski")
        return event["data"]["value"]

    def test_a_number_that_is_none(self):
        for value in (math.nan, math.inf, -math.inf):
            with self.subTest(value):
                self.assertIsNone(self.told_of("float", value))
        self.assertEqual(self.told_of("float", 1.5), 1.5)

    def test_json_that_is_nested_too_deep_or_too_long(self):
        deep = []
        for _level in range(400):
            deep = [deep]
        for value in (deep, {"long": "x" * 2**20}):
            self.assertIsNone(self.told_of("json", value))
        self.assertEqual(self.told_of("json", {"a": [1, "b"]}), {"a": [1, "b"]})

    def test_texts_with_signs_that_cannot_be_seen(self):
        self.assertEqual(self.told_of("char", "a\x07\x1b‮b"), "a\x07\x1b‮b")


class TestOneOrderAtFault(CompaniesCase, OrderHistoryCase):
    """An order that cannot be told stops neither the others nor the account."""

    def break_currency(self, order):
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET currency_id = NULL WHERE id = %s", [order.id])
        self.env.invalidate_all()

    @mute_logger(ORDERS)
    def test_of_a_company_that_comes_later(self):
        self.backend.sync_companies = False
        firm = self.company()
        ola = self.member(firm, email="ola@example.org")
        orders = [self.confirmed(ola) for _n in range(3)]
        self.work_off()
        self.break_currency(orders[1])
        self.backend.sync_companies = True
        self.rest()
        named = ["company_custom_id" in self.deal(order) for order in orders]
        self.assertEqual(named, [True, False, True])

    @mute_logger(ORDERS)
    def test_of_a_history_whose_files_are_settled(self):
        orders = [self.past() for _n in range(3)]
        history = self.sent()
        for order in orders:
            order.order_line[0].product_uom_qty = 5
        self.work_off()
        self.break_currency(orders[1])
        history.settle_at = fields.Datetime.now() - timedelta(minutes=1)
        self.simulator.clear_journal()
        self.drain()
        self.work_off()
        self.assertFalse(history.settle_at)
        self.assertEqual(self.singles(), 2)
