from collections import defaultdict

from odoo import api, models, tools
from odoo.fields import Domain

from ..services.values.reader import source_path


class UsercomBackendWatch(models.AbstractModel):
    """Which fields, of whatever model, decide what an account is told about contacts."""

    _name = "usercom.backend.watch"
    _description = "User.com Account: Watched Fields"

    @api.model
    @tools.ormcache()
    def _watched_fields(self):
        """``{model: {field: paths}}``: an edit of the field may concern some contacts.

        A path leads from a contact to the edited record: ``category_id`` for the name of a tag,
        ``id`` for the contact's own fields. Empty while no account runs.
        """
        watched = defaultdict(lambda: defaultdict(set))
        if not self._is_being_removed():
            backends = self.sudo().search([("state", "in", ("running", "paused"))])
            for names in {names for backend in backends for names in backend._sources()}:
                self._watch(watched, "res.partner", names, ())
        return {
            model: {name: frozenset(paths) for name, paths in fields.items()}
            for model, fields in watched.items()
        }

    @api.model
    def _is_being_removed(self):
        """Odoo still writes to its own models while an uninstallation drops our tables."""
        domain = [("name", "=", "usercom_connector"), ("state", "in", ("to remove", "uninstalled"))]
        return bool(self.env["ir.module.module"].sudo().search_count(domain))

    def _sources(self):
        """Yield the dotted names, split, of all that this account reads from a contact."""
        always = (self._key_field(), "active", "company_id", "is_company", "email")
        yield from ((name,) for name in always)
        for mapping in self._active_mappings():
            yield tuple(source_path(mapping).split("."))
        yield from _expressions(Domain(self._partner_domain()))

    def _filter_fields(self):
        """Names of the contact fields that decide who takes part."""
        return {names[0] for names in _expressions(Domain(self._partner_domain()))}

    def _watch(self, watched, model, names, path):
        """Add to ``watched`` what the value ``names`` of ``model`` is made of."""
        field = self.env[model]._fields.get(names[0])
        if field is None:
            return
        places, place = watched[model][field.name], ".".join(path) or "id"
        if field.store:
            places.add(place)
            if field.comodel_name:
                self._watch_links(watched, field, names[1:], (*path, field.name))
        elif place not in places:
            places.add(place)
            for dotted in self.pool.field_depends[field]:
                self._watch(watched, model, dotted.split("."), path)

    def _watch_links(self, watched, field, names, path):
        if field.type in ("one2many", "many2many"):  # they can be edited from their other side
            for inverse in self.pool.field_inverses[field]:
                watched[inverse.model_name][inverse.name].add(".".join(path))
        if names:
            self._watch(watched, field.comodel_name, names, path)


def _expressions(domain, prefix=()):
    """Yield the field expressions of ``domain``, split at the dots."""
    for condition in domain.iter_conditions():
        names = (*prefix, *condition.field_expr.split("."))
        yield names
        if condition.operator in ("any", "not any"):
            yield from _expressions(Domain(condition.value), names)
