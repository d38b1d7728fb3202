"""`make test`: the set-up where needed, a fresh database, and the tests."""

from collections.abc import Iterable

from . import browser, nginx, odoo, pins, ports, template
from .locks import alone
from .paths import ROOT, VENV
from .postgres import Cluster
from .process import Environment, foreground

NAME = "test"
_DATABASE = "usercom_test"
_INTERRUPTED = 2  # pytest's status after Ctrl-C
# Those in which nobody waits for a server or a clock: each core runs its share of them.
_SHARED = ("tests/usercom", "tests/odoo")
_EVERYTHING = (
    ("-n2", "--dist=loadscope", *_SHARED),
    ("tests", *(f"--ignore={folder}" for folder in _SHARED), "--durations=10"),
)


def main(arguments: list[str]) -> int:
    """Run the tests; arguments go to pytest. Returns pytest's exit status.

    Without arguments all of them are run, in two parts; the status is that of the first that fails.
    The tests find the name of the template in USERCOM_TEMPLATE, to make further copies of it, in
    USERCOM_CORE that of the same Odoo without our addons, and in USERCOM_ALONE that of one without
    the apps that some of them go with.
    """
    with alone(NAME):
        with alone("set-up", wait=True):
            odoo.ensure()
            browser.ensure()
            nginx.ensure()
            pins.ensure()
            cluster = Cluster(NAME)
        with cluster.running():
            env = odoo.environment(cluster.env, NAME)
            source = template.ensure(cluster, env, template.TESTED_WITH, consent=True)
            core = template.core(cluster, env, template.TESTED_WITH)
            template.copy(cluster, source, _DATABASE)
            names = {"USERCOM_TEMPLATE": source, "USERCOM_CORE": core}
            names["USERCOM_ALONE"] = template.alone(cluster, env)
            try:
                runs = [arguments] if arguments else _EVERYTHING
                return next(filter(None, _statuses(runs, {**env, **names})), 0)
            finally:
                template.drop(cluster, _DATABASE)


def _statuses(runs: Iterable[Iterable[str]], env: Environment) -> list[int]:
    """The exit status of each run; none is started after one that Ctrl-C ended."""
    statuses = []
    for run in runs:
        statuses.append(foreground(_pytest(run), env=env))
        if statuses[-1] == _INTERRUPTED:
            break
    return statuses


def _pytest(arguments: Iterable[str]) -> list[str]:
    return [
        str(VENV / "bin/python"),
        *("-m", "pytest", "--odoo-http"),
        f"--odoo-database={_DATABASE}",
        f"--odoo-addons-path={ROOT}",
        f"--odoo-extra=http-interface={ports.LOOPBACK}",
        *arguments,
    ]
