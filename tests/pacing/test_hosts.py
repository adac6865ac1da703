"""Which hosts are paced: all but this machine's own, and those too where the settings say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.network.http import make_fetch
from app.pacing import LocalPace
from app.pacing.hosts import HostTurns
from app.settings import Settings, read
from tests.http.server import no_names
from verifier.registries.base import Ask, Unreadable

DAY = timedelta(days=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1:8080", "[::1]", "[::1]:99", "localhost", "localhost:80"])
def test_loopback_is_paced_only_where_the_settings_say_so(host):
    exempt = HostTurns(LocalPace(), Settings(host_interval=DAY))
    paced = HostTurns(LocalPace(), Settings(host_interval=DAY, pace_loopback=True))

    assert [0.0, 0.0] == [exempt.turn(host) for _ in range(2)]
    assert paced.turn(host) == 0
    assert paced.turn(host) > 0


@pytest.mark.parametrize("host", ["registry.example", "127.0.0.1.registry.example", "localhost.registry.example"])
def test_every_other_host_is_paced(host):
    turns = HostTurns(LocalPace(), Settings(host_interval=DAY))

    assert turns.turn(host) == 0
    assert turns.turn(host) > 0


def test_the_settings_say_how_fast():
    turns = HostTurns(LocalPace(), read({"HOST_INTERVAL": "7", "PACE_LOOPBACK": "on"}))
    assert turns.turn("127.0.0.1") == 0

    assert 6 < turns.turn("127.0.0.1") <= 7


def test_a_request_whose_turn_would_come_too_late_is_not_made():
    """It is no answer of the registry's, so nothing is concluded from it."""
    pace = LocalPace()
    settings = Settings(npm_registry="https://registry.example", host_interval=DAY)
    pace.turn("host/registry.example", DAY)
    ask = Ask("https://registry.example/x", "application/json", 100)

    answer = make_fetch(settings, resolve=no_names, pace=pace)(ask)

    assert isinstance(answer, Unreadable)
    assert "too many of us" in answer.problem
