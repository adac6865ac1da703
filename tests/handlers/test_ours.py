"""What people do to our issues and check runs is heard; what they do to others' is not, whatever stands in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.issues import LATER
from handlers.ours import MOST, MOST_WAITING
from tests.handlers.deliveries import GADGET, NOW, WIDGET, delivery, hear, named, payload, wanted
from tests.handlers.test_events import posted_incident
from verifier.ledger import Ledger
from verifier.ledger.protocol import Posted
from verifier.model import Answer, Command, IncidentState, Verb
from verifier.verdict.commands import code_of

A = "/artifact-monitor"


def told(repository_id: int = WIDGET, number: str = "12") -> Ledger:
    """An incident with an issue and a check run."""
    ledger = hear(delivery("repository", payload("repository.renamed"), "first"))
    posted_incident(ledger, repository_id)
    with ledger.writing() as book:
        book.incidents.put_posted(Posted("inc-1", "issue", number, "", "", True, NOW))
    return ledger


def given(ledger: Ledger) -> list[Command]:
    with ledger.reading() as book:
        return book.incidents.commands("inc-1")


def comment(text: str | None, **more: Any) -> dict[str, Any]:
    return named("comment", "issue_comment.created", body=text, **more)


def test_a_comment_on_our_issue_is_a_command_and_has_the_incident_answered() -> None:
    ledger = told()
    hear(delivery("issue_comment", payload("issue_comment.created")), ledger=ledger)
    expected = Command(
        id="comment/61001/0",
        incident_id="inc-1",
        repository_id=WIDGET,
        verb=Verb.ACKNOWLEDGE,
        actor_id=4101,
        actor="alice",
        at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
        reason="I look into it",
        days=3,
        url="https://github.example/acme/widget/issues/12#issuecomment-61001",
    )

    assert [expected] == given(ledger)
    assert "answer/inc-1" in wanted(ledger)


def test_a_comment_that_is_delivered_twice_commands_once() -> None:
    ledger = told()
    for id in ("a", "b"):
        hear(delivery("issue_comment", comment(f"{A} recheck\n{A} help"), id), ledger=ledger)

    assert ["comment/61001/0", "comment/61001/1"] == [command.id for command in given(ledger)]


def test_a_mute_is_bound_to_what_stood_open_as_it_was_heard() -> None:
    ledger = told()
    hear(delivery("issue_comment", comment(f"{A} mute by hand")), ledger=ledger)
    with ledger.reading() as book:
        incident = book.incidents.get("inc-1")

    assert incident is not None
    assert [code_of(incident)] == [command.code for command in given(ledger)]


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_an_edited_comment_is_not_obeyed(action: str) -> None:
    """Whoever may write to the repository may edit what an authorised person wrote there."""
    ledger = told()
    hear(delivery("issue_comment", payload("issue_comment.created", action=action)), ledger=ledger)

    assert [] == given(ledger)


@pytest.mark.parametrize(
    ("repository_id", "number"), [(GADGET, "12"), (WIDGET, "13")], ids=["another repository", "another issue"]
)
def test_what_is_said_elsewhere_is_no_command_whatever_stands_there(repository_id: int, number: str) -> None:
    """A marker in the text of an issue makes it none of ours."""
    ledger = told(repository_id, number)
    said = payload("issue_comment.created")
    said["issue"]["body"] = "<!-- artifact-monitor:incident:inc-1 -->"
    hear(delivery("issue_comment", said), ledger=ledger)
    hear(delivery("issues", payload("issues.closed")), ledger=ledger)

    assert [] == given(ledger)
    assert not [key for key in wanted(ledger) if key.startswith(("answer", "touched"))]


@pytest.mark.parametrize(("ref", "obeyed"), [("12", False), ("acme/widget#12", True), ("acme/other#12", False)])
def test_issues_of_all_repositories_may_stand_in_one(ref: str, obeyed: bool) -> None:
    """An issue that stands elsewhere is known by where; a bare number is one of the repository itself."""
    ledger = told(GADGET, ref)
    hear(delivery("issue_comment", payload("issue_comment.created")), ledger=ledger)

    assert (["comment/61001/0"] if obeyed else []) == [command.id for command in given(ledger)]


@pytest.mark.parametrize("user", [None, {"login": "x[bot]", "id": 5, "type": "Bot"}, {"login": "x", "id": 5}])
def test_bots_and_accounts_that_are_gone_command_nothing(user: object) -> None:
    ledger = told()
    hear(delivery("issue_comment", comment(f"{A} recheck", user=user)), ledger=ledger)

    assert [] == given(ledger)


def test_what_an_app_wrote_in_a_persons_name_is_not_obeyed_and_that_is_said() -> None:
    ledger = told()
    hear(delivery("issue_comment", comment(f"{A} recheck", performed_via_github_app={"id": 9})), ledger=ledger)

    assert ["by an App" in command.problem for command in given(ledger)] == [True]


def test_an_account_that_gives_very_many_commands_is_not_read_any_more() -> None:
    ledger = told()
    with ledger.writing() as book:
        for number in range(MOST):
            book.incidents.put_command(
                Command(f"c{number}", "inc-1", WIDGET, Verb.HELP, 4101, "alice", NOW + timedelta(seconds=number))
            )
    hear(delivery("issue_comment", comment(f"{A} recheck")), ledger=ledger)
    other = comment(f"{A} recheck", id=61002, user={"login": "bob", "id": 4102, "type": "User"})
    hear(delivery("issue_comment", other, "b"), ledger=ledger)

    assert MOST + 1 == len(given(ledger))


def test_what_waits_of_one_account_is_no_more_than_a_comment_holds() -> None:
    ledger = told()
    for number in range(3):
        hear(delivery("issue_comment", comment(f"{A} recheck\n" * 10, id=61000 + number), str(number)), ledger=ledger)

    assert MOST_WAITING == len(given(ledger))


def test_an_account_without_a_role_that_was_answered_today_is_not_kept_again() -> None:
    ledger = told()
    hear(delivery("issue_comment", comment(f"{A} recheck")), ledger=ledger)
    (first,) = given(ledger)
    with ledger.writing() as book:
        book.incidents.put_answer(Answer(first.id, "inc-1", False, "No.", NOW, stranger=True))
    hear(delivery("issue_comment", comment(f"{A} recheck", id=61002), "b"), ledger=ledger)

    assert [first] == given(ledger)


@pytest.mark.parametrize("text", ["a word", f"> {A} recheck", None])
def test_a_comment_that_commands_nothing_costs_nothing(text: str | None) -> None:
    ledger = told()
    with ledger.reading() as book:
        before = list(book.facts()), book.work.all("inspect")
    hear(delivery("issue_comment", comment(text)), ledger=ledger)

    with ledger.reading() as book:
        assert before == (list(book.facts()), book.work.all("inspect"))


def pressed(identifier: str, **changes: Any) -> dict[str, Any]:
    said = payload("check_run.rerequested", action="requested_action", **changes)
    return {**said, "requested_action": {"identifier": identifier}}


@pytest.mark.parametrize(
    ("identifier", "verb", "code"),
    [
        ("acknowledge", Verb.ACKNOWLEDGE, ""),
        ("mine-0123456789abcde", Verb.MINE, "0123456789abcde"),
        ("mute-0123456789abcde", Verb.MUTE, "0123456789abcde"),
        ("mine", Verb.MINE, ""),
    ],
)
def test_a_button_is_a_command_bound_to_what_was_shown_beside_it(identifier: str, verb: Verb, code: str) -> None:
    ledger = told()
    for _ in range(2):
        hear(delivery("check_run", pressed(identifier), "press-1"), ledger=ledger)

    (command,) = given(ledger)
    assert (verb, code, "button/press-1", "alice", "") == (
        command.verb,
        command.code,
        command.id,
        command.actor,
        command.problem,
    )
    assert set() == wanted(ledger, "examine")


def test_a_button_that_is_not_known_is_answered() -> None:
    ledger = told()
    hear(delivery("check_run", pressed("lgtm|26764")), ledger=ledger)

    assert [True] == [bool(command.problem) for command in given(ledger)]


def test_a_button_on_a_check_run_that_is_not_ours_or_pressed_by_a_bot_is_nothing() -> None:
    ledger = told()
    other = pressed("acknowledge")
    other["check_run"] = {**other["check_run"], "id": 5002}
    hear(delivery("check_run", other), ledger=ledger)
    hear(
        delivery("check_run", pressed("acknowledge", sender={"login": "b", "id": 1, "type": "Bot"}), "b"), ledger=ledger
    )

    assert [] == given(ledger)
    assert set() == wanted(ledger, "examine")


@pytest.mark.parametrize("action", ["closed", "deleted", "transferred"])
def test_what_is_done_to_our_issue_is_asked_after_a_little_later(action: str) -> None:
    ledger = told()
    for id in ("a", "b"):
        hear(delivery("issues", payload("issues.closed", action=action), id), ledger=ledger)
    at = int(datetime(2026, 3, 1, 12, 40, tzinfo=UTC).timestamp()) if action == "closed" else 0
    with ledger.reading() as book:
        tasks = {task.key: task.due_at for task in book.work.all("inspect") if task.key.startswith("touched")}

    assert {f"touched/inc-1/12/{action}/{at}/4101/alice": NOW + LATER} == tasks


@pytest.mark.parametrize("action", ["reopened", "edited", "unlabeled", "opened"])
def test_what_our_next_text_repairs_is_not_asked_after(action: str) -> None:
    ledger = told()
    hear(delivery("issues", payload("issues.closed", action=action)), ledger=ledger)

    assert not [key for key in wanted(ledger) if key.startswith("touched")]


def test_the_closing_of_a_settled_incident_is_not_asked_after() -> None:
    ledger = told()
    with ledger.writing() as book:
        incident = book.incidents.get("inc-1")
        assert incident is not None
        book.incidents.put(replace(incident, state=IncidentState.RESOLVED))
    hear(delivery("issues", payload("issues.closed")), ledger=ledger)

    assert not [key for key in wanted(ledger) if key.startswith("touched")]
