"""The dashboard and the alerts name figures that there are, and the figures say what an operator alerts on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from app.api import metrics
from app.api.metrics import Figures
from app.cli.main import main
from app.jobs.telling.lane import turn_of
from app.processes.backup import BEAT
from app.processes.clock import take_turn
from checks.outside import Route
from tests.documents import ROOT, document, section
from tests.ledger.conftest import NO_SERVER, empty_postgresql_url, ledger, migrated_file, postgresql_url, sqlite_url
from tests.ledger.examples import GADGET, T0, WIDGET
from verifier.ledger import Ledger
from verifier.ledger.health import Budget
from verifier.ledger.protocol import Delivery, Queue, Watch
from verifier.ledger.views import Totals
from verifier.model import Filter, Severity, Standing

__all__ = ["NO_SERVER", "empty_postgresql_url", "ledger", "migrated_file", "postgresql_url", "sqlite_url"]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERYTHING = Figures(
    Totals(dict.fromkeys(Standing, 1), dict.fromkeys(Standing, 1), 1),
    tuple(Queue(step, 2, 1, NOW - MINUTE, 1) for step in ("hear", "inspect", "poll", "examine", "tell/chat", "report")),
    dict.fromkeys(Severity, 1),
    1,
    1,
    1,
    1,
    {"clock": NOW, "worker": NOW},
    NOW - MINUTE,
    {"npm": 1, "pypi": 0},
    1,
    NOW - MINUTE,
    1,
    {401: NOW - MINUTE},
    True,
)
_SELECTED = re.compile(r"\b(artifact_monitor_\w+)(?:\{([^}]*)\})?")
_MATCHED = re.compile(r'(\w+)(=~|!=|!~|=)"([^"]*)"')


def samples() -> dict[str, list[dict[str, str]]]:
    """The labels of every sample, by its metric."""
    found = dict[str, list[dict[str, str]]]()
    for line in metrics.exposition(EVERYTHING, NOW).splitlines():
        if not line.startswith("#"):
            named = _SELECTED.match(line)
            assert named is not None
            found.setdefault(named[1], []).append(dict(re.findall(r'(\w+)="([^"]*)"', named[2] or "")))
    return found


def selects_something(expression: str) -> bool:
    """Every selector of the expression picks at least one sample."""
    there = samples()
    return all(
        any(_matches(labels, matchers or "") for labels in there.get(name, ()))
        for name, matchers in _SELECTED.findall(expression)
    )


def _matches(labels: dict[str, str], matchers: str) -> bool:
    tests = {
        "=": lambda have, want: have == want,
        "!=": lambda have, want: have != want,
        "=~": lambda have, want: re.fullmatch(want, have) is not None,
        "!~": lambda have, want: re.fullmatch(want, have) is None,
    }
    return all(name in labels and tests[how](labels[name], want) for name, how, want in _MATCHED.findall(matchers))


def dashboard() -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = json.loads(document("deploy/grafana.json"))["panels"]
    return panels


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(document("deploy/alerts.yml"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_everything_that_can_be_said_is_said_of_the_example() -> None:
    """Else the tests below would not know a figure that is left out where it is empty."""
    assert all(getattr(EVERYTHING, field.name) for field in fields(Figures))
    assert set(samples()) == {"artifact_monitor_" + name for name in re.findall(r'^ +\(?"(\w+)",', _source(), re.M)}


def _source() -> str:
    return (
        (ROOT / "app/api/metrics.py")
        .read_text("utf-8")
        .partition("parts: tuple")[2]
        .partition("return")[0]
        .replace("        (\n", "")
    )


@pytest.mark.parametrize("panel", dashboard(), ids=lambda panel: panel["title"])
def test_a_panel_shows_figures_that_there_are(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        assert _SELECTED.search(target["expr"])
        assert selects_something(target["expr"]), target["expr"]
        shown = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
        name = _SELECTED.findall(target["expr"])[0][0]
        assert set(shown) <= set(samples()[name][0])


def test_the_dashboard_shows_every_figure_and_no_panel_lies_over_another() -> None:
    text = " ".join(target["expr"] for panel in dashboard() for target in panel["targets"])
    assert set(samples()) == {name for name, _ in _SELECTED.findall(text)}
    places = [
        (x, y)
        for panel in dashboard()
        for at in [panel["gridPos"]]
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_is_about_figures_that_there_are_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert _SELECTED.search(rule["expr"])
    assert selects_something(rule["expr"]), rule["expr"]
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]


@pytest.mark.parametrize(
    "expression",
    ["artifact_monitor_nothing > 1", 'artifact_monitor_queue_due{step="pole"}', 'artifact_monitor_problems{x="y"}'],
)
def test_a_figure_that_there_is_not_would_be_noticed(expression: str) -> None:
    assert not selects_something(expression)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool")
def test_prometheus_takes_the_rules() -> None:
    subprocess.run(["promtool", "check", "rules", str(ROOT / "deploy/alerts.yml")], check=True, capture_output=True)


def test_every_figure_is_documented() -> None:
    listed = set(re.findall(r"`(artifact_monitor_\w+)`", section(document("docs/api.md"), "The figures")))
    assert set(samples()) == listed


def test_the_figures_are_those_of_the_ledger(ledger: Ledger) -> None:
    with ledger.writing() as book:
        book.versions.put_watch(Watch(WIDGET, T0))
        book.versions.put_watch(replace(Watch(GADGET, T0), problem="It did not answer."))
        for number in range(2):
            book.inbox.keep(Delivery(f"d{number}", "push", b"", T0 + number * MINUTE))
        book.work.want("tell/chat", "k", T0)
        book.work.want("tell/chat", "well", T0)
        (task,) = book.work.claim("tell/chat", 1, T0, MINUTE)
        book.work.failed(task, T0, "It did not answer.")
        book.health.put_budget(Budget("refusing.example", 10, T0 + MINUTE, refused=True))
        book.health.put_budget(Budget("used-up.example", 0, T0 + MINUTE))
        book.health.put_budget(Budget("plenty.example", 10, T0 + MINUTE))
        book.health.put_budget(Budget("over.example", 0, T0 - MINUTE, refused=True))
        book.health.beat(BEAT, T0)
        book.inbox.keep(Delivery("broken", "push", b"{", T0))
        book.inbox.settle("broken", T0, "push broken cannot be read: the body is not JSON")
    with ledger.reading() as book:
        figures = metrics.count(book, T0)

    assert (T0, {"npm": 0, "pypi": 1}, 2, T0) == (
        figures.waiting_since,
        figures.unreached,
        figures.resting,
        figures.backed_up,
    )
    assert 1 == figures.given_up
    assert [("tell/chat", 2, 1)] == [(queue.step, queue.wanted, queue.failing) for queue in figures.queues]


def test_turns_are_no_work_that_waits(ledger: Ledger) -> None:
    """The clock's own is due in every moment that it is renewed, and all the time while no clock runs."""
    chat = Route("chat", "slack", Filter(), None)
    with ledger.writing() as book:
        assert take_turn(book, None, T0) is not None
        book.work.want(turn_of(chat), "turn", T0)
        book.work.want("poll", "pkg:npm/a", T0)
    with ledger.reading() as book:
        figures = metrics.count(book, T0 + timedelta(hours=1))

    assert ["poll"] == [queue.step for queue in figures.queues]
    assert turn_of(chat).startswith(metrics.LANE)


def test_nothing_is_said_of_a_backup_that_nobody_told_of() -> None:
    assert "backup" not in metrics.exposition(replace(EVERYTHING, backed_up=None), NOW)


def test_who_never_backed_up_is_told_so_too() -> None:
    """The figure is left out before the first backup: a comparison with nothing never fires."""
    (rule,) = (rule for rule in rules() if "absent(artifact_monitor_backup_age_seconds)" in rule["expr"])
    said = metrics.exposition(replace(EVERYTHING, backed_up=None), NOW)

    assert "artifact_monitor_problems" in rule["expr"] and "\nartifact_monitor_problems " in said
    assert "2d" == rule["for"]


def test_the_token_of_the_recipe_outlasts_the_default() -> None:
    """One that ends after 90 days would one night look as if the monitor were down."""
    shown = re.findall(r"token create prometheus --scope metrics --days (\d+)", document("docs/deploy.md"))
    (option,) = (p for p in main.commands["token"].commands["create"].params if p.name == "days")  # type: ignore[attr-defined]  # a group
    assert shown and all(int(days) > option.default for days in shown)
    assert str(option.default) in section(document("docs/deploy.md"), "Watching the monitor")
