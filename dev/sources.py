"""The machine's own Debian archive, read from its apt sources."""

from dataclasses import dataclass
from pathlib import Path

from .console import GroundError

ETC = Path("/etc/apt")
OS_RELEASE = Path("/etc/os-release")


@dataclass(frozen=True)
class Entry:
    """One apt source in deb822 terms: field names in lower case, values as written."""

    fields: dict[str, str]

    def carries(self, suite: str) -> bool:
        """Whether this is an enabled binary source of the suite's component main."""
        return (
            "deb" in self.fields.get("types", "").split()
            and suite in self.fields.get("suites", "").split()
            and "main" in self.fields.get("components", "").split()
            and self.fields.get("enabled", "yes").strip().lower() != "no"
        )

    def render(self, suite: str) -> str:
        """The deb822 text of the same archive, for one suite, component main, binaries only."""
        fields = {**self.fields, "types": "deb", "suites": suite, "components": "main"}
        return "".join(f"{name}: {value}\n" for name, value in fields.items())


def codename(os_release: Path = OS_RELEASE) -> str:
    """The suite this machine runs, such as `bookworm`."""
    lines = os_release.read_text().splitlines() if os_release.exists() else []
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    if "debian" not in found.get("ID", "") or "VERSION_CODENAME" not in found:
        raise GroundError(
            "This machine is not a Debian release, so Odoo cannot be fetched by apt; "
            "set ODOO_PATH to an Odoo 19 that is already there."
        )
    return found["VERSION_CODENAME"].strip('"')


def archive(suite: str, etc: Path = ETC) -> Entry:
    """The machine's entry for Debian's own archive of the suite."""
    for entry in [*_one_line_entries(etc), *_deb822_entries(etc)]:
        if entry.carries(suite):
            return entry
    raise GroundError(
        f"No apt source for Debian {suite} main was found below {etc}; "
        "add one, or set ODOO_PATH to an Odoo 19 that is already there."
    )


def _one_line_entries(etc: Path) -> list[Entry]:
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines()]
    return [_one_line_entry(line) for line in lines if line.startswith("deb ")]


def _one_line_entry(line: str) -> Entry:
    options, rest = "", line.split("#")[0].removeprefix("deb").strip()
    if rest.startswith("["):
        options, rest = rest[1:].split("]", 1)
    uri, suite, *components = rest.split()
    pairs = (option.split("=", 1) for option in options.split())
    named = {
        {"arch": "architectures"}.get(name.lower(), name.lower()): value for name, value in pairs
    }
    return Entry(
        {"types": "deb", "uris": uri, "suites": suite, "components": " ".join(components), **named}
    )


def _deb822_entries(etc: Path) -> list[Entry]:
    texts = [file.read_text() for file in sorted((etc / "sources.list.d").glob("*.sources"))]
    return [
        Entry(fields) for text in texts for fields in map(_stanza, text.split("\n\n")) if fields
    ]


def _stanza(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line[0].isspace():
            fields[name] += "\n" + line
        else:
            name, value = line.split(":", 1)
            name = name.lower()
            fields[name] = value.strip()
    return fields
