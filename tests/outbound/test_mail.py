"""Mail: one at a time, encrypted and logged in; what the server took is never sent again."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from app.mail_server import sender, server
from app.outbound import Outbound, make_outbound
from app.outbound.line import Line
from app.settings import Settings
from checks.base import Permanent, Temporary
from checks.outside import Mail
from tests.http.server import no_names
from tests.outbound.mailing import LOGIN, PASSWORD, Postman, mail_server
from tests.outbound.tls import pair

MAIL = Mail("a@x.example", b"Subject: test\r\nMessage-ID: <1@x.example>\r\n\r\nhello\r\n.\r\nend\r\n", "<1@x.example>")
FROM = "alerts@x.example"
URL = f"{quote(LOGIN, safe='')}:{quote(PASSWORD, safe='')}@127.0.0.1"


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def encrypted(tmp_path: Path) -> ssl.SSLContext:
    return pair().server(tmp_path)


@pytest.fixture
def port(postman: Postman, encrypted: ssl.SSLContext) -> Iterator[int]:
    with mail_server(postman, encrypted) as found:
        yield found


def way(url: str, authorities: str = "") -> Outbound:
    settings = Settings(smtp_url=server("SMTP_URL", url), mail_from=sender("MAIL_FROM", FROM))
    return make_outbound(settings, Line(resolve=no_names, authorities=authorities or pair().certificate))


def test_a_mail_is_handed_over_encrypted_and_logged_in(postman: Postman, port: int) -> None:
    sent = way(f"smtp://{URL}:{port}").send(MAIL)
    assert [(FROM, "a@x.example")] == [mail[:2] for mail in postman.mails]
    assert MAIL.content == postman.mails[0][2]
    assert "<1@x.example>" == sent.ref
    assert {"x.example"} == set(postman.names), "no name of this machine is looked up or told"


def test_a_mail_is_handed_over_where_everything_is_encrypted(postman: Postman, encrypted: ssl.SSLContext) -> None:
    with mail_server(postman, None, ssl_context=encrypted) as port:
        way(f"smtps://127.0.0.1:{port}").send(MAIL)
    assert 1 == len(postman.mails)


@pytest.mark.parametrize("after", ["refuse", "vanish"])
def test_what_the_server_took_is_told_however_it_parts(postman: Postman, port: int, after: str) -> None:
    postman.after = after
    way(f"smtp://{URL}:{port}").send(MAIL)
    assert 1 == len(postman.mails)


@pytest.mark.parametrize("where", ["a@x.example", "data"])
@pytest.mark.parametrize(("answer", "kind"), [("450 later", Temporary), ("550 no hunter2", Permanent)])
def test_four_may_pass_and_five_will_not(
    postman: Postman, port: int, where: str, answer: str, kind: type[Exception]
) -> None:
    postman.answers[where] = answer
    with pytest.raises(kind) as raised:
        way(f"smtp://{URL}:{port}").send(MAIL)
    assert answer[:3] in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert [] == postman.mails


def test_a_wrong_login_is_refused_and_not_repeated(postman: Postman, port: int) -> None:
    with pytest.raises(Permanent, match="login in SMTP_URL") as raised:
        way(f"smtp://someone:hunter3@127.0.0.1:{port}").send(MAIL)
    assert "hunter3" not in str(raised.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(postman: Postman, port: int) -> None:
    settings = Settings(smtp_url=server("SMTP_URL", f"smtp://{URL}:{port}"), mail_from=FROM)
    with pytest.raises(Permanent, match="OUTBOUND_CA_FILE"):
        make_outbound(settings, Line(resolve=no_names)).send(MAIL)
    assert [] == postman.mails


def test_without_encryption_mail_goes_to_this_machine_only(postman: Postman) -> None:
    with mail_server(postman, None) as port:
        way(f"smtp://127.0.0.1:{port}").send(MAIL)
        settings = Settings(smtp_url=server("SMTP_URL", f"smtp://mail.example:{port}"), mail_from=FROM)
        elsewhere = make_outbound(settings, Line(resolve=lambda host, port: no_names("127.0.0.1", port)))
        with pytest.raises(Permanent, match="STARTTLS"):
            elsewhere.send(MAIL)
    assert 1 == len(postman.mails)


def test_a_server_that_never_answers_is_left_at_the_deadline(impatient: Line) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = Settings(smtp_url=server("SMTP_URL", f"smtp://127.0.0.1:{silent.getsockname()[1]}"), mail_from=FROM)
        with pytest.raises(Temporary):
            make_outbound(settings, impatient).send(MAIL)


def test_a_recipient_that_cannot_be_written_is_refused(postman: Postman, port: int) -> None:
    with pytest.raises(Permanent):
        way(f"smtp://{URL}:{port}").send(Mail("ä@x.example", MAIL.content))


def test_the_doctor_goes_as_far_as_the_login_and_sends_nothing(postman: Postman, port: int) -> None:
    way(f"smtp://{URL}:{port}").reach(MAIL)
    assert [] == postman.mails
    with pytest.raises(Permanent, match="login"):
        way(f"smtp://a:b@127.0.0.1:{port}").reach(MAIL)


def test_without_a_mail_server_no_mail_is_sent() -> None:
    with pytest.raises(Permanent, match="SMTP_URL"):
        make_outbound(Settings(mail_from=FROM)).send(MAIL)
    with pytest.raises(Permanent, match="SMTP_URL"):
        make_outbound(Settings(smtp_url=server("SMTP_URL", "smtp://127.0.0.1"))).send(MAIL)
