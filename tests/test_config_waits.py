"""What loosens in a changed config file waits a day; what tightens acts at once; what is put back never was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.discovery.config.differences import differences, few
from verifier.discovery.config.file import Config
from verifier.discovery.config.narrower import MOST_PAIRS, both, by_hand, grace
from verifier.discovery.config.waiting import DELAY, Beside, in_force, next_turn, stricter, within
from verifier.discovery.config.waivers import Asked
from verifier.model import ROLES, Artifact, Conduct, Confidence, Publisher
from verifier.model.github import EVENTS

WIDGET, GADGET = Artifact("pkg:npm/widget"), Artifact("pkg:docker/alice/gadget")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B, C = (f".github/workflows/{name}.yml" for name in "abc")
REFS = ("refs/heads/main", "refs/heads/x", "refs/tags/v1", "refs/tags/x", "refs/heads/release/1.x")
PATTERNS = ("refs/heads/main", "refs/heads/*", "refs/tags/*", "refs/tags/v*", "refs/tags/v1")
RUNS = tuple(product((A, B, C), REFS, ("push", "release", "pull_request")))
NOBODY = Beside()
ONE = Publisher(WIDGET, 7, 70, (A,))


def some(values: Sequence[str], least: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True).map(tuple)


publishers = st.builds(
    Publisher,
    artifact=st.sampled_from([WIDGET, GADGET]),
    repository_id=st.just(7),
    owner_id=st.just(70),
    workflows=some((A, B, C), 0),
    refs=some(PATTERNS, 0),
    events=st.one_of(st.just(EVENTS), some(("push", "release", "pull_request"))),
    manual=st.sampled_from([None, True, False]),
    environment=st.sampled_from(["", "npm", "other"]),
    issuer=st.just(""),
    moving=some(("edge", "3.*", "3.4"), 0),
    mirrors=some(("pkg:docker/a/b", "pkg:docker/c/d"), 0),
    grace=st.sampled_from([None, HOUR, 5 * HOUR]),
    confidence=st.sampled_from([*Confidence]),
)
conducts = st.builds(
    Conduct,
    check_runs=st.booleans(),
    issues=st.booleans(),
    advisories=st.booleans(),
    role=st.sampled_from(ROLES),
    four_eyes=st.booleans(),
    preview=st.booleans(),
)
waivers = st.builds(
    Asked,
    st.just(WIDGET),
    st.sampled_from(["1.0.0", "1.0.1"]),
    st.just("sha256:" + "0" * 64),
    st.just("Ours"),
    st.sampled_from([NOON + 48 * HOUR, NOON + 96 * HOUR]),
)
configs = st.builds(
    Config,
    st.lists(publishers, max_size=3).map(tuple),
    conducts,
    st.lists(waivers, max_size=2, unique_by=lambda w: w.number).map(tuple),
)


def allowed(held: Sequence[Publisher]) -> set[tuple[Any, ...]]:
    """Every run that may publish, how surely, and refused by which environment: told here without comparing rules."""
    return {
        (p.artifact, workflow, ref, event, level, refused)
        for p in held
        for refused in ("", "npm", "other")
        for workflow, ref, event in RUNS
        for level in Confidence
        if workflow in p.workflows
        and event in p.events
        and level >= p.confidence
        and _on(p, ref)
        and (not refused or p.environment != refused)
    }


def _on(publisher: Publisher, ref: str) -> bool:
    usual = ref.startswith("refs/tags/") or ref == "refs/heads/main" or ref == "refs/heads/release/1.x"
    return any(fnmatchcase(ref, one) for one in publisher.refs) if publisher.refs else usual


def of(artifact: Artifact, config: Config) -> list[Publisher]:
    return [publisher for publisher in config.publishers if publisher.artifact == artifact]


def looser(new: Config, old: Config) -> list[str]:
    """In which ways the one allows more than the other, of what the other names."""
    found = []
    for artifact in {publisher.artifact for publisher in old.publishers}:
        before, after = of(artifact, old), of(artifact, new)
        order = [False, None, True]
        found += ["not watched"] if not after else []
        found += ["runs"] if not allowed(after) <= allowed(before) else []
        found += ["manual"] if order.index(by_hand(after)) > order.index(by_hand(before)) else []
        found += ["grace"] if grace(after) > grace(before) else []
        tags = [t for t in ("edge", "3.4", "3.5") if _moves(t, after) and not _moves(t, before)]
        found += ["moving"] if tags else []
        found += ["mirrors"] if {m for p in after for m in p.mirrors} - {m for p in before for m in p.mirrors} else []
        found += ["no workflow"] if any(p.workflows for p in before) and not any(p.workflows for p in after) else []
    one, other = new.conduct, old.conduct
    found += [
        key for key in ("check_runs", "issues", "advisories", "four_eyes") if getattr(other, key) > getattr(one, key)
    ]
    found += ["preview"] if one.preview > other.preview else []
    found += ["role"] if ROLES.index(one.role) < ROLES.index(other.role) else []
    ends = {(w.number, w.digest): w.until for w in old.waivers}
    found += ["waiver" for w in new.waivers if w.until > ends.get((w.number, w.digest), NOON)]
    return found


def _moves(tag: str, held: Sequence[Publisher]) -> bool:
    return any(fnmatchcase(tag, pattern) for p in held for pattern in p.moving)


@given(configs, configs)
@settings(max_examples=500, deadline=None)
def test_within_the_day_nothing_is_allowed_that_the_file_before_did_not_allow(old: Config, new: Config) -> None:
    assert [] == looser(stricter(old, new, NOBODY), old)


@given(st.lists(configs, min_size=2, max_size=4))
@settings(max_examples=300, deadline=None)
def test_however_often_it_is_changed_within_the_day_the_first_file_is_the_most_that_is_allowed(
    files: list[Config],
) -> None:
    assert [] == looser(in_force(files, NOBODY), files[0])
    assert [] == looser(in_force(files, NOBODY), in_force(files[:-1], NOBODY))


@given(configs)
@settings(max_examples=200, deadline=None)
def test_the_same_file_again_changes_nothing(config: Config) -> None:
    again = stricter(config, config, NOBODY)

    assert () == differences(config, again)
    assert set(config.publishers) == set(again.publishers)


@given(configs, configs)
@settings(max_examples=300, deadline=None)
def test_what_only_adds_is_gone_when_the_old_file_is_put_back(old: Config, new: Config) -> None:
    more = replace(old, publishers=(*old.publishers, *(p for p in new.publishers if of(p.artifact, old))))
    back = in_force([old, more, old], NOBODY)

    assert allowed(old.publishers) == allowed(back.publishers)
    assert old.waivers == back.waivers


@given(configs, configs)
@settings(max_examples=300, deadline=None)
def test_what_tightens_the_conduct_acts_at_once(old: Config, new: Config) -> None:
    standing = stricter(old, new, NOBODY).conduct

    assert [] == looser(Config(conduct=standing), Config(conduct=new.conduct))


def test_a_second_workflow_waits_and_a_removed_one_goes_at_once() -> None:
    both_files, later = replace(ONE, workflows=(A, B)), replace(ONE, workflows=(B, C))

    assert (ONE,) == stricter(Config((ONE,)), Config((both_files,)), NOBODY).publishers
    (standing,) = stricter(Config((both_files,)), Config((later,)), NOBODY).publishers
    assert (B,) == standing.workflows


def test_a_renamed_workflow_leaves_the_old_one_in_force_until_the_new_one_acts() -> None:
    """Nothing at all approved would watch less, not more."""
    assert (ONE,) == stricter(Config((ONE,)), Config((replace(ONE, workflows=(B,)),)), NOBODY).publishers


def test_an_artifact_that_is_no_longer_named_is_watched_for_another_day() -> None:
    assert (ONE,) == stricter(Config((ONE,)), Config(), NOBODY).publishers


def test_an_artifact_that_nobody_watched_is_watched_at_once() -> None:
    assert (ONE,) == stricter(Config(), Config((ONE,)), NOBODY).publishers


def test_what_discovery_found_is_not_loosened_at_once_by_the_first_file() -> None:
    """A thief writes a first file where none was, and allows publishing by hand."""
    by_hand_too = replace(ONE, manual=True, workflows=())
    found = Beside(found=(ONE,))

    assert (ONE,) == stricter(Config(), Config((by_hand_too,)), found).publishers
    assert (replace(ONE, manual=False),) == stricter(Config(), Config((replace(ONE, manual=False),)), found).publishers


def test_what_the_organisation_or_the_operator_says_too_is_no_loosening() -> None:
    two = replace(ONE, workflows=(A, B))
    vouched = Beside(vouched=(two,))

    assert (two,) == stricter(Config((ONE,)), Config((two,)), vouched).publishers


def test_another_signer_a_removed_environment_and_any_other_mirror_wait() -> None:
    signed = replace(ONE, issuer="https://gitlab.com", identity="me", workflows=())
    guarded = replace(ONE, environment="npm")
    mirrored = replace(ONE, artifact=GADGET, mirrors=("pkg:docker/a/b",))

    assert (ONE,) == stricter(Config((ONE,)), Config((signed,)), NOBODY).publishers
    assert (guarded,) == stricter(Config((guarded,)), Config((ONE,)), NOBODY).publishers
    assert (guarded,) == stricter(Config((ONE,)), Config((guarded,)), NOBODY).publishers
    assert (mirrored,) == stricter(Config((mirrored,)), Config((replace(mirrored, mirrors=()),)), NOBODY).publishers


def test_more_rules_than_can_be_compared_wait() -> None:
    many = tuple(replace(ONE, workflows=(f"{i}.yml",)) for i in range(MOST_PAIRS))

    assert () == both(many, (ONE, replace(ONE, workflows=(B,))), "main")
    assert many == stricter(Config(many), Config((ONE, replace(ONE, workflows=(B,)))), NOBODY).publishers


@given(st.lists(st.integers(0, 100), min_size=1, max_size=6), st.integers(0, 200))
def test_a_file_counts_until_a_day_after_another_took_its_place(hours: list[int], age: int) -> None:
    since = [NOON + hour * HOUR for hour in sorted(hours)]
    now = since[-1] + age * HOUR
    first = within(since, now)

    assert all(later + DELAY > now for later in since[first + 1 :])
    assert first == 0 or since[first] + DELAY <= now
    turn = next_turn(since[first:], now)
    assert (turn is None) == (first == len(since) - 1)
    assert turn is None or now < turn <= now + DELAY


def test_each_change_is_one_sentence() -> None:
    after = replace(
        ONE, workflows=(A, B), refs=("refs/heads/x",), events=("push", "pull_request"), manual=True, grace=2 * HOUR
    )
    image = Publisher(GADGET, 7, 70, (A,), moving=("edge",), confidence=Confidence.HIGH)
    config = Config((after, image), Conduct(issues=False, role="write", four_eyes=True, assignees=("alice",)))

    assert (
        "pkg:npm/widget: people may publish by hand.",
        "Issues: off.",
        "pkg:npm/widget: ref refs/heads/x may publish.",
        "pkg:docker/alice/gadget is named: .github/workflows/a.yml may publish.",
        "pkg:npm/widget: a missing run counts 2 hours after a publication.",
        "Commands need the role write (before: maintain).",
        "pkg:npm/widget: workflow .github/workflows/b.yml may publish.",
        "The assignees of its issues are alice.",
        "Four eyes (what loosens needs a second person): on.",
        "pkg:npm/widget: event pull_request may start a run that publishes.",
        "pkg:npm/widget: only the refs that are named may publish.",
        "pkg:npm/widget: event release may no longer start a run that publishes.",
        "pkg:npm/widget: event workflow_dispatch may no longer start a run that publishes.",
        "pkg:npm/widget: event schedule may no longer start a run that publishes.",
    ) == differences(Config((ONE,)), config)


def test_many_harmless_changes_hide_no_dangerous_one() -> None:
    paths = tuple(f".github/workflows/{n}.yml" for n in range(100))
    waived = Asked(WIDGET, "1.0.0", "sha256:" + "0" * 64, "mine", NOON + timedelta(days=3))
    after = replace(ONE, workflows=(A, *paths), refs=tuple(f"refs/heads/{n}" for n in range(100)), manual=True)
    found = differences(Config((ONE,)), Config((after,), Conduct(role="write"), (waived,)))

    shown = few(found, 12)
    for words in ("by hand", "is waived until", "the role write", "ref refs/heads/0 ", "workflow .github"):
        assert any(words in sentence for sentence in shown[:5])
    assert 12 == len(shown)
    assert f"And {len(found) - 11} more" in shown[-1]
    assert found[:5] == few(found[:5], 12)


@given(configs, configs)
@settings(max_examples=200, deadline=None)
def test_whatever_waits_has_a_sentence(old: Config, new: Config) -> None:
    standing = stricter(old, new, NOBODY)

    assert bool(looser(new, standing)) <= bool(differences(standing, new))
