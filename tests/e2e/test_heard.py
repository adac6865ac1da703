"""Real receivers out of band: a mail server, rsyslog over TCP and TLS, and a web server that fails in every way.

Nothing is lost, and nothing is said twice where the channel has an id.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app import routes
from app.jobs import tell
from app.jobs.telling import speak
from app.mail_server import server as mail_setting
from app.outbound import make_outbound
from app.outbound.line import Line, Patience
from app.processes.lanes import Lanes
from app.settings import Settings
from checks import OUTSIDE
from tests.e2e.conftest import given
from tests.e2e.siem import Siem, id_of
from tests.http.server import Handler, Server, no_names
from tests.jobs.telling import Told, many
from tests.outbound.mailing import Postman, mail_server
from tests.outbound.test_mail import URL
from tests.outbound.tls import pair
from verifier.ledger import migrate, open_ledger

pytestmark = pytest.mark.e2e
COUNT = 120
HASTE = Patience(timedelta(seconds=2), timedelta(seconds=1), timedelta(seconds=2))
SECRET = "whsec_" + "QUJD" * 12


class Sink:
    """A webhook's receiver that answers 429, 500, too slowly, never, or breaks off, before it takes some things."""

    def __init__(self, running: Server) -> None:
        self.taken: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        self.bodies: dict[str, set[bytes]] = {}
        self._running, self._moods = running, iter(())

    def __call__(self, handler: Handler) -> None:
        name = handler.headers["webhook-id"]
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.seen[name] += 1
        self.bodies.setdefault(name, set()).add(body)
        # Every eleventh thing that is new fails twice, each in a way of its own.
        number = list(self.seen).index(name)
        mood = number // 11 % 5 if number % 11 == 3 and self.seen[name] <= 2 else None
        if mood == 0:
            handler.send(429, Retry_After="1")
        elif mood == 1:
            handler.send(500)
        elif mood == 2:
            self._running.over.wait(5)
        elif mood == 3:
            while not self._running.over.wait(0.2):
                handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        elif mood == 4:
            handler.close_connection = True
        else:
            self.taken[name] += 1
            handler.send(204)


class Real(Told):
    """A monitor with real ways out, on SQLite, with a thread for each lane; its clock is set forward by the test."""

    def __init__(self, folder: Path, text: str, **settings: Any) -> None:
        path = folder / "routes.yml"
        path.write_text(text)
        path.chmod(0o600)
        given_settings = Settings(data_dir=folder, routes=path, **settings)
        super().__init__(*routes.of(given_settings, {}), channels=OUTSIDE)
        migrate(given_settings.database)
        self.ledger = open_ledger(given_settings.database)
        self.__post_init__()
        self.way = make_outbound(given_settings, Line(HASTE, no_names, pair().certificate))  # type: ignore[assignment]  # the real way out in place of a made-up one
        self.lanes = Lanes()

    def tell_all(self) -> None:
        """Until nothing is left to be said; the monitor's clock runs ahead."""
        until = time.monotonic() + 240
        while self.busy():
            assert time.monotonic() < until, (self.problems(), [self.left(r.name) for r in self.routes])
            self.tell()
            time.sleep(0.05)
            self.now += timedelta(seconds=15)


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.over.set()
        running.shutdown()


def test_nothing_is_lost_and_nothing_said_twice(tmp_path: Path) -> None:
    siem = Siem(Path(given("E2E_RSYSLOG")), int(given("E2E_RSYSLOG_PLAIN")), int(given("E2E_RSYSLOG_TLS")))
    postman = Postman()
    with serving() as web, mail_server(postman, pair().server(tmp_path)) as port:
        sink = Sink(web)
        web.answers["/hook"] = sink
        text = f"""
routes:
  - {{name: hook, kind: webhook, url: "{web.url}/hook", secret: {SECRET}}}
  - {{name: plain, kind: syslog, host: 127.0.0.1, port: {siem.plain_port}, tls: false}}
  - {{name: tls, kind: syslog, host: 127.0.0.1, port: {siem.tls_port}, ca: {siem.ca}}}
  - {{name: people, kind: email, to: [a@x.example, b@x.example]}}
"""
        parts = Real(
            tmp_path, text, smtp_url=mail_setting("SMTP_URL", f"smtp://{URL}:{port}"), mail_from="alerts@x.example"
        )
        postman.answers["b@x.example"] = "450 come again"
        parts.about(*many(COUNT))
        for _ in range(10):
            parts.tell()
            time.sleep(0.2)
        postman.answers.clear()
        parts.tell_all()
        parts.lanes.stop(30)

        assert {} == parts.problems()
        assert COUNT == len(sink.taken), "nothing is lost"
        assert {1} == set(sink.taken.values()), "nothing that was taken is said again"
        assert {1} == {len(bodies) for bodies in sink.bodies.values()}, "what is tried again is the same"
        assert any(times > 1 for times in sink.seen.values())
        ids = {name.removeprefix("msg_") for name in sink.taken}
        for how in ("plain", "tls"):
            received = [line for line in siem.received(how, ids) if line["app"] == "artifact-monitor"]
            assert ids <= {id_of(line) for line in received}, "nothing is lost"
            assert len(received) == len({id_of(line) for line in received}), "nothing is said twice"
            assert {"incident"} == {line["msgid"] for line in received}
        for person in ("a@x.example", "b@x.example"):
            names = [re.search(rb"(?m)^Message-ID: (.*)$", content) for _, to, content in postman.mails if to == person]
            assert len(names) == len({found.group(1) for found in names if found})
            assert 2 <= len(names) < 30, "a storm is put together"


def test_two_thousand_lines_arrive_over_tls(tmp_path: Path) -> None:
    """A plain close loses a third of them to a reset, because nobody reads TLS 1.3's session tickets."""
    from checks.outside import Lines

    siem = Siem(Path(given("E2E_RSYSLOG")), int(given("E2E_RSYSLOG_PLAIN")), int(given("E2E_RSYSLOG_TLS")))
    mark = f"{time.time_ns():x}"
    ids = {f"{mark}{n:05x}" for n in range(2000)}
    frames = tuple(f'<134>1 2026-03-02T12:00:00Z - bulk - - [x@1 id="{each}"] x'.encode() for each in sorted(ids))
    for how, port, tls in (("plain", siem.plain_port, False), ("tls", siem.tls_port, True)):
        way = make_outbound(Settings(), Line(resolve=no_names))
        way.send(Lines(frames, "127.0.0.1", port, tls, siem.ca if tls else ""))
        received = [line for line in siem.received(how, ids) if line["app"] == "bulk"]
        assert 2000 == len({id_of(line) for line in received} & ids)


def test_a_webhook_is_what_its_reader_expects(tmp_path: Path) -> None:
    import base64
    import hashlib
    import hmac

    told: list[tuple[dict[str, str], bytes]] = []

    def keep(handler: Handler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        told.append(({name.lower(): value for name, value in handler.headers.items()}, body))
        handler.send(200)

    with serving() as web:
        web.answers["/hook"] = keep
        parts = Real(tmp_path, f'routes:\n- {{name: hook, kind: webhook, url: "{web.url}/hook", secret: {SECRET}}}\n')
        parts.about(*many(1))
        parts.tell_all()
        parts.lanes.stop(30)
    ((headers, body),) = told
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{expected}" == headers["webhook-signature"]
    assert headers["webhook-id"] == json.loads(body)["id"]
    assert speak.HEAD_START > timedelta(0)
    assert tell.run(parts.deps) == 0
