"""Who may command, what a command is bound to, and that nobody else ever changes anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verdict.cases import DAY, HOUR, NOON
from tests.verdict.test_incident import GOOD, ROGUE, SUSPECT, member
from verifier.model import ROLES, Command, Conduct, Incident, IncidentState, Line, Member, Verb
from verifier.verdict.commands import (
    LOOSENING,
    NOTHING,
    NOTICE,
    SECOND,
    WAIVED,
    Decision,
    Matter,
    code_of,
    decide_command,
    ranks,
)
from verifier.verdict.incident import as_of, place, with_member

ALL_ROLES = ("", "none", "read", "triage", "write", "maintain", "admin", "release-team")
LINE = Line("release", 1)
PLAIN, TWO = Conduct(), Conduct(four_eyes=True)


def of(*members: Member) -> Incident:
    first, *more = members
    incident = place((), 7, first, NOON)
    for one in more:
        incident = with_member(incident, one, NOON)
    return incident


OPEN = of(member(), member(SUSPECT, "1.2.4", account="Mallory"))
MATTER = Matter(OPEN, ((OPEN.members[0].artifact, LINE),) * 2, frozenset({"mallory"}))


def command(verb: Verb, who: str = "carol", id: int = 1, **more: object) -> Command:
    code = code_of(OPEN) if verb in LOOSENING else ""
    base = Command(f"c{who}{id}", OPEN.id, 7, verb, len(who) * 1000 + ord(who[0]), who, NOON, "because", code=code)
    return replace(base, **more)  # type: ignore[arg-type]  # fields by name


def decided(
    given: Command,
    role: str = "maintain",
    conduct: Conduct = PLAIN,
    others: tuple[tuple[Command, str], ...] = (),
    matter: Matter = MATTER,
) -> Decision:
    return decide_command(given, matter, role, conduct, others, NOON + HOUR)


def test_mine_waives_exactly_the_files_that_stand_open_for_thirty_days() -> None:
    decision = decided(command(Verb.MINE))

    assert decision.answer.accepted
    assert {(m.artifact, m.number, m.fingerprint) for m in OPEN.members} == {
        (w.artifact, w.number, w.fingerprint) for w in decision.effect.waivers
    }
    assert {("carol", "because", NOON + HOUR, NOON + HOUR + WAIVED)} == {
        (w.by, w.reason, w.given_at, w.expires_at) for w in decision.effect.waivers
    }


def test_what_is_settled_already_is_not_waived() -> None:
    half = of(member(), member(GOOD, "1.2.4"))
    decision = decided(command(Verb.MINE, code=code_of(half)), matter=Matter(half))

    assert ["1.2.3"] == [waiver.number for waiver in decision.effect.waivers]


def test_a_mute_begins_a_day_after_it_was_told() -> None:
    decision = decided(command(Verb.MUTE, days=2))

    (mute,) = decision.effect.mutes
    assert (LINE, NOON + HOUR + NOTICE, NOON + HOUR + NOTICE + 2 * DAY) == (mute.line, mute.starts_at, mute.expires_at)
    assert (decision.answer.accepted, decision.answer.waits) == (True, True)


def test_an_acknowledgement_waives_and_mutes_nothing() -> None:
    effect = decided(command(Verb.ACKNOWLEDGE, days=3)).effect

    assert effect.acknowledged is not None
    assert NOON + HOUR + 3 * DAY == effect.acknowledged.until
    assert NOTHING == replace(effect, acknowledged=None)


def test_an_acknowledgement_is_about_what_was_known_when_it_was_given_however_late_it_is_answered() -> None:
    given_ = decided(command(Verb.ACKNOWLEDGE)).effect.acknowledged
    late = with_member(OPEN, member(number="1.2.5", detected_at=NOON + HOUR / 2), NOON + HOUR)

    assert IncidentState.ACKNOWLEDGED is as_of(replace(OPEN, acknowledged=given_), NOON + HOUR).state
    assert IncidentState.OPEN is as_of(replace(late, acknowledged=given_), NOON + HOUR).state


def test_who_published_is_known_by_number_where_there_is_one() -> None:
    matter = Matter(OPEN, MATTER.lines, frozenset(), frozenset({4242}))

    assert not decided(command(Verb.MINE, actor_id=4242), matter=matter).answer.accepted
    assert decided(command(Verb.MINE, actor_id=4243), matter=matter).answer.accepted


def test_a_recheck_changes_nothing_and_needs_a_role_that_somebody_was_given() -> None:
    assert decided(command(Verb.RECHECK), "triage").effect.recheck
    assert not decided(command(Verb.RECHECK), "read").answer.accepted


def test_help_tells_everybody_the_commands_and_the_code() -> None:
    answer = decided(command(Verb.HELP), "").answer

    assert answer.accepted
    assert code_of(OPEN) in answer.sentence


@pytest.mark.parametrize("verb", LOOSENING)
def test_who_published_cannot_speak_for_it_but_may_look_after_it(verb: Verb) -> None:
    refused = decided(command(verb, "MALLORY"), "admin")

    assert (False, NOTHING) == (refused.answer.accepted, refused.effect)
    assert decided(command(Verb.ACKNOWLEDGE, "mallory"), "admin").answer.accepted


@pytest.mark.parametrize("verb", LOOSENING)
def test_an_old_code_is_refused_with_the_new_one(verb: Verb) -> None:
    decision = decided(command(verb, code="0" * 12))

    assert (False, NOTHING) == (decision.answer.accepted, decision.effect)
    assert code_of(OPEN) in decision.answer.sentence


def test_the_least_role_is_the_one_that_the_repository_names() -> None:
    assert {"maintain", "admin"} == {r for r in ALL_ROLES if decided(command(Verb.MINE), r).answer.accepted}
    admin = Conduct(role="admin")
    assert {"admin"} == {r for r in ALL_ROLES if decided(command(Verb.MINE), r, admin).answer.accepted}


@pytest.mark.parametrize("least", ["", "none", "owner", "read "])
def test_a_least_role_that_github_does_not_know_lets_nobody_in(least: str) -> None:
    assert not any(ranks(role, least) for role in ALL_ROLES)


@pytest.mark.parametrize("verb", LOOSENING)
def test_with_four_eyes_the_first_waits_and_the_second_person_makes_it_so(verb: Verb) -> None:
    first, second = command(verb, "carol"), command(verb, "dave")
    waits = decided(first, conduct=TWO)
    assert (False, True, NOTHING) == (waits.answer.accepted, waits.answer.waits, waits.effect)

    both = decided(second, conduct=TWO, others=((first, "maintain"),))
    by = [waiver.by for waiver in both.effect.waivers] + [mute.by for mute in both.effect.mutes]
    assert {"carol and dave"} == set(by)
    assert [(first.id, True)] == [(answer.command_id, answer.accepted) for answer in both.seconded]


@pytest.mark.parametrize(
    ("other", "role"),
    [
        (command(Verb.MINE, "dave"), "maintain"),
        (command(Verb.MINE, "carol", actor_id=1, code="0" * 12), "admin"),
        (command(Verb.MUTE, "carol"), "admin"),
        (command(Verb.MINE, "carol"), "write"),
        (command(Verb.MINE, "mallory"), "admin"),
        (command(Verb.MINE, "carol", at=NOON + HOUR - SECOND - timedelta(seconds=1)), "admin"),
    ],
    ids=["the same person", "other files", "another command", "lost the role", "published", "too long ago"],
)
def test_these_are_no_second_pair_of_eyes(other: Command, role: str) -> None:
    decision = decided(command(Verb.MINE, "dave", id=2), conduct=TWO, others=((other, role),))

    assert NOTHING == decision.effect
    assert decision.answer.waits


commands = st.builds(
    command,
    st.sampled_from(list(Verb)),
    st.sampled_from(["carol", "dave", "erin", "mallory"]),
    st.integers(1, 3),
    code=st.sampled_from([code_of(OPEN), "0" * 12, ""]),
    days=st.sampled_from([None, 1, 30, 90, 10**9, -5]),
    problem=st.sampled_from(["", "", "", "Not understood."]),
)
roles = st.sampled_from(ALL_ROLES)
conducts = st.builds(Conduct, role=st.sampled_from(ROLES), four_eyes=st.booleans())


@given(commands, roles, conducts, st.lists(st.tuples(commands, roles), max_size=4), st.booleans())
def test_nobody_without_the_role_ever_changes_anything(
    given_: Command, role: str, conduct: Conduct, others: list[tuple[Command, str]], settled: bool
) -> None:
    """Whatever waits, and whoever else may: what is done is done for people with the role who did not publish."""
    matter = Matter(of(member(GOOD)), MATTER.lines, MATTER.publishers) if settled else MATTER
    decision = decide_command(given_, matter, role, conduct, others, NOON + HOUR)
    effect, may = decision.effect, ranks(role, conduct.role)
    loosens = bool(effect.waivers or effect.mutes)

    assert may or (effect.acknowledged is None and not loosens)
    assert not effect.recheck or ranks(role, "triage")
    assert not loosens or (given_.actor != "mallory" and given_.code == code_of(OPEN) and not settled)
    assert decision.answer.accepted or effect == NOTHING
    assert decision.answer.sentence
    if loosens and conduct.four_eyes:
        people = {one.actor_id for one, theirs in others if ranks(theirs, conduct.role) and one.actor != "mallory"}
        assert people - {given_.actor_id}


@given(commands, roles, conducts, st.data())
def test_a_command_about_other_files_never_waives_or_mutes(
    given_: Command, role: str, conduct: Conduct, data: st.DataObject
) -> None:
    """One version more, another file, one settled meanwhile: the code is another one."""
    other = data.draw(
        st.sampled_from(
            [
                of(*OPEN.members, member(number="1.2.5")),
                of(replace(OPEN.members[0], fingerprint="sha256:1"), OPEN.members[1]),
                of(OPEN.members[0]),
                of(member(ROGUE), member(SUSPECT, "1.2.5")),
            ]
        )
    )
    told = replace(given_, code=code_of(OPEN))
    effect = decide_command(told, Matter(other, MATTER.lines), role, conduct, (), NOON).effect

    assert () == (*effect.waivers, *effect.mutes)


Kept = dict[str, tuple[Command, Decision]]


def waived(order: list[tuple[Command, str]], conduct: Conduct) -> set[tuple[str, str]]:
    """What is waived after these commands were answered one after another, as the job does it."""
    incident, kept = OPEN, Kept()
    roles_now = {one.id: role for one, role in order}
    for given_, role in order:
        if given_.id in kept:
            continue
        others = [(c, roles_now[c.id]) for c, d in kept.values() if d.answer.waits]
        matter = replace(MATTER, incident=incident)
        decision = decide_command(given_, matter, role, conduct, others, NOON + HOUR)
        kept[given_.id] = given_, decision
        given_to = {(w.number, w.fingerprint) for w in decision.effect.waivers}
        members = tuple(replace(m, waived=m.waived or (m.number, m.fingerprint) in given_to) for m in incident.members)
        incident = as_of(replace(incident, members=members), NOON + HOUR)
    return {(m.number, m.fingerprint) for m in incident.members if m.waived}


@given(
    st.lists(st.tuples(commands, roles), min_size=1, max_size=4, unique_by=lambda pair: pair[0].id),
    conducts,
    st.integers(0, 3),
)
def test_commands_told_in_any_order_and_twice_give_the_same_waivers(
    told: list[tuple[Command, str]], conduct: Conduct, again: int
) -> None:
    people = {one.actor_id: role for one, role in told}
    same = [(one, people[one.actor_id]) for one, _ in told]
    expected = waived(same, conduct)

    for order in permutations(same):
        assert expected == waived([*order, *order[: again + 1]], conduct)
