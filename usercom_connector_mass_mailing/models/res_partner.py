from odoo import api, fields, models

from ..services.subscriptions import (
    Subscriptions,
    follow_to_new_addresses,
    paired_lists,
    subscribe_as_wanted,
)


class ResPartner(models.Model):
    """Contacts: the mailing lists that their e-mail addresses are on."""

    _inherit = "res.partner"

    usercom_mailing_list_ids = fields.Many2many(
        "mailing.list",
        string="Mailing Lists",
        compute="_compute_usercom_mailing_lists",
        inverse="_inverse_usercom_mailing_lists",
        compute_sudo=True,
        context={"active_test": False},
        groups=fields.NO_ACCESS,
    )
    usercom_opted_out_list_ids = fields.Many2many(
        "mailing.list",
        string="Mailing Lists Opted Out Of",
        compute="_compute_usercom_mailing_lists",
        compute_sudo=True,
        context={"active_test": False},
        groups=fields.NO_ACCESS,
    )

    @api.depends("email_normalized", "usercom_unsubscribed")
    def _compute_usercom_mailing_lists(self):
        known = Subscriptions(self.env, self.mapped("email_normalized"))
        for partner in self:
            partner.usercom_mailing_list_ids = sorted(known.joined[partner.email_normalized])
            partner.usercom_opted_out_list_ids = sorted(known.refused[partner.email_normalized])

    def _inverse_usercom_mailing_lists(self):
        subscribe_as_wanted(self)
        self.invalidate_recordset(["usercom_mailing_list_ids"])  # who opted out stays so

    def write(self, vals):
        if "email" not in vals or not paired_lists(self.env):
            return super().write(vals)
        former = {partner: partner.email_normalized for partner in self}
        result = super().write(vals)
        follow_to_new_addresses(former)
        return result
