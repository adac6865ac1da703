"""Our answers stand in one comment that hostile text cannot break and strangers cannot flood."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from checks import answers, check_run, issue
from checks.answers import REFUSED, SHOWN, comment, offered, shown
from checks.base import Answered, Gone
from handlers.commands import commands
from tests.checks.examples import AT, CASES, HOSTILE, incident, member, subject, suspect
from tests.checks.fake import FakeGitHub
from verifier.ledger.protocol import Posted
from verifier.model import Answer, Command, IncidentState, Verb
from verifier.verdict.commands import code_of

INCIDENT = CASES["rogue"]
PLACE = "/repos/axios/axios"


def answered(number: int = 1, *, accepted: bool = True, **more: str) -> Answered:
    at = AT + timedelta(minutes=number)
    given = Command(
        f"c{number}", INCIDENT.id, 10, Verb.MINE, 5, more.get("actor", "carol"), at, url=more.get("url", "")
    )
    said = more.get("sentence", f"Answer {number}.")
    return given, Answer(given.id, INCIDENT.id, accepted, said, at + timedelta(seconds=9))


def test_an_answer_says_who_asked_what_and_when_and_what_became_of_it() -> None:
    text = comment(INCIDENT, [answered(url="https://github.example/axios/axios/issues/1#issuecomment-7")])

    line = (
        "- 2026-03-31 00:22:58 UTC, `carol`, [mine](<https://github.example/axios/axios/issues/1#issuecomment-7>): ✔ "
        "Answer 1. (2026-03-31 00:23:07 UTC)"
    )
    assert line in text.splitlines()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_on_its_line(text: str) -> None:
    said = comment(INCIDENT, [answered(actor=text, url=text, sentence=text)])
    plain = comment(INCIDENT, [answered()])

    assert plain.count("\n") == said.count("\n")
    assert _structure(plain) == _structure(said)


def _structure(text: str) -> set[str]:
    """The kinds of everything that a reader of Markdown makes of it: links, images, HTML, headings."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}


def test_our_own_comment_holds_no_command() -> None:
    """Read by our own reader it asks for nothing: what stands in it to be copied is a block."""
    assert () == commands(comment(INCIDENT, [answered()]))
    assert () == commands(issue.render(subject(INCIDENT)).body["body"])


def test_the_newest_are_shown_and_refusals_push_nothing_out() -> None:
    many = [answered(number) for number in range(SHOWN + 5)]
    flood = [answered(100 + number, accepted=False, actor="stranger") for number in range(500)]

    assert many[5:] == shown(many)
    assert [*many[-SHOWN + REFUSED :], *flood[-REFUSED:]] == shown([*many, *flood])


def test_what_waits_for_a_second_person_is_no_refusal() -> None:
    given, said = answered(accepted=False)
    waits = given, replace(said, waits=True)

    assert "… Answer 1." in comment(INCIDENT, [waits])
    assert "✘ Answer 1." in comment(INCIDENT, [(given, said)])


def test_the_longest_comment_stays_within_githubs_limit() -> None:
    url = "https://github.example/" + "x" * 1900
    long = [answered(number, actor="x" * 500, sentence="&" * 5000, url=url) for number in range(50)]
    text = comment(INCIDENT, long)

    assert len(text) < 65_536
    assert f"{long[-1][0].at:%H:%M:%S} UTC, " in text, "the newest is never left out"


def test_a_comment_is_made_found_again_by_its_author_and_edited() -> None:
    github = FakeGitHub()
    assert answers.find(INCIDENT, PLACE, "1", github) is None
    made = answers.create(comment(INCIDENT, [answered()]), PLACE, "1", github)

    assert made == answers.find(INCIDENT, PLACE, "1", github)
    assert answers.find(replace(INCIDENT, id="other"), PLACE, "1", github) is None
    answers.update("text", PLACE, made[0], github)
    assert "text" == github.items["comments"][0]["body"]
    github.items["comments"][0] |= {"body": comment(INCIDENT, [answered()]), "performed_via_github_app": None}
    assert answers.find(INCIDENT, PLACE, "1", github) is None, "a marker that somebody copied"
    github.items["comments"].clear()
    with pytest.raises(Gone):
        answers.update("text", PLACE, made[0], github)


def test_the_lines_to_copy_are_commands_that_are_understood_and_bound_to_what_stands_open() -> None:
    block = "\n".join(line.strip() for line in offered(INCIDENT) if "```" not in line)
    found = commands(block)

    assert [Verb.MINE, Verb.MUTE, Verb.ACKNOWLEDGE] == [asked.verb for asked in found]
    assert [""] * 3 == [asked.problem for asked in found]
    assert code_of(INCIDENT) == found[0].code


def test_a_mute_is_not_offered_where_it_silences_nothing() -> None:
    assert "mute" not in "".join(offered(CASES["contradicted"]))


def test_a_check_run_has_buttons_while_it_is_open_and_none_when_it_is_settled() -> None:
    held = incident(suspect())
    buttons = check_run.render(subject(held)).body["actions"]

    assert ["acknowledge", f"mine-{code_of(held)}", f"mute-{code_of(held)}"] == [b["identifier"] for b in buttons]
    limits = {"label": 20, "description": 40, "identifier": 20}
    assert all(0 < len(button[key]) <= most for button in buttons for key, most in limits.items())
    assert [] == check_run.render(subject(CASES["waived"])).body["actions"]


def test_where_there_is_no_issue_the_check_run_shows_the_answers() -> None:
    shown_ = check_run.render(subject(incident(suspect()), answered=(answered(),))).body["output"]["text"]

    assert "### Answers\n\n- 2026-03-31 00:22:58 UTC, `carol`, `mine`: ✔ Answer 1." in shown_
    assert "Answers" not in check_run.render(subject(incident(suspect()))).body["output"]["text"]


@pytest.mark.parametrize(
    ("state", "was_open", "sent"),
    [
        (IncidentState.OPEN, True, "open"),
        (IncidentState.OPEN, False, "open"),
        (IncidentState.ACKNOWLEDGED, True, None),
        (IncidentState.ACKNOWLEDGED, False, "open"),
    ],
)
def test_an_issue_that_is_looked_after_stays_as_people_left_it(
    state: IncidentState, was_open: bool, sent: str | None
) -> None:
    github, about = FakeGitHub(), subject(incident(member(), state=state))
    post = issue.render(about)
    ref, url = issue.create(about, post, github)
    issue.update(about, post, Posted(INCIDENT.id, "issue", ref, url, "", was_open, AT), github)

    assert sent == github.asked[-1][2].get("state")
