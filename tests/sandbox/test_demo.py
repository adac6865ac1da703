"""The demo on somebody's terminal: it fits there, and it leaves nothing behind however it is ended."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.replay import replay
from sandbox.screen import Screen
from tests.documents import ROOT


@pytest.mark.parametrize("moment", [" on this machine (1 scenario) …", "Dashboard: "])
def test_sigterm_ends_the_demo_with_its_processes_and_its_folder(tmp_path: Path, moment: str) -> None:
    command = [sys.executable, "-u", "-c", "from app.cli import main; main()", "demo", "--once"]
    demo = subprocess.Popen(
        [*command, "--scenario", "axios-2026"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert demo.stdout is not None
        assert any(moment in line for line in demo.stdout)
        assert [*tmp_path.glob("artifact-monitor-demo-*")]

        demo.send_signal(signal.SIGTERM)
        demo.send_signal(signal.SIGTERM)
        demo.stdout.read()
        demo.wait(60)

        assert [] == [*tmp_path.glob("artifact-monitor-demo-*")]
        with pytest.raises(ProcessLookupError):
            os.killpg(demo.pid, 0)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(demo.pid, signal.SIGKILL)


def test_on_eighty_columns_names_and_versions_stand_whole_on_their_lines() -> None:
    paper = io.StringIO()
    results = replay([ROOT / "scenarios" / "tanstack-2026", ROOT / "scenarios" / "litellm-2026"])

    Screen(Console(width=80, file=paper)).table(results)

    lines = paper.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    for name in ("tanstack-2026", "@tanstack/history@1.161.12", "@tanstack/router-core@1.169.5", "litellm@1.82.7"):
        assert any(name in line.split() for line in lines)
