"""GitHub's client: what it asks, with which token, and how it reads one thing."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any

import httpx
import pytest

from app.github.installation import GitHub, Renamed, clients
from checks.base import Gone, Permanent
from tests.github_api.examples import AT, REPOSITORY, RUNS
from tests.github_api.pretend import Pretend, repository_json, run_json, settings
from verifier.model import Repository, RunKey

JOBS = f"{RUNS}/100/attempts/2/jobs"


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
    with pytest.raises(Renamed, match="owner/renamed now"):
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


def test_our_own_app_is_known_by_its_number_or_its_client_id(pretend: Pretend, github: GitHub) -> None:
    assert github.ours({"id": 7, "client_id": "Iv1.x"})
    assert not github.ours({"id": 8, "client_id": "Iv1.x"})
    assert not github.ours(None)
    assert not github.ours({})

    by_client_id = GitHub(clients(settings(), pretend.transport)(1)._rest, 1, "Iv1.x")
    assert by_client_id.ours({"id": 8, "client_id": "Iv1.x"})


def test_githubkit_is_loaded_at_the_first_question_and_not_before() -> None:
    code = (
        "import sys, app.github.installation;"
        "print(sorted(m for m in ('githubkit', 'httpx', 'sigstore') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
