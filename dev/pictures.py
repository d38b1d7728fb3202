"""`make pictures`: takes the pictures of the documentation from the running product."""

from . import test


def main(arguments: list[str]) -> int:
    """Walk through the product in English and Polish, and the other apps in English.

    Returns pytest's exit status.
    """
    files = ["tests/browser/pictures.py", "tests/browser/app_pictures.py"]
    return test.main([*files, "-q", *arguments])
