"""Runs, tags, releases and check runs: what each event says, what is recorded, and the work it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers import HANDLERS
from handlers.base import BadPayload
from tests.handlers.deliveries import (
    EVER,
    GADGET,
    NOW,
    WIDGET,
    delivery,
    done,
    facts,
    hear,
    named,
    payload,
    stored,
    wanted,
)
from verifier.ledger import Ledger
from verifier.ledger.protocol import Posted
from verifier.model import (
    Artifact,
    ForcedPush,
    ForcedPushSeen,
    Incident,
    IncidentState,
    Member,
    Outcome,
    Publisher,
    PublishersSet,
    Ref,
    RefSeen,
    Release,
    ReleaseSeen,
    Run,
    RunKey,
    RunSeen,
)

SHA = "5779607b49aab1200488439f02372c57b4f75444"


def test_every_handler_is_listed_under_its_own_event() -> None:
    assert {event: event for event in HANDLERS} == {event: handler.EVENT for event, handler in HANDLERS.items()}
    assert all(len(set(handler.ACTIONS)) == len(handler.ACTIONS) for handler in HANDLERS.values())


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
        actor_id=4101,
        triggering_actor_id=4101,
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
    commit = payload("push.config")["commits"][0]["id"]

    assert {f"config/{WIDGET}/{commit}/alice"} == wanted(ledger)


@pytest.mark.parametrize("changes", [{}, {"commits": [], "forced": True}], ids=["listed", "rewritten"])
def test_a_push_that_may_have_changed_a_workflow_that_publishes_is_looked_at_once(changes: dict[str, object]) -> None:
    """However often and late GitHub tells of it; a workflow that publishes nothing is nobody's business."""
    path = ".github/workflows/publish.yml"
    touching = {"commits": [{"id": SHA, "added": [], "modified": [path], "removed": []}], **changes}
    ledger = hear(delivery("repository", payload("repository.renamed"), "a"))
    hear(delivery("push", payload("push.config", **touching), "b"), ledger=ledger)
    told = {key for key in wanted(ledger) if key.startswith("workflow/")}
    with ledger.writing() as book:
        publisher = Publisher(Artifact("pkg:npm/widget"), WIDGET, 70, (path,))
        book.record(PublishersSet(WIDGET, "server", (publisher,)), NOW)
    for name in ("c", "d"):
        hear(delivery("push", payload("push.config", **touching), name), ledger=ledger)
    pushed = payload("push.config")
    at = pushed["repository"]["pushed_at"]

    assert set() == told
    assert {f"workflow/{WIDGET}/{pushed['before']}/{pushed['after']}/{at}/alice"} == {
        key for key in wanted(ledger) if key.startswith("workflow/")
    }


def test_a_push_to_another_branch_changes_no_workflow_that_publishes() -> None:
    path = ".github/workflows/publish.yml"
    ledger = hear(delivery("repository", payload("repository.renamed"), "a"))
    with ledger.writing() as book:
        book.record(PublishersSet(WIDGET, "server", (Publisher(Artifact("pkg:npm/widget"), WIDGET, 70, (path,)),)), NOW)
    commits = [{"id": SHA, "added": [], "modified": [path], "removed": []}]
    hear(delivery("push", payload("push.config", ref="refs/heads/x", commits=commits), "b"), ledger=ledger)

    assert not any(key.startswith("workflow/") for key in wanted(ledger))


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


def forced(**changes: object) -> dict[str, object]:
    """A push that rewrote the default branch."""
    return payload("push.config", **{"commits": [], "forced": True, **changes})


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/heads/release/1.x"])
def test_a_branch_that_was_rewritten_is_recorded_with_both_its_heads(ref: str) -> None:
    expected = ForcedPush(WIDGET, ref, "1" * 40, SHA, datetime(2026, 3, 1, 11, 30, tzinfo=UTC), "alice")

    assert ForcedPushSeen(expected) == facts("push", forced(ref=ref))[1]
    ledger = hear(delivery("push", forced(ref=ref), "a"), delivery("push", forced(ref=ref), "b"))
    with ledger.reading() as book:
        assert [expected] == book.refs.forced(WIDGET, *EVER)


@pytest.mark.parametrize(
    "changes", [{"forced": False}, {"forced": None}, {"created": True}, {"deleted": True}], ids=repr
)
def test_a_branch_that_went_on_or_was_made_or_deleted_was_not_rewritten(changes: dict[str, object]) -> None:
    assert 1 == len(facts("push", forced(**changes)))


def test_a_tag_that_was_moved_by_force_is_a_tag() -> None:
    assert [RefSeen] == [type(fact) for fact in facts("push", payload("push.tag", forced=True, created=False))[1:]]


@pytest.mark.parametrize("changes", [{"forced": "yes"}, {"before": None}, {"after": "a\n"}, {"pusher": None}], ids=repr)
def test_a_rewritten_branch_that_cannot_be_read_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadPayload):
        facts("push", forced(**changes))


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


def posted_incident(ledger: Ledger, repository_id: int = WIDGET, check_run: str = "5001") -> None:
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


def test_a_check_run_asked_for_again_has_its_incident_examined() -> None:
    ledger = hear()
    posted_incident(ledger)
    hear(delivery("check_run", payload("check_run.rerequested")), ledger=ledger)

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
    posted_incident(ledger, repository_id, check_run)
    asked = named("check_run", "check_run.rerequested", external_id=external_id)
    hear(delivery("check_run", asked), ledger=ledger)

    assert set() == wanted(ledger, "examine")


def test_a_ping_says_nothing() -> None:
    assert () == facts("ping", payload("ping"))


@pytest.mark.parametrize(("posted", "asked"), [("5001", True), ("5002", False)])
def test_the_check_run_about_the_config_asked_for_again_has_the_file_read(posted: str, asked: bool) -> None:
    """Any App may write our marker into a check run of its own; only ours has the id that GitHub gave us."""
    ledger = hear(delivery("repository", payload("repository.renamed"), "a"))
    done(ledger)
    with ledger.writing() as book:
        book.incidents.put_posted(Posted(f"config/{WIDGET}", "config", f"{SHA} {posted}", "", "", True, NOW))
    again = named("check_run", "check_run.rerequested", external_id=f"config/{WIDGET}")
    hear(delivery("check_run", again, "b"), ledger=ledger)

    assert asked is (f"config/{WIDGET}" in wanted(ledger))
