"""The webhook behind nginx, configured as docs/operations.md says."""

import grp
import os
import pwd
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from tests.e2e.conftest import Pair
from tests.server import ROOT, free_port, until

DOCUMENTED = re.search(
    r"^```nginx\n(.*?)^```", (ROOT / "docs/operations.md").read_text(), re.MULTILINE | re.DOTALL
)
AROUND = """
user {user} {group};
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {documented}
    }}
}}
"""


@pytest.fixture(scope="module")
def nginx(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A server of which the documented block is all there is; `url` and `folder` of its logs."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    assert DOCUMENTED
    block = DOCUMENTED[1].replace("127.0.0.1:8069", pair.odoo.url.removeprefix("http://"))
    options = ["-p", f"{folder}/", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    around = AROUND.format(folder=folder, port=port, documented=block, **ourselves())
    (folder / "nginx.conf").write_text(around)
    subprocess.run(["nginx", "-t", *options], check=True)
    with subprocess.Popen(["nginx", *options]) as process:
        try:
            until(lambda: listens(port), 10, "nginx")
            yield SimpleNamespace(url=f"http://127.0.0.1:{port}", folder=folder)
        finally:
            process.terminate()


def listens(port: int) -> bool:
    """Whether somebody answers; its file of the process id is there before, since `nginx -t`."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ourselves() -> dict[str, str]:
    """Whom nginx's workers run as; the usual nobody cannot write into our folder."""
    user = pwd.getpwuid(os.getuid())
    return {"user": user.pw_name, "group": grp.getgrgid(user.pw_gid).gr_name}


def token(pair: Pair) -> str:
    [account] = pair.odoo.call("usercom.backend", "search_read", [], ["webhook_token"])
    return account["webhook_token"]


def test_a_call_passes_and_its_token_is_in_no_log(pair: Pair, nginx: SimpleNamespace) -> None:
    pair.simulator.automations()
    user = pair.simulator.seed({"email": "anna@example.org", "first_name": "Anna"})["ids"][0]
    path = f"/usercom/webhook/{token(pair)}"
    answer = requests.post(nginx.url + path, json={"extra": {"id": user}}, timeout=30)
    assert answer.json() == {"status": "accepted"}
    until(lambda: pair.find("anna@example.org"), 30)
    assert token(pair) not in logs(nginx.folder)


def logs(folder: Path) -> str:
    return "".join(log.read_text() for log in folder.glob("*.log"))


def test_the_header_and_the_largest_body_pass(pair: Pair, nginx: SimpleNamespace) -> None:
    body = b'{"extra": {"email": "anna@example.org"}}'.ljust(2**20)
    headers = {"X-Usercom-Token": token(pair)}
    answers = [
        requests.post(f"{nginx.url}/usercom/webhook", headers=headers, data=data, timeout=30)
        for data in (body, body + b" ")
    ]
    assert [answer.status_code for answer in answers] == [200, 413]


def test_nothing_else_is_open(nginx: SimpleNamespace) -> None:
    paths = ("/web/login", "/usercom/health", "/odoo")
    answers = [requests.get(nginx.url + path, timeout=30).status_code for path in paths]
    assert answers == [404] * len(paths)
    assert requests.get(f"{nginx.url}/usercom/webhook", timeout=30).status_code == 405
