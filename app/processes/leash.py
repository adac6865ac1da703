"""The leash: ends the supervisor's children when the supervisor itself is killed and cannot do it any more.

It is a process of its own that reads a pipe whose other end only the supervisor holds. Each child writes
`+<process id>` there before it becomes its program, the supervisor `-<process id>` when it has ended. The end of the
pipe means that the supervisor is gone. Portable, where PR_SET_PDEATHSIG is Linux's alone; and it takes whole
process groups, so that gunicorn's workers go too.

Started as a script by `app.processes.supervisor`; standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE = 5.0
"""Seconds between the request to end and SIGKILL."""


def alive(lines: Iterable[str]) -> list[int]:
    """The process ids that were announced and have not been taken back."""
    found: dict[int, None] = {}
    for line in lines:
        number = line[1:].strip()
        # 0 and 1 would mean our own group and everything there is.
        if not number.isdecimal() or int(number) <= 1:
            continue
        if line[0] == "+":
            found[int(number)] = None
        elif line[0] == "-":
            found.pop(int(number), None)
    return list(found)


def end(groups: Iterable[int], patience: float = PATIENCE) -> None:
    """End these process groups: asked first, killed after `patience` seconds."""
    left = [group for group in groups if _signal(group, signal.SIGTERM)]
    deadline = time.monotonic() + patience
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [group for group in left if _signal(group, 0)]
    for group in left:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Whether there was somebody to send it to."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


def main() -> None:
    """Wait for the end of the pipe on standard input, then end who is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end(alive(sys.stdin))


if __name__ == "__main__":
    main()
