"""`GET /healthz`: whether the monitor can do its work, for people. `/livez` and `/readyz`: for platforms.

`/livez` says that this process answers, and asks nobody: who restarts what is down mends no database by it. `/readyz`
says whether requests should be sent here.

Everybody is told whether. What is wrong names repositories and registries, so it is told to the operator alone: on the
machine itself, where nobody can log in. Where people log in, a proxy stands in front and everybody seems to come from
this machine; `artifact-monitor doctor` tells the same there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from flask import Blueprint, Response, jsonify, request

from app.signin.here import is_here
from verifier.ledger.health import Problem
from verifier.ledger.protocol import Book
from verifier.ledger.revisions import Form, form

if TYPE_CHECKING:
    from app.deps import Deps  # names githubkit's client, which the web side does not load

log = structlog.get_logger()

SHOWN = 100
"""The most problems listed; `status` says that there are some."""


@dataclass(frozen=True)
class Health:
    """How the monitor is. `status` is `ok`, `problems` (it runs, and something could not be done) or `down`."""

    status: str
    problems: tuple[Problem, ...] = ()
    unread: int = 0
    """Deliveries given up as unreadable, of the newest `SHOWN`; their bodies are kept."""
    waiting: int = 0
    """Deliveries accepted and not heard yet."""

    def json(self) -> dict[str, Any]:
        """The wire form; times in ISO 8601, UTC."""
        problems = [
            {
                "subject": p.subject,
                "sentence": p.sentence,
                "since": p.since.isoformat(),
                "last_at": p.last_at.isoformat(),
            }
            for p in self.problems
        ]
        return {"status": self.status, "problems": problems, "unread": self.unread, "waiting": self.waiting}


def examine(book: Book) -> Health:
    """The monitor's health as the ledger has it."""
    problems, unread = book.health.problems(), book.inbox.given_up(SHOWN)
    status = "problems" if problems or unread else "ok"
    return Health(status, tuple(problems[:SHOWN]), len(unread), book.inbox.waiting())


def routes(deps: Deps) -> Blueprint:
    """`/healthz`: 200 while the ledger answers, problems or not (restarting us mends none of them); else 503."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> tuple[Response, int]:
        try:
            with deps.ledger.reading() as book:
                health = examine(book)
        except Exception:  # a health answer must come whatever is broken
            log.exception("health.no_ledger")
            return jsonify(Health("down").json()), 503
        full = not deps.settings.github_client_id and is_here(request, deps.settings)
        return jsonify(health.json() if full else {"status": health.status}), 200

    @blueprint.get("/livez")
    def livez() -> tuple[Response, int]:
        return jsonify({"status": "ok"}), 200

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        why = unready(deps)
        return jsonify({"status": why or "ok"}), 503 if why else 200

    return blueprint


def unready(deps: Deps) -> str:
    """Why no requests should come here now, in a word or two; '' where they may.

    A database that a newer version has migrated is no reason: while one version follows another both serve.
    """
    if deps.shift.ends():
        return "ending"
    try:
        with deps.ledger.reading() as book:
            revision = book.health.revision()
    except Exception:  # an answer must come whatever is broken
        log.exception("health.no_ledger")
        return "no database"
    return "not migrated" if form(revision) is Form.OLDER else ""
