"""Reading the past in slices: nothing is left out, nothing is read twice, and it may stop and go on anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.ledger.codec import decode, encode
from verifier.model import backfill
from verifier.model.backfill import Backfill, Gap, Listing, Slice, Uncountable, answered, begun, halves, wanted_since

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REACH = timedelta(days=90)
FILE = ".github/workflows/publish.yml"
CAP, PER_PAGE = 8, 3

seconds = st.integers(0, 400)
moments = st.integers(0, 600).map(lambda n: T0 + n * SECOND)


def new(since: datetime = T0, until: datetime = T0 + 400 * SECOND, lists: tuple[str, ...] = (FILE,)) -> Backfill:
    return begun(7, since, until, (FILE,), lists, timedelta())


class Lists:
    """GitHub's lists of runs (second of creation by id), of releases and of tags, with a small cap."""

    def __init__(self, runs: dict[int, int], others: int) -> None:
        self.runs, self.others = runs, others
        self.asked: list[Slice] = []

    def page(self, one: Slice) -> tuple[list[int], int, str]:
        self.asked.append(one)
        at = int(one.page or 0)
        if one.listing is Listing.RUNS:
            assert one.first is not None
            assert one.last is not None
            held = sorted(id_ for id_, s in self.runs.items() if one.first <= T0 + s * SECOND <= one.last)
        else:
            held = list(range(self.others))
        shown = held[:CAP][at : at + PER_PAGE]
        more = str(at + PER_PAGE) if at + PER_PAGE < min(len(held), CAP) else ""
        return shown, len(held) if one.listing is Listing.RUNS else -1, more


def read(reading: Backfill, lists: Lists) -> tuple[list[int], Backfill]:
    """To its end, forgetting everything but the reading between two pages; the runs that count."""
    found: list[int] = []
    while not reading.finished:
        listing = reading.listing
        items, total, more = lists.page(reading.left[0])
        reading, counts = answered(reading, len(items), total, more, T0)
        reading = decode(Backfill, encode(reading))
        if counts and listing is Listing.RUNS:
            found += items
    return found, reading


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.integers(1, 10_000), seconds, max_size=60), st.integers(0, 7))
def test_every_run_is_read_exactly_once_however_many_there_are_for_githubs_cap(
    runs: dict[int, int], others: int
) -> None:
    crowded = max((sum(s == second for s in runs.values()) for second in runs.values()), default=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backfill, "CAP", CAP)
        if crowded >= CAP:
            with pytest.raises(Uncountable):
                read(new(), Lists(runs, others))
            return
        found, reading = read(new(), Lists(runs, others))

    assert sorted(runs) == sorted(found)
    assert (len(runs), others, others) == (reading.read.runs, reading.read.releases, reading.read.tags)
    assert T0 == reading.finished_at


@given(moments, moments)
def test_two_halves_have_no_second_in_common_and_leave_none_out(one: datetime, other: datetime) -> None:
    first, last = min(one, other), max(one, other)
    whole = Slice(Listing.RUNS, FILE, first, last)
    if first == last:
        with pytest.raises(Uncountable):
            halves(whole)
        return
    later, earlier = halves(whole)

    assert (first, last) == (earlier.first, later.last)
    assert later.first is not None
    assert earlier.last is not None
    assert earlier.last + SECOND == later.first


def test_a_list_that_changes_while_it_is_read_is_read_anew_and_not_for_ever() -> None:
    """A run that is deleted moves the others to earlier pages: the one at the edge would be left out."""
    reading, _ = answered(new(), 3, 7, "next", T0)
    anew, counts = answered(reading, 3, 6, "next", T0)

    assert (False, "") == (counts, anew.left[0].page)
    for total in (5, 4, 3, 2, 1):
        anew, _ = answered(anew, 3, total + 1, "next", T0)
        anew, counts = answered(anew, 3, total, "next", T0)
    assert counts


@given(moments, moments, moments, moments)
def test_a_gap_closes_only_when_everything_in_it_was_read(a: datetime, b: datetime, c: datetime, d: datetime) -> None:
    gap, (since, until) = Gap(min(a, b), max(a, b)), sorted((c, d))
    left = gap.after_reading(since, until)

    if since <= gap.since and gap.until <= until:
        assert left is None or until == gap.since  # nothing of it was read by a reading that ends where it begins
    elif left is not None and left != gap:
        assert since <= gap.since < until == left.since < left.until == gap.until
    else:
        assert left == gap


@given(st.lists(st.tuples(moments, moments), min_size=1, max_size=4), st.permutations(range(4)))
def test_several_gaps_are_one_whatever_order_they_are_noticed_in(spans: list[tuple[datetime, datetime]], order) -> None:
    gaps = [Gap(min(span), max(span), unsent=n == 2) for n, span in enumerate(spans)]
    joined = [gaps[0], gaps[order[0] % len(gaps)]]
    for gap in gaps:
        joined[0] = joined[0].joined(gap)
    for place in order:
        joined[1] = joined[1].joined(gaps[place % len(gaps)])

    assert joined[0] == joined[1]


def test_the_past_is_read_once_then_only_what_a_gap_says_and_anew_for_a_new_workflow() -> None:
    done = replace(new(), left=(), finished_at=T0)
    now = T0 + 10 * DAY

    assert now - REACH == wanted_since(None, None, (FILE,), now, REACH)
    assert now - REACH == wanted_since(new(), None, (FILE,), now, REACH)
    assert None is wanted_since(done, None, (FILE,), now, REACH)
    assert T0 + DAY == wanted_since(done, Gap(T0 + DAY, T0 + 2 * DAY), (FILE,), now, REACH)
    assert now - REACH == wanted_since(done, Gap(T0 - 300 * DAY, T0), (FILE,), now, REACH)
    assert now - REACH == wanted_since(done, None, (FILE, "other.yml"), now, REACH)


def test_nobody_publishes_from_there_so_nothing_is_read() -> None:
    assert new(lists=()).finished


def test_how_much_is_read_only_grows_to_all_of_it() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backfill, "CAP", CAP)
        reading, shares = new(), [0.0]
        lists = Lists({n: n * 9 for n in range(1, 41)}, 5)
        while not reading.finished:
            items, total, more = lists.page(reading.left[0])
            reading, _ = answered(reading, len(items), total, more, T0)
            shares.append(reading.share)

    assert sorted(shares) == shares
    assert 1.0 == shares[-1]
    assert len(set(shares)) > 3
