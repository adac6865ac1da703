"""What is worth saying, and to which alert it belongs."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.verdict.cases import DAY, HOUR, NOON, version
from verifier.model import (
    Acknowledgement,
    Confidence,
    Finding,
    IncidentState,
    Mute,
    NoticeKind,
    Outcome,
    Verdict,
    Weight,
)
from verifier.verdict.incident import as_of, find, member_of, muted, place, step, what_changed, with_member

ROGUE = Verdict(Outcome.NON_COMPLIANT, Confidence.HIGH, (Finding("no-run", Weight.ABSENT, Confidence.HIGH, "No run."),))
GOOD = Verdict(Outcome.COMPLIANT, Confidence.MEDIUM, ())
SUSPECT = Verdict(Outcome.UNVERIFIABLE, Confidence.MEDIUM, (), suspect=True)
UNKNOWN = Verdict(Outcome.UNVERIFIABLE, Confidence.MEDIUM, ())
PENDING = Verdict(Outcome.PENDING, Confidence.LOW, ())


def member(verdict=ROGUE, number="1.2.3", **changes):
    return replace(member_of(version(number), verdict, NOON, NOON, waived=False), **changes)


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


def test_a_number_that_is_no_text_opens_an_incident_of_its_own() -> None:
    """A registry's JSON may hold half a surrogate pair."""
    opened = [place((), 7, member(number=f"1.2.3{half}"), NOON) for half in ("\ud800", "\ud801")]

    assert opened[0].id != opened[1].id


def test_another_repository_or_another_day_is_another_incident():
    first = place((), 7, member(), NOON)

    assert first.id != place((first,), 8, member(), NOON).id
    assert first.id != place((first,), 7, member(number="1.2.4"), NOON + 2 * DAY).id


def test_an_incident_is_resolved_when_every_version_in_it_is_cleared_or_waived_and_opens_again():
    incident = place((place((), 7, member(), NOON),), 7, member(number="1.2.4"), NOON)
    one_cleared = with_member(incident, member(GOOD), NOON)
    both_done = with_member(one_cleared, member(number="1.2.4", waived=True), NOON)

    assert IncidentState.OPEN == one_cleared.state
    assert IncidentState.RESOLVED == both_done.state
    assert IncidentState.OPEN == with_member(both_done, member(number="1.2.5"), NOON).state


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
        first = with_member(first, state, NOON)

        (held,) = first.members
        assert replace(state, detected_at=NOON, since=held.since) == held


def test_the_same_state_noticed_again_changes_nothing_in_the_incident():
    first = place((), 7, member(), NOON)

    assert first == with_member(first, member(detected_at=NOON + HOUR), NOON)
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
        incident = with_member(incident, member(verdict, detected_at=NOON + hours * HOUR), NOON)

    found = find(incident, member())
    assert found is not None
    assert NOON + min(hours for _, hours in events) * HOUR == found.detected_at


@given(st.lists(st.tuples(st.sampled_from([ROGUE, GOOD, SUSPECT]), st.sampled_from(["1.0.0", "1.0.1", "1.0.2"]))))
def test_an_incident_holds_each_version_once_in_its_newest_state(events):
    incident = place((), 7, member(number="0.9.0"), NOON)
    for verdict, number in events:
        incident = with_member(incident, member(verdict, number), NOON)

    numbers = [m.number for m in incident.members]
    assert len(set(numbers)) == len(numbers)
    for number, verdict in {number: verdict for verdict, number in events}.items():
        found = find(incident, member(number=number))
        assert found is not None
        assert verdict.outcome is found.outcome


def acknowledged(incident, at=NOON, until=NOON + DAY):
    return as_of(replace(incident, acknowledged=Acknowledgement("bob", "we look", at, until)), at)


def test_an_acknowledged_incident_stands_open_until_the_acknowledgement_ends():
    incident = acknowledged(place((), 7, member(), NOON))

    assert IncidentState.ACKNOWLEDGED is incident.state
    assert NoticeKind.ACKNOWLEDGED is step(place((), 7, member(), NOON), incident, NOON)
    later = as_of(incident, NOON + DAY)
    assert IncidentState.OPEN is later.state
    assert NoticeKind.LAPSED is step(incident, later, NOON + DAY)


def test_an_acknowledgement_covers_nothing_that_is_noticed_after_it():
    incident = acknowledged(place((), 7, member(), NOON))
    more = with_member(incident, member(number="1.2.4", detected_at=NOON + HOUR), NOON + HOUR)

    assert IncidentState.OPEN is more.state
    assert NoticeKind.REOPENED is step(incident, more, NOON + HOUR)


def files(letter: str):
    """A version's fingerprint with other files."""
    return "sha256:" + letter * 64


def test_an_acknowledgement_covers_neither_other_files_nor_worse_of_the_same():
    quiet = acknowledged(place((), 7, member(SUSPECT), NOON))
    changes = {
        "other files": (member(SUSPECT, fingerprint=files("e")), NoticeKind.CHANGED),
        "it became non-compliant": (member(ROGUE), NoticeKind.ROGUE),
        "other files, and worse": (member(ROGUE, fingerprint=files("e")), NoticeKind.ROGUE),
    }
    for what, (state, kind) in changes.items():
        after = with_member(quiet, state, NOON + HOUR)

        assert IncidentState.OPEN is after.state, what
        assert NoticeKind.REOPENED is step(quiet, after, NOON + HOUR), what
        assert kind is what_changed(quiet.members[0], state), what
        assert NOON == after.members[0].detected_at
        assert NOON + HOUR == after.members[0].as_it_is_since


def test_an_acknowledgement_of_a_taken_down_version_does_not_cover_its_return():
    taken = acknowledged(place((), 7, member(removed=True), NOON))

    assert IncidentState.OPEN is with_member(taken, member(), NOON + HOUR).state


def test_an_acknowledged_version_that_is_less_suspected_or_taken_down_stays_acknowledged():
    incident = acknowledged(place((), 7, member(ROGUE), NOON))
    for state in (member(SUSPECT), member(ROGUE, removed=True), member(ROGUE, detected_at=NOON + HOUR)):
        assert IncidentState.ACKNOWLEDGED is with_member(incident, state, NOON + HOUR).state


def test_files_that_change_are_told_of_only_where_the_version_stands_open():
    other = {"fingerprint": files("e")}

    assert NoticeKind.CHANGED is what_changed(member(), member(**other))
    assert NoticeKind.CHANGED is what_changed(member(waived=True), member(**other))
    for silent in (member(GOOD, **other), member(muted=True, **other), member(gone=True, **other)):
        assert what_changed(replace(silent, fingerprint=files("a")), silent) is None


GRAVITY = {ROGUE: 2, SUSPECT: 1, GOOD: 0}
STATES = st.tuples(st.sampled_from([ROGUE, SUSPECT, GOOD]), st.sampled_from("abc"))


@given(STATES, st.lists(STATES, max_size=6))
def test_an_acknowledgement_holds_exactly_while_the_files_are_the_same_and_nothing_got_worse(shown, events):
    verdict, letter = shown
    incident = acknowledged(place((), 7, member(verdict, fingerprint=files(letter)), NOON), until=NOON + 30 * DAY)
    held, before = True, GRAVITY[verdict]
    for hours, (verdict, now_letter) in enumerate(events, 1):
        held = held and now_letter == letter and GRAVITY[verdict] <= before
        before = GRAVITY[verdict]
        incident = with_member(incident, member(verdict, fingerprint=files(now_letter)), NOON + hours * HOUR)

        wanted = IncidentState.ACKNOWLEDGED if held else IncidentState.OPEN
        assert incident.state is (IncidentState.RESOLVED if verdict is GOOD else wanted)
        assert NOON == incident.members[0].detected_at


def test_a_version_taken_down_settles_its_incident_after_a_day_and_not_at_once():
    taken = replace(version("1.2.3"), removed_at=NOON)
    fresh, old = (member_of(taken, ROGUE, NOON, at, waived=False) for at in (NOON + HOUR, NOON + DAY))
    incident = place((), 7, fresh, NOON + HOUR)

    assert IncidentState.OPEN is incident.state
    assert IncidentState.RESOLVED is with_member(incident, old, NOON + DAY).state
    assert what_changed(None, old) is None


def test_a_muted_line_silences_an_absence_and_never_a_proof():
    line = version("1.2.3").line
    quiet = Mute(version("1.2.3").artifact, line, "bob", "old", NOON, NOON, NOON + DAY)
    proof = replace(ROGUE, findings=(replace(ROGUE.findings[0], weight=Weight.CONTRADICTS),))

    assert muted(version("1.2.3"), ROGUE, [quiet], NOON)
    assert not muted(version("1.2.3"), ROGUE, [quiet], NOON + DAY)
    assert not muted(version("1.2.3"), ROGUE, [replace(quiet, starts_at=NOON + HOUR)], NOON)
    assert not muted(version("1.2.3"), proof, [quiet], NOON)
    assert not muted(version("2.0.0"), ROGUE, [quiet], NOON)
    assert what_changed(None, member(muted=True)) is None


def test_every_step_of_an_incident_is_named():
    open_ = place((), 7, member(), NOON)
    resolved = with_member(open_, member(GOOD), NOON)

    assert NoticeKind.OPENED is step(None, open_, NOON)
    assert NoticeKind.RESOLVED is step(open_, resolved, NOON)
    assert NoticeKind.REOPENED is step(resolved, open_, NOON)
    assert step(open_, open_, NOON) is None
