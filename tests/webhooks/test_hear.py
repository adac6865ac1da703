"""What is heard of a delivery that was taken in."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.web.webhooks import hear_one
from handlers import HANDLERS
from tests.handlers.deliveries import WIDGET, payload
from tests.webhooks.site import ID, NOW, RUN, Site
from verifier.ledger import Book, Ledger, memory_ledger
from verifier.ledger.protocol import Delivery
from verifier.model import RunKey


def _hear(event: str, body: bytes) -> tuple[str, Ledger]:
    ledger = memory_ledger()
    with ledger.writing() as book:
        return hear_one(Delivery(ID, event, body, NOW), book, NOW).problem, ledger


def test_a_delivery_is_heard_into_the_ledger() -> None:
    problem, ledger = _hear("workflow_run", RUN)

    assert "" == problem
    with ledger.reading() as book:
        assert book.runs.get(RunKey(WIDGET, 8001, 1)) is not None


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"action": "completed"}', "repository is not an object"),
        (json.dumps({**payload("workflow_run.completed"), "workflow_run": []}).encode(), "workflow_run is not"),
    ],
)
def test_what_cannot_be_read_gives_its_problem_and_records_nothing(body: bytes, word: str) -> None:
    problem, ledger = _hear("workflow_run", body)

    assert f"workflow_run {ID} cannot be read: " == problem[: problem.index(": ") + 2]
    assert word in problem
    with ledger.reading() as book:
        assert [] == list(book.facts())


@pytest.mark.parametrize("event", ["star", "workflow_run"])
def test_what_nobody_listens_to_is_heard_as_nothing(event: str) -> None:
    problem, ledger = _hear(event, b'{"action": "created"}')

    assert "" == problem
    with ledger.reading() as book:
        assert [] == list(book.facts())


EXAMPLES = os.environ.get("OCTOKIT_WEBHOOKS_EXAMPLES", "")


@pytest.mark.e2e
@pytest.mark.skipif(not EXAMPLES, reason="set OCTOKIT_WEBHOOKS_EXAMPLES to the folder of @octokit/webhooks-examples")
def test_every_payload_githubs_own_library_knows_is_answered_and_ours_are_heard(site: Site) -> None:
    """58 events, 329 payloads: each signed gets a clean 202, and those of our events end in the ledger."""
    listed = json.loads(Path(EXAMPLES, "api.github.com", "index.json").read_text("utf-8"))
    examples = [(event["name"], example) for event in listed for example in event["examples"]]
    expected: Counter[str] = Counter()
    for place, (event, example) in enumerate(examples):
        body = json.dumps(example).encode()
        status, text = site.post(body, X_GitHub_Event=event, X_GitHub_Delivery=f"{place:08x}-0000")
        handler = HANDLERS.get(event)
        ours = handler is not None and (not handler.ACTIONS or example.get("action") in handler.ACTIONS)
        if ours and event != "ping":
            expected[event] += 1
        assert 202 == status
        assert ("Kept" if ours and event != "ping" else "pong" if event == "ping" else "ignored") in text

    assert (58, 329) == (len(listed), len(examples))
    heard: Counter[str] = Counter()
    with site.ledger.writing() as book:
        for delivery in book.inbox.claim(1000, NOW, timedelta(minutes=5)):
            assert "" == hear_one(delivery, book, NOW).problem
            heard[delivery.event] += 1
        assert expected == heard
        _every_subject_is_known(book, examples)


def _every_subject_is_known(book: Book, examples: list[tuple[str, dict[str, Any]]]) -> None:
    """What each payload of ours is about can be found in the ledger by its number or name."""
    for event, example in examples:
        repository_id = (example.get("repository") or {}).get("id", 0)
        match event:
            case "workflow_run":
                run = example["workflow_run"]
                assert book.runs.get(RunKey(repository_id, run["id"], run["run_attempt"])) is not None
            case "release":
                assert book.refs.release(repository_id, example["release"]["id"]) is not None
            case "create" | "delete":
                assert book.refs.tag(repository_id, example["ref"]) is not None
            case "installation":
                assert book.repositories.installation(example["installation"]["id"]) is not None
            case "installation_repositories":
                for item in (*example["repositories_added"], *example["repositories_removed"]):
                    assert book.repositories.get(item["id"]) is not None
            case "push" if example["ref"].startswith("refs/tags/"):
                assert book.refs.tag(repository_id, example["ref"].removeprefix("refs/tags/")) is not None
            case "push" | "repository":
                assert book.repositories.get(repository_id) is not None
