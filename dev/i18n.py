"""`make i18n`: the translation template exported anew, and pl.po brought up to it."""

from . import odoo, template
from .locks import alone
from .paths import ADDON, CACHE, VENV
from .postgres import Cluster
from .process import foreground, run

NAME = "i18n"
_DATABASE = "usercom_i18n"


def main(arguments: list[str]) -> int:
    """Let Odoo export the texts; arguments are files with translations of new ones."""
    exported, folder = CACHE / "exported.pot", ADDON / "i18n"
    with alone(NAME):
        with alone("set-up", wait=True):
            odoo.ensure()
            cluster = Cluster(NAME)
        with cluster.running():
            env = odoo.environment(cluster.env, NAME)
            template.copy(cluster, template.ensure(cluster, env), _DATABASE)
            export = ("i18n", "export", "-d", _DATABASE, "-o", str(exported), ADDON.name)
            run(odoo.command(*export), "Exporting the texts", env=env, log=NAME)
    merge = ("-m", "dev.i18n_merge", exported, folder / f"{ADDON.name}.pot", folder / "pl.po")
    return foreground([str(VENV / "bin/python"), *map(str, merge), *arguments])
