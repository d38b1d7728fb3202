"""Read the summaries of contacts' records: one query for many contacts."""

from __future__ import annotations

from typing import Any

from odoo import fields
from odoo.fields import Domain
from odoo.tools import float_round

from ...usercom import ConversionError, Reason
from ..database.prefetch import read_together
from ..mapping.paths import BAD_DOMAIN, follower, hops, last_field, relation
from ..mapping.summaries import currency_field, summary_domain

DIGITS = 6  # of a sum of numbers whose field names no precision
NOTHING = {"integer": 0, "float": 0.0, "monetary": 0.0}  # what there is without a record
AGGREGATES = {"sum": "sum", "latest": "max", "earliest": "min"}


class Summary:
    """Reads what one pair makes of the records of each contact.

    Without a record, a count and a sum are 0, and there is no date. Amounts in other currencies are
    converted to the company's, at today's rate.
    """

    def __init__(self, mapping: Any) -> None:
        self._mapping, self._summary = mapping, mapping.summary
        self._account = mapping.backend_id.sudo()
        self._relation, self._field = relation(mapping), last_field(mapping)
        self._currency = currency_field(mapping)
        self._follow, self._has_way = follower(mapping), bool(hops(mapping))
        self._nothing = NOTHING.get(mapping._pair().field_type)
        self._asked: set[int] = set()  # contacts, whose holders were looked up
        self._found: dict[int, Any] = {}

    def __call__(self, partner: Any) -> Any:
        """Return the summary; None for a contact whose path leads to nobody.

        Raises ConversionError where a field of the path or of the filter was deleted.
        """
        holder = self._follow(partner)
        if not (holder and isinstance(holder.id, int)):
            return None
        if holder.id not in self._found:
            self._look_up(self._holders(partner) | {holder.id})
        return self._found[holder.id]

    def _holders(self, partner: Any) -> set[int]:
        """Return whose records are summed up together: of contacts that are read together."""
        ids = read_together(partner, self._asked)
        self._asked.update(ids)
        if not self._has_way:
            return set(ids)
        holders = map(self._follow, partner.browse(ids).exists())
        return {holder.id for holder in holders if holder}

    def _look_up(self, ids: set[int]) -> None:
        self._found |= dict.fromkeys(ids, self._nothing)
        for holder, *currency, value in self._groups(ids):
            amount = self._converted(value, *currency) if currency else value
            self._found[holder.id] = self._rounded(amount, self._found[holder.id])

    def _groups(self, ids: set[int]) -> list[Any]:
        """Return [(holder, value)], with the currency in between where there are several."""
        far = self._account._with_account_context(self._account.env[self._relation.comodel_name])
        inverse, function = self._relation.inverse_name, AGGREGATES.get(self._summary)
        try:
            groups: list[Any] = far.with_context(active_test=True)._read_group(
                summary_domain(self._mapping) & Domain(inverse, "in", list(ids)),
                [inverse, self._currency] if self._currency else [inverse],
                [f"{self._field.name}:{function}" if function else "__count"],
            )
        except BAD_DOMAIN as error:
            path = self._mapping.path
            raise ConversionError(path, Reason.UNKNOWN_CHOICE, choices=[]) from error
        return groups

    def _converted(self, amount: float | None, currency: Any) -> float:
        company = self._account.company_id
        if not (currency and amount):
            return amount or 0
        today = fields.Date.today()
        converted: float = currency._convert(amount, company.currency_id, company, today)
        return converted

    def _rounded(self, value: Any, others: Any) -> Any:
        """Return the value, of a sum with those in ``others`` currencies.

        A sum loses what adding floats leaves behind: 0.3, not 0.30000000000000004.
        """
        if self._summary != "sum" or self._field.type == "integer":
            return self._nothing if value is None else value
        total = (value or 0) + others
        if self._field.type == "monetary":
            return self._account.company_id.currency_id.round(total)
        digits = self._field.get_digits(self._account.env)
        return float_round(total, precision_digits=digits[1] if digits else DIGITS)
