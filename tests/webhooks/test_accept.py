"""`POST /webhooks`: what is taken in, what is refused and in which words."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from app.deps import Deps
from app.settings import BadSetting, Settings
from app.web.webhooks import Answer, accept
from handlers import HANDLERS
from handlers.payload import LIMIT
from tests.handlers.deliveries import payload
from tests.webhooks.site import ID, NOW, RUN, SECRET, DeadLedger, Site, headers, kept, sign
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Delivery


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
        "import sys, app.web.webhooks, app.web.hints, app.web.health, app.web.headers; "
        "print([name for name in ('githubkit', 'sigstore', 'sqlalchemy') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]\n" == answer.stdout


def test_a_fault_of_ours_is_one_plain_sentence(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Answer:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("app.web.webhooks.accept", broken)

    assert (503, "Something broke here; please try again.\n") == site.post()
