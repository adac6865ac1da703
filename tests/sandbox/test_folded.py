"""What repeats in the demo is folded into one line, and nothing that was said is lost by it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

from rich.console import Console

from sandbox.judged import Judged, folded, line, why
from sandbox.screen import PATIENCE, Screen
from sandbox.tidings import Telling, about, lines
from tests.checks.examples import AT, incident, member
from tests.ledger.examples import version
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Dossier, Posted, Watch
from verifier.model import Artifact, Confidence, Finding, Outcome, Verdict, Weight


def judged(
    name: str, sentence: str, reason: str = "run-active", outcome: Outcome = Outcome.PENDING, number: str = "1.0.0"
) -> Judged:
    weight = Weight.BLINDS if outcome is Outcome.PENDING else Weight.CONTRADICTS
    finding = Finding(reason, weight, Confidence.LOW, sentence)
    dossier = Dossier(version(number, Artifact(f"pkg:npm/{name}")))
    return Judged(dossier, Verdict(outcome, Confidence.LOW, (finding,)))


def telling(name: str, *channels: str, first: bool = False) -> Telling:
    held = incident(member(name=f"pkg:npm/{name}"))
    posts = [Posted(held.id, channel, "1", f"https://x.example/{name}", "a", True, AT) for channel in channels]
    return about(held, AT).heard([(post, first) for post in posts])


def test_versions_with_one_answer_for_one_reason_are_counted_and_the_first_are_named() -> None:
    (alike,) = folded([judged(f"p{n:02}", "Its run goes on.") for n in range(38)])

    assert "… 38 versions  pending (low): p00@1.0.0, p01@1.0.0, p02@1.0.0 and 35 more" == line(alike)
    assert ["Its run goes on."] == why(alike)


def test_another_answer_or_reason_stands_apart_and_what_is_surest_comes_first() -> None:
    going, silent = judged("a", "Its run goes on."), judged("b", "GitHub is silent.", "github-silent")
    rogue = judged("c", "No run.", "no-run", Outcome.NON_COMPLIANT)

    assert [[rogue], [going], [silent]] == folded([going, silent, rogue])


def test_a_sentence_that_names_something_else_for_each_is_not_said_of_all() -> None:
    (alike,) = folded([judged("a", "Line 1.x is blind."), judged("b", "Line 2.x is blind.")])

    assert ["Line 1.x is blind. (The others alike.)"] == why(alike)


def test_channels_that_are_told_the_same_share_a_line_and_what_is_filed_is_shown_with_its_address() -> None:
    one = telling("axios", "issue", first=True).heard([(Posted("1", "route/slack", "", "", "a", True, AT), True)])

    assert ["Slack: axios 1.14.1 was not published by your CI", "issue filed: https://x.example/axios"] == [
        said.text for said in lines([one])
    ]


def test_one_sentence_about_several_incidents_is_one_line_with_a_count() -> None:
    many = [telling(name, "issue", "route/slack", "route/webhook") for name in ("a", "b", "c", "d", "e")]

    assert [
        "Slack, webhook, issue, of 5 incidents: a 1.14.1, b 1.14.1, c 1.14.1 and 2 more was not published by your CI"
    ] == [said.text for said in lines(many)]


def test_incidents_whose_channels_differ_stand_apart() -> None:
    apart = [telling("a", "route/slack"), telling("b", "route/webhook")]

    assert ["Slack: a 1.14.1", "webhook: b 1.14.1"] == [said.text.partition(" was")[0] for said in lines(apart)]


def test_what_is_pending_for_a_moment_is_shown_with_its_outcome_alone() -> None:
    rogue = judged("a", "No run.", "no-run", Outcome.NON_COMPLIANT)

    assert ["✘ a@1.0.0  non-compliant (low)", "No run."] == shown((0, judged("a", "Not read.")), (60, rogue))


def test_what_stays_pending_is_shown_once_with_the_time_since_when() -> None:
    pending, wait = judged("a", "Not read."), int(PATIENCE.total_seconds())

    assert [f"… a@1.0.0  pending (low) since {AT:%H:%M:%S}", "Not read."] == shown(
        (0, pending), (wait, pending), (2 * wait, pending)
    )


def test_reasons_that_stand_above_are_not_said_again() -> None:
    first, second = (judged("a", "No run.", "no-run", Outcome.NON_COMPLIANT, number) for number in ("1.0.0", "1.0.1"))

    assert [
        "✘ a@1.0.0  non-compliant (low)",
        "No run.",
        "✘ a@1.0.1  non-compliant (low), for the same reasons as a@1.0.0",
    ] == shown((0, first), (60, second))


def shown(*judgements: tuple[int, Judged]) -> list[str]:
    """What the terminal shows of them, each so many seconds after the first, without times."""
    paper, ledger = io.StringIO(), memory_ledger()
    screen = Screen(Console(width=200, file=paper))
    for seconds, one in judgements:
        with ledger.writing() as book:
            book.versions.put_watch(Watch(one.dossier.version.artifact, AT - timedelta(days=400)))
            book.versions.put(replace(one.dossier, verdict=one.verdict))
        screen.changes(ledger, AT + timedelta(seconds=seconds))
    screen.finish()
    return [text[21:].strip() for text in paper.getvalue().splitlines()]
