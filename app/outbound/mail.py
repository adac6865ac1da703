"""One mail over one connection to the operator's mail server (RFC 5321, 3207, 4954, 8314)."""

from __future__ import annotations

import contextlib
import smtplib
import socket
from collections.abc import Iterator

from app.mail_server import MailServer
from app.network import dial
from app.outbound.line import Line, is_loopback, translated
from checks.base import Permanent, Refused, RefusedForNow, Temporary


class _Guarded(smtplib.SMTP):
    """smtplib over the connection that we dial, so that no name is resolved twice and the deadline holds it."""

    def __init__(self, line: Line, server: MailServer, deadline: dial.Deadline) -> None:
        self._line, self._server, self._deadline = line, server, deadline
        # Without a name of ours smtplib asks the resolver for one, for as long as that likes to take.
        super().__init__(local_hostname=server.sender.rpartition("@")[2], timeout=line.patience.read.total_seconds())
        self._host = server.host  # what the certificate is checked against

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = self._line.dial(host, port, self._deadline)
        if not self._server.tls:
            return made
        return self._line.tls().wrap_socket(made, server_hostname=host)


def deliver(line: Line, server: MailServer, to: str, content: bytes, deadline: dial.Deadline) -> None:
    """Hand one mail over. Once the server took it nothing fails any more. Raises Temporary and Permanent."""
    with _session(line, server, deadline) as smtp:
        smtp.sendmail(server.sender, [to], content)


def greet(line: Line, server: MailServer, deadline: dial.Deadline) -> None:
    """Everything but the mail: connect, encrypt, log in. Raises Temporary and Permanent."""
    with _session(line, server, deadline):
        pass


@contextlib.contextmanager
def _session(line: Line, server: MailServer, deadline: dial.Deadline) -> Iterator[smtplib.SMTP]:
    with translated(deadline), _answers():
        smtp = _Guarded(line, server, deadline)
        try:
            smtp.connect(server.host, server.port)
            smtp.ehlo_or_helo_if_needed()
            _encrypt(smtp, line, server)
            if server.login:
                smtp.login(server.login, server.password)
            yield smtp
        finally:
            # The mail is handed over, or is not: how we part changes neither.
            with contextlib.suppress(smtplib.SMTPException, OSError, ValueError):
                smtp.quit()
            with contextlib.suppress(OSError):
                smtp.close()


def _encrypt(smtp: smtplib.SMTP, line: Line, server: MailServer) -> None:
    """STARTTLS wherever it is offered; without it only to this machine."""
    if server.tls:
        return
    if smtp.has_extn("starttls"):
        smtp.starttls(context=line.tls())
        smtp.ehlo()
    elif not is_loopback(server.host):
        raise Permanent("The mail server offers no STARTTLS, so nothing is sent there; use smtps://, or another one.")


@contextlib.contextmanager
def _answers() -> Iterator[None]:
    """The mail server's answers by their codes: 4xx may pass, 5xx will not. Its text may hold anything: left out."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        failure = _by_code(codes[0] if codes else 0, "does not take mail for this address")
        raise (Refused if isinstance(failure, Permanent) else RefusedForNow)(str(failure)) from None
    except smtplib.SMTPAuthenticationError as error:
        raise _by_code(error.smtp_code, "does not accept the login in SMTP_URL") from None
    except smtplib.SMTPSenderRefused as error:
        raise _by_code(error.smtp_code, "does not take mail from MAIL_FROM") from None
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, "did not take the mail") from None
    except smtplib.SMTPNotSupportedError:
        raise Permanent("The mail server offers no login or extension that is needed.") from None


def _by_code(code: int, what: str) -> Temporary | Permanent:
    sentence = f"The mail server {what} ({code})."
    return Permanent(sentence) if 500 <= code < 600 else Temporary(sentence)
