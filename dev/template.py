"""Databases with the addon installed: built once per state of the addon, copied for each run."""

import hashlib
import re
from pathlib import Path

from . import odoo
from .console import GroundError, step
from .paths import ADDON, ADDONS, LOGS, ROOT
from .postgres import Cluster
from .process import run

ALONE = ("contacts",)
CORE = (*ALONE, "crm")
TESTED_WITH = ("base_automation", "mass_mailing", "sale")  # apps that ours gets on with
_STORAGE = ROOT / "dev/template_storage.py"
_ASSETS = ROOT / "dev/template_assets.py"
_CONSENT = ROOT / "dev/template_consent.py"


def ensure(
    cluster: Cluster, env: dict[str, str], extra: tuple[str, ...] = (), *, consent: bool = False
) -> str:
    """The template of this state of the addons, on top of `core`; returns its name.

    With the connector, Odoo installs those addons whose apps are there.
    """
    source = core(cluster, env, extra, consent=consent)
    kind = "addon" if consent else "plain"  # a new one of a kind is made in place of the former
    name = f"{kind}_{_digest(source, _ASSETS.read_text(), *_addon_texts())}"
    _build(cluster, env, source, name, (ADDON.name,), script=_ASSETS)
    return name


def core(
    cluster: Cluster, env: dict[str, str], extra: tuple[str, ...] = (), *, consent: bool = False
) -> str:
    """The template of this Odoo without the addon, with `extra` apps; returns its name.

    `env` is `odoo.environment` of the cluster. With `consent`, contacts have the field
    `x_email_consent` that the tests use (tests/pairs.py).
    """
    name = _bare(cluster, env, "core", CORE + extra)
    if not consent:
        return name
    with_consent = f"consent_{_digest(name, _CONSENT.read_text())}"
    _build(cluster, env, name, with_consent, script=_CONSENT)
    return with_consent


def alone(cluster: Cluster, env: dict[str, str]) -> str:
    """The template of this Odoo with contacts, and no further app; returns its name."""
    return _bare(cluster, env, "alone", ALONE)


def with_apps(
    cluster: Cluster,
    env: dict[str, str],
    source: str,
    kind: str,
    apps: tuple[str, ...],
    addons: tuple[Path, ...],
    state: tuple[str, ...],
) -> str:
    """The template of further apps on top of `source`, one per `state` of theirs; its name."""
    name = f"{kind}_{_digest(source, *apps, *state)}"
    _build(cluster, env, source, name, apps, addons=addons)
    return name


def copy(cluster: Cluster, template: str, database: str) -> None:
    """Make `database` anew as a copy of the template."""
    drop(cluster, database)
    cluster.sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')


def drop(cluster: Cluster, database: str) -> None:
    """Remove a database, if it is there."""
    cluster.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def shell(env: dict[str, str], database: str, script: Path, what: str) -> None:
    """Run a script of ours in `odoo shell`; it has to commit. `what` names it when it fails."""
    command = odoo.command("shell", "-d", database, "--no-http", "--log-level=warn")
    run(command, what, env=env, log=f"{script.stem}-{database}", stdin=script)


def _bare(cluster: Cluster, env: dict[str, str], kind: str, apps: tuple[str, ...]) -> str:
    """The template of an Odoo that has never seen our addons, not even in its list of modules."""
    addons = odoo.addons()
    name = f"{kind}_{_digest(odoo.release(), str(addons), _STORAGE.read_text(), *apps)}"
    _build(cluster, env, "template0", name, apps, addons=(addons,))
    return name


def _build(
    cluster: Cluster,
    env: dict[str, str],
    source: str,
    target: str,
    modules: tuple[str, ...] = (),
    script: Path = _STORAGE,
    addons: tuple[Path, ...] = (ROOT,),
) -> None:
    """Make `target` of `source`, with modules installed from `addons` and then the script run."""
    known = cluster.sql("SELECT datname FROM pg_database")
    if target in known:
        return
    kind = target.split("_")[0]
    for old in known:
        if old.startswith(f"{kind}_"):
            drop(cluster, old)
    half = f"{kind}_half"
    copy(cluster, source, half)
    if modules:
        step(f"installing {', '.join(modules)} into a template database")
        _install(env, half, modules, addons)
    shell(env, half, script, f"Preparing the template by {script.name}")
    cluster.sql(f'ALTER DATABASE "{half}" RENAME TO "{target}"')


def _install(
    env: dict[str, str], database: str, modules: tuple[str, ...], addons: tuple[Path, ...]
) -> None:
    folders = ",".join(map(str, addons))
    arguments = ("-d", database, "-i", ",".join(modules), f"--addons-path={folders}")
    options = ("--stop-after-init", "--log-level=warn")
    log = f"install-{database}"  # two are made at a time
    run(odoo.command(*arguments, *options), "Installing the addon", env=env, log=log)
    said = (LOGS / f"{log}.log").read_text()
    complaints = re.findall(r"^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) .*", said, re.MULTILINE)
    if complaints:
        raise GroundError("Installing the addon is not clean:\n" + "\n".join(complaints))


def _addon_texts() -> list[str]:
    found = (path for addon in ADDONS for path in sorted(addon.rglob("*")))
    files = (path for path in found if path.is_file() and path.suffix != ".pyc")
    return [f"{path.relative_to(ROOT)} {_digest_of(path)}" for path in files]


def _digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
