"""The demo on somebody's terminal: it fits there, and it leaves nothing behind however it is ended."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.demo import linger
from sandbox.replay import replay
from sandbox.screen import Screen
from tests.checks.examples import AT, incident, member
from tests.documents import ROOT
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Posted
from verifier.model import Notice, NoticeKind


@pytest.mark.parametrize("moment", [" on this machine (1 scenario) …", "Dashboard: "])
def test_sigterm_ends_the_demo_with_its_processes_and_its_folder(tmp_path: Path, moment: str) -> None:
    command = [sys.executable, "-u", "-c", "from app.cli.main import main; main()", "demo", "--once"]
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


def test_when_all_is_played_time_goes_on_as_on_any_clock() -> None:
    """Else what somebody does in the dashboard would never be filed: that waits for a head start."""
    passed, slept = list[timedelta](), list[float]()

    class Stage:
        def pass_time(self, span: timedelta) -> None:
            passed.append(span)

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt
        time.sleep(0.01)

    with pytest.raises(KeyboardInterrupt):
        linger(Stage(), sleep)

    assert [1, 1, 1] == slept
    assert 2 == len(passed)
    assert all(span >= timedelta(seconds=0.01) for span in passed)


def test_on_eighty_columns_names_and_versions_stand_whole_on_their_lines() -> None:
    paper = io.StringIO()
    results = replay([ROOT / "scenarios" / "tanstack-2026", ROOT / "scenarios" / "litellm-2026"])

    Screen(Console(width=80, file=paper)).table(results)

    lines = paper.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    for name in ("tanstack-2026", "@tanstack/history@1.161.12", "@tanstack/router-core@1.169.5", "litellm@1.82.7"):
        assert any(name in line.split() for line in lines)


def test_a_take_down_is_shown_with_its_time_and_reason_before_who_was_told() -> None:
    """No verdict changes by it, so no version stands above what is said."""
    paper, ledger, held = io.StringIO(), memory_ledger(), incident(member())
    screen, later = Screen(Console(width=200, file=paper)), AT + timedelta(hours=1)
    with ledger.writing() as book:
        book.incidents.put(held)
        for channel in ("issue", "route/slack"):
            book.incidents.put_posted(Posted(held.id, channel, "1", "https://x.example/1", "a", True, AT))
    screen.changes(ledger, AT)
    shown = len(paper.getvalue())
    with ledger.writing() as book:
        one = held.members[0]
        book.incidents.add_notice(Notice(NoticeKind.REMOVED, held.id, one.artifact, one.number, later))
        for channel in ("issue", "route/slack"):
            book.incidents.put_posted(Posted(held.id, channel, "1", "https://x.example/1", "b", True, later))
    screen.changes(ledger, later)

    when, told, filed = paper.getvalue()[shown:].splitlines()
    assert f"{later:%Y-%m-%d %H:%M:%S}  1 version taken down: axios 1.14.1" == when
    assert "→ told slack: axios 1.14.1" in told
    assert "→ issue updated: https://x.example/1" in filed
    screen.changes(ledger, later)
    assert filed == paper.getvalue().splitlines()[-1]
