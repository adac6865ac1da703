"""Webhooks arrive late, twice and in any order; the ledger they make is the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.web.webhooks import hear_one
from tests.handlers.deliveries import GADGET, NOW, WIDGET, delivery, payload, shelves
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Delivery

MINUTES = st.integers(0, 180)
"""Few enough that times collide: equal times are where an order could show."""


def _at(minutes: int) -> str:
    return (datetime(2026, 3, 1, 11, tzinfo=UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@st.composite
def _repository(draw: st.DrawFn, base: dict[str, Any]) -> dict[str, Any]:
    named = draw(st.sampled_from(["acme/widget", "acme/gizmo"]))
    branch, private = draw(st.sampled_from(["main", "trunk"])), draw(st.booleans())
    changed = {"full_name": named, "default_branch": branch, "private": private}
    return {**base["repository"], **changed, "updated_at": _at(draw(MINUTES)), "pushed_at": _at(draw(MINUTES))}


@st.composite
def _body(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    stem = draw(
        st.sampled_from(
            [
                "installation.created",
                "installation_repositories.added",
                "repository.renamed",
                "workflow_run.completed",
                "release.published",
                "push.tag",
                "push.config",
                "create.tag",
                "delete.tag",
            ]
        )
    )
    event, body = stem.partition(".")[0], payload(stem)
    if "repository" in body:
        body["repository"] = draw(_repository(body))
    match event:
        case "installation":
            body["action"] = draw(st.sampled_from(["created", "deleted", "suspend", "unsuspend"]))
            suspended = _at(0) if body["action"] == "suspend" else None
            body["installation"].update(updated_at=_at(draw(MINUTES)), suspended_at=suspended)
        case "installation_repositories":
            body["installation"]["updated_at"] = _at(draw(MINUTES))
            if draw(st.booleans()):
                body["repositories_removed"], body["repositories_added"] = body["repositories_added"], []
        case "repository":
            body["action"] = draw(st.sampled_from(["renamed", "deleted", "edited", "privatized"]))
        case "workflow_run":
            body["workflow_run"].update(
                run_attempt=draw(st.integers(1, 2)),
                status=draw(st.sampled_from(["queued", "in_progress", "completed"])),
                conclusion=draw(st.sampled_from([None, "success", "failure"])),
                updated_at=_at(draw(MINUTES)),
                display_title=draw(st.sampled_from(["Release 1.2.3", "Release"])),
            )
        case "release":
            body["action"] = draw(st.sampled_from(["created", "edited", "published", "unpublished", "deleted"]))
            body["release"].update(
                updated_at=_at(draw(MINUTES)), published_at=draw(st.sampled_from([None, _at(10), _at(20)]))
            )
        case "push":
            body.update(
                deleted=draw(st.booleans()),
                forced=draw(st.booleans()),
                head_commit=None,
                before=draw(st.sampled_from(["a" * 40, "b" * 40])),
                after=draw(st.sampled_from(["a" * 40, "b" * 40])),
            )
    return event, body


@st.composite
def _deliveries(draw: st.DrawFn) -> list[Delivery]:
    bodies = draw(st.lists(_body(), min_size=2, max_size=7))
    arrivals = [NOW + timedelta(minutes=draw(MINUTES)) for _ in bodies]
    return [
        delivery(event, body, f"a-{place}", at)
        for place, ((event, body), at) in enumerate(zip(bodies, arrivals, strict=True))
    ]


def _heard(deliveries: list[Delivery]) -> dict[str, Any]:
    ledger = memory_ledger()
    with ledger.writing() as book:
        assert [""] * len(deliveries) == [hear_one(one, book, NOW).problem for one in deliveries]
        return shelves(book, (WIDGET, GADGET))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_order_and_repetition_of_the_same_deliveries_gives_the_same_ledger(data: st.DataObject) -> None:
    deliveries = data.draw(_deliveries())
    repeated = data.draw(st.lists(st.sampled_from(deliveries), max_size=4))
    other = data.draw(st.permutations([*deliveries, *repeated]))

    assert _heard(deliveries) == _heard(other)


def test_the_property_looks_at_something() -> None:
    """A ledger that stayed empty would pass it."""
    heard = _heard(
        [
            delivery("installation", payload("installation.created"), "a"),
            delivery("workflow_run", payload("workflow_run.completed"), "b"),
            delivery("push", payload("push.tag"), "c"),
            delivery("release", payload("release.published"), "d"),
            delivery("push", payload("push.config", forced=True), "e"),
        ]
    )

    assert {"installations": 1, "repositories": 1} == {
        key: len(heard[key]) for key in ("installations", "repositories")
    }
    assert {"runs": 1, "tags": 1, "releases": 1, "forced": 1} == {
        key: len(heard[key][WIDGET]) for key in ("runs", "tags", "releases", "forced")
    }
