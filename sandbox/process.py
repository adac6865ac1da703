"""The monitor's own processes with the sandbox's clock in place of the machine's; nothing else differs.

Started by `sandbox.live` as `python -m sandbox.process worker|clock`, and by gunicorn as `sandbox.process:web()`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.build import build, build_answering
from app.deps import Deps
from app.logs import events as logs
from app.processes import clock, worker
from app.settings import Settings, read
from app.web import asgi
from app.web.entry import Entry
from sandbox.clock import SharedClock

CLOCK = "SANDBOX_CLOCK"
"""The environment variable that names the clock's file."""


def deps(parts: Callable[[Settings], Deps] = build) -> Deps:
    """The real parts on the settings of the environment, and the shared clock."""
    settings = read(os.environ)
    logs.configure(settings)
    return replace(parts(settings), now=SharedClock(Path(os.environ[CLOCK])))


def web() -> Entry:
    """What gunicorn loads."""
    return asgi.settled(asgi.behind(deps(build_answering)))


def main(name: str) -> None:
    """Run the worker or the clock. The clock does not take the play's jumps for stops of the monitor."""
    if name == "worker":
        worker.main(deps())
    else:
        clock.main(deps(), missing_after=timedelta(days=10_000))


if __name__ == "__main__":
    main(sys.argv[1])
