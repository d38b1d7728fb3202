"""`make bench`: the benchmarks, on databases with and without the addon, with fsync on."""

from . import odoo, template
from .locks import alone
from .paths import VENV
from .postgres import Cluster
from .process import foreground

NAME = "bench"


def main(arguments: list[str]) -> int:
    """Run the benchmarks named by the arguments, else all; returns 1 where one falls short."""
    with alone(NAME):
        with alone("set-up", wait=True):
            odoo.ensure()
            cluster = Cluster(NAME, durable=True)
        with cluster.running():
            env = odoo.environment(cluster.env, NAME)
            apps = template.TESTED_WITH
            plain, ours = template.core(cluster, env, apps), template.ensure(cluster, env, apps)
            env |= {"USERCOM_TEMPLATE": ours, "USERCOM_PLAIN": plain}
            command = [str(VENV / "bin/python"), "-m", "benchmarks", *arguments]
            return foreground(command, env=env)
