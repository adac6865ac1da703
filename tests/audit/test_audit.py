"""The one-shot audit of what is public: what it finds after real attacks, and what it must not say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.audit.client import Rate
from app.audit.plan import choose
from app.audit.shown import as_document, as_text
from checks.base import Permanent
from tests.audit.parts import After
from tests.verdict.cases import ALICE, NOON, version
from verifier.model import Outcome, Version

AXIOS = "pkg:npm/axios"
TABLE = """\
pkg:npm/axios, held against publish.yml of axios/axios

   VERSION  PUBLISHED (UTC)   BY              ANSWER         BECAUSE
!  0.30.4   2026-03-31 01:00                  suspect        burst, near-incident
✘  1.14.1   2026-03-31 00:21                  non-compliant  trust-downgrade, no-run
✔  1.14.0   2026-03-27 19:00  GitHub Actions  compliant      provenance-verified
✔  1.13.1   2026-03-20 19:00  GitHub Actions  compliant      provenance-verified
✔  1.13.0   2026-03-13 19:00  GitHub Actions  compliant      provenance-verified
?  0.30.3   2026-01-14 12:00  jasonsaayman    unverifiable   published-by-hand

axios@0.30.4: suspect
  - 2 versions within an hour; its history knows at most 1.  [burst, medium]
  - axios@1.14.1 is non-compliant and was published close to it.  [near-incident, medium]

axios@1.14.1: non-compliant
"""


def answers(after: After, purl: str = AXIOS, **wanted: object) -> dict[str, str]:
    return {row.version.number: row.word for row in after.audit(purl, **wanted).rows}


def test_the_stolen_release_of_axios_stands_out_in_a_table() -> None:
    after = After("axios-2026")
    audited = after.audit(AXIOS)

    assert as_text(audited).startswith(TABLE)
    assert 1 == audited.exit_code("suspect")
    assert ["Looking at 6 versions: about 137 questions to GitHub."] == after.said
    assert 0 < audited.asked < 137


def test_tanstacks_releases_were_not_published_by_the_run_that_signed_them() -> None:
    audited = After("tanstack-2026").audit("pkg:npm/%40tanstack/history")

    assert {"1.161.12": "non-compliant", "1.161.9": "non-compliant"} == {r.version.number: r.word for r in audited.rows}
    assert all("step-skipped" in [f.reason for f in row.verdict.findings] for row in audited.rows)


def test_a_token_of_ultralytics_that_published_by_itself_is_found_while_the_registry_still_shows_it() -> None:
    found = answers(After("ultralytics-2024", at=datetime(2024, 12, 7, 3, tzinfo=UTC)), "pkg:pypi/ultralytics")

    assert "non-compliant" == found["8.3.45"]
    assert "compliant" == found["8.3.40"]


@pytest.mark.parametrize(
    ("name", "number", "why"),
    [
        ("trap-n02-orphan-tag", "1.4.0", "commit-off-branch"),
        ("trap-n08-edited-workflow", "1.4.0", "workflow-never-stood"),
    ],
)
def test_what_a_deleted_branch_would_explain_is_asked_about_and_never_compliant(
    name: str, number: str, why: str
) -> None:
    after = After(name)
    rows = {row.version.number: row for row in after.audit(next(iter(after.world.projects)).purl).rows}

    assert "suspect" == rows[number].word
    assert why in [finding.reason for finding in rows[number].verdict.findings]


@pytest.mark.parametrize("name", ["canary-from-pull-requests", "trap-f01-by-hand-allowed"])
def test_honest_projects_are_accused_of_nothing(name: str) -> None:
    after = After(name)

    assert not {"non-compliant", "suspect"} & set(answers(after, next(iter(after.world.projects)).purl).values())


def test_without_a_token_it_says_that_it_saw_no_logs_and_asks_for_none() -> None:
    asked = list[str]()

    def note(request: httpx.Request) -> None:
        asked.append(request.url.path)
        assert "authorization" not in request.headers

    audited = After("axios-2026", token=False, between=note).audit(AXIOS)

    assert any("nobody without a token" in sentence for sentence in audited.unseen)
    assert not [path for path in asked if path.endswith("/logs")]
    assert {"0.30.4": "suspect", "1.14.1": "non-compliant"}.items() <= {
        row.version.number: row.word for row in audited.rows
    }.items()


def test_what_only_a_log_would_settle_is_neither_compliant_nor_held_against_anybody_without_a_token() -> None:
    seen, unseen = After("trap-n09-log-digest"), After("trap-n09-log-digest", token=False)
    purl = next(iter(seen.world.projects)).purl
    with_logs, without = answers(seen, purl), answers(unseen, purl)

    assert "non-compliant" in with_logs.values()
    assert "non-compliant" not in without.values()


@pytest.mark.parametrize("path", ["/jobs", "/logs"])
def test_a_run_that_github_forgot_is_no_proof_that_there_was_none(path: str) -> None:
    """GitHub forgets logs after 90 days, and jobs with their runs. Here it has forgotten those of every run."""

    def forget(request: httpx.Request) -> httpx.Response | None:
        gone = request.url.path.endswith(path)
        return httpx.Response(404, json={"message": "Not Found"}, request=request) if gone else None

    found = After("trap-f09-schedule-and-dispatch", between=forget)
    purl = next(iter(found.world.projects)).purl

    assert not {"non-compliant", "suspect"} & set(answers(found, purl).values())


def test_a_github_that_answers_no_more_makes_nothing_compliant_and_exit_code_2() -> None:
    def silent(request: httpx.Request) -> httpx.Response | None:
        if "/actions/" not in request.url.path:
            return None
        headers = {"retry-after": "1800", "x-ratelimit-remaining": "0"}
        return httpx.Response(429, json={"message": "rate limit exceeded"}, headers=headers, request=request)

    audited = After("axios-2026", between=silent).audit(AXIOS)

    assert Outcome.COMPLIANT not in {row.verdict.outcome for row in audited.rows}
    assert Outcome.NON_COMPLIANT not in {row.verdict.outcome for row in audited.rows}
    assert any("slow down" in sentence for sentence in audited.unseen)
    assert 2 == audited.exit_code("non-compliant")


def test_a_repository_that_nobody_shows_is_a_question_not_an_answer() -> None:
    with pytest.raises(Permanent, match="--repo"):
        After("axios-2026").audit(AXIOS, repository="nobody/nothing")


def test_an_unknown_package_is_said_to_be_unknown() -> None:
    with pytest.raises(Permanent):
        After("axios-2026").audit("pkg:npm/nothing-here")


def test_each_level_of_failing_holds_all_that_is_worse() -> None:
    audited = After("axios-2026").audit(AXIOS)
    doubt = replace(audited, rows=tuple(row for row in audited.rows if row.word == "suspect"))
    plain = replace(audited, rows=tuple(row for row in audited.rows if row.word == "unverifiable"))
    levels = ("never", "non-compliant", "suspect", "odd", "unverifiable")

    assert [0, 1, 1, 1, 1] == [audited.exit_code(level) for level in levels]
    assert [0, 0, 1, 1, 1] == [doubt.exit_code(level) for level in levels]
    assert [0, 0, 0, 0, 1] == [plain.exit_code(level) for level in levels]


def test_hostile_names_are_harmless_on_a_terminal() -> None:
    audited = After("axios-2026").audit(AXIOS)
    evil = "1.0.0\x1b[2J\u202e\n✔ 9.9.9 compliant"
    named = replace(audited.rows[1].version, number=evil, account=replace(ALICE, name=evil))
    rows = (replace(audited.rows[1], version=named),)
    hostile = replace(audited, repository=evil, rows=rows, not_looked=(evil,), unseen=(evil,), told=(evil,))

    text = as_text(hostile)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert len(as_text(replace(hostile, repository="x")).splitlines()) == len(text.splitlines())
    assert evil == json.loads(json.dumps(as_document(hostile)))["versions"][0]["version"]


def released(count: int, every: timedelta = timedelta(days=1)) -> list[Version]:
    """So many versions, the last at noon."""
    return [version(f"1.{n}.0", NOON - every * (count - n - 1)) for n in range(count)]


def test_the_newest_are_judged_and_those_before_them_teach() -> None:
    chosen = choose(released(100), None, 10, NOON, None, stranger=False)

    assert ["1.99.0", "1.90.0"] == [chosen.judged[0].number, chosen.judged[-1].number]
    assert ["1.89.0", "1.85.0"] == [chosen.teaching[0].number, chosen.teaching[-1].number]
    assert any("85" in sentence for sentence in chosen.unseen)


def test_what_is_older_than_githubs_list_of_runs_is_never_judged() -> None:
    chosen = choose(released(100, timedelta(days=10)), None, 100, NOON, None, stranger=False)

    assert min(v.at for v in chosen.judged) > NOON - timedelta(days=400)
    assert 40 == len(chosen.judged)
    assert any("400 days" in sentence for sentence in chosen.unseen)


def test_no_more_is_looked_at_than_github_will_answer_about() -> None:
    few = choose(released(100), None, 0, NOON, Rate(60, 60, NOON + timedelta(hours=1)), stranger=True)
    many = choose(released(100), None, 0, NOON, Rate(5000, 5000, NOON + timedelta(hours=1)), stranger=False)

    assert len(few.judged) < 8 < len(many.judged) == 50
    assert any("60 more questions" in sentence for sentence in few.unseen)


def test_of_a_young_project_the_oldest_teach() -> None:
    chosen = choose(released(10), None, 50, NOON, None, stranger=False)

    assert (7, 3) == (len(chosen.judged), len(chosen.teaching))
