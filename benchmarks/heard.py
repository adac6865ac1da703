"""How long it takes from a verdict to the message: the real worker and clock, every kind of route, all on loopback.

A verdict opens an incident in one transaction and wakes the worker, as the step "examine" does; the time runs from
there until each receiver has the message. One incident after another, minutes apart by the monitor's clock, so that
nothing is put together; then many at once for the routes of machines, which are told each one.

    python -m benchmarks.heard [--incidents 120] [--at-once 200]
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from app.jobs.telling import speak
from sandbox.live import Live
from sandbox.play import Stuck, play
from sandbox.scenario import load
from tests.checks.examples import member
from tests.outbound.mailing import Postman, mail_server
from tests.outbound.test_mail import URL
from tests.outbound.tls import pair
from verifier.model import Incident, IncidentState, Notice, NoticeKind

ROOT = Path(__file__).resolve().parent.parent
NUMBER = re.compile(rb"777\.([0-9]+)\.0")
PEOPLE = ("email", "slack", "slack-webhook", "teams")
MACHINES = ("pagerduty", "splunk", "syslog-tcp", "syslog-tls", "webhook")
PATIENCE = 60.0


class Arrivals:
    """When each receiver had the message about each incident."""

    def __init__(self) -> None:
        self.at: dict[tuple[str, int], float] = {}

    def note(self, place: str, content: bytes) -> None:
        """Something came."""
        now = time.perf_counter()
        for number in NUMBER.findall(content.replace(b"=\r\n", b"")):
            self.at.setdefault((place, int(number)), now)

    def wait(self, places: tuple[str, ...], numbers: range) -> None:
        """Until all of them have all of these."""
        until = time.perf_counter() + PATIENCE
        while any((place, number) not in self.at for place in places for number in numbers):
            if time.perf_counter() > until:
                missing = [(p, n) for p in places for n in numbers if (p, n) not in self.at]
                sys.exit(f"{len(missing)} messages did not arrive, the first is {missing[0]}")
            time.sleep(0.002)


def web(arrivals: Arrivals) -> ThreadingHTTPServer:
    """Receives whatever comes by HTTP, by the first part of the path."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            place = self.path.split("/")[1]
            arrivals.note(place, body)
            answer = json.dumps({"ok": True, "channel": "C1", "ts": f"{time.time():.6f}"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def siem(arrivals: Arrivals, place: str, context: ssl.SSLContext | None) -> int:
    """Receives lines; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def read(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) if context else connection as reading:
            held = b""
            while chunk := reading.recv(65536):
                held += chunk
                arrivals.note(place, held)
                held = held[-64:]

    def accept() -> None:
        while True:
            threading.Thread(target=read, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return int(listener.getsockname()[1])


class Noted(list[tuple[str, str, bytes]]):
    """The mails of a mail server; notes each as it comes."""

    def __init__(self, arrivals: Arrivals) -> None:
        super().__init__()
        self._arrivals = arrivals

    def append(self, mail: tuple[str, str, bytes]) -> None:
        """One more was taken."""
        self._arrivals.note("email", mail[2])


def routes(folder: Path, address: str, plain: int, tls: int, key: str) -> Path:
    """One route of every kind."""
    path = folder / "routes.yml"
    path.touch(mode=0o600)
    path.write_text(f"""
routes:
  - {{name: email, kind: email, to: [a@x.example]}}
  - {{name: slack, kind: slack, token: xoxb-00000000-0000, channel: C1}}
  - {{name: slack-webhook, kind: slack, url: "{address}/slack-webhook/x"}}
  - {{name: teams, kind: teams, url: "{address}/teams/x"}}
  - {{name: pagerduty, kind: pagerduty, routing_key: "{"0" * 32}", url: "{address}/pagerduty/x"}}
  - {{name: splunk, kind: splunk, url: "{address}/splunk/services/collector/event", token: "{SPLUNK}"}}
  - {{name: webhook, kind: webhook, url: "{address}/webhook/x", secret: {key}}}
  - {{name: syslog-tcp, kind: syslog, host: 127.0.0.1, port: {plain}, tls: false}}
  - {{name: syslog-tls, kind: syslog, host: 127.0.0.1, port: {tls}, ca: {folder / "certificate.pem"}}}
""")
    return path


SPLUNK = "00000000-0000-0000-0000-000000000000"


def rogue(repository_id: int, number: int, now: datetime) -> Incident:
    """An incident of its own."""
    told = replace(member(f"777.{number}.0"), detected_at=now, published_at=now)
    return Incident(f"bench-{number}", repository_id, now, IncidentState.OPEN, True, (told,))


def tell(stage: Live, repository_id: int, numbers: range) -> float:
    """These incidents come to be, each in a transaction of its own; when the first one began."""
    begun, now = time.perf_counter(), stage.clock()
    for number in numbers:
        incident = rogue(repository_id, number, now)
        with stage.ledger.writing() as book:
            opened = Notice(NoticeKind.ROGUE, incident.id, incident.members[0].artifact, f"777.{number}.0", now)
            speak.keep(book, incident, now, opened)
        stage._wake.wake("tell")
    return begun


def shown(name: str, taken: Sequence[float]) -> str:
    """One row, in milliseconds."""
    ordered = sorted(1000 * each for each in taken)
    at99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{name:<16}{len(ordered):>7}{statistics.median(ordered):>10.0f}{at99:>10.0f}{ordered[-1]:>10.0f}"


@dataclass(frozen=True)
class Heard:
    """Seconds from the verdict to each receiver: of incidents one after another, and of many at once."""

    alone: Mapping[str, Sequence[float]]
    at_once: Mapping[str, Sequence[float]]


def run(incidents: int, at_once: int) -> Heard:
    """Start everything, open incidents, and note when each was heard of."""
    warnings.simplefilter("ignore")  # aiosmtpd announces its next version with every login
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    scenario, arrivals, postman = load(ROOT / "scenarios" / "axios-2026"), Arrivals(), Postman()
    postman.mails = Noted(arrivals)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        context = pair().server(folder)
        server = web(arrivals)
        address = f"http://127.0.0.1:{server.server_port}"
        plain, tls = siem(arrivals, "syslog-tcp", None), siem(arrivals, "syslog-tls", context)
        port = stack.enter_context(mail_server(postman, context))
        path = routes(folder, address, plain, tls, f"whsec_{'QUJD' * 12}")
        environment = {
            "ROUTES": str(path),
            "SMTP_URL": f"smtp://{URL}:{port}",
            "MAIL_FROM": "alerts@x.example",
            "OUTBOUND_CA_FILE": str(folder / "certificate.pem"),
            "SLACK_API": f"{address}/slack/",
        }
        live = Live([scenario], folder / "data", environment)
        try:
            stage = stack.enter_context(live)
        except Stuck as error:
            sys.exit(f"{error}\n{(folder / 'data' / 'monitor.log').read_text()[-2000:]}")
        stage.begin(scenario)
        play(scenario, stage)
        with stage.ledger.reading() as book:
            repository_id = book.repositories.all()[0].id
        places = (*PEOPLE, *MACHINES)
        taken: dict[str, list[float]] = {place: [] for place in places}
        for number in range(incidents):
            stage.clock.set(stage.clock() + timedelta(minutes=11))
            time.sleep(0.05 + number % 7 * 0.03)  # not in step with the worker's own ticks
            begun = tell(stage, repository_id, range(number, number + 1))
            arrivals.wait(places, range(number, number + 1))
            for place in places:
                taken[place].append(arrivals.at[place, number] - begun)
        storm = range(incidents, incidents + at_once)
        stage.clock.set(stage.clock() + timedelta(minutes=11))
        begun = tell(stage, repository_id, storm)
        arrivals.wait(MACHINES, storm)
        return Heard(taken, {place: [arrivals.at[place, n] - begun for n in storm] for place in MACHINES})


def main() -> None:
    """Measure and print."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--incidents", type=int, default=120)
    reader.add_argument("--at-once", type=int, default=200)
    given = reader.parse_args()
    found = run(given.incidents, given.at_once)
    print(f"{'route':<16}{'count':>7}{'p50 ms':>10}{'p99 ms':>10}{'max ms':>10}   one after another")
    for place, taken in found.alone.items():
        print(shown(place, taken))
    print(shown("all", [each for every in found.alone.values() for each in every]))
    print(f"\n{given.at_once} at once, from the first verdict on")
    for place, taken in found.at_once.items():
        print(shown(place, taken))


if __name__ == "__main__":
    main()
