"""A database of each released version is upgraded to this one, and nothing of the data is lost.

`make release` keeps a version here when it is released.
"""

import ast
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql

from tests.server import ROOT, create_database, drop_database, execute

HERE = Path(__file__).parent
RELEASES = sorted(HERE.glob("*.tar.xz"))
LAST = HERE / "19.0.1.2.0.tar.xz"  # leads, mailing lists and both bases were still in one place
OLDER = [archive for archive in RELEASES if archive.name <= LAST.name]
# {where to look: which rows}. Rows are compared by id, but for who wrote them last and when.
OURS = """SELECT table_name FROM information_schema.columns
           WHERE table_name LIKE 'usercom\\_%' AND column_name = 'id'"""
OTHERS = {
    "res_partner": "email LIKE '%@example.org'",
    "ir_cron": "id IN (SELECT cron_id FROM usercom_backend)",
    "ir_config_parameter": "key LIKE 'usercom\\_connector.%'",
    "mail_message": "model = 'usercom.backend'",
}
# What PostgreSQL refuses by a check it shows whole, an account's key included; and the index that
# Odoo made for the User.com id misleads it. And what is missing.
UNWANTED = """
    SELECT conname FROM pg_constraint
     WHERE conrelid = 'usercom_backend'::regclass AND contype = 'c'
    UNION SELECT indexname FROM pg_indexes WHERE indexname = 'res_partner__usercom_key_index'
    UNION SELECT 'a consent log without a guard' WHERE (
            SELECT count(*) FROM pg_trigger
             WHERE tgrelid = 'usercom_consent_log'::regclass AND NOT tgisinternal) <> 2
    UNION SELECT 'a consent log that takes any origin' WHERE NOT EXISTS (
            SELECT FROM pg_constraint
             WHERE conrelid = 'usercom_consent_log'::regclass AND contype = 'c')
    UNION SELECT 'a consent that HR alone may say and that goes on' FROM usercom_field_mapping m
            JOIN ir_model_fields f ON f.id = m.field_id
           WHERE f.name = 'employee' AND m.is_consent AND NOT m.is_broken"""
NOT_COMPARED = {"write_date", "write_uid", "lastcall", "nextcall", "is_broken", "phone_format"}
# What a migration is there to change: {(table, column, former value): present value}
MOVED = {("usercom_conflict", "state", "open"): "ruled"}  # those of the seed have a winner
# {(table, former column): present column}
RENAMED = {
    ("usercom_outbox", "singly"): "force_single",
    ("usercom_sync_line", "singly"): "force_single",
    ("usercom_sync", "fillings"): "csv_column_sets",
}
# It ended the key of what User.com has where each side keeps its own, up to 19.0.1.2.0.
REMOTE_SUFFIX = "≠"
KEPT_APART = """
    UPDATE usercom_binding
       SET base = base || '{"city": "Łódź", "city≠": "Gdynia", "phone_number≠": null}'"""
# Where no app is installed, phone numbers were sent as typed; of a mapping its former choice.
TYPED = "UPDATE usercom_field_mapping SET phone_format = 'typed'"
CONVERTED = """
    SELECT a.name_std, m.conversion FROM usercom_field_mapping m
      JOIN usercom_attribute a ON a.id = m.attribute_id WHERE m.conversion IS NOT NULL"""
# And what has no meaning where neither CRM nor Email Marketing is installed.
WITHOUT_APPS = {
    ("usercom_backend", "new_user_policy", "lead"): "create",
    ("usercom_backend", "opt_out_lists", "News"): None,
}
ADDONS = "SELECT name, state FROM ir_module_module WHERE name LIKE 'usercom\\_connector\\_%'"
OWNERS = """
    SELECT name, module FROM ir_model_data
     WHERE name LIKE '%opt\\_out\\_lists' OR name LIKE '%new\\_user\\_policy\\_\\_lead'"""
Rows = dict[tuple[str, int], dict[str, Any]]


@dataclass
class Released:
    """A database with data of the version in ``archive``, and its rows."""

    archive: Path
    with_apps: bool
    database: str
    rows: Rows


CASES = [*((archive, True) for archive in RELEASES), (LAST, False)]
NAMES = [archive.name + ("" if with_apps else " without apps") for archive, with_apps in CASES]


@pytest.fixture(scope="module", params=CASES, ids=NAMES)
def released(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    """With or without CRM and Email Marketing."""
    archive, with_apps = request.param
    old = tmp_path_factory.mktemp("old")
    with tarfile.open(archive) as release:
        release.extractall(old, filter="data")
    database = f"{os.environ['USERCOM_TEMPLATE']}_upgrade"
    create_database(database, os.environ["USERCOM_CORE" if with_apps else "USERCOM_ALONE"])
    try:
        odoo(database, old, "-i", "usercom_connector", "--stop-after-init")
        seeds = old / "seeds.py"
        texts = [seed.read_text() for seed in (old / "seed.py", HERE / "seed_apps.py")]
        seeds.write_text("\n".join(texts))
        odoo(database, old, "shell", seed=seeds)
        if archive in OLDER:
            changed(database, KEPT_APART)
        if not with_apps:
            changed(database, TYPED)
        yield Released(archive, with_apps, database, rows(database))
    finally:
        drop_database(database)


@pytest.fixture(scope="module")
def upgraded(released: Released) -> Iterator[str]:
    """The name of the database once it is upgraded."""
    with a_copy(released, "d") as database:
        odoo(database, ROOT, "-u", "usercom_connector", "--stop-after-init")
        yield database


@contextmanager
def a_copy(released: Released, ending: str) -> Iterator[str]:
    name = f"{released.database}{ending}"
    names = sql.Identifier(name), sql.Identifier(released.database)
    execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    try:
        yield name
    finally:
        drop_database(name)


def odoo(database: str, addons: Path, *arguments: str, seed: Path | None = None) -> None:
    """Run Odoo to its end; it has nothing to complain of."""
    done = run(database, addons, *arguments, seed=seed)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not any(word in said for word in ("WARNING", "ERROR", "Traceback")), said


def run(
    database: str, addons: Path, *arguments: str, seed: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odoo", *arguments]
    options = ["-d", database, f"--addons-path={addons}", "--no-http", "--log-level=warn"]
    with open(seed or os.devnull) as script:
        return subprocess.run(
            [*command, *options], cwd=addons, stdin=script, capture_output=True, text=True
        )


def rows(database: str) -> Rows:
    """``{(table, id): {column: value}}`` of all that is ours."""
    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
        cursor.execute(OURS)
        tables = dict.fromkeys((name for (name,) in cursor.fetchall()), "true") | OTHERS
        found = {}
        for table, condition in tables.items():
            cursor.execute(f"SELECT id, to_jsonb(t) FROM {table} t WHERE {condition}")
            found |= {(table, row_id): row for row_id, row in cursor.fetchall()}
    connection.close()
    return found


def changed(database: str, statement: str) -> None:
    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount
    connection.close()


def asked(database: str, query: str) -> list[tuple[str]]:
    with psycopg2.connect(dbname=database) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
    connection.close()
    return found


def test_this_version_is_kept_for_the_upgrades_to_come() -> None:
    manifest = ast.literal_eval((ROOT / "usercom_connector/__manifest__.py").read_text())
    assert f"{manifest['version']}.tar.xz" in {path.name for path in RELEASES}


def test_what_did_harm_is_gone(upgraded: str) -> None:
    assert asked(upgraded, UNWANTED) == []


def test_an_apps_addon_is_installed_with_what_was_its_own(
    released: Released, upgraded: str
) -> None:
    crm, lists, orders = (f"usercom_connector_{app}" for app in ("crm", "mass_mailing", "sale"))
    owners = {
        "selection__usercom_backend__new_user_policy__lead": crm,
        "field_usercom_backend__opt_out_lists": lists,
        "field_res_config_settings__usercom_opt_out_lists": lists,
    }
    assert dict(asked(upgraded, OWNERS)) == (owners if released.with_apps else {})
    state = "installed" if released.with_apps else "uninstalled"
    assert dict(asked(upgraded, ADDONS)) == dict.fromkeys((crm, lists, orders), state)


def test_without_an_addon_that_an_app_needs_nothing_is_upgraded(
    released: Released, tmp_path: Path
) -> None:
    if (released.archive, released.with_apps) != (LAST, True):
        pytest.skip("one of them will do")  # to name that one would have it made twice
    (tmp_path / "usercom_connector").symlink_to(ROOT / "usercom_connector")
    with a_copy(released, "_refused") as database:
        done = run(database, tmp_path, "-u", "usercom_connector", "--stop-after-init")
        assert "Put usercom_connector_crm beside usercom_connector" in done.stderr
        assert rows(database) == released.rows


def test_no_row_and_no_value_is_lost(released: Released, upgraded: str) -> None:
    before, after = released.rows, rows(upgraded)
    meant = MOVED if released.with_apps else MOVED | WITHOUT_APPS
    assert len(before) > 30
    lost = {
        (*key, column): f"{value!r} became {present(after, key, column)!r}"
        for key, row in before.items()
        for column, value in row.items()
        if column not in NOT_COMPARED
        and present(after, key, column) != moved(meant, key[0], column, value)
    }
    assert not lost


def test_phone_numbers_are_sent_as_they_were(released: Released, upgraded: str) -> None:
    expected = {"phone_number": "e164"} if released.with_apps else {}
    assert dict(asked(upgraded, CONVERTED)) == expected


def test_what_failed_before_has_a_code(upgraded: str) -> None:
    codes = "SELECT DISTINCT error_code FROM usercom_outbox WHERE state = 'failed'"
    assert asked(upgraded, codes) == [("other",)]


def test_what_each_side_keeps_is_a_column_of_its_own(released: Released, upgraded: str) -> None:
    before, after = released.rows, rows(upgraded)
    for key, row in before.items():
        if key[0] == "usercom_binding":
            base = row["base"] or {}
            remote = {
                name[:-1]: value for name, value in base.items() if name.endswith(REMOTE_SUFFIX)
            }
            assert (after[key]["remote_base"] or {}) == (row.get("remote_base") or remote)


def present(after: Rows, key: tuple[str, int], column: str) -> Any:
    return after.get(key, {}).get(RENAMED.get((key[0], column), column))


def moved(meant: dict[tuple[str, str, str], Any], table: str, column: str, value: Any) -> Any:
    if (table, column) == ("usercom_binding", "base") and value:
        return {key: known for key, known in value.items() if not key.endswith(REMOTE_SUFFIX)}
    return meant.get((table, column, value), value) if isinstance(value, str) else value
