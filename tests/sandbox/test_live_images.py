"""The monitor's real processes at registries of images that want tokens, and at Amazon through its own library."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.live import Live
from sandbox.play import play
from sandbox.results import State
from sandbox.scenario import load
from tests.documents import ROOT


@pytest.mark.parametrize("name", ["trap-f12-multi-arch", "ecr-pushed-outside"])
def test_images_are_watched_over_real_http(tmp_path: Path, name: str) -> None:
    scenario = load(ROOT / "scenarios" / name)
    with Live([scenario], tmp_path / "data") as stage:
        stage.begin(scenario)
        result = play(scenario, stage)

    assert (State.PASSED, ()) == (result.state, result.mismatches)
