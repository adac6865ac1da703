"""What a tool prints as it stands in GitHub's log of a job."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from verifier.model import PublishStep

PRINTED = Path(__file__).parent / "printed"
START = datetime(2026, 6, 18, 3, 19, 20, tzinfo=UTC)
END = START + timedelta(minutes=2)
STEP = PublishStep("release", "Publish", 7, "success", START, END, job_id=400)


def step(number: int = 7, start: float = 0, end: float = 120, conclusion: str = "success") -> PublishStep:
    """A publish step by the seconds at which it starts and ends."""
    starts, ends = START + timedelta(seconds=start), START + timedelta(seconds=end)
    return PublishStep("release", f"Publish {number}", number, conclusion, starts, ends)


def stamp(at: datetime) -> str:
    """GitHub's time: seven digits behind the second."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}7Z"


def dated(lines: Iterable[str], at: float = 60) -> bytes:
    """These lines, taken by the runner so many seconds after the start."""
    when = stamp(START + timedelta(seconds=at))
    return "".join(f"{when} {line}\n" for line in lines).encode()


def printed(name: str) -> list[str]:
    """What a tool printed, line by line."""
    return (PRINTED / f"{name}.txt").read_text("utf-8").split("\n")
