import csv
import io
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...services.consents.chain import GUARD
from ...services.contacts.texts import ValueTexts
from ...services.own_context import Origin, own_context
from ...usercom.spreadsheet import guarded

ANSWERS = {True: "yes", False: "no", None: "unset"}
CONSENTS = {word: consent for consent, word in ANSWERS.items()}


class UsercomConsentLog(models.Model):
    """What contacts said about their consents: written once, never changed, deleted by nobody.

    An erased contact's rows stay, and name nobody any more. What a contact said counts for the
    company: it still does when its account is deleted and another one made.
    """

    _name = "usercom.consent.log"
    _inherit = "usercom.about.contact"
    _description = "User.com Consent Log"
    _order = "id desc"

    create_date = fields.Datetime("When", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    backend_id = fields.Many2one("usercom.backend", "Account", readonly=True, ondelete="set null")
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True, ondelete="set null")
    consent = fields.Char("User.com Attribute", required=True, readonly=True)
    consent_label = fields.Char("Consent", compute="_compute_consent_label")
    old_value = fields.Selection("_answers", required=True, readonly=True)
    new_value = fields.Selection("_answers", required=True, readonly=True)
    origin = fields.Selection(
        [
            ("odoo", "Odoo user"),
            ("webhook", "Call of User.com"),
            ("sync", "Sync run"),
            ("merge", "Merge of contacts"),
            ("mapping", "Found when the consent was mapped"),
            ("address", "Shared with the e-mail address"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Odoo User", readonly=True, ondelete="set null")
    origin_ref = fields.Char("Reference", readonly=True, help="The queue entry that it came with.")
    source_at = fields.Datetime("User.com's Time", readonly=True)

    # How a row is sealed, see `services/consents/chain.py`. `said_as`: the contact's id when the
    # row was sealed, where it has been merged into another one since.
    chain_number = fields.Integer(readonly=True, groups=fields.NO_ACCESS)
    chain_hash = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    sealed_at = fields.Datetime(readonly=True, groups=fields.NO_ACCESS)
    subject = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    salt = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    said_as = fields.Integer(readonly=True, groups=fields.NO_ACCESS)

    _origin_known = models.Constraint(
        "CHECK (origin IN ('odoo', 'webhook', 'sync', 'merge', 'mapping', 'address'))"
    )
    _chain_uniq = models.UniqueIndex("(company_id, chain_number) WHERE chain_number IS NOT NULL")
    _unsealed_idx = models.Index("(company_id, id) WHERE chain_number IS NULL")
    _last_idx = models.Index("(partner_id, company_id, consent, id DESC)")

    @api.model
    def _answers(self):
        return [
            ("yes", self.env._("Given")),
            ("no", self.env._("Withdrawn")),
            ("unset", self.env._("Not asked")),
        ]

    @api.depends("consent", "backend_id", "company_id")
    def _compute_consent_label(self):
        texts = ValueTexts(self.env)
        for company, rows in self.grouped("company_id").items():
            backend = self.env["usercom.backend"].sudo()._of_company(company)
            for row in rows:
                row.consent_label = texts.label(row.backend_id or backend, row.consent)

    @api.depends("consent_label", "new_value")
    def _compute_display_name(self):
        answers = dict(self._fields["new_value"]._description_selection(self.env))
        for row in self:
            row.display_name = f"{row.consent_label}: {answers.get(row.new_value, '').lower()}"

    # ---- append-only ----

    def init(self):
        self.env.cr.execute(GUARD)

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        if not vals_list:  # what Odoo's generic code asks for where there is nothing to do
            return self.browse()
        return self._refuse(self.env._("Only the User.com connector writes the consent log."))

    def write(self, vals):  # pylint: disable=method-required-super
        return self._refuse(self.env._("The consent log cannot be changed."))

    def copy(self, default=None):  # pylint: disable=method-required-super
        return self._refuse(self.env._("Only the User.com connector writes the consent log."))

    def unlink(self):
        """Refuse, and delete nothing even where a row names nobody any more.

        The Privacy Lookup deletes all that it found: after the contact, these rows.
        """
        if self.exists().partner_id:
            self._refuse(
                self.env._(
                    "The consent log cannot be deleted. Delete the contact to erase a person."
                )
            )
        return super(UsercomConsentLog, self.browse()).unlink()

    def _refuse(self, reason):
        raise AccessError(reason)

    # ---- writing and knowing ----

    @api.model
    def _record(self, backend, consent, answer, partners):
        """Note that the contacts now say ``answer`` (True, False, None), where that is news.

        It is news, too, when a contact says "no" that had it only by its address so far.
        ``partners`` is SQL for ids of contacts. Returns the ids of those whose answer is new.
        """
        self.env["res.partner"].flush_model(["company_id"])
        origin = own_context(self.env).origin or Origin()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO usercom_consent_log
                       (company_id, backend_id, partner_id, consent, old_value, new_value,
                        origin, user_id, origin_ref, source_at,
                        create_uid, write_uid, create_date, write_date)
                SELECT %(company)s, %(backend)s, p.id, %(consent)s, coalesce(l.new_value, 'unset'),
                       %(answer)s, %(origin)s, %(user)s, %(ref)s, %(source_at)s,
                       %(uid)s, %(uid)s, now.at, now.at
                  FROM res_partner p LEFT JOIN LATERAL (%(last)s) l ON true,
                       (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS at) now
                 WHERE p.id IN (%(partners)s)
                   AND (p.company_id IS NULL OR p.company_id = %(company)s)
                   AND (coalesce(l.new_value, 'unset') <> %(answer)s
                        OR %(answer)s = 'no' AND l.origin = 'address' AND %(origin)s <> 'address')
                 ORDER BY p.id
                RETURNING partner_id
                """,
                company=backend.company_id.id,
                backend=backend.id,
                consent=consent,
                answer=ANSWERS[answer],
                origin=origin.origin,
                user=self.env.uid if origin.origin in ("odoo", "merge", "mapping") else None,
                ref=origin.ref,
                source_at=origin.at,
                uid=self.env.uid,
                last=self._last(backend, SQL("c.partner_id = p.id AND c.consent = %s", consent)),
                partners=partners,
            )
        )
        self.invalidate_model()
        self.env["res.partner"].invalidate_model(["usercom_consent_log_ids", "usercom_answers"])
        return [partner_id for (partner_id,) in rows]

    @api.model
    def _last(self, backend, condition):
        """SQL: the last answer among the rows ``c`` that ``condition`` chooses, and its origin."""
        return SQL(
            """SELECT c.new_value, c.origin FROM usercom_consent_log c
                WHERE c.company_id = %s AND %s
                ORDER BY c.id DESC LIMIT 1""",
            backend.company_id.id,
            condition,
        )

    @api.model
    def _saying(self, backend, consent, answer):
        """SQL: the ids of the contacts whose last answer is ``answer``."""
        return SQL(
            """(SELECT partner_id FROM (
                    SELECT DISTINCT ON (partner_id) partner_id, new_value
                      FROM usercom_consent_log
                     WHERE company_id = %s AND consent = %s AND partner_id IS NOT NULL
                     ORDER BY partner_id, id DESC) l
                 WHERE new_value = %s)""",
            backend.company_id.id,
            consent,
            ANSWERS[answer],
        )

    @api.model
    def _known(self, backend, partners):
        """``{partner_id: {consent: True | False | None}}``, the last answers of ``partners``."""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (partner_id, consent) partner_id, consent, new_value
                     FROM usercom_consent_log
                    WHERE company_id = %s AND partner_id = ANY(%s)
                    ORDER BY partner_id, consent, id DESC""",
                backend.company_id.id,
                partners.ids,
            )
        )
        known = defaultdict(dict)
        for partner_id, consent, word in rows:
            known[partner_id][consent] = CONSENTS[word]
        return known

    @api.model
    def _refusing(self, backend, consents, partners):
        """Those of ``partners`` who last said "no" to one of ``consents``, themselves."""
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id FROM (
                       SELECT DISTINCT ON (partner_id, consent) partner_id, new_value, origin
                         FROM usercom_consent_log
                        WHERE company_id = %s AND partner_id = ANY(%s) AND consent = ANY(%s)
                        ORDER BY partner_id, consent, id DESC) l
                    WHERE new_value = 'no' AND origin <> 'address'""",
                backend.company_id.id,
                partners.ids,
                consents,
            )
        )
        return partners.browse({partner_id for (partner_id,) in rows})

    @api.model
    def _refused_addresses(self, partners):
        """The e-mail addresses of ``partners`` at which some contact has ever said "no"."""
        emails = [email for email in partners.mapped("email_normalized") if email]
        if not emails:
            return set()
        partners.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT p.email_normalized FROM res_partner p
                    WHERE p.email_normalized = ANY(%s)
                      AND EXISTS (SELECT FROM usercom_consent_log l
                                   WHERE l.partner_id = p.id AND l.new_value = 'no' OFFSET 0)""",
                emails,
            )
        )
        return {email for (email,) in rows}

    # ---- right of access ----

    def _as_csv(self):
        """These rows as a table for the person they are about, oldest first."""
        names = ("create_date", "consent_label", "old_value", "new_value", "origin", "source_at")
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(self.fields_get(names)[name]["string"] for name in names)
        for row in self.sorted("id")._export_rows([[name] for name in names]):
            table.writerow(map(guarded, row))
        return out.getvalue()
