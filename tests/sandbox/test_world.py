"""The pretended world moves on as the scenario says, and GitHub tells about it as it really would."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import HANDLERS
from sandbox.events import Outage
from sandbox.world import Clash, World
from tests.sandbox.github import Asked, at, scenario
from verifier.model import RepositorySeen, RunSeen

START, END = "2026-03-01T00:00:00", "2026-03-04T00:00:00"


def test_nothing_is_sent_about_anything_before_the_installation() -> None:
    assert [] == Asked("small-rogue", "2026-02-28T23:59:59").sent
    assert ["installation"] == [webhook.event for webhook in Asked("small-rogue", START).sent]


def test_a_run_on_a_new_tag_sends_the_tag_and_three_webhooks_of_the_run_in_order() -> None:
    world = World([scenario("small-rogue")])
    world.advance(at(START))
    sent = world.advance(at("2026-03-01T12:00:00"))

    assert [
        ("create", ""),
        ("push", ""),
        ("workflow_run", "requested"),
        ("workflow_run", "in_progress"),
        ("workflow_run", "completed"),
    ] == [(webhook.event, webhook.payload.get("action", "")) for webhook in sent]
    assert ["queued", "in_progress", "completed"] == [
        webhook.payload["workflow_run"]["status"] for webhook in sent if webhook.event == "workflow_run"
    ]


def test_a_project_with_everything_sends_everything() -> None:
    sent = [(w.event, w.payload.get("action", "")) for w in Asked("small-pypi", END).sent]
    later = sent[sent.index(("repository", "renamed")) :]

    assert [
        ("repository", "renamed"),
        ("installation", "created"),
        ("repository", "transferred"),
        ("release", "published"),
        ("release", "deleted"),
        ("delete", ""),
        ("push", ""),
    ] == later


@pytest.mark.parametrize("name", ["small-rogue", "small-pypi", "small-source"])
def test_every_webhook_is_read_by_its_handler(name: str) -> None:
    for webhook in Asked(name, END).sent:
        handler = HANDLERS[webhook.event]
        payload = json.loads(json.dumps(webhook.payload))
        assert not handler.ACTIONS or payload["action"] in handler.ACTIONS
        assert handler.read(payload, webhook.at)


def test_a_rerun_is_heard_as_another_attempt_of_the_same_run() -> None:
    sent = [webhook for webhook in Asked("small-pypi", END).sent if webhook.event == "workflow_run"]
    facts = [fact for webhook in sent for fact in HANDLERS["workflow_run"].read(webhook.payload, webhook.at)]
    runs = [fact.run for fact in facts if isinstance(fact, RunSeen)]

    assert {(7, 1), (7, 2)} == {(run.key.run_id, run.key.attempt) for run in runs}
    assert {"v2.0"} == {run.head_branch for run in runs}
    assert {".github/workflows/release.yml"} == {run.workflow for run in runs}


def test_a_renamed_and_transferred_repository_keeps_its_id() -> None:
    sent = [webhook for webhook in Asked("small-pypi", END).sent if webhook.event == "repository"]
    facts = [fact for webhook in sent for fact in HANDLERS["repository"].read(webhook.payload, webhook.at)]
    seen = [fact.repository for fact in facts if isinstance(fact, RepositorySeen)]

    assert ["octo/gears", "cogs/gears"] == list(dict.fromkeys(repository.full_name for repository in seen))
    assert 1 == len({repository.id for repository in seen})
    assert 88 == seen[-1].owner_id


def test_delivery_ids_are_all_different_and_the_same_in_every_play() -> None:
    one, two = (Asked("small-pypi", END).sent for _ in range(2))

    assert [webhook.id for webhook in one] == [webhook.id for webhook in two]
    assert len(one) == len({webhook.id for webhook in one})


@pytest.mark.parametrize("of", ["webhooks", "monitor"])
def test_webhooks_of_an_outage_are_lost_and_not_queued(of: str) -> None:
    calm = scenario("small-rogue")
    outage = Outage(at("2026-03-01T09:00:00"), of, at("2026-03-01T10:00:05"))
    world = World([replace(calm, events=(*calm.events, outage))])
    world.advance(at(START))
    sent = world.advance(at("2026-03-01T12:00:00"))

    assert ["in_progress", "completed"] == [webhook.payload["action"] for webhook in sent]


@pytest.mark.parametrize(
    ("of", "path", "status"), [("github", "/api/v3/app", 502), ("registry", "/npm/@octo%2fwidget", 503)]
)
def test_what_is_out_does_not_answer_and_afterwards_does(of: str, path: str, status: int) -> None:
    asked = Asked("small-rogue", START)
    calm = scenario("small-rogue")
    outage = Outage(at(START) + timedelta(hours=1), of, at(START) + timedelta(hours=2))
    asked.world.__init__([replace(calm, events=(*calm.events, outage))])  # type: ignore[misc]  # the same world anew
    asked.world.advance(outage.at)
    down = asked.client.get(path, headers={"Authorization": f"Bearer {asked.app_token()}"}).status_code
    asked.world.advance(outage.ends)
    up = asked.client.get(path, headers={"Authorization": f"Bearer {asked.app_token()}"}).status_code

    assert (status, 200) == (down, up)


def test_two_scenarios_live_in_one_world_unless_they_share_a_name() -> None:
    one, two = scenario("small-rogue"), scenario("small-pypi")

    assert 2 == len(World([one, two]).repos)
    with pytest.raises(Clash, match="octo/widget is in two scenarios"):
        World([one, replace(one, name="other")])
