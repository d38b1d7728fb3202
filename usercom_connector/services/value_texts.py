"""Values of contacts and users as people read them: with their labels, in the reader's form."""

from odoo.tools import format_date, format_datetime


class ValueTexts:
    """The texts of many values, for one reader; labels are looked up once for an account."""

    def __init__(self, env):
        self._env = env
        self._known = {}

    def differences(self, backend, differences):
        """``{key: (in Odoo, in User.com)}`` in one line: "Phone: 601111222 ≠ 602111222"."""
        mappings = self._mappings(backend)
        ordered = [key for key in mappings if key in differences]
        ordered += [key for key in differences if key not in mappings]
        return "; ".join(
            f"{self._label(mappings.get(key), key)}: "
            + " ≠ ".join(self.value(mappings.get(key), side) or "-" for side in differences[key])
            for key in ordered
        )

    def value(self, mapping, value):
        """One ``value`` of ``mapping``, None where the pair is no more."""
        if isinstance(value, bool):
            return self._env._("yes") if value else self._env._("no")
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if isinstance(value, str) and mapping and mapping.value_type in ("date", "datetime"):
            return self._moment(mapping.value_type, value)
        return "" if value is None else str(value)

    def _moment(self, value_type, value):
        try:
            if value_type == "date":
                return format_date(self._env, value)
            return format_datetime(self._env, value.replace("T", " ").removesuffix("Z"))
        except ValueError:
            return value

    def _mappings(self, backend):
        if backend not in self._known:
            mappings = backend.sudo().mapping_ids
            self._known[backend] = {mapping._key(): mapping for mapping in mappings}
        return self._known[backend]

    def _label(self, mapping, key):
        """The field's label; of a name's parts, which are one field, the attribute's."""
        if not mapping:
            return key
        part = mapping._is_name_part() and mapping.attribute_id.name
        return part or mapping.field_id.field_description
