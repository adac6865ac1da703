"""Installations and repositories: what we may read, since when, and what is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.record import LONGEST_GAP
from tests.handlers.deliveries import (
    ACME,
    GADGET,
    NOW,
    WIDGET,
    delivery,
    done,
    hear,
    named,
    payload,
    stored,
    wanted,
)
from verifier.model import (
    Installation,
    Repository,
    RepositorySeen,
    RunKey,
)
from verifier.verdict.blindness import LOOK_BACK


def test_an_installation_makes_its_repositories_known_and_looked_at() -> None:
    ledger = hear(delivery("installation", payload("installation.created")))

    with ledger.reading() as book:
        updated_at = datetime(2026, 3, 1, 8, tzinfo=UTC)
        assert [Installation(ACME, 4001, "acme", updated_at)] == book.repositories.installations()
    assert Repository(WIDGET, 4001, "acme/widget", updated_at, "", False, updated_at, ACME) == stored(ledger)
    assert {f"config/{WIDGET}", f"list/{WIDGET}"} == wanted(ledger)


def test_a_granted_repository_is_looked_at() -> None:
    ledger = hear(delivery("installation_repositories", payload("installation_repositories.added")))

    assert stored(ledger, GADGET).private
    assert {f"config/{GADGET}", f"list/{GADGET}"} == wanted(ledger)


def test_a_repository_taken_away_keeps_its_history() -> None:
    """Its runs stay in the ledger; only the access is gone."""
    gone = payload("installation_repositories.added", action="removed", repositories_added=[])
    gone["installation"]["updated_at"] = "2026-03-02T00:00:00Z"
    gone["repositories_removed"] = [{"id": WIDGET, "full_name": "acme/widget", "private": False}]
    ledger = hear(
        delivery("workflow_run", payload("workflow_run.completed"), "a"),
        delivery("installation_repositories", gone, "b"),
    )

    assert stored(ledger).removed
    with ledger.reading() as book:
        assert book.runs.get(RunKey(WIDGET, 8001, 1)) is not None


def test_a_repository_granted_again_is_looked_at_with_the_gap_noted() -> None:
    """Between the two no webhook reached us: what was published then waits for GitHub's list of runs."""
    gone = payload("installation_repositories.added", action="removed", repositories_added=[])
    gone["installation"]["updated_at"] = "2026-03-02T00:00:00Z"
    gone["repositories_removed"] = [{"id": GADGET, "full_name": "acme/gadget", "private": True}]
    ledger = hear(
        delivery("installation_repositories", payload("installation_repositories.added"), "a"),
        delivery("installation_repositories", gone, "b"),
    )
    done(ledger)
    again = named("installation", "installation_repositories.added", updated_at="2026-03-02T06:00:00Z")
    hear(delivery("installation_repositories", again, "c"), ledger=ledger)

    assert not stored(ledger, GADGET).removed
    assert {f"config/{GADGET}", f"list/{GADGET}", f"installation/{ACME}"} == wanted(ledger)
    with ledger.reading() as book:
        assert datetime(2026, 3, 2, tzinfo=UTC) == book.repositories.gap_since(GADGET)


@pytest.mark.parametrize("same_time", [True, False])
def test_an_unsuspended_installation_is_looked_at_again(same_time: bool) -> None:
    """GitHub's own example gives the `unsuspend` the time of the `suspend`; it must undo it all the same."""
    suspended = named(
        "installation", "installation.created", updated_at=1772400000, suspended_at="2026-03-01T21:20:00Z"
    )
    back = named("installation", "installation.created", updated_at=1772400000 if same_time else 1772403600)
    ledger = hear(
        delivery("installation", payload("installation.created"), "a"),
        delivery("installation", {**suspended, "action": "suspend", "repositories": None}, "b"),
    )
    done(ledger)
    hear(delivery("installation", {**back, "action": "unsuspend", "repositories": None}, "c"), ledger=ledger)

    with ledger.reading() as book:
        assert [False] == [one.suspended for one in book.repositories.installations()]
        assert datetime(2026, 3, 1, 21, 20, tzinfo=UTC) == book.repositories.gap_since(WIDGET)
    assert {f"config/{WIDGET}", f"list/{WIDGET}", f"installation/{ACME}"} == wanted(ledger)


def test_an_uninstalled_app_reads_nothing_any_more() -> None:
    """A deletion has no time of its own at GitHub; it counts from its arrival, also after a later run."""
    ledger = hear(
        delivery("installation", payload("installation.created"), "a"),
        delivery("workflow_run", payload("workflow_run.completed"), "b"),
    )
    done(ledger)
    hear(delivery("installation", payload("installation.created", action="deleted"), "c"), ledger=ledger)

    assert stored(ledger).removed
    assert {f"blinded/{ACME}/alice"} == wanted(ledger)
    with ledger.reading() as book:
        assert [True] == [one.deleted for one in book.repositories.installations()]


def test_a_repository_we_never_heard_of_is_looked_at_with_its_first_run() -> None:
    """The webhook that granted it may be lost; a run proves that we may read it."""
    ledger = hear(delivery("workflow_run", payload("workflow_run.completed")))

    assert ACME == stored(ledger).installation_id
    assert {f"config/{WIDGET}", f"list/{WIDGET}"} == wanted(ledger)


def test_a_run_proves_that_a_repository_taken_away_was_granted_again() -> None:
    """Also without the webhook that says so; what was missed in between is noted and listed."""
    gone = payload("installation_repositories.added", action="removed", repositories_added=[])
    gone["repositories_removed"] = [{"id": WIDGET, "full_name": "acme/widget", "private": False}]
    ledger = hear(delivery("installation_repositories", gone, "a"))
    hear(delivery("workflow_run", payload("workflow_run.completed"), "b"), ledger=ledger)

    assert not stored(ledger).removed
    assert {f"config/{WIDGET}", f"list/{WIDGET}", f"installation/{ACME}"} == wanted(ledger)
    with ledger.reading() as book:
        assert datetime(2026, 3, 1, 9, tzinfo=UTC) == book.repositories.gap_since(WIDGET)


def test_a_gap_never_begins_before_what_the_list_of_runs_can_reach() -> None:
    """One that began earlier would never be closed, and its versions would wait for ever."""
    gone = payload("installation_repositories.added", action="removed", repositories_added=[])
    gone["installation"]["updated_at"] = "2025-01-01T00:00:00Z"
    gone["repositories_removed"] = [{"id": WIDGET, "full_name": "acme/widget", "private": False}]
    ledger = hear(delivery("installation_repositories", gone, "a"))
    hear(delivery("workflow_run", payload("workflow_run.completed"), "b"), ledger=ledger)

    with ledger.reading() as book:
        assert NOW - LONGEST_GAP == book.repositories.gap_since(WIDGET)
    assert LONGEST_GAP < LOOK_BACK


def test_a_busy_repository_makes_no_new_fact_with_every_webhook() -> None:
    """Access is dated to the hour: a hundred runs of that hour say it once."""
    later = [
        named("workflow_run", "workflow_run.completed", id=8001 + place, updated_at=f"2026-03-01T11:40:{place:02}Z")
        for place in range(20)
    ]
    ledger = hear(*(delivery("workflow_run", body, f"a-{place}") for place, body in enumerate(later)))

    with ledger.reading() as book:
        assert 1 == sum(isinstance(fact, RepositorySeen) for _, _, fact in book.facts())


def test_a_renamed_repository_stays_itself() -> None:
    ledger = hear(
        delivery("workflow_run", payload("workflow_run.completed"), "a"),
        delivery("repository", payload("repository.renamed"), "b"),
    )

    assert "acme/gizmo" == stored(ledger).full_name
    with ledger.reading() as book:
        assert 1 == len(book.repositories.all())


def test_a_transferred_repository_has_a_new_owner_and_the_same_id() -> None:
    moved = named(
        "repository",
        "repository.renamed",
        full_name="bobs/widget",
        owner={"id": 4002, "login": "bobs"},
    )
    ledger = hear(delivery("repository", {**moved, "action": "transferred", "changes": {}}))

    assert (WIDGET, 4002, "bobs/widget") == (stored(ledger).id, stored(ledger).owner_id, stored(ledger).full_name)


def test_a_privatized_repository_is_known_to_be_private() -> None:
    private = named("repository", "repository.renamed", private=True)

    assert stored(hear(delivery("repository", {**private, "action": "privatized"}))).private


def test_a_deleted_repository_is_recorded_not_forgotten() -> None:
    ledger = hear(
        delivery("workflow_run", payload("workflow_run.completed"), "a"),
        delivery("repository", payload("repository.renamed", action="deleted", changes={}), "b"),
    )

    assert stored(ledger).removed
    assert NOW == stored(ledger).access_at
    with ledger.reading() as book:
        assert book.runs.get(RunKey(WIDGET, 8001, 1)) is not None


def test_a_new_default_branch_has_its_config_read_with_who_switched_it() -> None:
    ledger = hear(delivery("repository", payload("repository.renamed"), "a"))
    done(ledger)
    edited = named("repository", "repository.renamed", default_branch="trunk", updated_at="2026-03-02T10:00:00Z")
    edited.update(action="edited", changes={"default_branch": {"from": "main"}}, sender={"login": "mallory"})
    hear(delivery("repository", edited, "b"), ledger=ledger)

    assert "trunk" == stored(ledger).default_branch
    assert {f"config/{WIDGET}//mallory"} == wanted(ledger)


def test_a_webhook_of_the_repository_itself_gives_no_access() -> None:
    """Without an installation in the payload there is nobody to read the repository as."""
    direct = payload("workflow_run.completed")
    del direct["installation"]
    ledger = hear(delivery("workflow_run", direct))

    assert stored(ledger).installation_id is None
    assert set() == wanted(ledger)
