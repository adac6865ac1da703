"""The process that answers people stays small, and does not look through itself while somebody waits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from verifier.ledger import migrate

ROOT = Path(__file__).parent.parent
START = """
import gc, os, sys
os.environ.update(GITHUB_WEBHOOK_SECRET="s" * 32, DATA_DIR=sys.argv[1], REDIS_URL=sys.argv[2])
from app.web.asgi import application
entry = application()
"""
LOADED = """
heavy = (
    "boto3", "botocore", "cattrs", "cryptography", "githubkit", "httpx", "jwt", "psycopg", "pydantic", "pygments",
    "pypi_simple", "redis", "requests", "rich", "rq", "sigstore", "slack_sdk", "smtplib", "sqlalchemy.orm", "urllib3",
    "sqlalchemy.dialects.postgresql", "packaging.tags", "tomllib", "verifier.discovery.config",
    "verifier.discovery.propose", "verifier.verdict.decision", "xml.etree", "yaml",
)
print([name for name in heavy if name in sys.modules])
"""
FROZEN = "print(gc.get_freeze_count() > 50_000)"
LOOK = """
for path in ("/", "/health", "/incidents", "/runs", "/activity", "/add", "/api/v1/artifacts"):
    answer = entry._app.test_client().get(path, environ_base={"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"})
    print(path, answer.status_code, "form_token" in answer.text)
"""
DELIVERED = """
import hashlib, hmac
body = (b'{"action": "created", "installation": {"id": 1, "account": {"login": "octo-org", "id": 2, "type": "User"}},'
        b' "sender": {"login": "octo-org", "id": 2}}')
json = {"content_type": "application/json"}
headers = {"X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958", "X-GitHub-Event": "installation",
           "X-Hub-Signature-256": "sha256=" + hmac.new(b"s" * 32, body, hashlib.sha256).hexdigest()}
print(entry._app.test_client().post("/webhooks", data=body, headers=headers, **json).status_code)
"""
COLOURS = """
import rich.traceback, structlog
from structlog import dev
print(rich.__name__, dev.rich)
"""

ASKED = """
from verifier.registries.base import Ask, Unreadable
print(isinstance(entry._deps.fetch(Ask("http://127.0.0.1:1/x", "*/*", 1000)), Unreadable), "redis" in sys.modules)
"""
NO_REDIS = "redis://127.0.0.1:1/0"
"""Set, and nobody listens there: a web process that asks it anything loads a client first."""


def said(code: str, folder: Path, redis_url: str = "") -> list[str]:
    """What a process of its own prints."""
    command = [sys.executable, "-c", code, str(folder), redis_url]
    environment = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    return ended.stdout.splitlines()


def test_a_web_process_loads_nothing_that_only_polls_and_reports_need(tmp_path: Path) -> None:
    """Nor what only a login, a route or another database need; each is loaded when it is used."""
    assert ["[]"] == said(START + LOADED, tmp_path)


def test_a_web_process_loads_no_client_of_the_redis_that_its_workers_share(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/ledger.sqlite3")

    assert ["202", "[]"] == said(START + DELIVERED + LOADED, tmp_path, NO_REDIS)


def test_nor_when_it_asks_for_a_certificate_which_it_paces_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does to know who signed a hint."""
    monkeypatch.setenv("PACE_LOOPBACK", "on")
    monkeypatch.setenv("NPM_REGISTRY", "http://127.0.0.1:1")
    migrate(f"sqlite:///{tmp_path}/ledger.sqlite3")

    assert ["True False"] == said(START + ASKED, tmp_path, NO_REDIS)


def test_what_a_web_process_loaded_is_looked_through_by_no_collection_of_garbage_again(tmp_path: Path) -> None:
    assert ["True"] == said(START + FROZEN, tmp_path)


def test_an_operator_who_looks_at_pages_and_forms_loads_nothing_of_it_either(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/ledger.sqlite3")

    *pages, loaded = said(START + LOOK + LOADED, tmp_path)

    assert all(" 200 " in page for page in pages), pages
    assert any(page.endswith(" True") for page in pages), "a page with a form was among them"
    assert "[]" == loaded


def test_structlog_goes_without_rich_and_whoever_wants_rich_has_it(tmp_path: Path) -> None:
    assert ["rich None"] == said(START + COLOURS, tmp_path)
