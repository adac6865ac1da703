"""Webhooks a second beside Probot: 20 KB each, signed, and in PostgreSQL for good before they are answered.

Needs npm, wrk and a PostgreSQL server; makes a database of its own there and drops it. The load comes from the same
machine, so only the ratios say something.

    DATABASE_URL=postgresql://… python -m benchmarks.beside_probot [--rounds 5] [--seconds 4] [--json FILE]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from benchmarks import probot
from benchmarks.offered import SECRET, Found, most, steady
from benchmarks.webhooks import ROOT, free_port, wait_for


@dataclass
class Receiver:
    """One server under load. `table`: where its deliveries are; '': it keeps none."""

    name: str
    path: str
    table: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    kept_alive: list[Found] = field(default_factory=list)
    closing: list[Found] = field(default_factory=list)
    half: Found | None = None
    memory: list[float] = field(default_factory=list)
    """MB resident of its largest process after each round."""


@contextlib.contextmanager
def database(server: str) -> Iterator[str]:
    """An address of an empty database, dropped afterwards."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def ours(folder: Path, address: str, receiver: Receiver, workers: int) -> subprocess.Popen[bytes]:
    """The web process, as the Procfile starts it."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "REDIS_URL") if name in os.environ},
        "DATA_DIR": str(folder),
        "DATABASE_URL": address,
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "PORT": str(receiver.port),
        "WEB_WORKERS": str(workers),
    }
    with (folder / f"{workers}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )


def resident(process: subprocess.Popen[bytes]) -> float:
    """MB of the largest process of a tree."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    sizes = []
    for pid in (process.pid, *children):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        sizes += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]
    return max(sizes)


def measured(
    folder: Path, body: bytes, receiver: Receiver, seconds: float, keep_alive: bool, connection: psycopg.Connection
) -> Found:
    """One load; ends everything where less was kept than was accepted."""
    if receiver.table:
        connection.execute(f"TRUNCATE {receiver.table}")
    found = most(folder, body, receiver.port, receiver.path, seconds, keep_alive)
    if receiver.table:
        row = connection.execute(f"SELECT count(*) FROM {receiver.table}").fetchone()
        if row is None or row[0] < found.accepted:
            sys.exit(f"{receiver.name} accepted {found.accepted} and kept {row}")
    return found


def rounds(folder: Path, body: bytes, receivers: Sequence[Receiver], address: str, count: int, seconds: float) -> None:
    """Every receiver once a round, each round beginning with another; then each at half its own load."""
    with psycopg.connect(address, autocommit=True) as connection:
        for receiver in receivers:
            most(folder, body, receiver.port, receiver.path, 2, keep_alive=True)
        for number in range(count):
            turn = number % len(receivers)
            for receiver in (*receivers[turn:], *receivers[:turn]):
                receiver.kept_alive.append(measured(folder, body, receiver, seconds, True, connection))
                receiver.closing.append(measured(folder, body, receiver, seconds, False, connection))
                if receiver.process:
                    receiver.memory.append(resident(receiver.process))
            print(f"round {number + 1} of {count}", file=sys.stderr)
        for receiver in receivers:
            rate = statistics.median(found.per_second for found in receiver.kept_alive) / 2
            receiver.half = steady(body, receiver.port, receiver.path, rate, 3 * seconds)


def run(server: str, count: int, seconds: float) -> tuple[list[Receiver], str]:
    """Install, start, measure, end. The receivers, and the version of Probot."""
    receivers = [
        Receiver("Artifact Monitor, 2 processes", "/webhooks", "inbox"),
        Receiver("Artifact Monitor, 1 process", "/webhooks", "inbox"),
        Receiver("Probot, insert through pg", probot.PATH, "deliveries"),
        Receiver("Probot, empty handler", probot.PATH, ""),
    ]
    with tempfile.TemporaryDirectory() as name, database(server) as address:
        folder = Path(name)
        version = probot.install(folder)
        print(f"Probot {version}", file=sys.stderr)
        body = probot.delivery(folder)
        scripts = Path(sys.executable).parent
        subprocess.run(
            [scripts / "artifact-monitor", "migrate"],
            env={**os.environ, "DATABASE_URL": address, "DATA_DIR": name},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(probot.TABLE)
            # The same compression as ours has: the measure is the way in, and not that we chose it.
            chosen = "SELECT attcompression::text FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'body'"
            if connection.execute(chosen, ["inbox"]).fetchone() == ("l",):
                connection.execute("ALTER TABLE deliveries ALTER COLUMN body SET COMPRESSION lz4")
        starts: tuple[Callable[[Receiver], subprocess.Popen[bytes]], ...] = (
            lambda receiver: ours(folder, address, receiver, 2),
            lambda receiver: ours(folder, address, receiver, 1),
            lambda receiver: probot.start(folder, "insert.mjs", receiver.port, SECRET, address),
            lambda receiver: probot.start(folder, "empty.mjs", receiver.port, SECRET, address),
        )
        try:
            for receiver, start in zip(receivers, starts, strict=True):
                receiver.process = start(receiver)
                wait_for(receiver.port, receiver.process)
            rounds(folder, body, receivers, address, count, seconds)
        finally:
            for receiver in receivers:
                if receiver.process:
                    receiver.process.terminate()
                    receiver.process.wait(30)
    return receivers, version


def lacking(server: str) -> str:
    """What is needed and not here; empty where all is."""
    needed = [program for program in ("npm", "node", "wrk") if shutil.which(program) is None]
    return ", ".join([*needed, *([] if server.startswith("postgresql://") else ["DATABASE_URL=postgresql://…"])])


def median(found: Sequence[Found]) -> float:
    """Accepted a second, of several rounds."""
    return statistics.median(one.per_second for one in found)


def table(receivers: Sequence[Receiver]) -> str:
    """The medians, and each by that of Probot with the insert and with nothing."""
    insert, empty = receivers[-2], receivers[-1]
    lines = [
        "accepted a second, median [least to most]; by Probot with insert; by Probot empty; p99 ms at half load; MB",
    ]
    for receiver in receivers:
        for kind, mine in (("keep-alive", receiver.kept_alive), ("close", receiver.closing)):
            base = insert.kept_alive if kind == "keep-alive" else insert.closing
            nothing = empty.kept_alive if kind == "keep-alive" else empty.closing
            rates = [one.per_second for one in mine]
            bad = sum(one.bad for one in mine)
            half = f"p99 {receiver.half.p99:.0f}" if receiver.half and kind == "keep-alive" else ""
            half += f" bad {receiver.half.bad}" if receiver.half and kind == "keep-alive" and receiver.half.bad else ""
            lines.append(
                f"{receiver.name:30} {kind:10} {median(mine):6.0f} [{min(rates):.0f} to {max(rates):.0f}]"
                f"  {median(mine) / median(base):5.2f}  {median(mine) / median(nothing):5.2f}  {half:9}"
                f"  {receiver.memory[0]:.0f} to {receiver.memory[-1]:.0f} MB{f'  BAD {bad}' if bad else ''}"
            )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    server = os.environ.get("DATABASE_URL", "")
    if lacks := lacking(server):
        sys.exit(f"needs {lacks}")
    receivers, _ = run(server, options.rounds, options.seconds)
    print(table(receivers))
    if options.json:
        found = [
            {
                "name": one.name,
                "keep_alive": [asdict(each) for each in one.kept_alive],
                "close": [asdict(each) for each in one.closing],
                "half": asdict(one.half) if one.half else None,
                "memory_mb": one.memory,
            }
            for one in receivers
        ]
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
