"""The timeline: a publication with no run under it is seen at once, whatever else is in the picture."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.pages.timeline import LEFT, MOST, RIGHT, Publication, timeline
from tests.pages.examples import ALICE, NOW, run
from verifier.model import RunKey
from verifier.model.standing import Standing

moments = st.integers(0, 10**8).map(lambda seconds: NOW - timedelta(seconds=seconds))
publications = st.lists(
    st.builds(
        Publication, st.text(max_size=5), moments, st.sampled_from(Standing), st.sampled_from(["", "1/1", "2/1"])
    ),
    max_size=30,
)
runs = st.lists(st.builds(lambda n, at: run(RunKey(ALICE, n, 1), at), st.integers(1, 3), moments), max_size=9)


@given(publications, runs)
def test_everything_is_drawn_inside_of_the_picture(published: list[Publication], ran: list[object]) -> None:
    picture = timeline(published, ran)  # type: ignore[arg-type]  # a strategy of runs

    places = [*(d.x for d in picture.dots), *(b.x for b in picture.bars), *(t.x for t in picture.ticks)]
    assert all(LEFT <= x <= RIGHT for x in places)
    assert len(published) == len(picture.dots)


@given(publications, runs)
def test_only_what_a_run_accounts_for_is_tied_and_a_run_is_missing_only_where_there_is_doubt(
    published: list[Publication], ran: list[object]
) -> None:
    picture = timeline(published, ran)  # type: ignore[arg-type]  # a strategy of runs
    newest = sorted(published, key=lambda p: (p.at, p.number))

    for one, dot in zip(newest, picture.dots, strict=True):
        assert one.run or dot.tie is None
        bad = one.standing in (Standing.NON_COMPLIANT, Standing.SUSPECT)
        assert (bad and not one.run) is dot.missing


def test_a_run_that_ends_at_once_can_still_be_seen() -> None:
    at = NOW - timedelta(days=900)
    picture = timeline(
        [Publication("1", at, Standing.COMPLIANT, "41/1"), Publication("2", NOW, Standing.PENDING)],
        [run(RunKey(ALICE, 41, 1), at)],
    )

    assert 4.0 == picture.bars[0].width
    assert [False, True] == [dot.tie is None for dot in picture.dots]
    assert "2 publications, 1 run; without a run under it: 1." == picture.label


def test_only_the_newest_are_drawn() -> None:
    many = [Publication(str(n), NOW - timedelta(days=n), Standing.COMPLIANT) for n in range(MOST + 50)]

    assert MOST == len(timeline(many, ()).dots)
    assert () == timeline((), ()).dots
