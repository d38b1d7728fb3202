from ast import literal_eval
from functools import partial

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.orm.domains import NEGATIVE_CONDITION_OPERATORS

from ...services.consents.received import refuse_email
from ...services.contacts.employees import Employees
from ...services.contacts.identity import normalized
from ...services.contacts.watched_edits import WatchedFields
from ...services.mapping.paths import BAD_DOMAIN
from ...services.own_context import own_context, with_own_context
from ...usercom.records import sha256_of


class UsercomBackendContact(models.AbstractModel):
    """How an account sees contacts: their custom ids, their consents, what of them is watched."""

    _name = "usercom.backend.contact"
    _description = "User.com Account: Contacts"

    custom_ids_seen = fields.Selection(
        [
            ("none", "None"),
            ("email", "E-mail address"),
            ("sha256", "SHA-256 of the e-mail address"),
            ("number", "Numbers"),
            ("other", "Something else"),
        ],
        "Custom IDs Seen in User.com",
        readonly=True,
        copy=False,
    )
    give_custom_ids = fields.Boolean(
        "Give It to Matched Users Too",
        help="User.com may merge users of one e-mail address overnight. One that has a custom ID "
        "is kept.",
    )
    email_consent_id = fields.Many2one(
        "usercom.field.mapping",
        "E-mail Consent",
        ondelete="set null",
        domain="[('backend_id', '=', id), ('is_consent', '=', True)]",
        help="The consent that goes with the e-mail blacklist: to withdraw one withdraws both.",
    )
    unsubscribe_policy = fields.Selection(
        [
            ("both", "The e-mail consent and “Unsubscribed”"),
            ("consent", "Only the e-mail consent"),
            ("unsubscribed", "Only “Unsubscribed”"),
        ],
        "Write to User.com",
        required=True,
        default="both",
        help="How User.com is told whether a contact wants e-mail. Both are always read.",
    )

    # ---- who takes part ----

    @tools.ormcache("self.id")
    def _key_field(self):
        """The name of the contacts' field that keeps the User.com id."""
        return self.key_field_id.sudo().name or "usercom_key"

    def _partner_domain(self):
        """The contacts that take part: as chosen, and of this company or of none.

        A hook, to keep some out: extend with ``super()._partner_domain() & Domain(…)``. An edit of
        any field named in it has the contact looked at again; who no longer takes part is dealt
        with as the account's policy for leaving contacts says.
        """
        return self._bound(self.partner_domain) & self._partners_of_company()

    def _bound(self, text, model="res.partner"):
        """The domain of a model in ``text``, kept from looking into other companies."""
        return CompanyBound(self.company_id).bind(literal_eval(text or "[]"), self.env[model])

    def _partners_of_company(self):
        return Domain("company_id", "in", [False, self.company_id.id])

    @api.model
    def _count_partners(self, text, company):
        """How many contacts the domain ``text`` lets take part for ``company``; 0 if it is none."""
        try:
            return self.new({"partner_domain": text, "company_id": company.id})._partner_count()
        except BAD_DOMAIN:  # somebody is still typing it; saving tells what is wrong
            return 0

    @api.model
    def _count_employees(self, text, company):
        """``(how many take part, how many do not)`` of internal users' contacts, likewise."""
        try:
            return Employees(self.new({"partner_domain": text, "company_id": company.id})).counts()
        except BAD_DOMAIN:
            return 0, 0

    def _partner_count(self):
        return self.env["res.partner"].search_count(self._partner_domain())

    def _partners(self):
        """The model of contacts as this account sees them."""
        return self.env["res.partner"].sudo().with_company(self.company_id)

    def _taking_part(self, partners):
        return self._partners().search(Domain("id", "in", partners.ids) & self._partner_domain())

    # ---- as the account sees them ----

    def _with_account_context(self, partners):
        """The contacts as this account sees them: its company's values, its company's language."""
        seen = partners.sudo().with_company(self.company_id).with_context(lang=self._language())
        origin = own_context(self.env).origin
        return with_own_context(seen, origin=origin) if origin else seen

    def _in_company(self, partners):
        """Those of ``partners`` that are of this company or of none."""
        company_ids = (False, self.company_id.id)
        return self._with_account_context(partners).filtered(
            lambda partner: partner.company_id.id in company_ids
        )

    def _language(self):
        """The code of the company's language: its contacts' values and our messages are in it."""
        account_id, known = own_context(self.env).language or (None, None)
        if account_id == self.id:
            return known
        return self.company_id.partner_id.lang or "en_US"

    def _in_its_language(self):
        """The account for work that looks up the language but once."""
        language = self._language()
        return with_own_context(self.with_context(lang=language), language=(self.id, language))

    # ---- custom ids ----

    def _custom_id(self, partner, email):
        """The custom id that the policy gives to ``partner`` with this ``email``, None if none.

        A hook, for a policy of another addon. Called too with an earlier ``email`` of the contact,
        to tell whether the policy has made the custom id that its user has.
        """
        email = normalized(email)
        match self.custom_id_policy:
            case "database_id":
                return str(partner.id)
            case "email":
                return email
            case "sha256":
                return sha256_of(email) if email else None
        return None

    def _queue_without_custom_id(self):
        """Queue the contacts whose users are to get a custom id."""
        for backend in self.filtered(lambda each: each._gives_custom_ids()):
            self.env["usercom.outbox"]._enqueue_without_custom_id(backend)

    def _gives_custom_ids(self):
        """Whether users that were found, not created, get a custom id."""
        return self.give_custom_ids and self.custom_id_policy != "none"

    def _custom_id_hint(self):
        """What to choose, seeing what the users carry; empty if nobody has looked yet."""
        alike = self.env._(
            "Your users already carry it: choose “%s”, so that your website, your shop and Odoo "
            "mean the same people.",
            dict(self._fields["custom_ids_seen"]._description_selection(self.env)).get(
                self.custom_ids_seen
            ),
        )
        return {
            "none": self.env._("Your users carry no custom ID yet."),
            "email": alike,
            "sha256": alike,
            "number": self.env._(
                "Your users already carry numbers, those of a shop for instance. Choose “None”, "
                "unless they are the database ids of Odoo's contacts."
            ),
            "other": self.env._(
                "Your users already carry custom IDs that Odoo cannot make. Choose “None”."
            ),
        }.get(self.custom_ids_seen, "")

    # ---- consents ----

    @api.constrains("email_consent_id")
    def _check_email_consent(self):
        for backend in self:
            if backend.email_consent_id.backend_id not in (backend, backend.browse()):
                raise ValidationError(
                    self.env._("The e-mail consent is one of another User.com account.")
                )

    def _refuse_email(self, emails):
        """The contacts of these normalized ``emails`` want no e-mail: note it, and withdraw."""
        refuse_email(self, emails)

    # ---- what is watched ----

    @api.model
    @tools.ormcache()
    def _watched_fields(self):
        """``{model: {field: paths}}``: an edit of the field may concern some contacts.

        A path leads from a contact to the edited record: ``category_id`` for the name of a tag,
        ``id`` for the contact's own fields. Empty while no account runs.
        """
        if self._is_being_removed():
            return {}
        backends = self.sudo().search([("state", "in", ("running", "paused"))])
        return WatchedFields(self.env).of(backends)

    @api.model
    def _is_being_removed(self, addon="usercom_connector"):
        """Odoo still writes to its own models while an uninstallation drops our tables."""
        domain = [("name", "=", addon), ("state", "in", ("to remove", "uninstalled"))]
        return bool(self.env["ir.module.module"].sudo().search_count(domain))


# ---- no look into other companies ----

ANY = ("any", "not any")
LISTS = (list, tuple, set, frozenset)


class CompanyBound:
    """Domains of contacts that, on their way through relations, meet no other company's records.

    A chosen domain is used by the drain, as root, and whom it finds is shown: a Manager could spell
    out the address of a contact that is not his with ``child_ids.email =like 'a%'``. Here it
    becomes ``child_ids any (email =like 'a%' and <rule of contacts for this company>)``. It is
    bound to the account's company and not to who typed it, so that nobody's leaving the company
    changes who takes part.
    """

    def __init__(self, company):
        self._company_id = company.id
        self._env = company.env

    def bind(self, domain, model):
        """The ``domain`` of ``model``, each path through relations bound."""
        return Domain(domain).map_conditions(partial(self._bind_condition, model))

    def _bind_condition(self, model, condition):
        first, _dot, rest = condition.field_expr.partition(".")
        operator, value = condition.operator, condition.value
        field = model._fields.get(first)
        if field is None or not (field.comodel_name or operator in ANY):
            return condition
        if not field.comodel_name:  # "id any (…)": the same record
            return Domain(first, operator, self.bind(value, model))
        comodel = self._env[field.comodel_name]
        if rest:
            return self._meets(first, Domain(rest, operator, value), comodel)
        if operator in ANY:
            met = self._meets(first, Domain(value), comodel)
            return ~met if operator.startswith("not") else met
        return self._bind_link(field, condition, comodel)

    def _meets(self, name, domain, comodel):
        """That field ``name`` leads to a record within ``domain`` that this company may see."""
        rule = self._env["ir.rule"]._usercom_company_domain(self._company_id, comodel._name)
        return Domain(name, "any", self.bind(domain, comodel) & rule)

    def _bind_link(self, field, condition, comodel):
        """The records themselves, by name or by id: ``child_ids ilike 'anna'``."""
        operator, value = condition.operator, condition.value
        values = value if isinstance(value, LISTS) else [value]
        if operator in ("child_of", "parent_of"):
            if any(isinstance(each, str) for each in values):
                raise ValueError(f"{field.name} {operator} takes ids only")
            return condition
        is_named = any(isinstance(each, str) for each in values)
        if not is_named and field.type == "many2one":
            return condition
        positive = NEGATIVE_CONDITION_OPERATORS.get(operator, operator)
        if is_named:
            met = self._meets(field.name, Domain("display_name", positive, value), comodel)
        else:
            met = self._meets_ids(field.name, values, comodel)
        return met if operator == positive else ~met

    def _meets_ids(self, name, values, comodel):
        """That a list holds one of these ids; False among them: that it is empty."""
        met = self._meets(name, Domain("id", "in", [each for each in values if each]), comodel)
        is_empty = any(not each for each in values)
        return met | ~self._meets(name, Domain.TRUE, comodel) if is_empty else met
