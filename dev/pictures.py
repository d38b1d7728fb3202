"""`make pictures`: takes the pictures of the documentation from the running product."""

from . import test


def main(arguments: list[str]) -> int:
    """Walk through the product in English and Polish; returns pytest's exit status."""
    return test.main(["tests/browser/pictures.py", "-q", *arguments])
