from odoo import models

from ..services.own_context import Origin, own_context, with_own_context
from ..usercom.merge import Conflict
from ..usercom.user_values import read_user
from .usercom_backend_inbound import TakenIn


class UsercomBackend(models.Model):
    """What is different while an initial sync takes in users, and when it is gone on with."""

    _inherit = "usercom.backend"

    def _for_sync(self, sync):
        """This account, taking in users by the choices of ``sync``."""
        origin = Origin("sync", ref=f"{sync._name},{sync.id}")
        rules = tuple(sync._first_rules())  # looked up once for a page
        return with_own_context(self, origin=origin, sync_id=sync.id, sync_rules=rules)

    def _sync(self):
        """The sync by whose choices users are taken in; none at other times."""
        return self.env["usercom.sync"].browse(own_context(self.env).sync_id or [])

    def _meeting(self, partner, user, binding, *more, **how):
        rules = own_context(self.env).sync_rules
        if rules is not None and not _have_agreed(binding, user):
            how["rules"] = rules
        return super()._meeting(partner, user, binding, *more, **how)

    def _settle_meetings(self, meetings, bindings):
        if self._sync().direction == "import":  # but for withdrawn consents
            for meeting in meetings:
                meeting.to_push = bool(meeting.agreed.to_usercom)
            self._leave_as_conflicts(
                meeting
                for meeting in meetings
                if meeting.to_push
                and not _have_agreed(bindings.get(meeting.partner.id), meeting.user)
            )
        return super()._settle_meetings(meetings, bindings)

    def _leave_as_conflicts(self, meetings):
        """What else differs stays so, as conflicts to be settled by hand: what is to be pushed is
        a withdrawn consent, and nothing more.
        """
        mappings = self._active_mappings()
        attributes, export = mappings._attributes(), mappings._exporter()
        sent = [rule.key for rule in mappings._rules() if rule.direction != "import"]
        for meeting in meetings:
            agreed = meeting.agreed
            odoo, _problems = export(meeting.partner, agreed.base)
            remote, _errors = read_user(meeting.user, attributes, agreed.base)
            for key in sent:
                value, there = odoo.get(key), remote.get(key)
                if key not in agreed.to_usercom and value not in (None, agreed.base.get(key)):
                    agreed.base.keep_apart(key, value, there)
                    agreed.conflicts.append(Conflict(key, None, value, there, None))

    def _refusal(self, user, partners, bindings):
        refusal, sync = super()._refusal(user, partners, bindings), self._sync()
        if refusal or not sync or partners.filtered_domain(sync._domain()):
            return refusal
        return TakenIn(self.env["res.partner"])

    def _meet(self, users, outsiders):
        if self._sync().direction == "export":
            return {user.id: TakenIn(self.env["res.partner"]) for user in users}
        return super()._meet(users, outsiders)

    def action_sync(self):
        """The initial sync of this account."""
        self.check_access("read")
        return self.env["usercom.sync"]._open(self)


def _have_agreed(binding, user):
    """Whether the contact of the ``binding`` and ``user`` have met before."""
    return bool(binding and binding._agreed_with(user.id))
