"""What each audience may hear: inside everything, the public nothing private, nothing about persons, no suspicion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.examples import member
from tests.verdict.cases import HOUR, NOON, REPOSITORY
from verifier.model import (
    Acknowledgement,
    Incident,
    IncidentState,
    Member,
    Notice,
    NoticeKind,
    Outcome,
    Repository,
)
from verifier.verdict.audience import (
    Audience,
    as_heard,
    audience_of,
    for_the_public,
    may_hear,
    public_history,
)

MEMBERS = st.builds(
    lambda number, outcome, suspect, odd, **flags: member(
        f"1.0.{number}",
        outcome=outcome,
        suspect=suspect and outcome is Outcome.UNVERIFIABLE,
        odd=("force-push",) if odd else (),
        anomalies=("PRIVATE It was pushed over.",) if odd else (),
        sentences=(f"{'PUBLIC' if outcome is Outcome.NON_COMPLIANT else 'PRIVATE'} Something was seen.",),
        account="PRIVATE-account",
        **flags,
    ),
    number=st.integers(0, 5),
    outcome=st.sampled_from(Outcome),
    suspect=st.booleans(),
    odd=st.booleans(),
    waived=st.booleans(),
    gone=st.booleans(),
    muted=st.booleans(),
)
NOTICES = st.builds(
    Notice,
    kind=st.sampled_from(NoticeKind),
    incident_id=st.just("i1"),
    artifact=st.sampled_from([member().artifact, None]),
    number=st.integers(0, 5).map(lambda n: f"1.0.{n}"),
    at=st.just(NOON),
    by=st.just("PRIVATE-maintainer"),
    note=st.just("PRIVATE note"),
)
GIVEN = Acknowledgement("PRIVATE-maintainer", "PRIVATE note", NOON, NOON + HOUR)
INCIDENTS = st.builds(
    Incident,
    id=st.just("i1"),
    repository_id=st.just(REPOSITORY.id),
    opened_at=st.just(NOON),
    state=st.sampled_from(IncidentState),
    rogue=st.booleans(),
    members=st.lists(MEMBERS, max_size=5, unique_by=lambda m: m.number).map(tuple),
    acknowledged=st.sampled_from([None, GIVEN]),
)
REPOSITORIES = st.builds(replace, st.just(REPOSITORY), private=st.booleans(), removed=st.booleans()) | st.none()


ROGUE = member("1.0.9", account="PRIVATE-account", sentences=("PUBLIC No run accounts for it.",))


@given(INCIDENTS, st.lists(NOTICES, max_size=5), st.booleans())
def test_the_public_hears_of_no_person_and_no_suspicion(incident: Incident, history: list[Notice], rogue: bool) -> None:
    held = replace(incident, members=(*incident.members, ROGUE)) if rogue else incident
    heard = as_heard(held, REPOSITORY, Audience.PUBLIC, history)
    if heard is None:
        return
    accused = {notice.number for notice in history if notice.kind is NoticeKind.ROGUE}

    assert heard.members
    assert all(m.outcome is Outcome.NON_COMPLIANT or m.number in accused for m in heard.members)
    assert not any(m.suspect or m.odd or m.account for m in heard.members)
    assert "PRIVATE" not in repr((heard, public_history(heard, history)))


@given(REPOSITORIES, st.booleans())
def test_the_public_hears_of_no_repository_that_is_not_surely_public_nor_in_preview(
    repository: Repository | None, preview: bool
) -> None:
    incident = Incident("i1", 7, NOON, IncidentState.OPEN, True, (ROGUE,))
    public = repository is not None and not repository.private and not repository.removed

    assert (public and not preview) == bool(as_heard(incident, repository, Audience.PUBLIC, (), preview=preview))


@given(INCIDENTS, st.lists(NOTICES, max_size=5))
def test_every_non_compliant_version_of_a_public_repository_is_heard_by_the_public(
    incident: Incident, history: list[Notice]
) -> None:
    heard = as_heard(incident, REPOSITORY, Audience.PUBLIC, history)

    expected = [m.number for m in incident.members if m.outcome is Outcome.NON_COMPLIANT]
    found = [m.number for m in (heard.members if heard else ()) if m.outcome is Outcome.NON_COMPLIANT]
    assert expected == found


@given(INCIDENTS, st.lists(NOTICES, max_size=5), MEMBERS)
def test_what_the_public_sees_of_an_incident_does_not_depend_on_its_suspects(
    incident: Incident, history: list[Notice], more: Member
) -> None:
    """Not even whether it stands open, or since when, tells strangers that there is more."""
    suspect = replace(more, number="9.9.9", outcome=Outcome.UNVERIFIABLE, suspect=True)
    louder = replace(incident, members=(*incident.members, suspect), state=IncidentState.OPEN)
    without = [notice for notice in history if notice.number != "9.9.9"]

    assert for_the_public(incident, without) == for_the_public(louder, without)


@given(INCIDENTS, REPOSITORIES, st.booleans())
def test_inside_everything_is_heard_as_it_stands(
    incident: Incident, repository: Repository | None, preview: bool
) -> None:
    heard = as_heard(incident, repository, Audience.INSIDE, (), preview=preview)

    assert heard == (incident if repository is not None and incident.members else None)


@given(INCIDENTS, REPOSITORIES)
def test_an_address_of_no_named_domain_hears_nothing(incident: Incident, repository: Repository | None) -> None:
    assert as_heard(incident, repository, Audience.NOBODY, ()) is None
    assert not may_hear(repository, Audience.NOBODY)


def test_a_version_that_is_accounted_for_after_all_is_taken_back_before_the_public_that_heard_it() -> None:
    cleared = Incident("i1", 7, NOON, IncidentState.RESOLVED, True, (member(outcome=Outcome.COMPLIANT),))
    said = Notice(NoticeKind.ROGUE, "i1", member().artifact, member().number, NOON)

    heard = as_heard(cleared, REPOSITORY, Audience.PUBLIC, [said])

    assert heard is not None
    assert IncidentState.RESOLVED is heard.state
    assert [()] == [m.sentences for m in heard.members]
    assert as_heard(cleared, REPOSITORY, Audience.PUBLIC, []) is None


@pytest.mark.parametrize(
    ("address", "domains", "expected"),
    [
        ("alice@people.example", ("people.example",), Audience.INSIDE),
        ("Alice@People.Example", ("people.example",), Audience.INSIDE),
        ("alice@people.example", ("people.example", "*"), Audience.INSIDE),
        ("alice@sub.people.example", ("people.example",), Audience.NOBODY),
        ("alice@people.example.evil.example", ("people.example",), Audience.NOBODY),
        ("alice@people.example@evil.example", ("people.example",), Audience.NOBODY),
        ("alice@notpeople.example", ("people.example", "*"), Audience.PUBLIC),
        ("alice@elsewhere.example", ("*",), Audience.PUBLIC),
        ("alice@elsewhere.example", (), Audience.NOBODY),
        ("alice@*", ("*",), Audience.PUBLIC),
        ("", ("people.example",), Audience.NOBODY),
    ],
)
def test_who_is_inside_follows_from_the_exact_domain(
    address: str, domains: tuple[str, ...], expected: Audience
) -> None:
    assert expected is audience_of(address, domains)
