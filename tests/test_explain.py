"""`explain` shows what a verdict stands on: how far evidence carries, and what GitHub and the log said of the run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.explain.case_words import shown
from app.explain.said import said_of
from app.explain.version import explain, of_version
from tests.jobs.configured import DAY, FILE, GEAR, World
from tests.verdict.cases import LATER, NOON, case, run, signed, version
from tests.verdict.test_incident import ROGUE
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Dossier
from verifier.model import (
    Acknowledgement,
    Answer,
    Case,
    Command,
    Commit,
    Comparison,
    Line,
    LogClaim,
    LogState,
    Mute,
    Standing,
    Verb,
    VersionSeen,
    Vetting,
    Waiver,
)
from verifier.verdict import decide
from verifier.verdict.incident import member_of, place

HOSTILE = "x\x1b[31m\u202e\nCompared"


def said(**changes: Any) -> str:
    """What is said of a version with a case like this."""
    made: Case = case(version(), **changes)
    return explain(Dossier(made.version), made, decide(made, LATER), [])


@pytest.mark.parametrize(
    ("standing", "word"),
    [
        (Standing.VERIFIED, "npm attestation: verified\n"),
        (Standing.PROMISED, "npm attestation: verified, only promised by its log\n"),
        (Standing.FAILED, "npm attestation: failed: its subject is another file\n"),
        (Standing.STATED, "npm attestation: cannot be checked here: its subject is another file\n"),
        (Standing.UNREADABLE, "npm attestation: unreadable: its subject is another file\n"),
    ],
)
def test_each_piece_of_evidence_is_shown_with_how_far_it_carries_and_why(standing: Standing, word: str) -> None:
    proven = standing in (Standing.VERIFIED, Standing.PROMISED)
    shown = said(evidence=(signed(standing=standing, problem="" if proven else "its subject is another file"),))

    assert word in shown
    assert "run 1/1 of alice/widget" in shown
    assert ("(unproven) run 1/1" in shown) is not proven


def test_evidence_that_is_not_read_is_not_shown_as_absent() -> None:
    assert "attestations that are not read yet" in said(evidence=None)
    assert "evidence" not in said(evidence=())


def test_what_github_said_about_a_runs_source_is_shown() -> None:
    vetting = Vetting(
        NOON,
        asked=("refs/heads/main", "refs/heads/1.x"),
        reachable_from=("refs/heads/main",),
        stood=True,
        commit=Commit("a" * 40, signed=True, pull_requests=(12, 13)),
    )
    shown = said(runs=(run(vetting=vetting),))

    for part in (
        "reachable from refs/heads/main\n",
        "signed; brought by pull request #12, #13\n",
        "as it stood on the",
    ):
        assert part in shown


@pytest.mark.parametrize(
    ("vetting", "words"),
    [
        (None, ("not asked about yet",)),
        (
            Vetting(NOON, asked=("refs/heads/main",)),
            ("none of the refs that were asked about (1)", "not known whether"),
        ),
        (
            Vetting(NOON, stood=False, commit=Commit("a" * 40)),
            ("never stood like this", "signature not known; pull req"),
        ),
        (Vetting(NOON, commit=Commit("a" * 40, signed=False, pull_requests=())), ("not signed; no pull request",)),
        (Vetting(NOON, problem="GitHub did not answer"), ("problem   GitHub did not answer",)),
    ],
)
def test_what_is_missing_unknown_or_wrong_about_a_runs_source_is_told_apart(
    vetting: Vetting | None, words: tuple[str, ...]
) -> None:
    shown = said(runs=(run(vetting=vetting),))

    assert all(word in shown for word in words)


def test_a_runs_own_word_is_shown_as_what_its_log_says() -> None:
    claims = (
        LogClaim("npm", "widget", "1.2.3", digests=("sha1:ab",)),
        LogClaim("pypi", "widget", file="widget.whl", staged=True),
        *(LogClaim("npm", f"sibling-{number}", "1.0.0") for number in range(5)),
    )
    shown = said(runs=(run(log=LogState.READ, claims=claims),))

    assert "log       says it published widget@1.2.3, sha1:ab\n" in shown
    assert "log       says it staged widget (widget.whl), no digest\n" in shown
    assert "log       … and 2 more\n" in shown


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (LogState.UNREAD, "log       not read\n"),
        (LogState.GONE, "gone at GitHub"),
        (LogState.REFUSED, "refused"),
        (LogState.READ, "names nothing"),
    ],
)
def test_a_log_that_says_nothing_is_told_from_one_that_was_not_read(state: LogState, word: str) -> None:
    assert word in said(runs=(run(log=state),))


def test_the_comparison_with_the_source_is_shown() -> None:
    paths = tuple(f"lib/{number}.js" for number in range(7))
    shown = said(source=Comparison("c" * 40, NOON, files=20, compared=12, differing=paths, missing=("setup.js",)))

    assert "Compared with the source at cccccccccccc: 12 of 20 files\n" in shown
    assert "lib/4.js and 2 more\n" in shown
    assert "not in it: setup.js\n" in shown
    assert "could not be compared" in said(source=Comparison("", NOON, problem="No tag."))
    assert "were not compared" in said()


def test_text_from_outside_moves_no_cursor_and_makes_no_line_of_its_own() -> None:
    vetting = Vetting(NOON, reachable_from=(HOSTILE,), problem=HOSTILE)
    lines = said(
        evidence=(
            signed(source=HOSTILE, repository=HOSTILE, ref=HOSTILE, problem=HOSTILE),
            signed(run=None, identity=HOSTILE),
        ),
        runs=(run(vetting=vetting, claims=(LogClaim("npm", HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), HOSTILE),)),),
        source=Comparison(HOSTILE, NOON, differing=(HOSTILE,), missing=(HOSTILE,)),
    )

    assert not {"\x1b", "\u202e"} & set(lines)
    assert 1 == sum(line.startswith("Compared") for line in lines.splitlines())


def test_what_people_said_of_a_version_is_shown_and_harmless() -> None:
    made, ledger = version(), memory_ledger()
    incident = place((), 7, member_of(made, ROGUE, NOON, NOON, waived=False), NOON)
    incident = replace(incident, acknowledged=Acknowledgement("dave", HOSTILE, NOON, LATER))
    with ledger.writing() as book:
        book.incidents.put(incident)
        for fingerprint in (made.fingerprint, "sha256:other"):
            book.incidents.put_waiver(
                Waiver(made.artifact, made.number, fingerprint, "carol", "an emergency", NOON, LATER)
            )
        book.incidents.put_mute(Mute(made.artifact, made.line, "erin", "by hand", NOON, NOON, LATER))
        book.incidents.put_mute(Mute(made.artifact, Line("rc", 9), "frank", "by hand", NOON, NOON, LATER))
        for id, verb, problem in (("a", Verb.MINE, ""), ("b", Verb.HELP, "That is no command.")):
            book.incidents.put_command(Command(id, incident.id, 7, verb, 5, "carol", NOON, problem=problem))
        book.incidents.put_answer(Answer("a", incident.id, True, "Waived.", LATER))
        lines = "\n".join(said_of(book, Dossier(made, incident_id=incident.id), shown))

    assert "by carol, " in lines
    assert ("these files: an emergency", "other files: an emergency") == tuple(
        line.split(", ")[-1] for line in lines.splitlines() if "waived" in line
    )
    assert "line muted    by erin" in lines
    assert "frank" not in lines
    assert "carol: mine → Waived." in lines
    assert "carol: what is no command → not answered yet" in lines
    assert "\\u001b" in lines
    assert "\x1b" not in lines


def test_nothing_is_shown_where_nobody_said_anything() -> None:
    with memory_ledger().reading() as book:
        assert () == said_of(book, Dossier(version()), shown)


def test_what_a_changed_configuration_would_loosen_is_shown_with_when_it_acts() -> None:
    """Somebody who adds a workflow and publishes from it within the day must be able to see why that alarms."""
    world = World()
    world.push(FILE)
    world.push(FILE.replace("[a.yml]", "[a.yml, b.yml]"))
    with world.parts.ledger.writing() as book:
        book.record(VersionSeen(replace(version(), artifact=GEAR)), NOON)
    shown = of_version(world.parts.deps, GEAR.purl, "1.2.3")
    world.wait(DAY)

    assert "alice/widget was changed; what loosens acts from 2026-03-03 12:00:00 UTC on:" in shown
    assert "workflow .github/workflows/b.yml may publish." in shown
    assert "was changed" not in of_version(world.parts.deps, GEAR.purl, "1.2.3")
