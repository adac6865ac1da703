"""The supervisor: children are started, started again, asked to end, and never left behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.processes import door, leash
from app.processes.supervisor import commands, run
from app.processes.worker import LONGEST_PAUSE, pause
from app.settings import BadSetting, Settings, read

PATIENCE = 20.0

# A child that says who it is, and what it is sent; and one with a child of its own, as gunicorn has.
CHILD = """
import os, signal, sys, time, pathlib
notes, name = pathlib.Path(sys.argv[1]), sys.argv[2]
def end(number, frame):
    (notes / f"{name}.signal").write_text(str(number)); sys.exit(0)
signal.signal(signal.SIGTERM, end); signal.signal(signal.SIGINT, end)
with (notes / f"{name}.pids").open("a") as file: file.write(f"{os.getpid()}\\n")
time.sleep(300)
"""
PARENT = """
import subprocess, sys, pathlib, time
notes, name = sys.argv[1:3]
child = subprocess.Popen([sys.executable, "-c", sys.argv[3], notes, name + "-worker"])
with (pathlib.Path(notes) / f"{name}.pids").open("a") as file: file.write(f"{__import__('os').getpid()}\\n")
time.sleep(300)
"""
SUPERVISOR = (
    "import sys, json; from app.processes.supervisor import supervise; sys.exit(supervise(json.loads(sys.argv[1])))"
)


def waited(condition: object, what: str) -> None:
    """Wait until the condition holds; it is the test's failure when it never does."""
    assert callable(condition)
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def pids(notes: Path, name: str) -> list[int]:
    file = notes / f"{name}.pids"
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def runs(pid: int) -> bool:
    """It is there, and no zombie that waits to be collected."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip() not in ("",) and not found.stdout.strip().startswith("Z")


class Tree:
    """A supervisor in a process of its own."""

    def __init__(self, notes: Path, children: dict[str, list[str]]) -> None:
        import json

        self.notes = notes
        self.log = (notes / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, json.dumps(children)], stdout=self.log, stderr=self.log
        )

    def up(self, *names: str, times: int = 1) -> list[int]:
        for name in names:
            waited(lambda name=name: len(pids(self.notes, name)) >= times, f"{name} never started")
        return [pids(self.notes, name)[-1] for name in names]

    def said(self) -> str:
        return (self.notes / "log").read_text()


def child(notes: Path, name: str) -> list[str]:
    return [sys.executable, "-c", CHILD, str(notes), name]


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    made = Tree(tmp_path, {"a": child(tmp_path, "a"), "b": child(tmp_path, "b")})
    yield made
    made.process.kill()
    made.process.wait()
    made.log.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_everything_is_asked_to_end_and_does(tree: Tree, number: signal.Signals) -> None:
    children = tree.up("a", "b")
    tree.process.send_signal(number)

    assert tree.process.wait(PATIENCE) == 0
    assert [(tree.notes / f"{name}.signal").read_text() for name in ("a", "b")] == [str(int(signal.SIGTERM))] * 2
    assert not any(runs(pid) for pid in children)


def test_a_child_that_dies_is_started_again_and_the_others_are_left_alone(tree: Tree) -> None:
    first, other = tree.up("a", "b")
    os.kill(first, signal.SIGKILL)
    (second,) = tree.up("a", times=2)

    assert second != first
    assert pids(tree.notes, "b") == [other]
    assert runs(other)


def test_no_orphan_remains_when_the_supervisor_is_killed(tree: Tree) -> None:
    children = tree.up("a", "b")
    tree.process.kill()
    tree.process.wait()

    waited(lambda: not any(runs(pid) for pid in children), "an orphan remained")


def test_the_children_of_children_go_too(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"web": [sys.executable, "-c", PARENT, str(tmp_path), "web", CHILD]})
    with contextlib.closing(tree.log):
        everybody = tree.up("web", "web-worker")
        tree.process.kill()
        tree.process.wait()

        waited(lambda: not any(runs(pid) for pid in everybody), "an orphan remained")


def test_a_child_that_never_stays_up_ends_everything_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something about the set-up is wrong then, and a container or a service manager should see it."""
    from datetime import timedelta

    from app.processes import supervisor as run

    monkeypatch.setattr(run, "pause", lambda failures: timedelta(0))
    code = run.supervise({"a": child(tmp_path, "a"), "broken": [sys.executable, "-c", "raise SystemExit(3)"]})

    assert code == 1
    waited(lambda: not any(runs(pid) for pid in pids(tmp_path, "a")), "the other child was left behind")


def test_a_program_that_is_not_there_ends_everything_with_an_error(tmp_path: Path) -> None:
    from app.processes import supervisor as run

    code = run.supervise({"a": child(tmp_path, "a"), "missing": [str(tmp_path / "missing")]})

    assert code == 1


def test_the_leash_knows_who_is_left() -> None:
    assert leash.alive(["+12\n", "+13\n", "-12\n", "+14\n"]) == [13, 14]


def test_the_leash_never_takes_a_group_that_is_not_a_childs() -> None:
    assert leash.alive(["+0\n", "+1\n", "+-5\n", "+\n", "\n", "+x\n", "12\n", "+15"]) == [15]


def test_a_failing_child_rests_longer_each_time_up_to_a_minute() -> None:
    rests = [pause(failures) for failures in range(1, 20)]

    assert sorted(rests) == rests
    assert rests[0].total_seconds() == 1
    assert rests[-1] == LONGEST_PAUSE


def test_the_embedded_default_is_web_worker_and_clock(tmp_path: Path) -> None:
    made = commands(Settings(data_dir=tmp_path, host="::1", port=1234, web_workers=3))

    assert list(made) == ["web", "worker", "clock"]
    assert made["web"][-4:] == ["--bind", "[::1]:1234", "--workers", "3"]
    assert Path(made["web"][4]).is_file()


@pytest.mark.parametrize(
    ("variable", "words"),
    [({"ROUTES": "routes.yml"}, "line 1"), ({"SUBSCRIBE_DOMAINS": "people.example"}, "SUBSCRIBE_SECRET")],
)
def test_what_no_process_could_start_with_is_one_sentence_before_any_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: dict[str, str], words: str
) -> None:
    (tmp_path / "routes.yml").write_text("routes: 5")
    monkeypatch.chdir(tmp_path)
    settings = read({"DATA_DIR": str(tmp_path / "data"), "GITHUB_WEBHOOK_SECRET": "x" * 40, **variable})
    monkeypatch.setattr("app.processes.supervisor.supervise", lambda children: pytest.fail("processes were started"))
    with pytest.raises(BadSetting, match=words):
        run(settings)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_taken_port_is_one_sentence_that_names_it_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr("app.processes.supervisor.supervise", lambda children: pytest.fail("processes were started"))
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as other:
        port = other.getsockname()[1]
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        settings = Settings(data_dir=tmp_path / "data", github_webhook_secret="x" * 40, host=host, port=port)
        with pytest.raises(BadSetting, match=f"^{re.escape(where)} is taken.* set PORT"):
            run(settings)

    assert not (tmp_path / "data").exists()


def test_a_port_is_let_go_again_for_the_web_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = Settings(port=other.getsockname()[1])

    door.require_free(settings)
    door.require_free(settings)


def test_an_address_that_is_not_this_machines_names_the_setting() -> None:
    with pytest.raises(BadSetting, match=r"192\.0\.2\.1:8750 is no address of this machine .*HOST"):
        door.require_free(Settings(host="192.0.2.1"))


@pytest.mark.parametrize("name", ["worker", "clock"])
def test_each_process_of_ours_can_be_started_by_its_command(name: str) -> None:
    done = subprocess.run([*commands(Settings())[name], "--help"], capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
    assert name in done.stdout
