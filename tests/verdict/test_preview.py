"""Images of runs that may not release: previews are quiet, unlisted events are asked about; neither is a release."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.verdict.cases import DAY, MINUTE, NOON
from tests.verdict.images import IMAGES, NEW, OLD, held, image, judge, known, pushed, reasons
from verifier.model import Confidence, LogState, Outcome, Verdict

RELEASES = tuple(held(image(f"1.{n}.0", f"sha256:{n}" + "c" * 63, NOON - (9 - n) * DAY)) for n in range(3))


def by(event: str, branch: str, tag: str, **changes: Any) -> Any:
    """A run of the publishing workflow that a preview or another event started; its log shows what it pushed."""
    return pushed(NEW, tag, event=event, head_branch=branch, **changes)


@pytest.mark.parametrize(
    ("tag", "event", "branch"),
    [
        ("pr-7", "pull_request", "fix"),
        ("feature-x", "push", "feature-x"),
        ("sha-1f2e3d4", "push", "feature-x"),
        ("dependabot-npm-lodash-4", "pull_request", "dependabot/npm/lodash-4"),
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_a_preview_that_our_own_run_pushed_is_quiet_the_first_time_and_ever_after(
    tag: str, event: str, branch: str, again: bool
) -> None:
    """docker/metadata-action tags every branch and pull request by default."""
    earlier = (held(image(tag, OLD, NOON - DAY)),) if again else ()
    verdict = judge(image(tag), runs=(by(event, branch, tag),), siblings=RELEASES, earlier=earlier)

    assert (Outcome.UNVERIFIABLE, False) == (verdict.outcome, verdict.suspect)
    assert "preview-of-run" in reasons(verdict)


def test_a_preview_that_no_run_of_ours_pushed_is_asked_about_and_one_that_a_fork_ran_too() -> None:
    fork = by("pull_request", "fix", "pr-7", head_repository_id=8)

    assert judge(image("pr-7"), siblings=RELEASES).suspect
    assert judge(image("pr-7"), runs=(fork,), siblings=RELEASES).suspect


@pytest.mark.parametrize("tag", ["1.2.3", "latest", "main", "stable", "1.2"])
def test_a_pull_requests_run_releases_nothing(tag: str) -> None:
    """Whoever opens a pull request decides what such a run pushes."""
    earlier = (held(image(tag, OLD, NOON - DAY)),)
    verdict = judge(image(tag), runs=(by("pull_request", "fix", tag),), siblings=RELEASES, earlier=earlier)

    assert Outcome.NON_COMPLIANT is verdict.outcome


@pytest.mark.parametrize("event", ["workflow_run", "repository_dispatch", "merge_group"])
def test_an_event_that_nobody_listed_is_asked_about_and_a_listed_one_releases(event: str) -> None:
    """Many projects build images by a workflow that waits for their tests."""
    run = by(event, "main", "1.2.3")
    listed = replace(IMAGES, events=(event,))
    others = replace(IMAGES, events=("push",))

    asked = judge(image(), runs=(run,), siblings=RELEASES)
    assert (Outcome.UNVERIFIABLE, True) == (asked.outcome, asked.suspect)
    assert "event-not-listed" in reasons(asked)
    assert Outcome.COMPLIANT is judge(image(), listed, runs=(run,), siblings=RELEASES).outcome
    assert Outcome.NON_COMPLIANT is judge(image(), others, runs=(run,), siblings=RELEASES).outcome


def silent(**changes: Any) -> Any:
    """An approved run whose tool prints nothing."""
    return pushed(claims=(), log=LogState.READ, **changes)


def test_a_run_whose_log_names_no_image_accuses_nobody_of_any_of_the_tags_that_it_may_have_pushed() -> None:
    """kaniko, podman, buildah and goreleaser push `nightly` and `nightly-alpine`, and print neither."""
    kin = held(image("nightly-alpine", f"sha256:{'e' * 64}"), Verdict(Outcome.PENDING, Confidence.LOW, ()))
    earlier = (held(image("nightly", OLD, NOON - DAY)),)
    verdict = judge(image("nightly"), runs=(silent(event="schedule"),), siblings=(*RELEASES, kin), earlier=earlier)

    assert (Outcome.UNVERIFIABLE, False) == (verdict.outcome, verdict.suspect)
    assert "run-silent" in reasons(verdict)


def test_a_release_that_a_silent_run_may_have_pushed_is_asked_about_and_after_some_rebuilds_no_more() -> None:
    once = (held(image("1.0.0", OLD, NOON - DAY)),)
    often = tuple(held(image("1.0.0", f"sha256:{n}" + "a" * 63, NOON - (9 - n) * DAY)) for n in range(4))
    first = judge(image("1.0.0"), runs=(silent(),), earlier=once)
    later = judge(image("1.0.0"), runs=(silent(),), earlier=often)

    assert (Outcome.UNVERIFIABLE, True) == (first.outcome, first.suspect)
    assert (Outcome.UNVERIFIABLE, False) == (later.outcome, later.suspect)


def test_a_silent_run_on_another_releases_tag_is_no_excuse_for_an_old_one() -> None:
    kin = held(image("1.9.0", f"sha256:{'e' * 64}"), Verdict(Outcome.PENDING, Confidence.LOW, ()))
    run = silent(head_branch="v1.9.0")
    verdict = judge(image("1.0.0"), runs=(run,), siblings=(kin,), earlier=(held(image("1.0.0", OLD, NOON - DAY)),))

    assert Outcome.NON_COMPLIANT is verdict.outcome


def test_a_silent_run_accounts_for_one_content_of_a_tag_and_for_no_second() -> None:
    """A thief overwrites the tag in the minutes after its release."""
    run = silent(head_branch="v1.2.3")
    first = judge(image(digest=OLD), runs=(run,))
    before = held(image(digest=OLD, at=NOON - MINUTE, seen_at=NOON), first)

    assert ["ref-names-version"] == reasons(first)
    assert Outcome.COMPLIANT is not judge(image(), runs=(run,), earlier=(before,)).outcome


def test_a_branchs_name_vouches_for_its_tag_weakly_and_for_no_release() -> None:
    """Anybody who may push there names `main` after the branch of a silent run: no release comes of it."""
    main = judge(image("main"), runs=(silent(head_branch="main"),))
    weak = known("main", NOON - DAY, main)

    assert (Outcome.COMPLIANT, Confidence.LOW) == (main.outcome, main.confidence)
    assert Outcome.COMPLIANT is not judge(image("9.9.9"), siblings=RELEASES, known=(weak,)).outcome
    assert Confidence.LOW is judge(image("latest"), siblings=RELEASES, known=(weak,)).confidence


def test_an_image_whose_run_waits_for_an_approval_for_days_is_never_accused() -> None:
    """It was pushed, and the deployment behind it waits for somebody."""
    waiting = pushed(status="waiting", steps=(), claims=(), log=LogState.UNREAD)
    old = replace(waiting, started_at=NOON - MINUTE, updated_at=NOON)

    assert Outcome.NON_COMPLIANT is not judge(image(), runs=(old,), siblings=RELEASES).outcome


def test_bytes_that_were_pending_when_they_were_replaced_account_for_themselves_when_put_back() -> None:
    """Kong's shape: the thief overwrote a release whose run still went on."""
    before = NOON - DAY
    pending = held(image(digest=NEW, at=before, seen_at=before), Verdict(Outcome.PENDING, Confidence.LOW, ()))
    rogue = held(image(digest=OLD, at=NOON - MINUTE), Verdict(Outcome.NON_COMPLIANT, Confidence.HIGH, ()))

    assert ["digest-known"] == reasons(judge(image(), runs=(pushed(at=before),), earlier=(pending, rogue)))
