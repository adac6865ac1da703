"""The real web process on a free port, as `artifact-monitor run` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.webhooks.site import SECRET
from verifier.ledger import migrate

ROOT = Path(__file__).resolve().parents[2]
START_WITHIN = 90


@dataclass
class Web:
    """It runs, and answers at this address."""

    process: subprocess.Popen[bytes]
    host: str
    port: int
    database: str

    def connect(self) -> socket.socket:
        """A connection from this machine."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def say(self, raw: bytes) -> bytes:
        """Send these bytes, and give everything that comes back until the connection ends."""
        with self.connect() as connection:
            connection.sendall(raw)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def workers(self) -> list[int]:
        """The process ids of gunicorn's children."""
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def stop(self) -> int:
        """Ask it to end, as a service manager does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web(folder: Path, database: str = "", workers: int = 2, host: str = "127.0.0.1", bind: str = "") -> Iterator[Web]:
    """Start it. `bind`: another address on gunicorn's command line than the settings say."""
    port = free_port()
    database = database or f"sqlite:///{folder / 'ledger.sqlite3'}"
    migrate(database)
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")},
        "DATA_DIR": str(folder),
        "DATABASE_URL": database,
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "HOST": host,
        "PORT": str(port),
        "WEB_WORKERS": str(workers),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py")]
    command += ["--bind", f"{bind}:{port}"] if bind else []
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        made = Web(process, host, port, database)
        try:
            deadline = time.monotonic() + START_WITHIN
            while not _answers(made):
                assert process.poll() is None, (folder / "web.log").read_text()
                assert time.monotonic() < deadline, (folder / "web.log").read_text()
                time.sleep(0.1)
            yield made
        finally:
            if process.poll() is None:
                made.stop()


def _answers(made: Web) -> bool:
    try:
        return b" 200 " in made.say(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    except OSError:
        return False
