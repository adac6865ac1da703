"""Plays the demo's scenarios, serves what came of them, and takes the pictures of the README: `make screenshots`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.demo import SCENARIOS, STORY
from sandbox.live import Live
from sandbox.play import play
from sandbox.results import State
from sandbox.scenario import load
from tests.e2e.browsing import Browser, Tab, chromium

IMAGES = SCENARIOS.parent / "docs" / "images"
LARGEST = 250_000
"""Bytes of one picture: a README is loaded by phones too."""
WIDTH = 1280
PHONE = 390


def first_page(tab: Tab) -> None:
    """What is safe, and what is not."""
    tab.open("/")


def artifact(tab: Tab) -> None:
    """Publications against runs: two of them have none."""
    tab.open("/artifact?purl=pkg%3Anpm%2Faxios")


def version(tab: Tab) -> None:
    """A verdict with what it rests on."""
    tab.open("/version?purl=pkg%3Anpm%2F%2540tanstack%2Fhistory&number=1.161.9#why")


def incident(tab: Tab) -> None:
    """What to do now, and who looks after it."""
    tab.open("/incidents")
    tab.page.get_by_role("row", name="tanstack").get_by_role("link").first.click()


@dataclass(frozen=True)
class Picture:
    """One picture: where it is taken, and how large in pixels of a page."""

    name: str
    go: Callable[[Tab], None]
    height: int
    width: int = WIDTH
    dark: bool = False


PICTURES = (
    Picture("overview", first_page, 1400),
    Picture("artifact", artifact, 1180),
    Picture("version", version, 1000),
    Picture("incident", incident, 1000),
    Picture("phone", artifact, 844, PHONE, dark=True),
)


@contextmanager
def played() -> Iterator[str]:
    """The address of a monitor that lived through the demo. Exits where a scenario came out otherwise than expected."""
    scenarios = sorted((load(SCENARIOS / name) for name in STORY), key=lambda scenario: scenario.installed)
    with tempfile.TemporaryDirectory() as folder, Live(scenarios, Path(folder)) as stage:
        for scenario in scenarios:
            print(f"Playing {scenario.name} …", flush=True)  # noqa: T201  # a command
            stage.begin(scenario)
            if play(scenario, stage).state is not State.PASSED:
                sys.exit(f"{scenario.name} did not come out as expected; `make demo` says how.")
        yield stage.dashboard


def take(browser: Browser, dashboard: str, picture: Picture, folder: Path) -> None:
    """Take one. Exits where it is too large."""
    scale = 2 if picture.width == PHONE else 1
    with browser.page(dashboard, (picture.width, picture.height), dark=picture.dark, scale=scale) as tab:
        picture.go(tab)
        path = folder / f"{picture.name}.png"
        tab.page.screenshot(path=path)
    size = path.stat().st_size
    if size > LARGEST:
        sys.exit(f"{path} has {size:,} bytes; make the picture lower.")
    print(f"{path}  {size:,} bytes", flush=True)  # noqa: T201  # a command


def main() -> None:
    """Take all of them, of a monitor that is played here or of one that runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=IMAGES)
    parser.add_argument("--dashboard", help="a running demo's address; without it the demo is played first")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with chromium(os.environ["E2E_PLAYWRIGHT"], os.environ["E2E_CHROMIUM"]) as browser:
        if options.dashboard:
            for picture in PICTURES:
                take(browser, options.dashboard, picture, options.folder)
            return
        with played() as dashboard:
            for picture in PICTURES:
                take(browser, dashboard, picture, options.folder)


if __name__ == "__main__":
    main()
