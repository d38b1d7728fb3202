from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..services.own_context import Origin, with_own_context
from ..usercom.words import read_word
from .usercom_field_mapping import UNSUBSCRIBED_FIELD


class UsercomFieldMapping(models.Model):
    """A field that is a consent from now on: what its contacts show is logged.

    A logged "no" stays one, whatever the field shows. A logged "yes" is of no account once another
    field shows the consent: that one's empty checkbox would turn it into a "no".
    """

    _inherit = "usercom.field.mapping"

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        mappings.filtered("is_consent")._adopt()
        return mappings

    def write(self, vals):
        moved = self._moved_by(vals)
        moved._refuse_to_mix_answers()
        fresh = self.filtered(lambda mapping: not mapping.is_consent)
        (self - fresh)._remember_field()
        result = super().write(vals)
        moved._refuse_to_mix_answers()
        fresh.filtered("is_consent")._adopt()
        return result

    def unlink(self):
        self.exists().filtered("is_consent")._remember_field()
        return super().unlink()

    def _remember_field(self):
        for mapping in self:
            if mapping.attribute_id.shown_by != mapping.field_name:
                mapping.attribute_id.sudo().shown_by = mapping.field_name

    def _refuse_to_mix_answers(self):
        """Nobody has answered by the other field, or to the other attribute."""
        log = self.env["usercom.consent.log"].sudo()
        for mapping in self.filtered("is_consent"):
            company = mapping.backend_id.company_id
            about = [("company_id", "=", company.id), ("consent", "=", mapping._key())]
            if log.search_count(about, limit=1):
                raise ValidationError(
                    self.env._(
                        "The consent log holds answers to “%s”. To pair it anew, delete this pair "
                        "and add another one.",
                        mapping.attribute_id.name,
                    )
                )

    def _adopt(self):
        """Log what contacts show already: the customer has made that field a record of consents."""
        for mapping in with_own_context(self, origin=Origin("mapping")):
            if mapping.attribute_id.shown_by != mapping.field_name:
                mapping._record(None, mapping._saying(True))
            if mapping._partner_field().store:
                mapping._adopt_values()
            elif mapping.field_name == UNSUBSCRIBED_FIELD:
                mapping._adopt_blacklist()

    def _adopt_values(self):
        contacts = self.backend_id._partners().with_context(active_test=False)
        for value in self._telling_values():
            showing = contacts._search([(self.field_name, "=", value)]).subselect()
            shown = read_word(value) != self._withdrawn()
            self._record(shown, SQL("%s EXCEPT %s", showing, self._saying(False)))
        refused = self.env.execute_query(self._saying(False))
        self._withdraw(self.backend_id._own(contacts.browse(key for (key,) in refused)))

    def _telling_values(self):
        """The field's values that say something by themselves."""
        return self._choice_keys() if self.field_type == "selection" else [True]

    def _adopt_blacklist(self):
        self.env["mail.blacklist"].flush_model(["email", "active"])
        self.env["res.partner"].flush_model(["email_normalized"])
        blocked = SQL(
            """SELECT a.id FROM res_partner a
                 JOIN mail_blacklist m ON m.email = a.email_normalized AND m.active"""
        )
        self._record(False, blocked)

    def _record(self, answer, partners):
        log = self.env["usercom.consent.log"]
        return log._record(self.backend_id, self._key(), answer, partners)

    def _saying(self, answer):
        return self.env["usercom.consent.log"]._saying(self.backend_id, self._key(), answer)
