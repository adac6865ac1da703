"""Making messages: what is said out of band about an incident, about a bulletin, and to try a route. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from checks import marked, numbered
from checks.base import Subject
from checks.channels import TITLES
from checks.escape import code, link, markdown, title
from checks.hearing import COVERING
from checks.listed import count, time
from checks.message import Kind, Message, Part, State
from checks.plan import digest
from checks.report import ending, report
from verifier.ledger.protocol import Posted
from verifier.model import Bulletin, BulletinKind, Incident, IncidentState, Notice, NoticeKind, Repository, Severity
from verifier.verdict.severity import severity_of, severity_of_bulletin

SEEN = "What was seen"
NOW = "What to do now"
WHY = "Why it matters"
YOURS = "If it was you"
COMMANDS = "All commands"
SILENCE = "To hear less of this"
"""The channels at GitHub whose posts a message links to."""

SENTENCES = 20
"""The most sentences about one thing."""

_STATES = {
    IncidentState.OPEN: State.OPEN,
    IncidentState.ACKNOWLEDGED: State.ACKNOWLEDGED,
    IncidentState.RESOLVED: State.RESOLVED,
}
_MORE = (NoticeKind.ROGUE, NoticeKind.SUSPECT, NoticeKind.ANOMALY)
TELLING = timedelta(minutes=10)
"""How long it may take to tell of something at most: what is older was told of."""
_FILTER = (
    "Whoever set up this route can list `outcomes` without `notice`, or ask for a `severity` above {severity}. Whoever "
    "subscribed can subscribe anew without it."
)
_COVERING = (
    "Whoever set up this route can name other `organisations` or `repositories`. By `outcomes`, `artifacts` or "
    "`severity` no route leaves this out: a thief who silences alerts must be heard. Whoever subscribed can subscribe "
    "anew without it."
)


def of_incident(
    subject: Subject, history: Sequence[Notice], posted: Sequence[Posted] = (), told_at: datetime | None = None
) -> Message:
    """What there is to say about the incident as it stands.

    `posted` is what any channel holds of it: GitHub's give the links. `told_at` is when whoever it is for was told of
    it last; None: never.
    """
    said, incident = report(subject), subject.incident
    parts = (
        Part(SEEN, said.seen),
        Part(NOW, numbered.brief(said.todo)),
        Part(WHY, said.why),
        Part(YOURS, said.yours),
        Part(said.everything, said.every, aside=True),
        Part(COMMANDS, numbered.long_ones(said.todo), aside=True),
    )
    return sealed(
        Message(
            key=f"incident:{incident.id}",
            kind=Kind.INCIDENT,
            state=_STATES[incident.state] if incident.members else State.RESOLVED,
            severity=severity_of(incident),
            title=said.title,
            lead=said.lead,
            parts=tuple(part for part in parts if part.lines),
            digest="",
            began_at=incident.opened_at,
            at=max([incident.opened_at, *(n.at for n in history)]),
            change=change(incident, history, told_at),
            url=subject.details_url,
            repository=subject.repository,
            incident=incident,
            history=tuple(history),
            links=tuple((p.channel, p.url) for p in posted if p.channel in TITLES and p.url),
        )
    )


def change(incident: Incident, history: Sequence[Notice], told_at: datetime | None) -> str:
    """One plain line about what is new since then; '' where it was never spoken of.

    What happened while it was being told has an earlier time than the telling: then the newest of it is said. Nothing
    happened to a version that another look only found more about.
    """
    told = [notice for notice in history if notice.kind is not NoticeKind.TAMPERED]
    if told_at is None or not told:
        return ""
    newest = max(notice.at for notice in told)
    if newest < told_at - TELLING:
        return "another look changed what is known of it"
    new = [n for n in told if n.at > told_at] or [n for n in told if n.at == newest]
    return ". ".join([*_steps(incident, new), *_versions(new)])


def of_bulletin(
    bulletin: Bulletin, repository: Repository | None, incident: Incident | None = None, url: str = ""
) -> Message:
    """What there is to say about a bulletin; `incident` is the one that it is about, if any."""
    sentences = bulletin.sentences or (bulletin.title,)
    where = f" in {code(repository.full_name)}" if repository is not None else ""
    by = f", by {code(bulletin.by)}" if bulletin.by else ""
    look = [f"- Look at: {link('where it happened', bulletin.url)}"] if bulletin.url else []
    parts = (
        Part(SEEN, (*(f"- {markdown(sentence)}" for sentence in first(sentences)), *look)),
        Part(NOW, tuple(f"{n}. {act}" for n, act in enumerate(_ACTS[bulletin.kind], 1))),
        Part(SILENCE, (f"- {_silenced(bulletin.kind)}",)),
    )
    return sealed(
        Message(
            key=f"bulletin:{bulletin.id}",
            kind=Kind.BULLETIN,
            state=State.SAID,
            severity=severity_of_bulletin(bulletin.kind),
            title=title(bulletin.title, 200),
            lead=f"**{markdown(bulletin.title, 300)}** ({time(bulletin.at)}{where}{by})",
            parts=parts,
            digest="",
            began_at=bulletin.at,
            at=bulletin.at,
            url=url,
            repository=repository,
            incident=incident,
            bulletin=bulletin,
        )
    )


def first(sentences: Sequence[str]) -> list[str]:
    """The first `SENTENCES` of them; that there are more is said in place of the last."""
    if len(sentences) <= SENTENCES:
        return list(sentences)
    more = len(sentences) - SENTENCES + 1
    return [*sentences[: SENTENCES - 1], f"… and {more} more: look where it happened, or at our own page."]


def _silenced(kind: BulletinKind) -> str:
    return _COVERING if kind in COVERING else _FILTER.format(severity=f"`{severity_of_bulletin(kind).word}`")


def of_test(route: str, now: datetime) -> Message:
    """A message to try a route: it looks like an alert and says that it is none."""
    lead = (
        f"**This is a test of the route {code(route)}, made at {time(now)}.** Nothing happened. An alert looks like "
        "this: what was published where and when, how late it was noticed, and how sure that is."
    )
    return sealed(
        Message(
            key=f"test:{route}",
            kind=Kind.TEST,
            state=State.SAID,
            severity=Severity.INFO,
            title=f"Test of the route {title(route, 80)}: nothing happened",
            lead=lead,
            parts=(
                Part(SEEN, ("- Each version with everything that speaks against it stands here.",)),
                Part(NOW, ("1. Nothing, if you can read this. An alert lists its steps here, the most urgent first.",)),
            ),
            digest="",
            began_at=now,
            at=now,
        )
    )


def sealed(message: Message) -> Message:
    """The message with the hash of all that a reader would see.

    What happened is part of it, so that an alert that stands open again is not taken for the first one. Where it stands
    elsewhere and what is new depend on when it is told, and are no news by themselves.
    """
    seen = {
        "kind": message.kind.value,
        "state": message.state.value,
        "severity": message.severity.word,
        "title": message.title,
        "lead": message.lead,
        "parts": [[part.heading, *part.lines] for part in message.parts],
        "history": [_noted(n) for n in message.history if n.kind is not NoticeKind.TAMPERED],
    }
    return replace(message, digest=digest(seen))


def _noted(notice: Notice) -> list[str]:
    purl = notice.artifact.purl if notice.artifact is not None else ""
    return [notice.kind.value, purl, notice.number, notice.at.isoformat(), notice.by, notice.note]


def _steps(incident: Incident, new: Iterable[Notice]) -> list[str]:
    """What happened to the incident as a whole, in the order in which it did."""
    found = [_STEPS[notice.kind](incident, notice) for notice in new if notice.kind in _STEPS]
    return list(dict.fromkeys(found))


def _versions(new: Sequence[Notice]) -> list[str]:
    """What happened to versions, counted; one alone by its name."""
    told = (
        (_MORE, "more"),
        ((NoticeKind.CLEARED,), "cleared"),
        ((NoticeKind.REMOVED,), "taken down"),
        ((NoticeKind.CHANGED,), "with other files than before"),
        ((NoticeKind.WAIVED,), "waived"),
    )
    found = []
    for kinds, what in told:
        those = {(n.artifact, n.number): n for n in new if n.kind in kinds and n.artifact is not None}
        if those:
            names = ", ".join(_named(notice) for notice in list(those.values())[:3])
            found.append(f"{count(len(those), 'version')} {what}: {names}{', …' if len(those) > 3 else ''}")
    return found


def _named(notice: Notice) -> str:
    label = notice.artifact.label if notice.artifact is not None else ""
    return f"{title(label, 80)} {title(notice.number, 40)}"


def _acknowledged(_: Incident, notice: Notice) -> str:
    return f"Acknowledged by {title(notice.by, 60)}{f': {title(notice.note, 300)}' if notice.note else ''}"


def _held(incident: Incident, notice: Notice) -> str:
    given = incident.acknowledged
    if given is None or (given.by, given.reason) != (notice.by, notice.note):
        return _acknowledged(incident, notice)
    return f"Acknowledged by {title(given.by, 60)} until {time(given.until)}: {title(given.reason, 300)}"


def _resolved(incident: Incident, _: Notice) -> str:
    why = marked.line(ending(incident.members)).rstrip(".")
    return f"Resolved: {f'it {why[3:]}' if why.startswith('It ') else why}"


_STEPS: dict[NoticeKind, Callable[[Incident, Notice], str]] = {
    NoticeKind.ACKNOWLEDGED: _held,
    NoticeKind.LAPSED: lambda _, __: "The acknowledgement ran out, and it stands open",
    NoticeKind.RESOLVED: _resolved,
    NoticeKind.REOPENED: lambda _, __: "It stands open again",
}
_ACTS: dict[BulletinKind, tuple[str, ...]] = {
    BulletinKind.CONFIG_CHANGED: ("Read what was changed, and ask whoever made it if nobody expected it.",),
    BulletinKind.CONFIG_REFUSED: (
        "**Mend the file on the default branch.** Until then the last one that could be read stays in force.",
    ),
    BulletinKind.CONFIG_LOOSENS: (
        "**Ask whoever changed it whether that is meant**, and not on GitHub.",
        "If it is not, take it back before it acts, and look for what else that account changed.",
    ),
    BulletinKind.WORKFLOW_CHANGED: (
        "Read the change as closely as a change of the code: this workflow may publish.",
        "If nobody meant it, disable the workflow and take the change back.",
    ),
    BulletinKind.BRANCH_CHANGED: (
        "**Ask whoever switched it whether that is meant**, and not on GitHub.",
        "If it is not, switch it back before it counts, and look for what else that account changed.",
    ),
    BulletinKind.BLINDED: (
        "**Ask whoever did it whether that is meant**, and not on GitHub: a thief would do this first.",
        "Until the App may read it again, compare by hand what the registry shows with what your workflows published.",
    ),
    BulletinKind.TAMPERED: (
        "**Ask whoever did it why**, and not on GitHub: whoever took over an account would do the same.",
        "Treat the incident as open; it is, whatever GitHub shows.",
        "If it was none of you, take that account's access away and look for what else it did.",
    ),
    BulletinKind.COMMANDED: ("If nobody expected it, ask that person, and not on GitHub.",),
}
