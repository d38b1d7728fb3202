"""`make test-odoo`: Odoo's own tests of contacts, without the addon and with a running account."""

from pathlib import Path
from xml.etree import ElementTree

from . import odoo, ports, template
from .console import step
from .locks import alone
from .paths import CACHE, ROOT, VENV
from .postgres import Cluster
from .process import foreground

NAME = "test-odoo"
APPS = (
    *template.TESTED_WITH,
    "sale_crm",
    "portal",
    "privacy_lookup",
    "test_mail",
    "test_mass_mailing",
)
ACCOUNT = ROOT / "dev/odoo_tests_account.py"
TESTS = (
    "base/tests/test_res_partner.py",
    "base/tests/test_res_partner_merge.py",
    "mail/tests/test_res_partner.py",
    "test_mail/tests/test_mail_gateway.py",
    "test_mail/tests/test_mail_thread_mixins.py",
    "test_mass_mailing/tests/test_blacklist.py",
    "test_mass_mailing/tests/test_blacklist_mixin.py",
    "crm/tests/test_crm_lead.py",
    "crm/tests/test_crm_lead_convert.py",
    "crm/tests/test_crm_lead_merge.py",
    "crm/tests/test_res_partner.py",
    "mass_mailing/tests/test_mailing_list.py",
    "mass_mailing/tests/test_mailing_internals.py",
    "sale_crm/tests/test_res_partner.py",
    "sale_crm/tests/test_crm_lead_convert_quotation.py",
    "portal/tests/test_addresses.py",
    "portal/tests/test_portal_wizard.py",
    "phone_validation/tests/test_phonenumbers_blacklist.py",
    "privacy_lookup/tests/test_privacy_wizard.py",
    "test_base_automation/tests/test_flow.py",
)


def main(arguments: list[str]) -> int:
    """Run both; returns 1 where a test fails only beside the addon. Arguments go to pytest."""
    with alone(NAME):
        with alone("set-up", wait=True):
            odoo.ensure()
            cluster = Cluster(NAME)
        with cluster.running():
            env = odoo.environment(cluster.env, NAME)
            apps = (*APPS, "test_base_automation")
            ours = template.ensure(cluster, env, apps, consent=True)
            core = template.core(cluster, env, apps, consent=True)
            without = _failures(cluster, env, core, arguments)
            beside = _failures(cluster, env, ours, arguments, account=True)
    return _tell(without, beside)


def _failures(
    cluster: Cluster,
    env: dict[str, str],
    source: str,
    arguments: list[str],
    *,
    account: bool = False,
) -> set[str]:
    """The names of the tests that fail on a copy of `source`, with a running account or none."""
    database = f"{source}_run"
    template.copy(cluster, source, database)
    report = CACHE / f"{database}.xml"
    report.unlink(missing_ok=True)
    try:
        if account:
            template.shell(env, database, ACCOUNT, "Making the account")
        foreground(_pytest(database, report, arguments), env=env)
    finally:
        template.drop(cluster, database)
    return {
        f"{case.get('classname')}::{case.get('name')}"
        for case in ElementTree.parse(report).iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    }


def _pytest(database: str, report: Path, arguments: list[str]) -> list[str]:
    addons = odoo.path() / "odoo/addons"
    return [
        str(VENV / "bin/python"),
        *("-m", "pytest", "-q", "--odoo-http", "--tb=short", "-c", "/dev/null"),
        *("-p", "no:cacheprovider", f"--rootdir={addons}", f"--junitxml={report}"),
        f"--odoo-database={database}",
        f"--odoo-addons-path={ROOT}",
        f"--odoo-extra=http-interface={ports.LOOPBACK}",
        *arguments,
        *(str(path) for name in TESTS if (path := addons / name).exists()),
    ]


def _tell(without: set[str], beside: set[str]) -> int:
    step(f"failing without the addon: {len(without)}, beside it: {len(beside)}")
    for name in sorted(beside - without):
        print(f"only beside the addon: {name}")
    return int(bool(beside - without))
