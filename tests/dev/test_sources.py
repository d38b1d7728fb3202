"""Which of the machine's apt sources is Debian's own archive."""

from pathlib import Path

import pytest

from dev.console import GroundError
from dev.sources import archive, codename

SECURITY_AND_OWN = """\
Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQ
"""


def etc(folder: Path, **files: str) -> Path:
    (folder / "sources.list.d").mkdir()
    for name, text in files.items():
        (folder / "sources.list.d" / name.replace("_", ".")).write_text(text)
    return folder


def test_deb822_entry_keeps_its_key_and_takes_another_suite(tmp_path: Path):
    entry = archive("bookworm", etc(tmp_path, debian_sources=SECURITY_AND_OWN))

    assert entry.render("sid").splitlines() == [
        "types: deb",
        "uris: http://mirror.example/debian",
        "suites: sid",
        "components: main",
        "signed-by: ",
        " -----BEGIN PGP PUBLIC KEY BLOCK-----",
        " .",
        " mQ",
    ]


def test_one_line_entry_keeps_its_options(tmp_path: Path):
    line = "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main # ours\n"
    (tmp_path / "sources.list").write_text("deb-src http://x bookworm main\n" + line)

    assert archive("bookworm", etc(tmp_path)).fields == {
        "types": "deb",
        "uris": "http://mirror.example/debian",
        "suites": "bookworm",
        "components": "main",
        "architectures": "amd64",
        "signed-by": "/k.gpg",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Types: deb\nURIs: http://x\nSuites: bookworm\nComponents: main\nEnabled: no\n",
        "Types: deb-src\nURIs: http://x\nSuites: bookworm\nComponents: main\n",
        "Types: deb\nURIs: http://x\nSuites: bookworm\nComponents: stable\n",
        "Types: deb\nURIs: http://x\nSuites: bookworm-security\nComponents: main\n",
    ],
)
def test_other_entries_are_not_the_archive(tmp_path: Path, text: str):
    with pytest.raises(GroundError, match="No apt source for Debian bookworm main"):
        archive("bookworm", etc(tmp_path, debian_sources=text))


def test_suite_is_read_from_the_release_file(tmp_path: Path):
    file = tmp_path / "os-release"
    file.write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')

    assert codename(file) == "bookworm"


def test_other_systems_are_told_about_odoo_path(tmp_path: Path):
    file = tmp_path / "os-release"
    file.write_text("ID=fedora\n")

    with pytest.raises(GroundError, match="set ODOO_PATH"):
        codename(file)
