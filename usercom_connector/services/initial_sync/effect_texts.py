"""What an initial sync will do, or has done, in sentences."""

from __future__ import annotations

from typing import Any

from odoo.tools import formatLang

from .effects import Effect, Effects

NAMED = 3  # people named in a sentence
Texts = dict[str, tuple[str, str]]
"""``{code: (of one, of many)}``; "%s" stands for the number."""


class EffectTexts:
    """Says effects as sentences in pieces: a number is a piece that leads to the people.

    ``{"code": …, "level": …, "names": …, "pieces": [[text, code or False]], "parts": [{…}]}``
    """

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._env = effects.sync.env
        self._texts = _both_tenses(self._env) | (
            _so_far(self._env) if effects.is_past else _to_come(self._env)
        )

    def sentences(self) -> list[dict[str, Any]]:
        found = self._effects.of()
        if not found and self._effects.sync.state == "ready":
            text = self._env._("Nothing will change: both sides are the same.")
            nothing = {"code": "nothing", "level": "rest", "names": ""}
            return [nothing | {"pieces": [[text, False]], "parts": []}]
        return [self._sentence(effect) for effect in found]

    def _sentence(self, effect: Effect) -> dict[str, Any]:
        one, many = self._texts[effect.code]
        before, _place, after = (one if effect.count == 1 else many).partition("%s")
        number = formatLang(self._env, effect.count, digits=0)
        return {
            "code": effect.code,
            "level": effect.level,
            "names": self._names(effect) if effect.names else "",
            "pieces": [[before, False], [number, effect.code], [after, False]],
            "parts": [self._sentence(part) for part in effect.parts],
        }

    def _names(self, effect: Effect) -> str:
        """The first people, as far as the reader may see them: "Jan, Ola, …"."""
        if effect.named != "partner_id":
            return self._company_names(effect)
        lines = self._env["usercom.sync.line"].search(effect.domain, limit=NAMED + 1)
        visible = lines.partner_id._filtered_access("read")
        # A contact whose other values end the worker is named, too.
        visible.fetch(["complete_name"])
        known = {partner.id: partner.complete_name for partner in visible}
        names = [known.get(line.partner_id.id) or line.label for line in lines[:NAMED]]
        names = list(dict.fromkeys(name for name in names if name))
        return ", ".join([*names, "…"] if len(lines) > NAMED else names)

    def _company_names(self, effect: Effect) -> str:
        groups = self._env["usercom.sync.line"]._read_group(
            effect.domain, [effect.named], limit=NAMED + 1
        )
        companies = self._env["res.partner"].union(*(company for (company,) in groups))
        visible = companies[:NAMED]._filtered_access("read")
        return ", ".join([*visible.mapped("name"), *(["…"] if len(groups) > NAMED else [])])


def text_of(effects: Effects, code: str) -> str:
    """Return the sentence of one effect, as the title of the list of its people."""
    sentences = EffectTexts(effects).sentences()
    sentences += [part for sentence in sentences for part in sentence["parts"]]
    found = (
        "".join(text for text, _code in sentence["pieces"])
        for sentence in sentences
        if sentence["code"] == code
    )
    return next(found, "")


def _both_tenses(env: Any) -> Texts:
    return {
        "unclear": (env._("%s person needs you"), env._("%s people need you")),
        "by_csv": (env._("%s by CSV"),) * 2,
    }


def _to_come(env: Any) -> Texts:
    return {
        "faulty": (
            env._("%s person has values that cannot be synchronized"),
            env._("%s people have values that cannot be synchronized"),
        ),
        "created_here": (
            env._("%s contact will be created in Odoo"),
            env._("%s contacts will be created in Odoo"),
        ),
        "created_there": (
            env._("%s user will be created in User.com"),
            env._("%s users will be created in User.com"),
        ),
        "by_csv_with_automations": (env._("%s by CSV, which starts automations"),) * 2,
        "one_by_one": (env._("%s one by one, which starts automations"),) * 2,
        "linked": (
            env._("%s contact will be linked to its user"),
            env._("%s contacts will be linked to their users"),
        ),
        "updated_here": (
            env._("%s contact will get values from User.com"),
            env._("%s contacts will get values from User.com"),
        ),
        "updated_there": (
            env._("%s user will get values from Odoo"),
            env._("%s users will get values from Odoo"),
        ),
        **_companies_to_come(env),
        "overwritten": (
            env._("%s value will be overwritten"),
            env._("%s values will be overwritten"),
        ),
        "kept": (
            env._("%s value will stay different, as a conflict to settle"),
            env._("%s values will stay different, as conflicts to settle"),
        ),
        **_unchanged(env),
    }


def _companies_to_come(env: Any) -> Texts:
    return {
        "companies_there": (
            env._("%s company will be created in User.com, or linked with one there"),
            env._("%s companies will be created in User.com, or linked with ones there"),
        ),
        "joined_here": (
            env._("%s contact will get the company that User.com has"),
            env._("%s contacts will get the company that User.com has"),
        ),
        "companies_updated_here": (
            env._("%s company will get values from User.com"),
            env._("%s companies will get values from User.com"),
        ),
        "companies_updated_there": (
            env._("%s company will get values from Odoo"),
            env._("%s companies will get values from Odoo"),
        ),
    }


def _unchanged(env: Any) -> Texts:
    """Whom a sync does not change."""
    return {
        "not_created_here": (
            env._("%s user will get no contact in Odoo"),
            env._("%s users will get no contact in Odoo"),
        ),
        "not_created_there": (
            env._("%s contact will not be sent to User.com"),
            env._("%s contacts will not be sent to User.com"),
        ),
        "missing": (
            env._("%s contact has a user who was deleted in User.com"),
            env._("%s contacts have users who were deleted in User.com"),
        ),
        "left_out": (
            env._("%s person is left out by the filters"),
            env._("%s people are left out by the filters"),
        ),
    }


def _so_far(env: Any) -> Texts:
    return {
        "failed": (
            env._("%s person could not be synchronized completely"),
            env._("%s people could not be synchronized completely"),
        ),
        "created_here": (
            env._("%s contact was created in Odoo"),
            env._("%s contacts were created in Odoo"),
        ),
        "created_there": (
            env._("%s user was created in User.com"),
            env._("%s users were created in User.com"),
        ),
        "by_csv_with_automations": (env._("%s by CSV, which started automations"),) * 2,
        "one_by_one": (env._("%s one by one, which started automations"),) * 2,
        "linked": (
            env._("%s contact was linked to its user"),
            env._("%s contacts were linked to their users"),
        ),
        "updated_here": (
            env._("%s contact got values from User.com"),
            env._("%s contacts got values from User.com"),
        ),
        "updated_there": (
            env._("%s user got values from Odoo"),
            env._("%s users got values from Odoo"),
        ),
        **_companies_so_far(env),
        "overwritten": (
            env._("%s value was overwritten"),
            env._("%s values were overwritten"),
        ),
        "kept": (
            env._("%s value stayed different, as a conflict to settle"),
            env._("%s values stayed different, as conflicts to settle"),
        ),
        "skipped": (env._("%s person was not changed"), env._("%s people were not changed")),
    }


def _companies_so_far(env: Any) -> Texts:
    return {
        "companies_there": (
            env._("%s company was created in User.com, or linked with one there"),
            env._("%s companies were created in User.com, or linked with ones there"),
        ),
        "joined_here": (
            env._("%s contact got the company that User.com has"),
            env._("%s contacts got the company that User.com has"),
        ),
        "companies_updated_here": (
            env._("%s company got values from User.com"),
            env._("%s companies got values from User.com"),
        ),
        "companies_updated_there": (
            env._("%s company got values from Odoo"),
            env._("%s companies got values from Odoo"),
        ),
    }
