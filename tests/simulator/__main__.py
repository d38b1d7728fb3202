"""Run the simulator: `python -m tests.simulator --port N`."""

import argparse
import socket
import sys

from .app import build_app
from .server import serve, stop_with_stdin
from .settings import API_KEY

KEY_LENGTH = 64


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, is any free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--api-key", type=api_key, default=API_KEY, help="64 characters")
    parser.add_argument("--webhook-url", help="where attribute changes and new users are sent")
    parser.add_argument(
        "--webhook-header", type=header, action="append", default=[], metavar="NAME:VALUE"
    )
    parser.add_argument("--stop-with-stdin", action="store_true", help="end when stdin closes")
    return parser.parse_args()


def api_key(text: str) -> str:
    if len(text) != KEY_LENGTH:
        raise argparse.ArgumentTypeError(f"an API key has {KEY_LENGTH} characters")
    return text


def header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError("a header is NAME:VALUE")
    return name.strip(), value.strip()


def main() -> None:
    options = arguments()
    try:
        listener = socket.create_server((options.host, options.port), backlog=2048)
    except (OSError, OverflowError) as error:
        sys.exit(f"The simulator cannot listen on {options.host}:{options.port}: {error}.")
    # Accepted connections inherit it; without it each answer waits for a delayed ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if options.stop_with_stdin:
        stop_with_stdin()
    call = {"url": options.webhook_url, "headers": dict(options.webhook_header)}
    triggers = ("attribute_change", "new_user") if options.webhook_url else ()
    app = build_app(
        {"keys": {options.api_key: "read_write"}}, [call | {"trigger": each} for each in triggers]
    )
    serve(app, listener)


if __name__ == "__main__":
    main()
