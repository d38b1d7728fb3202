from datetime import UTC

from odoo import api, fields, models
from odoo.tools import SQL

from ...services.contacts.texts import ContactText
from ...usercom.merge import Base

MERGE_SECONDS = 60  # until a merge is looked at again that is waited for: it failed several times


def as_utc(naive):
    return naive and naive.replace(tzinfo=UTC)


def moment(user):
    """When ``user`` was changed, to the microsecond, in a form that sorts; None if not told."""
    at = user.updated_at
    return at and at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class UsercomLink(models.AbstractModel):
    """A contact of Odoo and its counterpart in User.com, and what both sides last agreed on."""

    _name = "usercom.link"
    _inherit = "usercom.about.contact"
    _description = "User.com Link of Any Kind"
    _rec_name = "partner_id"
    _order = "id desc"

    backend_id = fields.Many2one("usercom.backend", "Account", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Contact", required=True, ondelete="cascade")
    external_id = fields.Integer("User.com ID", aggregator=False)
    custom_id = fields.Char("Custom ID")
    # A prefetch group of their own: a failure is shown on a link without a look at them.
    base = fields.Json("Agreed Values", groups="base.group_system", prefetch="base")
    remote_base = fields.Json(
        "Values Kept Apart in User.com",
        groups="base.group_system",
        prefetch="base",
        help="What User.com had where each side kept its own value.",
    )
    unconfirmed = fields.Json("Values Sent Without an Answer", groups="base.group_system")
    state = fields.Selection(
        [
            ("synced", "Synced"),
            ("pending", "Waiting"),
            ("failed", "Failed"),
            ("gone", "Gone from User.com"),
            ("erased", "Erased"),
        ],
        required=True,
        default="pending",
    )
    last_error = ContactText()
    synced_at = fields.Datetime("Last Synced")
    left_at = fields.Datetime(
        "No Longer Synced Since",
        help="Since when the contact is archived or no longer synced.",
    )
    compared_at = fields.Datetime(help="When a full comparison last met the user.")
    remote_updated_at = fields.Char(help="When the user was last changed, as far as known. UTC.")

    @api.model
    def _of(self, backend, partners):
        """``{partner_id: binding}`` of those ``partners`` that have one."""
        domain = [("backend_id", "=", backend.id), ("partner_id", "in", partners.ids)]
        found = self.search_fetch(domain)
        return {binding.partner_id.id: binding for binding in found}

    @api.model
    def _of_user(self, backend, user_id):
        """The link to this user of User.com, empty if there is none."""
        return self.search([("backend_id", "=", backend.id), ("external_id", "=", user_id or -1)])

    @api.model
    def _owners(self, backend, external_ids):
        """``{User.com id: contact}`` of those users that are linked."""
        domain = [("backend_id", "=", backend.id), ("external_id", "in", list(external_ids))]
        found = self.search_fetch(domain)
        return {binding.external_id: binding.partner_id for binding in found}

    def _last_base(self):
        """The ``Base``: what both sides had when they were last compared."""
        return Base(self.base or {}, self.remote_base or {})

    def _store_base(self, base):
        self.write(base_columns(base))

    def _agree_on(self, values):
        """Count ``{key: canonical value}`` as agreed on, so that what differs has to be moved."""
        base = self._last_base()
        base.agree_on(values)
        self._store_base(base)

    @api.model
    def _received(self, user):
        """The column values of what is known of ``user``."""
        seen_at = "told_at" if user.is_from_payload else "remote_updated_at"
        return {"custom_id": user.custom_id, seen_at: moment(user)}

    @api.model
    def _agreement_columns(self, user_id, base, error=None, unconfirmed=None):
        """The column values that say that both sides agree on ``base``.

        Whatever was sent is answered, but for ``unconfirmed``.
        """
        return {
            "external_id": user_id,
            **base_columns(base),
            "unconfirmed": unconfirmed or None,
            "state": "failed" if error else "synced",
            "last_error": error,
            "synced_at": fields.Datetime.now(),
        }

    def _agreed_with(self, user_id):
        """The base, if it is this user's: what was agreed with another user does not count."""
        return self._last_base() if self.external_id == user_id else Base()

    def _unconfirmed_by(self, user_id):
        """What was sent to this user without an answer, or to nobody known yet."""
        is_same = not self.external_id or self.external_id == user_id
        return (self.sudo().unconfirmed or {}) if is_same else {}

    def _is_live(self):
        """Whether it leads to a user that, as far as known, exists."""
        return bool(self.external_id) and self.state != "gone"

    def _settle_missing(self, row):
        """Mark what User.com has no more as gone; only a push by hand creates it again."""
        if not row.is_by_hand:
            self.state = "gone"
            row._finish(outcome="gone")
        elif self._awaiting_merges():
            row._postpone(MERGE_SECONDS)
        else:
            self._forget()
            row._put_back()

    def _awaiting_merges(self):
        """Those of these links that are to lead to another record, about to be merged into theirs.

        Companies are merged at once, without a call.
        """
        return self.browse()

    @api.model
    def _forget_keys(self, backend, keys):
        """Have the values of these keys compared as if both sides met for the first time."""
        self.flush_model(["base", "remote_base"])
        self.env.cr.execute(
            SQL(
                """UPDATE %(table)s
                      SET base = base - %(keys)s::text[],
                          remote_base = remote_base - %(keys)s::text[]
                    WHERE backend_id = %(backend)s
                      AND (base ?| %(keys)s::text[] OR remote_base ?| %(keys)s::text[])""",
                table=SQL.identifier(self._table),
                keys=list(keys),
                backend=backend.id,
            )
        )
        self.invalidate_model(["base", "remote_base"])

    @api.model
    def _ensure(self, backend, partners):
        """The links of ``partners``; who has none gets one."""
        known = self._of(backend, partners)
        missing = partners.filtered(lambda partner: partner.id not in known)
        created = self.create(
            [{"backend_id": backend.id, "partner_id": partner.id} for partner in missing]
        )
        return created.union(*known.values())


def base_columns(base):
    """The column values that store a ``Base``."""
    return {"base": dict(base), "remote_base": Base(base).remote or None}
