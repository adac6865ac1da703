"""The machine that is measured on, and how busy it is."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from benchmarks.bench.report import Machine
from benchmarks.webhooks import ROOT


def machine() -> Machine:
    """This one."""
    held = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(cores, _processor(), round(held, 1), system, platform.python_version())


def load() -> tuple[float, ...]:
    """How many processes wanted to run, over 1, 5 and 15 minutes."""
    return tuple(round(each, 2) for each in os.getloadavg())


def commit() -> str:
    """What is measured; with a plus where files were changed since, empty where nobody can tell."""
    try:
        said = subprocess.run(
            ["git", "-c", "safe.directory=*", "describe", "--always", "--dirty=+", "--exclude=*"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
