"""Webhooks arrive late, twice and out of order: the shelves say the same in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger.examples import GADGET, T0, WIDGET, comparison, derived, proposal, publisher, version
from verifier.ledger import memory_ledger
from verifier.model import (
    Approval,
    ArtifactsProposed,
    Evidence,
    EvidenceRead,
    Fact,
    ForcedPush,
    ForcedPushSeen,
    Installation,
    InstallationSeen,
    JobsState,
    LogClaim,
    LogState,
    PublishersSet,
    PublishStep,
    Ref,
    RefSeen,
    Release,
    ReleaseSeen,
    Repository,
    RepositorySeen,
    Run,
    RunKey,
    RunRead,
    RunSeen,
    RunsListed,
    RunVetted,
    SourceCompared,
    Standing,
    VerdictReached,
    Version,
    VersionSeen,
    Vetting,
    merge_installations,
    merge_refs,
    merge_releases,
    merge_repositories,
    merge_runs,
)
from verifier.model.confidence import Confidence
from verifier.model.github import NEVER
from verifier.model.verdict import Outcome, Verdict

T = TypeVar("T")

# Few values each, so that what is drawn collides: ties are where a merge goes wrong.
times = st.integers(0, 2).map(lambda minutes: T0 + timedelta(minutes=minutes))
maybe_times = st.none() | times
words = st.sampled_from(["", "a", "b"])
flags = st.booleans()
steps = st.lists(st.builds(PublishStep, words, words, st.integers(1, 2), words, maybe_times), max_size=2).map(tuple)
states = st.sampled_from(JobsState)
logs = st.sampled_from(LogState)
claims = st.lists(st.builds(LogClaim, st.just("npm"), words, words), max_size=2).map(tuple)
approvals = st.lists(st.builds(Approval, words, words, st.just("approved")), max_size=2).map(tuple)
vettings = st.builds(
    Vetting,
    times,
    reachable_from=st.sampled_from([(), ("refs/heads/main",)]),
    stood=st.none() | flags,
    approvals=approvals,
    problem=words,
)

installations = st.builds(Installation, st.just(1), st.integers(1, 2), words, times, flags, flags)
repositories = st.builds(
    Repository,
    st.just(7),
    st.integers(1, 2),
    words,
    times,
    words,
    flags,
    st.just(NEVER) | times,
    st.none() | st.integers(0, 2),
    flags,
)
refs = st.builds(Ref, st.just(7), st.just("v1"), words, times, words, maybe_times)
releases = st.builds(Release, st.just(7), st.just(1), words, words, maybe_times, times, maybe_times)
statuses = st.sampled_from(["requested", "queued", "in_progress", "completed", "a new status"])


def runs(keys: st.SearchStrategy[RunKey]) -> st.SearchStrategy[Run]:
    """Sights of attempts, some with a reading, claims of their logs, and a vetting."""
    return st.builds(
        Run,
        key=keys,
        workflow=words,
        event=words,
        head_sha=words,
        started_at=times,
        updated_at=times,
        status=statuses,
        conclusion=st.none() | words,
        head_repository_id=st.none() | st.integers(1, 2),
        called=st.lists(words, max_size=1).map(tuple),
        jobs=states,
        steps=steps,
        read_at=maybe_times,
        log=logs,
        claims=claims,
        vetting=st.none() | vettings,
        actor_id=st.integers(0, 2),
        triggering_actor_id=st.integers(0, 2),
    )


MERGES: list[Any] = [
    pytest.param(merge_installations, installations, id="installations"),
    pytest.param(merge_repositories, repositories, id="repositories"),
    pytest.param(merge_runs, runs(st.just(RunKey(7, 100, 1))), id="runs"),
    pytest.param(merge_refs, refs, id="refs"),
    pytest.param(merge_releases, releases, id="releases"),
]


@pytest.mark.parametrize(("merge", "sights"), MERGES)
def test_merging_depends_on_no_order(merge: Callable[[T, T], T], sights: st.SearchStrategy[T]) -> None:
    """Two sights of one thing merge to the same in any order, any grouping and any number of times."""

    @given(sights, sights, sights)
    @settings(max_examples=300)
    def holds(a: T, b: T, c: T) -> None:
        assert merge(a, b) == merge(b, a)
        assert merge(merge(a, b), c) == merge(a, merge(b, c))
        assert merge(a, a) == a
        assert merge(merge(a, b), b) == merge(a, b)

    holds()


def test_sights_of_different_attempts_are_not_merged() -> None:
    """Another attempt is another run."""
    one = Run(RunKey(7, 100, 1), "", "", "", T0, T0, "queued")
    other = Run(RunKey(7, 100, 2), "", "", "", T0, T0, "queued")

    with pytest.raises(ValueError, match="100/1 is not run 100/2"):
        merge_runs(one, other)


def test_the_number_of_an_account_is_kept_when_a_later_sight_does_not_know_it() -> None:
    early = Run(RunKey(7, 100, 1), "", "", "", T0, T0, "queued", actor="a", actor_id=5, triggering_actor_id=6)
    late = Run(RunKey(7, 100, 1), "", "", "", T0, T0, "completed", actor="b")

    merged = merge_runs(early, late)
    assert ("b", 5, 6) == (merged.actor, merged.actor_id, merged.triggering_actor_id)


keys = st.builds(RunKey, st.just(7), st.integers(100, 101), st.just(1))
read_states = st.sampled_from([JobsState.READ, JobsState.GONE])
github_facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(InstallationSeen, installations),
    st.builds(RepositorySeen, repositories),
    st.builds(RunSeen, runs(keys)),
    st.builds(RunRead, keys, read_states, steps, times, logs, claims),
    st.builds(RefSeen, refs),
    st.builds(
        ForcedPushSeen,
        st.builds(ForcedPush, st.just(7), st.sampled_from(["refs/heads/main", "refs/heads/1.x"]), words, words, times),
    ),
    st.builds(ReleaseSeen, releases),
    st.builds(RunsListed, st.just(7), times, times),
)


def shelves(facts: list[Fact]) -> list[Any]:
    """What the shelves say after these facts, one transaction each."""
    ledger = memory_ledger()
    for n, fact in enumerate(facts):
        with ledger.writing() as book:
            book.record(fact, T0 + timedelta(hours=n))
    with ledger.reading() as book:
        return derived(book, range(7, 8))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_any_order_of_the_same_webhooks_gives_the_same_ledger(data: st.DataObject) -> None:
    """However late, doubled and shuffled the facts from GitHub come, the shelves say the same."""
    facts = data.draw(st.lists(github_facts, max_size=12))
    doubled = facts + (data.draw(st.lists(st.sampled_from(facts), max_size=4)) if facts else [])
    shuffled = data.draw(st.permutations(doubled))

    assert shelves(facts) == shelves(list(shuffled))


versions = st.builds(
    lambda number, artifact, at, account: version(number, artifact, published_at=at, account=account),
    st.sampled_from(["1", "2"]),
    st.sampled_from([WIDGET, GADGET]),
    maybe_times,
    st.none(),
)
evidences = st.lists(st.builds(Evidence, st.sampled_from(Standing), words), max_size=2).map(tuple)
verdicts = st.builds(Verdict, st.sampled_from(Outcome), st.sampled_from(Confidence), st.just(()))


def about(one: Version) -> st.SearchStrategy[Fact]:
    """Evidence about a version, what comparing it with its source showed, or a verdict on it."""
    it = [st.just(one.artifact), st.just(one.number), st.just(one.fingerprint)]
    read = st.builds(EvidenceRead, *it, evidences, flags)
    compared = st.builds(SourceCompared, *it, st.builds(comparison, files=st.integers(0, 2)))
    return read | compared | st.builds(VerdictReached, *it, verdicts, times)


all_facts: st.SearchStrategy[Fact] = st.one_of(
    github_facts,
    st.builds(RunVetted, keys, vettings),
    st.builds(ArtifactsProposed, st.just(7), st.lists(st.builds(proposal, words), max_size=2).map(tuple)),
    st.builds(VersionSeen, versions),
    versions.flatmap(about),
    st.builds(
        PublishersSet,
        st.just(7),
        st.sampled_from(["server", "config"]),
        st.lists(st.sampled_from([publisher(), publisher(GADGET)]), max_size=2).map(tuple),
    ),
)


@given(st.lists(all_facts, max_size=20))
@settings(max_examples=200, deadline=None)
def test_rebuilding_gives_the_same_shelves(facts: list[Fact]) -> None:
    """What was derived step by step and what is derived again from the facts kept is the same."""
    ledger = memory_ledger()
    for n, fact in enumerate(facts):
        with ledger.writing() as book:
            book.record(fact, T0 + timedelta(hours=n))
    with ledger.reading() as book:
        before = derived(book, range(7, 8))

    ledger.rebuild()

    with ledger.reading() as book:
        assert before == derived(book, range(7, 8))
