"""Every line of the log that a piece of work causes names it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import structlog

from app.deps import Deps
from app.jobs import hear
from app.jobs.batch import each
from app.logs import events as logs
from app.settings import Settings
from app.web.about import about
from app.web.webhooks import Heard
from tests.handlers.deliveries import payload
from verifier.ledger import memory_ledger
from verifier.ledger.apply import version_task
from verifier.ledger.protocol import Delivery, Task
from verifier.model import Artifact

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    made = io.StringIO()
    logs.configure(Settings(log_format="json"), made)
    yield made
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def deps() -> Deps:
    nothing = cast(Any, None)
    return Deps(Settings(), memory_ledger(), nothing, nothing, nothing, lambda: NOW)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_what_is_logged_of_a_version_names_it_with_its_step(stream: io.StringIO, deps: Deps) -> None:
    """From a library's logger too, and what comes after the work no more."""

    def do(deps: Deps, task: Task) -> datetime | None:
        structlog.get_logger().info("looked")
        logging.getLogger("elsewhere").warning("asked")
        raise RuntimeError("no")

    with deps.ledger.writing() as book:
        book.work.want("examine", version_task(Artifact("pkg:npm/%40acme/widget"), "1.0.0"), NOW)
    each(deps, "examine", do, 1)
    structlog.get_logger().info("after")

    *during, after = lines(stream)
    assert ["looked", "asked", "task.broke", "task.failed"] == [line["event"] for line in during]
    for line in during:
        named = [line[name] for name in ("step", "key", "purl", "version")]
        assert ["examine", "pkg:npm/%40acme/widget 1.0.0", "pkg:npm/%40acme/widget", "1.0.0"] == named
    assert not {"step", "key", "purl", "version"} & set(after)


@pytest.mark.parametrize(
    ("key", "purl", "version"),
    [("pkg:pypi/gadget", "pkg:pypi/gadget", None), ("run/1/2/3", None, None), ("d036cba276c03fdd issue", None, None)],
)
def test_what_is_about_no_version_names_none(
    stream: io.StringIO, deps: Deps, key: str, purl: str | None, version: str | None
) -> None:
    def do(deps: Deps, task: Task) -> None:
        structlog.get_logger().info("done")

    with deps.ledger.writing() as book:
        book.work.want("poll", key, NOW)
    each(deps, "poll", do, 1)

    (line,) = lines(stream)
    assert (key, purl, version) == (line["key"], line.get("purl"), line.get("version"))


def test_what_is_logged_of_a_webhook_names_its_delivery(
    stream: io.StringIO, deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hear_one(delivery: Delivery, book: Any, now: datetime) -> Heard:
        structlog.get_logger().info("heard")
        raise RuntimeError("no")

    monkeypatch.setattr(hear, "hear_one", hear_one)
    with deps.ledger.writing() as book:
        book.inbox.keep(Delivery("72d3162e", "push", b"{}", NOW))
    hear.run(deps)

    found = lines(stream)
    assert ["heard", "delivery.broke"] == [line["event"] for line in found]
    assert {("hear", "72d3162e", "push")} == {(line["step"], line["delivery"], line["github_event"]) for line in found}


def heard(stream: io.StringIO, deps: Deps, event: str, body: bytes) -> list[dict[str, Any]]:
    with deps.ledger.writing() as book:
        book.inbox.keep(Delivery("72d3162e", event, body, NOW))
    hear.run(deps)
    return lines(stream)


def test_a_webhook_that_is_heard_is_one_line_by_which_what_follows_is_found(stream: io.StringIO, deps: Deps) -> None:
    """The run that it is about stands there as the key of the work that reads its jobs."""
    (line,) = heard(stream, deps, "workflow_run", json.dumps(payload("workflow_run.completed")).encode())

    with deps.ledger.reading() as book:
        (repository,) = book.repositories.all()
    assert ("delivery.heard", "info", "hear", "72d3162e", "workflow_run") == tuple(
        line[name] for name in ("event", "level", "step", "delivery", "github_event")
    )
    assert ("completed", repository.id, f"run/{repository.id}/8001/1") == (
        line["action"],
        line["repository_id"],
        line["run"],
    )


def test_one_of_which_nothing_comes_is_no_line(stream: io.StringIO, deps: Deps) -> None:
    assert [] == heard(stream, deps, "star", b"{}")
    assert [] == heard(stream, deps, "workflow_run", b'{"action": "dreamt"}')


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, {}),
        ({"action": "\x1b[2J", "repository": {"id": "7"}}, {}),
        ({"action": "completed", "repository": {"id": True}, "workflow_run": {"id": 1, "run_attempt": 1}}, {"action"}),
        ({"repository": {"id": 2**63}}, {}),
        ({"repository": {"id": 7}, "workflow_run": {"id": 1, "run_attempt": 0}}, {"repository_id"}),
        ({"repository": [], "workflow_run": []}, {}),
    ],
)
def test_what_is_no_number_and_no_action_of_ours_is_not_said(given: dict[str, Any], said: Any) -> None:
    assert set(said) == set(about(given, ("completed",)))
