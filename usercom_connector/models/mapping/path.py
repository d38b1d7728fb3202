from odoo import api, fields, models

from ...services.mapping.paths import last_field, path_label, relation
from ...services.mapping.summaries import summary_problem, usual_summary

PATH_FIELDS = ("path", "summary", "summary_domain")


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
    summary = fields.Selection(
        [("count", "Count"), ("sum", "Sum"), ("latest", "Latest"), ("earliest", "Earliest")],
        compute="_compute_summary",
        store=True,
        readonly=False,
        precompute=True,
        help="What is sent where a path leads to several records: how many they are, or the sum or "
        "the latest or earliest date of the last field. Everybody who can see the queues of "
        "User.com can see it there. Amounts in other currencies are converted to the company's.",
    )
    summary_model = fields.Char(compute="_compute_summary_model")
    summary_domain = fields.Char(
        "Filter",
        help="Which of the records count: by default all that are not archived. A filter that "
        "depends on today's date is looked at when something of the contact changes, and by the "
        "full comparison.",
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
    def _compute_summary(self):
        for mapping in self:
            mapping.summary = usual_summary(mapping)

    @api.depends("path", "field_id")
    def _compute_summary_model(self):
        for mapping in self:
            many = relation(mapping)
            mapping.summary_model = many is not None and many.comodel_name

    @api.depends("path", "field_id", "summary")
    @api.depends_context("lang")
    def _compute_path_label(self):
        for mapping in self:
            mapping.path_label = mapping.path and path_label(mapping)

    def _compute_path_model(self):
        self.path_model = "res.partner"

    @api.depends("path", "field_id", "summary")
    def _compute_field_type(self):
        fields_of = self.env["ir.model.fields"].sudo()
        for mapping in self:
            field = last_field(mapping)
            known = fields_of._get(field.model_name, field.name) if field is not None else fields_of
            mapping.last_field_id = known or mapping.field_id
        for mapping in self:  # once all of them are known, they are read at once
            mapping.field_type = mapping.last_field_id.sudo().ttype

    @api.onchange("path")
    def _onchange_path(self):
        if self.path:
            self.field_id = self._begun({"path": self.path})["field_id"]
        if self.summary_domain and (not self.summary_model or summary_problem(self)):
            self.summary_domain = False  # of other records

    @api.model
    def _begun(self, vals):
        """``vals`` with the contact field that their path begins with.

        One step is no path, unless it leads to records that are counted.
        """
        if not vals.get("path"):
            return vals
        first, dot, _rest = vals["path"].partition(".")
        field = self.env["ir.model.fields"]._get("res.partner", first)
        is_path = dot or field.sudo().ttype == "one2many"
        return {**vals, "field_id": field.id, "path": is_path and vals["path"]}

    def action_add_path(self):
        """Open the form of a new pair that follows relations."""
        return self._new_path("usercom_connector.usercom_field_mapping_conversion_view_form")

    def action_add_company_path(self):
        """Open the form of a new pair of companies that follows relations."""
        return self._new_path("usercom_connector.usercom_company_mapping_conversion_view_form")

    def _new_path(self, form):
        self.check_access("read")
        self._connected_account()._check_manager()
        view = self.env.ref(form)
        action = self._open(self.browse(), self.env._("Follow a Relation"))
        return action | {"views": [(view.id, "form")]}
