"""The simulation beyond one machine: the same each time, nothing lost, no budget exceeded, near what was measured."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from app.pacing.local import LocalPace
from app.polling.rhythm import Rhythm
from app.polling.schedule import intervals
from sandbox.scale.figures import figures
from sandbox.scale.measures import latency, survived
from sandbox.scale.page import BEGINS, ENDS, span, tables, written
from sandbox.scale.parameters import Parameters, sources
from sandbox.scale.play import Play
from sandbox.scale.population import NEVER, REGISTRIES
from sandbox.scale.simulate import Played, simulate
from sandbox.scale.validate import validate
from tests.documents import ROOT

SMALL = Play(100_000, 200.0, 2.0, 0.5, feeds=frozenset({"npm", "pypi"}), strangers=200)


@cache
def small() -> Played:
    return simulate(SMALL)


def _quantile(played: Played, hot: bool) -> float:
    made = [one for one in played.counted if one.by == "stranger" and one.hot is hot]
    known = [(min(one.seen_at, played.play.ends) - one.at, one.seen_at != NEVER) for one in made]
    return survived(known, 0.5) or NEVER


def test_the_same_seed_plays_the_same_and_another_does_not() -> None:
    assert figures(simulate(SMALL)) == figures(small())
    assert figures(simulate(replace(SMALL, seed=2))) != figures(small())


def test_every_publication_is_seen_once_or_is_still_to_be_seen() -> None:
    played = small()
    waiting = [made for one in played.people.artifacts for made in one.unseen]
    seen = [made for made in played.publishing.publications if made.seen_at != NEVER]

    assert len(played.publishing.publications) == len(waiting) + len(seen)
    assert not {id(made) for made in waiting} & {id(made) for made in seen}
    assert all(made.seen_at >= made.at for made in seen)


@pytest.mark.parametrize("name", REGISTRIES)
def test_no_host_is_asked_more_often_than_its_budget_allows(name: str) -> None:
    requests, every = small().hosts[name].requests, small().play.settings.host_interval.total_seconds()

    assert len(requests) > 100
    assert all(after - before >= every - 1e-3 for before, after in pairwise(requests))


def test_more_budget_makes_nobody_be_seen_later() -> None:
    parameters = replace(Parameters(), budget=20.0)
    rich = simulate(replace(SMALL, parameters=parameters))

    assert _quantile(rich, hot=True) <= _quantile(small(), hot=True) * 1.1
    assert _quantile(rich, hot=False) <= _quantile(small(), hot=False) * 1.1


def test_requests_do_not_depend_on_the_factor() -> None:
    """As long as there is more to do than the budget allows, both use what is planned of it."""
    finer = simulate(replace(SMALL, factor=100.0, days=1.0))
    for name in ("npm", "pypi"):
        rates = [one["hosts"][name]["requests_per_s"] for one in (figures(small()), figures(finer))]

        assert abs(rates[0] - rates[1]) < 0.4


@pytest.mark.parametrize("factor", [100.0, 200.0, 400.0])
def test_quiet_versions_are_seen_after_half_the_planned_interval_at_any_factor(factor: float) -> None:
    """Half of them, without feeds; what takes minutes does depend on the factor (docs/scale.md)."""
    played = simulate(replace(SMALL, factor=factor, feeds=frozenset(), days=4.0, strangers=800))
    made = [one for one in played.counted if one.by == "stranger" and not one.hot and one.registry == "npm"]
    planned = intervals(played.crew.means(played.hosts["npm"])).quiet.total_seconds()
    half = latency(made, played.play.ends).p50

    assert half is not None
    assert 0.35 < half / planned < 0.75


def test_it_says_what_the_benchmark_of_polls_measured() -> None:
    for found in validate(minutes=3).values():
        assert abs(found.off) < 0.1
        assert found.most_per_s_in_10_s <= 5.1
        assert found.late_p50 < 2


def test_room_is_what_the_monitor_says_it_is() -> None:
    """`Crew.room` leaves out only the search for the host."""
    played = simulate(replace(SMALL, days=0.001, warm=0.0, strangers=0))
    pace, rhythm, settings = LocalPace(), Rhythm(random.random), played.play.settings
    played.crew.pace = LocalPace()
    at = played.crew.env.now
    for host in played.hosts.values():
        rhythm.spent(host.registry, round(host.cost))

        class Now:
            def turn(self, name, every, burst=1, now=None):
                return pace.turn(name, every, burst, at)

        for _ in range(3):
            assert played.crew.room(host) == rhythm.wait(settings, Now(), host.registry)


def test_what_was_not_seen_yet_counts_as_later() -> None:
    assert survived([(1, True), (2, True), (3, True), (4, True)], 0.5) == 2
    assert survived([(1, True), (2, False), (2, False), (2, False)], 0.5) is None
    assert survived([], 0.5) is None


def test_every_number_says_where_it_comes_from() -> None:
    assert [] == [
        name for name, _, source in sources() if source.partition(":")[0] not in KINDS and "assumed" not in source
    ]


KINDS = {"measured", "stated", "code", "assumed"}


def test_the_page_holds_the_tables() -> None:
    checked = {"npm": {**vars(validate(minutes=0.2)["npm"]), "off": 0.0, "measured": 3.96}}
    text = tables([json.loads(json.dumps(figures(small())))], checked)

    assert "| npm |" in text
    assert text in written(f"before\n{BEGINS}{ENDS}after", text)
    with pytest.raises(ValueError, match="needs the lines"):
        written("no marks", text)
    assert ["not seen", "90 s", "10 min"] == [span(None), span(90), span(600)]


def test_the_page_names_every_number_as_it_is_in_the_code() -> None:
    page = (ROOT / "docs/scale.md").read_text()

    assert [] == [name for name, value, source in sources() if f"| `{name}` | {value:g} | {source} |" not in page]
