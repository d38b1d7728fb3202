"""What a benchmark has found out, and the table of it."""

import re
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).with_name("README.md")
TABLE = re.compile(r"(?<=<!-- results -->\n).*(?=<!-- end of results -->)", re.DOTALL)
HEAD = ("what", "peer", "measured", "to reach", "reached")


@dataclass(frozen=True)
class Result:
    """One line of the table. `measured` is a text, mostly a ratio to the peer of the same run."""

    what: str
    peer: str
    measured: str
    target: str
    reached: bool

    def cells(self) -> tuple[str, ...]:
        """Return the columns of the table."""
        verdict = "yes" if self.reached else "**no**"
        return self.what, self.peer, self.measured, self.target, verdict


def store(results: list[Result]) -> None:
    """Put the results into the README, in place of older ones of the same name."""
    text = README.read_text()
    found = TABLE.search(text)
    older = [_cells(line) for line in found[0].splitlines()[2:]] if found else []
    lines = {cells[0]: cells for cells in older} | {r.what: r.cells() for r in results}
    rows = [HEAD, ("---",) * len(HEAD), *lines.values()]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    README.write_text(TABLE.sub(lambda _match: table, text))


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split("|"))
