from odoo import fields, models


class UsercomBackendCustomId(models.AbstractModel):
    """Which custom ids the users of an account already carry."""

    _name = "usercom.backend.custom.id"
    _description = "User.com Account: Custom IDs"

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
