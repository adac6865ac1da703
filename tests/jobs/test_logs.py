"""Reading the logs of an attempt's publish steps: what GitHub says, where it keeps them, and what is made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from app.github.installation import clients
from app.github.logs import PATIENCE
from app.jobs.logs import MOST_JOBS, read_logs
from app.network.http import make_fetch
from app.settings import Settings
from checks.base import Permanent, Temporary
from tests.evidence.log.dated import END, STEP, dated, printed
from tests.github_api.pretend import Pretend, repository_json, settings
from tests.http.conftest import server
from tests.http.server import LIMIT, Handler, Server, no_names
from tests.jobs.parts import Parts
from tests.verdict.cases import REPOSITORY
from verifier.evidence.log import MOST_BYTES
from verifier.model import LogClaim, LogState, PublishStep
from verifier.registries.base import Absent, Page, Unreadable

__all__ = ["server"]

STORAGE = "https://storage.example/log?signature=secret"
SECOND = timedelta(seconds=1)
NPM, UV = dated(printed("npm-11")), dated(printed("uv"))
STEPS = (STEP, replace(STEP, job="python", job_id=401))


@pytest.fixture
def pretend() -> Pretend:
    made = Pretend()
    made.on("GET", f"/repositories/{REPOSITORY.id}", repository_json(REPOSITORY.id, REPOSITORY.full_name))
    return made


@pytest.fixture
def parts(pretend: Pretend) -> Parts:
    return Parts(github=clients(settings(), pretend.transport)(1))


def path(job_id: int) -> str:
    return f"/repos/{REPOSITORY.full_name}/actions/jobs/{job_id}/logs"


def kept(pretend: Pretend, job_id: int, log: bytes) -> None:
    """GitHub answers with the log itself."""
    pretend.on("GET", path(job_id), lambda request: httpx.Response(200, content=log))


def elsewhere(pretend: Pretend, job_id: int, to: str = STORAGE) -> None:
    """GitHub names the address where it keeps the log."""
    pretend.on("GET", path(job_id), lambda request: httpx.Response(302, headers={"location": to}))


def logs(parts: Parts, *steps: PublishStep) -> tuple[LogState, list[str]]:
    state, claims = read_logs(parts.deps, REPOSITORY, steps or STEPS)
    return state, sorted({claim.type for claim in claims})


def test_the_logs_of_all_jobs_that_publish_are_read(pretend: Pretend, parts: Parts) -> None:
    kept(pretend, 400, NPM)
    kept(pretend, 401, UV)

    assert (LogState.READ, ["npm", "pypi"]) == logs(parts)


def test_a_log_is_fetched_where_github_keeps_it_and_without_our_token(pretend: Pretend, parts: Parts) -> None:
    elsewhere(pretend, 400)
    parts.answer = Page(STORAGE, 200, NPM)

    assert (LogState.READ, ["npm"]) == logs(parts, STEP)
    assert [STORAGE] == [ask.url for ask, _ in parts.asked]
    assert [] == [request for request in pretend.requests if request.url.host == "storage.example"]


def test_a_log_is_asked_for_once_however_many_steps_its_job_has(pretend: Pretend, parts: Parts) -> None:
    kept(pretend, 400, NPM)

    logs(parts, STEP, replace(STEP, number=8), replace(STEP, number=9, conclusion="failure"))

    assert 1 == len(pretend.asked("GET", path(400)))


def test_a_step_that_failed_or_was_cancelled_may_have_published(pretend: Pretend, parts: Parts) -> None:
    kept(pretend, 400, NPM)

    for conclusion in ("failure", "cancelled"):
        assert (LogState.READ, ["npm"]) == logs(parts, replace(STEP, conclusion=conclusion))


def test_a_step_that_was_skipped_has_no_log_to_ask_for(pretend: Pretend, parts: Parts) -> None:
    assert (LogState.READ, []) == logs(parts, replace(STEP, conclusion="skipped"))
    assert [] == pretend.requests


@pytest.mark.parametrize("status", [404, 410])
def test_logs_that_github_no_longer_has_are_gone(pretend: Pretend, parts: Parts, status: int) -> None:
    for job_id in (400, 401):
        pretend.on("GET", path(job_id), {"message": "Not Found"}, status)

    assert (LogState.GONE, []) == logs(parts)


def test_what_went_to_another_registry_is_no_claim_about_ours(pretend: Pretend, parts: Parts) -> None:
    """The same name and number at GitHub Packages may be other bytes, honestly."""
    kept(pretend, STEP.job_id, NPM)
    there = replace(parts.deps, settings=replace(parts.deps.settings, npm_registry="https://other.example"))

    assert (LogState.READ, ["npm"]) == logs(parts, STEP)
    assert (LogState.READ, ()) == read_logs(there, REPOSITORY, (STEP,))


def test_a_log_that_the_storage_no_longer_has_is_gone(pretend: Pretend, parts: Parts) -> None:
    elsewhere(pretend, 400)
    parts.answer = Absent(STORAGE)

    assert (LogState.GONE, []) == logs(parts, STEP)


def test_a_repository_that_we_no_longer_see_is_not_a_log_that_is_gone(pretend: Pretend, parts: Parts) -> None:
    pretend.on("GET", f"/repositories/{REPOSITORY.id}", {"message": "Not Found"}, 404)

    with pytest.raises(Permanent, match="no longer shows"):
        logs(parts, STEP)


def test_one_log_that_is_gone_beside_one_that_is_read_is_not_the_whole(pretend: Pretend, parts: Parts) -> None:
    kept(pretend, 400, NPM)

    assert (LogState.REFUSED, ["npm"]) == logs(parts)


@pytest.mark.parametrize("log", [b"PK\x03\x04", NPM + b"x" * MOST_BYTES, NPM + b"\n" * 500_000])
def test_what_is_too_large_or_no_log_is_refused_and_the_others_are_read(
    pretend: Pretend, parts: Parts, log: bytes
) -> None:
    kept(pretend, 400, log)
    kept(pretend, 401, UV)

    assert (LogState.REFUSED, ["pypi"]) == logs(parts)


def test_an_outage_is_no_answer_and_is_tried_again(pretend: Pretend, parts: Parts) -> None:
    pretend.on("GET", path(400), {"message": "Bad Gateway"}, 502)

    with pytest.raises(Temporary):
        logs(parts, STEP)


def test_a_storage_that_does_not_answer_is_tried_again_and_its_address_is_told_nobody(
    pretend: Pretend, parts: Parts
) -> None:
    elsewhere(pretend, 400)
    parts.answer = Unreadable(STORAGE, "storage.example did not answer in time.", 30.0)

    with pytest.raises(Temporary) as caught:
        logs(parts, STEP)

    assert 30.0 == caught.value.retry_after
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("completed_at", [END, None])
def test_a_log_that_the_storage_never_gives_is_given_up_a_day_after_its_job_ended(
    pretend: Pretend, parts: Parts, completed_at: datetime | None
) -> None:
    """Asked for hourly for ever, the logs that never come would add up; the other jobs' logs count all the same."""
    elsewhere(pretend, 400)
    kept(pretend, 401, UV)
    parts.answer, parts.now = Unreadable(STORAGE, "storage.example refuses (403).", 30.0), END + PATIENCE

    assert (LogState.REFUSED, ["pypi"]) == logs(parts, replace(STEP, completed_at=completed_at), STEPS[1])
    pretend.on("GET", path(400), {"message": "Bad Gateway"}, 502)
    with pytest.raises(Temporary):
        logs(parts, STEP)


def test_a_log_that_the_storage_does_not_give_is_waited_for_until_then(pretend: Pretend, parts: Parts) -> None:
    elsewhere(pretend, 400)
    parts.answer, parts.now = Unreadable(STORAGE, "storage.example refuses (403)."), END + PATIENCE - SECOND

    with pytest.raises(Temporary):
        logs(parts, STEP)


def test_no_more_logs_are_asked_for_than_the_limit(pretend: Pretend, parts: Parts) -> None:
    steps = [replace(STEP, job_id=number) for number in range(1, MOST_JOBS + 20)]
    for step in steps:
        kept(pretend, step.job_id, b"")

    assert (LogState.REFUSED, []) == logs(parts, *steps)
    assert MOST_JOBS == len([request for request in pretend.requests if request.url.path.endswith("/logs")])


def test_steps_of_jobs_whose_numbers_are_not_known_are_not_read(parts: Parts) -> None:
    assert (LogState.UNREAD, []) == logs(parts, replace(STEP, job_id=0))


def test_claims_name_what_their_own_job_published(pretend: Pretend, parts: Parts) -> None:
    kept(pretend, 400, NPM)
    kept(pretend, 401, UV)

    _, claims = read_logs(parts.deps, REPOSITORY, STEPS)

    assert all(isinstance(claim, LogClaim) and claim.step == "Publish" for claim in claims)
    assert ["@scope/pkg", "widget-pkg", "widget-pkg"] == sorted(claim.name for claim in claims)


def test_a_storage_that_sends_more_than_the_limit_is_refused_by_the_real_fetch(
    pretend: Pretend, parts: Parts, server: Server
) -> None:
    def flood(handler: Handler) -> None:
        handler.send(200, b"", Content_Length=str(MOST_BYTES + LIMIT))

    server.answers["/log"] = flood
    elsewhere(pretend, 400, f"{server.url}/log")
    deps = replace(parts.deps, fetch=make_fetch(Settings(npm_registry=server.url), resolve=no_names))

    assert (LogState.REFUSED, ()) == read_logs(deps, REPOSITORY, [STEP])
