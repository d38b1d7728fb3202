"""`make bench`: the benchmarks, on databases with and without the addon, with fsync on."""

from . import odoo, template
from .locks import alone
from .paths import VENV
from .postgres import Cluster
from .process import foreground

NAME = "bench"
_DATABASE = "usercom_bench"
_PLAIN = "usercom_plain"


def main(arguments: list[str]) -> int:
    """Run the benchmarks named by the arguments, else all; returns 1 where one falls short."""
    with alone(NAME):
        with alone("set-up", wait=True):
            odoo.ensure()
            cluster = Cluster(NAME, durable=True)
        with cluster.running():
            template.fresh(cluster, NAME, _DATABASE)
            template.fresh(cluster, NAME, _PLAIN, addons=False)
            env = odoo.environment(cluster.env, NAME)
            env |= {"USERCOM_TEMPLATE": _DATABASE, "USERCOM_PLAIN": _PLAIN}
            try:
                command = [str(VENV / "bin/python"), "-m", "benchmarks", *arguments]
                return foreground(command, env=env)
            finally:
                for database in (_DATABASE, _PLAIN):
                    template.drop(cluster, NAME, database)
