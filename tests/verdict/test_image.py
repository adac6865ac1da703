"""Images: what a tag was made to hold, and who accounts for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.verdict.cases import ALICE, DAY, HOUR, INSTALLED, LATER, MINUTE, NOON, REPOSITORY, signed, step
from tests.verdict.images import (
    AMD,
    APP,
    ARM,
    COPY,
    IMAGES,
    NEW,
    OLD,
    ROGUE,
    by_other_tag,
    held,
    image,
    judge,
    known,
    of,
    pushed,
    reasons,
    unknown,
)
from verifier.model import Confidence, Evidence, File, JobsState, LogClaim, LogState, Outcome, Sight, Standing, Verdict
from verifier.model.evidence import IMAGE_HELD
from verifier.registries.distribution import manifests
from verifier.verdict import decide

BEFORE = held(image("1.2.3", OLD, NOON - 10 * DAY, seen_at=NOON - 5 * MINUTE))


def seen_again(digest: str = ROGUE, tag: str = "1.2.3", **changes: Any) -> Verdict:
    """The tag of `BEFORE`, or a moving one, made to hold other bytes."""
    before = held(image(tag, OLD, NOON - 10 * DAY, seen_at=NOON - 5 * MINUTE))
    return judge(image(tag, digest), **({"earlier": (before,)} | changes))


def test_the_digest_in_the_log_of_an_approved_run_explains_a_tag() -> None:
    verdict = judge(image(), runs=(pushed(),))

    assert (Outcome.COMPLIANT, Confidence.HIGH) == (verdict.outcome, verdict.confidence)
    assert ["digest-in-log"] == reasons(verdict)


def test_a_tag_was_pushed_between_two_looks_and_a_step_that_ended_before_the_last_one_pushed_it_not() -> None:
    """Where the registry gives no time, the time lies between our looks."""
    within = pushed(at=NOON - 4 * MINUTE, steps=(step(NOON - 4 * MINUTE),))
    long_before = pushed(at=NOON - HOUR, steps=(step(NOON - HOUR),))

    assert Outcome.COMPLIANT is judge(image(), runs=(within,)).outcome
    assert Outcome.COMPLIANT is not judge(image(), runs=(long_before,)).outcome


def test_an_index_is_explained_where_one_run_pushed_or_signed_every_platform_of_it() -> None:
    """`docker manifest push` prints no tag, and some projects sign their platforms one by one."""
    index = image(files=(File("image", (NEW,), parts=(AMD, ARM)),))
    logs = tuple(LogClaim("docker", "alice/app", f"1.2.3-{p.platform[6:]}", digests=(p.digest,)) for p in (AMD, ARM))
    proofs = tuple(
        signed(digests=(p.digest,), source=IMAGE_HELD, run=pushed().key, ref="refs/heads/main") for p in (AMD, ARM)
    )

    assert ["digest-in-log"] == reasons(judge(index, runs=(pushed(claims=logs),)))
    assert ["digest-in-log"] != reasons(judge(index, runs=(pushed(claims=logs[:1]),)))
    assert ["provenance-verified"] == reasons(judge(index, runs=(pushed(claims=()),), evidence=proofs))
    assert Outcome.COMPLIANT is not judge(index, runs=(pushed(claims=()),), evidence=proofs[:1]).outcome


@pytest.mark.parametrize(
    ("tag", "printed", "explains"),
    [("1.2.3", "", True), ("1.2.3", "sha-1f2e3d4", True), ("latest", "1.2.3", True), ("1.2.3", "1.0.0", False)],
)
def test_a_run_that_printed_the_digest_and_no_tag_or_one_that_this_may_follow_explains_it(
    tag: str, printed: str, explains: bool
) -> None:
    """ko prints no tag at all; many workflows push a build and tag it in the same run."""
    claim = LogClaim("docker", "alice/app", printed, digests=(NEW,), tool="ko")
    verdict = judge(image(tag), runs=(pushed(claims=(claim,)),))

    assert explains is (["digest-in-log"] == reasons(verdict))


def test_a_known_tag_with_other_bytes_that_no_run_pushed_is_non_compliant_and_both_digests_are_named() -> None:
    verdict = seen_again()

    assert (Outcome.NON_COMPLIANT, Confidence.HIGH) == (verdict.outcome, verdict.confidence)
    assert ["tag-replaced"] == reasons(verdict)
    assert all(digest in verdict.reasons[0].sentence for digest in (OLD, ROGUE))


def test_a_replaced_tag_waits_for_the_grace_for_active_runs_and_for_github() -> None:
    case = of(image("1.2.3", ROGUE), earlier=(BEFORE,))
    active = pushed(ROGUE, status="in_progress", jobs=JobsState.UNREAD, steps=(), claims=())

    assert Outcome.PENDING is decide(replace(case, sight=Sight()), NOON + MINUTE).outcome
    assert Outcome.PENDING is decide(replace(case, runs=(active,)), LATER).outcome
    assert Outcome.PENDING is decide(replace(case, sight=Sight(github_problem="502")), LATER).outcome


def test_a_rebuild_by_a_run_moves_a_release_tag_honestly() -> None:
    """Trap F13: a newer base image, pushed by a scheduled run."""
    assert ["digest-in-log"] == reasons(seen_again(NEW, runs=(pushed(NEW, event="schedule"),)))


def test_two_runs_within_one_look_accuse_nobody() -> None:
    """The first run's log shows other bytes for the tag; the second pushed what it holds."""
    first = pushed(OLD, "latest", run_id=1, at=NOON - 4 * MINUTE, steps=(step(NOON - 4 * MINUTE),))
    second = pushed(NEW, "latest", run_id=2, at=NOON - MINUTE, steps=(step(NOON - MINUTE),))

    assert ["digest-in-log"] == reasons(seen_again(NEW, "latest", runs=(first, second)))


def test_a_run_that_pushed_other_bytes_under_the_tag_explains_nothing() -> None:
    """A thief pushes into the window of an honest run."""
    verdict = judge(image("1.2.3", ROGUE), runs=(pushed(NEW),), earlier=(BEFORE,))

    assert (Outcome.NON_COMPLIANT, ["other-bytes-in-log", "tag-replaced"]) == (verdict.outcome, reasons(verdict))
    assert NEW in verdict.reasons[0].sentence


def test_a_tag_without_a_digest_is_not_judged_and_history_without_one_settles_nothing() -> None:
    """Too many new tags for one look, or a registry that broke off: what nobody told us accuses nobody."""
    nobodys = image(files=())
    history = image(files=(), at=INSTALLED - DAY, unseen_at=None)

    assert (Outcome.PENDING, ["digest-unread"]) == (judge(nobodys).outcome, reasons(judge(nobodys)))
    assert Outcome.UNVERIFIABLE is judge(history, replace(IMAGES, manual=False)).outcome


def test_a_tag_that_is_put_back_is_compliant_again_and_only_by_what_was_judged_before() -> None:
    rogue = held(image("1.2.3", ROGUE, NOON - HOUR, seen_at=NOON - 5 * MINUTE), unknown())
    back = image("1.2.3", OLD)

    assert ["digest-known"] == reasons(judge(back, earlier=(BEFORE, rogue), known=(known("1.2.3", NOON - DAY),)))
    itself = judge(back, earlier=(BEFORE, rogue), known=(known("1.2.3", NOON + MINUTE),))
    assert Outcome.NON_COMPLIANT is itself.outcome


@pytest.mark.parametrize("tag", ["latest", "1.2", "1", "edge", "1.2-alpine"])
def test_a_moving_tag_may_follow_any_compliant_tag(tag: str) -> None:
    verdict = seen_again(NEW, tag, known=(known("1.2.9", NOON - DAY),))

    assert (["digest-known"], Confidence.HIGH) == (reasons(verdict), verdict.confidence)


def test_what_moves_can_be_configured() -> None:
    weekly = replace(IMAGES, moving=("*-weekly",))
    case: dict[str, Any] = {
        "earlier": (held(image("1.2.3-weekly", OLD, NOON - DAY)),),
        "known": (known("1.2.9", NOON - DAY),),
    }

    assert Outcome.NON_COMPLIANT is judge(image("1.2.3-weekly", NEW), **case).outcome
    assert Outcome.COMPLIANT is judge(image("1.2.3-weekly", NEW), weekly, **case).outcome


@pytest.mark.parametrize("tag", ["1.2.3-rc1", "v1.2.3", "sha-1f2e3d4", "main-20260301"])
def test_a_candidate_or_a_build_is_promoted_to_its_release_by_hand(tag: str) -> None:
    verdict = judge(image("1.2.3", NEW), known=(known(tag, NOON - DAY),), siblings=(held(image(tag, NEW, NOON - DAY)),))

    assert (["digest-known"], Confidence.MEDIUM) == (reasons(verdict), verdict.confidence)


def test_an_old_releases_bytes_under_a_new_number_are_no_release() -> None:
    """A stolen token brings back an old hole under a new name."""
    line = tuple(held(image(f"1.{n}.0", f"sha256:{n}" + "c" * 63, NOON - (9 - n) * DAY)) for n in range(3))
    verdict = judge(
        image("1.9.0", digest=f"sha256:0{'c' * 63}"), siblings=line, known=(known("1.0.0", NOON - 9 * DAY),)
    )

    assert Outcome.NON_COMPLIANT is verdict.outcome
    assert {"other-release-bytes", "no-run"} == set(reasons(verdict))
    assert "1.0.0" in verdict.reasons[0].sentence + verdict.reasons[1].sentence


@pytest.mark.parametrize("pointer", ["latest", "main", "sha-1f2e3d4", "1"])
def test_old_bytes_stay_another_releases_whatever_else_points_at_them(pointer: str) -> None:
    """`latest` held them once, too: that makes no new release of them."""
    line = tuple(held(image(f"1.{n}.0", f"sha256:{n}" + "c" * 63, NOON - (9 - n) * DAY)) for n in range(3))
    old = image("1.9.0", digest=f"sha256:0{'c' * 63}")
    verdict = judge(old, siblings=line, known=(known("1.0.0", NOON - 9 * DAY), known(pointer, NOON - 8 * DAY)))
    gone = judge(old, siblings=line[1:], known=(known("1.0.0", NOON - 9 * DAY), known(pointer, NOON - 8 * DAY)))

    assert [Outcome.NON_COMPLIANT] * 2 == [verdict.outcome, gone.outcome]
    assert Outcome.COMPLIANT is judge(old, known=(known(pointer, NOON - DAY),)).outcome


def test_the_same_tag_copied_from_another_registry_is_known() -> None:
    verdict = judge(image(), known=(known("1.2.3", NOON - HOUR, artifact=COPY),))
    another = judge(image(), known=(known("1.2.4", NOON - HOUR, artifact=COPY),))

    assert ["digest-known"] == reasons(verdict)
    assert Outcome.COMPLIANT is not another.outcome


def test_what_only_knows_another_tag_vouches_for_nobody() -> None:
    """Else two moving tags could hold each other up."""
    verdict = seen_again(NEW, "latest", known=(known("1.2", NOON - DAY, by_other_tag()),))

    assert Outcome.NON_COMPLIANT is verdict.outcome


def test_a_moving_tag_that_goes_back_to_older_bytes_is_compliant_and_said() -> None:
    newer = held(image("1.3.0", NEW, NOON - 2 * DAY))
    older = held(image("1.2.0", OLD, NOON - 9 * DAY))
    latest = held(image("latest", NEW, NOON - 2 * DAY, seen_at=NOON - 5 * MINUTE))
    case: dict[str, Any] = {
        "siblings": (older, newer),
        "known": (known("1.2.0", NOON - 9 * DAY),),
        "earlier": (latest,),
    }
    verdict = judge(image("latest", OLD), **case)

    assert Outcome.COMPLIANT is verdict.outcome
    assert ["tag-rolled-back"] == [finding.reason for finding in verdict.anomalies]
    forward = judge(
        image("latest", NEW),
        siblings=(older, newer),
        known=(known("1.3.0", NOON - DAY),),
        earlier=(held(image("latest", OLD, NOON - 9 * DAY)),),
    )
    assert () == forward.anomalies


def test_on_a_line_that_is_pushed_by_hand_moving_tags_are_quiet_and_a_release_tag_asks() -> None:
    """Trap F2: nobody is accused where nobody ever used CI."""
    line = tuple(held(image(f"1.{n}.0", f"sha256:{n}" + "d" * 63, NOON - (9 - n) * DAY), unknown()) for n in range(3))
    moving = tuple(held(image("latest", f"sha256:{n}" + "d" * 63, NOON - (9 - n) * DAY), unknown()) for n in range(3))
    nobodys = replace(IMAGES, workflows=(), manual=None)
    fixed = judge(image("1.2.0", ROGUE), nobodys, siblings=line[:2], earlier=line[2:])
    latest = judge(image("latest", ROGUE), nobodys, siblings=line, earlier=moving)

    assert (Outcome.UNVERIFIABLE, True, ["tag-repushed"]) == (fixed.outcome, fixed.suspect, reasons(fixed)[:1])
    assert (Outcome.UNVERIFIABLE, False) == (latest.outcome, latest.suspect)


def test_where_by_hand_is_allowed_a_replaced_tag_is_no_absence() -> None:
    assert Outcome.UNVERIFIABLE is seen_again(publisher=replace(IMAGES, manual=True)).outcome


def test_tags_of_before_first_contact_teach_only_what_a_run_explains() -> None:
    """No registry of images says how a tag came about, and nobody was there."""
    history = tuple(
        held(image(f"1.{n}.0", f"sha256:{n}" + "e" * 63, INSTALLED - DAY, unseen_at=None), unknown()) for n in range(3)
    )
    new, replaced = (
        judge(image("1.9.0"), siblings=history),
        judge(image("1.0.0", ROGUE), siblings=history[1:], earlier=history[:1]),
    )

    assert (Outcome.UNVERIFIABLE, True, "tag-by-nobody") == (new.outcome, new.suspect, reasons(new)[0])
    assert (Outcome.NON_COMPLIANT, Confidence.MEDIUM) == (replaced.outcome, replaced.confidence)


def test_history_that_stood_there_a_second_before_first_contact_teaches_nothing_either() -> None:
    """A registry without times: what the first look shows is dated a moment before it."""
    moment = INSTALLED - timedelta(seconds=1)
    history = tuple(
        held(image(f"1.{n}.0", f"sha256:{n}" + "e" * 63, moment, unseen_at=None), unknown()) for n in range(3)
    )
    since = INSTALLED - 2 * MINUTE
    new = judge(image("1.9.0"), siblings=history, first_contact=since)
    replaced = judge(image("1.0.0", ROGUE), siblings=history[1:], earlier=history[:1], first_contact=since)

    assert (Outcome.UNVERIFIABLE, True, "tag-by-nobody") == (new.outcome, new.suspect, reasons(new)[0])
    assert Outcome.NON_COMPLIANT is replaced.outcome


def test_odd_moving_tags_do_not_teach_that_releases_are_made_by_hand() -> None:
    """A thief pushes `1.91`, `1.92` and `1.93`, which nobody looks at, and then `1.9.9`."""
    quiet = tuple(held(image(f"1.9{n}", f"sha256:{n}" + "e" * 63, NOON - n * DAY), unknown()) for n in range(1, 4))

    assert judge(image("1.9.9"), siblings=quiet).suspect
    assert Outcome.NON_COMPLIANT is seen_again(siblings=quiet).outcome


def test_a_platform_that_could_not_be_read_lets_no_index_be_explained_by_its_parts() -> None:
    """A rogue child hides beside the honest one that the run pushed: in an index inside the index, or behind a word."""
    hidden = image(files=(File("image", (NEW,), parts=(AMD, manifests.UNREAD)),))
    log = (LogClaim("docker", "alice/app", "1.2.3-amd64", digests=(AMD.digest,)),)
    proof = (signed(digests=(AMD.digest,), source=IMAGE_HELD, run=pushed().key, ref="refs/heads/main"),)

    assert Outcome.COMPLIANT is not judge(hidden, runs=(pushed(claims=log),)).outcome
    assert Outcome.COMPLIANT is not judge(hidden, runs=(pushed(claims=()),), evidence=proof).outcome


def test_parts_never_speak_against_the_digest_that_the_log_shows_for_the_tag() -> None:
    index = image(files=(File("image", (ROGUE,), parts=(AMD,)),))
    log = (
        LogClaim("docker", "alice/app", "1.2.3-amd64", digests=(AMD.digest,)),
        LogClaim("docker", "alice/app", "1.2.3", digests=(NEW,)),
    )

    assert Outcome.COMPLIANT is not judge(index, runs=(pushed(claims=log),)).outcome


def test_a_moving_tag_with_a_number_follows_its_own_releases_only() -> None:
    assert Outcome.COMPLIANT is judge(image("1.5"), known=(known("1.5.2", NOON - DAY),)).outcome
    assert Outcome.COMPLIANT is not judge(image("1.5"), known=(known("1.0.0", NOON - DAY),)).outcome


def test_a_release_that_a_run_accounts_for_is_promoted_once() -> None:
    """An old nightly's bytes over an existing release are no promotion."""
    assert Outcome.NON_COMPLIANT is seen_again(NEW, known=(known("nightly-20240131", NOON - DAY),)).outcome


def test_what_hangs_on_an_image_explains_and_never_accuses() -> None:
    """Whoever may push there may hang anybody's signature on it, a scanner or another team's pipeline."""
    strangers = signed(digests=(NEW,), source=IMAGE_HELD, repository_id=8, run=replace(pushed().key, repository_id=8))
    verdict = judge(image(), runs=(pushed(),), evidence=(strangers,))

    assert Outcome.COMPLIANT is verdict.outcome


def test_a_line_whose_images_carry_verified_provenance_is_not_followed_by_a_plain_push() -> None:
    proof = (signed(digests=(OLD,), source=IMAGE_HELD),)
    line = tuple(
        replace(held(image(f"1.{n}.0", f"sha256:{n}" + "a" * 63, NOON - (9 - n) * DAY)), evidence=proof)
        for n in range(3)
    )

    assert {"no-run", "trust-downgrade"} == set(reasons(judge(image("1.9.0"), siblings=line)))


def test_one_release_sets_many_tags_and_is_no_burst() -> None:
    """Pushed by hand: `1.2.3`, `1.2`, `1` and `latest` are the same bytes."""
    line = tuple(
        held(image(f"1.{n}.0", f"sha256:{n}" + "d" * 63, NOON - (9 - n) * DAY, account=ALICE), unknown())
        for n in range(3)
    )
    kin = tuple(held(image(tag, NEW, account=ALICE), unknown()) for tag in ("1.2", "1", "latest"))
    verdict = judge(image("1.2.3", account=ALICE), replace(IMAGES, workflows=()), siblings=line + kin)

    assert (Outcome.UNVERIFIABLE, False) == (verdict.outcome, verdict.suspect)


@pytest.mark.parametrize(
    ("kind", "name", "ours"),
    [
        ("docker", "alice/app", True),
        ("docker", "mallory/app", False),
        ("oci", "ghcr.io/alice/app", False),
    ],
)
def test_a_log_names_images_by_their_whole_repository(kind: str, name: str, ours: bool) -> None:
    claim = LogClaim(kind, name, "1.2.3", digests=(NEW,))

    assert ours is (Outcome.COMPLIANT is judge(image(), runs=(pushed(claims=(claim,)),)).outcome)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("***.dkr.ecr.eu-central-1.amazonaws.com/app", True),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/app", True),
        ("***.dkr.ecr.us-east-1.amazonaws.com/app", False),
        ("***.dkr.ecr.eu-central-1.amazonaws.com/other", False),
        ("***/app", True),
    ],
)
def test_an_account_that_github_masks_in_the_log_is_still_ours(name: str, ours: bool) -> None:
    where = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app"
    artifact = replace(APP, purl=f"pkg:oci/app?repository_url={where}")
    claim = LogClaim("oci", name, "1.2.3", digests=(NEW,))
    verdict = judge(image(artifact=artifact), replace(IMAGES, artifact=artifact), runs=(pushed(claims=(claim,)),))

    assert ours is (verdict.outcome is Outcome.COMPLIANT)


def test_evidence_that_does_not_verify_proves_nothing_for_an_image() -> None:
    junk = Evidence(Standing.FAILED, IMAGE_HELD, problem="it does not verify")
    verdict = seen_again(evidence=(junk,), repositories=(REPOSITORY,))

    assert Outcome.NON_COMPLIANT is verdict.outcome


def test_a_log_that_names_no_image_leaves_a_moving_tag_open_and_accuses_nobody() -> None:
    """Tools whose lines nobody can read: the time fits, and nothing says what was pushed."""
    verdict = seen_again(NEW, "latest", runs=(pushed(claims=(), log=LogState.READ),))

    assert Outcome.UNVERIFIABLE is verdict.outcome
