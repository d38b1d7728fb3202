"""The history of orders, previewed and sent; files are short, so that a few orders make several."""

from unittest.mock import patch

from odoo import fields

from odoo.addons.usercom_connector_sale.services.history import files, imports

from .common_orders import OrderCase

AGE = """WITH lines AS (UPDATE sale_order_line SET write_date = write_date - interval '40 days'
                         WHERE order_id = ANY(%s) RETURNING order_id)
         UPDATE sale_order SET write_date = write_date - interval '40 days'
          WHERE id IN (SELECT order_id FROM lines)"""


class OrderHistoryCase(OrderCase):
    """Orders that were confirmed before anything was sent."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(files, "PILOT", 2))
        self.startPatcher(patch.object(files, "CHUNK", 20))
        self.startPatcher(patch.object(imports, "LEAST", 2))
        self.jan = self.synced(email="jan@example.org")

    def past(self, contact=None, *lines, **values):
        """An order from before orders were sent, which User.com knows nothing of."""
        self.backend.sends_orders = False
        order = self.confirmed(contact or self.jan, *lines, **values)
        order.date_order = fields.Datetime.subtract(fields.Datetime.now(), days=40)
        self.env.cr.flush()
        self.env.cr.execute(AGE, [order.ids])
        self.env.invalidate_all()
        self.backend.sends_orders = True
        return order

    def begin_anew(self, **switches):
        """Nothing was ever sent, neither here nor there."""
        self._fresh_simulator()
        self.simulator.settings(**switches)
        for model in ("usercom.order.history", "usercom.event", "usercom.order", "usercom.product"):
            self.env[model].search([]).unlink()
        self.binding(self.jan).external_id = self.person(email="jan@example.org")

    def history(self, **values):
        self.env.cr.flush()
        return self.env["usercom.order.history"].create(values)

    def previewed(self, **values):
        history = self.history(**values)
        history.action_preview()
        self.drain()
        self.assertEqual((history.state, history.error), ("ready", False))
        return history

    def run_to_end(self, history, most=8):
        """Let drains run until it is done; what it waits for comes at once."""
        for _run in range(most):
            if history.state == "done":
                return
            history.next_at = False
            self.env["usercom.event"].search([]).next_attempt_at = False
            self.drain()
        lines = history.line_ids.read(["name", "kind", "result", "problems", "chunk"])
        self.assertEqual(history.state, "done", (history.step, history.error, lines))

    def sent(self, **values):
        history = self.previewed(**values)
        history.action_run()
        self.run_to_end(history)
        return history

    def settle(self, history):
        """So much later that no file can come any more."""
        history.settle_at = "2020-01-01 00:00:00"
        self.drain()
        self.work_off()

    def line_of(self, history, order):
        return history.line_ids.filtered(lambda line: line.order_id == order)

    def results(self, history):
        return sorted(history.line_ids.mapped(lambda line: (line.kind, line.result)))

    def files(self):
        return self.calls("POST").count("POST /deals/import/")

    def singles(self):
        return self.calls("POST").count("POST /deals/update_or_create/")
