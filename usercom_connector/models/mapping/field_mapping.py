from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ...services.companies.participation import LINKS
from ...services.consents.adoption import adopt, refuse_to_mix_answers, remember_field
from ...services.consents.answers import UNSUBSCRIBED, UNSUBSCRIBED_FIELD
from ...services.database.transactions import forget_caches
from ...services.mapping.check import allowed_directions, pair_problem
from ...services.mapping.pairs import pair_of
from ...services.mapping.paths import last_field
from ...services.mapping.requeue import requeue_later
from ...services.mapping.rights import unreadable_problem
from ...services.mapping.second_pairs import refuse_paired_attributes, twofold_import_problem
from ...services.mapping.segment_tags import segment_problem
from ...services.mapping.suggestions import suggested_pairs
from ...usercom import has_both_answers
from ...usercom.records import COMPANIES, USERS
from ...usercom.texts import NAME_PARTS
from .conversion import CONVERTED_BY, DETAILS
from .path import PATH_FIELDS

PAIR_FIELDS = {"field_id", *PATH_FIELDS, "attribute_id", "direction", "is_consent", *DETAILS}


class UsercomFieldMapping(models.Model):
    """A pair of an Odoo contact field and a User.com attribute that are kept the same."""

    _name = "usercom.field.mapping"
    _inherit = [
        "usercom.field.mapping.hooks",
        "usercom.field.mapping.conversion",
        "usercom.field.mapping.path",
        "usercom.field.mapping.examples",
        "usercom.guarded",
    ]
    _description = "User.com Field Mapping"
    _order = "sequence, id"
    _is_made_by_people = True

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
    resource = fields.Selection(related="attribute_id.resource", store=True, precompute=True)
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
        help="Both ways: a change on either side reaches the other. Odoo to User.com: values are "
        "sent, and a change in User.com stays there. User.com to Odoo: values are taken over, and "
        "a change in Odoo stays there.",
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
        help="Which value is kept when both sides changed it since they were last the same. For a "
        "consent, a withdrawal is always kept.",
    )
    is_consent = fields.Boolean(
        "Consent",
        help="A permission that a person gives and withdraws, such as for a newsletter. Each "
        "answer is logged. The User.com attribute may be a yes / no, a text or fixed choices.",
    )
    is_broken = fields.Boolean("Needs Attention", compute="_compute_is_broken", store=True)
    problem = fields.Text(compute="_compute_problem")

    _attribute_uniq = models.Constraint(
        "unique (backend_id, attribute_id)", "A User.com attribute can be paired only once."
    )

    @api.depends("field_id", "path", "summary", "attribute_id")
    def _compute_display_name(self):
        for mapping in self:
            mapping.display_name = f"{mapping._label()} ↔ {mapping.attribute_id.name}"

    @api.depends("field_id", *PATH_FIELDS, "attribute_id", "is_consent", *CONVERTED_BY)
    def _compute_direction(self):
        for mapping in self:
            allowed = allowed_directions(mapping)
            if mapping.direction not in allowed:
                mapping.direction = next(iter(allowed), "both")

    @api.depends(
        "field_id",
        *PATH_FIELDS,
        "direction",
        "is_consent",
        "attribute_id.value_type",
        "attribute_id.choices",
        "attribute_id.multiple",
        "attribute_id.multiple_untold",
        "attribute_id.read_only",
        "attribute_id.is_gone",
        *CONVERTED_BY,
    )
    def _compute_is_broken(self):
        for mapping in self:
            was_broken, mapping.is_broken = mapping.is_broken, bool(pair_problem(mapping))
            if mapping.id and was_broken and not mapping.is_broken:
                mapping._requeue_later()

    @api.depends("is_broken")
    @api.depends_context("lang")
    def _compute_problem(self):
        for mapping in self:
            mapping.problem = mapping.is_broken and pair_problem(mapping)

    def _recheck(self):
        """Look at the pairs again; the choices on Odoo's side may have changed too."""
        self.env.add_to_compute(self._fields["is_broken"], self)

    @api.constrains("backend_id", *PAIR_FIELDS)
    def _check_pair(self):
        for mapping in self:
            problem = unreadable_problem(mapping) or pair_problem(mapping)
            if problem := problem or segment_problem(mapping) or twofold_import_problem(mapping):
                raise ValidationError(problem)

    @api.constrains("is_consent", "field_id", "attribute_id")
    def _check_consent(self):
        for mapping in self.filtered("is_consent"):
            field = mapping._partner_field()
            if mapping.resource == COMPANIES:
                raise ValidationError(self.env._("A company gives no consent: people do."))
            if field.name == UNSUBSCRIBED_FIELD and mapping._key() != UNSUBSCRIBED:
                raise ValidationError(
                    self.env._(
                        "“%s” can be a consent only together with User.com's “Unsubscribed”.",
                        mapping.field_id.field_description,
                    )
                )
            if field.type == "selection" and not has_both_answers(mapping._choice_keys()):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be a consent: its choices must be one for yes and one for no.",
                        mapping.field_id.field_description,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        refuse_paired_attributes(self, vals_list)
        mappings = super().create([self._begun(vals) for vals in vals_list])
        forget_caches(self)
        mappings._forget_agreed()
        mappings._fill_value_table()
        adopt(mappings.filtered("is_consent"))
        return mappings

    def write(self, vals):
        refuse_paired_attributes(self, [vals])
        vals = self._begun(vals)
        moved, consents = self._moved_by(vals), self.filtered("is_consent")
        refuse_to_mix_answers(moved)
        remember_field(consents)
        self._drop_value_tables(vals)
        result = super().write(vals)
        forget_caches(self)
        moved._forget_agreed()
        self._fill_value_table()
        if not vals.keys().isdisjoint(PAIR_FIELDS):
            self._requeue_later()
        refuse_to_mix_answers(moved)
        adopt((self - consents).filtered("is_consent"))
        return result

    def unlink(self):
        remember_field(self.exists().filtered("is_consent"))
        result = super().unlink()
        forget_caches(self)
        return result

    def _moved_by(self, vals):
        """Those whose field or attribute becomes another one by writing ``vals``."""
        names = [name for name in ("field_id", "attribute_id") if name in vals]
        return self.filtered(
            lambda m: (
                any(m[name].id != vals[name] for name in names)
                or any(
                    (m[name] or "") != (vals.get(name, m[name]) or "")
                    for name in ("path", "summary")
                )
            )
        )

    def _forget_agreed(self):
        """Forget what was agreed on: it was the value of another field or attribute."""
        for (backend, resource), mappings in self.grouped(
            lambda mapping: (mapping.backend_id, mapping.resource)
        ).items():
            keys = [mapping._key() for mapping in mappings]
            self.env[LINKS[resource]].sudo()._forget_keys(backend, keys)

    def _requeue_later(self):
        """Have the contacts compared anew: edits made under the former pair were not sent."""
        requeue_later(self)

    # ---- buttons ----

    def action_suggest(self):
        """Open the obvious pairs that are not mapped yet."""
        self.check_access("read")
        backend = self._connected_account()
        backend._check_manager()
        lines = suggested_pairs(backend)
        if not lines:
            raise UserError(
                self.env._("There is nothing left to suggest: the obvious pairs are mapped.")
            )
        wizard = (
            self.env["usercom.mapping.suggestion"]
            .sudo()
            .create({"backend_id": backend.id, "line_ids": [(0, 0, line) for line in lines]})
        )
        return self._open(wizard, backend._titled(self.env._("Suggested Mappings")))

    def action_create_attribute(self):
        """Open the form of a new User.com attribute."""
        self.check_access("read")
        backend = self._connected_account()
        backend._check_manager()
        creation = self.env["usercom.attribute.creation"]
        title = backend._titled(self.env._("New Attribute in User.com"))
        return self._open(creation, title) | {"context": {"default_backend_id": backend.id}}

    def action_create_company_attribute(self):
        """Open the form of a new User.com attribute of companies."""
        action = self.action_create_attribute()
        return action | {"context": {**action["context"], "default_resource": COMPANIES}}

    def action_fetch_attributes(self):
        """Fetch the attributes of the current company's account again."""
        self.check_access("read")
        return self._connected_account().action_fetch_attributes()

    @api.model
    def _connected_account(self):
        backend = self.env["usercom.backend"]._of_company()
        if not backend.attribute_ids:
            raise UserError(
                self.env._("Connect User.com first: Settings → User.com → Authenticate.")
            )
        return backend

    def _open(self, wizard, title):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    # ---- what the pair is, for the services ----

    def _key(self):
        """The name under which the values of this pair are merged and agreed on."""
        return self.attribute_id.name_std

    def _partner_field(self):
        """The ``Field``, of contacts unless the pair has a path; None if it is no more there."""
        return last_field(self)

    def _label(self):
        """What the Odoo side is called: "City", "Related Company > Industry > Name"."""
        return self.path_label or self.field_id.sudo().field_description

    def _choice_keys(self):
        return [key for key, _label in self._partner_field()._description_selection(self.env)]

    def _is_name_part(self):
        """Whether it is the full name, paired with User.com's first or last name.

        One that is "Customer" where Odoo has none is no part of the name that it is split from.
        """
        return self.field_name == "name" and self._key() in NAME_PARTS and not self.when_empty

    def _withdrawn(self):
        """The canonical value that says "no"."""
        return self._key() == UNSUBSCRIBED

    def _rules(self):
        """The plain merge ``Rule`` of each pair."""
        return [pair.rule for pair in self._pairs()]

    def _attributes(self):
        """``{key: plain Attribute}``."""
        return {pair.key: pair.attribute for pair in self._pairs()}

    def _pairs(self):
        """The plain ``Pair`` of each."""
        return [mapping._pair() for mapping in self]

    def _pair(self):
        """The plain ``Pair``, whose facts every batch of contacts asks for."""
        return self._stored_pair() if isinstance(self.id, int) else pair_of(self.sudo())

    @tools.ormcache("self.id")
    def _stored_pair(self):
        return pair_of(self.sudo())

    @api.model
    @tools.ormcache()
    def _consent_fields(self):
        """``((id, name of the contact field), …)``: each write of a contact asks for them."""
        consents = self.sudo().search([("is_consent", "=", True)])
        return tuple((consent.id, consent.field_name) for consent in consents)

    @api.model
    def _consents(self):
        """The consents of every account."""
        return self.sudo().browse(consent_id for consent_id, _name in self._consent_fields())

    @api.model
    def _consents_of(self, names):
        """The consents that one of the contact fields ``names`` shows."""
        shown = self._consent_fields()
        return self.sudo().browse(consent_id for consent_id, name in shown if name in names)

    @api.model
    @tools.ormcache("backend_id")
    def _consent_keys(self, backend_id):
        """``((key, attribute, canonical value that says "no"), …)`` of an account."""
        consents = self._consents().filtered(lambda m: m.backend_id.id == backend_id)
        return tuple((m._key(), m._as_attribute(), m._withdrawn()) for m in consents)

    @api.model
    @tools.ormcache("backend_id")
    def _received_keys(self, backend_id):
        """The names of the attributes whose values a call may bring."""
        ours = [("backend_id", "=", backend_id), ("resource", "=", USERS)]
        mappings = self.sudo().search(ours)
        return frozenset(m._key() for m in mappings if m.is_consent or m.direction != "export")
