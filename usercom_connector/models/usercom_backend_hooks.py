from odoo import models


class UsercomBackendHooks(models.AbstractModel):
    """What other addons extend: who is welcome, and what follows a sync.

    Which contacts take part is ``_partner_domain``. docs/development.md shows each in use.
    """

    _name = "usercom.backend.hooks"
    _description = "User.com Account: Hooks"

    def _welcome(self, users):
        """Those of ``users``, plain ``usercom.User`` whom no contact is linked to, who may be met.

        A hook: whom an extension leaves out never becomes a contact by itself. Here, nobody does
        of whom there is nothing to know them by.
        """
        return [user for user in users if user.email or user.phone_number or user.name]

    def _after_push(self, partners):
        """``partners`` are as User.com has just been told; a hook, does nothing by itself.

        Called in the drain's transaction with all contacts that are stored together. It must not
        call other servers. An error fails the rows of the contacts it is raised for, with its text.
        """

    def _after_pull(self, partners):
        """``partners`` have just been given values from User.com; a hook, as ``_after_push``.

        What it writes to them is sent to User.com as any other edit is.
        """
