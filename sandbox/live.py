"""The live stage: the monitor's real processes over real HTTP; only the clock and the world around are pretended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

import requests
import yaml
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.build import wake_of
from app.jobs.telling.lane import TURN
from app.processes.shift import LEASE
from app.wake import STEPS
from sandbox import keys, provenance
from sandbox.app import AMAZON, HUB, IMAGES, NPM, PYPI, create
from sandbox.clock import SharedClock
from sandbox.github.shapes import Address
from sandbox.heard import Heard
from sandbox.ledger_view import LedgerView
from sandbox.play import Stuck
from sandbox.process import CLOCK
from sandbox.results import Told
from sandbox.scenario import Scenario
from sandbox.signing import signed
from sandbox.state import Webhook
from sandbox.world import World
from verifier.ledger import migrate, open_ledger
from verifier.ledger.protocol import Book, Task
from verifier.model.artifact import DOCKER_HUB

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN = 60.0
"""Seconds the processes get to answer."""
STALLED_AFTER = 5.0
"""Seconds without progress after which a claimed batch's owner is taken for dead, and its lease is let run out."""
HOPELESS_AFTER = 120.0
"""Seconds without progress after which the monitor is said to be stuck."""
ENDLESS_AFTER = 900.0
"""The same in all: something that fails again and again changes all the time, too."""
SLACK, WEBHOOK = ROUTES = ("slack", "webhook")
"""The routes outside GitHub."""
_INHERITED = frozenset(
    (
        *("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH"),
        *("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONUTF8", "PYTHONIOENCODING"),
    )
)


class _Quiet(WSGIRequestHandler):
    """The pretended GitHub logs nothing on the terminal."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


class Live(LedgerView):
    """The stage of several scenarios played one after another. See `sandbox.play.Stage`.

    Use it as a context manager: it starts the sandbox's server and the monitor's processes, and ends both.
    `environment` adds settings (`DATABASE_URL`, `REDIS_URL`); `settled` is called whenever the monitor came to rest.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        data_dir: Path,
        environment: dict[str, str] | None = None,
        settled: Callable[[datetime], None] = lambda now: None,
    ) -> None:
        port, self.port = _free_port(), _free_port()
        self.github = f"http://127.0.0.1:{port}"
        self.dashboard = f"http://127.0.0.1:{self.port}"
        self._keys = keys.make()
        self.heard = Heard()
        self.world = World(scenarios, Address(self.github, f"{self.github}/api/v3"))
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1",
            port,
            create(self.world, self._keys, tokens=True, heard=self.heard),
            threaded=True,
            request_handler=_Quiet,
        )
        self.data_dir = data_dir
        self.clock = SharedClock(data_dir / "clock")
        self.environment = self._environment(scenarios, environment or {})
        self.settled = settled
        self.processes: list[subprocess.Popen[bytes]] = []
        self._artifacts: set[str] = set()
        self._incidents_before = 0
        self._web = requests.Session()

    def __enter__(self) -> Live:
        """Start everything. Raises Stuck when the monitor does not come up."""
        from app.settings import read

        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.clock.set(min(scenario.installed for scenario in self.world.scenarios))
        settings = read(self.environment)
        migrate(settings.database)
        self.ledger = open_ledger(settings.database)
        self._wake = wake_of(settings)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            self.start()
        except BaseException:  # nobody else would end what is already there
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the processes and the server."""
        self._end()

    def _end(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        self._server.shutdown()

    def start(self) -> None:
        """Start web, worker and clock, and wait until the web answers. Raises Stuck."""
        own = [sys.executable, "-m", "sandbox.process"]
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), "sandbox.process:web()"]
        for command in (gunicorn, [*own, "worker"], [*own, "clock"]):
            self.processes.append(self.spawn(command))
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            if any(process.poll() is not None for process in self.processes):
                break
            try:
                if self._web.get(f"{self.dashboard}/healthz", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise Stuck(f"the monitor does not come up; its log is {self.data_dir / 'monitor.log'}")

    def spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """One process of the monitor, logging into the data folder."""
        with (self.data_dir / "monitor.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # our own modules
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def restart_worker(self) -> None:
        """Start another worker where the last one was killed."""
        self.processes[1] = self.spawn([sys.executable, "-m", "sandbox.process", "worker"])

    def begin(self, scenario: Scenario) -> None:
        """From here on, what is asked is about this scenario."""
        self._artifacts = {package.artifact.purl for package in scenario.packages}
        self._incidents_before = super().incidents()

    def set_clock(self, to: datetime) -> Sequence[Webhook]:
        """Time moves on for the world and the monitor alike."""
        self.clock.set(to)
        return self.world.advance(to)

    def pass_time(self, span: timedelta) -> None:
        """Time goes on by so much, as when nobody plays anything. Raises Stuck when a webhook is refused."""
        for webhook in self.set_clock(self.clock() + span):
            self.deliver(webhook)

    def deliver(self, webhook: Webhook) -> None:
        """One webhook, signed, over HTTP. Raises Stuck when it is refused."""
        headers, body = signed(webhook, self._keys.webhook_secret)
        answer = self._web.post(f"{self.dashboard}/webhooks", data=body, headers=headers, timeout=30)
        if answer.status_code != 202:
            raise Stuck(f"{webhook.event} {webhook.id} was answered {answer.status_code}: {answer.text[:200]}")

    def settle(self) -> None:
        """Wake the worker and wait until nothing is due. Raises Stuck."""
        begun = progressed = moved = time.monotonic()
        before: object = None
        while (left := self._left()) is not None:
            if time.monotonic() > min(progressed + HOPELESS_AFTER, begun + ENDLESS_AFTER):
                raise Stuck(f"the monitor does not come to rest: {left}; its log is {self.data_dir / 'monitor.log'}")
            if left != before:
                before = left
                progressed = moved = time.monotonic()
                for step in STEPS:
                    self._wake.wake(step)
            elif time.monotonic() - moved > STALLED_AFTER:
                moved = time.monotonic()
                self.clock.set(self.clock() + LEASE)
            time.sleep(0.01)
        self.settled(self.clock())

    def restart(self, since: datetime) -> None:
        """What the clock does at its start after a stop since then."""
        from app.processes import clock

        with self.ledger.writing() as book:
            book.health.beat(clock.NAME, since)
            clock.beat(book, self.clock(), clock.MISSING_AFTER)

    def verdicts(self) -> Sequence[Told]:
        """What was said about this scenario's artifacts."""
        return [told for told in super().verdicts() if told.artifact.purl in self._artifacts]

    def incidents(self) -> int:
        """How many incidents were opened in this scenario."""
        return super().incidents() - self._incidents_before

    def _left(self) -> object | None:
        """What is still to be done now; None when nothing is."""
        now = self.clock()
        with self.ledger.reading() as book:
            waiting = book.inbox.waiting()
            due = [
                (task.step, task.key, task.attempts)
                for step in STEPS
                for task in book.work.all(step)
                if task.due_at <= now
            ]
            due += [(task.step, task.key, task.attempts) for task in _in_lanes(book, now)]
        return (waiting, tuple(due[:5]), len(due)) if waiting or due else None

    def _environment(self, scenarios: Sequence[Scenario], more: dict[str, str]) -> dict[str, str]:
        (self.data_dir).mkdir(parents=True, exist_ok=True)
        key = self.data_dir / "app.pem"
        key.touch(mode=0o600)
        key.write_text(self._keys.private)
        root = self.data_dir / "trusted_root.json"
        root.write_bytes(provenance.trust_root())
        return {
            **inherited(os.environ),
            "ROUTES": str(self._routes()),
            "DATA_DIR": str(self.data_dir),
            "GITHUB_API_URL": f"{self.github}/api/v3",
            "GITHUB_APP_ID": str(self._keys.app_id),
            "GITHUB_PRIVATE_KEY": str(key),
            "GITHUB_WEBHOOK_SECRET": self._keys.webhook_secret,
            "NPM_REGISTRY": f"{self.github}{NPM}",
            "PYPI_INDEX": f"{self.github}{PYPI}/simple/",
            **self._images(),
            "TRUST_ROOT": str(root),
            "POLL_INTERVAL": str(int(scenarios[0].poll.total_seconds())),
            "BASE_URL": self.dashboard,
            "PORT": str(self.port),
            "LOG_FORMAT": "json",
            CLOCK: str(self.data_dir / "clock"),
            **more,
        }

    def _routes(self) -> Path:
        """Who is told beside GitHub: the sandbox's own server, in the place of Slack and of whoever takes webhooks."""
        file = self.data_dir / "routes.yml"
        file.touch(mode=0o600)
        heard = f"{self.github}/heard"
        routes = [
            {"name": SLACK, "kind": "slack", "url": f"{heard}/slack"},
            {"name": WEBHOOK, "kind": "webhook", "url": f"{heard}/webhook", "secret": self.heard.secret},
        ]
        file.write_text(yaml.safe_dump({"routes": routes}))
        return file

    def _images(self) -> dict[str, str]:
        """Where the registries of images are, and a login at Amazon that is none."""
        amazon = f"{self.github}{AMAZON}"
        hosts = [f"{host}={self.github}{IMAGES}/{host}" for host in self.world.hosts]
        return {
            "DOCKER_HUB": f"{self.github}{HUB}",
            "DOCKER_REGISTRY": f"{self.github}{IMAGES}/{DOCKER_HUB}",
            **({"OCI_REGISTRIES": ",".join(hosts)} if hosts else {}),
            "AWS_ENDPOINT_URL_ECR": amazon,
            "AWS_ENDPOINT_URL_ECR_PUBLIC": amazon,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
        }


def _in_lanes(book: Book, now: datetime) -> Iterator[Task]:
    """What routes are to be told now; those whose lane waits for a later time are left out."""
    for name in ROUTES:
        turn = book.work.get(f"lane/{name}", TURN)
        if turn is None or turn.due_at <= now or turn.lent_until is not None:
            yield from (task for task in book.work.all(f"tell/{name}") if task.due_at <= now)


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """What the demo takes over of its user's environment: what a program needs to run, and nothing that sets us up.

    The user may be an operator whose settings name real people, a real database and a real GitHub.
    """
    return {key: value for key, value in environment.items() if key in _INHERITED or key.startswith("LC_")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
