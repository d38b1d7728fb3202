"""Settings → User.com, as an administrator enters them."""

from odoo.exceptions import UserError

from .common import UsercomCase


class SettingsCase(UsercomCase):
    """A company of its own, without an account yet."""

    def setUp(self):
        super().setUp()
        self.company = self.env["res.company"].create({"name": "Newcomer"})
        self.env.user.company_ids += self.company
        self.env = self.env(
            context={**self.env.context, "allowed_company_ids": self.company.ids},
            user=self.env.ref("base.user_admin"),
        )
        self.env.user.write({"company_ids": [(4, self.company.id)]})

    def settings(self, **values):
        """The settings as typed, not saved yet."""
        return self.env["res.config.settings"].create(
            {f"usercom_{name}": value for name, value in values.items()}
        )

    def authenticate(self, subdomain="acme", key=None):
        settings = self.settings(subdomain=subdomain, api_key=key or self.simulator.api_key)
        return settings.action_usercom_authenticate()

    def account(self):
        return self.env["usercom.backend"]._of_company()

    def refused(self, *parts, **typed):
        """Authenticate as typed; the refusal says all of ``parts`` and not the key."""
        with self.assertRaises(UserError) as caught:
            self.authenticate(**typed)
        for part in parts:
            self.assertIn(part, str(caught.exception))
        self.assertNotIn(typed.get("key") or self.simulator.api_key, str(caught.exception))
