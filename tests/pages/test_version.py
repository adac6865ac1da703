"""The page of a version: the verdict finding by finding, what would change it, what to do now."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.pages.version_page import HISTORY, command
from app.viewer import Viewer
from checks.words import words
from tests.pages.browser import asked, client, filled
from tests.pages.examples import (
    ALICE,
    AXIOS,
    GRACE,
    HOSTILE,
    IMAGE,
    KEY,
    MALLORY,
    NOW,
    ODD,
    OK,
    ROGUE,
    WIDGET,
    dossier,
    run,
)
from tests.pages.told import DAY, judged, of, ok, said, shown
from verifier.ledger import Book, open_ledger
from verifier.ledger.apply import version_task
from verifier.model import (
    Artifact,
    Confidence,
    Finding,
    Line,
    Mute,
    Need,
    RunKey,
    Waiver,
    Weight,
)
from verifier.verdict.reasons import REASONS


def test_the_verdict_stands_first_with_why_and_how_sure_it_is() -> None:
    text = said(AXIOS, "1.14.1")

    for part in (
        "Overview axios 1.14.1",
        "axios@1.14.1 npm removed ✗ non-compliant with high confidence This line is published by CI",
        "Confidence is high: it rests on a signature",
    ):
        assert part in text
    assert text.index("✗ non-compliant") < text.index("What to do now") < text.index("What would change it")


def test_every_finding_has_its_title_its_sentence_why_it_matters_and_how_sure_it_is() -> None:
    text = of(judged(*(Finding(r.id, r.weight, Confidence.MEDIUM, f"Seen: {r.id}.") for r in REASONS.values())))

    certain = [r for r in REASONS.values() if r.weight not in (Weight.NOTES, Weight.BLINDS)]
    assert [] == [r.id for r in REASONS.values() if f"{words(r.id).title} " not in text or f"Seen: {r.id}." not in text]
    assert text.count(" medium confidence Seen: ") == len(certain)
    for group in ("Against it", "Missing", "For it", "Not seen yet", "Was this you?", "Odd, whatever its origin"):
        assert group in text


def test_a_reason_that_is_newer_than_its_words_is_shown_all_the_same() -> None:
    text = of(judged(Finding("made-tomorrow", Weight.CONTRADICTS, Confidence.LOW, "Something new was seen.")))

    assert "A reason without words" in text
    assert "Something new was seen." in text


def test_a_finding_leads_to_its_run_and_to_what_it_links_to() -> None:
    links = ("https://github.example/o/r/commit/1", "javascript:alert(1)")
    ledger = filled()
    with ledger.writing() as book:
        book.versions.put(judged(Finding("digest-in-log", Weight.EXPLAINS, Confidence.HIGH, "It is.", KEY, links)))
    page = shown(AXIOS, "1.14.0", ledger)

    assert "#run-41-1" in page.addresses
    assert links[0] in page.addresses
    assert links[1] not in page.addresses


@pytest.mark.parametrize(
    ("reached", "word"),
    [
        (None, "It is not judged yet: its first examination decides."),
        (GRACE, "What stands under “Not seen yet”"),
        (OK, "Proof against it"),
        (ROGUE, "A run of a workflow that may publish which accounts for it"),
        (
            replace(ROGUE, findings=(Finding("step-skipped", Weight.CONTRADICTS, Confidence.HIGH, "Skipped."),)),
            "more runs do not outweigh it",
        ),
    ],
)
def test_what_would_change_the_verdict_is_said(reached: Any, word: str) -> None:
    assert word in of(dossier(AXIOS, "1.14.0", NOW, reached))


def test_what_the_verdict_waits_for_and_when_it_is_looked_at_again_is_said() -> None:
    later = NOW + timedelta(minutes=5)
    waits = replace(GRACE, needs=frozenset({Need.RUN_LIST, Need.NAMED_RUN}), recheck_at=later)
    text = of(dossier(AXIOS, "1.14.0", NOW, waits))

    assert "GitHub's list of the runs around the publication" in text
    assert "the run that its evidence names, with its jobs" in text
    assert "It is looked at again at 2026-03-31 01:05:00 UTC" in text
    assert "It is looked at again as soon as something new is heard of it." in of(ok())


def test_a_look_that_did_not_work_says_why() -> None:
    def fails(book: Book) -> None:
        book.work.want("examine", version_task(AXIOS, "1.14.0"), NOW)
        (task,) = (t for t in book.work.claim("examine", 9, NOW, DAY) if t.key == version_task(AXIOS, "1.14.0"))
        book.work.failed(task, NOW + DAY, "GitHub answered 502.")

    assert "The last look did not work: GitHub answered 502." in of(ok(), fails)


def test_in_an_open_incident_its_steps_are_what_to_do_now() -> None:
    text = said(AXIOS, "1.14.1")

    assert "Ask everyone who can publish whether it was them" in text
    assert "npm deprecate axios@1.14.1" in text
    assert "Incident: 2 versions of axios, opened 36 min ago" in text
    assert "/incidents/i1" in shown(AXIOS, "1.14.1").addresses


def test_outside_of_an_incident_the_reasons_say_what_to_do() -> None:
    alone = dossier(AXIOS, "1.14.0", NOW, ROGUE)

    assert "Ask everyone who can publish whether it was them" in of(alone)
    assert "What to do now" in of(dossier(WIDGET, "1.999.0", NOW, ODD))
    assert "What to do now" not in said(AXIOS, "1.14.0")
    assert "What to do now" not in of(replace(alone, waived=True))


def test_a_waived_version_says_what_its_verdict_stays() -> None:
    assert "~ waived its verdict stays ✗ non-compliant" in said(WIDGET, "1.998.0")


def test_who_may_not_see_the_incidents_repository_learns_nothing_of_the_incident() -> None:
    ledger = filled()
    with ledger.writing() as book:
        incident = book.incidents.get("i1")
        assert incident is not None
        book.incidents.put(replace(incident, repository_id=MALLORY))
    page = shown(AXIOS, "1.14.1", ledger, Viewer("alice", 1, frozenset({ALICE})))

    assert "/incidents/i1" not in page.addresses
    assert "Incident:" not in page.text


def test_waivers_and_mutes_are_shown_and_those_in_force_stand_beside_the_verdict() -> None:
    mine = ok()
    print_ = mine.version.fingerprint
    text = of(
        mine,
        lambda b: b.incidents.put_waiver(Waiver(AXIOS, "1.14.0", print_, "carol", "mine", NOW - DAY, NOW + DAY)),
        lambda b: b.incidents.put_waiver(Waiver(AXIOS, "1.14.0", print_, "dave", "old", NOW - 9 * DAY, NOW - DAY)),
        lambda b: b.incidents.put_waiver(Waiver(AXIOS, "1.14.0", "other", "erin", "else", NOW - DAY, NOW + DAY)),
        lambda b: b.incidents.put_mute(Mute(AXIOS, Line("release", 1), "frank", "noise", NOW, NOW, NOW + DAY)),
        lambda b: b.incidents.put_mute(Mute(AXIOS, Line("release", 2), "grace", "no", NOW, NOW, NOW + DAY)),
    )

    assert "~ Waived by carol, until 2026-04-01 01:00:00 UTC: mine" in text
    assert "~ Line 1.x muted by frank" in text
    assert "~ Waived by dave" not in text
    assert "ended 2026-03-30 01:00:00 UTC" in text
    assert "about other files than are there now" in text
    assert "grace" not in text
    assert "neither waived nor is its line muted" in said(AXIOS, "1.13.0")


def test_the_history_of_verdicts_is_shown_newest_first() -> None:
    def again(book: Book) -> None:
        for n in range(HISTORY + 5):
            book.versions.put_verdict(AXIOS, "1.14.0", "other" if n % 2 else ok().version.fingerprint, GRACE, NOW)

    text = of(ok(), again)

    assert "about other files" in text
    assert "and 6 earlier ones" in text


def test_a_verdict_about_files_that_are_no_longer_there_says_so() -> None:
    assert "this verdict is about those before" in of(replace(ok(), judged="sha256:other"))


@pytest.mark.parametrize(
    ("artifact", "number", "typed"),
    [
        (AXIOS, "1.14.1", "artifact-monitor explain pkg:npm/axios 1.14.1"),
        (AXIOS, "1; rm -rf ~", "artifact-monitor explain pkg:npm/axios '1; rm -rf ~'"),
        (AXIOS, "$(id)", "artifact-monitor explain pkg:npm/axios '$(id)'"),
        (AXIOS, "1.0\n2", ""),
        (AXIOS, "1.0\u202e", ""),
        (AXIOS, "--by", ""),
    ],
)
def test_the_command_to_copy_runs_nothing_else(artifact: Artifact, number: str, typed: str) -> None:
    """What a terminal would not show as it is, or would take for an option, is not offered at all."""
    assert typed == command(dossier(artifact, number, NOW, OK).version)


@pytest.mark.parametrize("sees", [frozenset(), frozenset({MALLORY})])
def test_who_may_not_see_it_is_told_what_everybody_is_told_of_what_is_not_there(sees: frozenset[int]) -> None:
    one = client(Viewer("eve", 2, sees))
    answers = [
        one.get("/version", query_string={"purl": purl, "number": number}, headers={"Accept": "text/html"})
        for purl, number in ((AXIOS.purl, "1.14.1"), (AXIOS.purl, "7.7.7"), ("pkg:npm/no-such", "1"), ("", ""))
    ]

    assert [404] * 4 == [answer.status_code for answer in answers]
    assert 1 == len({answer.text for answer in answers})


@pytest.mark.parametrize("artifact", [AXIOS, WIDGET, IMAGE, HOSTILE])
def test_every_version_that_is_listed_has_a_page(artifact: Artifact) -> None:
    one = client()
    page = one.get("/artifact", query_string={"purl": artifact.purl}).text
    links = [unescape(link) for link in re.findall(r'<th scope="row"><a href="([^"]*)"', page)]

    assert [200] * len(links) == [one.get(link).status_code for link in links]
    assert links


def test_the_page_costs_as_many_queries_for_hundreds_of_versions_and_runs_as_for_few(sqlite_url: str) -> None:
    def ask(one: FlaskClient) -> Any:
        return one.get("/version", query_string={"purl": AXIOS.purl, "number": "1.14.1"})

    ledger = filled(open_ledger(sqlite_url))
    few = asked(ledger, ask)
    with ledger.writing() as book:
        for n in range(200):
            book.runs.put(run(RunKey(ALICE, 1000 + n, 1), NOW))
            book.versions.put(dossier(AXIOS, f"2.0.{n}", NOW, OK))
            book.versions.put_verdict(AXIOS, "1.14.1", "f", GRACE, NOW)

    assert few == asked(ledger, ask)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
