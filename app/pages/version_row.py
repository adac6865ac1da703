"""One version in a line of a list: how it stands and why, its run, its files, and the tags that point at it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.pages.telling import Link
from app.pages.words import BADGES, Badge, link, shown
from verifier.ledger.protocol import Watch
from verifier.ledger.rows import Dossier
from verifier.model import Confidence, Finding, Outcome, Run, RunKey, Verdict, Version, Weight

FILES = 2
"""How many files of one version a list names."""
TAGS = 4
"""How many tags that point at one version a list names."""
SENTENCE = 600

SURE = {
    Confidence.HIGH: "high: it rests on a signature, a digest, or what the registry itself recorded",
    Confidence.MEDIUM: "medium: the signs agree, and none of them alone is proof",
    Confidence.LOW: "low: there is little to go by",
}
"""What each confidence means."""
_OPEN = (Outcome.PENDING, Outcome.UNVERIFIABLE)
_NOTHING = Finding("", Weight.NOTES, Confidence.LOW, "")


@dataclass(frozen=True)
class Held:
    """One file: its name, and the digest to compare with."""

    name: str
    digest: str


@dataclass(frozen=True)
class Row:
    """One version. Everything but `number` may be shown; `number` is for addresses. `dated`: its registry says when."""

    number: str
    name: str
    at: datetime
    dated: bool
    badge: Badge
    sure: str
    meaning: str
    why: str
    odd: str
    run: Link | None
    files: tuple[Held, ...]
    more_files: int
    tags: tuple[str, ...]
    more_tags: int
    marks: tuple[str, ...]


Pointing = Mapping[str, tuple[str, ...]]
"""The tags that point at a version, by its number."""


def said_by(verdict: Verdict | None) -> Finding:
    """The finding that decided it; an empty one where nothing did."""
    return next(iter(verdict.reasons), next(iter(verdict.findings), _NOTHING)) if verdict is not None else _NOTHING


def sure(verdict: Verdict | None) -> tuple[str, str]:
    """How sure the answer is, in a word and in a sentence; both '' while there is none to be sure of."""
    if verdict is None or (verdict.outcome in _OPEN and not verdict.suspect):
        return "", ""
    return verdict.confidence.word, SURE[verdict.confidence]


def why(dossier: Dossier) -> str:
    """Why it stands as it does, in one sentence."""
    if dossier.verdict is None:
        old = "It was there at the first look; tags of before are not examined."
        return old if dossier.version.artifact.is_image and dossier.version.unseen_at is None else "Not judged yet."
    return shown(said_by(dossier.verdict).sentence, SENTENCE)


def pointing(watch: Watch, dossiers: Iterable[Dossier]) -> Pointing:
    """The registry's own moving names, and of an image the tags made to move that hold the same bytes."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, number in watch.channels:
        found[number].append(name)
    versions = {dossier.version.number: dossier.version for dossier in dossiers}
    holding: dict[str, list[str]] = defaultdict(list)
    for version in versions.values():
        if version.moving and version.removed_at is None:
            holding[digest_of(version)].append(version.number)
    for version in versions.values():
        if not version.moving and (digest := digest_of(version)):
            found[version.number] += holding.get(digest, ())
    return {number: tuple(shown(name, 60) for name in sorted(names)) for number, names in found.items()}


def digest_of(version: Version) -> str:
    """The digest of its first file, the strongest that there is; '' where none is known."""
    return _best(version.files[0].digests) if version.files else ""


def marks(version: Version) -> tuple[str, ...]:
    """What its registry did with it since."""
    yanked = bool(version.files) and all(file.yanked for file in version.files)
    gone = (
        (version.removed_at is not None, "removed"),
        (yanked, "yanked"),
        (version.quarantined, "quarantined"),
    )
    return tuple(word for holds, word in gone if holds)


def row(dossier: Dossier, runs: Mapping[RunKey, Run], tags: Pointing) -> Row:
    """The version as a list shows it."""
    version, verdict = dossier.version, dossier.verdict
    point = tags.get(version.number, ())
    return Row(
        version.number,
        shown(version.number, 80),
        version.at,
        version.published_at is not None,
        BADGES[dossier.standing],
        *sure(verdict),
        why(dossier),
        shown(verdict.anomalies[0].sentence, SENTENCE) if verdict is not None and verdict.anomalies else "",
        run_of(said_by(verdict), runs),
        tuple(Held(shown(f.name, 60), shown(_best(f.digests), 140)) for f in version.files[:FILES]),
        max(len(version.files) - FILES, 0),
        point[:TAGS],
        max(len(point) - TAGS, 0),
        marks(version),
    )


def run_of(finding: Finding, runs: Mapping[RunKey, Run]) -> Link | None:
    """Where the logs of the run stand that a finding names."""
    if finding.run is None:
        return None
    run = runs.get(finding.run)
    urls = [run.url] if run is not None else []
    url = next((safe for each in (*urls, *finding.links) if (safe := link(each))), "")
    return Link(f"run {finding.run}", url)


def _best(digests: tuple[str, ...]) -> str:
    return max(digests, key=lambda digest: (digest.startswith("sha256:"), digest), default="")
