"""What was told in the demo, folded: one line for all channels that were told the same about one change.

GitHub is told some seconds after everybody else, so what is told is kept for a while before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.explain.case_words import shown
from checks.report import headline
from sandbox.judged import few
from verifier.ledger.protocol import Posted
from verifier.model import Incident

TOGETHER = timedelta(seconds=15)
"""What is told within this time of something is told about the same change."""
ROUTE = "route/"
_NAMES = {"slack": "Slack"}
_HOLE = "\0"
"""Stands for the name of its version in what was said of one incident."""


@dataclass
class Telling:
    """What was said of one incident or bulletin at one moment, to whom.

    `why` is what changed; '' where the versions shown above it say so. `stamped`: no line above it shows the time.
    `filed` are the addresses of what was made for it at GitHub, by channel, `told` the others who heard of it.
    """

    at: datetime
    title: str
    named: str = ""
    why: str = ""
    stamped: bool = False
    told: dict[str, str] = field(default_factory=dict)
    filed: dict[str, str] = field(default_factory=dict)

    def heard(self, posts: Iterable[tuple[Posted, bool]]) -> Telling:
        """The same with the channels that hold it now, and whether each holds something of it for the first time."""
        for post, first in posts:
            name = channel(post.channel)
            if post.channel.startswith(ROUTE):
                self.told[post.channel] = name
            elif first:
                self.filed[post.channel] = f"{name} {'filed' if post.open else 'filed, closed'}: {post.url}"
            else:
                self.told[post.channel] = name if post.open else f"{name} (closed)"
        return self

    @property
    def alike(self) -> tuple[object, ...]:
        """What is the same in tellings that one line can tell."""
        return (
            self.stamped,
            self._holed(self.why),
            self._holed(self.title),
            frozenset(self.told.values()),
            frozenset(self.filed),
        )

    def _holed(self, text: str) -> str:
        return text.replace(self.named, _HOLE) if self.named else text


def about(incident: Incident, at: datetime) -> Telling:
    """Nothing told yet about the incident as it stands."""
    title = shown(headline(incident))
    names = (shown(f"{member.artifact.label} {member.number}") for member in incident.members)
    return Telling(at, title, next((name for name in names if name in title), ""))


def channel(name: str) -> str:
    """A channel as people call it."""
    bare = name.removeprefix(ROUTE)
    return shown(_NAMES.get(bare, bare.replace("_", " ")))


@dataclass(frozen=True)
class Line:
    """One line on the terminal. `at` None: it belongs under the one before it."""

    text: str
    at: datetime | None = None
    arrow: bool = True


def lines(tellings: Iterable[Telling]) -> Iterator[Line]:
    """Those that one line can tell together, in the order in which the first of each was told."""
    together: dict[tuple[object, ...], list[Telling]] = {}
    for telling in tellings:
        together.setdefault(telling.alike, []).append(telling)
    for alike in together.values():
        yield from _lines(alike)


def _lines(alike: list[Telling]) -> Iterator[Line]:
    first = alike[0]
    at = first.at if first.stamped else None
    if first.why:
        yield Line(_said([(one.named, one.why) for one in alike]), at, arrow=False)
        at = None
    if first.told:
        # Routes sort before what GitHub holds, which was told later.
        names = [first.told[key] for key in sorted(first.told, key=lambda key: not key.startswith(ROUTE))]
        count = f", of {len(alike)} incidents" if len(alike) > 1 else ""
        yield Line(f"{', '.join(names)}{count}: {_said([(one.named, one.title) for one in alike])}", at)
        at = None
    for key in sorted(first.filed):
        more = f" and {len(alike) - 1} more" if len(alike) > 1 else ""
        yield Line(f"{first.filed[key]}{more}", at)
        at = None


def _said(texts: list[tuple[str, str]]) -> str:
    """One sentence for several that differ in a name."""
    named, text = texts[0]
    if len(texts) == 1 or not named or named not in text:
        return text
    return text.replace(named, few([name for name, _ in texts]))
