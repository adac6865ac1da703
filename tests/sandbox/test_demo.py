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

from sandbox.demo import console_of, demo, linger
from sandbox.expected import show
from sandbox.replay import replay
from sandbox.scenario import load
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

    show(Console(width=80, file=paper), results)

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

    screen.changes(ledger, later)
    screen.finish()

    first, rest = paper.getvalue()[:shown].splitlines(), paper.getvalue()[shown:].splitlines()
    assert [] == first
    said, filed, when, told = rest
    assert "→ Slack: axios 1.14.1" in said
    assert "→ issue filed: https://x.example/1" in filed
    assert f"{later:%Y-%m-%d %H:%M:%S}  1 version taken down: axios 1.14.1" == when
    assert "→ Slack, issue: axios 1.14.1" in told


def test_what_github_is_told_seconds_later_stands_in_the_same_line() -> None:
    paper, ledger, held = io.StringIO(), memory_ledger(), incident(member())
    screen = Screen(Console(width=200, file=paper))
    with ledger.writing() as book:
        book.incidents.put(held)
    for seconds, channel, digest in (
        (0, "issue", "a"),
        (60, "route/slack", "b"),
        (70, "issue", "b"),
        (90, "issue", "b"),
    ):
        at = AT + timedelta(seconds=seconds)
        with ledger.writing() as book:
            book.incidents.add_notice(Notice(NoticeKind.REMOVED, held.id, None, "", AT))
            book.incidents.put_posted(Posted(held.id, channel, "1", "https://x.example/1", digest, True, at))
        screen.changes(ledger, at)

    assert "→ Slack, issue: axios 1.14.1" in paper.getvalue().splitlines()[-1]


def test_a_channel_that_is_told_the_same_again_for_no_shown_reason_gets_no_line() -> None:
    paper, ledger, held = io.StringIO(), memory_ledger(), incident(member())
    screen = Screen(Console(width=200, file=paper))
    with ledger.writing() as book:
        book.incidents.put(held)
    for hours, digest in enumerate(("a", "b")):
        with ledger.writing() as book:
            book.incidents.put_posted(Posted(held.id, "route/slack", "1", "", digest, True, AT))
        screen.changes(ledger, AT + timedelta(hours=hours))
    screen.finish()

    assert 1 == len(paper.getvalue().splitlines())


def test_what_another_look_found_is_said_with_its_version() -> None:
    paper, ledger, held = io.StringIO(), memory_ledger(), incident(member())
    screen, found = Screen(Console(width=200, file=paper)), incident(member(sentences=("A day later it has no tag.",)))
    for hours, (one, digest) in enumerate(((held, "a"), (found, "b"))):
        with ledger.writing() as book:
            book.incidents.put(one)
            book.incidents.put_posted(Posted(held.id, "route/slack", "1", "", digest, True, AT))
        screen.changes(ledger, AT + timedelta(hours=hours))
    screen.finish()

    assert "axios 1.14.1: A day later it has no tag." in paper.getvalue()


def test_what_is_told_when_all_is_played_is_shown_until_ctrl_c() -> None:
    shown = list[str]()

    class Stage:
        def pass_time(self, span: timedelta) -> None:
            shown.append("time")

    def look() -> None:
        shown.append("look")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        linger(Stage(), lambda _: None, look)

    assert ["time", "look"] == shown


def test_what_goes_to_no_terminal_is_neither_wrapped_nor_cut_off() -> None:
    """Whatever COLUMNS says: a file that wraps at 80 columns cannot be searched."""
    paper = io.StringIO()
    console = console_of(paper)
    scenario = load(ROOT / "scenarios" / "nx-s1ngularity-2025")
    Screen(console).begin(scenario, 3, 7)
    show(console, replay([ROOT / "tests" / "sandbox" / "scenarios" / "small-rogue"]))

    lines = paper.getvalue().splitlines()
    assert f"3 of 7: {scenario.name}  {scenario.title}" in lines
    assert "…" not in paper.getvalue()
    assert all(len(line) < 200 for line in lines)


def test_a_scenario_that_does_not_exist_is_answered_with_the_nearest_and_where_all_stand() -> None:
    with pytest.raises(ValueError, match=r"Did you mean axios-2026.*scenarios/README\.md") as caught:
        demo(once=True, names=["axios-2025"])
    assert len(str(caught.value)) < 200

    with pytest.raises(ValueError, match=r"^There is no scenario 'nope'\. All that there are: scenarios/README\.md\.$"):
        demo(once=True, names=["nope"])
