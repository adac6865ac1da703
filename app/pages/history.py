"""What was said of a version before, and what a tag held before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.pages.version_row import digest_of, said_by, sure
from app.pages.words import BADGES, Badge, shown
from verifier.ledger.rows import Dossier
from verifier.model import Verdict, Version
from verifier.model.standing import standing_of


@dataclass(frozen=True)
class Judgement:
    """One verdict of the past. `other`: it was about other files than are there now."""

    badge: Badge
    sure: str
    at: datetime
    other: bool
    sentence: str


@dataclass(frozen=True)
class Before:
    """What a tag held before."""

    badge: Badge
    digest: str
    at: datetime
    until: datetime | None


def before(dossier: Dossier) -> Before:
    """What the tag held, with the verdict that stood for it."""
    version = dossier.version
    return Before(BADGES[dossier.standing], shown(digest_of(version), 140), version.at, version.seen_at)


def judgement(one: tuple[datetime, str, Verdict], version: Version) -> Judgement:
    """One verdict: when, about which files, and it."""
    at, fingerprint, verdict = one
    badge = BADGES[standing_of(verdict)]
    sentence = shown(said_by(verdict).sentence, 600)
    return Judgement(badge, sure(verdict)[0], at, fingerprint != version.fingerprint, sentence)
