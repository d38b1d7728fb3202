"""Products of orders: by which id User.com knows them, and that it hears of what changes."""

from odoo.fields import Command

from .common_orders import OrderCase


class TestOrderProducts(OrderCase):
    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org")

    def ordered(self, product):
        self.confirmed(self.jan, self.line(product))
        self.work_off()

    def test_the_rule_of_the_account_says_by_which_id(self):
        self.backend.product_id_prefix = "pl-"
        self.table.barcode = "590 123"
        cases = {
            "default_code": "pl-TABLE",
            "barcode": "pl-590123",
            "database_id": f"pl-odoo-{self.table.id}",
        }
        for rule, expected in cases.items():
            with self.subTest(rule):
                self.backend.product_id_rule = rule
                self.ordered(self.table)
                self.assertIn(expected, self.products())

    def test_one_without_a_reference_has_its_database_id(self):
        lamp = self.product("Lamp")
        self.ordered(lamp)
        self.assertEqual(list(self.products()), [f"odoo-{lamp.id}"])

    def test_so_has_one_whose_reference_is_too_long(self):
        lamp = self.product("Lamp", default_code="L" * 3000)
        self.ordered(lamp)
        self.assertEqual(list(self.products()), [f"odoo-{lamp.id}"])

    def test_variants_are_products(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Colour", "value_ids": [Command.create({"name": n}) for n in ("Red", "Blue")]}
        )
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
        template = self.env["product.template"].create(
            {"name": "Sofa", "attribute_line_ids": [Command.create(line)]}
        )
        red, blue = template.product_variant_ids
        red.default_code, blue.default_code = "SOFA-R", "SOFA-B"
        self.confirmed(self.jan, self.line(red), self.line(blue))
        self.work_off()
        self.assertEqual({"SOFA-R", "SOFA-B"}, set(self.products()))
        template.name = "Couch"
        self.work_off()
        self.assertEqual({p["name"] for p in self.products().values()}, {"Couch"})

    def test_what_changes_is_told_of_products_that_user_com_has(self):
        self.ordered(self.table)
        self.table.list_price = 300
        self.chair.list_price = 120
        self.env.cr.flush()
        self.work_off()
        self.assertEqual(self.products()["TABLE"]["price"], 300)
        self.assertNotIn("CHAIR1", self.products())

    def test_what_user_com_is_not_told_of_products_is_no_change(self):
        self.ordered(self.table)
        self.table.description = "<p>Heavy</p>"
        self.table.name = "Table"
        self.work_off()
        self.assertEqual(self.products()["TABLE"]["writes"], 1)

    def test_one_that_user_com_refuses_is_sent_once_more_for_its_deal(self):
        self.simulator.fault(status=400, path="/products/*", count=1)
        self.ordered(self.table)
        products = self.queued("product").sorted("id")
        self.assertEqual(products.mapped("state"), ["superseded", "done"])
        self.assertEqual(len(self.deals()), 1)

    def test_one_that_user_com_refuses_again_is_said_in_the_queue(self):
        self.simulator.fault(status=400, path="/products/*", count=2)
        self.ordered(self.table)
        failed = (self.queued("product") + self.queued("deal")).filtered(
            lambda event: event.state == "failed"
        )
        self.assertEqual(set(failed.mapped("kind")), {"product", "deal"})  # it is not known
        failed.action_retry()
        self.work_off()
        self.assertEqual(len(self.deals()), 1)
        self.assertNotIn("failed", failed.mapped("state"))
