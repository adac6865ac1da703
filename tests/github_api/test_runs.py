"""GitHub's list of runs: none that was going on in a span is missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.github import runs as github_runs
from app.github.installation import GitHub, clients
from checks.base import Permanent
from tests.github_api.examples import AT, REPOSITORY, RUNS
from tests.github_api.pretend import Pretend, repository_json, run_json, settings
from verifier.model import RunKey

OF_FILE = "/repos/owner/name/actions/workflows/publish.yml/runs"


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
        pretend.on("GET", "/repositories/10", repository_json())
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
