"""HTML to plain text, for the HTML fields of Odoo."""

import re
from html.parser import HTMLParser

_HIDDEN = {"script", "style", "head"}
_LINES = {"address", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"}
_LINES |= {"ol", "p", "pre", "section", "table", "tr", "ul"}


def html_to_text(html: str) -> str:
    """Return the text that a reader would see, one line per block, white space collapsed."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\f"))
    return "\n".join(line for line in lines if line)


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        self._break_line(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break_line(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        self._break_line(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s", " ", data))

    def _break_line(self, tag: str) -> None:
        if tag in _LINES:
            self.parts.append("\f")
