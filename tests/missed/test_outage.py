"""An outage, long or short: blind until all of it is made good, then settled, and a rogue version said exactly once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from werkzeug.serving import make_server

from app import create_app
from app.github.installation import clients
from app.jobs import missed, run_step
from sandbox.app import create
from sandbox.play import play
from sandbox.replay import _kept, _keys
from sandbox.results import Result
from sandbox.signing import signed
from sandbox.state import Webhook
from tests.documents import ROOT
from tests.github_api.validate import problem
from tests.missed.stage import DAY, HOUR, MINUTE, MISSED, WIDGET, Stage, during
from verifier.ledger import Unavailable, migrate, open_ledger
from verifier.model.backfill import Gap

SHORT = during("monitor", "2026-03-01T09:00:00", "2026-03-01T12:00:00")
UNHEARD = during("webhooks", "2026-03-01T09:00:00", "2026-03-01T12:00:00")
FIVE_DAYS = ROOT / "scenarios" / "delivery-gap-five-days"


def played(stage: Stage, story: Any) -> Result:
    result = play(story, stage)
    assert () == result.mismatches
    assert 1 == stage.incidents()
    return result


@pytest.mark.parametrize("story", [SHORT, UNHEARD], ids=["stopped", "web-unreachable"])
def test_three_hours_are_healed_by_redelivery_and_the_rogue_version_is_said_once(story) -> None:
    stage = Stage(story)
    played(stage, story)
    again = [question for question in stage.transport.asked if question.startswith("POST /app/hook/deliveries/")]

    assert len(again) == len(set(again)) > 10
    assert None is stage.gap()
    with stage.ledger.reading() as book:
        sweep = book.missed.sweep()
        assert [] == book.inbox.given_up(10)
    assert sweep is not None
    assert (0, None) == (sweep.lost, sweep.lost_since)


def test_what_was_redelivered_needs_no_reading_of_the_past() -> None:
    stage = Stage(SHORT)
    played(stage, SHORT)
    since = [question for question in stage.transport.lists() if "/tags?" in question]

    # Once, at the installation.
    assert 1 == len(since)


def test_what_github_delivers_is_asked_for_as_its_description_says() -> None:
    stage = Stage(SHORT)
    played(stage, SHORT)
    asked = [q.split(" ", 1) for q in stage.transport.asked if "/app/hook/" in q or "/tags?" in q or "/releases?" in q]

    assert asked
    assert {""} == {problem(httpx.Request(method, f"https://api.github.com{path}")) for method, path in asked}


def test_five_days_are_pending_until_they_are_read_and_then_settled_without_a_false_alarm() -> None:
    from sandbox.scenario import load

    story = load(FIVE_DAYS)
    stage = Stage(story)
    result = play(story, stage)

    assert ((), 1) == (result.mismatches, stage.incidents())
    honest = next(told for told in result.versions if told.version == "1.4.0")
    outcomes = [stood.outcome for stood in honest.history]
    assert "non_compliant" not in outcomes
    assert outcomes[-1] == "compliant"
    assert "pending" in outcomes
    with stage.ledger.reading() as book:
        assert {} == book.repositories.gaps()


def test_github_that_shows_no_deliveries_leaves_the_gap_to_the_lists() -> None:
    """An Enterprise Server may not have the list; a key of another App sees another one."""
    stage = Stage(SHORT)
    inner = stage.transport._inner

    class NoHook(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if "/app/hook/" in request.url.path:
                return httpx.Response(404, json={"message": "Not Found"})
            return inner.handle_request(request)

    stage.transport._inner = NoHook()
    result = play(SHORT, stage)

    assert ((), 1) == (result.mismatches, stage.incidents())
    assert None is stage.gap()
    assert ["inspect deliveries"] == [problem.split(":")[0] for problem in stage.problems()]


class Servers:
    """Our web and the pretend GitHub, each behind a socket; `sent` goes from one to the other over HTTP."""

    def __init__(self, folder: Path) -> None:
        self.stage = Stage()
        url = f"sqlite:///{folder / 'ledger.sqlite3'}"
        migrate(url)
        self.ledger = open_ledger(url)
        self.github = make_server("127.0.0.1", 0, create(self.stage.world, _keys()), threaded=True)
        settings = replace(
            self.stage.deps.settings, github_api_url=f"http://127.0.0.1:{self.github.server_port}/api/v3"
        )
        self.deps = replace(self.stage.deps, settings=settings, ledger=self.ledger, github=_kept(clients(settings)))
        self.down = False
        self.web = make_server("127.0.0.1", 0, create_app(replace(self.deps, ledger=self)), threaded=True)  # type: ignore[arg-type]  # the two doors of a ledger
        self.statuses: list[int] = []

    def reading(self) -> Any:
        return self.ledger.reading()

    @contextmanager
    def writing(self) -> Iterator[Any]:
        if self.down:
            raise Unavailable("the database is being moved")
        with self.ledger.writing() as book:
            yield book

    def send(self, webhooks: list[Webhook], port: int | None = None) -> None:
        """GitHub delivers, and keeps what it was answered."""
        for webhook in webhooks:
            headers, body = signed(webhook, _keys().webhook_secret)
            try:
                url = f"http://127.0.0.1:{port or self.web.server_port}/webhooks"
                status = requests.post(url, data=body, headers=headers, timeout=30).status_code
            except requests.ConnectionError:
                status = 0
            self.statuses.append(status)
            self.stage.world.deliveries.answered(webhook.id, status)

    def go_on(self, by: timedelta) -> None:
        """Time passes; GitHub sends what is due, and everything that is to be inspected and heard is."""
        self.stage._now += by
        self.send(list(self.stage.world.advance(self.stage._now)))
        while sum(run_step(self.deps, step) for step in ("hear", "inspect")):
            pass

    def __enter__(self) -> Servers:
        for server in (self.github, self.web):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in (self.github, self.web):
            server.shutdown()
            server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_database_that_was_down_and_a_web_that_was_not_there_are_seen_in_githubs_list(tmp_path: Path) -> None:
    with Servers(tmp_path) as servers:
        sent = list(servers.stage.all_webhooks())
        servers.stage._now = MISSED.installed + MINUTE
        with servers.ledger.writing() as book:
            book.record(servers.stage.publishers(), MISSED.installed)
        servers.send(sent[:2])
        servers.go_on(MINUTE)
        servers.stage._now = MISSED.until
        servers.down = True
        servers.send(sent[2:6])
        servers.down = False
        servers.send(sent[6:9], port=free_port())
        servers.send(sent[9:])
        assert {202, 503, 0} == set(servers.statuses)
        with servers.ledger.writing() as book:
            book.work.want("inspect", "deliveries", servers.stage._now)
        servers.go_on(timedelta(minutes=2))
        with servers.ledger.reading() as book:
            gap = book.repositories.gap(WIDGET)
            assert gap is not None
        for _ in range(8):
            servers.go_on(MINUTE)

        with servers.ledger.reading() as book:
            assert {} == book.repositories.gaps()
            heard = {fact for _, _, fact in book.facts()}
            kept = book.inbox.kept([webhook.id for webhook in sent])
    whole = Stage()
    whole.hear(whole.all_webhooks())
    with whole.ledger.reading() as book:
        assert set() == {fact for _, _, fact in book.facts()} - heard
    assert set(kept) == {webhook.id for webhook in sent}


def test_a_long_list_of_deliveries_is_gone_on_with_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed, "MOST_PAGES", 1)
    monkeypatch.setattr(missed, "LIST", "/app/hook/deliveries?per_page=4")
    stage = Stage(SHORT)
    stage.set_clock(SHORT.installed + 13 * HOUR)
    floors = []
    for _ in range(20):
        missed.sweep(stage.deps)
        with stage.ledger.reading() as book:
            found = book.missed.sweep()
            wanted = {task.key for task in book.work.all("inspect") if task.key.startswith("redeliver/")}
        assert found is not None
        floors.append(found.floor)
        if not found.cursor:
            break

    assert found is not None
    assert len(floors) > 2
    assert 10 < len(wanted) == found.lost
    assert found.floor == found.lost_since
    pages = [question for question in stage.transport.asked if "/app/hook/" in question]
    assert len(pages) == len(set(pages))


def test_a_cursor_that_github_takes_no_longer_is_dropped_and_the_list_is_begun_anew() -> None:
    stage = Stage(SHORT)
    stage.set_clock(SHORT.installed + 13 * HOUR)
    missed.sweep(stage.deps)
    with stage.ledger.writing() as book:
        known = book.missed.sweep()
        assert known is not None
        book.missed.put_sweep(replace(known, cursor="/app/hook/gone?cursor=v1_1"))

    missed.sweep(stage.deps)
    with stage.ledger.reading() as book:
        begun = book.missed.sweep()
    missed.sweep(stage.deps)
    with stage.ledger.reading() as book:
        looked = book.missed.sweep()

    assert replace(known, cursor="") == begun
    assert looked is not None
    assert (known.floor, known.lost) == (looked.floor, looked.lost)


def test_a_suspension_is_not_healed_by_a_list_in_which_nothing_was_sent() -> None:
    stage = Stage()
    stage.hear(stage.all_webhooks())
    gap = Gap(MISSED.until - DAY, MISSED.until - HOUR, unsent=True)
    with stage.ledger.writing() as book:
        book.repositories.put_gap(WIDGET, gap)
    missed.sweep(stage.deps)

    assert gap == stage.gap()
    stage.read_past()
    assert None is stage.gap()


def test_a_delivery_that_came_meanwhile_is_not_asked_for() -> None:
    stage = Stage()
    webhooks = stage.all_webhooks()
    stage.hear(webhooks[:1])
    missed.redeliver(stage.deps, f"{webhooks[0].id}/12000000001")
    assert [] == stage.transport.asked
    missed.redeliver(stage.deps, f"{webhooks[1].id}/999")
    assert ["POST /app/hook/deliveries/999/attempts"] == stage.transport.asked
