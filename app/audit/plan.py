"""Which versions are looked at, and how much that asks of GitHub. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.audit.client import Rate
from verifier.model import Version
from verifier.verdict.habit import LAST

KEPT = timedelta(days=400)
"""How long GitHub keeps its list of runs. Source: docs.github.com/actions (usage limits, workflow run history)."""
USUAL, STRANGERS = 50, 8
"""How many versions are looked at where nobody says, with a token and without: strangers may ask 60 times an hour."""
TEACH = 5
"""How many versions before those are looked at, too: from them it is learned how the project publishes."""
FIRST, EACH, VETTED = 20, 5, 8
"""About how many questions come first; how many each version takes for its runs' jobs, workflow file and logs; and,
with a token, for their commits and branches."""


@dataclass(frozen=True)
class Chosen:
    """The versions that are judged and those that only teach, each the newest first."""

    judged: tuple[Version, ...]
    teaching: tuple[Version, ...]
    unseen: tuple[str, ...] = ()
    """What is not looked at, and why."""
    each: int = EACH
    """About how many questions each takes."""

    @property
    def all(self) -> tuple[Version, ...]:
        """Both."""
        return (*self.judged, *self.teaching)

    @property
    def since(self) -> datetime:
        """When the oldest was published that is judged."""
        return min(version.at for version in self.judged or self.teaching)


def choose(
    every: Sequence[Version], since: datetime | None, limit: int, now: datetime, rate: Rate | None, *, stranger: bool
) -> Chosen:
    """The newest versions, as many as are wanted and as GitHub will answer about.

    Where there are none before them, the oldest teach: nothing is held against a version whose project's ways nobody
    knows. What is older than GitHub's list of runs is never judged.
    """
    newest = sorted((v for v in every if not v.placeholder), key=lambda v: (v.at, v.rank), reverse=True)
    seen = [version for version in newest if version.at > now - KEPT]
    unseen = []
    if len(seen) < len(newest):
        older_ones = len(newest) - len(seen)
        unseen.append(f"Versions from before the 400 days for which GitHub keeps runs: {older_ones}; not judged.")
    wanted = [version for version in seen if since is None or version.at >= since]
    most = limit or (STRANGERS if stranger else USUAL)
    each = EACH if stranger else EACH + VETTED
    if rate is not None and FIRST + each * (min(most, len(wanted)) + TEACH) > rate.left:
        affordable = max(1, (rate.left - FIRST) // each - TEACH)
        if affordable < most:
            unseen.append(
                f"GitHub answers {rate.left} more questions until {rate.until:%H:%M} UTC, which is enough for "
                f"{affordable} versions; give GITHUB_TOKEN, or come again."
            )
        most = min(most, affordable)
    judged = wanted[:most]
    older = [version for version in newest if version not in judged and (not judged or version.at <= judged[-1].at)]
    if not older and len(judged) > LAST:
        judged, older = judged[:-LAST], judged[-LAST:]
    teaching = older[:TEACH]
    left = sum(version not in judged and version not in teaching for version in wanted)
    if left:
        unseen.append(f"Older versions that were not looked at: {left}; --limit N looks at more.")
    return Chosen(tuple(judged), tuple(teaching), tuple(unseen), each)


def estimate(chosen: Chosen, rate: Rate | None) -> str:
    """What is about to be asked, before it is."""
    about = FIRST + chosen.each * len(chosen.all)
    left = f"; it answers {rate.left} more of {rate.of} until {rate.until:%H:%M} UTC" if rate is not None else ""
    return f"Looking at {len(chosen.judged)} versions: about {about} questions to GitHub{left}."
