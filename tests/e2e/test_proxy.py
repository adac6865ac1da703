"""The proxies of docs/deploy.md as they stand there: large webhooks come through, and no page is shown to strangers."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.webhooks import free_port, wait_for
from handlers.payload import LIMIT
from tests.documents import ROOT, document
from tests.github_api.pretend import key
from tests.outbound.tls import pair
from tests.webhooks.site import SECRET, headers

pytestmark = pytest.mark.e2e

HOST = "monitor.example"


def block(begins: str) -> str:
    """The block of the document that begins like this."""
    (found,) = re.findall(rf"```(?:nginx)?\n({re.escape(begins)}.*?)```", document("docs/deploy.md"), re.DOTALL)
    return str(found)


def nginx(folder: Path, port: int, behind: int) -> list[str]:
    """The command that starts it on the document's block, with another port and certificate."""
    certificate, key = pair().written(folder)
    text = (
        block("server {")
        .replace(f"/etc/ssl/{HOST}.pem", str(certificate))
        .replace(f"/etc/ssl/{HOST}.key", str(key))
        .replace("listen 443", f"listen 127.0.0.1:{port}")
        .replace("127.0.0.1:8750", f"127.0.0.1:{behind}")
    )
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"pid {folder}/pid;\nerror_log {folder}/errors;\nevents {{}}\n"
        f"http {{\naccess_log off;\nclient_body_temp_path {folder}/bodies;\n{text}}}\n"
    )
    return [
        "nginx",
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        str(folder / "errors"),
        "-g",
        "daemon off;",
    ]


def caddy(folder: Path, port: int, behind: int) -> list[str]:
    """The same; no authority can be asked for a certificate here, so it makes one of its own."""
    text = block(f"{HOST} {{").replace(f"{HOST} {{", f"{HOST}:{port} {{\n    bind 127.0.0.1\n    tls internal")
    (folder / "Caddyfile").write_text(
        "{\n    admin off\n    auto_https disable_redirects\n    skip_install_trust\n}\n"
        + text.replace("127.0.0.1:8750", f"127.0.0.1:{behind}")
    )
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.fixture(params=[nginx, caddy], ids=lambda proxy: proxy.__name__)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """The port of a proxy with the monitor's web process behind it, which has a login."""
    command: Callable[[Path, int, int], list[str]] = request.param
    if shutil.which(command.__name__) is None:
        pytest.skip(f"it needs a proxy: apt-get install {command.__name__}")
    front, behind = free_port(), free_port()
    environment = {name: text for name, text in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")} | {
        "BASE_URL": f"https://{HOST}",
        "DATA_DIR": str(tmp_path / "data"),
        "GITHUB_APP_ID": "1",
        "GITHUB_CLIENT_ID": "Iv1.0123456789abcdef",
        "GITHUB_CLIENT_SECRET": "0" * 40,
        "GITHUB_PRIVATE_KEY": key(),
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "PORT": str(behind),
    }
    subprocess.run(
        [Path(sys.executable).with_name("artifact-monitor"), "migrate"], cwd=ROOT, env=environment, check=True
    )
    web = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"]
    started = [
        subprocess.Popen(web, cwd=ROOT, env=environment),
        subprocess.Popen(
            command(tmp_path, front, behind), env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, cwd=tmp_path
        ),
    ]
    try:
        for port, process in zip((behind, front), started, strict=True):
            wait_for(port, process)
        yield front
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(20)


def ask(port: int, method: str, path: str, body: bytes = b"", **also: str) -> tuple[int, str]:
    """The status and where it leads, over TLS and by the name that people use."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname=HOST) as there:
        connection = http.client.HTTPSConnection(HOST)
        connection.sock = there
        connection.request(method, path, body, also)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Location", "")


@pytest.mark.parametrize("size", [1_000, 3_000_000, LIMIT])
def test_a_webhook_of_any_size_that_github_sends_comes_through(door: int, size: int) -> None:
    body = b'{"pad": "' + b"x" * (size - 11) + b'"}'

    assert (202, "") == ask(door, "POST", "/webhooks", body, **headers(body))


@pytest.mark.parametrize("path", ["/", "/health", "/incidents"])
def test_a_page_asks_for_a_login_although_the_proxy_is_on_the_same_machine(door: int, path: str) -> None:
    assert (302, f"/login?next={path}") == ask(door, "GET", path)
