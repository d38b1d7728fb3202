"""What the webhook accepts, against a bare route of Odoo that inserts one row."""

import http.client
import json
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from .pair import running_pair
from .result import Result

CLIENTS = 16
CALLS = 1500
ROUNDS = 6
LEAST = 0.8
BODY = json.dumps(
    {
        "path": 6,
        "timestamp": "2026-02-01T07:27:44.469241+00:00",
        "extra": {"email": "anna@example.org"},
        "user": {"id": 7, "key": "x7NM5xw2eFxl", "email": "anna@example.org", "status": "user"},
    }
)
BARE_ROUTE = """
from odoo import http
from odoo.http import request


class Bare(http.Controller):
    @http.route("/bare", type="http", auth="none", methods=["POST"], csrf=False,
                save_session=False, readonly=False)
    def bare(self, **_form):
        body = request.httprequest.get_data(as_text=True)
        request.env.cr.execute("INSERT INTO bench_bare (body) VALUES (%s)", [body])
        return request.make_json_response({"status": "accepted"})
"""


def run() -> list[Result]:
    """Call both in turns, so that other load on the machine falls on each."""
    with _bare_module(), running_pair() as pair:
        pair.odoo.sql("CREATE TABLE bench_bare (id serial PRIMARY KEY, body text)")
        [account] = pair.odoo.call("usercom.backend", "search_read", [], ["webhook_token"])
        pair.odoo.call("usercom.backend", "action_pause", [account["id"]])
        pair.odoo.call("usercom.backend", "write", [account["id"]], {"webhook_rate_limit": 0})
        token = {"X-Usercom-Token": account["webhook_token"]}
        rates: dict[str, list[float]] = {"/usercom/webhook": [], "/bare": []}
        times: dict[str, list[float]] = {"/usercom/webhook": [], "/bare": []}
        for _round in range(ROUNDS):
            for path in rates:
                seconds, took = _storm(pair.odoo.url, path, token)
                rates[path].append(CALLS / seconds)
                times[path] += took
    ours, bare = (max(rates[path]) for path in rates)
    slow, bare_slow = (_p99(times[path]) for path in times)
    return [
        Result(
            f"webhook calls accepted, {CLIENTS} clients",
            "a bare route that inserts one row",
            f"{ours / bare:.2f}× ({bare:.0f} → {ours:.0f} a second)",
            f"≥ {LEAST}×",
            ours / bare >= LEAST,
        ),
        Result(
            f"time to the answer, 99th percentile, {CLIENTS} clients",
            "a bare route that inserts one row",
            f"{slow / bare_slow:.2f}× ({bare_slow * 1000:.0f} → {slow * 1000:.0f} ms)",
            "–",
            True,
        ),
    ]


@contextmanager
def _bare_module() -> Iterator[None]:
    """Have Odoo load a module that is nothing but the route."""
    before = Path(os.environ["ODOO_RC"])
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "addons", "bench_bare")
        module.mkdir(parents=True)
        (module / "__manifest__.py").write_text('{"name": "Bare route", "license": "LGPL-3"}')
        (module / "__init__.py").write_text(BARE_ROUTE)
        config = before.read_text().replace("addons_path = ", f"addons_path = {module.parent},")
        config = f"{config}\nserver_wide_modules = base,rpc,web,bench_bare\n"
        os.environ["ODOO_RC"] = str(Path(folder, "odoo.conf"))
        Path(os.environ["ODOO_RC"]).write_text(config)
        try:
            yield
        finally:
            os.environ["ODOO_RC"] = str(before)


def _storm(url: str, path: str, headers: dict[str, str]) -> tuple[float, list[float]]:
    """Return the seconds that all calls took together, and each by itself."""
    host = urlsplit(url).netloc

    def call(_number: int) -> float:
        started = time.perf_counter()
        connection = http.client.HTTPConnection(host, timeout=60)
        connection.request("POST", path, BODY, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
        connection.close()
        return time.perf_counter() - started

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(call, range(CLIENTS * 4)))  # warms up
        started = time.perf_counter()
        took = list(pool.map(call, range(CALLS)))
        return time.perf_counter() - started, took


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]
