"""What the page of one incident shows, from what the ledger holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from markupsafe import Markup

from app.deeds import commanding
from app.pages import markdown
from app.pages import offers as offering
from app.pages.telling import Link, links, state, title
from app.pages.words import BADGES, ODD, Badge, badge_of, link, plural, shown
from app.viewer import Viewer
from checks import CHANNELS
from checks import answers as answering
from checks.base import Subject
from checks.history import steps
from checks.report import report, settled
from verifier.ledger.protocol import Posted
from verifier.model import (
    Answer,
    Artifact,
    Bulletin,
    Command,
    Conduct,
    Incident,
    Member,
    Notice,
    Outcome,
    Repository,
    Verb,
)
from verifier.model.standing import Standing
from verifier.verdict.severity import severity_of

VERSIONS = 200
"""The most versions that are listed; the exports have them all."""
COMMANDS = 50
BULLETINS = 20
"""The most that are shown of what was told besides, the newest."""
SOON = timedelta(seconds=30)
"""A command that is no older is being answered: the page loads itself again to show it."""
NOT_YET = "It is being answered."
LATE = "It is not answered yet: GitHub is asked first who may command. The health page says what is in the way."

_WORDS = {
    Verb.ACKNOWLEDGE: "acknowledge",
    Verb.MINE: "this was me",
    Verb.MUTE: "mute the line",
    Verb.RECHECK: "recheck",
    Verb.HELP: "help",
}


@dataclass(frozen=True)
class Seen:
    """What is read from the ledger. `commands` come with their answers, None where there is none yet."""

    incident: Incident
    repository: Repository | None
    conduct: Conduct
    history: tuple[Notice, ...] = ()
    posted: tuple[Posted, ...] = ()
    commands: tuple[tuple[Command, Answer | None], ...] = ()
    bulletins: tuple[Bulletin, ...] = ()
    good: Mapping[Artifact, str] = field(default_factory=dict)
    """The versions that its packages can go back to."""


@dataclass(frozen=True)
class Version:
    """One version of it. `notes` are what became of it: waived, muted, taken down. `key` names it in a form."""

    purl: str
    number: str
    name: str
    badge: Badge
    open: bool
    notes: tuple[str, ...]
    published_at: datetime | None
    detected_at: datetime
    account: str
    key: str


@dataclass(frozen=True)
class Said:
    """One command and what became of it."""

    by: str
    what: str
    reason: str
    at: datetime
    url: str
    sign: str
    style: str
    answer: str


@dataclass(frozen=True)
class Told:
    """One thing that was told about it besides."""

    title: str
    sentences: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Page:
    """The whole page as data. What is `Markup` was made by `app.pages.markdown` of text that is escaped."""

    id: str
    title: str
    headline: str
    badge: Badge
    severity: str
    state: str
    settled: bool
    repository: str
    opened_at: datetime
    lead: Markup
    seen: Markup
    every: Markup
    """Each version in a line of its own, where `seen` has not; else empty."""
    everything: str
    why: Markup
    now: Markup
    yours: Markup
    steps: Markup
    versions: tuple[Version, ...]
    more_versions: int
    posts: tuple[Link, ...]
    routes: tuple[str, ...]
    elsewhere: str
    commands: tuple[Said, ...]
    more_commands: int
    bulletins: tuple[Told, ...]
    offers: tuple[offering.Offer, ...]
    recheck: bool
    refused: str
    """Why nothing can be done here by who looks; '' where something can, or nobody could."""
    waiting: bool
    at: datetime


def roll_up(seen: Seen, viewer: Viewer, now: datetime) -> Page:
    """The page. The words about what happened are those of the issue, whoever reads them."""
    incident = seen.incident
    members = sorted(incident.members, key=lambda m: not m.open)
    repository = seen.repository or Repository(incident.repository_id, 0, "?", incident.opened_at)
    said = report(Subject(incident, repository, "", "", seen.history, seen.conduct, good=seen.good))
    offers = offering.offers(incident, viewer, seen.conduct)
    waiting = [one for one, answer in seen.commands if answer is None]
    return Page(
        incident.id,
        title(incident),
        shown(said.title, 300),
        badge_of(incident),
        severity_of(incident).word,
        state(incident),
        settled(incident),
        shown(seen.repository.full_name, 120) if seen.repository is not None else "",
        incident.opened_at,
        markdown.blocks([said.lead]),
        markdown.blocks(said.seen),
        markdown.blocks(said.every),
        said.everything,
        markdown.blocks(said.why),
        markdown.blocks(said.now),
        markdown.blocks(said.yours),
        markdown.blocks(steps(seen.history)),
        tuple(_version(member) for member in members[:VERSIONS]),
        max(len(members) - VERSIONS, 0),
        links(post for post in seen.posted if post.channel in _AT_GITHUB),
        _routes(seen.posted) if viewer.operator else (),
        _elsewhere(seen.posted),
        tuple(_said(command, answer, now) for command, answer in reversed(seen.commands[-COMMANDS:])),
        max(len(seen.commands) - COMMANDS, 0),
        tuple(_told(one) for one in seen.bulletins),
        offers,
        commanding.may(viewer, Verb.RECHECK, incident.repository_id, seen.conduct),
        offering.refused(incident, viewer, seen.conduct),
        any(now - one.at <= SOON for one in waiting),
        now,
    )


_AT_GITHUB = frozenset({*(channel.NAME for channel in CHANNELS), answering.NAME})


def _version(member: Member) -> Version:
    notes = (
        *(["waived"] if member.waived else []),
        *(["its line is muted"] if member.muted else []),
        *(["taken down"] if member.removed else []),
        *(["no longer suspected"] if not member.stands else []),
    )
    return Version(
        member.artifact.purl,
        member.number,
        shown(member.artifact.versioned(member.number), 160),
        _badge(member),
        member.open,
        notes,
        member.published_at,
        member.detected_at,
        shown(member.account, 80),
        commanding.key_of(member),
    )


def _badge(member: Member) -> Badge:
    if member.suspect:
        return BADGES[Standing.SUSPECT]
    if member.outcome is Outcome.COMPLIANT and member.odd:
        return ODD
    return BADGES[Standing(member.outcome.value)]


def _routes(posted: Sequence[Posted]) -> tuple[str, ...]:
    """The operator's routes by name: to others they say who is told, which is nobody's business."""
    return tuple(sorted(shown(p.channel.removeprefix("route/"), 80) for p in posted if p.channel.startswith("route/")))


def _elsewhere(posted: Sequence[Posted]) -> str:
    others = sum(post.channel not in _AT_GITHUB for post in posted)
    return f"Told in {plural(others, 'place')} outside GitHub" if others else ""


def _said(command: Command, answer: Answer | None, now: datetime) -> Said:
    sign, style = ("…", "pending")
    if answer is not None and not answer.waits:
        sign, style = ("✓", "compliant") if answer.accepted else ("✗", "non-compliant")
    what = _WORDS[command.verb] + (f" {command.only.split(' ', 1)[-1]}" if command.only else "")
    return Said(
        shown(command.actor, 60),
        shown(what, 80),
        shown(command.reason, 400),
        command.at,
        link(command.url),
        sign,
        style,
        shown(answer.sentence, 1_000) if answer is not None else NOT_YET if now - command.at <= SOON else LATE,
    )


def _told(bulletin: Bulletin) -> Told:
    return Told(shown(bulletin.title, 200), tuple(shown(s, 600) for s in bulletin.sentences[:5]), bulletin.at)
