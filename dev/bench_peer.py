"""The database of the peer that sends by OCA's queue_job, and what its servers find there."""

from configparser import ConfigParser
from pathlib import Path

from . import oca_tests, template
from .paths import CACHE, ROOT
from .postgres import Cluster

ADDON = "queue_job_peer"


def environment(cluster: Cluster, env: dict[str, str], plain: str) -> dict[str, str]:
    """Build the database on top of `plain`; returns where it is and how Odoo is run on it.

    USERCOM_PEER names the database, USERCOM_PEER_RC and USERCOM_PEER_PATH are to be a server's
    ODOO_RC and PYTHONPATH.
    """
    folder = oca_tests.fetched()
    addons = (ROOT / "benchmarks", folder / "odoo/addons")
    settings = _settings(Path(env["ODOO_RC"]), addons)
    peers = {**env, "ODOO_RC": str(settings), "PYTHONPATH": str(folder)}
    files = (oca_tests.REQUIREMENTS, *(ROOT / "benchmarks" / ADDON).rglob("*.py"))
    state = tuple(path.read_text() for path in sorted(files))
    name = template.with_apps(cluster, peers, plain, "peer", (ADDON,), addons, state)
    return {
        "USERCOM_PEER": name,
        "USERCOM_PEER_RC": str(settings),
        "USERCOM_PEER_PATH": str(folder),
    }


def _settings(usual: Path, addons: tuple[Path, ...]) -> Path:
    settings = ConfigParser(interpolation=None)
    settings.read(usual)
    settings["options"]["addons_path"] = ",".join(map(str, addons))
    file = CACHE / "odoo-bench-peer.conf"
    with file.open("w") as stream:
        settings.write(stream)
    return file
