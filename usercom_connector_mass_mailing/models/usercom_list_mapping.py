from odoo import api, fields, models, tools


class UsercomListMapping(models.Model):
    """A mailing list and a list of User.com that the same people are on."""

    _name = "usercom.list.mapping"
    _inherit = "usercom.group.mapping"
    _description = "User.com List Mapping"
    _order = "id"
    _kind = "lists"
    _group_field = "list_id"
    _contact_field = "usercom_mailing_list_ids"
    _all_field = "all_lists"
    _prefix_field = "list_prefix"
    _pairs_field = "list_mapping_ids"
    _action = "usercom_connector_mass_mailing.usercom_list_mapping_action"

    list_id = fields.Many2one(
        "mailing.list", "List in Odoo", required=True, index=True, ondelete="cascade"
    )
    label_id = fields.Many2one(
        string="List in User.com",
        domain="[('backend_id', '=', backend_id), ('kind', '=', 'lists')]",
        help="A list that User.com does not have yet is created there for the first user who gets "
        "on it.",
    )

    _list_uniq = models.Constraint(
        "unique (backend_id, list_id)", "A mailing list can be paired only once."
    )
    _label_uniq = models.Constraint(
        "unique (backend_id, label_id)", "A list of User.com can be paired only once."
    )

    def _label(self):
        return self.env._("Mailing list: %s", self._group_name())

    def _gone_text(self):
        return self.env._(
            "This list was deleted in User.com. Contacts stay on the mailing list in Odoo, and "
            "nothing is sent or received for it. Choose another list of User.com, or delete the "
            "pair. If you have created the list in User.com again, press Refresh in the list "
            "mappings."
        )

    def _archived_text(self):
        return self.env._("This mailing list is archived in Odoo, so nobody gets on it or off it.")

    @api.model
    def _name_of(self, group):
        return group.name  # shown with the number of its contacts

    @api.model
    def _may_be_read(self):
        return self.env(su=False)["mailing.list"].has_access("read")

    @api.model
    def _groups_of(self, partner):
        """Of lists that somebody is on whose address is on the blacklist nothing is said.

        So no blacklisted address is added to a list in User.com, and none is taken off it.
        """
        joined = set(partner.usercom_mailing_list_ids.ids)
        return joined, joined if partner.usercom_unsubscribed else ()

    @api.model
    def _refused_by(self, partner):
        return set(partner.usercom_opted_out_list_ids.ids)

    @api.model
    def _why_kept_out(self, partner, values):
        if not partner:  # still to be created
            return None
        if partner.usercom_unsubscribed:
            return self.env._("the address is on the e-mail blacklist")
        if not (partner.email_normalized or values.get("email")):
            return self.env._("it has no e-mail address")
        return None

    @api.model
    @tools.ormcache()
    def _paired_list_ids(self):
        """The ids of the mailing lists whose subscriptions are of concern to some account."""
        if not self.env["usercom.backend"]._watched_fields():
            return frozenset()
        pairs = self.sudo().search([("backend_id.state", "in", ("running", "paused"))])
        return frozenset(pairs.list_id.ids)
