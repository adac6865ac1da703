"""What is done on an incident's page is a command like one at GitHub: decided by the same rules, once, and answered."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deeds import commanding
from tests.jobs.commanded import SUSPECT, Told
from tests.pages.acting import HOME, Desk
from tests.registries.documents import SCOPED
from tests.verdict.cases import REPOSITORY
from verifier.ledger.views import DeedKind
from verifier.model import CODE, Conduct, IncidentState, Verb


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_who_acknowledges_on_the_page_looks_after_it_and_reads_the_answer_there(desk: Desk) -> None:
    carol = desk.browser("carol")
    sent = desk.send(carol, "acknowledge")

    assert (303, ["inspect"]) == (sent.status_code, desk.woken)
    waiting = carol.get(f"/incidents/{desk.told.id}")
    assert "It is being answered." in waiting.text
    assert waiting.headers["Refresh"].startswith("2; ")
    desk.answer()

    assert IncidentState.ACKNOWLEDGED is desk.told.incident.state
    page = carol.get(f"/incidents/{desk.told.id}")
    assert "carol looks after it until" in page.text
    assert "Refresh" not in page.headers
    assert "carol looks after it until" in desk.told.comments()[0]


def test_a_command_that_nobody_can_answer_says_where_to_look_and_the_page_stops_loading_itself(desk: Desk) -> None:
    carol = desk.browser("carol")
    desk.send(carol, "acknowledge")
    desk.told.parts.now += timedelta(minutes=1)
    page = carol.get(f"/incidents/{desk.told.id}")

    assert "The health page says what is in the way." in page.text
    assert "Refresh" not in page.headers


def test_this_was_me_is_bound_to_the_files_that_the_form_showed(desk: Desk) -> None:
    carol = desk.browser("carol")
    desk.send(carol, "mine", code="0" * CODE)
    desk.answer()
    assert [] == desk.told.waivers()
    assert "What stands open here is not what this command was about." in desk.page(carol)

    desk.send(carol, "mine")
    desk.answer()
    assert ["carol"] == [waiver.by for waiver in desk.told.waivers()]


def test_nobody_who_published_can_speak_for_it_on_the_page_either(desk: Desk) -> None:
    desk.told.github.roles["alice"] = "admin"
    alice = desk.browser("alice", "admin")
    desk.send(alice, "mine")
    desk.answer()

    assert [] == desk.told.waivers()
    assert "cannot speak for it" in desk.page(alice)


def test_who_lost_the_role_since_the_login_changes_nothing(desk: Desk) -> None:
    """The page offers by what GitHub said at the login; what is done goes by what it says now."""
    carol = desk.browser("carol")
    form = desk.form(carol, "mine")
    del desk.told.github.roles["carol"]
    carol.post(f"/incidents/{desk.told.id}/commands", data=form, headers={"Origin": HOME})
    desk.answer()

    assert [] == desk.told.waivers()
    assert "GitHub says that carol has none" in desk.page(carol)


@pytest.mark.parametrize("verb", ["acknowledge", "mine", "mute"])
def test_who_has_not_the_role_is_offered_nothing_and_refused(desk: Desk, verb: str) -> None:
    erin = desk.browser("erin", "write")
    page, sent = desk.page(erin), desk.send(erin, verb, code=desk.told.code)

    assert 403 == sent.status_code
    assert f'value="{verb}"' not in page
    assert "it takes the role maintain or more" in page
    assert [] == desk.said()


def test_where_two_people_are_needed_the_page_and_an_issue_count_together(desk: Desk) -> None:
    desk.told.conduct(Conduct(four_eyes=True))
    desk.send(desk.browser("carol"), "mine")
    desk.answer()
    assert [] == desk.told.waivers()
    desk.told.say(Verb.MINE, "dave")

    assert ["carol and dave"] == [waiver.by for waiver in desk.told.waivers()]


def test_whoever_runs_the_monitor_acts_without_an_account_at_github(desk: Desk) -> None:
    operator = desk.browser("operator")
    desk.send(operator, "acknowledge")
    desk.answer()

    ((command, answer),) = desk.said()
    assert (0, "operator", True) == (command.actor_id, command.actor, answer is not None and answer.accepted)
    assert IncidentState.ACKNOWLEDGED is desk.told.incident.state
    assert not [path for _, path, _ in desk.told.github.asked if "/collaborators/operator" in path]


def test_no_command_at_github_is_taken_for_the_operators(desk: Desk) -> None:
    """An account with the id 0, if GitHub ever named one, is asked after like every other."""
    desk.told.say(Verb.ACKNOWLEDGE, "carol", actor_id=0, actor="operator")

    ((command, answer),) = desk.said()
    assert not command.of_operator
    assert answer is not None
    assert not answer.accepted


def test_a_form_that_is_sent_twice_is_one_command(desk: Desk) -> None:
    carol = desk.browser("carol")
    form = desk.form(carol, "acknowledge")
    for _ in range(2):
        sent = carol.post(f"/incidents/{desk.told.id}/commands", data=form, headers={"Origin": HOME})
        assert 303 == sent.status_code

    assert 1 == len(desk.said())


def test_a_mute_is_offered_where_it_would_silence_something(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Told(SUSPECT))
    carol = desk.browser("carol")
    desk.send(carol, "mute")
    desk.answer()

    with desk.told.parts.ledger.reading() as book:
        assert ["carol"] == [mute.by for mute in book.incidents.mutes(SCOPED)]
    assert "From 2" in desk.page(carol)


def test_one_version_is_looked_at_again_and_no_other(desk: Desk) -> None:
    erin = desk.browser("erin", "write")
    desk.send(erin, "recheck", only=commanding.key_of(desk.told.incident.members[0]))
    stranger = desk.send(erin, "recheck", only="0" * 16)
    desk.answer()

    assert 422 == stranger.status_code
    with desk.told.parts.ledger.reading() as book:
        assert [f"{SCOPED.purl} 1.2.3"] == [task.key for task in book.work.all("examine")]
    assert "That version is looked at again now." in desk.page(erin)


def test_what_was_asked_stands_in_the_audit_log_with_who_asked(desk: Desk) -> None:
    carol = desk.browser("carol")
    desk.send(carol, "acknowledge")
    desk.answer()

    with desk.told.parts.ledger.reading() as book:
        deeds = book.views.deeds(frozenset({REPOSITORY.id})).items
    assert [("carol", DeedKind.COMMANDED)] == [(d.by, d.kind) for d in deeds if d.kind is DeedKind.COMMANDED]
    assert "Asked: acknowledge: because." in carol.get("/activity").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": " \t "}, "Give a reason"),
        ({"reason": "x" * 301}, "longer than 300"),
        ({"days": "0"}, "from 1 to 30"),
        ({"days": "31"}, "from 1 to 30"),
        ({"days": "\u0663"}, "from 1 to 30"),
        ({"once": "../x"}, "load the page again"),
        ({"verb": "help"}, "load the page again"),
    ],
)
def test_what_cannot_be_meant_is_said_on_the_page_and_nothing_is_done(
    desk: Desk, fields: dict[str, str], sentence: str
) -> None:
    sent = desk.send(desk.browser("carol"), "acknowledge", **fields)

    assert 422 == sent.status_code
    assert sentence in sent.text
    assert [] == desk.said()


def test_without_the_forms_token_nothing_is_done(desk: Desk) -> None:
    sent = desk.send(desk.browser("carol"), "acknowledge", form_token="another")

    assert (403, []) == (sent.status_code, desk.said())


def test_nothing_to_act_on_is_offered_once_it_is_settled(desk: Desk) -> None:
    incident = desk.told.incident
    waived = tuple(replace(member, waived=True) for member in incident.members)
    with desk.told.parts.ledger.writing() as book:
        book.incidents.put(replace(incident, state=IncidentState.RESOLVED, members=waived))
    page = desk.page(desk.browser("carol"))

    assert "Settled" in page
    assert [] == re.findall(r'value="(acknowledge|mine|mute)"', page)


@given(st.dictionaries(st.sampled_from(["verb", "once", "reason", "days", "code"]), st.text(max_size=400)))
def test_any_form_is_read_or_refused_in_a_sentence(form: dict[str, str]) -> None:
    try:
        asked, once = commanding.read(form)
    except commanding.Unclear as unclear:
        assert str(unclear)
    else:
        assert asked.verb in commanding.VERBS
        assert 16 == len(once)
        assert len(asked.reason) <= 300
