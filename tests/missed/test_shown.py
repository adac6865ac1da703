"""What people see of it: the health page, the API's shapes, the doctor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.api.backfill_shapes import BackfillShown
from app.doctor import deliveries as doctor_deliveries
from app.pages import troubles
from handlers.missed import Attempt
from verifier.model.backfill import Backfill, Counts, Gap, Listing, Slice
from verifier.model.sweep import Sweep

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
READING = Backfill(
    7, NOW - HOUR, NOW, ("p.yml",), (Slice(Listing.RELEASES), Slice(Listing.TAGS)), Counts(1230, 0, 0, 13), seconds=60
)
OK = Attempt(1, "a", NOW - 2 * HOUR, ok=True, event="workflow_run", action="completed")
FAILED = replace(OK, id=2, guid="b", at=NOW - HOUR, ok=False)


def page(**more: object) -> troubles.Troubles:
    seen = troubles.Seen((), (), {}, NOW, names={7: "octo/widget"})
    return troubles.roll_up(replace(seen, **more), NOW, full=True)  # type: ignore[arg-type]  # fields by their names


def test_a_gap_and_a_lost_webhook_are_trouble_and_reading_the_past_is_not() -> None:
    gap = page(gaps={7: Gap(NOW - HOUR, NOW)})
    lost = page(sweep=Sweep(NOW, NOW, lost=3, lost_since=NOW - HOUR))
    reading = page(reading=(READING,))

    assert (False, ["Gaps in GitHub's webhooks"]) == (gap.well, [group.title for group in gap.groups])
    assert (False, ["Webhooks that did not come"]) == (lost.well, [group.title for group in lost.groups])
    assert "3 webhooks" in lost.groups[0].rows[0].sentence
    assert (True, ()) == (reading.well, reading.groups)
    (row,) = reading.reading
    assert ("octo/widget", NOW - HOUR) == (row.about, row.since)
    assert "About 90 %" in row.sentence
    assert "1,230 runs" in row.sentence


def test_the_api_says_what_is_missing_and_how_far_it_is_read() -> None:
    shown = BackfillShown.of(7, Gap(NOW - HOUR, NOW), READING)
    waiting = BackfillShown.of(7, Gap(NOW - HOUR, NOW), replace(READING, left=(), finished_at=NOW))

    assert (NOW - HOUR, Listing.RELEASES, 90, 1230) == (shown.missing_since, shown.listing, shown.percent, shown.runs)
    assert (NOW - HOUR, None, 0) == (waiting.missing_since, waiting.listing, waiting.percent)


def test_the_doctor_says_whether_github_reaches_us() -> None:
    many = [replace(OK, id=n, guid=str(n)) for n in range(3, 40)]

    assert None is doctor_deliveries.judged([], NOW)[0]
    assert None is doctor_deliveries.judged([replace(OK, at=NOW - 30 * HOUR)], NOW)[0]
    assert True is doctor_deliveries.judged([OK], NOW)[0]
    assert True is doctor_deliveries.judged([FAILED, *many], NOW)[0]
    ok, sentence, advice = doctor_deliveries.judged([OK, FAILED], NOW)
    assert (False, "1 of the last 2 deliveries within a day failed, the last at 11:00 UTC") == (ok, sentence)
    assert "docs/missed-webhooks.md" in advice
    assert None is doctor_deliveries.judged([replace(OK, at=NOW), FAILED], NOW)[0]
