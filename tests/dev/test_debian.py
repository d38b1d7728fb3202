"""Extracting packages leaves no half state."""

import subprocess
from pathlib import Path

import pytest

from dev import debian
from dev.console import GroundError

CONTROL = "Package: tool\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.example>\n"


class Archive:
    """Stands in for apt: what it downloads is a package built here, or half of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.whole = True

    def download(self, packages: list[str]) -> list[Path]:
        content = self.folder / "content"
        (content / "DEBIAN").mkdir(parents=True, exist_ok=True)
        (content / "DEBIAN/control").write_text(f"{CONTROL}Description: a tool\n")
        (content / "bin").mkdir(exist_ok=True)
        (content / "bin/tool").write_text("#!/bin/sh\n")
        file = self.folder / "tool.deb"
        subprocess.run(["dpkg-deb", "-b", content, file], check=True, capture_output=True)
        if not self.whole:
            file.write_bytes(file.read_bytes()[:-100])
        return [file]


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Archive:
    monkeypatch.setattr(debian, "CACHE", tmp_path / "cache")
    return Archive(tmp_path)


def tools(archive: Archive, *packages: str) -> Path:
    return debian.tree("tools", {archive: list(packages)}, gib=0.001)


def test_tree_holds_the_packages_files(archive: Archive):
    assert (tools(archive, "tool") / "bin/tool").exists()


def test_broken_package_leaves_nothing_behind_that_counts(archive: Archive):
    archive.whole = False
    with pytest.raises(GroundError, match=r"tool\.deb could not be extracted"):
        tools(archive, "tool")

    archive.whole = True
    assert (tools(archive, "tool") / "bin/tool").exists()


def test_tree_is_made_once(archive: Archive):
    first = tools(archive, "tool")
    (first / "mark").touch()

    assert (tools(archive, "tool") / "mark").exists()


def test_other_packages_replace_the_tree(archive: Archive):
    first = tools(archive, "tool")
    second = tools(archive, "tool", "more")

    assert second.exists() and not first.exists()


def test_finish_comes_before_the_tree_counts(archive: Archive):
    def stumble(top: Path) -> None:
        raise OSError("cut off")

    with pytest.raises(OSError, match="cut off"):
        debian.tree("tools", {archive: ["tool"]}, gib=0.001, finish=stumble)
    assert not list(debian.CACHE.glob("tools-????????"))
