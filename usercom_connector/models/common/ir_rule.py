from odoo import SUPERUSER_ID, api, models, tools
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model
    @tools.ormcache("company_id", "model_name")
    def _usercom_company_domain(self, company_id, model_name):
        """The records of a model that the global rules let a user of only this company see."""
        if model_name == "res.company":
            return Domain("id", "=", company_id)
        rules = self.with_user(SUPERUSER_ID).with_context(allowed_company_ids=[company_id])
        context = rules._eval_context()
        about = [("model_id.model", "=", model_name), ("global", "=", True)]
        return Domain.AND(
            Domain(safe_eval(rule.domain_force, context))
            for rule in rules.search([*about, ("perm_read", "=", True)])
            if rule.domain_force
        )
