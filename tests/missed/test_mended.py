"""Credentials that were wrong for a moment: what they kept from being done is done minutes after they were mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from app.github.installation import clients
from app.jobs import missed, run_step
from app.jobs.batch import MENDED_WITHIN
from app.settings import Settings
from handlers.missed import TASK
from tests.missed.stage import MINUTE, Stage
from verifier.ledger.protocol import Task


def refusing(request: httpx.Request) -> httpx.Response:
    return httpx.Response(401, json={"message": "A JSON web token could not be decoded"})


def look(stage: Stage) -> tuple[Task, datetime | None]:
    """Do what is due; how the look through GitHub's list stands then, and when it last succeeded."""
    run_step(stage.deps, "inspect")
    with stage.ledger.reading() as book:
        task, last = book.work.get("inspect", TASK), book.missed.sweep()
    assert task is not None
    return task, None if last is None else last.at


@pytest.mark.parametrize("wrong", ["not set", "refused"])
def test_a_wrong_setting_puts_off_the_search_for_missed_webhooks_for_minutes_not_an_hour(wrong: str) -> None:
    stage = Stage()
    settings = Settings() if wrong == "not set" else stage.deps.settings
    stage.deps = replace(stage.deps, github=clients(settings, httpx.MockTransport(refusing)))
    with stage.ledger.writing() as book:
        book.work.want("inspect", TASK, stage.deps.now())
    began = stage.deps.now()
    task, last = look(stage)

    assert (began + MENDED_WITHIN, None) == (task.due_at, last)
    assert ("GITHUB_APP_ID" if wrong == "not set" else "the App's id and key") in task.problem
    stage.restarted()
    stage.set_clock(began + MENDED_WITHIN)
    task, last = look(stage)
    assert (began + MENDED_WITHIN, "") == (last, task.problem)
    with stage.ledger.reading() as book:
        assert [] == [problem for problem in book.health.problems() if TASK in problem.subject]


def test_it_is_put_off_no_longer_than_it_comes_round_by_itself() -> None:
    assert 5 * MINUTE == missed.EVERY == MENDED_WITHIN
