"""A GitHub Enterprise Server of an older version lacks attestations and advisories: left out, and said once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.github.server import lacks
from app.jobs.server import EXPIRES
from app.pages.troubles import roll_up, see
from tests.sandbox.living import Living, at, rogue


@pytest.mark.parametrize(
    ("version", "without"),
    [("3.14.2", True), ("3.19.0", True), ("3.19.1.rc2", True), ("3.20.0", False), ("4.0.0", False), ("", False)],
)
def test_what_a_version_lacks_is_known(version: str, without: bool) -> None:
    assert without is lacks(version)


@pytest.mark.parametrize("version", ["3", "3.17/../x", "three", "3.17.\n2"])
def test_what_is_no_version_is_no_such_server(version: str) -> None:
    assert not lacks(version)


def test_an_older_server_is_asked_once_a_day_which_it_is_and_never_for_what_it_lacks() -> None:
    living = Living(rogue(), version="3.17.2")
    living.until(at(2, 12))
    asked = living.asked()
    meta = [question for question in asked if question[1] == "/meta"]

    assert len(meta) == 1
    assert [] == [path for _, path, _ in asked if "attestations" in path or "security-advisories" in path]
    assert len(living.repo.issues) == 1
    assert [] == living.stage.problems()


def test_the_health_page_says_once_what_it_lacks_and_is_well_all_the_same() -> None:
    living = Living(rogue(), version="3.17.2")
    living.until(at(2, 12))
    with living.ledger.reading() as book:
        page = roll_up(
            see(book, living.world.now, full=True, api=living.stage.deps.settings.github_api_url),
            living.world.now,
            full=True,
        )
    (group,) = page.groups
    (row,) = group.rows

    assert "GitHub Enterprise Server 3.17.2 has no API for attestations" in row.sentence
    assert page.well


def test_a_server_that_was_upgraded_is_known_within_a_day() -> None:
    living = Living(rogue(), version="3.19.4")
    living.until(at(2, 12))
    api = living.stage.deps.settings.github_api_url
    with living.ledger.reading() as book:
        known = book.health.server(api)

    assert known is not None
    assert "3.19.4" == known.version
    assert timedelta() <= living.world.now - known.read_at < EXPIRES


def test_any_other_github_has_both() -> None:
    living = Living(rogue())
    living.until(at(2, 12))

    assert len(living.repo.advisories) == 1
