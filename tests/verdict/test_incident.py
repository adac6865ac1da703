"""What is worth saying, and to which alert it belongs."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.verdict.cases import DAY, HOUR, NOON, version
from verifier.model import Confidence, Finding, IncidentState, NoticeKind, Outcome, Verdict, Weight
from verifier.verdict.incident import find, member_of, place, what_changed, with_member

ROGUE = Verdict(Outcome.NON_COMPLIANT, Confidence.HIGH, (Finding("no-run", Weight.ABSENT, Confidence.HIGH, "No run."),))
GOOD = Verdict(Outcome.COMPLIANT, Confidence.MEDIUM, ())
SUSPECT = Verdict(Outcome.UNVERIFIABLE, Confidence.MEDIUM, (), suspect=True)
UNKNOWN = Verdict(Outcome.UNVERIFIABLE, Confidence.MEDIUM, ())
PENDING = Verdict(Outcome.PENDING, Confidence.LOW, ())


def member(verdict=ROGUE, number="1.2.3", **changes):
    return replace(member_of(version(number), verdict, NOON, waived=False), **changes)


def test_a_first_compliant_pending_or_unverifiable_verdict_says_nothing():
    for verdict in (GOOD, PENDING, UNKNOWN):
        assert what_changed(None, member(verdict)) is None


def test_a_first_non_compliant_is_said_and_a_first_suspect_is_asked():
    assert NoticeKind.ROGUE == what_changed(None, member(ROGUE))
    assert NoticeKind.SUSPECT == what_changed(None, member(SUSPECT))


def test_the_same_verdict_again_is_not_said_again():
    assert what_changed(member(), member()) is None


def test_a_flip_away_a_removal_and_a_waiver_are_each_said():
    assert NoticeKind.CLEARED == what_changed(member(ROGUE), member(GOOD))
    assert NoticeKind.ROGUE == what_changed(member(SUSPECT), member(ROGUE))
    assert NoticeKind.REMOVED == what_changed(member(ROGUE), member(ROGUE, removed=True))
    assert NoticeKind.WAIVED == what_changed(member(ROGUE), member(ROGUE, waived=True))


def test_versions_of_one_repository_within_a_day_are_one_incident():
    first = place((), 7, member(), NOON)

    second = place((first,), 7, member(number="1.2.4"), NOON + HOUR)

    assert first.id == second.id
    assert ["1.2.3", "1.2.4"] == [m.number for m in second.members]


def test_another_repository_or_another_day_is_another_incident():
    first = place((), 7, member(), NOON)

    assert first.id != place((first,), 8, member(), NOON).id
    assert first.id != place((first,), 7, member(number="1.2.4"), NOON + 2 * DAY).id


def test_an_incident_is_resolved_when_every_version_in_it_is_cleared_or_waived_and_opens_again():
    incident = place((place((), 7, member(), NOON),), 7, member(number="1.2.4"), NOON)
    one_cleared = with_member(incident, member(GOOD))
    both_done = with_member(one_cleared, member(number="1.2.4", waived=True))

    assert IncidentState.OPEN == one_cleared.state
    assert IncidentState.RESOLVED == both_done.state
    assert IncidentState.OPEN == with_member(both_done, member(number="1.2.5")).state


def test_an_incident_of_suspects_becomes_rogue_with_its_first_non_compliant_version():
    quiet = place((), 7, member(SUSPECT), NOON)

    assert not quiet.rogue
    assert place((quiet,), 7, member(ROGUE, "1.2.4"), NOON).rogue


def test_a_version_keeps_the_time_at_which_it_was_first_noticed():
    """What is found out later changes the verdict, never how early we spoke up."""
    first = place((), 7, member(SUSPECT), NOON)
    later = [
        member(ROGUE, detected_at=NOON + HOUR),
        member(ROGUE, removed=True, detected_at=NOON + 2 * HOUR),
        member(GOOD, detected_at=NOON + 3 * HOUR),
        member(ROGUE, detected_at=NOON + 4 * HOUR),
    ]
    for state in later:
        first = with_member(first, state)

        (held,) = first.members
        assert replace(state, detected_at=NOON) == held


def test_the_same_state_noticed_again_changes_nothing_in_the_incident():
    first = place((), 7, member(), NOON)

    assert first == with_member(first, member(detected_at=NOON + HOUR))
    assert first == place((first,), 7, member(detected_at=NOON + HOUR), NOON + HOUR)


def test_another_version_of_the_incident_has_its_own_time():
    both = place((place((), 7, member(), NOON),), 7, member(number="1.2.4", detected_at=NOON + HOUR), NOON + HOUR)

    assert {"1.2.3": NOON, "1.2.4": NOON + HOUR} == {m.number: m.detected_at for m in both.members}


@given(
    st.lists(st.tuples(st.sampled_from([ROGUE, GOOD, SUSPECT, PENDING]), st.integers(0, 1000)), min_size=1, max_size=8)
)
def test_the_first_time_holds_in_whatever_order_verdicts_arrive(events):
    incident = place((), 7, member(number="0.9.0"), NOON)
    for verdict, hours in events:
        incident = with_member(incident, member(verdict, detected_at=NOON + hours * HOUR))

    found = find(incident, member())
    assert found is not None
    assert NOON + min(hours for _, hours in events) * HOUR == found.detected_at


@given(st.lists(st.tuples(st.sampled_from([ROGUE, GOOD, SUSPECT]), st.sampled_from(["1.0.0", "1.0.1", "1.0.2"]))))
def test_an_incident_holds_each_version_once_in_its_newest_state(events):
    incident = place((), 7, member(number="0.9.0"), NOON)
    for verdict, number in events:
        incident = with_member(incident, member(verdict, number))

    numbers = [m.number for m in incident.members]
    assert len(set(numbers)) == len(numbers)
    for number, verdict in {number: verdict for verdict, number in events}.items():
        found = find(incident, member(number=number))
        assert found is not None
        assert verdict.outcome is found.outcome
