"""GitHub's objects are read tolerantly where they vary and exactly where it counts; hostile ones are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import HANDLERS, fields, shapes
from handlers.base import BadPayload
from handlers.payload import DEPTH, parse
from tests.handlers.deliveries import NOW, PAYLOADS, WIDGET, named, payload


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".github/workflows/publish.yml", ".github/workflows/publish.yml"),
        (".github/workflows/publish.yml@main", ".github/workflows/publish.yml"),
        (".github/workflows/publish.yaml@refs/tags/widget@1.2.3", ".github/workflows/publish.yaml"),
        ("dynamic/pages/pages-build-deployment", "dynamic/pages/pages-build-deployment"),
    ],
)
def test_a_workflow_path_loses_its_trailing_ref(path: str, expected: str) -> None:
    assert expected == shapes.workflow_path(path)


@pytest.mark.parametrize("suffix", ["", "@main", "@refs/heads/main"])
def test_a_workflow_file_cannot_borrow_the_name_of_another(suffix: str) -> None:
    """A file may be called `publish.yml@x.yml`; it is not `publish.yml`."""
    assert ".github/workflows/publish.yml@x.yml" == shapes.workflow_path(f".github/workflows/publish.yml@x.yml{suffix}")


def test_a_run_from_githubs_list_reads_like_one_from_a_webhook() -> None:
    """The items of the REST list have the same shape; only the path bears the ref."""
    webhook = payload("workflow_run.completed")["workflow_run"]
    listed = {**webhook, "path": webhook["path"] + "@v1.2.3"}

    assert shapes.run(webhook, WIDGET) == shapes.run(listed, WIDGET)


def test_an_old_run_takes_its_path_from_the_workflow_beside_it() -> None:
    old = payload("workflow_run.completed")
    for key in ("path", "display_title", "triggering_actor", "run_attempt", "run_started_at", "referenced_workflows"):
        del old["workflow_run"][key]
    run = shapes.run(old["workflow_run"], WIDGET, ".github/workflows/publish.yml")

    assert (
        run.workflow,
        run.key.attempt,
        run.title,
        run.triggering_actor,
    ) == (".github/workflows/publish.yml", 1, "Release 1.2.3", "alice")
    assert datetime(2026, 3, 1, 11, 31, tzinfo=UTC) == run.started_at


def test_accounts_are_known_by_their_number_and_one_that_is_gone_has_none() -> None:
    held = payload("workflow_run.completed")["workflow_run"]
    again = {"login": "bob", "id": 77}

    both = shapes.run({**held, "actor": {"login": "alice", "id": 76}, "triggering_actor": again}, WIDGET)
    assert (76, 77) == (both.actor_id, both.triggering_actor_id)
    alone = shapes.run({**held, "actor": again, "triggering_actor": None}, WIDGET)
    assert ("bob", 77) == (alone.triggering_actor, alone.triggering_actor_id)
    gone = shapes.run({**held, "actor": None, "triggering_actor": None}, WIDGET)
    assert (0, 0) == (gone.actor_id, gone.triggering_actor_id)


def test_a_rerun_is_another_attempt_with_its_own_start() -> None:
    run = payload("workflow_run.completed")["workflow_run"]
    again = shapes.run({**run, "run_attempt": 2, "run_started_at": "2026-03-01T13:00:00Z"}, WIDGET)

    assert (2, datetime(2026, 3, 1, 13, tzinfo=UTC)) == (again.key.attempt, again.started_at)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01T11:30:00Z", datetime(2026, 3, 1, 11, 30, tzinfo=UTC)),
        ("2026-03-01T11:30:00.250Z", datetime(2026, 3, 1, 11, 30, 0, 250_000, tzinfo=UTC)),
        ("2026-03-01T22:30:00.000-04:00", datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        (1772364600, datetime(2026, 3, 1, 11, 30, tzinfo=UTC)),
    ],
)
def test_every_form_of_time_becomes_utc(value: object, expected: datetime) -> None:
    read = fields.moment(value, "time")

    assert expected == read
    assert UTC == read.tzinfo


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        True,
        -1,
        2**40,
        1.5,
        "2026-03-01",
        "2026-03-01T11:30:00",
        "20260301T113000Z",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00+12:00",
        "2026-03-01T11:30:00Z\n",
        "٢٠٢٦-03-01T11:30:00Z",
    ],
)
def test_a_time_without_a_zone_or_that_does_not_exist_is_refused(value: object) -> None:
    with pytest.raises(BadPayload, match=r"release\.created_at"):
        fields.moment(value, "release.created_at")


@pytest.mark.parametrize("value", [None, 0, -5, True, 1.0, "7001", 2**63, [7001]])
def test_an_id_that_is_not_a_64_bit_number_is_refused(value: object) -> None:
    with pytest.raises(BadPayload, match=r"workflow_run\.id"):
        shapes.run(named("workflow_run", "workflow_run.completed", id=value)["workflow_run"], WIDGET)


@pytest.mark.parametrize("value", ["x" * 513, "a\x00b", "a\nb", "\ud800", "", None, 7, ["x"]])
def test_a_name_that_cannot_be_kept_as_it_is_is_refused(value: object) -> None:
    """Cut or cleaned it would be another name."""
    with pytest.raises(BadPayload, match=r"repository\.full_name"):
        shapes.repository(named("repository", "release.published", full_name=value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x" * 5000, "x" * 1024),
        ("first\r\nsecond", "first"),
        ("\nfirst", "first"),
        ("a\x00b\ud800", "a\ufffdb\ufffd"),
        ("", "Release 1.2.3"),
    ],
)
def test_a_title_never_makes_a_run_unreadable(value: str, expected: str) -> None:
    """Its author chooses it: it is cut and cleaned, and the run is kept."""
    run = named("workflow_run", "workflow_run.completed", display_title=value)["workflow_run"]

    assert expected == shapes.run(run, WIDGET).title


@pytest.mark.parametrize("value", ["javascript:alert(1)", "https://x.example/ y", "https://" + "x" * 3000, None, 5])
def test_a_link_that_is_no_plain_address_is_dropped(value: object) -> None:
    run = named("workflow_run", "workflow_run.completed", html_url=value)["workflow_run"]

    assert "" == shapes.run(run, WIDGET).url


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"a": 1, "a": 2}', "gives a key twice"),
        (b'{"a": NaN}', "NaN or Infinity"),
        (b'{"a": -Infinity}', "NaN or Infinity"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too long"),
        (b'{"a": ' + b"[" * DEPTH + b"]" * DEPTH + b"}", "nests deeper"),
        (b'{"a": ' + b"[" * 100_000, "nests deeper"),
    ],
)
def test_a_body_that_is_not_strict_json_is_refused_in_words(body: bytes, problem: str) -> None:
    with pytest.raises(BadPayload, match=problem):
        parse(body)


def test_a_body_of_ordinary_depth_is_read() -> None:
    assert {"a": {"b": [1]}} == parse(b'{"a": {"b": [1]}}')


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _paths(held: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, list) else ()
    return [at, *(path for key, child in children for path in _paths(child, (*at, key)))]


@given(st.data())
def test_no_payload_makes_a_reader_raise_anything_but_bad_payload(data: st.DataObject) -> None:
    """Any one value of a real payload replaced by anything, or gone."""
    file = data.draw(st.sampled_from(sorted(PAYLOADS.glob("*.json"))))
    whole = payload(file.stem)
    *way, last = data.draw(st.sampled_from([path for path in _paths(whole) if path]))
    inner: Any = whole
    for step in way:
        inner = inner[step]
    if data.draw(st.booleans()):
        inner[last] = data.draw(JUNK)
    else:
        del inner[last]
    try:
        facts = HANDLERS[file.stem.partition(".")[0]].read(whole, NOW)
    except BadPayload as error:
        assert str(error)
    else:
        assert isinstance(facts, tuple)
