"""GitHub's own description accepts every request that the monitor sends while it plays real attacks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import httpx
import pytest

from sandbox.github.shapes import Address
from sandbox.keys import Keys, make
from sandbox.play import play
from sandbox.replay import Replay
from sandbox.scenario import load
from tests.documents import ROOT
from tests.e2e.checked import Checked, checked_github

PLAYED = (
    "axios-2026",
    "chalk-2025",
    "delivery-gap-five-days",
    "emergency-by-hand",
    "litellm-2026-configured",
    "monorepo-forty-packages",
    "nx-s1ngularity-2025",
    "tanstack-2026",
    "trap-f07-recovered",
    "trap-f14-renamed",
    "trap-n07-run-deleted",
    "ultralytics-2024",
)
FILED = ("check-runs", "issues", "security-advisories")
_keys = cache(make)


@cache
def played(name: str) -> Checked:
    """Everything the monitor asked of GitHub in one scenario."""
    keys: Keys = _keys()
    stage = Replay(load(ROOT / "scenarios" / name), keys)
    github, transport = checked_github(stage.world, stage.deps.settings, keys)
    stage.deps = replace(stage.deps, github=github)
    result = play(load(ROOT / "scenarios" / name), stage)
    assert () == result.mismatches
    return transport


@pytest.mark.parametrize("name", PLAYED)
def test_github_would_take_every_request_of_a_played_attack(name: str) -> None:
    transport = played(name)

    assert [] == transport.problems
    assert transport.asked


def test_check_run_issue_and_advisory_were_each_made_changed_and_found_acceptable() -> None:
    """The scenarios above reach all channels, so that the check above is about all of them."""
    everything = [played(name) for name in PLAYED]
    asked = {(method, path) for transport in everything for method, path in transport.asked}

    assert [True, True, True] == [any(transport.made(kind) for transport in everything) for kind in FILED]
    assert [True, True, True] == [
        any(method == "PATCH" and f"/{kind}/" in path for method, path in asked) for kind in FILED
    ]


def test_a_request_that_github_would_refuse_is_noticed() -> None:
    """Without this, the check could be looking the other way."""
    transport = Checked(httpx.MockTransport(lambda _: httpx.Response(201, json={})))
    at = Address("http://github.example", "http://github.example/api/v3")
    with httpx.Client(transport=transport) as client:
        client.post(f"{at.api}/repos/o/r/issues", json={"title": "t"})
        client.post(f"{at.api}/repos/o/r/issues", json={"labels": 5})
        client.get(f"{at.api}/repos/o/r/nowhere")

    assert 3 == len(transport.asked)
    assert 2 == len(transport.problems)
