"""Messages put together: a storm of incidents as one, and what a week brought. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from checks.base import Subject
from checks.escape import code, link, markdown, title
from checks.hearing import loudest, over
from checks.listed import count, time
from checks.message import Kind, Message, Part, State
from checks.messages import sealed
from checks.report import headline, settled
from verifier.model import Bulletin, Repository, Severity
from verifier.verdict.severity import severity_of, severity_of_bulletin

LISTED = 20
"""The most messages, incidents or bulletins that are listed by name in one part."""


def of_group(messages: Sequence[Message], now: datetime, url: str = "") -> Message:
    """Many messages as one, the loudest first; what is not listed is counted. `url` is our page that has them all."""
    ordered = sorted(messages, key=lambda m: (-_weight(m), -loudest(m), m.began_at, m.key))
    names = Counter(m.repository.full_name for m in messages if m.repository is not None)
    severity = max((m.severity for m in messages), default=Severity.INFO)
    repositories = f" in {count_of(len(names), 'repository', 'repositories')}" if names else ""
    what = f"{count(len(messages), 'alert')}{repositories}"
    counts = Counter(m.severity for m in messages)
    by_severity = ", ".join(f"{counts[s]} {s.word}" for s in sorted(counts, reverse=True))
    began = min((m.began_at for m in messages), default=now)
    rest = len(messages) - LISTED
    seen = [f"- {_line(message)}" for message in ordered[:LISTED]]
    where = [f"- {code(name)}: {count(number, 'alert')}" for name, number in names.most_common(LISTED)]
    same = hashlib.sha256(
        "\n".join(sorted(f"{m.key} {m.digest}" for m in messages)).encode("utf-8", "backslashreplace")
    ).hexdigest()
    parts = (
        Part("The loudest", (*seen, *([f"- … and {rest} more"] if rest > 0 else []))),
        Part("Where", (*where, *([f"- … and {len(names) - LISTED} more"] if len(names) > LISTED else []))),
        Part(
            "What to do now",
            (
                "1. **Look for what they have in common**: an account, a token, an action or a dependency that all of "
                "these repositories use. So many at once seldom have as many causes.",
                "2. Then go through them, the loudest first. Each has its steps on its own page and in its own issue.",
            ),
        ),
    )
    return sealed(
        Message(
            key=f"group:{same[:32]}",
            kind=Kind.GROUP,
            state=State.SAID,
            severity=severity,
            title=f"{what} at once",
            lead=f"**{what} since {time(began)}**: {by_severity}. They came so close together that they are told as "
            "one.",
            parts=tuple(part for part in parts if part.lines),
            digest="",
            began_at=began,
            at=now,
            url=url,
        )
    )


def of_digest(
    name: str,
    subjects: Sequence[Subject],
    bulletins: Sequence[tuple[Bulletin, Repository | None]],
    since: datetime,
    now: datetime,
    url: str = "",
) -> Message | None:
    """What the time from `since` to `now` brought; None when it brought nothing.

    `name` is whose summary it is. `subjects` are the incidents that were opened, changed or settled then, and those
    that still stand open.
    """
    if not subjects and not bulletins:
        return None
    standing = [s for s in subjects if not settled(s.incident)]
    opened = [s for s in subjects if s.incident.opened_at >= since]
    older = [s for s in standing if s.incident.opened_at < since]
    resolved = [s for s in subjects if settled(s.incident)]
    loud = [severity_of(s.incident) for s in standing] + [severity_of_bulletin(b.kind) for b, _ in bulletins]
    counts = (
        f"{count(len(opened), 'alert')} opened, {len(resolved)} settled, {len(standing)} open now, "
        f"{count(len(bulletins), 'other notice')}"
    )
    told = sorted(bulletins, key=lambda told: (-severity_of_bulletin(told[0].kind), told[0].at, told[0].id))
    parts = (
        _part("Opened, and open still", [_about(s) for s in _loudest(opened) if s in standing]),
        _part("Open for longer", [_about(s) for s in _loudest(older)]),
        _part("Settled", [_about(s) for s in _loudest(resolved)]),
        _part("Besides", [_notice(bulletin, repository) for bulletin, repository in told]),
    )
    return sealed(
        Message(
            key=f"digest:{name}:{now:%Y-%m-%d}",
            kind=Kind.DIGEST,
            state=State.SAID,
            severity=max(loud, default=Severity.INFO),
            title=f"Summary until {now:%Y-%m-%d}: {counts}",
            lead=f"**From {time(since)} to {time(now)}:** {counts}.",
            parts=tuple(part for part in parts if part.lines),
            digest="",
            began_at=since,
            at=now,
            url=url,
        )
    )


def count_of(number: int, one: str, many: str) -> str:
    """`1 repository`, `2 repositories`."""
    return f"{number} {one if number == 1 else many}"


def _weight(message: Message) -> Severity:
    """How far up it stands: what was settled without its verdict, by a waiver say, as high as while it stood open."""
    unsure = message.state is State.RESOLVED and not over(message)
    return loudest(message) if unsure else message.severity


def _part(heading: str, lines: Sequence[str]) -> Part:
    more = [f"… and {len(lines) - LISTED} more"] if len(lines) > LISTED else []
    return Part(heading, tuple(f"- {line}" for line in [*lines[:LISTED], *more]))


def _loudest(subjects: Sequence[Subject]) -> list[Subject]:
    return sorted(subjects, key=lambda s: (-severity_of(s.incident), s.incident.opened_at, s.incident.id))


def _line(message: Message) -> str:
    where = f" · {code(message.repository.full_name)}" if message.repository is not None else ""
    return f"**{message.severity.word}**{where} · {_named(message.title, message.url)}"


def _about(subject: Subject) -> str:
    incident = subject.incident
    loud = "" if settled(incident) else f"**{severity_of(incident).word}** · "
    said = _named(headline(incident), subject.details_url)
    return f"{loud}{code(subject.repository.full_name)} · {said} (since {incident.opened_at:%Y-%m-%d})"


def _notice(bulletin: Bulletin, repository: Repository | None) -> str:
    where = f" · {code(repository.full_name)}" if repository is not None else ""
    said = _named(title(bulletin.title, 200), bulletin.url)
    return f"**{severity_of_bulletin(bulletin.kind).word}**{where} · {said} ({bulletin.at:%Y-%m-%d})"


def _named(text: str, url: str) -> str:
    return link(text, url) if url else markdown(text, 255)
