"""Registries that carry the same image: who always agreed must agree, and who lacks a release is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.verdict.cases import DAY, HOUR, LATER, MINUTE, NOON
from tests.verdict.images import COPY, IMAGES, NEW, OLD, ROGUE, held, image, known, of, pushed, reasons, unknown
from verifier.model import Case, Judged, Mirror, Outcome, Version
from verifier.verdict import decide

LINE = tuple(f"1.{n}.0" for n in range(3))
POLLED = NOON + 10 * MINUTE


def copy(version: Version, **changes: Any) -> Judged:
    """The same tag in the other registry."""
    return held(replace(version, artifact=COPY, **changes))


def releases(digest: str = "c") -> tuple[Judged, ...]:
    """The last three releases of the line."""
    return tuple(held(image(tag, f"sha256:{n}{digest * 63}", NOON - (9 - n) * DAY)) for n, tag in enumerate(LINE))


def mirrored(*more: Judged, old: str = "c", polled: Any = POLLED) -> Mirror:
    """The other registry with copies of these releases, and more."""
    return Mirror(COPY, polled, (*(copy(j.version) for j in releases(old)), *more))


def case(version: Version, mirror: Mirror, **changes: Any) -> Case:
    """A tag of Docker Hub, on a CI line."""
    return of(version, **({"siblings": releases(), "mirrors": (mirror,)} | changes))


def judge(version: Version, mirror: Mirror, **changes: Any) -> Any:
    """What is decided after the grace."""
    return decide(case(version, mirror, **changes), LATER)


def test_a_registry_that_holds_other_bytes_than_it_always_had_in_common_is_named() -> None:
    verdict = judge(image("1.9.0", ROGUE), mirrored(copy(image("1.9.0", NEW))))

    assert Outcome.NON_COMPLIANT is verdict.outcome
    assert {"no-run", "registries-disagree"} == set(reasons(verdict))
    assert any(f"{COPY.image}:1.9.0 holds {NEW}" in finding.sentence for finding in verdict.reasons)


def test_registries_that_always_differed_are_never_compared() -> None:
    """Some build for each registry anew, some have fewer platforms."""
    verdict = judge(image("1.9.0", ROGUE), mirrored(copy(image("1.9.0", NEW)), old="d"))

    assert ["no-run"] == reasons(verdict)


def test_the_registry_that_an_approved_run_pushed_to_stays_compliant() -> None:
    run = pushed(NEW, "1.9.0")

    assert Outcome.COMPLIANT is judge(image("1.9.0", NEW), mirrored(copy(image("1.9.0", ROGUE))), runs=(run,)).outcome


def test_a_name_and_a_time_are_not_enough_where_the_registries_disagree() -> None:
    """A thief overwrites the tag in the minutes in which the release runs, and its log cannot be read."""
    run = pushed(NEW, claims=(), head_branch="v1.9.0")
    agreeing = judge(image("1.9.0", NEW), mirrored(copy(image("1.9.0", NEW))), runs=(run,))
    differing = judge(image("1.9.0", ROGUE), mirrored(copy(image("1.9.0", NEW))), runs=(run,))

    assert ["ref-names-version"] == reasons(agreeing)
    assert Outcome.COMPLIANT is not differing.outcome


def test_a_release_that_only_one_registry_has_is_named_once_the_others_were_looked_at() -> None:
    """Trivy 0.69.5: on Docker Hub alone."""
    looked, not_yet = mirrored(), mirrored(polled=NOON - MINUTE)

    assert {"no-run", "registry-alone"} == set(reasons(judge(image("1.9.0"), looked)))
    assert ["no-run"] == reasons(judge(image("1.9.0"), not_yet))
    assert ["no-run"] == reasons(judge(image("1.9.0"), mirrored(polled=None)))
    assert (LATER + 5 * MINUTE, None) == (
        judge(image("1.9.0"), not_yet).recheck_at,
        judge(image("1.9.0"), looked).recheck_at,
    )
    assert None is decide(case(image("1.9.0"), not_yet), NOON + 2 * HOUR).recheck_at


def test_a_registry_that_lacked_releases_before_is_not_missed() -> None:
    few = Mirror(COPY, POLLED, tuple(copy(j.version) for j in releases()[1:]))

    assert ["no-run"] == reasons(judge(image("1.9.0"), few))


def test_on_a_line_by_hand_a_lone_release_is_asked_about_an_hour_later() -> None:
    line = tuple(replace(j, verdict=unknown()) for j in releases())
    lone = case(image("1.9.0"), mirrored(polled=NOON + 2 * HOUR), siblings=line, publishers=(nobodys(),))
    early, late = decide(lone, LATER), decide(lone, NOON + HOUR)

    assert (Outcome.UNVERIFIABLE, False, NOON + HOUR) == (early.outcome, early.suspect, early.recheck_at)
    assert (True, "missing-elsewhere") == (late.suspect, reasons(late)[0])


def nobodys() -> Any:
    """No workflow publishes it."""
    return replace(IMAGES, workflows=())


def test_moving_tags_may_differ_while_a_release_goes_round() -> None:
    """`latest` is pushed to one registry after the other."""
    latest = held(image("latest", OLD, NOON - DAY))
    verdict = judge(
        image("latest", NEW), mirrored(copy(image("latest", OLD))), earlier=(latest,), known=(known("1.9.0", NOON),)
    )

    assert Outcome.COMPLIANT is verdict.outcome
