"""A log is written by whatever a workflow runs: it may be anything, and of any size."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evidence.log.dated import END, PRINTED, START, STEP, dated, printed, step
from verifier.evidence.log import MOST_BYTES, MOST_CLAIMS, read_log, readable
from verifier.evidence.log.lines import LONGEST, MOST_LINES, lines
from verifier.model import LogClaim, PublishStep

SAMPLES = [line for path in sorted(PRINTED.iterdir()) for line in printed(path.stem)]
SAID = printed("npm-11")
LINES = st.lists(st.sampled_from(SAMPLES) | st.text(max_size=60), max_size=40)
SECONDS = st.integers(-300, 300)


@given(st.binary(max_size=2_000))
def test_no_bytes_raise_anything(log: bytes) -> None:
    assert () == read_log(log, [STEP])
    assert isinstance(readable(log), bool)


@given(LINES)
def test_no_order_of_known_and_unknown_lines_raises_anything(said: list[str]) -> None:
    for claim in read_log(dated(said), [STEP]):
        assert claim.type
        assert claim.name
        assert claim.at is not None


@given(st.lists(st.tuples(SECONDS, LINES), max_size=6))
def test_no_claim_comes_from_outside_of_the_steps_time(parts: list[tuple[int, list[str]]]) -> None:
    log = b"".join(dated(said, seconds) for seconds, said in parts)

    for claim in read_log(log, [STEP]):
        assert claim.at is not None
        assert START <= claim.at < END + timedelta(seconds=1)


@given(st.lists(st.tuples(SECONDS, LINES), max_size=4), LINES)
def test_what_other_steps_print_changes_no_claim(others: list[tuple[int, list[str]]], said: list[str]) -> None:
    before = b"".join(dated(text, -400 + seconds % 100) for seconds, text in others)
    after = b"".join(dated(text, 200 + abs(seconds)) for seconds, text in others)

    assert read_log(dated(said), [STEP]) == read_log(before + dated(said) + after, [STEP])


@given(LINES, st.lists(st.integers(0, 4_000), max_size=8))
def test_how_the_log_is_cut_into_chunks_changes_nothing(said: list[str], cuts: list[int]) -> None:
    log = dated(said)
    places = sorted({0, len(log), *(cut for cut in cuts if cut < len(log))})
    chunks = [log[a:b] for a, b in pairwise(places)]

    assert read_log(log, [STEP]) == read_log(chunks, [STEP])


@given(
    st.permutations([step(1, 0, 20), step(2, 20, 60), step(3, 60, 60), step(4, 61, 120)]), LINES, st.integers(0, 120)
)
def test_the_order_in_which_steps_are_given_changes_nothing(steps: list[PublishStep], said: list[str], at: int) -> None:
    by_time = sorted(steps, key=lambda one: one.number)

    assert read_log(dated(said, at), by_time) == read_log(dated(said, at), steps)


@given(LINES)
def test_claims_are_told_once_and_in_order(said: list[str]) -> None:
    once, twice = read_log(dated(said), [STEP]), read_log(dated(SAID + said + SAID), [STEP])

    assert len(set(once)) == len(once)
    assert 1 == len([c for c in twice if (c.name, c.version, bool(c.digests)) == ("@scope/pkg", "1.2.3", True)])
    assert sorted(twice, key=lambda claim: str(claim.at)) == list(twice)


def test_nothing_of_a_log_beyond_the_limits_counts() -> None:
    """Half a log would name half of what was published."""
    whole = dated(SAID)
    long, many = whole + b"x" * (MOST_BYTES - len(whole) + 1), whole + b"\n" * MOST_LINES

    assert [1, 0, 0] == [len(read_log(log, [STEP])) for log in (whole, long, many)]
    assert [True, False, False] == [readable(log) for log in (whole, long, many)]


def test_an_endless_log_is_not_read_to_its_end() -> None:
    given_out = 0

    def endless() -> Iterator[bytes]:
        nonlocal given_out
        while True:
            given_out += 1
            yield b"\0" * 1024 * 1024

    assert () == read_log(endless(), [STEP])
    assert given_out <= MOST_BYTES // (1024 * 1024) + 1


def test_a_line_without_end_is_cut_and_the_next_one_is_read() -> None:
    log = dated(["x" * (LONGEST * 3)]) + dated(SAID)

    assert 1 == len(read_log(log, [STEP]))
    assert max(len(line.text) for line in lines([log])) <= LONGEST


def test_what_is_no_log_is_not_readable() -> None:
    assert readable(b"")
    assert readable("\ufeff".encode() + dated(["x"]))
    assert not readable(b"PK\x03\x04")
    assert not readable(b"<html>\n" + dated(["x"]))


def test_what_is_hidden_behind_zeroes_and_broken_text_is_no_claim() -> None:
    broken = [line.replace("+ ", "+ \0").replace("pkg@", "pkg\udcff@") for line in SAID]
    log = b"".join(dated([""])[:-1] + line.encode("utf-8", "surrogateescape") + b"\n" for line in broken)

    assert () == read_log(log, [STEP])


def test_half_a_line_at_the_end_claims_nothing() -> None:
    assert () == read_log(dated([line for line in SAID if line]).removesuffix(b"@scope/pkg@1.2.3\n"), [STEP])


def test_no_more_claims_are_kept_than_the_limit() -> None:
    to = "npm notice Publishing to https://registry.example/ with tag latest and public access"
    said = [text for number in range(MOST_CLAIMS + 500) for text in (to, f"+ p{number}@1.0.0")]

    assert MOST_CLAIMS == len(read_log(dated(said), [STEP]))


EVIL = [
    "npm notice " + "Publishing to " * 2_000,
    "+ " + "@a/" * 10_000,
    "+ @" + "a" * 60_000,
    " " * 60_000 + "x",
    "- Uploading " + "a." * 20_000,
    "Uploading " + "a" * 250 + ".whl" * 60,
    "#1 pushing manifest for " + "a:" * 20_000,
    "2026/01/01 00:00:00 " + "a:" * 300,
    '{"name":' + '"published":true' * 3_000 + "}",
    "{",
    "[" * 30_000,
    "poetry " * 9_000,
    "\x1b[" * 20_000,
    "\x1b[" + "1;" * 30_000,
    "[semantic-release] [@semantic-release/npm] › x" + " " * 30_000 + "Published",
    "Skipping " * 7_000,
    "a/" * 15_000 + "b.whl ... success",
]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from(EVIL), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_lines_made_to_be_slow_are_passed_over_and_hide_nothing(evil: list[str], chance: random.Random) -> None:
    chance.shuffle(evil)
    found: tuple[LogClaim, ...] = read_log(dated([*evil, *SAID]), [STEP])

    assert "@scope/pkg" in {claim.name for claim in found}
