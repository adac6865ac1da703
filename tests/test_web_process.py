"""The process that answers people stays small, and does not look through itself while somebody waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import gc, os, sys
os.environ.update(GITHUB_WEBHOOK_SECRET="s" * 32, DATA_DIR=sys.argv[1])
from app.asgi import application
application()
heavy = ("boto3", "cattrs", "githubkit", "httpx", "pydantic", "pypi_simple", "rq", "sigstore")
print([name for name in heavy if name in sys.modules], gc.get_freeze_count() > 50_000)
"""


def test_a_web_process_loads_nothing_that_only_polls_and_reports_need(tmp_path: Path) -> None:
    """And what it loads is looked through by no collection of garbage again."""
    command = [sys.executable, "-c", CODE, str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)

    assert "[] True" == answer.stdout.strip()
