"""GitHub's answers are bounded and read strictly; a token goes to GitHub and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from hypothesis import given
from hypothesis import strategies as st

from app.settings import BadSetting, Settings
from app.signin import oauth, seal
from app.signin.calls import Answer, Calls, NoAnswer, converse
from app.signin.oauth import Denied, read_tokens
from app.signin.rights import rights
from app.signin.seal import Seal, seal_of
from tests.signin.place import served
from verifier.ledger.sessions import Right

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


@dataclass
class Odd:
    """A GitHub that answers as a test wants, and notes what it was asked."""

    settings: Settings
    answer: Callable[[str], Any] = lambda path: jsonify([])
    asked: list[tuple[str, str]] = field(default_factory=list)

    def get(self, path: str = "/user") -> Answer:
        with converse(self.settings) as calls:
            return calls.get(path, "ghu_secret")

    def with_calls(self, do: Callable[[Calls], Any]) -> Any:
        with converse(self.settings) as calls:
            return do(calls)


@pytest.fixture
def odd() -> Iterator[Odd]:
    app = Flask("odd")
    with served(app) as (address, _):
        made = Odd(Settings(github_api_url=f"{address}/api/v3", github_client_id="i", github_client_secret="s"))

        @app.route("/<path:path>", methods=["GET", "POST"])
        def anything(path: str) -> Any:
            made.asked.append((request.full_path.rstrip("?"), request.headers.get("Authorization", "")))
            return made.answer(path)

        yield made


HOSTILE: dict[str, Callable[[str], Any]] = {
    "too large": lambda path: Response(b" " * (5 * 1024 * 1024), mimetype="application/json"),
    "not JSON": lambda path: Response(b"<html>", mimetype="text/html"),
    "too deep": lambda path: Response(b"[" * 100_000, mimetype="application/json"),
    "down": lambda path: Response("x", 502),
    "elsewhere": lambda path: Response("", 302, headers={"Location": "http://127.0.0.1:1/steal"}),
    "too often": lambda path: Response("{}", 429),
    "limited": lambda path: Response("{}", 403, headers={"X-RateLimit-Remaining": "0"}),
    "limited for a while": lambda path: Response("{}", 403, headers={"Retry-After": "60"}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_answer_that_says_nothing_is_no_answer(odd: Odd, kind: str) -> None:
    odd.answer = HOSTILE[kind]

    with pytest.raises(NoAnswer) as refused:
        odd.get()
    assert "ghu_secret" not in str(refused.value)
    assert 1 == len(odd.asked)


def test_a_github_that_is_not_there_is_no_answer() -> None:
    with converse(Settings(github_api_url="http://127.0.0.1:1/api/v3")) as calls, pytest.raises(NoAnswer):
        calls.get("/user", "ghu_secret")


def test_a_conversation_is_over_when_its_time_is(odd: Odd, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages there are: nobody waits for them any longer."""
    monkeypatch.setattr("app.signin.calls.DEADLINE", 0.0)

    with pytest.raises(NoAnswer):
        odd.get()
    assert [] == odd.asked


@pytest.mark.parametrize(
    "next", ["http://evil.example/api/v3/x", ".evil.example/x", "@evil.example/x", "//evil.example/x", ":1/x"]
)
def test_a_next_page_at_a_stranger_is_not_asked_for(odd: Odd, next: str) -> None:
    def page(path: str) -> Response:
        answer = jsonify({"installations": [{"id": 1}], "repositories": []})
        answer.headers["Link"] = f'<{next}>; rel="next"'
        return answer

    odd.answer = page
    with pytest.raises(NoAnswer):
        odd.with_calls(lambda calls: list(rights(calls, "ghu_secret")))
    assert {"Bearer ghu_secret"} == {token for _, token in odd.asked}


def test_a_list_that_names_itself_as_its_next_page_ends(odd: Odd) -> None:
    def page(path: str) -> Response:
        key = "repositories" if path.endswith("repositories") else "installations"
        answer = jsonify({key: [{"id": 7, "permissions": {"pull": True}}]})
        answer.headers["Link"] = (
            f'<{odd.settings.github_api_url}/{path.removeprefix("api/v3/")}?per_page=100>; rel="next"'
        )
        return answer

    odd.answer = page
    assert (Right(7, "read"),) == odd.with_calls(lambda calls: rights(calls, "ghu_secret"))


def test_what_is_suspended_or_hidden_gives_no_right(odd: Odd) -> None:
    listed = [{"id": 1, "suspended_at": "2026-01-01T00:00:00Z"}, {"id": 2}, {"id": "3"}, {"id": True}, None]

    def page(path: str) -> Response:
        return Response("{}", 403) if path.endswith("repositories") else jsonify({"installations": listed})

    odd.answer = page
    assert () == odd.with_calls(lambda calls: rights(calls, "ghu_secret"))
    assert ["/api/v3/user/installations", "/api/v3/user/installations/2/repositories"] == [
        path.partition("?")[0] for path, _ in odd.asked
    ]


@pytest.mark.parametrize("who", [{}, [], {"id": 1}, {"id": "1", "login": "x"}, {"id": 1, "login": "a\nb"}, {"id": 0}])
def test_who_logged_in_is_read_strictly(odd: Odd, who: Any) -> None:
    odd.answer = lambda path: jsonify(who)

    with pytest.raises(NoAnswer, match="did not say who"):
        odd.with_calls(lambda calls: oauth.person(calls, "ghu_secret"))


def test_a_refusal_of_the_person_ends_the_login_and_one_of_the_app_does_not() -> None:
    """A wrong client secret is the operator's to mend: nobody is thrown out for it."""
    for word in ("bad_verification_code", "bad_refresh_token"):
        with pytest.raises(Denied):
            read_tokens(Answer(200, {"error": word}), NOW)
    answers: list[Any] = [{"error": "incorrect_client_credentials"}, {"error": 7}, {}, [], None, {"access_token": ""}]
    for data in answers:
        with pytest.raises(NoAnswer):
            read_tokens(Answer(200, data), NOW)
    with pytest.raises(NoAnswer):
        read_tokens(Answer(404, {"access_token": "x"}), NOW)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda deeper: st.lists(deeper, max_size=2)
)


@given(
    st.dictionaries(
        st.sampled_from(["access_token", "refresh_token", "expires_in", "refresh_token_expires_in", "error"]), _ANYTHING
    )
)
def test_whatever_the_exchange_says_is_tokens_or_a_refusal(data: dict[str, Any]) -> None:
    try:
        tokens = read_tokens(Answer(200, data), NOW)
    except (Denied, NoAnswer):
        return
    assert tokens.access == data["access_token"]
    assert tokens.access_until is None or NOW < tokens.access_until <= NOW + timedelta(days=400)


def test_a_seal_opens_for_its_purpose_its_key_and_its_time_alone() -> None:
    ours, thing = Seal(b"a" * 32), {"state": "x"}
    closed = ours.close("login", thing, NOW)

    assert thing == ours.open("login", closed, NOW + timedelta(minutes=10), timedelta(minutes=10))
    assert ours.open("login", closed, NOW + timedelta(minutes=11), timedelta(minutes=10)) is None
    assert ours.open("tokens", closed, NOW) is None
    assert Seal(b"b" * 32).open("login", closed, NOW) is None
    for altered in ("", "é", closed[:-4], closed[:-1] + "A", "A" * 20_000):
        assert ours.open("login", altered, NOW) is None or altered == closed
    assert ours.mark("form", "x") != ours.mark("login", "x") != Seal(b"b" * 32).mark("login", "x")
    assert "a" * 32 not in repr(ours)


def test_the_key_of_the_data_folder_is_one_for_all_and_kept_from_others(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    first = seal_of(settings)
    seal._from_file.cache_clear()
    assert first == seal_of(settings)
    assert ["session.key"] == [path.name for path in (tmp_path / "new").iterdir()]

    for spoil in (lambda key: key.chmod(0o644), lambda key: key.write_bytes(b"short")):
        spoil(tmp_path / "new" / "session.key")
        seal._from_file.cache_clear()
        with pytest.raises(BadSetting, match="damaged or that others may read"):
            seal_of(settings)
    assert Seal(b"0" * 32) == seal_of(Settings(session_secret="0" * 32))
