"""Recorded-shape payloads of one small organisation, and their way through the inbox."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.web.webhooks import hear_one
from handlers import HANDLERS
from verifier.ledger import Book, Ledger, memory_ledger
from verifier.ledger.protocol import Delivery
from verifier.model import Fact, Repository

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
WIDGET = 7001
GADGET = 7002
ACME = 9001
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def payload(name: str, **changes: Any) -> dict[str, Any]:
    """One stored payload by its file's name, `event.what`; `changes` replace top-level keys."""
    loaded: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    return {**loaded, **changes}


def named(part: str, name: str, **changes: Any) -> dict[str, Any]:
    """One stored payload with keys of its object `part` replaced."""
    loaded = payload(name)
    return {**loaded, part: {**loaded[part], **changes}}


def delivery(event: str, body: dict[str, Any] | bytes, id: str = "a-1", at: datetime = NOW) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(id, event, raw, at)


def facts(event: str, body: dict[str, Any]) -> tuple[Fact, ...]:
    return HANDLERS[event].read(body, NOW)


def hear(*deliveries: Delivery, ledger: Ledger | None = None) -> Ledger:
    """Hear them in that order; each must be readable."""
    ledger = ledger or memory_ledger()
    for one in deliveries:
        with ledger.writing() as book:
            problem = hear_one(one, book, NOW).problem
        assert "" == problem
    return ledger


def wanted(ledger: Ledger, step: str = "inspect") -> set[str]:
    with ledger.reading() as book:
        return {task.key for task in book.work.all(step)}


def done(ledger: Ledger, step: str = "inspect") -> None:
    """All work of a step is done, so that what comes next shows."""
    with ledger.writing() as book:
        for task in book.work.claim(step, 1000, NOW, timedelta(minutes=5)):
            book.work.done(task)


def shelves(book: Book, repositories: Iterable[int]) -> dict[str, Any]:
    """Everything that deliveries derive, as comparable data."""
    return {
        "installations": book.repositories.installations(),
        "repositories": book.repositories.all(),
        "runs": {id: set(book.runs.between(id, *EVER)) for id in repositories},
        "tags": {id: set(book.refs.tags(id)) for id in repositories},
        "releases": {id: set(book.refs.releases(id)) for id in repositories},
        "forced": {id: book.refs.forced(id, *EVER) for id in repositories},
    }


def stored(ledger: Ledger, repository_id: int = WIDGET) -> Repository:
    with ledger.reading() as book:
        found = book.repositories.get(repository_id)
    assert found is not None
    return found
