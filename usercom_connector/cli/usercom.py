"""`odoo usercom`: Odoo finds this file by its place; the addon itself is not imported yet."""

import csv
import json
import sys

import psycopg2

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.cli.command import Command
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import config

CODES = {"ok": 0, "attention": 1, "critical": 2}
UNKNOWN = 3
ACTIONS = ("status", "drain", "reconcile", "failures", "explain", "verify-consents")
SERVERS = ("config", "database")  # options of the server's own


def say(line, stream=None):
    (stream or sys.stdout).write(f"{line}\n")


def _operations():
    """What the addon does for an operator. Not relative: this module is found by its place."""
    from odoo.addons.usercom_connector.services.account import operations  # pylint: disable=odoo-addons-relative-import

    return operations


class UnanswerableError(Exception):
    """Why what was asked cannot be answered."""


class Usercom(Command):
    """Look after the User.com accounts of a database"""

    epilog = """
        actions:
          status     how the accounts are doing
          drain      work the queues off now, unless a worker does already, then the status
          reconcile  check for changes in User.com now (--full: full comparison), then as drain
          failures   the failed rows, as CSV or with --format json as one JSON object a line
          explain    why the contact with the id --contact is, or is not, as its user
          verify-consents
                     whether the consent log is as it was sealed; 2 where a row does not fit

        exit status, as monitors know it: 0 all is well, 1 somebody should look (failed rows,
        broken mappings, paused by hand), 2 nothing moves, 3 the question cannot be answered.

        Further options are those of the server, as in --db_host=localhost.
    """

    def run(self, arguments):
        options, rest = self._options(arguments)
        named = [f"--{name}={value}" for name in SERVERS if (value := getattr(options, name))]
        quiet = ("--no-http", "--log-level=warn")
        config.parse_config([*quiet, *named, *rest], setup_logging=True)
        try:
            with Registry(self._database()).cursor() as cr:
                env = Environment(cr, SUPERUSER_ID, {})
                code = self._act(env, options)
        except (UnanswerableError, psycopg2.Error) as error:
            self._give_up(str(error).strip())
        sys.exit(code)

    def _act(self, env, options):
        if "usercom.backend" not in env:
            raise UnanswerableError("the User.com connector is not installed in this database")
        if options.action == "verify-consents":
            return self._verify_consents(env, options)
        actions = {
            "status": self._status,
            "drain": self._drain,
            "reconcile": self._reconcile,
            "failures": self._failures,
            "explain": self._explain,
        }
        return actions[options.action](self._accounts(env, options), options)

    def _give_up(self, why):
        say(f"UNKNOWN - {why}", sys.stderr)
        sys.exit(UNKNOWN)

    def _options(self, arguments):
        self.parser.error = self._give_up
        self.parser.add_argument("action", choices=ACTIONS)
        self.parser.add_argument("-c", "--config", help="the server's configuration file")
        self.parser.add_argument("-d", "--database", help="the database")
        self.parser.add_argument("--company", help="only the account of this company: name or id")
        self.parser.add_argument("--contact", type=int, help="the id of a contact, to explain")
        self.parser.add_argument("--format", choices=("text", "json"), default="text")
        self.parser.add_argument("--full", action="store_true", help="compare all contacts")
        return self.parser.parse_known_args(arguments)

    def _database(self):
        if len(config["db_name"]) != 1:
            raise UnanswerableError("name one database with -d")
        return config["db_name"][0]

    def _accounts(self, env, options):
        accounts = env["usercom.backend"].search([])
        if options.company:
            accounts = accounts.filtered(
                lambda account: options.company in self._names(account.company_id)
            )
        if options.company and not accounts:
            raise UnanswerableError(f"no account of a company {options.company!r}")
        return accounts

    def _names(self, company):
        return company.name, str(company.id)

    # ---- actions ----

    def _status(self, accounts, options):
        report = [_operations().health(account) for account in accounts]
        level = max((each["level"] for each in report), key=CODES.get, default="ok")
        if options.format == "json":
            say(json.dumps({"level": level, "accounts": report}, ensure_ascii=False, indent=2))
        else:
            say(f"{level.upper()} - {len(report)} User.com account(s)")
            for each in report:
                say(self._line(each))
        return CODES[level]

    def _line(self, report):
        said = " ".join(report["problems"])
        counts = f"{report['waiting']} waiting, {report['failed']} failed"
        return f"{report['company']}: {report['state']}, {counts}. {said}".rstrip()

    def _drain(self, accounts, options):
        for account in accounts.filtered(lambda account: account.state == "running"):
            if not _operations().drain_now(account):
                say(f"{account.company_id.name}: a worker drains it already", sys.stderr)
        return self._status(accounts, options)

    def _reconcile(self, accounts, options):
        for account in accounts:
            kind = "compare" if options.full else "reconcile"
            account.env["usercom.sweep"]._request(account, kind)
        return self._drain(accounts, options)

    def _failures(self, accounts, options):
        found = False
        table = csv.writer(sys.stdout)
        for failure in _operations().failures(accounts):
            if options.format == "json":
                say(json.dumps(failure, ensure_ascii=False))
            else:
                cells = _operations().as_cells(failure)
                table.writerows([cells] if found else [failure, cells])
            found = True
        return CODES["attention" if found else "ok"]

    def _explain(self, accounts, options):
        contact = accounts.env["res.partner"].browse(options.contact or []).exists()
        if not contact:
            raise UnanswerableError("name a contact that is there with --contact ID")
        for account in accounts:
            try:
                report = _operations().explanation(account, contact)
            except UserError as error:
                raise UnanswerableError(str(error)) from error
            if options.format == "json":
                say(json.dumps(report, ensure_ascii=False))
            else:
                say("\n".join(self._explained_lines(report)))
        return CODES["ok"]

    def _explained_lines(self, report):
        contact = f"{report['contact']} (id {report['contact_id']})"
        yield f"{report['company']}: {contact}. {report['link']}"
        for rule in report["rules"]:
            yield f"  [{'x' if rule['is_met'] else ' '}] {rule['text']}"
        for value in report["values"]:
            sides = f"{value['odoo'] or '-'} | {value['usercom'] or '-'} | {value['agreed'] or '-'}"
            yield f"  {value['mapping']}: {sides}: {value['verdict']}. {value['reason']}".rstrip()

    def _verify_consents(self, env, options):
        """Of all companies that have a log, those without an account too."""
        report = env["usercom.consent.chain"]._verify(
            lambda company: options.company in (None, *self._names(company))
        )
        if options.company and not report:
            raise UnanswerableError(f"no consent log of a company {options.company!r}")
        level = "critical" if any(each["fault"] for each in report) else "ok"
        if options.format == "json":
            say(json.dumps({"level": level, "logs": report}, ensure_ascii=False, indent=2))
        else:
            say(f"{level.upper()} - {len(report)} consent log(s)")
            for each in report:
                say(self._verified_line(each))
        return CODES[level]

    def _verified_line(self, report):
        if fault := report["fault"]:
            row = f"row {fault['row']} (number {fault['number']})"
            return f"{report['company']}: {row if fault['row'] else 'end'}: {fault['problem']}"
        counts = f"{report['sealed']} sealed, {report['unsealed']} not yet"
        return f"{report['company']}: {counts}. Last hash: {report['head']}".rstrip(": ")
