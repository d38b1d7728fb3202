from dataclasses import replace

from odoo import api, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..services.own_context import Origin, own_context, with_own_context
from ..usercom import answer, consent_attribute, has_both_answers, key_of, said
from ..usercom.names import NAME_PARTS
from ..usercom.words import read_word
from .usercom_field_mapping import UNSUBSCRIBED_FIELD

UNSUBSCRIBED = "unsubscribed"


class UsercomFieldMapping(models.Model):
    """Consents: what a contact's field shows, what counts of it, and how it comes to be known.

    A consent's canonical value is True, False or None whatever the two types are. A checkbox, or a
    selection with one choice for yes and one for no, may be a consent.
    """

    _inherit = "usercom.field.mapping"

    @api.constrains("is_consent", "field_id", "attribute_id")
    def _check_consent(self):
        for mapping in self.filtered("is_consent"):
            field = mapping._partner_field()
            if field.name == UNSUBSCRIBED_FIELD and mapping._key() != UNSUBSCRIBED:
                raise ValidationError(
                    self.env._(
                        "“%s” can be a consent only together with User.com's “Unsubscribed”.",
                        mapping.field_id.field_description,
                    )
                )
            if field.type == "selection" and not has_both_answers(mapping._choice_keys()):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be a consent: its choices must be one for yes and one for no.",
                        mapping.field_id.field_description,
                    )
                )

    # ---- values ----

    @tools.ormcache("self.id")
    def _as_attribute(self):
        """The plain ``Attribute``; that of a consent is a boolean one."""
        attribute = self.attribute_id._as_attribute()
        if self.is_consent:
            return consent_attribute(attribute)
        is_exact = attribute.name_std in NAME_PARTS and not self._is_name_part()
        return replace(attribute, is_exact=True) if is_exact else attribute

    def _withdrawn(self):
        """The canonical value that says "no"."""
        return self._key() == UNSUBSCRIBED

    def _choice_keys(self):
        return [key for key, _label in self._partner_field()._description_selection(self.env)]

    def _shown(self, partner):
        """The consent as the field shows it: True, False or None."""
        return self._meant(partner[self.field_name])

    def _meant(self, value):
        """The consent that a ``value`` of the field means: True, False or None."""
        if self.field_type == "selection":
            value = read_word(value) if value else None
        return answer(value, self._withdrawn())

    def _all_shown(self, partners):
        """``{partner_id: consent as shown}``, as the account sees the contacts."""
        seen = self.backend_id._seen(partners)
        return {partner.id: self._shown(partner) for partner in seen}

    def _consent_value(self, partner):
        """The canonical value of what ``partner`` has said; None if nothing."""
        known = self._known(partner)
        silent_no = self.field_type == "boolean" and not self._withdrawn()
        consent = said(self._shown(partner), known, silent_no=silent_no)
        return None if consent is None else consent != self._withdrawn()

    def _known(self, partner):
        """What ``partner`` said last, as the log knows it."""
        return (partner.usercom_answers or {}).get(self._key())

    def _consent_to_odoo(self, value):
        """The canonical ``value`` as the contact's field takes it."""
        if self.field_type == "selection":
            return value is not None and key_of(value, self._choice_keys())
        return bool(value)

    def _unsaid(self):
        """``{field: value}`` of contacts that said nothing: no field's default is a consent."""
        consents = self.filtered("is_consent")
        return {mapping.field_name: False for mapping in consents if mapping._partner_field().store}

    # ---- knowing who said what ----

    @api.model
    @tools.ormcache()
    def _consent_ids(self):
        return self.sudo().search([("is_consent", "=", True)])._ids

    @api.model
    def _consents(self):
        """The consents of every account."""
        return self.sudo().browse(self._consent_ids())

    @api.model
    def _consents_of(self, names):
        """The consents that one of the contact fields ``names`` shows."""
        return self._consents().filtered(lambda mapping: mapping.field_name in names)

    def _refuses(self, partners, value):
        """Whether ``value`` means "yes", and one of ``partners`` has said "no" before."""
        if self._meant(value or False) is not True:
            return False
        seen = self.backend_id._seen(partners)
        return any(self._known(partner) is False for partner in seen)

    def _note_shown(self, partners, before=None):
        """Note what the contacts show, where that is not what they showed ``before``."""
        shown = self._all_shown(partners)
        for consent in (True, False, None):
            changed = [
                partner_id
                for partner_id, now in shown.items()
                if now is consent and (before is None or before[partner_id] is not now)
            ]
            self._note(consent, partners.browse(changed))

    def _note(self, consent, partners):
        """The contacts say ``consent`` from now on: log it, and have a withdrawal hurry."""
        partners = self.backend_id._own(partners)
        if not partners:
            return
        news = self._record(consent, SQL("SELECT unnest(%s)", list(partners._ids)))
        if consent is False:
            self.env["usercom.binding"]._disagree(
                self.backend_id, news, self._key(), self._withdrawn()
            )
            self.env["usercom.outbox"]._hurry(news)
        self.backend_id._keep_email_consent(self, consent, partners)
        if consent is not None:
            self._share_withdrawals(partners)

    def _share_withdrawals(self, partners):
        """Of what the contacts with one e-mail address said, the strictest counts for all.

        What another has only because of the address does not count against ``partners``.
        """
        sharing = self._of_the_address().backend_id._sharing(partners)
        log = self.env["usercom.consent.log"]
        refused = log._refusing(self.backend_id, [self._key()], sharing)
        refused |= (sharing & partners).filtered(lambda p: self._known(p) is False)
        addresses = set(refused.mapped("email_normalized"))
        self._withdraw(sharing.filtered(lambda p: p.email_normalized in addresses))

    def _note_for_address(self, consent, partners):
        """Note what another contact said of the address; who refused it for themselves still do."""
        log = self.env["usercom.consent.log"]
        refusing = log._refusing(self.backend_id, [self._key()], partners)
        self._note(consent, partners - refusing if consent else partners)
        self._withdraw(self.backend_id._seen(refusing))

    def _of_the_address(self):
        """This consent, noting what is said of an e-mail address, not by the contact itself."""
        told = own_context(self.env).origin or Origin()
        return with_own_context(self, origin=replace(told, origin="address"))

    def _withdraw(self, partners):
        """Show "no" on those contacts that show "yes"."""
        given = partners.filtered(lambda partner: self._shown(partner))
        if given:
            given.write({self.field_name: self._consent_to_odoo(self._withdrawn())})

    # ---- contacts that become one ----

    def _strictest(self, kept, merged):
        """What counts once ``merged`` are one with ``kept``: any "no", else what ``kept`` said."""
        seen = self.backend_id._seen(kept | merged)
        answers = {
            partner.id: answer(self._consent_value(partner), self._withdrawn()) for partner in seen
        }
        return False if False in answers.values() else answers[kept.id]

    def _settle_merged(self, partner, consent):
        """Show and note what counts for ``partner`` after a merge."""
        self._note(consent, partner)
        if consent is not None or self._partner_field().store:
            seen = with_own_context(self.backend_id._seen(partner), merging=True)
            canonical = None if consent is None else consent != self._withdrawn()
            seen.write({self.field_name: self._consent_to_odoo(canonical)})
