"""`make test`: the set-up where needed, a fresh database, all tests in one pytest."""

from . import browser, nginx, odoo, pins, ports, template
from .locks import alone
from .paths import ROOT, VENV
from .postgres import Cluster
from .process import foreground

NAME = "test"
_DATABASE = "usercom_test"
_WHOLE = ("--durations=25",)


def main(arguments: list[str]) -> int:
    """Run the tests; arguments go to pytest. Returns pytest's exit status.

    Without arguments all of them are run, and it tells which took longest.
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
                return foreground(_pytest(arguments), env={**env, **names})
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
