"""One sending by its kind, over the transport of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from app.mail_server import MailServer
from app.network import dial
from app.outbound import http, lines, mail
from app.outbound.line import Line
from app.outbound.way import Outbound, Sent
from app.settings import Settings
from checks.base import Permanent
from checks.outside import HttpPost, Lines, Mail, Sending, SlackCall


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
                    from app.outbound import slack  # Slack's library, for who has a route there

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


def made(settings: Settings, line: Line | None = None) -> Outbound:
    """The way out for these settings. `line` is for tests."""
    server = settings.smtp_url
    if server is not None:
        server = replace(server, sender=settings.mail_from) if settings.mail_from else None
    over = line or Line(authorities=settings.outbound_ca_file)
    return _Real(over, server, settings.slack_api)
