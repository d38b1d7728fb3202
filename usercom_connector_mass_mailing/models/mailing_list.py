from odoo import api, models

from odoo.addons.usercom_connector.services.mapping.all_groups import pair_new_groups

from ..services.subscriptions import paired_lists, queue_subscribers


class MailingList(models.Model):
    """A mailing list: a new one is paired where an account wants all.

    Odoo merges lists, and writes their contacts, past the subscriptions.
    """

    _inherit = "mailing.list"

    @api.model_create_multi
    def create(self, vals_list):
        lists = super().create(vals_list)
        pair_new_groups(lists, "usercom.list.mapping")
        return lists

    def write(self, vals):
        before = self._usercom_members() if "contact_ids" in vals else None
        result = super().write(vals)
        if before is not None:
            self._usercom_queue_changed(before)
        return result

    def action_merge(self, src_lists, archive):
        before = self._usercom_members()
        result = super().action_merge(src_lists, archive)
        self._usercom_queue_changed(before)
        return result

    def _usercom_members(self):
        """``{(list id, mailing contact id)}`` of those of these lists that are paired."""
        if not (lists := paired_lists(self.env).intersection(self.ids)):
            return set()
        subscriptions = self.env["mailing.subscription"].sudo()
        groups = subscriptions._read_group(
            [("list_id", "in", list(lists))], ["list_id", "contact_id"]
        )
        return {(lst.id, member.id) for lst, member in groups}

    def _usercom_queue_changed(self, before):
        """Queue who is on a list and was not ``before``, and the other way round."""
        changed = {member_id for _list_id, member_id in before ^ self._usercom_members()}
        queue_subscribers(self.env["mailing.contact"].browse(changed))
