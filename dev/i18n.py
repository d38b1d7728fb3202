"""`make i18n`: each addon's translation template exported anew, and its pl.po brought up to it."""

from pathlib import Path

from . import odoo, template
from .locks import alone
from .paths import ADDONS, CACHE, VENV
from .postgres import Cluster
from .process import Environment, foreground, run

NAME = "i18n"
_DATABASE = "usercom_i18n"
_INSTALLED = "SELECT name FROM ir_module_module WHERE state = 'installed'"


def main(arguments: list[str]) -> int:
    """Let Odoo export the texts; arguments are files with translations of new ones."""
    with alone(NAME):
        with alone("set-up", wait=True):
            odoo.ensure()
            cluster = Cluster(NAME)
        with cluster.running():
            env = odoo.environment(cluster.env, NAME)
            source = template.ensure(cluster, env, template.TESTED_WITH, consent=True)
            template.copy(cluster, source, _DATABASE)
            there = cluster.sql(_INSTALLED, _DATABASE)  # all but for tests/dev/test_make.py
            addons = [addon for addon in ADDONS if addon.name in there]
            return max(_bring_up(addon, env, arguments) for addon in addons)


def _bring_up(addon: Path, env: Environment, arguments: list[str]) -> int:
    exported, folder = CACHE / "exported.pot", addon / "i18n"
    export = ("i18n", "export", "-d", _DATABASE, "-o", str(exported), addon.name)
    run(odoo.command(*export), "Exporting the texts", env=env, log=NAME)
    merge = ("-m", "dev.i18n_merge", exported, folder / f"{addon.name}.pot", folder / "pl.po")
    return foreground([str(VENV / "bin/python"), *map(str, merge), *arguments])
