"""`make shell`: a command, or a whole shell, with Odoo's Python and a PostgreSQL of its own."""

import os
import subprocess

from . import odoo
from .locks import alone
from .paths import ROOT
from .postgres import Cluster

NAME = "shell"


def main(command: list[str]) -> int:
    """Run the command with the ground under it; returns its exit status."""
    with alone("set-up", wait=True):
        odoo.ensure()
        cluster = Cluster(NAME, durable=True)
    with alone(NAME), cluster.running():
        env = odoo.environment(cluster.env, NAME)
        return subprocess.run(
            command or [os.environ.get("SHELL", "sh")], cwd=ROOT, env=env, check=False
        ).returncode
