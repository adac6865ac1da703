"""Subscribing from the form to the last mail, over a real mail server: confirm, alert, one click, silence."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default

from app.deeds.subscribing import REFUSED_FOR
from app.jobs import tell
from app.jobs.telling import speak
from app.mail_server import MailServer
from app.outbound import make_outbound
from checks.subscription import ONE_CLICK
from tests.outbound.mailing import Postman, mail_server
from tests.subscribers import ALICE, BASE, SETTINGS, STRANGER, Monitor, incident
from tests.verdict.cases import HOUR
from verifier.model import Incident


def monitor_at(port: int) -> Monitor:
    settings = replace(SETTINGS, smtp_url=MailServer("127.0.0.1", port, tls=False))
    return Monitor(settings, outbound=make_outbound(settings))


def came(postman: Postman) -> list[EmailMessage]:
    """The mails that the server took since it was asked last, as a mail program reads them."""
    found = []
    for sender, to, content in postman.mails:
        mail = email.message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        assert (SETTINGS.mail_from, to) == (sender, mail["To"])
        found.append(mail)
    postman.mails.clear()
    return found


def happen(monitor: Monitor, held: Incident) -> None:
    """As a verdict does it: kept, wanted told, and told by the step."""
    with monitor.ledger.writing() as book:
        speak.keep(book, held, monitor.time)
    tell.run(monitor.deps)


def test_confirm_then_an_alert_then_one_click_and_then_nothing() -> None:
    postman = Postman()
    with mail_server(postman, None) as port:
        monitor = monitor_at(port)
        monitor.ask()
        happen(monitor, incident(id="before"))
        (asked,) = came(postman)
        (page,) = re.findall(rf"{BASE}(/subscriptions/\S+)", asked.get_content())
        assert 200 == monitor.client.get(page).status_code
        happen(monitor, incident(id="looked"))
        assert [] == came(postman)

        assert 200 == monitor.client.post(f"{page}/confirm").status_code
        happen(monitor, incident())
        (alert,) = came(postman)
        assert "axios" in alert["Subject"]
        assert ONE_CLICK == alert["List-Unsubscribe-Post"]
        (end,) = re.findall(rf"^<{BASE}(\S+)>$", alert["List-Unsubscribe"])

        clicked = monitor.client.post(end, data=ONE_CLICK, content_type="application/x-www-form-urlencoded")
        assert (200, None) == (clicked.status_code, clicked.headers.get("Set-Cookie"))
        happen(monitor, incident(id="after"))
        assert [] == came(postman)


def test_a_recipient_whom_the_server_does_not_know_stops_nobody_and_is_given_up_after_a_week() -> None:
    postman = Postman()
    with mail_server(postman, None) as port:
        monitor = monitor_at(port)
        for address in (ALICE, STRANGER):
            monitor.ask(address=address)
            tell.run(monitor.deps)
            (mail,) = came(postman)
            monitor.client.post(mail["List-Unsubscribe"].removeprefix(f"<{BASE}").removesuffix("/end>") + "/confirm")
        postman.answers[ALICE] = "550 5.1.1 no such user <alice@people.example>"
        happen(monitor, incident())
        assert [STRANGER] == [mail["To"] for mail in came(postman)]
        assert ["550" in sentence and ALICE not in sentence for sentence in monitor.problems().values()] == [True]
        monitor.time += REFUSED_FOR + HOUR
        tell.run(monitor.deps)

        assert {ALICE: False, STRANGER: True} == {one.address: one.live for one in monitor.all()}


def test_a_request_for_an_address_that_does_not_exist_is_ended_at_once_and_counts_for_a_day() -> None:
    postman = Postman(answers={ALICE: "550 5.1.1 no such user"})
    with mail_server(postman, None) as port:
        monitor = monitor_at(port)
        monitor.ask()
        tell.run(monitor.deps)

        (refused,) = monitor.all()
        assert refused.ended_at is not None
        assert {} == monitor.problems()
