"""`make test`: the set-up where needed, a fresh database, all tests in one pytest after another.

All of them are two runs, each shared out to two processes with a database, a web server and a
simulator each. The tests of the second have servers of their own, which they kill, and wait for
what these do: a first run beside them would take their time.
"""

from concurrent.futures import Executor, ThreadPoolExecutor

from . import browser, nginx, odoo, pins, ports, template, venv
from .locks import alone
from .paths import ROOT, VENV
from .postgres import Cluster
from .process import foreground

NAME = "test"
_DATABASE = "usercom_test"
# The longest begin, so that both processes end together.
SHARED_OUT = (
    *("tests/dev", "tests/upgrade", "tests/browser"),
    *("tests/odoo", "tests/simulator", "tests/usercom"),
)
SERVERS = ("tests/chaos", "tests/e2e")
_SHARED = ("--numprocesses=2", "--durations=25")
_WHOLE = (SHARED_OUT, SERVERS)


def main(arguments: list[str]) -> int:
    """Run the tests; arguments go to pytest, in one process. Returns pytest's exit status.

    Without arguments all of them are run, and it tells which took longest.
    The tests find the name of the template in USERCOM_TEMPLATE, to make further copies of it, in
    USERCOM_CORE that of the same Odoo without our addons, and in USERCOM_ALONE that of one without
    the apps that some of them go with.
    """
    with alone(NAME):
        with alone("set-up", wait=True):
            cluster = _fetched()
        with ThreadPoolExecutor(1) as beside, cluster.running():
            env = odoo.environment(cluster.env, NAME)
            names = _templates(cluster, env, beside)
            template.copy(cluster, names["USERCOM_TEMPLATE"], _DATABASE)
            try:
                return run(arguments, {**env, **names})
            finally:
                template.drop(cluster, _DATABASE)


def _fetched() -> Cluster:
    """The cluster, once all is fetched that the tests need: Python's packages beside Debian's."""
    with ThreadPoolExecutor(1) as beside:
        packages = beside.submit(lambda: (venv.ensure(), pins.ensure()))
        odoo.path()
        browser.ensure()
        nginx.ensure()
        cluster = Cluster(NAME)
        packages.result()
    odoo.ensure()
    return cluster


def _templates(cluster: Cluster, env: dict[str, str], beside: Executor) -> dict[str, str]:
    """The names of the templates, by the variables that tell the tests; made side by side."""
    alone = beside.submit(template.alone, cluster, env)
    ours = template.ensure(cluster, env, template.TESTED_WITH, consent=True)
    core = template.core(cluster, env, template.TESTED_WITH)
    return {"USERCOM_TEMPLATE": ours, "USERCOM_CORE": core, "USERCOM_ALONE": alone.result()}


def run(arguments: list[str], env: dict[str, str]) -> int:
    """Run pytest on these, else on all; the status is that of the first run that fails."""
    parts = [arguments] if arguments else [[*part, *_SHARED] for part in _WHOLE]
    statuses = [foreground(_pytest(part), env=env) for part in parts]
    return next(filter(None, statuses), 0)


def _pytest(arguments: list[str]) -> list[str]:
    return [
        str(VENV / "bin/python"),
        *("-m", "pytest", "--odoo-http"),
        f"--odoo-database={_DATABASE}",
        f"--odoo-addons-path={ROOT}",
        f"--odoo-extra=http-interface={ports.LOOPBACK}",
        *arguments,
    ]
