"""A small world of images: one repository of Alice's whose workflow pushes `alice/app` to Docker Hub."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.verdict.cases import LATER, MINUTE, NOON, PUBLISHER, case, run
from verifier.model import (
    Artifact,
    Case,
    Confidence,
    File,
    Finding,
    Judged,
    Known,
    Line,
    LogClaim,
    LogState,
    Outcome,
    Part,
    Publisher,
    Run,
    RunKey,
    Verdict,
    Version,
    Weight,
)
from verifier.tag_names import core, moves
from verifier.verdict import decide

APP = Artifact("pkg:docker/alice/app")
COPY = Artifact("pkg:oci/app?repository_url=ghcr.io/alice/app")
IMAGES = replace(PUBLISHER, artifact=APP)
OLD, NEW, ROGUE = ("sha256:" + letter * 64 for letter in "abf")
ARM, AMD = Part("linux/arm64", "sha256:" + "1" * 64), Part("linux/amd64", "sha256:" + "2" * 64)


def image(tag: str = "1.2.3", digest: str = NEW, at: datetime = NOON, **changes: Any) -> Version:
    """One tag, first seen at a time that its registry does not tell: pushed in the five minutes before."""
    numbers = core(tag)
    made = Version(
        artifact=APP,
        number=tag,
        line=Line("release", numbers[0]) if numbers else Line(tag, -1),
        rank=(1, *numbers) if numbers else (0,),
        first_seen_at=at,
        unseen_at=at - 5 * MINUTE,
        files=(File("image", (digest,)),) if digest else (),
        moving=moves(tag),
    )
    return replace(made, **changes)


def pushed(digest: str = NEW, *tags: str, run_id: int = 1, at: datetime = NOON, **changes: Any) -> Run:
    """A run whose publish step, around a time, logged that it pushed these bytes under these tags."""
    claims = tuple(LogClaim("docker", "alice/app", tag, digests=(digest,), tool="buildx") for tag in tags or ("1.2.3",))
    settings = {"head_branch": "main", "log": LogState.READ, "claims": claims, "key": RunKey(7, run_id, 1)}
    return run(run_id, at, **(settings | changes))


def by_run() -> Verdict:
    """A verdict that rests on a run."""
    found = Finding("digest-in-log", Weight.EXPLAINS, Confidence.HIGH, "…", RunKey(7, 99, 1))
    return Verdict(Outcome.COMPLIANT, Confidence.HIGH, (found,))


def by_other_tag() -> Verdict:
    """A verdict that rests on another tag's."""
    found = Finding("digest-known", Weight.EXPLAINS, Confidence.HIGH, "…")
    return Verdict(Outcome.COMPLIANT, Confidence.HIGH, (found,))


def unknown() -> Verdict:
    """Nothing could settle it."""
    return Verdict(Outcome.UNVERIFIABLE, Confidence.MEDIUM, ())


def held(version: Version, verdict: Verdict | None = None) -> Judged:
    """A tag of before, with the verdict that stood for it."""
    return Judged(version, verdict or by_run())


def known(tag: str, at: datetime, verdict: Verdict | None = None, artifact: Artifact = APP) -> Known:
    """Where the bytes under judgement were judged."""
    return Known(artifact, tag, at, verdict or by_run())


def of(version: Version, publisher: Publisher = IMAGES, **changes: Any) -> Case:
    """The case of one tag."""
    return case(version, **({"publishers": (publisher,)} | changes))


def judge(version: Version, publisher: Publisher = IMAGES, **changes: Any) -> Verdict:
    """What is decided about one tag after the grace."""
    return decide(of(version, publisher, **changes), LATER)


def reasons(verdict: Verdict) -> list[str]:
    """The ids of the findings that decided it, strongest first."""
    return [finding.reason for finding in verdict.reasons]
