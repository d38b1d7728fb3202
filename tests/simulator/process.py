"""The simulator as a process of its own, for tests and the demo."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from .settings import API_KEY

ROOT = Path(__file__).resolve().parents[2]
READY = "listening on "
TIMEOUT_SECONDS = 60
# The shell leaves at once what it has started, which then is nobody's child.
LEFT_ALONE = ("sh", "-c", 'exec 3<&0; "$@" <&3 3<&- &', "sh")


class Simulator:
    """Runs the server while the context lasts; helpers over its control API.

    `url` and `api_key` are what a client needs. Every helper raises RuntimeError with the
    server's text when it is refused.
    """

    def __init__(self, port: int = 0, api_key: str = API_KEY) -> None:
        self.url = ""
        self.api_key = api_key
        self._port = port
        self._session = requests.Session()
        self._session.trust_env = False
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Simulator":
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def start(self, *, is_child: bool = True) -> None:
        """Start the server and wait until it listens; raise RuntimeError when it does not.

        Odoo's test cases end every child process after each class: one that is none outlives them.
        """
        command = [sys.executable, "-m", "tests.simulator", "--port", str(self._port)]
        # The server ends when its stdin closes, so it never outlives this process.
        self._process = subprocess.Popen(
            [*([] if is_child else LEFT_ALONE), *command, "--api-key", self.api_key]
            + ["--stop-with-stdin"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline().strip() if self._process.stdout else ""
        if not line.startswith(READY):
            self.stop()
            raise RuntimeError("The simulator did not start; its standard error says why.")
        self.url = line.removeprefix(READY)

    def stop(self) -> None:
        """End the server; does nothing the second time."""
        if self._process is None:
            return
        self._process.kill()
        self._process.communicate()
        self._process = None
        self._session.close()

    def headers(self, version: int | None = 2) -> dict[str, str]:
        """Return what a client sends to be let in; without a version no Accept is asked for."""
        headers = {"Authorization": f"Token {self.api_key}"}
        return headers | ({"Accept": f"*/*; version={version}"} if version else {})

    def control(self, verb: str, where: str, body: Any = None, **query: Any) -> Any:
        """Call the control API below /control/ and return the JSON answer."""
        answer = self._session.request(
            verb,
            f"{self.url}/control/{where}",
            json=body,
            params=query,
            timeout=TIMEOUT_SECONDS,
        )
        if not answer.ok:
            raise RuntimeError(f"{verb} /control/{where}: {answer.text}")
        return answer.json()

    def reset(self, **switches: Any) -> None:
        """Throw everything away: users, switches, faults, automations, journal; set switches."""
        self.control("POST", "reset", switches)

    def settings(self, **switches: Any) -> dict[str, Any]:
        """Set switches and return all of them."""
        return self.control("PATCH", "settings", switches)

    def fault(self, **options: Any) -> int:
        """Put a fault in force and return its id; the options are those of faults.Fault."""
        return self.control("POST", "faults", options)["id"]

    def clear_faults(self) -> None:
        self.control("DELETE", "faults")

    def journal(self, **selection: Any) -> list[dict[str, Any]]:
        """Return entries, oldest first; select by since, kind, method, path and limit."""
        return self.control("GET", "journal", **selection)

    def clear_journal(self) -> None:
        self.control("DELETE", "journal")

    def counts(self) -> dict[str, Any]:
        return self.control("GET", "journal/counts")

    def stats(self) -> dict[str, Any]:
        return self.control("GET", "stats")

    def attribute(
        self, name: str, value_type: str = "string", choices: list[str] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Define a custom attribute of users."""
        definition = {"name": name, "value_type": value_type, "choices": choices, **more}
        return self.control("POST", "attributes", definition)

    def seed(self, *users: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Store the given users, or `count=N` made-up ones; return count and ids."""
        return self.control("POST", "users", {"users": users, **options})

    def users(self, **query: Any) -> list[dict[str, Any]]:
        """Return users, oldest first; choose by email, or by after and limit (100)."""
        return self.control("GET", "users", **query)["users"]

    def user(self, user_id: int) -> dict[str, Any]:
        return self.control("GET", f"users/{user_id}")

    def patch_user(self, user_id: int, **values: Any) -> dict[str, Any]:
        """Change a user as a person in User.com does: automations fire."""
        return self.control("PATCH", f"users/{user_id}", values)

    def companies(self) -> list[dict[str, Any]]:
        """Return the companies, oldest first, as API v2 does; `members` are ids of users."""
        return self.control("GET", "companies")

    def patch_company(self, company_id: int, **values: Any) -> dict[str, Any]:
        """Change a company as a person in User.com does; `member` is a user to become one,
        `leaving` one to be it no more.
        """
        return self.control("PATCH", f"companies/{company_id}", values)

    def delete_company(self, company_id: int) -> None:
        self.control("DELETE", f"companies/{company_id}")

    def unsubscribe(self, user_id: int) -> dict[str, Any]:
        return self.control("POST", f"users/{user_id}/unsubscribe", {})

    def delete_user(self, user_id: int) -> None:
        self.control("DELETE", f"users/{user_id}")

    def events(self, user_id: int) -> list[dict[str, Any]]:
        """Return the events of a user in the order of their arrival."""
        return self.control("GET", f"users/{user_id}/events")

    def commerce(self) -> dict[str, list[dict[str, Any]]]:
        """Return the `products`, `deals` and `product_events`."""
        return self.control("GET", "commerce")

    def forget_products(self) -> None:
        """Lose all products."""
        self.control("DELETE", "commerce")

    def deduplicate(self) -> dict[str, list[int]]:
        """Let the night pass: `{id of the survivor: ids merged into it}`."""
        return self.control("POST", "deduplicate", {})

    def visit(self, **values: Any) -> dict[str, Any]:
        """Let a new person appear in User.com: automations fire."""
        return self.control("POST", "visit", values)

    def automations(self, *automations: dict[str, Any]) -> list[dict[str, Any]]:
        """Replace all automations by those given, none to have none."""
        return self.control("PUT", "automations", list(automations))

    def replay(self, **options: Any) -> int:
        """Send recorded outgoing calls again; return how many."""
        return self.control("POST", "automations/replay", options)["sent"]

    def quiet(self, seconds: float = 0.5, timeout: float = 30.0) -> dict[str, Any]:
        """Wait for quiet and return the counts; raise RuntimeError when it does not come."""
        result = self.control("GET", "quiet", **{"for": seconds, "timeout": timeout})
        if not result["quiet"]:
            raise RuntimeError(f"The simulator was still busy after {timeout} s: {result}")
        return result
