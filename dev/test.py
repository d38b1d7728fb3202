"""`make test`: the set-up where needed, a fresh database, all tests in one pytest."""

from . import browser, nginx, odoo, pins, ports, template
from .locks import alone
from .paths import ADDON, ROOT, VENV
from .postgres import Cluster
from .process import foreground

NAME = "test"
_DATABASE = "usercom_test"
# By its path: the servers of the tests, copies of the repository among them, count too.
_WHOLE = (f"--cov={ADDON}", "--cov-report=term:skip-covered", "--durations=10")


def main(arguments: list[str]) -> int:
    """Run the tests; arguments go to pytest. Returns pytest's exit status.

    Without arguments, it also tells which lines no test ran, and which tests took longest.
    The tests find the name of the template in USERCOM_TEMPLATE, to make further copies of it, and
    in USERCOM_CORE that of the same Odoo without the addon.
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
            told = {"USERCOM_TEMPLATE": source, "USERCOM_CORE": core}
            try:
                return foreground(_pytest(arguments), env={**env, **told})
            finally:
                template.drop(cluster, _DATABASE)


def _pytest(arguments: list[str]) -> list[str]:
    return [
        str(VENV / "bin/python"),
        *("-m", "pytest", "--odoo-http"),
        f"--odoo-database={_DATABASE}",
        f"--odoo-addons-path={ROOT}",
        f"--odoo-extra=http-interface={ports.LOOPBACK}",
        *(arguments or _WHOLE),
    ]
