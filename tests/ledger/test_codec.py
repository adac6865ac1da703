"""Facts and model types as text: whole, canonical, and readable by the next version."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.examples import T0, incident, tag, verdict, version
from tests.ledger.test_order import all_facts
from tests.ledger.test_record import STORY
from verifier.ledger.codec import (
    KINDS,
    REMEMBERED,
    Undecodable,
    decode,
    decode_fact,
    encode,
    encode_fact,
    remember,
)
from verifier.ledger.protocol import Dossier
from verifier.model import Artifact, Fact, Incident, Member, Outcome, Ref, Version


@given(all_facts)
def test_every_fact_comes_back_whole(fact: Fact) -> None:
    """What is written is what is read, and writing it again gives the same text."""
    kind, text = encode_fact(fact)

    assert fact == decode_fact(kind, text)
    assert (kind, text) == encode_fact(decode_fact(kind, text))


def test_there_is_an_example_of_every_kind_of_fact() -> None:
    """No kind of fact is left out of the tests."""
    assert set(KINDS) == {type(fact).__name__ for fact in STORY}


def spelt(value: object) -> object:
    """The value with the type of every part; a set's in sorted order, because equal sets may be walked differently."""
    if is_dataclass(value):
        return type(value), {field.name: spelt(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return type(value), [spelt(item) for item in value]
    if isinstance(value, frozenset):
        return type(value), sorted(repr(item) for item in value)
    return type(value), repr(value)


@pytest.mark.parametrize("fact", STORY, ids=lambda fact: type(fact).__name__)
def test_every_kind_of_fact_comes_back_whole(fact: Fact) -> None:
    """Enumerations, times, sets, and what is None keep their types."""
    assert fact == decode_fact(*encode_fact(fact))
    assert spelt(fact) == spelt(decode_fact(*encode_fact(fact)))


def test_incidents_come_back_whole() -> None:
    """So does what hangs on an incident."""
    member = Member(
        Artifact("pkg:npm/x"), "1", "f", Outcome.PENDING, "high", False, ("a",), ("b",), (), None, T0, anomalies=("c",)
    )
    one = replace(incident(), members=(member,))

    assert one == decode(Incident, encode(one))


@given(st.text())
def test_hostile_text_comes_back_whole(text: str) -> None:
    """Names from a registry survive, whatever they hold; the stored text is plain ASCII without NUL."""
    stored = encode(tag(text))

    assert tag(text) == decode(Ref, stored)
    assert stored.isascii()
    assert "\x00" not in stored


def test_equal_times_give_equal_text() -> None:
    """One moment is written one way, whatever zone it came in."""
    elsewhere = T0.astimezone(timezone(timedelta(hours=9)))

    assert encode(tag(seen_at=T0)) == encode(tag(seen_at=elsewhere))


def test_a_time_without_a_zone_is_refused() -> None:
    """A time that could mean several moments is never stored."""
    with pytest.raises(ValueError, match="no time zone"):
        encode(tag(seen_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - that is what is tested


def _with_unknown_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {"of_a_newer_version": [1, {}], **{key: _with_unknown_keys(item) for key, item in value.items()}}
    return [_with_unknown_keys(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("fact", STORY, ids=lambda fact: type(fact).__name__)
def test_keys_of_a_newer_version_are_ignored(fact: Fact) -> None:
    """An older program reads what a newer one wrote, as far as it knows it."""
    kind, text = encode_fact(fact)

    assert fact == decode_fact(kind, json.dumps(_with_unknown_keys(json.loads(text))))


def test_fields_that_an_older_version_did_not_write_take_their_defaults() -> None:
    """What was stored before a field existed is still read."""
    known = {"artifact", "number", "line", "rank", "first_seen_at"}
    stored = {key: value for key, value in json.loads(encode(version())).items() if key in known}
    expected = Version(version().artifact, "1.0.0", version().line, (1, 0, 0), version().first_seen_at)

    assert expected == decode(Version, json.dumps(stored))


@pytest.mark.parametrize(
    ("kind", "text"), [("Surprise", "{}"), ("RefSeen", "{}"), ("RefSeen", "["), ("RefSeen", '{"ref": 1}')]
)
def test_what_cannot_be_read_says_so(kind: str, text: str) -> None:
    """Altered text and unknown kinds raise one clear error."""
    with pytest.raises(Undecodable):
        decode_fact(kind, text)


def test_sets_are_written_in_order() -> None:
    """A set gives one text, however it was built."""
    assert json.loads(encode(verdict()))["needs"] == sorted(verdict().needs)


def test_everything_stored_is_frozen() -> None:
    """Decoded objects are shared between callers, so nothing in them may be changeable."""

    def check(thing: object) -> None:
        assert not isinstance(thing, (list, dict, set))
        if is_dataclass(thing):
            for field in fields(thing):
                with pytest.raises(FrozenInstanceError):
                    setattr(thing, field.name, None)
                check(getattr(thing, field.name))
        elif isinstance(thing, (tuple, frozenset)):
            for item in thing:
                check(item)

    for fact in STORY:
        check(decode_fact(*encode_fact(fact)))
    check(decode(Dossier, encode(Dossier(version(), (), verdict(), T0, "i1"))))


def test_a_process_remembers_no_more_of_what_it_read_than_it_is_told_to() -> None:
    """Equal text gives the same thing while it is remembered, and an equal one when it is not."""
    texts = [encode(version(f"1.0.{n}")) for n in range(3)]
    try:
        remember(2 * len(texts[0]))
        first = decode(Version, texts[0])
        assert first is decode(Version, texts[0])
        for text in texts:
            decode(Version, text)
        again = decode(Version, texts[0])
        assert first == again and first is not again
    finally:
        remember(REMEMBERED)
