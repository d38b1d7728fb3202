"""Whatever is wrong with what User.com is to be told, who sells is not stopped by it."""

from odoo.exceptions import ConcurrencyError
from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from tests.simulator.process import Simulator

from .common_orders import OrderCase

ORDERS = "odoo.addons.usercom_connector_sale.models.usercom_order"


class TestHindrances(OrderCase):
    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org")

    def test_a_product_that_was_deleted_since_it_was_bought(self):
        order = self.confirmed(self.jan)
        self.work_off()
        self.backend.sends_orders = False
        order._action_cancel()
        order.action_draft()
        order.order_line[0].unlink()
        self.chair.unlink()
        self.env.cr.flush()
        self.backend.sends_orders = True
        order.action_confirm()
        self.work_off()
        self.assertEqual(len(self.deal(order)["order_products"]), 1)

    @mute_logger(ORDERS)
    def test_an_order_without_a_currency(self):
        orders = self.quotation(self.jan) + self.quotation(self.jan)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET currency_id = NULL WHERE id = %s", [orders[0].id]
        )
        self.env.invalidate_all()
        orders.action_confirm()
        self.env.cr.flush()
        self.assertEqual(set(orders.mapped("state")), {"sale"})
        self.assertEqual(self.queued("deal").mapped("name"), [orders[1].name])

    def test_a_quotation_that_moves_to_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.account(company, "elsewhere")
        other.sends_orders = True
        for account in (self.backend, other):
            self.stage("quotation", account).is_sent = True
        self.env.user.company_ids += company
        order = self.quotation(self.jan).sudo()
        self.work_off()
        self.assertIn(f"odoo-so-{order.id}", self.deals())
        order.company_id = company
        self.env.cr.flush()
        order.action_confirm()
        self.env.cr.flush()
        deals = self.queued("deal").filtered(lambda row: row.backend_id == other)
        self.assertEqual(deals.mapped("name"), [order.name])

    def test_names_are_in_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.salesperson.lang = "pl_PL"
        order = self.quotation(self.jan)
        provider = self.env["payment.provider"].create({"name": "Test", "code": "none"})
        method = self.env["payment.method"].create(
            {"name": "Card", "code": "card", "provider_ids": [Command.set(provider.ids)]}
        )
        method.with_context(lang="pl_PL").name = "Karta"
        self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": "T1",
                "amount": 1,
                "currency_id": order.currency_id.id,
                "partner_id": self.jan.id,
                "sale_order_ids": [Command.set(order.ids)],
            }
        ).state = "done"
        self.env.cr.flush()
        order.with_context(lang="pl_PL").action_confirm()
        [event] = self.queued("event")
        self.assertEqual(event.data["payment_method"], "Card")

    def test_a_contact_that_was_erased_and_one_that_was_archived(self):
        order = self.confirmed(self.jan)
        self.work_off()
        self.jan._usercom_anonymize()
        order.order_line[0].product_uom_qty = 5
        self.env.cr.flush()
        eva = self.synced(email="eva@example.org")
        other = self.quotation(eva)
        eva.active = False
        other.action_confirm()
        self.assertFalse(self.queued().filtered(lambda row: row.state == "pending"))

    def test_an_account_that_does_not_run_odd_lines_and_names(self):
        for state in ("paused", "authenticated", "draft"):
            with self.subTest(state):
                self.backend.state = state
                orders = self.confirmed(self.jan, self.line(self.chair, 0))
                orders += self.confirmed(self.jan, name="x" * 5000)
                self.env.cr.flush()
                orders._action_cancel()
                self.env.cr.flush()
                self.assertEqual(set(orders.mapped("state")), {"cancel"})

    def test_a_reference_that_leads_elsewhere_in_an_address(self):
        dots = self.product("Dots", default_code="..")
        self.confirmed(self.jan, self.line(dots))
        self.work_off()
        self.assertEqual(self.movements(), [("purchase", f"odoo-{dots.id}", 1)])

    @mute_logger("odoo.sql_db")
    def test_somebody_else_has_noted_the_same_meanwhile(self):
        """Odoo begins a transaction anew that ends so, and tells nobody of it."""
        for table in ("usercom_product", "usercom_order"):
            with self.subTest(table), self.assertRaises(ConcurrencyError), self.env.cr.savepoint():
                self.env.cr.execute(
                    SQL(
                        """CREATE FUNCTION pg_temp.meanwhile() RETURNS trigger AS
                           $$ BEGIN RAISE unique_violation; END $$ LANGUAGE plpgsql;
                           CREATE TRIGGER meanwhile BEFORE INSERT ON %s
                           FOR EACH ROW EXECUTE FUNCTION pg_temp.meanwhile()""",
                        SQL.identifier(table),
                    )
                )
                self.confirmed(self.jan)
                self.env.cr.flush()

    def test_another_system_is_told_of_all(self):
        """The account moves from a system for trials to the real one, which knows nothing."""
        order = self.confirmed(self.jan)
        self.work_off()
        with Simulator() as other:
            other.settings(rate_limit=0)
            self.env["ir.config_parameter"].set_param("usercom_connector.api_url", other.url)
            self.backend.write({"subdomain": "other", "api_key": other.api_key})
            self.backend.action_authenticate()
            order.order_line[0].qty_delivered = 2
            self.work_off()
            there = other.commerce()
        self.assertEqual(len(there["deals"]), 1)
        self.assertEqual({p["custom_id"] for p in there["products"]}, {"CHAIR1", "TABLE"})
        self.assertTrue(all(p.get("name") for p in there["products"]))
