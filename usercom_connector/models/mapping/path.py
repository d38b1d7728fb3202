from odoo import api, fields, models

from ...services.mapping.paths import last_field, path_label


class UsercomFieldMappingPath(models.AbstractModel):
    """Pairs whose Odoo side is no field of the contact, but of a record that it leads to."""

    _name = "usercom.field.mapping.path"
    _description = "User.com Field Mapping: Path"

    path = fields.Char(
        compute="_compute_path",
        store=True,
        readonly=False,
        precompute=True,
        help="Leads from the contact over related records to a field, such as the industry of the "
        "contact's company. The value is only sent from Odoo to User.com.",
    )
    path_label = fields.Char("Path to Field", compute="_compute_path_label")
    path_model = fields.Char(compute="_compute_path_model")
    field_type = fields.Selection(
        selection=lambda self: self.env["ir.model.fields"]._fields["ttype"].selection,
        compute="_compute_field_type",
    )
    last_field_id = fields.Many2one("ir.model.fields", compute="_compute_field_type")

    @api.depends("field_id")
    def _compute_path(self):
        """Another field of the contact is no longer the beginning of the path."""
        for mapping in self:
            first = (mapping.path or "").split(".")[0]
            if first != mapping.field_id.sudo().name:
                mapping.path = False

    @api.depends("path", "field_id")
    @api.depends_context("lang")
    def _compute_path_label(self):
        for mapping in self:
            mapping.path_label = mapping.path and path_label(mapping)

    def _compute_path_model(self):
        self.path_model = "res.partner"

    @api.depends("path", "field_id")
    def _compute_field_type(self):
        fields_of = self.env["ir.model.fields"].sudo()
        for mapping in self:
            field = last_field(mapping)
            known = fields_of._get(field.model_name, field.name) if field is not None else fields_of
            mapping.last_field_id = known or mapping.field_id
            mapping.field_type = mapping.last_field_id.sudo().ttype

    @api.onchange("path")
    def _onchange_path(self):
        if self.path:
            self.update(self._begun({"path": self.path}))

    @api.model
    def _begun(self, vals):
        """``vals`` with the contact field that their path begins with; one step is no path."""
        if not vals.get("path"):
            return vals
        first, dot, _rest = vals["path"].partition(".")
        field = self.env["ir.model.fields"]._get("res.partner", first)
        return {**vals, "field_id": field.id, "path": vals["path"] if dot else False}

    def action_add_path(self):
        """Open the form of a new pair that follows relations."""
        self.check_access("read")
        self._connected_account()._check_manager()
        view = self.env.ref("usercom_connector.usercom_field_mapping_conversion_view_form")
        action = self._open(self.browse(), self.env._("Follow a Relation"))
        return action | {"views": [(view.id, "form")]}
