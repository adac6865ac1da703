"""PostgreSQL and Redis of the bench's own, on free ports and in a folder of their own: made to be broken.

Nothing here touches a server that the bench did not start.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

USER = "postgres"
WITHIN = 30.0
"""Seconds a server gets to answer."""


class Missing(RuntimeError):
    """The bench cannot run on this machine; the text says what is not there."""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def binaries() -> tuple[Path, Path]:
    """The folder of PostgreSQL's programs, and Redis's server. Raises Missing where one is not there."""
    redis = shutil.which("redis-server")
    if redis is None:
        raise Missing("The chaos bench needs redis-server, and there is none on this machine.")
    found = next((folder for folder in _folders() if (folder / "initdb").exists()), None)
    if found is None:
        raise Missing("The chaos bench needs PostgreSQL's initdb and pg_ctl, and there are none on this machine.")
    if os.geteuid() == 0 and not _known(USER):
        raise Missing(f"PostgreSQL does not run as root, and this machine has no user {USER}.")
    return found, Path(redis)


class Postgres:
    """One cluster. `stop` and `start` it as often as you like: what was committed is there again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder, self._port = programs, folder, free_port()
        self._as: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}
        self.url = f"postgresql://{USER}@127.0.0.1:{self._port}/{USER}"

    def create(self) -> None:
        """Make the cluster and start it."""
        self._folder.mkdir()
        if self._as:
            shutil.chown(self._folder, USER, USER)
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", USER, "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers; a start on top of a crash recovers first."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=60"
        self._run("pg_ctl", "-D", self._data, "-l", f"{self._data}.log", "-o", options, "-w", "-t", "30", "start")

    def stop(self, mode: str) -> None:
        """Stop it: `fast` breaks connections off and writes everything down, `immediate` crashes."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "-t", "30", "stop")

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603  # PostgreSQL's own programs
            [str(self._programs / program), *arguments],
            check=True,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as,
        )


class Redis:
    """One server that keeps nothing: whenever it starts it is empty."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder, self._port = program, folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._folder.mkdir(exist_ok=True)
        self._process = subprocess.Popen(  # noqa: S603  # Redis's own program
            [
                *(str(self._program), "--port", str(self._port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for(self._port)

    def kill(self) -> None:
        """SIGKILL: everything it knew is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise Missing("redis-server does not come up.")


def _folders() -> Iterator[Path]:
    for program in ("initdb", "pg_ctl"):
        if (found := shutil.which(program)) is not None:
            yield Path(found).resolve().parent
    if (config := shutil.which("pg_config")) is not None:
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603
        yield Path(said.stdout.strip())
    for root in (Path("/usr/lib/postgresql"), Path("/usr/local/opt"), Path("/opt/homebrew/opt")):
        yield from sorted(root.glob("*/bin"), reverse=True)


def _known(user: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
