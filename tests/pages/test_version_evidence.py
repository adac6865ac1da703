"""The page of a version shows what its verdict rests on: certificates, runs, files; bounded, and as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.pages.evidence import FILES, RUNS
from app.pages.findings import FINDINGS
from app.pages.version_page import AROUND
from tests.pages.browser import Page, client, filled, harmless
from tests.pages.examples import (
    ALICE,
    AXIOS,
    DIGEST,
    EVIL,
    GRACE,
    HOSTILE,
    IMAGE,
    KEY,
    NOW,
    OK,
    ROGUE,
    WORKFLOW,
    dossier,
    run,
    signed,
)
from tests.pages.told import DAY, of, ok, said, shown
from verifier.model import (
    Approval,
    Comparison,
    Confidence,
    File,
    Finding,
    JobsState,
    Line,
    LogClaim,
    LogState,
    Mute,
    Part,
    PublishStep,
    RunKey,
    Standing,
    Vetting,
    Waiver,
    Weight,
)


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
        (
            {"vetting": Vetting(NOW, approvals=(Approval("npm", "bob", "approved"),))},
            "Environment npm: approved by bob",
        ),
        (
            {"claims": (LogClaim("npm", "axios", "1.14.0", tool="npm", step="Publish", at=NOW),)},
            "no digest (printed by npm in step “Publish” at 2026-03-31 01:00:00 UTC)",
        ),
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


def test_what_a_tag_held_before_is_shown_with_whole_digests() -> None:
    before = dossier(IMAGE, "3.4.0", NOW - DAY, OK, files=(File("image", ("sha256:77",)),), seen_at=NOW)

    assert "What this tag held before ✓ compliant sha256:77 from 24 h ago to just now" in of(
        dossier(IMAGE, "3.4.0", NOW, ROGUE), lambda book: book.versions.put_earlier(before)
    )


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
