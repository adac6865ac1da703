"""`POST /webhooks`: what is taken in, what is refused and in which words, and what is heard of it."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from app.deps import Deps
from app.settings import BadSetting, Settings
from app.webhooks import Answer, accept, hear_one
from handlers import HANDLERS
from handlers.payload import LIMIT
from tests.handlers.deliveries import WIDGET, payload
from verifier.ledger import Book, Ledger, Unavailable, memory_ledger
from verifier.ledger.protocol import Delivery
from verifier.model import RunKey

SECRET = "It's a Secret to Everybody"
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
ID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
RUN = json.dumps(payload("workflow_run.completed")).encode()


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(body: bytes = RUN, **changes: str | None) -> dict[str, str]:
    """GitHub's headers for this body; a change of None leaves one out (`_` stands for `-`)."""
    held = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "workflow_run",
        "X-GitHub-Delivery": ID,
        "X-Hub-Signature-256": sign(body),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return {name: value for name, value in held.items() if value is not None}


def kept(ledger: Ledger) -> list[Delivery]:
    with ledger.writing() as book:
        return book.inbox.claim(100, NOW, timedelta(0))


class DeadLedger:
    """A database that does not answer."""

    @contextmanager
    def reading(self) -> Iterator[Book]:
        raise Unavailable("no answer")
        yield  # a context manager must be a generator

    writing = reading

    def rebuild(self) -> None:
        raise Unavailable("no answer")


@dataclass
class Woken:
    """A wake that notes what it was asked for."""

    steps: list[str] = field(default_factory=list)

    def wake(self, step: str) -> None:
        self.steps.append(step)


@dataclass
class Site:
    """The web side with a ledger in memory and GitHub's hand on the client."""

    ledger: Any = field(default_factory=memory_ledger)
    woken: Woken = field(default_factory=Woken)
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        @dataclass(frozen=True)
        class WebDeps:  # all that the web side uses; no client of GitHub's is made
            settings: Settings
            ledger: Ledger
            wake: Woken

            def now(self) -> datetime:
                return NOW

        deps = WebDeps(Settings(github_webhook_secret=SECRET), self.ledger, self.woken)
        self.client = create_app(cast(Deps, deps)).test_client()

    def post(self, body: bytes = RUN, **changes: str | None) -> tuple[int, str]:
        answer = self.client.post("/webhooks", data=body, headers=headers(body, **changes))
        return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture
def site() -> Site:
    return Site()


def test_githubs_own_example_of_a_signature_is_right() -> None:
    """docs.github.com, "Validating webhook deliveries", gives this secret, payload and signature."""
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    answer = accept(headers(X_Hub_Signature_256=signature), b"Hello, World!", memory_ledger(), SECRET, NOW)

    assert Answer(202, "Kept.", kept=True) == answer


def test_a_delivery_is_kept_as_it_came_and_somebody_is_woken(site: Site) -> None:
    assert (202, "Kept.\n") == site.post()
    assert [Delivery(ID, "workflow_run", RUN, NOW)] == kept(site.ledger)
    assert ["hear"] == site.woken.steps


def test_a_delivery_known_already_is_answered_and_not_kept_twice(site: Site) -> None:
    site.post()

    assert (202, "Known already; not heard twice.\n") == site.post()
    assert 1 == len(kept(site.ledger))
    assert ["hear"] == site.woken.steps


@pytest.mark.parametrize(
    ("signature", "word"),
    [
        (None, "missing"),
        ("", "64 lower-case"),
        ("sha1=" + "0" * 40, "64 lower-case"),
        (sign(RUN).upper(), "64 lower-case"),
        (sign(RUN).removeprefix("sha256="), "64 lower-case"),
        (sign(RUN)[:-1], "64 lower-case"),
        (sign(RUN) + "0", "64 lower-case"),
        (sign(RUN) + ", " + sign(RUN), "64 lower-case"),
        ("sha256=" + "\u00e9" * 64, "64 lower-case"),
        ("sha256=" + "0" * 64, "does not match"),
        (sign(RUN, "another"), "does not match"),
        (sign(RUN + b" "), "does not match"),
    ],
)
def test_a_wrong_signature_is_refused_and_nothing_kept(site: Site, signature: str | None, word: str) -> None:
    status, text = site.post(X_Hub_Signature_256=signature)

    assert 401 == status
    assert word in text
    assert [] == kept(site.ledger)
    assert [] == site.woken.steps


def test_the_signature_comes_before_everything_that_reads(site: Site) -> None:
    """An unsigned body learns nothing of what we think of its other headers."""
    status, _ = site.post(b"{" * 9, X_Hub_Signature_256=sign(b""), Content_Type="text/plain", X_GitHub_Delivery="?")

    assert 401 == status


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"Content_Type": None}, 415, "application/json"),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415, "application/json"),
        ({"Content_Type": "application/json; charset=utf-8"}, 202, "Kept"),
        ({"X_GitHub_Delivery": None}, 400, "X-GitHub-Delivery"),
        ({"X_GitHub_Delivery": ""}, 400, "X-GitHub-Delivery"),
        ({"X_GitHub_Delivery": "<script>"}, 400, "X-GitHub-Delivery"),
        ({"X_GitHub_Delivery": "a" * 65}, 400, "X-GitHub-Delivery"),
        ({"X_GitHub_Event": None}, 202, "ignored"),
        ({"X_GitHub_Event": ""}, 202, "ignored"),
        ({"X_GitHub_Event": "star"}, 202, "ignored"),
        ({"X_GitHub_Event": "<b>workflow_run"}, 202, "ignored"),
        ({"X_GitHub_Event": "ping"}, 202, "pong"),
    ],
)
def test_every_case_has_its_own_answer(site: Site, changes: dict[str, str | None], status: int, word: str) -> None:
    got, text = site.post(RUN, **changes)

    assert status == got
    assert word in text
    assert (["hear"] if word == "Kept" else []) == site.woken.steps


def test_an_unknown_action_is_answered_and_not_kept(site: Site) -> None:
    body = json.dumps(payload("workflow_run.completed", action="<i>dreamt")).encode()
    status, text = site.post(body)

    assert (202, "This action is not one that the monitor listens to; ignored.\n") == (status, text)
    assert [] == kept(site.ledger)


def test_a_body_that_cannot_be_parsed_is_kept_for_the_health_page(site: Site) -> None:
    """Signed by GitHub, so it is GitHub's: it is not lost, and hearing it says what was wrong."""
    body = b'{"action": '

    assert (202, "Kept.\n") == site.post(body)
    assert [body] == [delivery.body for delivery in kept(site.ledger)]


def test_a_body_over_the_limit_is_refused(site: Site) -> None:
    status, text = site.post(b" " * (LIMIT + 1))

    assert 413 == status
    assert "26214400" in text


def test_a_body_at_the_limit_is_taken() -> None:
    body = b"{}".ljust(LIMIT)

    assert Answer(202, "Kept.", kept=True) == accept(headers(body), body, memory_ledger(), SECRET, NOW)


@pytest.mark.parametrize("length", [None, "10", str(LIMIT + 10)])
def test_no_lie_about_the_length_gets_past_the_limit(site: Site, length: str | None) -> None:
    """Without a length (chunked), too small, or as large as it is: refused either way, never an error of ours."""
    body = b" " * (LIMIT + 10)
    environ: dict[str, Any] = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked"} if length is None else {"CONTENT_LENGTH": length}
    answer = site.client.open("/webhooks", method="POST", headers=headers(body), environ_overrides=environ)

    assert 413 == answer.status_code
    assert [] == kept(site.ledger)


def test_a_body_shorter_than_its_length_is_refused(site: Site) -> None:
    environ = {"wsgi.input": io.BytesIO(RUN[:-5]), "CONTENT_LENGTH": str(len(RUN))}
    answer = site.client.open("/webhooks", method="POST", headers=headers(), environ_overrides=environ)

    assert 400 == answer.status_code


def test_a_database_that_does_not_answer_makes_github_keep_it() -> None:
    """503 shows as failed in GitHub's list, and can be delivered again."""
    site = Site(DeadLedger())

    assert (503, "It could not be kept; please deliver it again.\n") == site.post()
    assert [] == site.woken.steps


def test_without_a_secret_the_app_refuses_to_start() -> None:
    @dataclass
    class NoSecret:
        settings: Settings = field(default_factory=Settings)

    with pytest.raises(BadSetting, match="GITHUB_WEBHOOK_SECRET is not set"):
        create_app(cast(Deps, NoSecret()))


def test_without_a_secret_nothing_is_accepted() -> None:
    """Not even what is signed with the empty one."""
    answer = accept(headers(X_Hub_Signature_256=sign(RUN, "")), RUN, memory_ledger(), "", NOW)

    assert 503 == answer.status


@given(
    body=st.binary(max_size=64),
    event=st.sampled_from([*HANDLERS, "star", ""]) | st.text(max_size=12),
    id=st.just(ID) | st.text(max_size=12),
    kind=st.just("application/json") | st.text(max_size=12),
    signed=st.booleans(),
)
def test_whatever_comes_gets_an_answer_that_repeats_none_of_it(
    body: bytes, event: str, id: str, kind: str, signed: bool
) -> None:
    changes: dict[str, str | None] = {"X_GitHub_Event": event, "X_GitHub_Delivery": id, "Content_Type": kind}
    if not signed:
        changes["X_Hub_Signature_256"] = "sha256=" + "0" * 64
    answer = accept(headers(body, **changes), body, memory_ledger(), SECRET, NOW)

    assert answer.status in ({202, 400, 415} if signed else {401})
    assert answer.text in ANSWERS
    assert answer.kept == (answer.text == "Kept.")


ANSWERS = {
    "Kept.",
    "pong: the address and the secret are right.",
    "This event is not one that the monitor listens to; ignored.",
    "This action is not one that the monitor listens to; ignored.",
    "X-GitHub-Delivery is missing or is not a GUID.",
    "Set the webhook's content type to application/json.",
    "X-Hub-Signature-256 does not match; the webhook's secret is another one than here.",
}


def test_the_webhook_path_loads_no_client_of_github_and_no_sigstore() -> None:
    """A web process starts small."""
    code = (
        "import sys, app.webhooks, app.health, app.headers; "
        "print([name for name in ('githubkit', 'sigstore', 'sqlalchemy') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]\n" == answer.stdout


def _hear(event: str, body: bytes) -> tuple[str, Ledger]:
    ledger = memory_ledger()
    with ledger.writing() as book:
        return hear_one(Delivery(ID, event, body, NOW), book, NOW), ledger


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


def test_health_says_what_is_wrong_and_what_waits(site: Site) -> None:
    site.post()
    with site.ledger.writing() as book:
        book.health.report("poll npm", "The registry did not answer.", NOW)

    answer = site.client.get("/healthz")

    assert 200 == answer.status_code
    at = NOW.isoformat()
    problem = {"subject": "poll npm", "sentence": "The registry did not answer.", "since": at, "last_at": at}
    assert {"status": "problems", "problems": [problem], "unread": 0, "waiting": 1} == answer.get_json()


def test_health_counts_deliveries_that_could_not_be_read(site: Site) -> None:
    site.post(b"{")
    with site.ledger.writing() as book:
        book.inbox.settle(ID, NOW, "workflow_run cannot be read: not JSON")

    answer = site.client.get("/healthz").get_json()

    assert ("problems", 1, 0) == (answer["status"], answer["unread"], answer["waiting"])


def test_a_well_monitor_says_ok(site: Site) -> None:
    assert {"status": "ok", "problems": [], "unread": 0, "waiting": 0} == site.client.get("/healthz").get_json()


def test_health_without_its_database_is_down() -> None:
    answer = Site(DeadLedger()).client.get("/healthz")

    assert (503, "down") == (answer.status_code, answer.get_json()["status"])


def test_every_answer_forbids_foreign_scripts_and_frames(site: Site) -> None:
    for answer in (site.client.get("/healthz"), site.client.get("/nowhere"), site.client.get("/webhooks")):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "nosniff" == answer.headers["X-Content-Type-Options"]


def test_a_fault_of_ours_is_one_plain_sentence(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Answer:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("app.webhooks.accept", broken)

    assert (503, "Something broke here; please try again.\n") == site.post()


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
            assert "" == hear_one(delivery, book, NOW)
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
