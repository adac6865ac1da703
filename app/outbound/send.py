"""One sending by its kind, over the transport of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from app import dial
from app.mail_server import MailServer
from app.outbound import http, lines, mail, slack
from app.outbound.line import Line
from app.settings import Settings
from checks.base import Permanent
from checks.outside import HttpPost, Lines, Mail, Sending, SlackCall


@dataclass(frozen=True)
class Sent:
    """What is known there now: the id by which it can be changed or answered to, and its address; '' for neither."""

    ref: str = ""
    url: str = ""


class Outbound(Protocol):
    """The way out. Raises Temporary and Permanent, nothing else."""

    def send(self, sending: Sending, ref: str = "") -> Sent:
        """Send once. `ref` is what the sendings of the same message before it gave."""

    def reach(self, sending: Sending) -> None:
        """As far as can be gone without sending: connect, prove the certificate, log in at the mail server."""


@dataclass(frozen=True)
class _Real:
    line: Line
    mail_server: MailServer | None
    slack_api: str

    def send(self, sending: Sending, ref: str = "") -> Sent:
        with self.line.deadline() as deadline:
            match sending:
                case HttpPost():
                    http.judge(http.post(self.line, sending.url, dict(sending.headers), sending.body, deadline))
                    return Sent(ref)
                case SlackCall():
                    return Sent(ref or slack.call(self.line, self.slack_api, sending, deadline))
                case Mail():
                    mail.deliver(self.line, self._mail(), sending.to, sending.content, deadline)
                    return Sent(ref or sending.message_id)
                case Lines():
                    lines.deliver(self.line, sending, deadline)
                    return Sent(ref)

    def reach(self, sending: Sending) -> None:
        with self.line.deadline() as deadline:
            match sending:
                case HttpPost(url=url):
                    self._reach(url, deadline)
                case SlackCall():
                    self._reach(self.slack_api, deadline)
                case Mail():
                    mail.greet(self.line, self._mail(), deadline)
                case Lines():
                    lines.reach(self.line, sending, deadline)

    def _reach(self, url: str, deadline: dial.Deadline) -> None:
        parts = urlsplit(url)
        tls = parts.scheme == "https"
        lines.reach(self.line, Lines((), parts.hostname or "", parts.port or (443 if tls else 80), tls), deadline)

    def _mail(self) -> MailServer:
        if self.mail_server is None:
            raise Permanent("No mail server is set: SMTP_URL and MAIL_FROM (docs/install.md).")
        return self.mail_server


class _Nowhere:
    def send(self, sending: Sending, ref: str = "") -> Sent:
        raise Permanent("Nothing is set up here to send anything.")

    def reach(self, sending: Sending) -> None:
        raise Permanent("Nothing is set up here to send anything.")


nowhere: Outbound = _Nowhere()
"""Where no way out was given."""


def make_outbound(settings: Settings, line: Line | None = None) -> Outbound:
    """The way out for these settings. `line` is for tests."""
    server = settings.smtp_url
    if server is not None:
        server = replace(server, sender=settings.mail_from) if settings.mail_from else None
    made = line or Line(authorities=settings.outbound_ca_file)
    return _Real(made, server, settings.slack_api)
