"""Commands in a comment are read exactly, bounded, and only where a reader sees them as lines of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.commands import MOST, NO_CODE, NO_REASON, READ, REASON, TOO_LONG, TOO_MANY, UNKNOWN, Asked, commands
from verifier.model import DAYS, Verb

CODE = "0123456789abcde"
A = "/artifact-monitor"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", Asked(Verb.HELP)),
        (" help", Asked(Verb.HELP)),
        (" HELP me", Asked(Verb.HELP)),
        (" recheck", Asked(Verb.RECHECK)),
        ("\trecheck please", Asked(Verb.RECHECK)),
        (" acknowledge I look into it", Asked(Verb.ACKNOWLEDGE, "I look into it")),
        (" Acknowledge for 3 days I look", Asked(Verb.ACKNOWLEDGE, "I look", 3)),
        (" acknowledge FOR 1 Day x", Asked(Verb.ACKNOWLEDGE, "x", 1)),
        (" acknowledge for now we wait", Asked(Verb.ACKNOWLEDGE, "for now we wait")),
        (f" mine {CODE} an emergency", Asked(Verb.MINE, "an emergency", code=CODE)),
        (f" mine  {CODE.upper()}   an emergency ", Asked(Verb.MINE, "an emergency", code=CODE)),
        (" mute for 90 days by hand", Asked(Verb.MUTE, "by hand", 90)),
    ],
)
def test_a_command_is_read_in_any_case_and_spacing(line: str, expected: Asked) -> None:
    assert (expected,) == commands(f"Hello,\r\n\r\n  {A.upper()}{line}\r\nbye")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (" dance", UNKNOWN),
        (" acknowledge", NO_REASON),
        (" acknowledge for 3 days", NO_REASON),
        (f" mine {CODE}", NO_REASON),
        (" mine it was me", NO_CODE),
        (f" mine {CODE}0 it was me", NO_CODE),
        (" mute " + "x" * (REASON + 1), TOO_LONG),
    ],
)
def test_what_is_not_understood_is_answered_with_what_to_write(line: str, problem: str) -> None:
    (asked,) = commands(A + line)

    assert problem == asked.problem
    assert ("", None, "") == (asked.reason, asked.days, asked.code)


@pytest.mark.parametrize("verb", DAYS)
@pytest.mark.parametrize(
    "span", ["for 0 days", "for {} days", "for 999999999 days", "for 7 weeks", "for 7days", "for 7"]
)
def test_a_span_beyond_the_bounds_or_in_other_units_is_refused_with_the_bounds(verb: Verb, span: str) -> None:
    (asked,) = commands(f"{A} {verb.value} {span.format(DAYS[verb].most + 1)} because")

    assert f"from 1 to {DAYS[verb].most}" in asked.problem


@pytest.mark.parametrize(
    "text",
    [
        "nothing to say",
        f"> {A} recheck",
        f">{A} recheck",
        f"```\n{A} recheck\n```",
        f"~~~sh\n```\n{A} recheck\n~~~",
        f"````\n```\n{A} recheck\n````\n",
        f"```\n{A} recheck",
        f"    {A} recheck",
        f"\t{A} recheck",
        f"write {A} recheck",
        f"`{A} recheck`",
        f"{A}s recheck",
        f"{A}-bot recheck",
        f"<!--\n{A} recheck\n-->",
        f"text <!-- hidden\n{A} recheck",
        f"- {A} recheck",
    ],
)
def test_what_a_reader_does_not_see_as_a_line_of_its_own_is_no_command(text: str) -> None:
    assert () == commands(text)


@pytest.mark.parametrize(
    "before",
    ["```\ncode\n```\n", "~~~\n~~~\n", "<!-- hidden -->\n", "<!--\nhidden\n-->\n", "> quoted\n", "``` x ```\n"],
)
def test_a_command_after_what_is_no_text_is_read(before: str) -> None:
    assert (Asked(Verb.RECHECK),) == commands(f"{before}{A} recheck")


def test_only_so_many_commands_of_one_comment_are_read_and_that_is_said() -> None:
    found = commands(f"{A} recheck\n" * (MOST + 5))

    assert [Asked(Verb.RECHECK)] * MOST == list(found[:MOST])
    assert (Asked(Verb.HELP, problem=TOO_MANY),) == found[MOST:]


def test_what_stands_behind_the_longest_comment_is_not_read() -> None:
    assert () == commands("x" * READ + f"\n{A} recheck")


PIECES = st.sampled_from(
    [A, "mine", "mute", "acknowledge", "for", "days", CODE, "```", "~~~", ">", "<!--", "-->", "\n"]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60), st.sampled_from(["", " ", "\n"]))
def test_any_text_is_read_within_the_bounds(pieces: list[str], between: str) -> None:
    """Fuzz: no text breaks the reader, and what it gives out is short, printable and within the spans."""
    text = between.join(pieces)
    found = commands(text)

    assert len(found) <= MOST + 1
    assert A in text.lower() or not found
    for asked in found:
        assert len(asked.reason) <= REASON
        assert not [c for c in asked.reason if ord(c) < 32]
        assert asked.days is None or 1 <= asked.days <= DAYS[asked.verb].most
        assert asked.problem or asked.verb in (Verb.HELP, Verb.RECHECK) or asked.reason
        assert asked.problem or (asked.verb is Verb.MINE) == bool(asked.code)
