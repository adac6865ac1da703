"""A webhook that was accepted and cannot be read is told of where an operator looks, login or not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.doctor import deliveries, report
from app.jobs import hear
from app.settings import Settings
from tests.webhooks.site import NOW, Site
from verifier.ledger import migrate, open_ledger
from verifier.ledger.protocol import Delivery

SECRET = "ghp_" + "a" * 36
HOSTILE = [
    ("not-json", "workflow_run", b'{"' + SECRET.encode()),
    ("a-list", "workflow_run", b"[1]"),
    ("no-repository", "push", b'{"ref": "refs/heads/\\u001b[2J", "after": "' + SECRET.encode() + b'"}'),
]


@pytest.fixture
def site() -> Site:
    return Site()


def given_up(site: Site, *deliveries: tuple[str, str, bytes]) -> list[dict[str, object]]:
    with site.ledger.writing() as book:
        for number, (name, event, body) in enumerate(deliveries):
            book.inbox.keep(Delivery(name, event, body, NOW + timedelta(seconds=number)))
    with capture_logs(processors=[merge_contextvars]) as lines:
        hear.run(site.deps)
    return [dict(line) for line in lines if line["event"] == "delivery.given_up"]


def test_each_is_a_warning_with_its_delivery_event_and_problem_and_nothing_of_its_body(site: Site) -> None:
    lines = given_up(site, *HOSTILE)

    assert [(name, event, "warning") for name, event, _ in HOSTILE] == [
        (line["delivery"], line["github_event"], line["log_level"]) for line in lines
    ]
    assert all(len(str(line["problem"])) <= hear.SAID for line in lines)
    assert SECRET not in str(lines)
    assert "\\x1b" not in str(lines)


def test_one_that_breaks_us_is_a_warning_when_it_is_tried_no_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("no")

    monkeypatch.setattr(hear, "hear_one", broken)
    monkeypatch.setattr(hear, "TRIES", 1)
    (line,) = given_up(site, ("d1", "push", b"{}"))

    assert "RuntimeError after 1 tries" == line["problem"]


def test_one_that_is_heard_is_no_warning(site: Site) -> None:
    assert [] == given_up(site, ("d1", "star", b"{}"))


def test_the_doctor_says_how_many_since_when_and_the_newest(site: Site) -> None:
    many = [(f"d{number}", "push", b"[]") for number in range(7)]
    given_up(site, *many)
    with site.ledger.reading() as book:
        first, *named = deliveries.given_up(book, NOW + timedelta(hours=1))
        later, *_ = deliveries.given_up(book, NOW + timedelta(days=2))

    assert (False, None) == (first[0], later[0])
    assert first[1].startswith(f"7 given up since {NOW:%Y-%m-%d %H:%M} UTC, the last at {NOW:%Y-%m-%d %H:%M} UTC")
    assert deliveries.NEWEST == len(named)
    assert all("push d" in sentence and sentence.endswith("the body is not a JSON object") for _, sentence, _ in named)


def test_the_doctors_report_has_the_line_and_none_where_all_was_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    migrate(settings.database)
    ledger = open_ledger(settings.database)
    assert [] == [check for check in report._database(settings) if check.name == "unread"]

    with ledger.writing() as book:
        book.inbox.keep(Delivery("d1", "push", b"[]", NOW))
        book.inbox.settle("d1", NOW, "push d1 cannot be read: the body is not a JSON object")

    assert "unread" in report.shown(list(report._database(settings)))
