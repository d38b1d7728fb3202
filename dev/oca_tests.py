"""`make test-oca`: a scenario of edits, pushes, pulls and merges beside OCA's neighbours."""

from . import odoo, ports, template
from .console import step
from .locks import alone
from .paths import CACHE, ROOT, VENV
from .postgres import Cluster
from .process import foreground, run

NAME = "test-oca"
REQUIREMENTS = ROOT / "dev/requirements-oca.txt"
ADDONS = (
    "auditlog",
    "mail_tracking",
    "mass_mailing_partner",
    "partner_contact_birthdate",
    "partner_deduplicate_acl",
    "partner_deduplicate_by_website",
    "partner_deduplicate_filter",
    "partner_email_check",
    "partner_firstname",
    "queue_job",
)
_DATABASE = "usercom_oca"


def main(arguments: list[str]) -> int:
    """Run it; arguments go to pytest. Returns pytest's exit status."""
    with alone(NAME):
        with alone("set-up", wait=True):
            odoo.ensure()
            folder = fetched()
            cluster = Cluster(NAME)
        with cluster.running():
            env = {**odoo.environment(cluster.env, NAME), "USERCOM_OCA": "1"}
            source = template.ensure(cluster, env, template.TESTED_WITH, consent=True)
            template.copy(cluster, source, _DATABASE)
            paths = f"{ROOT},{folder / 'odoo/addons'}"
            try:
                _install(env, paths)
                return foreground(_pytest(paths, arguments), env=env)
            finally:
                template.drop(cluster, _DATABASE)


def fetched():
    """The folder of OCA's addons, from PyPI; without the Odoo that their packages ask for."""
    folder = CACHE / "oca"
    stamp = folder / "stamp"
    if not stamp.exists() or stamp.read_text() != REQUIREMENTS.read_text():
        step("fetching OCA's addons")
        command = ["-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--upgrade"]
        target = ["--target", str(folder), "-r", str(REQUIREMENTS)]
        run([str(VENV / "bin/python"), *command, *target], "Fetching OCA's addons", log="oca")
        stamp.write_text(REQUIREMENTS.read_text())
    return folder


def _install(env: dict[str, str], paths: str) -> None:
    step(f"installing {', '.join(ADDONS)}")
    env["PYTHONPATH"] = str(CACHE / "oca")
    options = ("-d", _DATABASE, f"--addons-path={paths}", "--stop-after-init", "--log-level=warn")
    run(odoo.command(*options, "-i", ",".join(ADDONS)), "Installing them", env=env, log=NAME)


def _pytest(paths: str, arguments: list[str]) -> list[str]:
    return [
        str(VENV / "bin/python"),
        *("-m", "pytest", "-q", "--odoo-http", f"--odoo-database={_DATABASE}"),
        f"--odoo-addons-path={paths}",
        f"--odoo-extra=http-interface={ports.LOOPBACK}",
        *(arguments or ["tests/oca"]),
    ]
