"""The ground of the benchmark of polls: pretended registries, and a ledger that knows them as after a first look."""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert
from werkzeug.serving import WSGIRequestHandler, make_server

from app.build import build
from app.network.converse import converse
from app.network.places import place_of
from app.polling.lively import HOT_FOR
from app.polling.schedule import Intervals, intervals
from app.settings import Settings
from sandbox import keys, scenario
from sandbox.app import create
from sandbox.events import Publish
from sandbox.published import usual_files
from sandbox.state import Project
from sandbox.world import World
from verifier.ledger import migrate
from verifier.ledger.codec import encode
from verifier.ledger.lease import Row
from verifier.ledger.looks import Load
from verifier.ledger.protocol import Dossier, Watch
from verifier.ledger.sql import look_tables, tables
from verifier.ledger.sql.engine import engine
from verifier.ledger.sql.versions import version_row, watch_row
from verifier.model import Artifact, Publisher, Repository
from verifier.registries import REGISTRIES
from verifier.registries.base import Ask, Memory, Page, Snapshot
from verifier.registries.compare import changes

ROOT = Path(__file__).resolve().parent.parent
HOT = 5
"""One in so many is hot."""
SPLIT = ("npm", "pypi")
PART = 500
"""So many artifacts are made known at once."""
SEEDED = (
    tables.repositories,
    tables.publishers,
    tables.watches,
    tables.versions,
    look_tables.looks,
    tables.work,
)
WORKFLOW = ".github/workflows/publish.yml"
EACH = 10
"""So many artifacts are published by one repository."""


def artifact_of(kind: str, number: int) -> Artifact:
    """One of the watched."""
    return Artifact(f"pkg:{kind}/bench-{number:05d}")


def is_hot(number: int) -> bool:
    """It has changed lately."""
    return number % HOT == 0


class Registry:
    """A pretended registry as it is at its beginning: three versions of everything, the last lately or long ago."""

    def __init__(self, kind: str, numbers: range, begin: datetime) -> None:
        self.kind = kind
        self.world = World([scenario.load(ROOT / "scenarios" / "untagged-by-hand")])
        self.repository = next(iter(self.world.repos))
        for number in numbers:
            last = begin - timedelta(days=1 if is_hot(number) else 100)
            for minor in range(3):
                self.publish(number, f"1.{minor}.0", last - timedelta(days=30 * (2 - minor)))
        self.app = create(self.world, keys.make())

    def publish(self, number: int, version: str, at: datetime) -> str:
        """A new version, whoever it is of; returns the artifact's purl."""
        artifact = artifact_of(self.kind, number)
        with self.world.lock:
            project = self.world.projects.setdefault(artifact, Project("bench", artifact, self.repository))
            project.change(Publish(at, artifact, version, "ci", usual_files(artifact, version, at)), at)
        return artifact.purl


def serve(kind: str, port: int, count: int, begin: datetime, out: Path) -> None:
    """A registry that notes when it was asked for what.

    Each line of its input is an artifact to publish anew, and the time that its version shall have, if not now.
    """
    registry = Registry(kind, range(count), begin)
    asked: list[tuple[float, str, int]] = []
    published: dict[str, float] = {}

    class Noting(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            asked.append((time.time(), self.path, int(code)))

        def log(self, type: str, message: str, *args: object) -> None:
            pass

    def listen() -> None:
        for line in sys.stdin:
            number, _, at = line.strip().partition(" ")
            when = datetime.fromisoformat(at) if at else datetime.now(UTC)
            published[registry.publish(int(number), "1.3.0", when)] = time.time()

    server = make_server("127.0.0.1", port, registry.app, threaded=True, request_handler=Noting)
    threading.Thread(target=listen, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    out.write_text(json.dumps({"asked": asked, "published": published}))


def seed(settings: Settings, count: int, begin: datetime) -> None:
    """Every artifact watched and looked at once, without HTTP and in bulk, and then due as it is in the long run."""
    migrate(settings.database)
    each = count // len(SPLIT)
    load = Load(each // HOT, each - each // HOT)
    deps = build(settings)
    with deps.ledger.reading() as book:
        means = replace(deps.rhythm.means(settings, book, "npm", deps.now()), load=load)
    parts = [(settings, kind, each, at, begin, intervals(means)) for kind in SPLIT for at in range(0, each, PART)]
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        list(pool.map(_known, *zip(*parts, strict=True)))


def _known(settings: Settings, kind: str, each: int, at: int, begin: datetime, planned: Intervals) -> None:
    """The rows of a part of a registry's artifacts, as a first look leaves them."""
    begun = time.process_time()
    client, deps = Registry(kind, range(at, min(at + PART, each)), begin).app.test_client(), build(settings)

    def fetch(ask: Ask, etag: str | None = None) -> Page:
        answer = client.get(ask.url, headers={"Accept": ask.accept})
        return Page(ask.url, answer.status_code, answer.data, {k.lower(): v for k, v in answer.headers.items()})

    looking, now, chance = replace(deps, fetch=fetch), deps.now(), random.Random(f"{kind} {at}")
    rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in SEEDED}
    for number in range(at, min(at + PART, each)):
        artifact = artifact_of(kind, number)
        repository = SPLIT.index(kind) * 1_000_000 + number // EACH + 1
        if number % EACH == 0:
            known = Repository(repository, repository, f"bench/{repository}", now, "main")
            rows[tables.repositories].append({"id": repository, "folded_name": known.full_name, "body": encode(known)})
        publisher = Publisher(artifact, repository, repository, (WORKFLOW,))
        rows[tables.publishers].append(
            {"repository_id": repository, "source": "server", "place": number % EACH, "artifact": artifact.purl}
            | {"body": encode(publisher)}
        )
        memory = Memory(now)
        outcome = converse(looking, REGISTRIES[kind].look(artifact, place_of(settings, artifact), memory))
        if not isinstance(outcome.result, Snapshot):
            raise RuntimeError(f"{artifact.purl}: {outcome.result}")
        versions = changes([], outcome.result, now, now)
        rows[tables.versions] += [version_row(Dossier(version)) for version in versions]
        validators = tuple(outcome.validators.items())
        watch = Watch(artifact, now, False, now, validators, outcome.result.channels, learned_at=now)
        rows[tables.watches].append(watch_row(watch))
        hot_until = max(version.at for version in versions) + HOT_FOR
        rows[look_tables.looks].append(
            {"artifact": artifact.purl, "name": artifact.purl, "registry": kind, "hot_until": hot_until}
        )
        due = now + chance.random() * (planned.hot if is_hot(number) else planned.quiet)
        work = Row("poll", artifact.purl, due)
        rows[tables.work].append({**asdict(work), "name": work.key, "registry": kind})
    made = engine(settings.database)
    with made.connect() as connection:
        connection.execution_options(writing=True)
        with connection.begin():
            for table, found in rows.items():
                if found:
                    connection.execute(insert(table), found)
    made.dispose()
    print(f"{kind} {at}: {time.process_time() - begun:.1f} s of processor", file=sys.stderr)
