from odoo import api, models
from odoo.exceptions import AccessError


class UsercomGuarded(models.AbstractModel):
    """Fields of our records that nobody changes by hand, not even a user who may edit the record.

    A record stays with the account it was created for. A read-only field is written only by our own
    code, which runs as superuser after a button has checked the user's rights; RPC cannot write it.
    Most records are made by our code alone, and nobody's defaults count for those.
    """

    _name = "usercom.guarded"
    _description = "User.com Record That Guards Its Fields"
    _fixed_fields = ("backend_id",)
    _is_made_by_people = False

    @api.model
    def default_get(self, fields):
        """Whose edit makes a record of ours has no say in it, by `ir.default` or by the context."""
        if self._is_made_by_people:
            return super().default_get(fields)
        defaults = {name: self._fields[name].default for name in fields if name in self._fields}
        return {name: default(self) for name, default in defaults.items() if default}

    def _has_field_access(self, field, operation):
        if operation == "write" and field.readonly and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    def write(self, vals):
        self._refuse_to_move(vals)
        result = super().write(vals)
        self.check_access("write")  # the new values may belong to another company
        return result

    def _refuse_to_move(self, vals):
        for name in vals.keys() & set(self._fixed_fields):
            new = self._fields[name].convert_to_cache(vals[name], self)
            if any(record[name].id != new for record in self.sudo()):
                raise AccessError(
                    self.env._(
                        "“%(field)s” of “%(record)s” cannot be changed. Create a new one instead.",
                        field=self._fields[name]._description_string(self.env),
                        record=self._description,
                    )
                )
