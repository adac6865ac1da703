"""The contract of every channel out of band: what is said, and that it is said the same way each time."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from checks import OUTSIDE
from checks.message import Message, Part
from checks.messages import COMMANDS
from checks.messages import NOW as TODO
from checks.outside import HttpPost, Lines, Mail, SlackCall
from checks.shown import fitted, within
from tests.checks.examples import CASES, incident, member
from tests.checks.voices import MESSAGES, NOW, ROUTES, bodies, render, shown, told
from verifier.model import Outcome, Weight
from verifier.verdict.reasons import REASONS

GOLDEN = Path(__file__).with_name("golden")
SECRETS = {"url", "token", "secret", "routing_key"}
every_place = pytest.mark.parametrize("place", ROUTES)


def agreed(path: Path, text: str) -> None:
    """The text is the one that was read and agreed on; UPDATE_GOLDEN=1 writes it anew."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text


@every_place
@pytest.mark.parametrize("case", MESSAGES)
def test_what_is_sent_is_what_was_read_and_agreed_on(place: str, case: str) -> None:
    """Read the difference after a change of words as the person who is woken by it would."""
    message, posted = MESSAGES[case]
    channel, _, form = place.partition("-")
    sent = render(place, message, posted)
    text = "\n".join(shown(sending) for sending in sent) or "(nothing)\n"

    agreed(GOLDEN / channel / f"{case}{f'-{form}' if form else ''}.txt", text)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_said_in_a_mail_and_to_a_machine_as_agreed_on(reason: str) -> None:
    weight = REASONS[reason].weight
    outcome = {
        Weight.CONTRADICTS: Outcome.NON_COMPLIANT,
        Weight.ABSENT: Outcome.NON_COMPLIANT,
        Weight.SUSPECTS: Outcome.UNVERIFIABLE,
    }.get(weight, Outcome.COMPLIANT)
    odd = outcome is Outcome.COMPLIANT
    held = incident(
        member(
            outcome=outcome,
            suspect=outcome is Outcome.UNVERIFIABLE,
            reasons=() if weight is Weight.ANOMALY else (reason,),
            sentences=() if weight is Weight.ANOMALY else (REASONS[reason].sentence,),
            anomalies=(REASONS[reason].sentence,) if odd else (),
            odd=(reason,) if odd else (),
        )
    )
    message = told(held, history=())
    (mail,), (post,) = render("email", message), render("webhook", message)
    assert isinstance(mail, Mail)

    agreed(GOLDEN / "reasons" / f"{reason}.txt", f"{bodies(mail.content)[0]}\n=====\n{shown(post)}")


@every_place
@pytest.mark.parametrize("case", MESSAGES)
def test_the_same_message_is_sent_as_the_same_bytes(place: str, case: str) -> None:
    message, posted = MESSAGES[case]

    assert render(place, message, posted) == render(place, message, posted)


def test_every_kind_of_place_is_listed_once_and_tried_here() -> None:
    assert set(OUTSIDE) == {place.partition("-")[0] for place in ROUTES}
    assert [kind for kind, channel in OUTSIDE.items() if channel.KIND != kind] == []


@every_place
def test_an_alert_says_version_registry_times_reason_and_what_to_do(place: str) -> None:
    """Whoever reads it need not look elsewhere first."""
    (sending,) = render(place, told(CASES["rogue"]))
    text = shown(sending)

    assert "1.14.1" in text
    assert "npm" in text
    assert "3 minutes later" in text or "detected" in text
    assert "no-run" in text or "No run of .github/workflows/publish.yml" in text
    assert "Ask everyone who can publish" in text


@pytest.mark.parametrize("place", [place for place, fields in ROUTES.items() if SECRETS & fields.keys()])
def test_no_secret_of_a_route_is_shown_when_a_sending_or_a_target_is_printed(place: str) -> None:
    channel = OUTSIDE[place.partition("-")[0]]
    target = channel.read(ROUTES[place])
    printed = f"{target!r} {channel.render(MESSAGES['rogue'][0], target, None, NOW)!r}"

    for name in SECRETS & ROUTES[place].keys():
        assert str(ROUTES[place][name]) not in printed


@cache
def about_many(size: int) -> Message:
    return told(incident(*(member(f"1.{n}.0", f"pkg:npm/{'n' * 150}-{n}") for n in range(size))))


@every_place
@pytest.mark.parametrize("size", [1, 84, 3000])
def test_an_alert_about_many_versions_fits_and_says_how_many_there_are(place: str, size: int) -> None:
    """3,000 versions with long names are more than any of these places takes."""
    sent = render(place, about_many(size))
    limits = {"email": 140_000, "slack": 40_000, "splunk": 201_000, "webhook": 201_000, "teams": 28_000}
    limits |= {"syslog": 8_000, "pagerduty": 400_000}

    for sending in sent:
        size_sent = len(shown(sending).encode()) if isinstance(sending, SlackCall) else len(_bytes(sending))
        assert size_sent <= limits[place.partition("-")[0]]
        assert str(size) in shown(sending) or size == 1


def _bytes(sending: HttpPost | Mail | Lines) -> bytes:
    match sending:
        case HttpPost(_, _, body):
            return body
        case Mail(_, content, _):
            return content
        case Lines(frames):
            return b"".join(frames)


def test_what_stands_aside_gives_way_before_any_step_does() -> None:
    """A place that is too small for the list of all versions still has every step."""
    message = told(CASES["many"])
    steps = next(part for part in message.parts if part.heading == TODO)
    needed = sum(len(line) + 1 for part in message.parts if not part.aside for line in part.lines)

    for more in (0, 50, 200, 3_000, 100_000):
        found = {part.heading: part for part in fitted(message.parts, needed + more)}
        assert "\n".join(found[TODO].lines) == "\n".join(steps.lines)
        assert ("All 84 versions" in found) == (more > 100)
        assert (COMMANDS in found) == (more > 20_000)
    rest = found["All 84 versions"].lines
    assert len(rest) == 84


def test_however_often_a_message_is_made_shorter_it_counts_what_it_left_out() -> None:
    part = Part("What was seen", tuple(f"- version {n}" for n in range(900)))
    message = replace(told(CASES["rogue"]), parts=(part,))
    text = within(message, 2_000, lambda shorter: "\n".join(shorter.parts[0].lines).encode()).decode()

    kept = text.count("- version ")
    assert f"- … and {900 - kept} more" in text
