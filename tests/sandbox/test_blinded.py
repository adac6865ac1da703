"""A thief who administers the account suspends or uninstalls the App before publishing: that is told out of band."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.state import Webhook
from tests.sandbox.living import Living, at, rogue
from tests.sandbox.test_installation import of_installation, outcome
from verifier.model import Bulletin, BulletinKind, Outcome


def told(living: Living) -> list[Bulletin]:
    with living.ledger.reading() as book:
        return [one for one in book.incidents.bulletins(at(1, 0)) if one.kind is BulletinKind.BLINDED]


def suspended(living: Living) -> None:
    living.world.suspend(living.installation)


def uninstalled(living: Living) -> None:
    living.world.uninstall(living.installation)


@pytest.mark.parametrize("lost", [False, True], ids=["webhooks heard", "webhooks lost"])
@pytest.mark.parametrize(
    ("act", "why"), [(suspended, "The App was suspended on"), (uninstalled, "The App was uninstalled from")]
)
def test_that_the_app_may_read_no_more_is_told_once(act: Callable[[Living], None], why: str, lost: bool) -> None:
    """The rogue version of the day after stays undecided, so nothing else would be heard of it."""

    def heard(webhook: Webhook) -> bool:
        return not (lost and of_installation(webhook))

    living = Living(rogue(), heard=heard)
    living.until(at(1, 12))
    act(living)
    living.until(at(4, 0))

    (bulletin,) = told(living)
    assert bulletin.sentences[0].startswith(why)
    assert "pkg:npm/%40octo/widget" in bulletin.sentences[2]
    assert outcome(living, "1.4.1") is Outcome.PENDING


def test_nothing_is_told_where_it_may_read_again_before_anybody_looked() -> None:
    living = Living(rogue())
    living.until(at(1, 12))

    assert [] == told(living)
