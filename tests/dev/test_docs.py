"""What the documentation says can be done: its commands run, its links lead somewhere, and it
calls what is on the screen as the screen does.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from dev.commands import COMMANDS
from tests.server import OdooServer

from .ground import ROOT

DOCS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`([\w./-]+\.(?:py|sql|txt|xml))`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*")
HOST = "https://odoo.example.com"
# First what the others need, last what takes it away.
ORDER = (
    "module install",
    "odoo usercom",
    "curl",
    "module upgrade",
    "neutralize",
    "module uninstall",
)
# What bold words of the administrator's name that is not ours, but Odoo's or User.com's.
FOREIGN = {
    "administrator.md": "Apps Activate Settings Save Actions read and write system name "
    "Automations Contact's attribute change New contact API call Extra data Uninstall App settings "
    "Advanced Public API",
    "administrator.pl.md": "Aplikacje Aktywuj Ustawienia Zapisz Akcje odczytu i zapisu "
    "Nazwa systemu Settings App settings Advanced Public API Automations "
    "Contact's attribute change New contact API call Extra data Odinstaluj",
}


def commands() -> list[str]:
    """Each command of a sh block once, in an order in which they can be run."""
    blocks = [block for doc in DOCS for block in BLOCK.findall(doc.read_text())]
    lines = dict.fromkeys(line for block in blocks for line in block.splitlines() if line.strip())
    return sorted(lines, key=_place)


def _place(line: str) -> int:
    return next((n for n, words in enumerate(ORDER) if words in line), len(ORDER))


def is_developers(line: str) -> bool:
    return line.startswith("make ")


@pytest.mark.parametrize("line", filter(is_developers, commands()))
def test_a_developers_command_is_there(line: str) -> None:
    words = shlex.split(line, comments=True)
    assert words[1] in COMMANDS
    files = [word for word in words[-1].removeprefix("ARGS=").split() if "/" in word]
    assert all((ROOT / file).exists() for file in files)


@pytest.fixture(scope="module")
def server() -> Iterator[OdooServer]:
    """A database without the addon, and without apps: the commands are what installs it."""
    with OdooServer("docs", template="USERCOM_ALONE") as odoo:
        yield odoo


def test_an_operators_commands_run(server: OdooServer) -> None:
    lines = [line for line in commands() if not is_developers(line)]
    assert len(lines) > 8
    for line in lines:
        done = subprocess.run(
            local(line, server), cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr and " ERROR " not in done.stderr, done.stderr
        if line.startswith("curl"):
            assert done.stdout == '{"status": "ok"}'


def local(line: str, server: OdooServer) -> list[str]:
    """The command for our own Odoo and database."""
    line = line.replace("-d mycompany", f"-d {server.database}").replace(HOST, server.url)
    program, *arguments = shlex.split(line)
    return (
        [sys.executable, "-m", "odoo", *arguments] if program == "odoo" else [program, *arguments]
    )


@pytest.mark.parametrize("doc", DOCS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(doc: Path) -> None:
    links = LINK.findall(doc.read_text())
    assert [link for link in links if not (doc.parent / link).exists()] == []


@pytest.mark.parametrize("doc", DOCS, ids=lambda path: path.name)
def test_the_files_it_names_are_there(doc: Path) -> None:
    """Named from the repository's folder, or from the connector's."""
    places = (ROOT, ROOT / "usercom_connector")
    named = FILE.findall(doc.read_text())
    assert [name for name in named if not any((at / name).is_file() for at in places)] == []


@pytest.mark.parametrize(
    ("name", "side"), [("administrator.md", "msgid"), ("administrator.pl.md", "msgstr")]
)
def test_the_screens_words_are_used(name: str, side: str) -> None:
    texts = (
        text for file in ROOT.glob("usercom_connector*/i18n/pl.po") for text in polib.pofile(file)
    )
    known = {getattr(text, side) for text in texts} | {"User.com"}
    named = [
        part
        for bold in BOLD.findall((ROOT / "docs" / name).read_text())
        for part in bold.split(" → ")
    ]
    assert {word for word in named if word not in known and word not in FOREIGN[name]} == set()
    assert len([word for word in named if word in known]) > 10


def test_both_languages_have_the_same_steps() -> None:
    english, polish = (
        (ROOT / "docs" / name).read_text() for name in ("administrator.md", "administrator.pl.md")
    )
    for kind in (r"^##? ", r"^!\[", r"^\|", r"^\d\. ", r"^```sh"):
        counts = [len(re.findall(kind, text, re.MULTILINE)) for text in (english, polish)]
        assert counts[0] == counts[1], kind
    assert BLOCK.findall(english) == BLOCK.findall(polish)
