"""What people see of a history: numbers, sentences, how long it takes."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

from odoo.tools import SQL, formatLang

from odoo.addons.usercom_connector.services.pace import cost

from .files import CHUNK

Texts = dict[str, tuple[str, str]]
"""``{code: (of one, of many)}``; "%s" stands for the number."""

SENT = ("new", "changed")
LEFT_OUT = ("state", "not_synchronized", "not_there", "gone", "erased", "faulty")
WARNINGS = ("not_there", "faulty")
PRODUCT_CALLS, FILE_CALLS = 2, 2  # of each: look and write, send and ask


class HistoryReport:
    """Counts the orders of a history and says what happens with them."""

    def __init__(self, history: Any) -> None:
        self.history = history
        self.env = history.env

    # ---- numbers ----

    @cached_property
    def _groups(self) -> list[Any]:
        lines = self.env["usercom.order.history.line"]
        return lines._read_group(
            self.history._lines_with(),
            ["kind", "result", "currency_id"],
            ["__count", "amount:sum", "line_count:sum"],
        )

    def counts(self) -> dict[str, Any]:
        """The values of the record's fields that count its orders."""
        return {
            "order_count": sum(group[3] for group in self._groups),
            "product_count": self._products(),
            "line_count": sum(group[5] or 0 for group in self._groups if group[0] in SENT),
            "amounts": self._amounts(),
        }

    def _amounts(self) -> str:
        """What the orders that are sent are worth, in each currency: "1,250.00 €, 20.00 zł"."""
        sums: dict[Any, float] = {}
        for kind, _result, currency, _count, amount, _lines in self._groups:
            if kind in SENT:
                sums[currency] = sums.get(currency, 0) + (amount or 0)
        texts = (formatLang(self.env, sums[each], currency_obj=each) for each in sums)
        return ", ".join(texts)

    def _products(self) -> int:
        query = SQL(
            "SELECT count(*) FROM usercom_order_history_product_rel WHERE history_id = ANY(%s)",
            self.history.ids,
        )
        [[count]] = self.env.execute_query(query)
        return count

    def _orders(self, kinds: Any = None, results: Any = None) -> int:
        return sum(
            group[3]
            for group in self._groups
            if (kinds is None or group[0] in kinds)
            and (results is None or (group[1] or False) in results)
        )

    # ---- what it takes ----

    def calls(self, use_csv: bool) -> int:
        """How many calls it makes, if User.com takes what is in the files."""
        orders = self._orders(SENT)
        files = 1 + math.ceil(orders / CHUNK) if orders else 0
        return PRODUCT_CALLS * self._products() + (FILE_CALLS * files if use_csv else orders)

    def cost(self, use_csv: bool) -> str:
        return cost(self.history, self.calls(use_csv))

    # ---- sentences ----

    def sentences(self) -> list[dict[str, Any]]:
        """What it will do, or has done, as the widget of the initial sync shows it."""
        if self.history.state in ("draft", "previewing"):
            return []
        found = [self._sentence(*effect) for effect in self._effects() if effect[1]]
        if not found and self.history.state == "ready":
            text = self.env._("There is no order in this time.")
            nothing = {"code": "nothing", "level": "rest", "names": ""}
            return [nothing | {"pieces": [[text, False]], "parts": []}]
        return found

    def title(self, code: str) -> str:
        """The sentence of one effect, as the title of the list of its orders."""
        for sentence in self.sentences():
            if sentence["code"] == code:
                return "".join(text for text, _code in sentence["pieces"])
        return ""

    def domain(self, code: str | None) -> list[Any]:
        """The orders of an effect, by default all."""
        mine = self.history._lines_with()
        if not code:
            return mine
        if code == "to_send":
            return [*mine, ("kind", "in", SENT), ("result", "=", False)]
        if code in RESULTS:
            return [*mine, ("result", "=", RESULTS[code])]
        return [*mine, ("kind", "=", code)]

    def _effects(self) -> list[tuple[str, int, str]]:
        """``(code, how many, level)``, problems first."""
        results = [(code, self._orders(None, (RESULTS[code],)), level) for code, level in SHOWN]
        waiting = self._orders(SENT, (False,))
        kinds = [
            (kind, self._orders((kind,)), "warning" if kind in WARNINGS else "rest")
            for kind in ("known", *LEFT_OUT)
        ]
        return [*results, ("to_send", waiting, "effect"), *kinds]

    def _sentence(self, code: str, count: int, level: str) -> dict[str, Any]:
        one, many = self._texts[code]
        before, _place, after = (one if count == 1 else many).partition("%s")
        number = formatLang(self.env, count, digits=0)
        pieces = [[before, False], [number, code], [after, False]]
        return {"code": code, "level": level, "names": "", "pieces": pieces, "parts": []}

    @cached_property
    def _texts(self) -> Texts:
        return _done(self.env) | _left_out(self.env)


RESULTS = {"failed": "failed", "sent": "done", "importing": "importing", "queued": "queued"}
SHOWN = (("failed", "danger"), ("sent", "effect"), ("importing", "effect"), ("queued", "effect"))


def _done(env: Any) -> Texts:
    return {
        "to_send": (
            env._("%s order is to be sent to User.com as a deal"),
            env._("%s orders are to be sent to User.com as deals"),
        ),
        "failed": (env._("%s order could not be sent"), env._("%s orders could not be sent")),
        "sent": (env._("%s order was sent"), env._("%s orders were sent")),
        "importing": (
            env._("%s order is in a file that User.com imports"),
            env._("%s orders are in files that User.com imports"),
        ),
        "queued": (
            env._("%s order is being sent on its own"),
            env._("%s orders are being sent one by one"),
        ),
    }


def _left_out(env: Any) -> Texts:
    return {
        "known": (
            env._("%s order is in User.com already, as it is"),
            env._("%s orders are in User.com already, as they are"),
        ),
        "state": (
            env._("%s order is in a state that is not sent, such as cancelled"),
            env._("%s orders are in a state that is not sent, such as cancelled"),
        ),
        "not_synchronized": (
            env._("%s order is of a customer who is not synchronized"),
            env._("%s orders are of customers who are not synchronized"),
        ),
        "not_there": (
            env._("%s order is of a customer who is not in User.com yet: run the initial sync"),
            env._("%s orders are of customers who are not in User.com yet: run the initial sync"),
        ),
        "gone": (
            env._("%s order is of a customer who was deleted in User.com"),
            env._("%s orders are of customers who were deleted in User.com"),
        ),
        "erased": (
            env._("%s order is of a customer who was erased"),
            env._("%s orders are of customers who were erased"),
        ),
        "faulty": (env._("%s order cannot be read"), env._("%s orders cannot be read")),
    }
