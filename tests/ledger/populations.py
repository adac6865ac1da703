"""Random ledgers: sequences of what is put and recorded, on few artifacts and repositories so that things meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

from hypothesis import strategies as st

from tests.ledger.examples import HOUR, MINUTE, T0, incident, mute, publisher, release, run, tag, verdict, version
from verifier.ledger import Book
from verifier.ledger.protocol import Dossier, Watch
from verifier.model import (
    Answer,
    Artifact,
    Command,
    CommandAnswered,
    CommandGiven,
    Conduct,
    ConductSet,
    Confidence,
    Fact,
    Finding,
    IncidentState,
    LineMuted,
    Outcome,
    PublishersSet,
    Run,
    Verb,
    Verdict,
    Waiver,
    WaiverGiven,
    Weight,
)

ARTIFACTS = [
    Artifact("pkg:npm/%40acme/widget"),
    Artifact("pkg:npm/gadget"),
    Artifact("pkg:pypi/gadget"),
    Artifact("pkg:docker/acme/widget"),
    Artifact("pkg:npm/stra%C3%9Fe%00%5C"),
]
REPOSITORIES = (1, 2, 3)
NUMBERS = ("1.0.0", "1.0.0-ü", "1.9.0", "1.10.0", "sha-" + "a" * 1100, "sha-" + "a" * 1100 + "b")
Step = Callable[[Book], None]

artifacts = st.sampled_from(ARTIFACTS)
repositories = st.sampled_from(REPOSITORIES)
times = st.sampled_from([T0 - HOUR, T0, T0 + MINUTE, T0 + MINUTE + (T0 - T0).resolution])


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    outcome = draw(st.sampled_from(Outcome))
    odd = Finding("source-differs", Weight.ANOMALY, Confidence.LOW, "Two files differ.")
    suspect = outcome is Outcome.UNVERIFIABLE and draw(st.booleans())
    findings = (*verdict(outcome).findings, odd) if draw(st.booleans()) else ()
    return replace(verdict(outcome), suspect=suspect, findings=findings)


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    published = draw(st.none() | times)
    rank = draw(st.sampled_from([(), (1, 0, 0), (1, 9, 0), (1, 10, 0), (-1,), (-10,), (1,)]))
    shown = version(
        draw(st.just(NUMBERS[0]) | st.sampled_from(NUMBERS)),
        draw(st.just(ARTIFACTS[0]) | artifacts),
        rank=rank,
        published_at=published,
        first_seen_at=draw(times),
        placeholder=draw(st.sampled_from([False, False, False, True])),
        unseen_at=draw(st.none() | times),
        removed_at=draw(st.sampled_from([None, None, T0])),
    )
    judged = draw(st.none() | verdicts())
    return Dossier(
        shown,
        verdict=judged,
        judged=draw(st.sampled_from(["", shown.fingerprint, shown.fingerprint])),
        waived=draw(st.booleans()),
        incident_id=draw(st.sampled_from([None, "i1"])),
    )


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    artifact, repository_id, at = draw(artifacts), draw(repositories), draw(times)
    id_ = draw(st.sampled_from(["comment/1", "comment/2"]))
    waiver = Waiver(artifact, "1.0.0", "sha256:0", "bob", "by hand.", at, at + HOUR)
    command = Command(
        id_, "i1", repository_id, draw(st.sampled_from(Verb)), 5, "bob", at, draw(st.sampled_from(["", "x"]))
    )
    said = tuple(publisher(a, repository_id=repository_id) for a in draw(st.lists(artifacts, max_size=3)))
    given: list[Fact] = [
        WaiverGiven(waiver),
        LineMuted(replace(mute(), artifact=artifact)),
        CommandGiven(command),
        CommandAnswered(Answer(id_, "i1", True, f"Done at {at}.", at)),
        ConductSet(repository_id, Conduct(issues=draw(st.booleans()))),
        PublishersSet(repository_id, "config", said),
    ]
    return draw(st.sampled_from(given))


def steps() -> st.SearchStrategy[Step]:
    """One change of the ledger."""
    return st.one_of(
        st.builds(_watch, artifacts, st.none() | times, st.sampled_from(["", "no answer \0"])),
        st.builds(_publishers, repositories, st.sampled_from(["config", "server"]), st.lists(artifacts, max_size=4)),
        st.builds(_run, repositories, st.integers(100, 102), times),
        st.builds(_tag, repositories, st.sampled_from(["v1", "v10", "v\u2028"]), times),
        st.builds(_release, repositories, st.integers(1, 3), times),
        st.builds(_incident, repositories, st.sampled_from(["i1", "i2", "I3"]), times, st.sampled_from(IncidentState)),
        facts().map(_fact),
    )


@st.composite
def stories(draw: st.DrawFn) -> list[Step]:
    """Versions put again and again, and between them whatever else happens."""
    puts = draw(st.lists(dossiers().map(_dossier), min_size=4, max_size=12))
    others = draw(st.lists(steps(), max_size=12))
    return [step for pair in zip_longest(puts, others) for step in pair if step is not None]


def _dossier(dossier: Dossier) -> Step:
    return lambda book: book.versions.put(dossier)


def _fact(fact: Fact) -> Step:
    return lambda book: book.record(fact, T0)


def _watch(artifact: Artifact, polled_at: datetime | None, problem: str) -> Step:
    return lambda book: book.versions.put_watch(Watch(artifact, T0, polled_at=polled_at, problem=problem))


def _publishers(repository_id: int, source: str, of: list[Artifact]) -> Step:
    said = tuple(
        publisher(a, repository_id=repository_id, workflows=(f"{source}.yml", f"{place % 2}.yml"))
        for place, a in enumerate(of)
    )
    return lambda book: book.repositories.put_publishers(repository_id, source, said)


def _run(repository_id: int, run_id: int, at: datetime) -> Step:
    made: Run = run(run_id, repository_id=repository_id, started_at=at)
    return lambda book: book.runs.put(made)


def _tag(repository_id: int, name: str, at: datetime) -> Step:
    return lambda book: book.refs.put_tag(replace(tag(name, seen_at=at), repository_id=repository_id))


def _release(repository_id: int, id_: int, at: datetime) -> Step:
    return lambda book: book.refs.put_release(replace(release(id_, updated_at=at), repository_id=repository_id))


def _incident(repository_id: int, id_: str, at: datetime, state: IncidentState) -> Step:
    return lambda book: book.incidents.put(replace(incident(id_, at), repository_id=repository_id, state=state))
