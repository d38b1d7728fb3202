from odoo import models, tools

from ...services.initial_sync import InitialSync
from ...services.renamed_hooks import extended, former_name


class UsercomBackendHooks(models.AbstractModel):
    """What other addons extend: who may become a contact, and what follows a sync.

    Which contacts take part is ``_partner_domain``. docs/development.md shows each in use.
    """

    _name = "usercom.backend.hooks"
    _description = "User.com Account: Hooks"

    def _filter_importable_users(self, users):
        """Those of ``users``, plain ``usercom.User`` without a contact, who may become contacts.

        A hook: a user that an extension leaves out is not created as a contact. By default, those
        are left out who have no e-mail address, no phone number and no name.
        """
        return [user for user in users if user.email or user.phone_number or user.name]

    @former_name(of="_filter_importable_users")
    def _welcome(self, users):
        """The former name of ``_filter_importable_users``."""

    def _importable(self, users):
        """Those of ``users`` whom the hook lets become contacts, by its former name too."""
        return extended(self._filter_importable_users, former=self._welcome)(users)

    def _after_push(self, partners):
        """``partners`` were just sent to User.com; a hook that does nothing by itself.

        Called in the drain's transaction with all contacts that are stored together. It must not
        call other servers. An error fails the rows of the contacts it is raised for, with its text.
        """

    def _after_pull(self, partners):
        """``partners`` have just been given values from User.com; a hook, as ``_after_push``.

        What it writes to them is sent to User.com as any other edit is.
        """

    def _memberships(self):
        """The pairs of groups of contacts and labels of User.com, of each kind a recordset.

        A hook, for another kind of ``usercom.group.mapping``: ``[*super()._memberships(), pairs]``.
        """
        return [self.tag_mapping_ids]

    @tools.ormcache("self.id")
    def _has_memberships(self):
        """Whether any group is paired: each batch of contacts asks for it."""
        return any(self.sudo()._memberships())

    def _stepwise_work(self):
        """What goes on step by step within the drains, behind the queues, in this order.

        A hook, for another ``services.stepwise.Stepwise``: ``[*super()._stepwise_work(), work]``.
        """
        return [InitialSync(self)]

    def _why_not_created(self):
        """Why new people in User.com become no contacts; empty if they do.

        A hook, for a policy of one's own about new people. The text is shown in the inbox.
        """
        if self.new_user_policy == "link":
            return self.env._(
                "Not added: new people in User.com are only linked to existing contacts, as the "
                "settings say."
            )
        if self.new_user_policy == "ignore":
            return self.env._("Ignored: new people in User.com, as the settings say.")
        return ""

    def _after_new_contacts(self, partners):
        """``partners`` have just been created of new people in User.com; a hook, as the others."""

    def _after_email_refusal(self, partners):
        """``partners`` have just been put on Odoo's e-mail blacklist; a hook, as the others.

        Called in the transaction of whoever did so, be it the drain or a user of Odoo.
        """
