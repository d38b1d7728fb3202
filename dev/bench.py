"""`make bench`: the benchmarks, on databases with and without the addon, with fsync on."""

from . import bench_peer, odoo, template
from .locks import alone
from .paths import VENV
from .postgres import Cluster
from .process import foreground

NAME = "bench"
PEER = "peer"  # the benchmark against OCA's queue_job


def main(arguments: list[str]) -> int:
    """Run the benchmarks named by the arguments, else all; returns 1 where one falls short."""
    with alone(NAME):
        with alone("set-up", wait=True):
            odoo.ensure()
            cluster = Cluster(NAME, durable=True)
        with cluster.running():
            env = odoo.environment(cluster.env, NAME)
            apps = template.TESTED_WITH
            plain = template.core(cluster, env, apps, consent=True)
            ours = template.ensure(cluster, env, apps, consent=True)
            env |= {"USERCOM_TEMPLATE": ours, "USERCOM_PLAIN": plain}
            if not arguments or PEER in arguments:
                env |= bench_peer.environment(cluster, env, plain)
            command = [str(VENV / "bin/python"), "-m", "benchmarks", *arguments]
            return foreground(command, env=env)
