"""Logs are one event a line, and no secret is in them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, cast

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from app import create_app
from app.build import now
from app.deps import Deps
from app.jobs import hear
from app.logs import events as logs
from app.processes.worker import Rounds
from app.settings import Settings
from tests.webhooks.site import DeadLedger, Site
from verifier.ledger import Unavailable, memory_ledger


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_secret_reaches_the_logs(stream: io.StringIO, log_format: str) -> None:
    logs.configure(Settings(log_format=log_format), stream)
    log = structlog.get_logger()
    log.info("a", github_webhook_secret="hunter2", headers={"Authorization": "Bearer hunter2", "Accept": "x"})
    log.info("b", items=[{"token": "hunter2"}], url="https://user:hunter2@registry.example/a")
    log.info("c", text="-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----")
    logging.getLogger("gunicorn.error").warning("postgresql://user:%s@db.example", "hunter2")
    try:
        raise RuntimeError("redis://:hunter2@redis.example")
    except RuntimeError:
        log.exception("d")

    written = stream.getvalue()
    assert "hunter2" not in written
    assert "registry.example/a" in written
    assert "RuntimeError" in written


@pytest.mark.parametrize("log_format", ["json", "console", ""])
def test_a_fault_in_a_page_logs_where_it_broke_and_no_value(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    """structlog's own default, where nobody configured logs (''), shows the value of every variable."""
    structlog.reset_defaults()
    if log_format:
        logs.configure(Settings(log_format=log_format), stream)
    nothing = cast(Any, None)
    app = create_app(Deps(Settings(github_webhook_secret="w" * 32), memory_ledger(), nothing, nothing, nothing, now))

    def broken() -> str:
        held = "hunter" + str(2)
        raise RuntimeError(f"broken after {len(held)} letters")

    app.view_functions["health.healthz"] = broken
    answer = app.test_client().get("/healthz", headers={"Accept": "text/html"})

    written = stream.getvalue() + "".join(capsys.readouterr())
    assert 503 == answer.status_code
    assert "RuntimeError: broken after 7 letters" in written
    assert "in broken" in written
    assert "hunter2" not in written


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_database_that_does_not_answer_is_one_line_each_time(stream: io.StringIO, log_format: str) -> None:
    """What a page, a webhook and a step say of it; and where it is told as a library tells it."""
    logs.configure(Settings(log_format=log_format), stream)
    site = Site(DeadLedger())
    site.client.get("/readyz")
    site.post()
    rounds = Rounds(site.deps, lambda deps, step: hear.run(deps), lambda: False)
    rounds("hear")
    try:
        raise OperationalError("SELECT 1", {}, OSError("no route"))
    except OperationalError as error:
        logging.getLogger("sqlalchemy.pool").error("Exception during reset", exc_info=error)

    lines = stream.getvalue().splitlines()
    assert 4 == len(lines)
    assert "Traceback" not in stream.getvalue()
    for event, line in zip(("health.no_ledger", "delivery.not_kept", "step failed", "reset"), lines, strict=True):
        assert event in line
        assert "no route" in line if event == "reset" else "no answer" in line
    if log_format == "json":
        assert ["no answer"] * 3 == [json.loads(line)["why"] for line in lines[:3]]


def test_what_is_unexpected_has_its_traceback_and_what_caused_it(stream: io.StringIO) -> None:
    logs.configure(Settings(log_format="json"), stream)
    log = structlog.get_logger()
    try:
        try:
            raise Unavailable("no answer")
        except Unavailable as error:
            raise RuntimeError("a fault of ours") from error
    except RuntimeError as error:
        log.exception("a")
        log.error("b", exc_info=error)
        log.error("c", exc_info=(type(error), error, error.__traceback__))
    log.error("d", exc_info=True)

    *told, nothing = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert ["a", "b", "c"] == [line["event"] for line in told]
    assert all("RuntimeError: a fault of ours" in line["exception"] for line in told)
    assert "why" not in nothing


def test_json_logs_are_one_object_a_line(stream: io.StringIO) -> None:
    logs.configure(Settings(log_format="json"), stream)
    structlog.get_logger("app").info("delivery.kept", delivery="a\nb", waiting=3)
    logging.getLogger("elsewhere").warning("a\nb")
    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())

    assert ("delivery.kept", "a\nb", 3, "info") == (ours["event"], ours["delivery"], ours["waiting"], ours["level"])
    assert ("a\nb", "warning") == (theirs["event"], theirs["level"])
    assert ours["timestamp"].endswith("Z")
