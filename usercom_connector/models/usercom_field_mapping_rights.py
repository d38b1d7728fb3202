from odoo import models
from odoo.fields import NO_ACCESS

USERS = "usercom_connector.group_usercom_user"


class UsercomFieldMapping(models.Model):
    """Which fields may be paired at all.

    What travels is shown in queues, errors and reports. So a field that is kept from some Users of
    the connector is paired by nobody, and a pair stands still once its field becomes such.
    """

    _inherit = "usercom.field.mapping"

    def _secret_problem(self):
        """Why who pairs may not read these values, None if he may. (Constraints run as root.)"""
        person = self.env.user
        if person._is_superuser():
            return None
        for model, field in self._fields_read():
            is_read = model.with_user(person).has_access("read")
            if not (is_read and (not field.groups or person.has_groups(field.groups))):
                return self.env._("You may not read “%s”.", self.field_id.sudo().field_description)
        return None

    def _kept_problem(self):
        """Why these values cannot be shown to each User of the connector, None if they can."""
        if all(self._is_open_to_users(field.groups) for _model, field in self._fields_read()):
            return None
        return self.env._(
            "“%s” is kept from some users of User.com, who would read it in the queues. It cannot "
            "be mapped.",
            self.field_id.sudo().field_description,
        )

    def _is_open_to_users(self, groups):
        if not groups:
            return True
        if groups == NO_ACCESS:
            return False
        parse = self.env["res.groups"]._get_group_definitions().parse
        return parse(USERS) <= parse(groups, raise_if_not_found=False)

    def _fields_read(self):
        """Yield ``(model, field)`` of all that is read for a value: ``category_id`` and its name.

        What a related field leads to counts, and what another is computed of for each reader.
        """
        contacts = self.env["res.partner"]
        field = contacts._fields.get(self.field_id.sudo().name)
        if field is None:
            return
        paths = [field.name]
        if field.related or (field.compute and not field.store and not field.compute_sudo):
            paths += self.pool.field_depends[field]
        for path in paths:
            yield from self._along(contacts, path.split("."))

    def _along(self, model, names):
        for name in names:
            field = model._fields.get(name)
            if field is None:
                return
            yield model, field
            if field.comodel_name:
                model = self.env[field.comodel_name]
                yield model, model._fields["display_name"]
