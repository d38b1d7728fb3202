"""Databases with the addon installed: built once per state of the addon, copied for each run."""

import hashlib
import os
import re
import shutil
from pathlib import Path

from . import odoo
from .console import GroundError, step
from .paths import ADDON, LOGS, ROOT
from .postgres import Cluster
from .process import run

CORE = ("contacts", "crm")
ADDONS = ("usercom_connector",)
_ASSETS = ROOT / "dev/template_assets.py"


def fresh(cluster: Cluster, name: str, database: str, *, addons: bool = True) -> None:
    """Make `database` anew from a template, with the filestore of `name`'s Odoo.

    Without `addons` it is Odoo alone, with the apps that the addon goes with.
    """
    core, addon = _ensure(cluster, name)
    template = addon if addons else core
    drop(cluster, name, database)
    cluster.sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
    _copy_filestore(name, template, database)


def drop(cluster: Cluster, name: str, database: str) -> None:
    """Remove a database and its filestore, if they are there."""
    cluster.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    shutil.rmtree(odoo.filestore(name, database), ignore_errors=True)


def _ensure(cluster: Cluster, name: str) -> tuple[str, str]:
    """The templates of this Odoo alone, and of this state of the addon on top of it."""
    digest = _digest(odoo.release(), *CORE)
    core, addon = f"core_{digest}", f"addon_{_digest(digest, *ADDONS, *_addon_texts())}"
    _build(cluster, name, "template0", core, CORE)
    _build(cluster, name, core, addon, ADDONS)
    return core, addon


def _build(cluster: Cluster, name: str, source: str, target: str, modules: tuple[str, ...]) -> None:
    known = cluster.sql("SELECT datname FROM pg_database")
    if target in known:
        return
    kind = target.split("_")[0]
    for old in known:
        if old.startswith(f"{kind}_"):
            drop(cluster, name, old)
    step(f"installing {', '.join(modules)} into a template database")
    half = f"{kind}_half"
    cluster.sql(f'CREATE DATABASE "{half}" TEMPLATE "{source}"')
    _copy_filestore(name, source, half)
    env = odoo.environment(cluster.env, name)
    _install(env, half, modules)
    shell(env, half, _ASSETS, "Compiling the pages' assets")
    shutil.rmtree(odoo.filestore(name, target), ignore_errors=True)
    odoo.filestore(name, half).rename(odoo.filestore(name, target))
    cluster.sql(f'ALTER DATABASE "{half}" RENAME TO "{target}"')


def shell(env: dict[str, str], database: str, script: Path, what: str) -> None:
    """Run a script of ours in `odoo shell`; it has to commit. `what` names it when it fails."""
    command = odoo.command("shell", "-d", database, "--no-http", "--log-level=warn")
    run(command, what, env=env, log=script.stem, stdin=script)


def _install(env: dict[str, str], database: str, modules: tuple[str, ...]) -> None:
    log = "install"
    command = odoo.command(
        "-d", database, "-i", ",".join(modules), "--stop-after-init", "--log-level=warn"
    )
    run(command, "Installing the addon", env=env, log=log)
    complaints = re.findall(
        r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*",
        (LOGS / f"{log}.log").read_text(),
        re.MULTILINE,
    )
    if complaints:
        raise GroundError("Installing the addon is not clean:\n" + "\n".join(complaints))


def _copy_filestore(name: str, source: str, target: str) -> None:
    """Link the files over: Odoo names them by their content and never changes one in place."""
    origin, copy = odoo.filestore(name, source), odoo.filestore(name, target)
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    if origin.exists():
        shutil.copytree(origin, copy, copy_function=os.link, dirs_exist_ok=True)


def _addon_texts() -> list[str]:
    files = sorted(
        path for path in ADDON.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return [
        f"{path.relative_to(ADDON)}\n{hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in files
    ]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
