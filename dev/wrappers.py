"""Scripts in `.cache/bin` that run extracted programs with the libraries extracted next to them."""

import shlex
from collections.abc import Iterable
from pathlib import Path

from .paths import BIN


def wrap(program: Path, top: Path, *, settings: Iterable[str] = ()) -> Path:
    """Write the script for a program of the tree `top`, with `NAME=value` settings; returns it."""
    libraries = ":".join(str(folder) for folder in _library_folders(top))
    BIN.mkdir(parents=True, exist_ok=True)
    script = BIN / program.name
    words = ["exec", "env", f"LD_LIBRARY_PATH={libraries}", *settings, str(program)]
    script.write_text(f'#!/bin/sh\n{shlex.join(words)} "$@"\n')
    script.chmod(0o755)
    return script


def _library_folders(top: Path) -> list[Path]:
    folders = [*top.glob("usr/lib/*-linux-gnu*"), *top.glob("lib/*-linux-gnu*")]
    return folders + [
        nested for folder in folders for nested in folder.iterdir() if any(nested.glob("*.so*"))
    ]
