"""A repository's past from GitHub's lists: all of it, once, and after a kill from where it stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.jobs import backfill as job
from checks.base import Permanent, Temporary
from sandbox.github import actions
from tests.missed.stage import DAY, FILE, HOUR, MISSED, WIDGET, Killed, Stage, past
from verifier.model import Publisher, PublishersSet, Repository, Run
from verifier.model import backfill as plan
from verifier.model.backfill import Gap


def started(*, lost: bool = True) -> Stage:
    """At the end of the story; only the installation was heard of, or everything."""
    stage = Stage()
    webhooks = stage.all_webhooks()
    stage.hear(webhooks[:1] if lost else webhooks)
    return stage


def small_pages(patch: pytest.MonkeyPatch) -> None:
    """GitHub's cap met at once, and many pages: what thousands of runs would do."""
    patch.setattr(plan, "CAP", 4)
    patch.setattr(actions, "MOST_RUNS", 4)
    patch.setattr(job, "PER_PAGE", 2)


def runs(stage: Stage) -> dict[tuple[int, int], Run]:
    return {(run.key.run_id, run.key.attempt): run for run in stage.past()["runs"]}


def test_what_no_webhook_told_of_is_read_from_githubs_lists() -> None:
    told, untold = started(lost=False), started()
    untold.read_past()
    heard, read = runs(told), runs(untold)

    # What ran before the installation no webhook told of; the lists hold it too.
    assert {(100, 1), (100, 2), (101, 1)} == set(heard)
    assert heard == {key: read[key] for key in heard}
    assert 4 == len(set(read) - set(heard))
    assert told.past()["releases"] == untold.past()["releases"]
    tags = {ref.name: ref.commit for ref in untold.past()["tags"]}
    assert {ref.name: ref.commit for ref in told.past()["tags"] if not ref.gone}.items() <= tags.items()
    assert "nightly" not in tags


def test_the_gap_closes_when_all_is_read_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "PAGES", 1)
    stage = started()
    with stage.ledger.writing() as book:
        book.repositories.put_gap(WIDGET, Gap(MISSED.installed, MISSED.installed + DAY))
    gaps = []
    for _ in range(20):
        gaps.append(stage.gap())
        if job.backfill(stage.deps, WIDGET) is None:
            break

    assert None not in gaps
    assert len(gaps) > 2
    assert None is stage.gap()
    with stage.ledger.reading() as book:
        assert MISSED.until == book.runs.listed_at(WIDGET, MISSED.installed + HOUR)


def test_a_gap_that_grew_while_it_was_read_stays_open_for_what_came_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "PAGES", 1)
    stage = started()
    job.backfill(stage.deps, WIDGET)
    later = MISSED.until + 2 * HOUR
    with stage.ledger.writing() as book:
        book.repositories.put_gap(WIDGET, Gap(MISSED.installed, later))
    stage.set_clock(later)
    left = []
    while job.backfill(stage.deps, WIDGET) is not None:
        left.append(stage.gap())

    assert Gap(MISSED.until, later) in left
    assert None is stage.gap()


@pytest.mark.parametrize("number", range(1, 12))
def test_killed_at_any_question_it_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    small_pages(monkeypatch)
    whole = started()
    whole.read_past()
    stage = started()
    stage.transport.break_at = number
    with pytest.raises(Killed):
        stage.read_past()
    before = stage.reading()
    stage.transport.break_at = -1
    stage.restarted()
    stage.read_past()

    assert whole.past() == stage.past()
    assert whole.reading() == stage.reading()
    again = stage.transport.lists()
    assert len(again) <= len(whole.transport.lists()) + 1
    assert before is None or len(again) == len(set(again)) or again.count(max(again, key=again.count)) == 2


def test_a_page_that_does_not_come_loses_nothing_that_came(monkeypatch: pytest.MonkeyPatch) -> None:
    small_pages(monkeypatch)
    stage = started()
    monkeypatch.setattr(job, "PAGES", 3)
    job.backfill(stage.deps, WIDGET)
    before = stage.reading()
    monkeypatch.setattr(type(stage.world), "out", lambda *_: True)
    with pytest.raises(Temporary):
        job.backfill(stage.deps, WIDGET)

    assert before == stage.reading()
    assert before is not None
    assert before.read.runs


def test_two_workers_do_not_count_one_page_twice() -> None:
    stage = started()
    found = job._going_on(stage.deps, stage.deps.github(installation(stage)), stage_repository(stage))
    assert found is not None
    with stage.ledger.writing() as book:
        book.missed.put_backfill(replace(found, moved_at=MISSED.until))
    with pytest.raises(Temporary, match="another worker"):
        job._page(stage.deps, stage.deps.github(installation(stage)), stage_repository(stage), found)


def stage_repository(stage: Stage) -> Repository:
    with stage.ledger.reading() as book:
        found = book.repositories.get(WIDGET)
    assert found is not None
    return found


def installation(stage: Stage) -> int:
    return stage_repository(stage).installation_id or 0


def test_nothing_is_read_twice_and_a_new_publishers_past_is_read_when_it_comes() -> None:
    stage = started()
    stage.read_past()
    asked = len(stage.transport.asked)
    assert 1 == stage.read_past()
    assert [f"GET /repositories/{WIDGET}"] == stage.transport.asked[asked:], "only whether it is still there"
    with stage.ledger.writing() as book:
        artifact = MISSED.packages[0].artifact
        book.record(PublishersSet(WIDGET, "config", (Publisher(artifact, WIDGET, 1, (FILE, "x.yml")),)), MISSED.until)
    stage.read_past()

    assert len(stage.transport.asked) > asked
    # Of x.yml GitHub knows no run: others may call it, so all runs are read.
    assert any("/actions/runs?created=" in question for question in stage.transport.asked)


def test_a_second_with_more_runs_than_github_lists_is_said_and_closes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    small_pages(monkeypatch)
    stage = started()
    repo = stage.world.repos[WIDGET]
    one = repo.runs[101, 1]
    for id_ in range(2000, 2005):
        repo.runs[id_, 1] = replace(one, id=id_)
    with stage.ledger.writing() as book:
        book.repositories.put_gap(WIDGET, Gap(MISSED.installed, MISSED.installed))
    with pytest.raises(Permanent, match="within one second"):
        stage.read_past()

    assert None is not stage.gap()


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_any_order_and_repetition_of_deliveries_and_a_backfill_gives_the_same_ledger(data: st.DataObject) -> None:
    stage = started(lost=False)
    stage.read_past()
    expected = stage.past()
    first, *rest = Stage().all_webhooks()
    order = data.draw(st.permutations([*rest, *data.draw(st.lists(st.sampled_from(rest), max_size=3))]))
    place = data.draw(st.integers(0, len(order)))
    other = Stage()
    other.all_webhooks()
    other.hear([first, *order[:place]])
    other.read_past()
    other.hear(order[place:])

    assert expected == other.past()


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_whichever_deliveries_are_lost_a_backfill_makes_good_for_runs_releases_and_tags(data: st.DataObject) -> None:
    """But not for what GitHub's lists cannot tell: who pushed a tag, and a tag that was deleted again."""
    whole = started(lost=False)
    whole.read_past()
    stage = Stage()
    first, *rest = stage.all_webhooks()
    lost = data.draw(st.sets(st.sampled_from([w.id for w in rest if w.event != "delete"])))
    stage.hear([first, *(w for w in rest if w.id not in lost)])
    stage.read_past()
    expected, found = whole.past(), stage.past()

    assert expected["runs"] == found["runs"]
    assert expected["releases"] == found["releases"]
    shown = [{ref.name: ref.commit for ref in held["tags"] if not ref.gone} for held in (expected, found)]
    assert shown[0] == {name: sha for name, sha in shown[1].items() if name != "nightly"}


def test_the_property_looks_at_something() -> None:
    stage = started(lost=False)
    stage.read_past()
    with stage.ledger.reading() as book:
        found = past(book)

    assert (7, 1) == (len(found["runs"]), len(found["releases"]))
    assert {True, False} == {ref.gone for ref in found["tags"]}
