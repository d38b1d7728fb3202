"""What of a webhook call is worth storing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...usercom.records import derive_name_std

ALWAYS = {"id", "user_id", "custom_id", "email", "updated_at", "first_name", "last_name", "name"}


class PayloadFilter:
    """Keeps the values of the attributes called ``keys``, and what names user and moment."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = ALWAYS.union(keys)

    def of(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a call's ``payload`` that is kept."""
        kept: dict[str, Any] = {"timestamp": payload["timestamp"]} if "timestamp" in payload else {}
        for name in ("user", "extra"):
            if isinstance(payload.get(name), dict):
                kept[name] = self._block(payload[name])
        return kept

    def _block(self, block: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in block.items() if derive_name_std(name) in self._keys}
        if isinstance(block.get("attributes"), list):
            kept["attributes"] = [item for item in block["attributes"] if self._is_kept(item)]
        return kept

    def _is_kept(self, item: Any) -> bool:
        names = (item.get("name"), item.get("name_std")) if isinstance(item, dict) else ()
        return any(isinstance(name, str) and derive_name_std(name) in self._keys for name in names)
