from odoo import models

from ..services.consents.answers import ConsentNotes
from ..services.consents.chain import merged_into
from ..services.contacts.merged_links import merge_links
from ..services.own_context import Origin, own_context, with_own_context
from ..services.queue.claims import URGENT


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merged contacts are one person: it says "no" if one of them did, else "yes" if one did."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        merging = with_own_context(self, merging=True, strictest={})
        return super(BasePartnerMergeAutomaticWizard, merging)._merge(
            partner_ids, dst_partner, extra_checks
        )

    def _update_foreign_keys(self, src_partners, dst_partner):
        for mapping in self.env["usercom.field.mapping"]._consents():  # before the logs are one
            notes = ConsentNotes(mapping)
            strictest = notes.strictest(dst_partner, src_partners)
            notes.weigh_anew(dst_partner | src_partners)
            own_context(self.env).strictest[mapping.id] = strictest
        self._settle_links(src_partners, dst_partner)
        with merged_into(self.env, dst_partner):
            result = super()._update_foreign_keys(src_partners, dst_partner)
        if self.env["usercom.backend"]._watched_fields():
            self.env["usercom.outbox"]._enqueue_later(dst_partner.ids)
        return result

    def _settle_links(self, src_partners, dst_partner):
        """Settle links and queues: Odoo would move them by SQL, and delete what collides."""
        self.env["usercom.sync.line"].sudo()._to_be_sent(src_partners).unlink()
        merge_links(self.env, src_partners, dst_partner)
        self.env["usercom.company"].sudo()._merge_contacts(src_partners, dst_partner)
        self._settle_rows(src_partners, dst_partner)

    def _settle_rows(self, src_partners, dst_partner):
        """Remove what waits for the contacts: the survivor gets a row of its own, as urgent.

        An edit in the same transaction has no row before its commit, or before a savepoint of
        Odoo's in the midst of the merge: it gets it now, as long as rows can be removed.
        """
        self.env.cr.flush()
        rows = self.env["usercom.outbox"].sudo()._waiting_rows(src_partners + dst_partner)
        if URGENT in rows.mapped("priority"):
            rows._prioritize(dst_partner.ids)
        rows.unlink()

    def _update_values(self, src_partners, dst_partner):
        self._hand_on_keys(src_partners, dst_partner)
        result = super()._update_values(src_partners, with_own_context(dst_partner, merging=True))
        strictest = own_context(self.env).strictest
        merging = with_own_context(self.env["usercom.field.mapping"], origin=Origin("merge"))
        consents = merging._consents()
        for mapping in consents.sorted(lambda m: strictest[m.id] is False):  # what "no" undoes
            ConsentNotes(mapping).settle_merged(dst_partner, strictest[mapping.id])
        return result

    def _hand_on_keys(self, src_partners, dst_partner):
        """Give the survivor its key before Odoo does: who merges may not write keys otherwise."""
        for name in dst_partner._usercom_key_fields():
            keys = [contact[name] for contact in src_partners.sudo() if contact[name]]
            if keys and not dst_partner.sudo()[name]:
                dst_partner.sudo()[name] = keys[-1]
