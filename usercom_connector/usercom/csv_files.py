"""Files for User.com's CSV imports: of new users, and of deals."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from typing import Any

from . import strict_json
from .records import Attribute


def csv_files(
    rows: Mapping[int, Mapping[str, Any]], attributes: Mapping[str, Attribute] | None = None
) -> list[tuple[list[int], bytes]]:
    """Return [(keys of the rows, CSV file)] for rows `{key: {name_std: JSON value}}`.

    No cell is empty: rows that have values for the same attributes share a file, and the file with
    most rows comes first. What User.com does with an empty cell is not documented: it might empty
    a value, or answer a consent that nobody was asked for.
    """
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for key, row in rows.items():
        alike[tuple(sorted(row))].append(key)
    longest_first = sorted(alike.items(), key=lambda group: -len(group[1]))
    json_names = {name for name, each in (attributes or {}).items() if each.value_type == "json"}
    return [
        (keys, _file(names, [rows[key] for key in keys], json_names))
        for names, keys in longest_first
    ]


def _file(
    names: Sequence[str], rows: Sequence[Mapping[str, Any]], json_names: Container[str]
) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(row[name], name in json_names) for name in names] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any, is_json: bool) -> str:
    """Return a text as it is, choices with commas between them, and anything else as JSON."""
    if is_json:
        return strict_json.dumps(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ",".join(value)
    return strict_json.dumps(value)
