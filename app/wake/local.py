"""Wake-ups within one process tree: the step's name as one datagram on a Unix socket in the data folder.

Nothing is kept: a datagram sent while nobody listens is gone, and the tick finds the work.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from app.wake import STEPS

PATH_LIMIT = 100
"""The longest socket path in bytes we try. `sun_path` holds 104 with its closing NUL on macOS and the BSDs, 108 on
Linux."""

LONGEST_WAIT = 0.5
"""Seconds after which `serve` looks at `stop` again: Python waits on after a signal (PEP 475)."""


def socket_path(data_dir: Path) -> Path:
    """Where the socket of this data folder lies: in it, or in the temporary folder where the path would be too long.

    The same folder gives the same path in every process of one user.
    """
    inside = data_dir.resolve() / "wake.sock"
    if len(os.fsencode(inside)) <= PATH_LIMIT:
        return inside
    name = hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"artifact-monitor-{os.getuid()}-{name}.sock"


class LocalWake:
    """Wake-ups for the embedded default; satisfies `app.wake.Wake`. Safe to share by threads."""

    def __init__(self, data_dir: Path) -> None:
        self._path = socket_path(data_dir)

    def wake(self, step: str) -> None:
        """Say that there is work for this step; never waits, never raises."""
        # Nobody listens, the listener is behind, or the path does not fit after all: the tick makes up for it.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(step.encode(), str(self._path))

    def serve(self, run: Callable[[str], None], stop: Callable[[], bool], tick: timedelta) -> None:
        """Call `run(step)` for each wake-up, and for every step at least each `tick`, until `stop()`.

        Where the socket cannot be made (a file system without sockets), the tick alone does it.
        """
        with contextlib.ExitStack() as stack:
            listener: socket.socket | None = None
            with contextlib.suppress(OSError):
                listener = stack.enter_context(_listen(self._path))
            full_round = 0.0
            while not stop():
                left = full_round + tick.total_seconds() - time.monotonic()
                if full_round and left > 0:
                    woken: Sequence[str] = _wait(listener, min(left, LONGEST_WAIT))
                else:
                    # What was sent so far is served by this round too.
                    _wait(listener, 0)
                    woken, full_round = STEPS, time.monotonic()
                for step in woken:
                    if stop():
                        return
                    run(step)


@contextlib.contextmanager
def _listen(path: Path) -> Iterator[socket.socket]:
    """The bound socket; one that a killed process left behind is replaced. Raises OSError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.setblocking(False)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


def _wait(listener: socket.socket | None, seconds: float) -> list[str]:
    """The steps named by datagrams, each once and in their order; empty when none came in time."""
    if listener is None:
        time.sleep(seconds)
        return []
    if not select.select([listener], [], [], seconds)[0]:
        return []
    heard = set()
    with contextlib.suppress(BlockingIOError):
        while True:
            heard.add(listener.recv(64))
    return [step for step in STEPS if step.encode() in heard]
