"""Debian packages without installing them: a private apt downloads, `dpkg-deb` extracts."""

import errno
import functools
import hashlib
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from .console import GroundError, step
from .paths import CACHE
from .sources import archive, codename

GIB = 1024**3
_ONE_AT_A_TIME = threading.RLock()  # apt refuses a second one
UNSTABLE = "sid"

_CONFIGURATION = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "{home}/debian.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "{home}/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "{home}/cache";
APT::Sandbox::User "root";
APT::Get::AllowUnauthenticated "false";
Acquire::Languages "none";
Acquire::Retries "2";
"""


class Apt:
    """apt for one suite, with lists, cache and state of its own below `.cache/apt/<suite>`."""

    def __init__(self, suite: str) -> None:
        self.suite = suite
        self.home = CACHE / "apt" / suite
        self._updated = False

    def missing(self, packages: Iterable[str]) -> list[str]:
        """The packages that installing these would add to the machine, themselves included."""
        command = [
            "apt-get",
            "-c",
            str(self._configuration),
            "-s",
            "--no-install-recommends",
            "install",
        ]
        with _ONE_AT_A_TIME:
            self._update()
            result = _run([*command, *packages], capture_output=True)
        if result.returncode:
            raise GroundError(
                f"apt finds no {' '.join(packages)} in {self.suite}: {_last_line(result.stderr)}"
            )
        return re.findall(r"^Inst (\S+)", result.stdout, re.MULTILINE)

    def download(self, packages: Iterable[str]) -> list[Path]:
        """Fetch the packages, resuming what an interrupted run left; returns their files."""
        self._update()
        folder = self.home / "archives"
        folder.mkdir(parents=True, exist_ok=True)
        names = list(packages)
        step(f"downloading {len(names)} Debian packages from {self.suite}: {' '.join(names)}")
        command = ["apt-get", "-c", str(self._configuration), "download", *names]
        if _run(command, cwd=folder).returncode:
            raise GroundError(
                "The Debian packages could not be downloaded; check the network and run again."
            )
        return [newest(folder, name) for name in names]

    def _update(self) -> None:
        if self._updated:
            return
        self._prepare()
        step(f"reading Debian's package list of {self.suite}")
        if _run(
            ["apt-get", "-c", str(self._configuration), "--error-on=any", "-qq", "update"]
        ).returncode:
            raise GroundError(
                "Debian's package list could not be read; check the network and run again."
            )
        self._updated = True

    def _prepare(self) -> None:
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        (self.home / "debian.sources").write_text(archive(codename()).render(self.suite))
        self._configuration.write_text(_CONFIGURATION.format(home=self.home))

    @property
    def _configuration(self) -> Path:
        return self.home / "apt.conf"


@functools.cache
def machine() -> Apt:
    """apt for the suite this machine runs."""
    return Apt(codename())


def newest(folder: Path, package: str) -> Path:
    """The file of a package in the folder, of the newest version when there are several."""
    return max(folder.glob(f"{package}_*.deb"), key=lambda path: path.stat().st_mtime)


def tree(
    name: str,
    packages: dict[Apt, list[str]],
    *,
    gib: float,
    finish: Callable[[Path], None] | None = None,
) -> Path:
    """The folder that holds the extracted packages, made on the first call.

    `gib` is the free disk that takes; `finish` puts the extracted files right. The folder's name
    carries a hash of the package names, and it appears in one rename.
    """
    wanted = sorted(package for names in packages.values() for package in names)
    digest = hashlib.sha256(" ".join(wanted).encode()).hexdigest()[:8]
    target = CACHE / f"{name}-{digest}"
    with _ONE_AT_A_TIME:
        if not target.exists():
            require_disk(gib)
            files = [file for apt, names in packages.items() for file in apt.download(names)]
            _extract(files, target, finish)
            for file in files:
                file.unlink()
            for old in set(CACHE.glob(f"{name}-*")) - {target}:
                shutil.rmtree(old)
    return target


def require_disk(gib: float) -> None:
    """Fail with a sentence unless the cache's disk has that many GiB free."""
    CACHE.mkdir(exist_ok=True)
    free = shutil.disk_usage(CACHE).free / GIB
    if free < gib:
        raise GroundError(
            f"No disk space: {CACHE} has {free:.1f} GiB free and this step needs {gib:.1f} GiB."
        )


def _extract(files: list[Path], target: Path, finish: Callable[[Path], None] | None) -> None:
    half = target.with_name(f"{target.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for file in files:
        step(f"extracting {file.name}")
        result = _run(["dpkg-deb", "-x", str(file), str(half)], capture_output=True)
        if result.returncode:
            raise GroundError(f"{file.name} could not be extracted: {_last_line(result.stderr)}")
    if finish:
        finish(half)
    half.rename(target)


def _run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, text=True, env=environment, check=False, **options)  # type: ignore[call-overload]
    except FileNotFoundError as error:
        raise GroundError(f"{command[0]} is missing; it comes with every Debian.") from error


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else os.strerror(errno.EIO)
