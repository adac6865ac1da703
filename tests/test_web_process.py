"""The process that answers people stays small, and does not look through itself while somebody waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from verifier.ledger import migrate

ROOT = Path(__file__).parent.parent
START = """
import gc, os, sys
os.environ.update(GITHUB_WEBHOOK_SECRET="s" * 32, DATA_DIR=sys.argv[1])
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
COLOURS = """
import rich.traceback, structlog
from structlog import dev
print(rich.__name__, dev.rich)
"""


def said(code: str, folder: Path) -> list[str]:
    """What a process of its own prints."""
    command = [sys.executable, "-c", code, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()


def test_a_web_process_loads_nothing_that_only_polls_and_reports_need(tmp_path: Path) -> None:
    """Nor what only a login, a route, another database or Redis need; each is loaded when it is used."""
    assert ["[]"] == said(START + LOADED, tmp_path)


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
