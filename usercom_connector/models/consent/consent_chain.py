from dataclasses import asdict

from odoo import api, fields, models

from ...services.consents.chain import ConsentChain


class UsercomConsentChain(models.Model):
    """Where a company's sealed consents end: so it is noticed, too, when the last are missing."""

    _name = "usercom.consent.chain"
    _inherit = "usercom.guarded"
    _description = "User.com Consent Chain"
    _rec_name = "company_id"
    _fixed_fields = ("company_id",)

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    length = fields.Integer(  # pylint: disable=attribute-deprecated
        required=True, readonly=True, help="How many entries are sealed."
    )
    head = fields.Char(readonly=True, help="The hash of the last of them.")

    _company_uniq = models.UniqueIndex("(company_id)")

    @api.autovacuum
    def _seal_all(self):
        """Seal the rows that no account's job has sealed: the account is paused, or deleted."""
        unsealed = [("chain_number", "=", False)]
        log = self.env["usercom.consent.log"]
        companies = log._read_group(unsealed, ["company_id"])
        done = sum(ConsentChain(self.env, company).seal() for (company,) in companies)
        return done, log.search_count(unsealed, limit=1) if done else 0

    @api.model
    def _verify(self, is_meant):
        """``[{"company", "sealed", "unsealed", "head", "fault"}]`` of the companies with consents.

        ``is_meant`` is a function from a company to whether it is asked about.
        """
        log = self.env["usercom.consent.log"]
        found = [company for (company,) in log._read_group([], ["company_id"])]
        chained = self.search_fetch([], ["company_id"]).company_id
        found = chained.union(*found).filtered(is_meant).sorted("id")
        return [
            {"company": company.name, **_plain(ConsentChain(self.env, company).verify())}
            for company in found
        ]


def _plain(verified):
    return {**verified, "fault": verified["fault"] and asdict(verified["fault"])}
