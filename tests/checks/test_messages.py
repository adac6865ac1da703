"""Messages: how loud, about what is new, who hears them, and when a reader would see something new."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.facts import facts
from checks.gathered import LISTED, of_digest, of_group
from checks.hearing import COVERING, hears, hears_notices, reaches, wants
from checks.message import Kind, Message, State
from checks.messages import SEEN, SENTENCES, change, of_bulletin, of_incident, of_test
from tests.checks.examples import AT, CASES, incident, member, subject, suspect
from tests.checks.voices import HELD, MESSAGES, NOW, POSTED, REPOSITORY, bulletin, noticed, step, storm, told
from verifier.ledger.protocol import Posted
from verifier.model import BulletinKind, Filter, IncidentState, Notice, NoticeKind, Outcome, Severity
from verifier.verdict.severity import severity_of

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("case", "loud"),
    [
        ("rogue", Severity.CRITICAL),
        ("suspect", Severity.MEDIUM),
        ("odd", Severity.LOW),
        ("cleared", Severity.INFO),
        ("waived", Severity.INFO),
        ("rogue-and-suspect", Severity.CRITICAL),
    ],
)
def test_an_incident_is_as_loud_as_its_loudest_open_version(case: str, loud: Severity) -> None:
    assert severity_of(CASES[case]) == loud


def test_what_is_less_than_sure_is_less_loud() -> None:
    assert severity_of(incident(member(confidence="medium"))) == Severity.HIGH


def test_whoever_looks_after_an_incident_does_not_make_it_less_loud() -> None:
    message, _ = MESSAGES["acknowledged"]

    assert (message.state, message.severity) == (State.ACKNOWLEDGED, Severity.CRITICAL)


@pytest.mark.parametrize("kind", BulletinKind)
def test_every_bulletin_says_what_to_do_and_how_to_hear_less_of_it(kind: BulletinKind) -> None:
    message = of_bulletin(bulletin(kind), REPOSITORY)

    assert [part.heading for part in message.parts] == ["What was seen", "What to do now", "To hear less of this"]


def test_tampering_and_another_default_branch_are_the_loudest_of_what_is_told_besides_incidents() -> None:
    loud = {kind: of_bulletin(bulletin(kind), REPOSITORY).severity for kind in BulletinKind}

    loudest = [kind for kind, severity in loud.items() if severity == max(loud.values())]
    assert loudest == [BulletinKind.BRANCH_CHANGED, BulletinKind.BLINDED, BulletinKind.TAMPERED]
    assert loud[BulletinKind.TAMPERED] == Severity.HIGH


def test_nothing_is_new_where_nothing_was_said_before() -> None:
    assert told(CASES["rogue"]).change == ""


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ((Notice(NoticeKind.ROGUE, "i", member("2.0.0").artifact, "2.0.0", AT + HOUR),), "1 version more: axios 2.0.0"),
        (
            tuple(Notice(NoticeKind.ROGUE, "i", member().artifact, f"{n}", AT + HOUR) for n in range(5)),
            "5 versions more: axios 0, axios 1, axios 2, …",
        ),
        (
            (Notice(NoticeKind.CHANGED, "i", member().artifact, "1.14.1", AT + HOUR),),
            "1 version with other files than before: axios 1.14.1",
        ),
        (
            (Notice(NoticeKind.REMOVED, "i", member().artifact, "1.14.1", AT + HOUR),),
            "1 version taken down: axios 1.14.1",
        ),
        (
            (step(NoticeKind.ACKNOWLEDGED, 60, by="bob", note="I look after it"),),
            "Acknowledged by bob until 2026-04-03 00:21:58 UTC: I look after it",
        ),
        ((step(NoticeKind.ACKNOWLEDGED, 60, by="eve\n", note="x"),), "Acknowledged by eve‹U+000A›: x"),
        ((step(NoticeKind.LAPSED, 60),), "The acknowledgement ran out, and it stands open"),
        ((step(NoticeKind.REOPENED, 60),), "It stands open again"),
    ],
)
def test_what_is_new_is_said_in_one_plain_line(history: tuple[Notice, ...], said: str) -> None:
    held = replace(CASES["rogue"], acknowledged=HELD)

    assert change(held, (*noticed(held.members), *history), AT + HOUR / 2) == said


def test_the_end_of_an_incident_is_said_with_why() -> None:
    message, _ = MESSAGES["waived"]

    assert message.change == "Resolved: it was waived. The verdict has not changed"


def test_what_happened_while_it_was_being_told_is_new_the_next_time() -> None:
    """A notice may be older than the post that does not show it."""
    held = incident(member(), member("1.14.2", detected_at=AT + timedelta(minutes=4)))

    assert change(held, noticed(held.members), AT + timedelta(minutes=6)) == "1 version more: axios 1.14.2"


def test_what_another_look_found_of_a_known_version_is_not_called_new() -> None:
    """A day later it has no tag, either: nothing more was published."""
    held = incident(member(), member("1.14.2", detected_at=AT + timedelta(minutes=4)))

    assert change(held, noticed(held.members), AT + timedelta(days=1)) == "another look changed what is known of it"


def test_what_github_holds_is_linked_and_is_no_sign_that_anybody_was_told() -> None:
    issue = Posted("i", "issue", "1", "https://github.example/1", "", True, AT)
    message = of_incident(subject(CASES["rogue"]), noticed(CASES["rogue"].members), (issue,))

    assert message.links == (("issue", "https://github.example/1"),)
    assert message.change == ""


def test_the_same_facts_are_the_same_message_and_a_link_is_no_news() -> None:
    held = CASES["rogue"]
    one = of_incident(subject(held), noticed(held.members))
    other = of_incident(subject(replace(held)), noticed(held.members), (POSTED,), AT)

    assert (one.digest, one.id) == (other.digest, other.id)
    assert told(held).digest == one.digest


def test_every_fact_that_is_shown_makes_another_message() -> None:
    held = CASES["rogue"]
    base, (one,) = told(held), held.members
    changed = [
        told(incident(replace(one, number="1.14.2"))),
        told(incident(replace(one, sentences=("Another.",)))),
        told(incident(replace(one, removed=True))),
        told(incident(replace(one, confidence="medium"))),
        told(replace(held, state=IncidentState.ACKNOWLEDGED, acknowledged=HELD)),
        told(incident(replace(one, waived=True))),
    ]

    assert len({base.digest, *(message.digest for message in changed)}) == 1 + len(changed)


def test_an_alert_that_stands_open_again_is_not_taken_for_the_first() -> None:
    """It says the same; a receiver that knows messages by their id would drop it."""
    held = CASES["rogue"]
    again = (*noticed(held.members), step(NoticeKind.RESOLVED, 30), step(NoticeKind.REOPENED, 60))

    assert told(held, history=again).id != told(held).id


def test_tampering_is_told_by_its_bulletin_and_makes_no_second_message() -> None:
    held = CASES["rogue"]
    tampered = (*noticed(held.members), step(NoticeKind.TAMPERED, 60, by="mallory"))

    assert told(held, history=tampered).digest == told(held).digest


@pytest.mark.parametrize(
    ("filter", "heard"),
    [
        (Filter(), True),
        (Filter(organisations=("AXIOS",)), True),
        (Filter(organisations=("other",)), False),
        (Filter(repositories=("axios/*",)), True),
        (Filter(repositories=("Axios/Ax?os",)), True),
        (Filter(repositories=("axios",)), False),
        (Filter(artifacts=("pkg:npm/*",)), True),
        (Filter(artifacts=("pkg:pypi/*",)), False),
        (Filter(outcomes=("suspect", "non_compliant")), True),
        (Filter(outcomes=("suspect",)), False),
        (Filter(outcomes=("notice",)), False),
        (Filter(severity=Severity.CRITICAL), True),
        (Filter(organisations=("axios",), artifacts=("pkg:pypi/*",)), False),
    ],
)
def test_a_filter_hears_what_it_hears(filter: Filter, heard: bool) -> None:
    assert hears(filter, told(CASES["rogue"])) is heard


def test_a_bulletin_is_a_notice_and_about_no_artifact_unless_it_is_about_an_incident() -> None:
    alone, about = (of_bulletin(bulletin(), REPOSITORY, held) for held in (None, CASES["rogue"]))
    npm = Filter(artifacts=("pkg:npm/axios",))

    assert hears(Filter(outcomes=("notice",)), alone)
    assert not hears(Filter(outcomes=("non_compliant",)), about)
    assert (hears(npm, alone), hears(npm, about)) == (False, True)


@pytest.mark.parametrize("kind", BulletinKind)
@pytest.mark.parametrize(
    "filter",
    [
        Filter(outcomes=("non_compliant",)),
        Filter(severity=Severity.CRITICAL),
        Filter(artifacts=("pkg:npm/axios",)),
        Filter(artifacts=("pkg:pypi/*",)),
    ],
)
def test_no_route_filters_away_what_a_thief_would_silence(filter: Filter, kind: BulletinKind) -> None:
    loosening = (BulletinKind.COMMANDED, BulletinKind.CONFIG_LOOSENS, BulletinKind.BRANCH_CHANGED, BulletinKind.BLINDED)
    covering = kind in (BulletinKind.TAMPERED, *loosening)
    message = of_bulletin(bulletin(kind), REPOSITORY)

    assert reaches(filter, message) is covering
    assert not reaches(replace(filter, organisations=("other",)), message)
    assert covering == ("no route leaves this out" in message.parts[-1].lines[0])


def test_sentences_without_room_are_counted_for_people_and_for_machines() -> None:
    many = tuple(f"Sentence {n} of them." for n in range(25))
    message = of_bulletin(bulletin(sentences=many), REPOSITORY)
    shown = next(part.lines for part in message.parts if part.heading == SEEN)
    held = facts(told(incident(member(sentences=many))))["incident"]["versions"][0]["sentences"]

    for said in (
        [line for line in shown if "Sentence" in line or "more" in line],
        facts(message)["bulletin"]["sentences"],
        held,
    ):
        assert SENTENCES == len(said)
        assert "and 6 more" in said[-1]


def test_what_a_thief_would_silence_goes_wherever_its_alert_goes() -> None:
    about = of_bulletin(bulletin(BulletinKind.COMMANDED), REPOSITORY, CASES["rogue"])

    assert reaches(Filter(artifacts=("pkg:npm/axios",), outcomes=("non_compliant",)), about)
    assert not reaches(Filter(artifacts=("pkg:pypi/*",)), about)


@pytest.mark.parametrize(
    ("filter", "heard"),
    [
        (Filter(), True),
        (Filter(outcomes=("notice", "suspect"), severity=Severity.LOW), True),
        (Filter(outcomes=("suspect",)), False),
        (Filter(severity=Severity.MEDIUM), False),
        (Filter(artifacts=("pkg:npm/*",)), False),
    ],
)
def test_who_hears_no_notice_can_be_told_from_the_filter(filter: Filter, heard: bool) -> None:
    assert hears_notices(filter) is heard
    notices = [of_bulletin(bulletin(kind), REPOSITORY) for kind in BulletinKind]
    assert heard == any(hears(filter, m) for m in notices if m.bulletin and m.bulletin.kind not in COVERING)


@pytest.mark.parametrize("ended", ["cleared", "waived", "acknowledged"])
@pytest.mark.parametrize("filter", [Filter(severity=Severity.CRITICAL), Filter(outcomes=("non_compliant",))])
def test_how_it_ends_reaches_whom_its_beginning_reached(ended: str, filter: Filter) -> None:
    held = CASES.get(ended) or replace(CASES["rogue"], state=IncidentState.ACKNOWLEDGED, acknowledged=HELD)

    assert hears(filter, told(CASES["rogue"]))
    assert hears(filter, told(held, posted=True))


@given(
    st.builds(
        Filter,
        organisations=st.sampled_from([(), ("other",)]),
        outcomes=st.sampled_from([(), ("notice",), ("suspect",)]),
        severity=st.sampled_from(Severity),
    ),
    st.sampled_from([message for message, _ in MESSAGES.values()]),
)
def test_who_was_told_of_it_hears_once_what_becomes_of_it(filter: Filter, message: Message) -> None:
    held = replace(POSTED, digest="sha256:before")

    assert wants(filter, message, held) is (message.kind is not Kind.BULLETIN)
    assert not wants(filter, message, replace(held, digest=message.digest))


@pytest.mark.parametrize(("ended", "heard"), [("cleared", False), ("waived", True)])
def test_who_never_heard_of_it_does_not_hear_that_it_came_to_nothing(ended: str, heard: bool) -> None:
    assert wants(Filter(), told(CASES[ended]), None) is heard


@given(st.sampled_from(Severity), st.sampled_from([message for message, _ in MESSAGES.values()]))
def test_who_asks_for_less_hears_no_less(least: Severity, message: Message) -> None:
    """A route of a lower severity hears all that one of a higher hears."""
    lower = Severity(max(least - 1, 1))

    assert hears(Filter(severity=lower), message) or not hears(Filter(severity=least), message)


def test_a_storm_is_one_message_with_the_loudest_first_and_the_rest_counted() -> None:
    message = storm(1000)
    loudest = next(part for part in message.parts if part.heading == "The loudest").lines

    assert (message.kind, message.severity, message.title) == (
        Kind.GROUP,
        Severity.CRITICAL,
        "1000 alerts in 8 repositories at once",
    )
    assert "998 critical, 1 medium, 1 low" in message.lead
    assert len(loudest) == LISTED + 1
    assert all(line.startswith("- **critical**") for line in loudest[:-1])
    assert loudest[-1] == f"- … and {1000 - LISTED} more"


def test_the_same_storm_is_the_same_message_in_any_order() -> None:
    messages = [told(CASES["rogue"]), told(CASES["suspect"]), told(CASES["odd"])]

    assert of_group(messages, NOW).id == of_group(messages[::-1], NOW).id


def test_a_week_without_anything_makes_no_summary() -> None:
    assert of_digest("team", [], [], AT - 7 * 24 * HOUR, NOW) is None


def test_a_week_tells_what_was_opened_what_is_open_and_what_was_settled() -> None:
    message, _ = MESSAGES["digest"]

    assert [part.heading for part in message.parts] == [
        "Opened, and open still",
        "Open for longer",
        "Settled",
        "Besides",
    ]
    assert "2 alerts opened, 1 settled, 2 open now, 2 other notices" in message.title


def test_what_is_open_for_longer_is_told_alone_too() -> None:
    old = incident(suspect(), opened_at=AT - timedelta(days=30))
    message = of_digest("team", [subject(old)], [], AT, NOW)

    assert message is not None
    assert [part.heading for part in message.parts] == ["Open for longer"]


def test_two_tests_of_one_route_are_two_messages() -> None:
    assert of_test("team", NOW).id != of_test("team", NOW + timedelta(seconds=1)).id


@pytest.mark.parametrize("case", MESSAGES)
def test_a_title_is_one_harmless_line(case: str) -> None:
    message, _ = MESSAGES[case]

    assert message.title.isprintable()
    assert 0 < len(message.title) <= 255
    assert "`" not in message.title


def test_an_incident_without_members_is_settled_and_breaks_nothing() -> None:
    message = of_incident(subject(incident(state=IncidentState.OPEN)), ())

    assert (message.state, message.severity) == (State.RESOLVED, Severity.INFO)


def test_outcomes_of_what_was_cleared_are_those_that_it_had() -> None:
    cleared = told(CASES["cleared"], posted=True)

    assert cleared.incident is not None
    assert {m.outcome for m in cleared.incident.members} == {Outcome.COMPLIANT}
    assert hears(Filter(outcomes=("non_compliant",)), cleared)
    assert not hears(Filter(outcomes=("suspect",)), cleared)
