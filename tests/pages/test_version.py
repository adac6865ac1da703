"""The page of a version: the verdict finding by finding with its evidence, what would change it, what to do now."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.pages.evidence import FILES, RUNS
from app.pages.findings import FINDINGS
from app.pages.version_page import AROUND, HISTORY, command
from app.viewer import Viewer
from checks.words import words
from tests.pages.browser import Page, asked, client, filled, harmless, read
from tests.pages.examples import (
    ALICE,
    AXIOS,
    DIGEST,
    EVIL,
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
    WORKFLOW,
    dossier,
    run,
    signed,
)
from verifier.ledger import Book, Ledger, open_ledger
from verifier.ledger.apply import version_task
from verifier.ledger.protocol import Dossier
from verifier.model import (
    Artifact,
    Comparison,
    Confidence,
    File,
    Finding,
    JobsState,
    Line,
    LogClaim,
    LogState,
    Mute,
    Need,
    Part,
    PublishStep,
    RunKey,
    Standing,
    Vetting,
    Waiver,
    Weight,
)
from verifier.verdict.reasons import REASONS

DAY = timedelta(days=1)


def shown(artifact: Artifact, number: str, ledger: Ledger | None = None, viewer: Viewer | None = None) -> Page:
    return read("/version", viewer, ledger, purl=artifact.purl, number=number)


def said(artifact: Artifact, number: str, ledger: Ledger | None = None) -> str:
    """Its text on one line."""
    return " ".join(shown(artifact, number, ledger).text.split())


def of(kept: Dossier, *steps: Callable[[Book], object]) -> str:
    """What is said of one version in place of 1.14.0."""
    ledger = filled()
    with ledger.writing() as book:
        book.versions.put(kept)
        for step in steps:
            step(book)
    return said(kept.version.artifact, kept.version.number, ledger)


def ok(**changes: Any) -> Dossier:
    """Version 1.14.0, which a run accounts for."""
    return replace(dossier(AXIOS, "1.14.0", NOW - timedelta(hours=3), OK), evidence=(signed(),), **changes)


def judged(*findings: Finding) -> Dossier:
    return dossier(AXIOS, "1.14.0", NOW - timedelta(hours=3), replace(OK, findings=findings))


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

    left_out = {r.id for r in REASONS.values() if f"Seen: {r.id}." not in text}
    assert all(words(r.id).title in text for r in REASONS.values() if r.id not in left_out)
    assert text.count("medium confidence") >= len(REASONS) - len(left_out)
    for group in ("Against it", "Missing", "For it", "Not seen yet", "Was this you?", "Odd, whatever its origin"):
        assert group in text
    assert {w for w in Weight if sum(r.weight is w for r in REASONS.values()) > FINDINGS} or not left_out


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


def test_a_certificate_is_shown_claim_by_claim() -> None:
    text = said(AXIOS, "1.14.0")

    for part in (
        "npm attestation: ✓ verified",
        "Repository alice/axios",
        f"Workflow {WORKFLOW}",
        "Ref refs/tags/v1.14.0",
        f"Commit {'a' * 40}",
        "Run 41/1",
        "Issuer https://token.example",
        "Runner github-hosted",
        f"About the bytes {DIGEST} ✓ that of a.tgz",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("standing", "word"),
    [
        (Standing.PROMISED, "verified, only promised by its log"),
        (Standing.STATED, "cannot be checked here"),
        (Standing.FAILED, "failed"),
        (Standing.UNREADABLE, "unreadable"),
    ],
)
def test_how_far_a_certificate_carries_is_said_and_what_is_not_proven_counts_for_nothing(
    standing: Standing, word: str
) -> None:
    text = of(ok(), lambda b: b.versions.put(replace(ok(), evidence=(signed(standing=standing, problem="Because."),))))

    assert f" {word} Because." in text
    assert "Because." in text
    assert ("counts for nothing either way" in text) is (standing is not Standing.PROMISED)


def test_a_certificate_for_other_bytes_is_said_to_be_of_no_file() -> None:
    other = replace(ok(), evidence=(signed(digests=("sha256:ff",)),))

    assert "sha256:ff of no file of this version" in of(other)


def test_evidence_that_is_not_read_is_not_shown_as_absent() -> None:
    attested = (File("a.tgz", (DIGEST,), NOW, attested=True),)
    unread = dossier(AXIOS, "1.14.0", NOW, GRACE, files=attested, evidence=None)

    assert "attestations that are not read yet" in of(replace(unread, evidence=None))
    assert "nothing was found there that names its run" in of(replace(unread, evidence=()))


def test_the_run_is_shown_with_what_its_steps_did_what_its_log_says_and_whose_commit_it_ran() -> None:
    text = said(AXIOS, "1.14.0")

    for part in (
        "Run 41/1 accounts for this version",
        f"Workflow {WORKFLOW} Event push Ref v1.14.0 Commit {'a' * 40} On Release 1.14.0",
        "Started by alice, this attempt by bob Attempt 1 State completed (success)",
        "Its commit reachable from refs/heads/main",
        "Its commit signed; pull requests not known",
        "Its workflow file the file as it stood on the default branch",
        "Publish to the registry publish success 3 h ago 40 s",
        f"says it published axios@1.14.0, {DIGEST}",
    ):
        assert part in text
    assert "https://github.example/alice/axios/actions/runs/41/job/99" in shown(AXIOS, "1.14.0").addresses


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"jobs": JobsState.UNREAD, "steps": ()}, "Its jobs are not read yet."),
        ({"jobs": JobsState.GONE, "steps": ()}, "GitHub no longer shows its jobs"),
        ({"steps": ()}, "no step of them looks like publishing"),
        ({"log": LogState.GONE, "claims": ()}, "Its log: gone at GitHub."),
        ({"log": LogState.READ, "claims": ()}, "names nothing that was published"),
        ({"vetting": None}, "Its source not asked about yet"),
        ({"vetting": Vetting(NOW, problem="GitHub did not answer")}, "Not answered GitHub did not answer"),
        ({"steps": (PublishStep("p", "Publish", 1, "skipped"),)}, "Publish p skipped"),
        ({"status": "in_progress", "conclusion": None}, "State in progress"),
    ],
)
def test_what_is_missing_unknown_or_wrong_about_a_run_is_told_apart(changes: dict[str, Any], word: str) -> None:
    assert word in of(ok(), lambda book: book.runs.put(run(**changes)))


def test_a_version_without_a_run_says_so_and_what_ran_near_it() -> None:
    assert "No run that we know of accounts for it" in said(AXIOS, "1.14.1")
    assert "No run of a workflow that may publish it was going on" in said(AXIOS, "1.14.1")

    near = of(
        dossier(AXIOS, "1.14.2", NOW, ROGUE),
        lambda book: book.runs.put(run(RunKey(ALICE, 50, 1), NOW - timedelta(minutes=9), conclusion="failure")),
        lambda book: book.runs.put(run(RunKey(ALICE, 51, 1), NOW - timedelta(minutes=9), workflow="test.yml")),
    )
    assert "run 50/1 .github/workflows/publish.yml on v1.14.0 (push), failure" in near
    assert "51/1" not in near


def test_files_are_shown_with_whole_digests_times_and_platforms() -> None:
    parts = (Part("linux/amd64", "sha256:aa"), Part("linux/arm64", "sha256:bb"))
    files = (File("image", (DIGEST, "sha512:cc"), NOW, attested=True, yanked=True, parts=parts),)
    text = of(dossier(AXIOS, "1.14.0", NOW, OK, files=files))

    for part in (f"{DIGEST} sha512:cc", "provenance at the registry", "yanked", "linux/arm64 sha256:bb"):
        assert part in text


def test_when_it_was_published_and_by_which_account_is_shown() -> None:
    text = said(AXIOS, "1.14.1")

    assert "Published 38 min ago First seen 36 min ago Seen gone just now Account mallory (person)" in text
    assert "after 2026-03-31 00:00:00 UTC, the last look that did not show it so" in of(
        dossier(AXIOS, "1.14.0", NOW, OK, published_at=None)
    )


def test_the_comparison_with_the_source_is_shown() -> None:
    source = Comparison("c" * 40, NOW, 20, 12, differing=("lib/a.js",), missing=("setup.js",))
    text = of(replace(ok(), source=source))

    assert "Compared with the source at cccccccccccc: 12 of 20 files" in text
    assert "differ lib/a.js" in text
    assert "not in it setup.js" in text
    assert "Its files were not compared with the source." in said(AXIOS, "1.14.0")


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
    assert "Incident: 2 versions of 1 package, opened 36 min ago" in text
    assert "/incident/i1" in shown(AXIOS, "1.14.1").addresses


def test_outside_of_an_incident_the_reasons_say_what_to_do() -> None:
    alone = dossier(AXIOS, "1.14.0", NOW, ROGUE)

    assert "Ask everyone who can publish whether it was them" in of(alone)
    assert "What to do now" in of(dossier(WIDGET, "1.999.0", NOW, ODD))
    assert "What to do now" not in said(AXIOS, "1.14.0")
    assert "What to do now" not in of(replace(alone, waived=True))


def test_who_may_not_see_the_incidents_repository_learns_nothing_of_the_incident() -> None:
    ledger = filled()
    with ledger.writing() as book:
        incident = book.incidents.get("i1")
        assert incident is not None
        book.incidents.put(replace(incident, repository_id=MALLORY))
    page = shown(AXIOS, "1.14.1", ledger, Viewer("alice", 1, frozenset({ALICE})))

    assert "/incident/i1" not in page.addresses
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


def test_what_a_tag_held_before_is_shown_with_whole_digests() -> None:
    before = dossier(IMAGE, "3.4.0", NOW - DAY, OK, files=(File("image", ("sha256:77",)),), seen_at=NOW)

    assert "What this tag held before ✓ compliant sha256:77 from 24 h ago to just now" in of(
        dossier(IMAGE, "3.4.0", NOW, ROGUE), lambda book: book.versions.put_earlier(before)
    )


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


def test_a_hostile_version_makes_no_tag_no_attribute_and_no_link() -> None:
    worst = Finding(
        "no-run", Weight.ABSENT, Confidence.HIGH, f"<b onclick=x>{EVIL}{EVIL}", KEY, ("javascript:alert(1)",)
    )
    evidence = signed(
        **dict.fromkeys(("source", "repository", "ref", "workflow", "event", "commit", "problem", "issuer"), EVIL),
        **dict.fromkeys(("identity", "called", "runner", "log"), EVIL),
        digests=(EVIL,),
    )
    claim = LogClaim("npm", EVIL, EVIL, EVIL, (EVIL,), EVIL)
    step = PublishStep(EVIL, EVIL, 1, EVIL)
    vetting = Vetting(NOW, (EVIL,), (EVIL,), problem=EVIL)
    ledger = filled()
    with ledger.writing() as book:
        kept = dossier(HOSTILE, EVIL, NOW, replace(ROGUE, findings=(worst,)), incident_id="i2")
        book.versions.put(replace(kept, evidence=(evidence,), source=Comparison(EVIL, NOW, differing=(EVIL,))))
        book.runs.put(
            run(
                workflow=EVIL,
                event=EVIL,
                head_sha=EVIL,
                head_branch=EVIL,
                title=EVIL,
                actor=EVIL,
                triggering_actor="<i>",
                url="javascript:alert(1)",
                status=EVIL,
                steps=(step,),
                claims=(claim,),
                vetting=vetting,
            )
        )
        for other in (Waiver(HOSTILE, EVIL, kept.version.fingerprint, EVIL, EVIL, NOW, NOW + DAY),):
            book.incidents.put_waiver(other)
        book.incidents.put_mute(Mute(HOSTILE, Line("release", 1), EVIL, EVIL, NOW, NOW, NOW + DAY))
    page = shown(HOSTILE, EVIL, ledger)

    assert harmless(page)
    assert "<img src=x onerror=alert(1)>" in page.text
    assert "\u202e" not in page.text


def test_a_page_of_a_thousand_findings_and_ten_thousand_files_is_bounded_and_says_what_it_leaves_out() -> None:
    keys = [RunKey(ALICE, 1000 + n, 1) for n in range(100)]
    findings = tuple(
        Finding("no-run", Weight.ABSENT, Confidence.LOW, f"Number {n} {'x' * 3000}", keys[n % 100]) for n in range(1000)
    )
    files = tuple(File(f"{n}.whl", (DIGEST,)) for n in range(10_000))
    kept = dossier(AXIOS, "1.14.0", NOW, replace(ROGUE, findings=findings), files=files)
    evidence = tuple(signed(digests=tuple(f"sha256:{n}" for n in range(1000))) for _ in range(100))
    ledger = filled()
    with ledger.writing() as book:
        book.versions.put(replace(kept, evidence=evidence))
        for key in keys:
            book.runs.put(run(key, NOW, claims=run().claims * 1000, steps=run().steps * 1000))
    answer = client(ledger=ledger).get("/version", query_string={"purl": AXIOS.purl, "number": "1.14.0"})
    text = " ".join(Page(answer.text).text.split())

    assert len(answer.text) < 400_000
    assert "x" * 700 not in text
    for left in (
        f"and {1000 - FINDINGS} more like these",
        f"and {10_000 - FILES:,} more files",
        f"and {101 - RUNS} more runs that it names",
        f"and {100 - RUNS - AROUND} more",
        "and 980 more publish steps",
        "and 980 more",
        "and 80 more",
    ):
        assert left in text


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
