"""The supervisor of the embedded default: migrates, then keeps web, worker and clock running as one process tree."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from app import data_folder
from app.processes import door, leash
from app.processes.start import bring_up, require_settings
from app.processes.worker import pause, stop_on_signals
from app.settings import Settings

STEADY = 10.0
"""Seconds after which a child counts as started: its failures are forgotten."""
HOPELESS = 5
"""A child that never once stayed up ends everything after so many starts: something about the set-up is wrong."""
STOP_WITHIN = 20.0
"""Seconds a child gets to finish its batch before it is killed."""
LOOK_EVERY = 0.1

log = structlog.get_logger("run")

Commands = Mapping[str, Sequence[str]]


def commands(settings: Settings) -> dict[str, list[str]]:
    """The command line of each process: what `Procfile` starts one by one."""
    python, root = sys.executable, Path(__file__).resolve().parents[2]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    own = [python, "-c", "from app.cli.main import main; main()"]
    return {
        "web": [
            *(python, "-m", "gunicorn", "-c", str(root / "gunicorn.conf.py")),
            *("--bind", f"{host}:{settings.port}", "--workers", str(settings.web_workers)),
        ],
        "worker": [*own, "worker"],
        "clock": [*own, "clock"],
    }


@dataclass
class _Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    ever_steady: bool = False
    rest_until: float = 0.0


class _Leash:
    """Our end of the pipe to `app.processes.leash`, and the process at the other."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        read, self._pipe = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603  # our own file
            [sys.executable, "-I", leash.__file__], stdin=read, start_new_session=True
        )
        os.close(read)

    def announce(self) -> None:
        """Called in a new child, before it becomes its program: from here on it cannot be orphaned."""
        # Where the leash has just been killed, `keep` tells the next one.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe, b"+%d\n" % os.getpid())

    def take_back(self, pid: int) -> None:
        """It has ended: its number may soon be somebody else's."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe, b"-%d\n" % pid)

    def keep(self, pids: Sequence[int]) -> None:
        """Start it again should it have been killed."""
        if self._process.poll() is not None:
            os.close(self._pipe)
            self._start()
            os.write(self._pipe, b"".join(b"+%d\n" % pid for pid in pids))

    def close(self) -> None:
        """Let it end, and with it whoever was not taken back."""
        os.close(self._pipe)
        self._process.wait(leash.PATIENCE + 5)


@contextlib.contextmanager
def _leashed() -> Iterator[_Leash]:
    held = _Leash()
    try:
        yield held
    finally:
        held.close()


def run(settings: Settings, children: Commands | None = None) -> int:
    """Run everything until SIGTERM or SIGINT; returns the exit code: 0, or 1 when a child could never be started.

    Raises BadSetting where there is no webhook secret or half a login, where the routes file or the settings of
    subscriptions cannot be used, or where nobody could listen; and what `app.processes.start.bring_up` raises.

    `children` are other command lines by name, for those who start variants of their own.
    """
    if children is None:
        # Said once here, and not five times by a web process that cannot start.
        require_settings(settings, os.environ)
        door.require_free(settings)
    data_folder.make(settings)
    bring_up(settings)
    return supervise(commands(settings) if children is None else children)


def supervise(children: Commands) -> int:
    """Keep these commands running, each in a session of its own; the exit code as for `run`."""
    kept = [_Child(name, command) for name, command in children.items()]
    with stop_on_signals() as stop, _leashed() as held:
        try:
            while not stop():
                for child in kept:
                    if _look_after(child, held):
                        log.error("gave up: it never stayed up; its own messages say why", child=child.name)
                        return 1
                held.keep([child.process.pid for child in kept if child.process is not None])
                stop.wait(LOOK_EVERY)
            return 0
        finally:
            _end(kept, held)


def _look_after(child: _Child, held: _Leash) -> bool:
    """Start the child where it is down and has rested; True where there is no hope for it."""
    now = time.monotonic()
    if child.process is not None:
        if now - child.started_at >= STEADY:
            child.ever_steady, child.failures = True, 0
        code = child.process.poll()
        if code is None:
            return False
        held.take_back(child.process.pid)
        child.process, child.failures = None, child.failures + 1
        rest = pause(child.failures).total_seconds()
        child.rest_until = now + rest
        log.error("ended by itself, starting it again", child=child.name, code=code, again_in_s=rest)
        return child.failures >= HOPELESS and not child.ever_steady
    if now >= child.rest_until:
        if shutil.which(child.command[0]) is None:
            log.error("there is no such program", child=child.name, program=child.command[0])
            return True
        child.process = subprocess.Popen(  # noqa: S603  # the command lines are ours or the caller's, never data
            child.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=held.announce,  # safe: one write, and this process has no threads
        )
        child.started_at = now
        log.info("started", child=child.name, pid=child.process.pid)
    return False


def _end(kept: Sequence[_Child], held: _Leash) -> None:
    """Ask everybody to end, wait for them, and kill what does not. Not by SIGINT: gunicorn waits for nobody then."""
    running = [child.process for child in kept if child.process is not None]
    for process in running:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("killed: it did not end in time", pid=process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        held.take_back(process.pid)
