"""What a changed value is told as: which field, tag, list or company, from what to what."""

from __future__ import annotations

from typing import Any

from ...usercom.records import USERS
from .texts import ValueTexts, by_id


class ChangeTexts:
    """The texts of many changed values, for one reader."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self._texts: dict[str, ValueTexts] = {}
        self._companies: dict[int, str] = {}

    def subject(self, change: Any) -> str:
        """Return what was changed: "Phone", "Tag: VIP", "Company"."""
        backend, mapping, label = change.backend_id, change.mapping_id.sudo(), change.label_id
        if mapping:
            return self._of(mapping.resource).label(backend, mapping._key())
        if label:
            return self._of(USERS).group(backend, label.sudo())
        return str(self._env._("Company"))

    def look_up_companies(self, changes: Any) -> None:
        """Read the names of the companies that the reader may see, of all ``changes`` at once."""
        known = changes.sudo()
        ids = known.old_company_id.ids + known.new_company_id.ids
        contacts = self._env(su=False)["res.partner"].with_context(active_test=False).browse(ids)
        seen = contacts._filtered_access("read")
        self._companies = {company.id: company.display_name for company in seen}

    def sides(self, change: Any) -> tuple[str, str]:
        """Return the texts of the value before and the value now."""
        if change.kind == "company":
            known = change.sudo()
            return self._company(known.old_company_id), self._company(known.new_company_id)
        old, new = change.values or (None, None)
        if change.kind == "group":
            old, new = bool(old), bool(new)
        texts = self._of(USERS)
        return texts.value(change.mapping_id, old), texts.value(change.mapping_id, new)

    def _company(self, company: Any) -> str:
        """The name of a company; one that the reader may not see is named by its id."""
        return self._companies.get(company.id) or by_id(company)

    def _of(self, resource: str) -> ValueTexts:
        return self._texts.setdefault(resource, ValueTexts(self._env, resource))
