from odoo import api, fields, models

from ..services.caches import forget_caches
from ..usercom import Rule, directions

UNSUBSCRIBED_FIELD = "usercom_unsubscribed"
# What decides whose a contact is, who sees it and what it is (an employee is HR's to say): never
# User.com's to say. A contact's company (``parent_id``) has rules of its own: it is found by name
# among the account's companies.
NEVER_IMPORTED = frozenset({"active", "company_id", "employee", "is_company", "type", "user_id"})
PAIR_FIELDS = {"field_id", "attribute_id", "direction", "is_consent"}
REQUEUE = "usercom.field.mapping.requeue"  # the accounts whose pairs have changed, until precommit


class UsercomFieldMapping(models.Model):
    """A pair of an Odoo contact field and a User.com attribute that are kept the same."""

    _name = "usercom.field.mapping"
    _inherit = "usercom.guarded"
    _description = "User.com Field Mapping"
    _order = "sequence, id"

    backend_id = fields.Many2one(
        "usercom.backend",
        "Account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["usercom.backend"]._of_company(),
    )
    sequence = fields.Integer(default=10)
    field_id = fields.Many2one(
        "ir.model.fields",
        "Contact Field",
        required=True,
        ondelete="cascade",
        domain=lambda self: self._mappable_domain(),
    )
    field_name = fields.Char(related="field_id.name", string="Technical Field")
    field_type = fields.Selection(related="field_id.ttype")
    attribute_id = fields.Many2one(
        "usercom.attribute",
        "User.com Attribute",
        required=True,
        ondelete="cascade",
        help="A person's name can be paired with both First name and Last name: its first word is "
        "the first name, the rest the last. A company's name is its last name, and is never "
        "changed from there.",
    )
    value_type = fields.Selection(related="attribute_id.value_type", string="User.com Type")
    direction = fields.Selection(
        [
            ("both", "Both ways"),
            ("export", "Odoo to User.com"),
            ("import", "User.com to Odoo"),
        ],
        required=True,
        compute="_compute_direction",
        store=True,
        readonly=False,
        precompute=True,
    )
    conflict_policy = fields.Selection(
        [
            ("odoo", "Odoo wins"),
            ("usercom", "User.com wins"),
            ("newest", "The newer change wins"),
        ],
        "On Conflict",
        required=True,
        default="odoo",
    )
    is_consent = fields.Boolean("Consent")
    is_phone = fields.Boolean(compute="_compute_is_phone")
    phone_format = fields.Selection(
        [("e164", "International"), ("typed", "As typed")],
        "Phone Numbers",
        required=True,
        default="e164",
        help="How numbers are sent to User.com: “+48601111222”, or as they are in Odoo. In either "
        "case “+48 601 111 222” and “+48601111222” are the same number, and a number that comes "
        "back in another spelling changes nothing.",
    )

    _attribute_uniq = models.Constraint(
        "unique (backend_id, attribute_id)", "A User.com attribute can be paired only once."
    )

    @api.depends("field_id", "attribute_id")
    def _compute_display_name(self):
        for mapping in self:
            field = mapping.field_id.sudo().field_description
            mapping.display_name = f"{field} ↔ {mapping.attribute_id.name}"

    @api.depends("field_id", "attribute_id")
    def _compute_is_phone(self):
        names = self.env["res.partner"]._phone_get_number_fields()
        for mapping in self:
            is_named = mapping.field_name in names or mapping._key() == "phone_number"
            mapping.is_phone = is_named and mapping.field_type == "char"

    @api.depends("field_id", "attribute_id", "is_consent")
    def _compute_direction(self):
        for mapping in self:
            allowed = mapping._allowed_directions()
            if mapping.direction not in allowed:
                mapping.direction = next(iter(allowed), "both")

    def _allowed_directions(self):
        """The directions this pair can travel, the widest first."""
        self.ensure_one()
        ways = directions(
            self.field_id.ttype,
            self.attribute_id.value_type,
            consent=self.is_consent,
            table=self._type_table(),
        )
        if self.attribute_id.read_only:
            ways -= {"export"}
        if self.field_id.sudo().readonly or self.field_name in NEVER_IMPORTED:
            ways -= {"import"}
        return ["both", "export", "import"] if len(ways) == 2 else list(ways)

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        forget_caches(self)
        mappings._forget_agreed()
        return mappings

    def write(self, vals):
        moved = self._moved_by(vals)
        result = super().write(vals)
        forget_caches(self)
        moved._forget_agreed()
        if not vals.keys().isdisjoint(PAIR_FIELDS):
            self._requeue_later()
        return result

    def unlink(self):
        result = super().unlink()
        forget_caches(self)
        return result

    def _moved_by(self, vals):
        """Those whose field or attribute becomes another one by writing ``vals``."""
        names = [name for name in ("field_id", "attribute_id") if name in vals]
        return self.filtered(lambda m: any(m[name].id != vals[name] for name in names))

    def _forget_agreed(self):
        """What was agreed on was another field's value, or another attribute's."""
        for backend, mappings in self.grouped("backend_id").items():
            keys = [mapping._key() for mapping in mappings]
            self.env["usercom.binding"].sudo()._forget_keys(backend, keys)

    def _requeue_later(self):
        """Have the contacts compared anew: edits made under the former pair were not sent."""
        precommit = self.env.cr.precommit
        if REQUEUE not in precommit.data:
            precommit.data[REQUEUE] = set()
            precommit.add(self._requeue)
        precommit.data[REQUEUE].update(
            mapping.backend_id.id for mapping in self if mapping.direction != "import"
        )

    def _requeue(self):
        backend_ids = self.env.cr.precommit.data.pop(REQUEUE, ())
        outbox = self.env["usercom.outbox"].sudo()
        outbox._enqueue_linked(outbox.backend_id.browse(backend_ids).exists())

    # ---- merge ----

    def _key(self):
        """The name under which the values of this pair are merged and agreed on."""
        return self.attribute_id.name_std

    def _rules(self):
        """The plain merge ``Rule`` of each pair. What is only read does not go to User.com."""
        only_read = self.backend_id._only_read()
        return [
            Rule(
                key=mapping._key(),
                direction="import" if mapping in only_read else mapping.direction,
                policy=mapping.conflict_policy,
                consent=mapping.is_consent,
                withdrawn=mapping._withdrawn(),
                is_name_part=mapping._is_name_part(),
            )
            for mapping in self
        ]

    def _attributes(self):
        """``{key: plain Attribute}``."""
        return {mapping._key(): mapping._as_attribute() for mapping in self}
