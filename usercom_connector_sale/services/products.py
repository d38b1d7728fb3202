"""Products as User.com knows them: by which id, and with what."""

from __future__ import annotations

from typing import Any

from .digest import digest_of
from .notes import keep

LONGEST_KEY = 255


class Products:
    """Those of an account; texts are in the language of its company."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._keys: dict[int, str] = {}

    def key(self, product: Any) -> str:
        """The id of the product at User.com: as the rule says, else by its id in the database.

        So is one without a reference, and one whose reference is too long for an id.
        """
        if product.id not in self._keys:
            self._keys[product.id] = self._made_key(product)
        return self._keys[product.id]

    def _made_key(self, product: Any) -> str:
        rule = self._backend.product_id_rule
        own = _without_blanks(product[rule]) if rule != "database_id" else ""
        prefix = self._backend.product_id_prefix or ""
        # "/products-by-id/../" would be another address
        if not own.strip(".") or len(prefix + own) > LONGEST_KEY:
            own = f"odoo-{product.id}"
        return prefix + own

    def queue(self, products: Any, priority: int | None = None) -> None:
        """Queue those ``products`` that User.com does not have, or not as they are now."""
        notes = self._notes(products)
        items, values = [], []
        for product in self._own(products):
            item = self._item(product)
            note, value = notes.get(product.id), self._values(product, item)
            if not note or note.digest != value["digest"]:
                items.append(item)
                values.append((note, value))
        self._env["usercom.event"].sudo()._queue(self._backend, items, priority)
        keep(self._env["usercom.product"].sudo(), values)

    def send_anew(self, products: Any) -> None:
        """Queue ``products`` although User.com was told of them: it may have lost them."""
        for note in self._notes(products).values():
            note.digest = False
        self.queue(products)

    def _notes(self, products: Any) -> dict[int, Any]:
        notes = self._env["usercom.product"].sudo()
        about = [("backend_id", "=", self._backend.id), ("product_id", "in", products.ids)]
        return {note.product_id.id: note for note in notes.search(about)}

    def _own(self, products: Any) -> Any:
        company = self._backend.company_id
        return products.sudo().with_company(company).with_context(lang=company.partner_id.lang)

    def _item(self, product: Any) -> dict[str, Any]:
        data = {
            "price": product.lst_price,
            "sku": product.default_code or None,
            "category_name": product.categ_id.name or None,
        }
        return {
            "kind": "product",
            "key": self.key(product),
            "name": product.name,
            "data": {name: value for name, value in data.items() if value is not None},
        }

    def _values(self, product: Any, item: dict[str, Any]) -> dict[str, Any]:
        return {
            "backend_id": self._backend.id,
            "product_id": product.id,
            "digest": digest_of(item),
        }


def _without_blanks(text: str | bool) -> str:
    return "".join(str(text or "").split())
