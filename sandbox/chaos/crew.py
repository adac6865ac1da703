"""The monitor's processes as `Procfile` names them, each in a session of its own, to be killed and started again."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from sandbox.live import ROOT

WEB, CLOCK = "web", "clock"
WORKERS = ("worker-1", "worker-2")
NAMES = (WEB, *WORKERS, CLOCK)


class Crew:
    """Web, two workers and the clock. What is killed stays down until `start`; what ends by itself is noted."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = dict(environment), log
        self._lock = threading.RLock()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.ended: list[str] = []
        """Processes that ended without being killed, with their exit codes."""

    def start(self) -> None:
        """Start whatever is not running."""
        with self._lock:
            self.look()
            for name in NAMES:
                if name not in self._running:
                    self._running[name] = self._spawn(name)

    def look(self) -> None:
        """Note who ended by itself; it is started again, as the platform would."""
        with self._lock:
            for name, process in list(self._running.items()):
                if (code := process.poll()) is not None:
                    self.ended.append(f"{name} ended by itself with {code}")
                    self._running[name] = self._spawn(name)

    def kill(self, name: str) -> None:
        """SIGKILL the process and everything below it."""
        with self._lock:
            process = self._running.pop(name, None)
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def kill_one_below(self, name: str, draw: random.Random) -> None:
        """SIGKILL one process below it: one of gunicorn's workers, which gunicorn replaces."""
        with self._lock:
            process = self._running.get(name)
            below = children(process.pid) if process is not None else []
            if below:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(draw.choice(below), signal.SIGKILL)

    def freeze(self, name: str) -> None:
        """SIGSTOP: it holds what it holds, and does nothing."""
        self._signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """SIGCONT: it goes on in the middle of what it did."""
        self._signal(name, signal.SIGCONT)

    def end(self) -> None:
        """SIGTERM for everybody, SIGKILL for whoever does not end within 20 s."""
        with self._lock:
            for name in self._running:
                self.thaw(name)
                self._signal(name, signal.SIGTERM)
            for name, process in list(self._running.items()):
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    self.kill(name)
            self._running.clear()

    def _signal(self, name: str, number: signal.Signals) -> None:
        with self._lock:
            process = self._running.get(name)
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, number)

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # our own modules
                _command(name),
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def children(pid: int) -> list[int]:
    """The processes right below one, where Linux says so; empty elsewhere."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command(name: str) -> list[str]:
    if name == WEB:
        return [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), "sandbox.process:web()"]
    return [sys.executable, "-m", "sandbox.process", name.partition("-")[0]]
