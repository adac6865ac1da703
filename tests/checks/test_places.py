"""What single places promise beyond the contract: threads, what is told once, what on-call people can end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import mail, slack
from checks.fields import mail_address
from checks.message import Message
from checks.messages import of_bulletin
from checks.outside import BadRoute, HttpPost, Lines, Mail, SlackCall
from tests.checks.examples import CASES, incident, member
from tests.checks.test_outside_hostile import syslog
from tests.checks.voices import MESSAGES, NOW, POSTED, REPOSITORY, ROUTES, bodies, bulletin, parsed, render, told
from verifier.model import BulletinKind, Severity

ROGUE, MORE, RESOLVED, HELD = (MESSAGES[case][0] for case in ("rogue", "more", "resolved", "acknowledged"))


def one(message: Message, place: str = "email") -> Mail:
    (found,) = render(place, message)
    assert isinstance(found, Mail)
    return found


def json_of(place: str, message: Message, posted: bool = False) -> list[Any]:
    sent = render(place, message, posted)
    return [json.loads(sending.body) for sending in sent if isinstance(sending, HttpPost)]


def calls(message: Message, ref: str = POSTED.ref) -> list[SlackCall]:
    target = slack.read(ROUTES["slack"])
    sent = slack.render(message, target, replace(POSTED, ref=ref), NOW)
    return [call for call in sent if isinstance(call, SlackCall)]


def test_what_slack_shows_is_changed_in_place_and_what_is_new_stands_in_its_thread() -> None:
    changed, answer = calls(MORE)

    assert (changed.method, changed.arguments["ts"]) == ("chat.update", "1774916600.000100")
    assert (answer.method, answer.arguments["thread_ts"]) == ("chat.postMessage", "1774916600.000100")
    assert answer.arguments["text"] == "1 version more: axios 1.14.2"
    assert changed.arguments["channel"] == answer.arguments["channel"] == "C0123456789"


def test_more_of_it_is_said_to_the_whole_channel_and_its_end_only_to_the_thread() -> None:
    assert calls(MORE)[1].arguments["reply_broadcast"] is True
    assert calls(RESOLVED)[1].arguments["reply_broadcast"] is False
    assert calls(HELD)[1].arguments["reply_broadcast"] is False


def test_a_ref_without_a_channel_is_of_the_routes_own() -> None:
    assert [call.arguments["channel"] for call in calls(MORE, "1774916600.000100")] == ["C0123456789"] * 2


def test_where_slack_has_no_thread_the_message_says_what_is_new() -> None:
    (post,) = json_of("slack-webhook", MORE, posted=True)

    assert "New: 1 version more: axios 1.14.2" in [b["text"]["text"] for b in post["blocks"] if "text" in b]


def test_commands_that_are_cut_in_slack_leave_no_open_block_of_code() -> None:
    held = incident(*(member(f"1.{n}.0", f"pkg:npm/{'n' * 60}-{n}") for n in range(84)))
    (call,) = render("slack", told(held))
    assert isinstance(call, SlackCall)
    texts = [block["text"]["text"] for block in call.arguments["blocks"] if "text" in block]

    assert [] == [text for text in texts if text.count("```") % 2]


def test_all_mails_about_one_incident_are_one_thread_and_each_has_its_own_name() -> None:
    first, later, other = one(ROGUE), one(MORE), one(of_bulletin(bulletin(), REPOSITORY))

    assert parsed(first.content)["References"] == parsed(later.content)["References"]
    assert parsed(first.content)["References"] != parsed(other.content)["References"]
    assert len({first.message_id, later.message_id, other.message_id}) == 3


def test_a_mail_that_is_sent_again_has_the_same_name_and_another_recipients_has_not() -> None:
    first = mail.mail(ROGUE, "a@team.example", "m@monitor.example", NOW)
    again = mail.mail(ROGUE, "a@team.example", "m@monitor.example", NOW + timedelta(hours=1))
    other = mail.mail(ROGUE, "b@team.example", "m@monitor.example", NOW)

    assert first.message_id == again.message_id != other.message_id


def test_nobody_learns_who_else_is_told() -> None:
    target = mail.read({"to": ["a@team.example", "b@team.example"]})
    sent = mail.render(ROGUE, target, None, NOW)

    for sending, to in zip(sent, target.to, strict=True):
        assert isinstance(sending, Mail)
        assert (sending.to, parsed(sending.content)["To"]) == (to, to)
        assert sending.content.count(b"@team.example") == 1


def test_a_subscription_is_ended_with_one_click() -> None:
    link = "https://monitor.example/unsubscribe/0123?token=abc"
    sent = mail.mail(ROGUE, "a@team.example", "m@monitor.example", NOW, unsubscribe=link, why="You asked for it.")
    found = parsed(sent.content)
    text, page = bodies(sent.content)

    assert found["List-Unsubscribe"] == f"<{link}>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in text
    assert link in page
    assert "You asked for it." in text


def test_a_mail_without_a_subscription_offers_no_end_of_one() -> None:
    assert parsed(one(ROGUE).content)["List-Unsubscribe"] is None


@given(st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,20}@[a-z0-9-]{1,10}\.example", fullmatch=True))
def test_every_address_that_is_taken_can_be_written_to(to: str) -> None:
    try:
        mail_address(to, "to")
    except BadRoute:
        return
    sent = mail.mail(ROGUE, to, "m@monitor.example", NOW)

    assert parsed(sent.content)["To"].addresses[0].addr_spec == to
    assert not parsed(sent.content).defects


def test_a_subject_says_how_it_stands_once_it_is_no_longer_only_loud() -> None:
    assert [mail.subject(m).partition("]")[0] for m in (ROGUE, HELD, RESOLVED)] == [
        "[critical",
        "[critical, acknowledged",
        "[resolved",
    ]


def test_an_alert_on_call_is_triggered_held_and_resolved_under_one_key() -> None:
    events = [*json_of("pagerduty", ROGUE), *json_of("pagerduty", HELD, True), *json_of("pagerduty", RESOLVED, True)]

    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "resolve"]
    assert {event["dedup_key"] for event in events} == {ROGUE.key}


def test_what_somebody_looked_after_before_on_call_heard_of_it_is_triggered_first() -> None:
    assert [event["event_action"] for event in json_of("pagerduty", HELD)] == ["trigger", "acknowledge"]


def test_on_call_people_are_called_to_what_was_waived_before_they_heard_of_it() -> None:
    (event,) = json_of("pagerduty", told(CASES["waived"]))

    assert ("trigger", "critical") == (event["event_action"], event["payload"]["severity"])


def test_on_call_people_hear_of_nothing_besides_incidents_but_what_a_thief_does_to_hide() -> None:
    found = {kind: json_of("pagerduty", of_bulletin(bulletin(kind), REPOSITORY)) for kind in BulletinKind}

    hides = [BulletinKind.BRANCH_CHANGED, BulletinKind.BLINDED, BulletinKind.TAMPERED]
    assert [kind for kind, events in found.items() if events] == hides
    assert json_of("pagerduty", MESSAGES["digest"][0]) == json_of("pagerduty", MESSAGES["group"][0]) == []
    assert [e["event_action"] for e in json_of("pagerduty", MESSAGES["test"][0])] == ["trigger", "resolve"]


@pytest.mark.parametrize(
    ("message", "posted", "activity", "status"),
    [(ROGUE, False, 1, 1), (MORE, True, 2, 1), (HELD, True, 2, 2), (RESOLVED, True, 3, 4)],
)
def test_a_finding_is_created_updated_and_closed(message: Message, posted: bool, activity: int, status: int) -> None:
    (lines,) = render("syslog-ocsf", message, posted)
    assert isinstance(lines, Lines)
    found = json.loads(syslog(lines.frames[0])["message"])

    assert (found["activity_id"], found["type_uid"], found["status_id"]) == (activity, 200400 + activity, status)
    assert found["finding_info"]["uid"] == message.key
    assert found["is_alert"] is (activity != 3)
    assert {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"} <= set(found)
    assert found["metadata"]["product"]["vendor_name"]


@pytest.mark.parametrize(
    ("severity", "priority"),
    [(Severity.CRITICAL, 130), (Severity.HIGH, 131), (Severity.MEDIUM, 132), (Severity.LOW, 133), (Severity.INFO, 134)],
)
def test_how_loud_it_is_stands_in_the_priority_of_a_line(severity: Severity, priority: int) -> None:
    (lines,) = render("syslog-rfc5424", replace(ROGUE, severity=severity))
    assert isinstance(lines, Lines)

    assert syslog(lines.frames[0])["head"][0] == str(priority)


def test_a_line_about_many_versions_says_how_many_it_left_out() -> None:
    (lines,) = render("syslog-rfc5424", told(CASES["many"]))
    assert isinstance(lines, Lines)
    parameters = syslog(lines.frames[0])["parameters"]
    listed = sum(name == "purl" for name, _ in parameters)

    assert listed > 5
    assert dict(parameters)["versionsTotal"] == "84"
    assert dict(parameters)["versionsLeftOut"] == str(84 - listed)


def test_a_webhook_drops_versions_from_the_end_and_keeps_their_number() -> None:
    held = incident(*(member(f"1.{n}.0", sentences=("x" * 2000,) * 9) for n in range(50)))
    (post,) = json_of("webhook", told(held))
    versions = post["data"]["incident"]["versions"]

    assert 5 < len(versions) < 50
    assert post["data"]["incident"]["versions_total"] == 50
    assert versions[0]["version"] == "1.0.0"
