from odoo import fields, models


class UsercomCompany(models.Model):
    """Companies whose deals were told before User.com had them."""

    _inherit = "usercom.company"

    are_deals_due = fields.Boolean(
        readonly=True, help="It has come to User.com since deals of its contacts were told."
    )
    last_order_id = fields.Integer(readonly=True, aggregator=False)

    _due_idx = models.Index("(backend_id, id) WHERE are_deals_due")

    def write(self, vals):
        came = self.filtered(lambda link: link._comes_with(vals))
        result = super().write(vals)
        came._note_due_deals()
        return result

    def _comes_with(self, vals):
        """Whether it leads to a company of User.com from now on, or is of another contact."""
        if vals.get("external_id"):
            return not self._is_live() or bool(self.left_at)
        return self._is_live() and "partner_id" in vals

    def _note_due_deals(self):
        """Have the drain look for their deals that went without them."""
        if self:
            self.write({"are_deals_due": True, "last_order_id": 0})
