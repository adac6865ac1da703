"""With `LOG_FORMAT=json` every line of the web process is JSON: what its master says, and gunicorn, too."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.documents import ROOT
from tests.ops.test_start import set_revision
from tests.webhooks.running import free_port
from verifier.ledger import migrate

WITHIN = 60


def lines(log: Path, event: str) -> list[str]:
    """All lines, once one of them tells of this event."""
    deadline = time.monotonic() + WITHIN
    while event not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return log.read_text().splitlines()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_master_s_lines_are_json_before_any_process_is_made_and_gunicorn_s_after(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    migrate(database)
    set_revision(database, "9999")
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "GITHUB_WEBHOOK_SECRET": "a secret of many letters",
        "NEWER_DATABASE": "on",
        "LOG_FORMAT": "json",
        "PORT": str(free_port()),
        "WEB_WORKERS": "1",
    }
    log = tmp_path / "web.log"
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py")]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        first = json.loads(lines(log, "newer version")[0])
        assert ("the database belongs to a newer version", "warning") == (first["event"], first["level"])
        deadline = time.monotonic() + WITHIN
        while not (workers := children(process.pid)):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        os.kill(workers[0], signal.SIGKILL)
        told = [json.loads(line) for line in lines(log, "SIGKILL")]
        assert "gunicorn.error" in {line.get("logger") for line in told}
    finally:
        process.terminate()
        process.wait(WITHIN)
