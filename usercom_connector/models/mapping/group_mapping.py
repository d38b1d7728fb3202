from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ...services.database.transactions import forget_caches
from ...services.mapping.requeue import requeue_later
from ...services.mapping.rights import may_read
from ...usercom import Attribute, Rule
from ...usercom.memberships import Membership
from ...usercom.records import USERS

PAIR_FIELDS = ("label_id", "direction")


class UsercomGroupMapping(models.AbstractModel):
    """A pair of a group of contacts in Odoo and a label of User.com: who is in one is in the other.

    A model of such pairs names the group's field in ``_group_field``, and in ``_contact_field`` the
    many2many field of contacts that has it. ``_all_field`` and ``_prefix_field`` are the account's
    fields by which all groups are paired, ``_pairs_field`` is the one that has the pairs.
    ``_action`` opens their list.
    """

    _name = "usercom.group.mapping"
    _inherit = "usercom.guarded"
    _description = "User.com Group Mapping"
    _is_made_by_people = True
    # What services ask of any pair.
    is_broken = is_consent = path = False
    conflict_policy = "odoo"
    value_type = "boolean"
    resource = USERS

    _kind = ""
    _group_field = ""
    _contact_field = ""
    _all_field = ""
    _prefix_field = ""
    _pairs_field = ""
    _action = ""

    backend_id = fields.Many2one(
        "usercom.backend",
        "Account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["usercom.backend"]._of_company(),
    )
    label_id = fields.Many2one("usercom.label", required=True, index=True, ondelete="cascade")
    direction = fields.Selection(
        [
            ("both", "Both ways"),
            ("export", "Odoo to User.com"),
            ("import", "User.com to Odoo"),
        ],
        required=True,
        default="both",
        help="Both ways: who gets or loses it on one side gets or loses it on the other.",
    )

    is_gone = fields.Boolean(related="label_id.is_gone")
    is_archived = fields.Boolean("Archived in Odoo", compute="_compute_is_archived")
    has_history = fields.Boolean(compute="_compute_has_history")

    problem = fields.Text("Needs Attention", compute="_compute_problem")

    @api.depends("is_gone", "is_archived")
    @api.depends_context("lang")
    def _compute_problem(self):
        for pair in self:
            is_gone, is_archived = pair.is_gone and pair._gone_text(), pair.is_archived
            pair.problem = is_gone or (is_archived and pair._archived_text())

    @api.depends("backend_id.history_days")
    def _compute_has_history(self):
        """Whether it is kept what the pair moved."""
        for pair in self:
            pair.has_history = bool(pair.backend_id.history_days)

    @api.depends(lambda self: [f"{self._group_field}.active"] if self._group_field else [])
    def _compute_is_archived(self):
        for pair in self:
            pair.is_archived = bool(pair._group()) and not pair.sudo()._group().active

    @api.depends(lambda self: [self._group_field, "label_id"] if self._group_field else [])
    def _compute_display_name(self):
        for pair in self:
            pair.display_name = f"{pair._group_name()} ↔ {pair.label_id.name}"

    @api.constrains("backend_id", "label_id")
    def _check_label(self):
        for pair in self:
            label = pair.label_id
            if not label:
                continue
            if label.backend_id != pair.backend_id or label.kind != self._kind:
                mine = label.name if label.sudo(False).has_access("read") else label.id
                raise ValidationError(self.env._("“%s” is of another account.", mine))
            same = [("backend_id", "=", pair.backend_id.id), ("id", "!=", pair.id)]
            same.append(("label_id.name_key", "=", label.name_key))
            if other := self.search(same, limit=1):
                raise ValidationError(
                    self.env._(
                        "“%(label)s” is paired with “%(group)s” already.",
                        label=label.name,
                        group=other._group_name(),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        pairs = super().create(vals_list)
        forget_caches(self)
        pairs._forget_agreed()
        return pairs

    def write(self, vals):
        is_moved = any(name in vals for name in (self._group_field, *PAIR_FIELDS))
        if is_moved:
            self._forget_agreed()
        result = super().write(vals)
        forget_caches(self)
        if is_moved:
            self._forget_agreed()
            requeue_later(self)
        return result

    def unlink(self):
        self._forget_agreed()
        result = super().unlink()
        forget_caches(self)
        return result

    def action_fetch_tags(self):
        """Fetch the tags and lists of the current company's account; returns a notification."""
        self.check_access("read")
        return self.env["usercom.field.mapping"]._connected_account().action_fetch_tags()

    def action_open_history(self):
        """Open who got into the group, and who out of it, through this pair."""
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "usercom_connector.usercom_value_change_action"
        )
        return action | {"domain": [("label_id", "=", self.label_id.id)]}

    def _forget_agreed(self):
        """Forget who was agreed to be in it: those of another group or label do not count."""
        for backend, pairs in self.exists().grouped("backend_id").items():
            keys = [pair._key() for pair in pairs]
            self.env["usercom.binding"].sudo()._forget_keys(backend, keys)

    # ---- what the pair is, for the services ----

    @property
    def field_name(self):
        """The contact field that shows it."""
        return self._contact_field

    def _is_name_part(self):
        return False

    def _is_in_use(self):
        """Whether who is in the group can be told: an archived one is hidden from its contacts.

        Of a label that User.com has no more nobody has left it, and nobody gets it.
        """
        return self.sudo()._group().active and not self.label_id.is_gone

    def _group(self):
        """The record in Odoo whose members are compared."""
        return self[self._group_field]

    def _group_name(self):
        """What the group is called; also for those who may not read groups."""
        return self._name_of(self.sudo()._group())

    @api.model
    def _name_of(self, group):
        """The name of a ``group``, with those above it: "Partner / Gold"."""
        return group.display_name

    @api.model
    def _may_be_read(self):
        """Whether the user may read who is in such groups; under sudo, too."""
        return may_read(self.env.user, self.env["res.partner"], [self._contact_field])

    @api.model
    def _never_paired(self):
        """The groups that cannot be paired."""
        return self.env[self._fields[self._group_field].comodel_name]

    @api.model
    def _groups_of(self, partner):
        """``(ids, ids)``: the groups that the contact is in, and those of which nothing is said."""
        return set(partner[self._contact_field].ids), ()

    @api.model
    def _refused_by(self, partner):
        """The ids of the groups that the contact does not want to be in, whatever User.com says."""
        return ()

    @api.model
    def _why_kept_out(self, partner, values):
        """Why User.com cannot put the contact, which gets these ``values``, into any group.

        None if it can. ``values`` is {key: canonical value}.
        """
        return None

    def _with_change(self, vals, joins):
        """``vals`` of a contact with what puts it into the group, or out of it."""
        change = Command.link if joins else Command.unlink
        name = self._contact_field
        return {**vals, name: [*vals.get(name, []), change(self._group().id)]}

    def _key(self):
        return self.label_id._key()

    def _label(self):
        """What the membership is called: "Tag: VIP"."""
        raise NotImplementedError

    def _gone_text(self):
        """That User.com does not have it any more, and what to do."""
        raise NotImplementedError

    def _archived_text(self):
        """That Odoo has archived it."""
        raise NotImplementedError

    def _rule(self):
        """The plain merge ``Rule``: being in it is True, not being in it is no value."""
        return Rule(self._key(), self.direction, "odoo", is_sparse=True)

    def _as_attribute(self):
        """The plain ``Attribute`` by which it is read of a user."""
        membership = Membership(self._kind, self.label_id._plain())
        return Attribute(self._label(), self._key(), "boolean", membership=membership)
