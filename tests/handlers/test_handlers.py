"""Every event: what it says, what is recorded, and the work it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers import HANDLERS
from handlers.record import LONGEST_GAP
from tests.handlers.deliveries import ACME, GADGET, NOW, WIDGET, delivery, done, facts, hear, named, payload, wanted
from verifier.ledger import Ledger
from verifier.ledger.protocol import Posted
from verifier.model import (
    Artifact,
    Incident,
    IncidentState,
    Installation,
    Member,
    Outcome,
    Ref,
    RefSeen,
    Release,
    ReleaseSeen,
    Repository,
    RepositorySeen,
    Run,
    RunKey,
    RunSeen,
)
from verifier.verdict.blindness import LOOK_BACK

SHA = "5779607b49aab1200488439f02372c57b4f75444"


def test_every_handler_is_listed_under_its_own_event() -> None:
    assert {event: event for event in HANDLERS} == {event: handler.EVENT for event, handler in HANDLERS.items()}
    assert all(len(set(handler.ACTIONS)) == len(handler.ACTIONS) for handler in HANDLERS.values())


def stored(ledger: Ledger, repository_id: int = WIDGET) -> Repository:
    with ledger.reading() as book:
        found = book.repositories.get(repository_id)
    assert found is not None
    return found


def test_a_completed_run_is_recorded_as_github_tells_it() -> None:
    """Times are UTC, the head is the tag, and the reusable workflows it called are kept."""
    expected = Run(
        key=RunKey(WIDGET, 8001, 1),
        workflow=".github/workflows/publish.yml",
        event="push",
        head_sha=SHA,
        started_at=datetime(2026, 3, 1, 11, 31, tzinfo=UTC),
        updated_at=datetime(2026, 3, 1, 11, 36, 10, tzinfo=UTC),
        status="completed",
        conclusion="success",
        head_branch="v1.2.3",
        head_repository_id=WIDGET,
        title="Release 1.2.3",
        actor="alice",
        triggering_actor="alice",
        url="https://github.example/acme/widget/actions/runs/8001",
        called=("acme/shared/.github/workflows/release.yml@refs/heads/main",),
    )

    assert RunSeen(expected) == facts("workflow_run", payload("workflow_run.completed"))[1]


def test_a_run_of_a_deleted_fork_has_no_head_repository() -> None:
    fact = facts("workflow_run", named("workflow_run", "workflow_run.completed", head_repository=None))[1]

    assert isinstance(fact, RunSeen)
    assert fact.run.head_repository_id is None


def test_a_run_heals_a_rename_that_was_missed() -> None:
    renamed = named("repository", "workflow_run.completed", full_name="acme/gizmo", updated_at="2026-03-01T11:00:00Z")
    ledger = hear(
        delivery("workflow_run", payload("workflow_run.completed"), "a"), delivery("workflow_run", renamed, "b")
    )

    assert "acme/gizmo" == stored(ledger).full_name


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
    assert {f"config/{GADGET}", f"list/{GADGET}"} == wanted(ledger)
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
    assert {f"config/{WIDGET}", f"list/{WIDGET}"} == wanted(ledger)


def test_an_uninstalled_app_reads_nothing_any_more() -> None:
    """A deletion has no time of its own at GitHub; it counts from its arrival, also after a later run."""
    ledger = hear(
        delivery("installation", payload("installation.created"), "a"),
        delivery("workflow_run", payload("workflow_run.completed"), "b"),
    )
    done(ledger)
    hear(delivery("installation", payload("installation.created", action="deleted"), "c"), ledger=ledger)

    assert stored(ledger).removed
    assert set() == wanted(ledger)
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
    assert {f"config/{WIDGET}", f"list/{WIDGET}"} == wanted(ledger)
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


def test_a_new_default_branch_has_its_config_read() -> None:
    ledger = hear(delivery("repository", payload("repository.renamed"), "a"))
    done(ledger)
    edited = named("repository", "repository.renamed", default_branch="trunk", updated_at="2026-03-02T10:00:00Z")
    edited.update(action="edited", changes={"default_branch": {"from": "main"}})
    hear(delivery("repository", edited, "b"), ledger=ledger)

    assert "trunk" == stored(ledger).default_branch
    assert {f"config/{WIDGET}"} == wanted(ledger)


def test_a_pushed_tag_is_recorded_with_its_commit() -> None:
    """`pushed_at` is an epoch number in this event alone."""
    expected = Ref(WIDGET, "v1.2.3", SHA, datetime(2026, 3, 1, 11, 30, tzinfo=UTC), "alice")

    assert RefSeen(expected) == facts("push", payload("push.tag"))[1]


def test_an_annotated_tag_names_its_commit_not_its_tag_object() -> None:
    fact = facts("push", payload("push.tag", after="f" * 40))[1]

    assert isinstance(fact, RefSeen)
    assert SHA == fact.ref.sha


def test_a_deleted_tag_stays_with_its_date() -> None:
    ledger = hear(
        delivery("delete", payload("delete.tag"), "a"),
        delivery("push", payload("push.tag"), "b"),
        delivery("create", payload("create.tag"), "c"),
    )

    with ledger.reading() as book:
        tag = book.refs.tag(WIDGET, "v1.2.3")
    assert tag is not None
    assert (SHA, True) == (tag.sha, tag.gone)
    assert datetime(2026, 3, 1, 12, 30, tzinfo=UTC) == tag.deleted_at


@pytest.mark.parametrize("event", ["create", "delete"])
def test_a_branch_is_no_tag(event: str) -> None:
    assert 1 == len(facts(event, payload(f"{event}.tag", ref_type="branch")))


def test_a_push_that_touches_the_config_has_it_read() -> None:
    ledger = hear(delivery("repository", payload("repository.renamed"), "a"))
    done(ledger)
    hear(delivery("push", payload("push.config"), "b"), ledger=ledger)

    assert {f"config/{WIDGET}"} == wanted(ledger)


@pytest.mark.parametrize(
    "changes",
    [
        {"ref": "refs/heads/other"},
        {"ref": "refs/tags/main"},
        {"commits": [{"added": ["README.md"], "modified": [], "removed": None}]},
    ],
)
def test_any_other_push_leaves_the_config_alone(changes: dict[str, object]) -> None:
    ledger = hear(delivery("repository", payload("repository.renamed"), "a"))
    done(ledger)
    hear(delivery("push", payload("push.config", **changes), "b"), ledger=ledger)

    assert set() == wanted(ledger)


def test_a_forced_push_may_have_changed_the_config_unseen() -> None:
    ledger = hear(delivery("repository", payload("repository.renamed"), "a"))
    done(ledger)
    hear(delivery("push", payload("push.config", commits=[], forced=True), "b"), ledger=ledger)

    assert {f"config/{WIDGET}"} == wanted(ledger)


def test_a_release_is_recorded() -> None:
    expected = Release(
        repository_id=WIDGET,
        id=6001,
        tag="v1.2.3",
        author="alice",
        published_at=datetime(2026, 3, 1, 11, 40, tzinfo=UTC),
        updated_at=datetime(2026, 3, 1, 11, 40, 2, tzinfo=UTC),
    )

    assert ReleaseSeen(expected) == facts("release", payload("release.published"))[1]


def test_a_deleted_release_stays_with_the_date_of_the_news() -> None:
    fact = facts("release", payload("release.published", action="deleted"))[1]

    assert isinstance(fact, ReleaseSeen)
    assert NOW == fact.release.deleted_at


def _posted_incident(ledger: Ledger, repository_id: int = WIDGET, check_run: str = "5001") -> None:
    member = Member(
        artifact=Artifact("pkg:npm/widget"),
        number="1.2.4",
        fingerprint="sha256:0",
        outcome=Outcome.NON_COMPLIANT,
        confidence="high",
        suspect=False,
        reasons=(),
        sentences=(),
        links=(),
        published_at=None,
        detected_at=NOW,
    )
    with ledger.writing() as book:
        members = (member, replace(member, number="1.2.5"))
        book.incidents.put(Incident("inc-1", repository_id, NOW, IncidentState.OPEN, True, members))
        book.incidents.put_posted(Posted("inc-1", "check_run", check_run, "", "", True, NOW))


@pytest.mark.parametrize("action", ["rerequested", "requested_action"])
def test_a_check_run_asked_for_again_has_its_incident_examined(action: str) -> None:
    ledger = hear()
    _posted_incident(ledger)
    hear(delivery("check_run", payload("check_run.rerequested", action=action)), ledger=ledger)

    assert {"pkg:npm/widget 1.2.4", "pkg:npm/widget 1.2.5"} == wanted(ledger, "examine")


@pytest.mark.parametrize(
    ("repository_id", "check_run", "external_id"),
    [
        (WIDGET, "5002", "incident/inc-1"),
        (GADGET, "5001", "incident/inc-1"),
        (WIDGET, "5001", "incident/inc-2"),
        (WIDGET, "5001", "inc-1"),
        (WIDGET, "5001", None),
    ],
)
def test_a_check_run_that_is_not_ours_is_left_alone(repository_id: int, check_run: str, external_id: str) -> None:
    """Another App may copy our external id; it cannot have the id of our check run."""
    ledger = hear()
    _posted_incident(ledger, repository_id, check_run)
    asked = named("check_run", "check_run.rerequested", external_id=external_id)
    hear(delivery("check_run", asked), ledger=ledger)

    assert set() == wanted(ledger, "examine")


def test_a_webhook_of_the_repository_itself_gives_no_access() -> None:
    """Without an installation in the payload there is nobody to read the repository as."""
    direct = payload("workflow_run.completed")
    del direct["installation"]
    ledger = hear(delivery("workflow_run", direct))

    assert stored(ledger).installation_id is None
    assert set() == wanted(ledger)


def test_a_ping_says_nothing() -> None:
    assert () == facts("ping", payload("ping"))
