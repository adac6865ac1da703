"""A real mail server: aiosmtpd with STARTTLS and a login, which does what the test says."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOGIN, PASSWORD = "alerts@x.example", "hunter2/:@%"


@dataclass
class Postman:
    """Keeps what it was handed. `answers` are what it says of a recipient, or of the whole mail (`data`)."""

    mails: list[tuple[str, str, bytes]] = field(default_factory=list)
    """(sender, recipient, content)."""
    answers: dict[str, str] = field(default_factory=dict)
    after: str = "QUIT"
    names: list[str] = field(default_factory=list)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any) -> Any:
        self.names.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "data" in self.answers:
            return self.answers["data"]
        assert envelope.mail_from is not None
        for to in envelope.rcpt_tos:
            assert isinstance(envelope.content, bytes)
            self.mails.append((envelope.mail_from, to, envelope.content))
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.after == "vanish":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "221 Bye" if self.after == "QUIT" else "554 no"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (LOGIN.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(postman: Postman, context: ssl.SSLContext | None, **more: Any) -> Iterator[int]:
    """A running server; its port. With a context it wants STARTTLS and a login."""
    if context is not None:
        more = {"tls_context": context, "require_starttls": True, "auth_required": True, **more}
        more["authenticator"] = postman.authenticate
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(postman, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
