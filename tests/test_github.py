"""GitHub's client: what it asks, how it reads, and that nothing but Temporary and Permanent ever comes out of it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app import github_rest, github_runs
from app.github import GitHub, clients
from checks.base import Gone, Permanent, Temporary
from tests.github_api.pretend import Pretend, repository_json, run_json, settings
from tests.github_api.validate import problem
from verifier.model import Repository, RunKey

AT = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
REPOSITORY = Repository(10, 5, "owner/name", AT, default_branch="main")
RUNS = "/repos/owner/name/actions/runs"
OF_FILE = "/repos/owner/name/actions/workflows/publish.yml/runs"
JOBS = f"{RUNS}/100/attempts/2/jobs"


@pytest.fixture
def pretend() -> Pretend:
    made = Pretend()
    made.on("GET", "/repositories/10", repository_json())
    return made


@pytest.fixture
def github(pretend: Pretend) -> GitHub:
    return clients(settings(), pretend.transport)(1)


def test_a_repository_is_read_by_its_id_and_with_the_installation_that_could_read_it(github: GitHub) -> None:
    found = github.repository(10)

    assert found is not None
    assert (found.full_name, found.default_branch, found.owner_id, found.installation_id) == (
        "owner/name",
        "main",
        5,
        1,
    )


def test_a_repository_that_github_does_not_show_is_none(github: GitHub) -> None:
    assert github.repository(11) is None
    assert github.named("owner/other") is None


def test_a_refused_token_is_never_taken_for_a_missing_repository(pretend: Pretend, github: GitHub) -> None:
    pretend.on("POST", "/app/installations/1/access_tokens", {"message": "Not Found"}, 404)

    with pytest.raises(Permanent, match="no token") as caught:
        github.repository(10)

    assert not isinstance(caught.value, Gone)


def test_the_installation_of_a_repository_is_asked_for_as_the_app(pretend: Pretend) -> None:
    pretend.on("GET", "/repos/owner/name/installation", {"id": 42})
    app = clients(settings(), pretend.transport)(0)

    assert app.installation_for("owner/name") == 42
    assert app.installation_for("owner/other") is None
    assert pretend.tokens == 0


def test_tokens_are_never_narrowed(pretend: Pretend, github: GitHub) -> None:
    """githubkit would drop the permission for advisories without a word."""
    github.repository(10)
    github.repository(10)

    (asked,) = pretend.asked("POST", "/app/installations/1/access_tokens")
    assert json.loads(asked.content or b"{}") == {}


def test_a_token_that_github_revoked_early_is_replaced_once(pretend: Pretend, github: GitHub) -> None:
    def picky(request: httpx.Request) -> httpx.Response:
        good = request.headers["authorization"] == "token ghs_2"
        return httpx.Response(200 if good else 401, json=repository_json() if good else {"message": "Bad credentials"})

    pretend.on("GET", "/repositories/10", picky)

    assert github.repository(10) is not None
    assert pretend.tokens == 2


def test_credentials_that_are_refused_twice_are_a_permanent_problem(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", "/repositories/10", {"message": "Bad credentials"}, 401)

    with pytest.raises(Permanent, match="credentials"):
        github.repository(10)


def test_no_credentials_configured_is_said_in_words(pretend: Pretend) -> None:
    from app.settings import Settings

    with pytest.raises(Permanent, match="GITHUB_APP_ID"):
        clients(Settings(), pretend.transport)(1)


def test_a_key_that_is_none_is_said_in_words(pretend: Pretend) -> None:
    from app.settings import Settings

    with pytest.raises(Permanent, match="GITHUB_PRIVATE_KEY"):
        clients(Settings(github_app_id="7", github_private_key="no key"), pretend.transport)(1).repository(10)


@pytest.mark.parametrize("name", ["owner", "owner/..", "../x", "a/b/c", "a b/c", "o/r?x=1", "o/r\n", "/o/r", ""])
def test_what_is_no_repository_name_is_never_asked_for(pretend: Pretend, github: GitHub, name: str) -> None:
    with pytest.raises(Permanent, match="owner/name"):
        github.named(name)

    assert pretend.requests == []


@pytest.mark.parametrize("path", ["repos/a", "//host.example/x", "https://host.example/x", "/repos/../../x", "/a/.."])
def test_a_path_that_leads_out_of_the_api_is_never_asked_for(pretend: Pretend, github: GitHub, path: str) -> None:
    with pytest.raises(Permanent, match="not a path"):
        github.call("GET", path)

    assert pretend.requests == []


def test_the_head_of_the_default_branch_is_its_commit(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", "/repos/owner/name/git/ref/heads/rel/x", {"object": {"sha": "b" * 40}})

    assert github.head_sha(Repository(10, 5, "owner/name", AT, default_branch="rel/x")) == "b" * 40


def test_an_unknown_default_branch_is_asked_for_first(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", "/repos/owner/name/git/ref/heads/main", {"object": {"sha": "b" * 40}})

    assert github.head_sha(Repository(10, 5, "owner/name", AT)) == "b" * 40


CONFIG = "/repos/owner/name/contents/.github/artifact-monitor.yml"


def _file(text: bytes, **more: Any) -> dict[str, Any]:
    content = base64.encodebytes(text).decode()
    return {"type": "file", "size": len(text), "encoding": "base64", "content": content, **more}


def test_a_file_is_read_as_it_stands_on_the_default_branch(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", CONFIG, _file(b"version: 1\n" * 20))

    assert github.file(REPOSITORY, ".github/artifact-monitor.yml", 1000) == b"version: 1\n" * 20
    assert "ref" not in pretend.requests[-1].url.params


def test_a_missing_file_is_none_only_while_the_repository_is_seen(pretend: Pretend, github: GitHub) -> None:
    assert github.file(REPOSITORY, ".github/artifact-monitor.yml", 1000) is None

    pretend.on("GET", "/repositories/10", {"message": "Not Found"}, 404)
    with pytest.raises(Permanent, match="no longer shows"):
        github.file(REPOSITORY, ".github/artifact-monitor.yml", 1000)


@pytest.mark.parametrize(
    "held",
    [_file(b"x" * 11), _file(b"x" * 11, size=1), _file(b"", type="dir"), [], "text", {"type": "file"}, None],
    ids=["large", "lies about its size", "folder", "list", "text", "empty", "nothing"],
)
def test_what_is_no_small_file_is_refused_in_words(pretend: Pretend, github: GitHub, held: Any) -> None:
    pretend.on("GET", CONFIG, held)

    with pytest.raises(Permanent):
        github.file(REPOSITORY, ".github/artifact-monitor.yml", 10)


def test_jobs_are_read_from_every_page_of_exactly_that_attempt(pretend: Pretend, github: GitHub) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("page") == "2":
            return httpx.Response(200, json={"total_count": 2, "jobs": [{"name": "b"}]})
        link = f'<https://api.github.com{JOBS}?per_page=100&page=2>; rel="next"'
        return httpx.Response(200, json={"total_count": 2, "jobs": [{"name": "a"}]}, headers={"link": link})

    pretend.on("GET", JOBS, page)

    assert github.jobs(REPOSITORY, RunKey(10, 100, 2)) == [{"name": "a"}, {"name": "b"}]


@pytest.mark.parametrize("status", [404, 410])
def test_jobs_are_gone_only_while_the_repository_is_seen(pretend: Pretend, github: GitHub, status: int) -> None:
    """Losing access to a repository must not look like deleted runs."""
    pretend.on("GET", JOBS, {"message": "Gone"}, status)
    assert github.jobs(REPOSITORY, RunKey(10, 100, 2)) is None

    pretend.on("GET", "/repositories/10", repository_json(full_name="owner/renamed"))
    with pytest.raises(Permanent, match="no longer shows"):
        github.jobs(REPOSITORY, RunKey(10, 100, 2))


def test_one_attempt_is_read_and_a_deleted_one_is_none(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", f"{RUNS}/100/attempts/2", run_json(100, AT, attempt=2))

    found = github.run(REPOSITORY, 100, 2)
    assert found is not None
    assert found.key == RunKey(10, 100, 2)
    assert github.run(REPOSITORY, 100, 3) is None


def test_a_run_of_a_repository_that_took_over_the_name_is_refused(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", f"{RUNS}/100/attempts/1", run_json(100, AT, repository={"id": 11}))

    with pytest.raises(Permanent, match="another repository"):
        github.run(REPOSITORY, 100, 1)


def _lister(runs: list[dict[str, Any]], cap: int) -> Any:
    """GitHub's list: newest first, filtered by creation, never more than the cap, paged by links."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = dict(request.url.params)
        first, last = asked.get("created", "0..9").split("..")
        held = [
            r
            for r in sorted(runs, key=lambda r: str(r["created_at"]), reverse=True)
            if first <= r["created_at"] <= last
        ]
        page, size = int(asked.get("page", 1)), int(asked["per_page"])
        shown = held[:cap][(page - 1) * size : page * size]
        headers = {}
        if page * size < min(len(held), cap):
            headers["link"] = f'<{request.url.copy_set_param("page", page + 1)}>; rel="next"'
        return httpx.Response(200, json={"total_count": len(held), "workflow_runs": shown}, headers=headers)

    return answer


@examples(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 31 * 24 * 60 - 1), max_size=60, unique=True))
def test_no_run_is_missed_however_many_there_are_for_githubs_cap(minutes: list[int]) -> None:
    """Each run lasts until the span, so every one counts; the cap is made small to be met often."""
    start = AT - timedelta(days=31)
    runs = [run_json(m + 1, start + timedelta(minutes=m), minutes=60 * 24 * 40) for m in minutes]
    pretend = Pretend()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(github_runs, "CAP", 8)
        patch.setattr(github_runs, "PER_PAGE", 3)
        pretend.on("GET", RUNS, _lister(runs, cap=7))
        found = clients(settings(), pretend.transport)(1).runs(REPOSITORY, AT, AT + timedelta(hours=1))

    assert sorted(m + 1 for m in minutes) == sorted(run.key.run_id for run in found)


def test_only_attempts_going_on_in_the_span_are_returned(pretend: Pretend, github: GitHub) -> None:
    runs = [
        run_json(1, AT - timedelta(hours=3)),
        run_json(2, AT - timedelta(minutes=2)),
        run_json(3, AT + timedelta(minutes=59)),
        run_json(4, AT - timedelta(days=2), status="in_progress", conclusion=None),
    ]
    pretend.on("GET", RUNS, _lister(runs, 1000))

    found = github.runs(REPOSITORY, AT, AT + timedelta(hours=1))
    assert {2, 3, 4} == {run.key.run_id for run in found}


def test_a_run_made_weeks_ago_and_run_again_now_is_found_with_the_attempt_that_lies_in_the_span(
    pretend: Pretend, github: GitHub
) -> None:
    """TanStack's run was made long before: its fourth attempt published."""
    first, second, third = (AT - timedelta(days=d) for d in (20, 10, 0))
    latest = run_json(
        100, first, 4, run_started_at=_iso(AT + timedelta(days=3)), updated_at=_iso(AT + timedelta(days=4))
    )
    pretend.on("GET", RUNS, _lister([latest], 1000))
    for attempt, at in ((1, first), (2, second), (3, third)):
        earlier = run_json(100, first, attempt, run_started_at=_iso(at), updated_at=_iso(at + timedelta(minutes=9)))
        pretend.on("GET", f"{RUNS}/100/attempts/{attempt}", earlier)

    found = github.runs(REPOSITORY, AT, AT + timedelta(hours=1))
    assert [RunKey(10, 100, 3)] == [run.key for run in found]
    assert pretend.asked("GET", f"{RUNS}/100/attempts/1") == []


def test_only_the_runs_of_the_named_workflow_files_are_asked_for(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", OF_FILE, _lister([run_json(1, AT)], 1000))

    found = github.runs(REPOSITORY, AT, AT + timedelta(hours=1), [".github/workflows/publish.yml"])
    assert [1] == [run.key.run_id for run in found]
    assert pretend.asked("GET", RUNS) == []


def test_a_publish_workflow_that_did_not_run_lately_has_no_runs(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", OF_FILE, _lister([run_json(1, AT - timedelta(days=90))], 1000))

    assert github.runs(REPOSITORY, AT, AT + timedelta(hours=1), [".github/workflows/publish.yml"]) == []
    assert pretend.asked("GET", RUNS) == []


@pytest.mark.parametrize("known", [True, False])
def test_a_workflow_file_that_others_call_has_its_runs_among_all_runs(
    pretend: Pretend, github: GitHub, known: bool
) -> None:
    if known:
        pretend.on("GET", OF_FILE, _lister([], 1000))
    pretend.on("GET", RUNS, _lister([run_json(1, AT)], 1000))

    found = github.runs(REPOSITORY, AT, AT + timedelta(hours=1), [".github/workflows/publish.yml"])
    assert [1] == [run.key.run_id for run in found]


def test_a_list_that_cannot_be_read_completely_is_not_read_at_all(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", RUNS, _lister([run_json(i, AT) for i in range(1, 1200)], 1000))
    with pytest.raises(Permanent, match="one second"):
        github.runs(REPOSITORY, AT, AT + timedelta(hours=1))

    pretend.on("GET", RUNS, _lister([run_json(1, AT), run_json(2, AT, head_sha=5)], 1000))
    with pytest.raises(Permanent, match="head_sha"):
        github.runs(REPOSITORY, AT, AT + timedelta(hours=1))


def test_a_strangers_unreadable_run_does_not_blind_us(pretend: Pretend, github: GitHub) -> None:
    odd = run_json(2, AT, head_branch="a\u2028b", head_repository={"id": 66})
    pretend.on("GET", RUNS, _lister([run_json(1, AT), odd], 1000))

    assert [1] == [run.key.run_id for run in github.runs(REPOSITORY, AT, AT + timedelta(hours=1))]


def test_a_run_with_endless_attempts_is_given_up_in_words(pretend: Pretend, github: GitHub) -> None:
    latest = run_json(100, AT, 2**40, run_started_at=_iso(AT + timedelta(minutes=9)))
    pretend.on("GET", RUNS, _lister([latest], 1000))

    with (
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(Permanent, match="more than 9 questions"),
    ):
        patch.setattr(github_runs, "MOST_REQUESTS", 9)
        github.runs(REPOSITORY, AT, AT + timedelta(hours=1))


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


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
        (403, {"message": "Resource not accessible by integration"}, {}, Permanent, None),
        (404, {"message": "Not Found"}, {}, Gone, None),
        (410, {"message": "Issues are disabled"}, {}, Gone, None),
        (422, {"message": "Validation Failed", "errors": [{"code": "missing"}]}, {}, Permanent, None),
        (422, [[[]]], {}, Permanent, None),
        (451, {}, {}, Permanent, None),
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


def test_our_own_app_is_known_by_its_number_or_its_client_id(pretend: Pretend, github: GitHub) -> None:
    assert github.ours({"id": 7, "client_id": "Iv1.x"})
    assert not github.ours({"id": 8, "client_id": "Iv1.x"})
    assert not github.ours(None)
    assert not github.ours({})

    by_client_id = GitHub(clients(settings(), pretend.transport)(1)._rest, 1, "Iv1.x")
    assert by_client_id.ours({"id": 8, "client_id": "Iv1.x"})


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


def test_githubkit_is_loaded_at_the_first_question_and_not_before() -> None:
    code = "import sys, app.github; print(sorted(m for m in ('githubkit', 'httpx', 'sigstore') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/repos/o/r/check-runs", {"name": "x"}),
        ("POST", "/repos/o/r/check-runs", {"name": "x", "head_sha": "a", "output": {"title": "t"}}),
        ("PATCH", "/repos/o/r/check-runs/1", {"conclusion": "passed"}),
        ("POST", "/repos/o/r/issues", {"body": "x"}),
        ("POST", "/repos/o/r/issues", {"title": "t", "labels": 5}),
        ("PATCH", "/repos/o/r/issues/1", {"state": "shut"}),
        ("POST", "/repos/o/r/security-advisories", {"summary": "s", "description": "d"}),
        (
            "POST",
            "/repos/o/r/security-advisories",
            {"summary": "s", "description": "d", "vulnerabilities": [{"package": {"ecosystem": "docker"}}]},
        ),
        ("POST", "/app/installations/x/access_tokens", {}),
        ("POST", "/app/installations/1/access_tokens", {"permissions": {"checks": "admin"}}),
        ("GET", "/repos/o/r/zzz", None),
        ("DELETE", "/repos/o/r", None),
        ("GET", "/repos/o/r/issues?per_page=x", None),
        ("GET", "/repos/o/r/issues?perpage=5", None),
        ("GET", "/repositories/name", None),
    ],
)
def test_a_request_that_github_would_refuse_fails_our_tests(method: str, path: str, body: Any) -> None:
    assert problem(httpx.Request(method, f"https://api.github.com{path}", json=body)) != ""
