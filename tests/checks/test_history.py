"""What happened to an incident is told step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checks.history import SHOWN, steps
from checks.report import report
from tests.checks.examples import AT, HOSTILE, incident, member, subject
from verifier.model import Artifact, Notice, NoticeKind

HOUR = timedelta(hours=1)
OPENED = Notice(NoticeKind.OPENED, "i", None, "", AT)


def of(number: str, kind: NoticeKind = NoticeKind.ROGUE, hours: int = 0) -> Notice:
    return Notice(kind, "i", Artifact("pkg:npm/axios"), number, AT + hours * HOUR)


def test_each_step_is_one_line_with_who_and_why() -> None:
    told = steps([OPENED, Notice(NoticeKind.ACKNOWLEDGED, "i", None, "", AT + HOUR, "bob", "looking")])

    assert ["- 2026-03-31 00:21:58 UTC: opened", "- 2026-03-31 01:21:58 UTC: acknowledged by `bob`: looking"] == told


def test_what_happened_to_many_versions_at_once_is_one_line() -> None:
    (line,) = steps([of(f"1.0.{n}") for n in range(84)])

    assert "`axios` `1.0.0`" in line
    assert line.endswith("and 79 more versions non-compliant")


def test_a_long_history_shows_its_beginning_and_its_newest_steps() -> None:
    told = steps([of("1", hours=n) for n in range(50)])

    assert SHOWN + 1 == len(told)
    assert "30 more steps" in told[1]
    assert told[-1].startswith(f"- {AT + 49 * HOUR:%Y-%m-%d %H}")


def test_every_kind_of_step_has_words() -> None:
    for kind in NoticeKind:
        assert steps([of("1", kind)])


def test_a_report_tells_of_steps_only_once_something_followed_the_alert() -> None:
    about = subject(incident(member()))
    first = replace(OPENED, at=about.incident.opened_at)

    assert () == report(replace(about, history=(first,))).steps
    later = replace(of("1.14.1", NoticeKind.REMOVED), at=about.incident.opened_at + HOUR)
    assert 2 == len(report(replace(about, history=(first, later))).steps)


@given(st.sampled_from(HOSTILE) | st.text(), st.sampled_from(HOSTILE) | st.text(), st.sampled_from(list(NoticeKind)))
def test_nobody_makes_structure_by_what_they_say(by: str, note: str, kind: NoticeKind) -> None:
    html = MarkdownIt("js-default").render("\n".join(steps([replace(of("1", kind), by=by, note=note)])))

    assert 1 == html.count("<li>")
    assert "href" not in html
    assert "<script" not in html
