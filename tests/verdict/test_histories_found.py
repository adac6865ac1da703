"""What playing whole histories found wrong, each as the smallest case that shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.verdict.cases import ALICE, BOB, DAY, HOUR, LATER, MINUTE, NOON, case, hand_line, judged, run, tags, version
from tests.verdict.cases import reasons as reasons_of
from verifier.model import Artifact, Confidence, Finding, JobsState, Need, Outcome, Shared, Sight, Verdict, Weight
from verifier.model.github import NEVER
from verifier.model.siblings import Siblings
from verifier.verdict import decide


def test_a_line_whose_tags_come_later_than_a_day_is_not_asked_about_its_missing_tag():
    """Trap F6: three versions were tagged, each two days after it was published; that is no habit of the first day."""
    late = tuple(
        replace(ref, seen_at=judged_one.version.at + 2 * DAY)
        for ref, judged_one in zip(tags("v1.0.0", "v1.1.0", "v1.2.0"), hand_line(), strict=True)
    )

    assert not decide(case(siblings=hand_line(), refs=late), NOON + 2 * DAY).suspect
    in_time = tuple(replace(ref, seen_at=ref.seen_at - DAY - HOUR) for ref in late)
    assert "no-tag" in reasons_of(decide(case(siblings=hand_line(), refs=in_time), NOON + 2 * DAY))


def test_of_before_we_watched_it_is_enough_that_every_version_has_a_tag_whatever_its_line():
    """eslint-scope 3.7.2: nobody knows when the older tags came, and its own line has two versions."""
    line = (judged("3.7.0", NOON - 400 * DAY), judged("3.7.1", NOON - 370 * DAY), judged("4.0.0", NOON - 20 * DAY))
    known = tuple(replace(ref, seen_at=NEVER) for ref in tags("v3.7.0", "v3.7.1", "v4.0.0"))
    of = replace(case(version("3.7.2"), siblings=line, refs=known), first_contact=NOON - 10 * DAY)

    assert "no-tag" in reasons_of(decide(of, NOON + DAY))
    assert not decide(of, LATER).suspect
    assert not decide(replace(of, refs=Shared(known[1:])), NOON + DAY).suspect
    assert not decide(replace(of, siblings=Siblings.of(line[1:])), NOON + DAY).suspect
    assert not decide(replace(of, first_contact=NOON - 30 * DAY), NOON + DAY).suspect  # there, and saw no tag come


def test_a_project_that_gave_up_tags_is_asked_twice_and_no_more():
    """Trap F2: published by hand, and tagged until the installation."""
    known = tuple(replace(ref, seen_at=NEVER) for ref in tags("v1.0.0", "v1.1.0", "v1.2.0"))
    asked = Finding("no-tag", Weight.SUSPECTS, Confidence.MEDIUM, "It has no tag.")

    def without(number, days):
        verdict = Verdict(Outcome.UNVERIFIABLE, Confidence.MEDIUM, (asked,), suspect=True)
        return replace(judged(number, NOON - days * DAY), verdict=verdict)

    once, twice = (without("1.2.1", 2),), (without("1.2.1", 2), without("1.2.2", 1))
    for more, said in ((once, True), (twice, False)):
        of = replace(case(siblings=(*hand_line(), *more), refs=known), first_contact=NOON - 4 * DAY)
        assert said is ("no-tag" in reasons_of(decide(of, NOON + DAY)))


def test_a_monorepo_that_is_always_published_together_by_hand_is_no_burst_whoever_does_it():
    """Four packages at once as ever before, this time by another of its people."""
    names = [Artifact(f"pkg:npm/%40widgets/{n}") for n in "abcd"]

    def at(one, when, who):
        found = judged("1.2.0", when, Outcome.UNVERIFIABLE)
        return replace(found, version=replace(found.version, artifact=one, account=who))

    before = [at(one, NOON - 20 * DAY + n * MINUTE, ALICE) for n, one in enumerate(names)]
    now = [at(one, NOON + n * MINUTE, BOB) for n, one in enumerate(names)]
    of = replace(version(account=BOB), artifact=names[0])
    whole = case(of, siblings=(before[0],), neighbours=(*before[1:], *now[1:]))

    assert "burst" not in reasons_of(decide(whole, LATER))
    assert "burst" in reasons_of(
        decide(replace(whole, siblings=Siblings.of(()), neighbours=(*before[1:3], *now[1:])), LATER)
    )


def test_a_run_that_goes_on_as_far_as_is_known_is_asked_about_again():
    """Trap N14: the webhook of its end is lost; GitHub's list, read while it went on, would be the last word."""
    active = run(status="in_progress", conclusion=None, jobs=JobsState.UNREAD, steps=())
    listed = case(runs=(active,), sight=Sight(runs_listed_at=NOON + 2 * MINUTE))

    soon, later = decide(listed, NOON + 4 * MINUTE), decide(listed, NOON + 8 * MINUTE)

    assert Outcome.PENDING == soon.outcome == later.outcome
    assert Need.RUN_LIST not in soon.needs
    assert Need.RUN_LIST in later.needs
    day = replace(listed, sight=Sight(runs_listed_at=NOON + timedelta(hours=9.5)))
    assert Need.RUN_LIST not in decide(day, NOON + 10 * HOUR).needs
