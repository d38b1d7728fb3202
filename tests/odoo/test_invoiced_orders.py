"""Orders that are invoiced, paid and credited: their deals move on, and refunds are told."""

from odoo.fields import Command

from .common_orders import OrderCase


class TestInvoicedOrders(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.chair + cls.table).invoice_policy = "order"

    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org")
        self.order = self.confirmed(self.jan)
        for state, number in (("confirmed", 1), ("invoiced", 2), ("paid", 3), ("refunded", 4)):
            self.stage(state).stage = number
        self.work_off()

    def invoice(self):
        return self.invoiced(self.order)

    def credit(self, invoice, quantities=None):
        """Credit the invoice, or so many of each of its lines."""
        note = invoice._reverse_moves()
        for line, quantity in zip(note.invoice_line_ids, quantities or (), strict=False):
            line.quantity = quantity
        note.action_post()
        return note

    def stage_there(self):
        self.work_off()
        return self.deal(self.order)["stage"]

    def changed(self):
        self.work_off()
        return self.movements()[2:]

    def test_an_invoiced_order_moves_on_and_then_a_paid_one(self):
        invoice = self.invoice()
        self.assertEqual(self.stage_there(), 2)
        self.pay(invoice)
        self.assertEqual(self.stage_there(), 3)
        self.assertEqual(self.changed(), [])

    def test_one_that_is_credited_as_a_whole_is_refunded(self):
        self.credit(self.invoice())
        self.assertEqual(self.stage_there(), 4)
        self.assertEqual(self.deal(self.order)["status"], 3)
        self.assertEqual(self.changed(), [("refund", "CHAIR1", 2), ("refund", "TABLE", 1)])

    def test_of_one_that_is_credited_in_part_that_part_is_refunded(self):
        self.credit(self.invoice(), (1, 0))
        self.assertEqual(self.changed(), [("refund", "CHAIR1", 1)])
        self.assertEqual(self.deal(self.order)["status"], 2)

    def test_what_is_invoiced_again_is_bought_again(self):
        self.credit(self.invoice())
        self.work_off()
        self.invoice()
        self.assertEqual(self.changed()[2:], [("purchase", "CHAIR1", 2), ("purchase", "TABLE", 1)])

    def test_an_order_of_which_a_part_was_credited_returns_the_rest_when_it_is_cancelled(self):
        self.credit(self.invoice(), (1, 0))
        self.work_off()
        self.order.action_cancel()
        returned = [("return", "CHAIR1", 1), ("return", "TABLE", 1)]
        self.assertEqual(self.changed()[1:], returned)

    def test_a_down_payment_is_no_purchase(self):
        advance = self.env["sale.advance.payment.inv"].with_context(active_ids=self.order.ids)
        wizard = advance.create({"advance_payment_method": "percentage", "amount": 50})
        wizard.create_invoices()
        self.order.sudo().invoice_ids.action_post()
        self.assertEqual(self.changed(), [])
        self.assertEqual(self.deal(self.order)["value"], "450.00")
        self.assertEqual(len(self.deal(self.order)["order_products"]), 2)

    def test_a_paid_order_never_looks_abandoned(self):
        """Not even a quotation that was paid on the portal and has yet to be confirmed."""
        self.stage("quotation").write({"is_sent": True, "status": "0"})
        self.stage("paid").is_sent = False
        order = self.quotation(self.jan)
        self.work_off()
        self.assertEqual(self.deal(order)["status"], 0)
        self.paid_online(order)
        self.work_off()
        self.assertEqual(self.deal(order)["status"], 1)

    def paid_online(self, order):
        provider = self.env["payment.provider"].create({"name": "Test", "code": "none"})
        method = self.env["payment.method"].create(
            {"name": "Card", "code": "card", "provider_ids": [Command.set(provider.ids)]}
        )
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": "T1",
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        transaction.state = "done"
