"""Every text of the addons has its Polish translation, and the templates know every text."""

import ast
import io
import re
from pathlib import Path

import polib

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

ADDON = "usercom_connector"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\{?\w*\}?\}|</?\w+[^>]*>")
SAME_IN_POLISH = {  # left empty: Odoo then shows the original
    "%(contact)s: %(odoo)s → %(usercom)s",
    "%s (User.com)",
    "%s min",
    "%s s",
    '<span class="o_stat_text">User.com</span>',
    '<span class="text-muted">Odoo: </span>',
    '<span class="text-muted">User.com: </span>',
    "E-mail",
    "ID",
    "JSON",
    "Menu",
    "Odoo",
    "Odoo:",
    "Odoo → User.com",
    "Odoo ≠ User.com",
    "Problem",
    "Segment",
    "Separator",
    "Status",
    "Tag: %s",
    "User.com",
    "User.com:",
    "User.com → Odoo",
    "Webhook",
    "id",  # no text; Odoo's exporter takes it for one
    "sync_id",
}


def _texts(tree):
    """The literals of ``_("…")``, ``env._("…")`` and ``_lt("…")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("_", "_lt"):
                yield node.args[0].value


# Words of our own making, where Odoo has others: entries, contacts to sync, skipped, imported.
UNCLEAR = re.compile(
    r"\brows?\b|travel|\bta(k(e|es|ing|en)|ook) (no |any )?part\b|\b(left|leaves?) alone\b"
    r"|\bbr(ings?|ought)\b",
    re.IGNORECASE,
)


@tagged("standard", "post_install", "-at_install")
class TestTranslations(TransactionCase):
    module = ADDON

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = Path(get_module_path(cls.module)) / "i18n"
        cls.template = polib.pofile(str(folder / f"{cls.module}.pot"))
        cls.polish = {entry.msgid: entry for entry in polib.pofile(str(folder / "pl.po"))}
        module = cls.env.ref(f"base.module_{cls.module}")
        above = module.upstream_dependencies(exclude_states=("uninstallable",))
        cls.depended_on = {cls.module, *above.mapped("name")}
        cls.exported = cls._places(cls._export())
        ours = {term: set(filter(cls._is_ours, at)) for term, at in cls.exported.items()}
        cls.terms = {term: places for term, places in ours.items() if places}

    @classmethod
    def _export(cls):
        """The terms of the addon in this database, by Odoo's own exporter."""
        buffer = io.BytesIO()
        trans_export(None, [cls.module], buffer, "po", cls.env)
        return polib.pofile(buffer.getvalue().decode())

    @staticmethod
    def _places(entries):
        """``{term: {place}}``, such as ``model:ir.model.fields,help:usercom_connector.field_…``."""
        return {entry.msgid: {place for place, _line in entry.occurrences} for entry in entries}

    @classmethod
    def _is_ours(cls, place):
        """False for what apps that we do not depend on add to our models where they are there."""
        kind, _, xmlid = place.rpartition(":")
        if not kind.startswith("model:ir.model.fields,"):
            return True
        field = cls.env.ref(xmlid)
        adding = set(cls.env[field.model]._fields[field.name]._modules)
        return not adding or bool(adding & cls.depended_on)

    def _assert_none(self, terms, what):
        self.assertFalse(terms, f"{what}:\n" + "\n".join(sorted(terms)))

    def test_the_template_knows_every_text_and_where_it_is(self):
        known = self._places(self.template)
        new = {term for term, places in self.terms.items() if places - known.get(term, set())}
        self._assert_none(new, "Not in the template; export it again")

    def test_no_text_is_hidden_from_the_exporter(self):
        """As in an f-string, in which Odoo does not look for texts."""
        files = Path(get_module_path(self.module)).rglob("*.py")
        said = {text for file in files for text in _texts(ast.parse(file.read_text()))}
        self._assert_none(said - {entry.msgid for entry in self.template}, "Not exported")

    def test_the_template_has_no_text_that_is_gone(self):
        gone = self._places(self.template).keys() - self.exported.keys()
        self._assert_none(gone, "Only in the template; export it again")

    def test_every_text_is_translated(self):
        self._assert_none(self.terms.keys() - self.polish.keys(), "Not in pl.po")
        empty = {term for term in self.terms if not self.polish[term].msgstr}
        self._assert_none(empty - SAME_IN_POLISH, "Empty in pl.po")

    def test_every_text_is_in_plain_words(self):
        shown = {term: re.sub(r"<[^>]*>", "", term) for term in self.terms}
        unclear = {term for term, text in shown.items() if UNCLEAR.search(text)}
        self._assert_none(unclear, "Not in words of Odoo")

    def test_no_translation_is_fuzzy(self):
        self._assert_none({term for term, entry in self.polish.items() if entry.fuzzy}, "Fuzzy")

    def test_placeholders_and_tags_survive_the_translation(self):
        changed = {
            term
            for term, entry in self.polish.items()
            if entry.msgstr and self._marks(term) != self._marks(entry.msgstr)
        }
        self._assert_none(changed, "Other placeholders in pl.po")

    @staticmethod
    def _marks(text):
        tags = re.sub(r'\b(title|string|placeholder|aria-label)="[^"]*"', r"\1", text)
        return sorted(PLACEHOLDER.findall(tags))


class TestTranslationsForLeads(TestTranslations):
    module = f"{ADDON}_crm"

    def test_the_choice_is_told_in_polish_in_the_settings(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env["ir.module.module"]._load_module_terms([ADDON, self.module], ["pl_PL"])
        settings = self.env["res.config.settings"].with_context(lang="pl_PL")
        [field] = settings.fields_get(["usercom_new_user_policy"]).values()
        self.assertEqual(dict(field["selection"])["lead"], "Utwórz kontakt i lead")


class TestTranslationsForMailingLists(TestTranslations):
    module = f"{ADDON}_mass_mailing"


class TestTranslationsForOrders(TestTranslations):
    module = f"{ADDON}_sale"


@tagged("standard", "post_install", "-at_install")
class TestChoicesOfAnotherModel(TransactionCase):
    def test_the_state_of_a_contact_is_told_in_polish(self):
        """Its choices are another model's, which Odoo does not translate by itself."""
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env["ir.module.module"]._load_module_terms([ADDON], ["pl_PL"])
        field = self.env["res.partner"].with_context(lang="pl_PL").fields_get(["usercom_state"])
        self.assertEqual(dict(field["usercom_state"]["selection"])["failed"], "Nieudane")
