"""Whatever GitHub answers, nothing but Temporary and Permanent comes out of its client."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from app.github import rest as github_rest
from app.github.installation import GitHub, clients
from app.github.refusals import SlowDown
from checks.base import Forbidden, NoLonger, NotInstalled, NotShown, Permanent, Temporary, Withheld
from tests.github_api.pretend import Pretend, repository_json, settings


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "wait"),
    [
        (500, {}, {}, Temporary, None),
        (502, "<html>", {}, Temporary, None),
        (429, {}, {}, Temporary, 60.0),
        (429, {}, {"retry-after": "17"}, Temporary, 17.0),
        (429, {}, {"retry-after": "999999999"}, Temporary, 3600.0),
        (429, {}, {"retry-after": "soon"}, Temporary, 60.0),
        (403, {"message": "You have exceeded a secondary rate limit"}, {}, Temporary, 60.0),
        (403, {}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, Temporary, 1.0),
        (403, {"message": "Resource not accessible by integration"}, {}, Forbidden, None),
        (404, {"message": "Not Found"}, {}, NotShown, None),
        (410, {"message": "Issues are disabled"}, {}, NoLonger, None),
        (422, {"message": "Validation Failed", "errors": [{"code": "missing"}]}, {}, Permanent, None),
        (422, [[[]]], {}, Permanent, None),
        (451, {}, {}, Withheld, None),
        (403, {"message": "Repository access blocked", "block": {"reason": "dmca"}}, {}, Withheld, None),
        (403, {"message": "This installation has been suspended"}, {}, NotInstalled, None),
        (403, {"message": "API rate limit exceeded"}, {"x-ratelimit-remaining": "0"}, SlowDown, 60.0),
        (409, {}, {}, Permanent, None),
    ],
)
def test_every_refusal_is_temporary_or_permanent_and_says_when_to_come_back(
    pretend: Pretend,
    github: GitHub,
    status: int,
    body: Any,
    headers: dict[str, str],
    kind: type[Exception],
    wait: float | None,
) -> None:
    pretend.on("POST", "/repos/owner/name/issues", body, status, **headers)

    with pytest.raises(kind) as caught:
        github.call("POST", "/repos/owner/name/issues", {"title": "t"})

    assert wait == getattr(caught.value, "retry_after", None)
    assert len(pretend.asked("POST", "/repos/owner/name/issues")) == 1


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (429, {}, {"retry-after": "120"}),
        (403, {"message": "You have exceeded a secondary rate limit"}, {"retry-after": "120"}),
    ],
)
def test_who_was_asked_to_slow_down_asks_nothing_until_the_time_is_over(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch, status: int, body: Any, headers: dict[str, str]
) -> None:
    """GitHub bans who goes on asking. Another installation has its own measure."""
    clock = [1000.0]
    monkeypatch.setattr("app.github.limits.time.monotonic", lambda: clock[0])
    client = clients(settings(), pretend.transport)
    github, another = client(1), client(2)
    pretend.on("GET", "/repos/owner/name/issues", body, status, **headers)
    with pytest.raises(Temporary):
        github.list("/repos/owner/name/issues")

    clock[0] += 20
    before = len(pretend.requests)
    with pytest.raises(Temporary) as caught:
        github.repository(10)
    assert 100.0 == caught.value.retry_after
    assert before == len(pretend.requests)
    assert another.repository(10) is not None
    clock[0] += 100
    assert github.repository(10) is not None


def test_a_github_that_is_broken_is_asked_again_at_once(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", "/repos/owner/name/issues", {}, 502)
    with pytest.raises(Temporary):
        github.list("/repos/owner/name/issues")

    assert github.repository(10) is not None


def test_a_missing_permission_is_named(pretend: Pretend, github: GitHub) -> None:
    needed = {"x-accepted-github-permissions": "issues=write"}
    pretend.on("POST", "/repos/owner/name/issues", {"message": "not accessible"}, 403, **needed)

    with pytest.raises(Permanent, match="issues=write"):
        github.call("POST", "/repos/owner/name/issues", {"title": "t"})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("refused"), Temporary),
        (httpx.ReadTimeout("slow"), Temporary),
        (httpx.RemoteProtocolError("odd"), Temporary),
        (OSError("broken"), Temporary),
    ],
)
def test_a_network_that_fails_is_temporary(
    pretend: Pretend, github: GitHub, error: Exception, kind: type[Exception]
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    pretend.on("GET", "/repositories/10", fail)

    with pytest.raises(kind):
        github.repository(10)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"nul", b"[" * 100_000, b"[]", b"7", b'"x"', b'{"id": "x"}', b'{"id": 1e999}'],
    ids=lambda body: repr(body[:8]),
)
def test_an_answer_that_is_no_repository_never_passes_for_one(pretend: Pretend, github: GitHub, body: bytes) -> None:
    pretend.on("GET", "/repositories/10", lambda request: httpx.Response(200, content=body))

    with pytest.raises((Temporary, Permanent)):
        github.repository(10)


def test_an_answer_or_an_error_without_end_is_given_up(pretend: Pretend, github: GitHub) -> None:
    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Any:
            while True:
                yield b" " * 65_536

    for status, kind in ((200, Permanent), (404, Temporary)):
        pretend.on("GET", "/repositories/10", lambda request, status=status: httpx.Response(status, stream=Endless()))
        with pytest.raises(kind):
            github.repository(10)


def test_an_answer_that_unpacks_without_end_is_given_up(
    pretend: Pretend, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip

    monkeypatch.setattr(github_rest, "SIZE", 1000)
    packed = gzip.compress(b" " * 1_000_000)
    bomb = {"content-encoding": "gzip"}
    pretend.on("GET", "/repositories/10", lambda request: httpx.Response(200, content=packed, headers=bomb))

    with pytest.raises(Permanent, match="larger"):
        github.repository(10)


def test_a_redirect_within_github_is_followed_and_one_to_another_host_is_not(pretend: Pretend, github: GitHub) -> None:
    """A renamed repository redirects to its id."""
    moved = {"location": "https://api.github.com/repositories/10"}
    pretend.on("GET", "/repos/owner/old", {}, 301, **moved)
    assert github.named("owner/old") is not None

    pretend.on("GET", "/repos/owner/old", {}, 301, location="https://host.example/repositories/10")
    with pytest.raises(Permanent, match=r"host\.example"):
        github.named("owner/old")
    assert {"api.github.com"} == {request.url.host for request in pretend.requests}


def test_a_next_page_on_another_host_is_not_asked_for(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", "/repos/owner/name/issues", [], link='<https://host.example/x>; rel="next"')

    with pytest.raises(Permanent, match=r"host\.example"):
        github.list("/repos/owner/name/issues")


def test_a_list_ends_at_its_limit(pretend: Pretend, github: GitHub) -> None:
    again = '<https://api.github.com/repos/owner/name/issues?per_page=100>; rel="next"'
    pretend.on("GET", "/repos/owner/name/issues", [{"number": i} for i in range(100)], link=again)

    assert len(github.list("/repos/owner/name/issues?state=all", limit=250)) == 250
    assert len(pretend.asked("GET", "/repos/owner/name/issues")) == 3


def test_only_what_changes_nothing_is_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A POST that GitHub answered with 502 may have opened the issue."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    with _serving([(502, {}), (200, repository_json())]) as (address, seen):
        github = clients(settings(github_api_url=address))(1)
        assert github.repository(10) is not None
        assert seen[1:] == ["GET /api/repositories/10", "GET /api/repositories/10"]
    assert waited == [1.0]

    with _serving([(502, {}), (201, {"number": 1})]) as (address, seen):
        github = clients(settings(github_api_url=address))(1)
        with pytest.raises(Temporary):
            github.call("POST", "/repos/owner/name/issues", {"title": "t"})
        assert seen[1:] == ["POST /api/repos/owner/name/issues"]


class _serving:  # noqa: N801  # reads as a phrase where it is used
    """A real HTTP server on loopback under /api, giving one token and then these answers in turn."""

    def __init__(self, answers: list[tuple[int, Any]]) -> None:
        seen: list[str] = []
        token = {"token": "ghs_x", "expires_at": "2999-01-01T00:00:00Z", "permissions": {}}
        waiting = [(201, token), *answers]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(f"{self.command} {self.path}")
                self.rfile.read(int(self.headers.get("content-length") or 0))
                status, body = waiting.pop(0)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            do_POST = do_GET  # noqa: N815  # the name the standard library calls

            def log_message(self, *args: object) -> None:
                """Nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._given = (f"http://127.0.0.1:{self._server.server_port}/api", seen)

    def __enter__(self) -> tuple[str, list[str]]:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self._given

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()
