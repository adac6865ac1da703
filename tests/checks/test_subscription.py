"""What subscribers are sent besides alerts, and what is made of an alert for strangers."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from checks.base import Subject
from checks.mail import mail
from checks.messages import COMMANDS, NOW, SILENCE, YOURS, of_incident
from checks.subscription import ONE_CLICK, WORDS, confirmation, described, for_strangers
from tests.checks.examples import CASES, HOSTILE
from tests.verdict.cases import REPOSITORY
from verifier.model import OUTCOMES, Filter

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = "https://monitor.example/subscriptions/" + "a" * 32 + "/" + "b" * 64


def parsed(to: str = "alice@people.example") -> EmailMessage:
    made = confirmation(to, "alerts@monitor.example", PAGE, f"{PAGE}/end", "a" * 32, AT)
    read = email.message_from_bytes(made.content, policy=SMTP)
    assert isinstance(read, EmailMessage)
    return read


def test_the_mail_that_asks_has_one_recipient_and_what_one_click_needs() -> None:
    asked = parsed()

    assert "alice@people.example" == asked["To"]
    assert f"<{PAGE}/end>" == asked["List-Unsubscribe"]
    assert ONE_CLICK == asked["List-Unsubscribe-Post"]
    assert "auto-generated" == asked["Auto-Submitted"]
    assert f"\n{PAGE}\n" in asked.get_content().replace("\r\n", "\n")
    assert "Mon, 02 Mar 2026 12:00:00 +0000" == asked["Date"]


def test_the_header_for_one_click_holds_the_address_as_it_is() -> None:
    """Encoded words, as Python writes what is longer than a line, no mail program follows."""
    raw = confirmation("a@x.example", "alerts@monitor.example", PAGE, f"{PAGE}/end", "a", AT).content.decode()
    head = raw.partition("\r\n\r\n")[0].split("\r\n")

    assert f"List-Unsubscribe: <{PAGE}/end>" in head
    assert f"List-Unsubscribe-Post: {ONE_CLICK}" in head
    assert "=?" not in raw


def test_an_alert_holds_its_link_and_its_thread_as_they_are_however_long_our_name_is() -> None:
    sender = f"alerts@{'long-name-' * 6}a.monitor.example"
    message = of_incident(Subject(CASES["rogue"], REPOSITORY, ""), ())
    raw = mail(message, "a@x.example", sender, AT, unsubscribe=f"{PAGE}/end", why="Because.").content.decode()
    head = raw.partition("\r\n\r\n")[0].split("\r\n")

    assert f"List-Unsubscribe: <{PAGE}/end>" in head
    for name in ("Message-ID", "In-Reply-To", "References"):
        (line,) = [line for line in head if line.startswith(f"{name}: ")]
        assert line.endswith(f"{sender.partition('@')[2]}>")


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_whatever_a_filter_holds_is_shown_on_one_line(text: str) -> None:
    rows = dict(described(Filter((text,), (text,), (text,)), weekly=False))

    assert all(len(word) < 300 and word.isprintable() for words in rows.values() for word in words)


def test_whatever_can_be_asked_for_has_words() -> None:
    assert OUTCOMES == tuple(WORDS)


def test_a_filter_is_described_with_what_it_hears_and_when() -> None:
    rows = dict(described(Filter(repositories=("octo/*",), outcomes=("suspect",)), weekly=True))

    assert {
        "Organisations": ("all",),
        "Repositories": ("octo/*",),
        "Artifacts": ("all",),
        "What": (WORDS["suspect"],),
        "When": ("a summary once a week",),
    } == rows


@pytest.mark.parametrize("case", sorted(CASES))
def test_strangers_get_steps_of_their_own_and_no_page_of_ours(case: str) -> None:
    whole = of_incident(Subject(CASES[case], REPOSITORY, "", "https://monitor.example/incidents/x"), ())
    message = for_strangers(whole)
    headings = [part.heading for part in message.parts]

    assert not {YOURS, SILENCE, COMMANDS} & set(headings)
    assert "" == message.url
    assert (NOW in headings) == (NOW in [part.heading for part in whole.parts])
    assert all("artifact-monitor" not in line for part in message.parts for line in part.lines)
