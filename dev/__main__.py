"""The command line behind the Makefile."""

import sys


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036
        print("error: Python 3.11 or newer is needed.", file=sys.stderr)
        return 1
    from . import commands

    return commands.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
