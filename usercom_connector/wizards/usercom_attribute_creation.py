from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.mapping.attribute import VALUE_TYPES
from ..services.account.connection import Connection
from ..services.consents.answers import UNSUBSCRIBED_FIELD
from ..services.mapping.choices import field_choices
from ..usercom import fitting_value_types
from ..usercom.records import USERS

NAME_LIMIT = 32


class UsercomAttributeCreation(models.TransientModel):
    """A new User.com attribute that fits a contact field, and the mapping of the two.

    From the drop-down of a mapping it only creates the attribute, which that mapping then takes.
    """

    _name = "usercom.attribute.creation"
    _inherit = "usercom.guarded"
    _description = "New User.com Attribute"
    _is_made_by_people = True

    backend_id = fields.Many2one("usercom.backend", required=True, ondelete="cascade")
    field_id = fields.Many2one(
        "ir.model.fields",
        "Contact Field",
        ondelete="cascade",
        domain=lambda self: [
            *self.env["usercom.field.mapping"]._mappable_domain(),
            ("name", "!=", UNSUBSCRIBED_FIELD),
        ],
    )
    resource = fields.Selection(
        lambda self: self.env["usercom.attribute"]._fields["resource"].selection,
        "Attribute Of",
        required=True,
        default=USERS,
    )
    name = fields.Char(compute="_compute_name", store=True, readonly=False, size=NAME_LIMIT)
    value_type = fields.Selection(
        VALUE_TYPES, "Type", compute="_compute_value_type", store=True, readonly=False
    )
    choices = fields.Text(
        compute="_compute_choices", store=True, readonly=False, help="One choice per line."
    )
    is_paired = fields.Boolean("Pair Them", default=True)

    @api.depends("field_id")
    def _compute_name(self):
        for creation in self:
            creation.name = (creation.field_id.field_description or "")[:NAME_LIMIT]

    @api.depends("field_id")
    def _compute_value_type(self):
        table = self.env["usercom.field.mapping"]._type_table()
        for creation in self:
            ttype = creation.field_id.ttype
            ways = {kind: len(table[kind][ttype]) for kind in fitting_value_types(ttype, table)}
            creation.value_type = max(ways, key=ways.get, default=False)

    @api.depends("field_id", "value_type")
    def _compute_choices(self):
        for creation in self:
            wanted = creation.value_type == "fixed" and creation.field_id
            creation.choices = "\n".join(creation._odoo_choices()) if wanted else False

    def _odoo_choices(self):
        """What the field's values are sent as; nothing where they are too many to list."""
        mapping = self.env["usercom.field.mapping"].new(
            {"backend_id": self.backend_id.id, "field_id": self.field_id.id}
        )
        is_listed = self.field_id.ttype in ("selection", "many2one", "many2many")
        return (field_choices(mapping)[0] if is_listed else None) or []

    def action_create(self):
        """Create the attribute in User.com and pair it with the field."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        backend = self.backend_id
        backend._check_manager()
        choices = [line.strip() for line in (self.choices or "").splitlines() if line.strip()]
        multiple = self.value_type == "fixed" and self.field_id.ttype == "many2many"
        created = Connection(backend).ask(
            lambda client: client.create_attribute(
                self.name.strip(), self.value_type, choices, multiple, self.resource
            )
        )
        attribute = self.env["usercom.attribute"].sudo()._add(backend, created)
        if not self.is_paired:
            named = {"id": attribute.id, "display_name": attribute.display_name}
            return {"type": "ir.actions.act_window_close", "infos": {"attribute": named}}
        self.env["usercom.field.mapping"].create(
            {
                "backend_id": backend.id,
                "field_id": self.field_id.id,
                "attribute_id": attribute.id,
            }
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_complete(self):
        if not (self.field_id and (self.name or "").strip() and self.value_type):
            raise UserError(self.env._("Choose a contact field, a name and a type."))
        if len(self.name.strip()) > NAME_LIMIT:
            raise UserError(
                self.env._(
                    "“%(name)s” is too long: User.com allows %(limit)s characters.",
                    name=self.name,
                    limit=NAME_LIMIT,
                )
            )
        table = self.env["usercom.field.mapping"]._type_table()
        if self.value_type not in fitting_value_types(self.field_id.ttype, table):
            raise UserError(
                self.env._(
                    "“%(field)s” does not fit an attribute of this type.",
                    field=self.field_id.field_description,
                )
            )
        if self.value_type == "fixed" and not (self.choices or "").strip():
            raise UserError(self.env._("Enter the choices, one per line."))
