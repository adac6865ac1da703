"""Slack's own client over our way out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.outbound import make_outbound
from app.outbound.line import Line
from app.settings import Settings
from checks.base import Gone, Permanent, Temporary
from checks.outside import SlackCall
from tests.http.server import Handler, Server

TOKEN = "xoxb-0000-hunter2"
CALL = SlackCall(TOKEN, "chat.postMessage", {"channel": "#alerts", "text": "hello", "blocks": []})


def answering(server: Server, line: Line, answer: Callable[[Handler], None], call: SlackCall = CALL) -> str:
    server.answers[f"/api/{call.method}"] = answer
    return make_outbound(Settings(slack_api=f"{server.url}/api/"), line).send(call).ref


def saying(document: Any, status: int = 200, **headers: str) -> Callable[[Handler], None]:
    return lambda handler: handler.send(status, json.dumps(document).encode(), **headers)


def test_what_was_posted_can_be_found_again(server: Server, line: Line) -> None:
    said: list[Any] = []

    def post(handler: Handler) -> None:
        said.append(json.loads(handler.rfile.read(int(handler.headers["Content-Length"]))))
        saying({"ok": True, "channel": "C1", "ts": "1.2"})(handler)

    assert "C1/1.2" == answering(server, line, post)
    ((_, headers),) = server.asked
    assert f"Bearer {TOKEN}" == headers["authorization"]
    assert [{"channel": "#alerts", "text": "hello", "blocks": []}] == said


@pytest.mark.parametrize("code", ["ratelimited", "internal_error", "service_unavailable"])
def test_what_may_pass_is_put_off(server: Server, line: Line, code: str) -> None:
    with pytest.raises(Temporary):
        answering(server, line, saying({"ok": False, "error": code}))


def test_a_limit_says_how_long(server: Server, line: Line) -> None:
    with pytest.raises(Temporary) as raised:
        answering(server, line, saying({"ok": False, "error": "ratelimited"}, 429, Retry_After="30"))
    assert 30.0 == raised.value.retry_after
    assert 1 == len(server.asked), "the client does not try again by itself"


@pytest.mark.parametrize("code", ["invalid_auth", "channel_not_found", "is_archived", "invalid_blocks", "new_code"])
def test_what_somebody_must_mend_is_refused_by_its_name(server: Server, line: Line, code: str) -> None:
    with pytest.raises(Permanent, match=code):
        answering(server, line, saying({"ok": False, "error": code}))


def test_a_message_that_somebody_deleted_is_told_apart(server: Server, line: Line) -> None:
    call = SlackCall(TOKEN, "chat.update", {"channel": "C1", "ts": "1.2", "text": "x"})
    with pytest.raises(Gone):
        answering(server, line, saying({"ok": False, "error": "message_not_found"}), call)


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b"null", b'{"ok": true, "ts": 5}', b'"x"', b"\xff", b'{"ok": false, "error": {}}']
)
@pytest.mark.parametrize("status", [200, 500, 404])
def test_nonsense_is_an_answer_too(server: Server, line: Line, body: bytes, status: int) -> None:
    try:
        assert "" == answering(server, line, lambda handler: handler.send(status, body))
    except (Temporary, Permanent) as error:
        assert TOKEN not in str(error)


def test_a_code_that_is_a_text_is_not_repeated(server: Server, line: Line) -> None:
    with pytest.raises(Permanent) as raised:
        answering(server, line, saying({"ok": False, "error": f"<a href={TOKEN}>"}))
    assert TOKEN not in str(raised.value)


def test_no_proxy_of_the_environment_is_used(server: Server, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert "C1/1" == answering(server, line, saying({"ok": True, "channel": "C1", "ts": "1"}))
