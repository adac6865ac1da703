"""What one look at an image's tags changes about what we knew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.registries.documents import READ_AT
from tests.registries.shelf import IMAGE, POLL, one, sha256
from verifier.model import Account, AccountKind, File, Line, Part, Version
from verifier.registries.base import Memory, Snapshot
from verifier.registries.distribution import manifests
from verifier.registries.tags import moves

NOW = READ_AT + timedelta(days=1)
BEFORE = READ_AT - timedelta(days=30)
ALICE, MALLORY = Account("alice", AccountKind.PERSON), Account("mallory", AccountKind.PERSON)
HELD, OTHER = sha256(one("held")), sha256(one("other"))


def tag(digest: str = HELD, number: str = "1.0.0", **changes: object) -> Version:
    files = (manifests.image(digest),) if digest else ()
    version = Version(IMAGE, number, Line("release", 1), (1,), READ_AT, files=files)
    return replace(version, **changes)  # type: ignore[arg-type]  # any field


def known(*versions: Version, **changes: object) -> Memory:
    memory = Memory(NOW, {v.number: v for v in versions}, first=False, polled_at=NOW - POLL)
    return replace(memory, **changes)  # type: ignore[arg-type]  # any field


def looked(memory: Memory, *seen: Version, gone: tuple[str, ...] = (), first: bool = False) -> list[Version]:
    return moves(memory, Snapshot(IMAGE, seen, whole=False, gone=gone), READ_AT if first else None)


def test_a_tag_that_points_at_the_same_changes_nothing() -> None:
    assert [] == looked(known(tag()), tag(first_seen_at=NOW))


def test_a_tag_that_was_there_at_the_first_look_was_there_before_it() -> None:
    [kept] = looked(known(first=True), tag(), first=True)

    assert (READ_AT - timedelta(seconds=1), None) == (kept.first_seen_at, kept.unseen_at)
    dated = tag(published_at=BEFORE)
    assert [dated] == looked(known(first=True), dated, first=True)


def test_a_new_tag_was_pushed_since_the_last_look_or_since_its_part_of_the_list_was_read() -> None:
    assert [NOW - POLL] == [kept.unseen_at for kept in looked(known(), tag(first_seen_at=NOW))]
    assert [BEFORE] == [kept.unseen_at for kept in looked(known(), tag(first_seen_at=NOW, unseen_at=BEFORE))]


def test_a_replaced_tag_was_pushed_since_it_was_last_seen_as_it_was() -> None:
    last = NOW - timedelta(hours=2)
    seen = tag(OTHER, first_seen_at=NOW, account=MALLORY)

    assert [replace(seen, unseen_at=last)] == looked(known(tag(account=ALICE), seen={"1.0.0": last}), seen)
    assert [READ_AT] == [kept.unseen_at for kept in looked(known(tag()), seen)]


def test_a_tag_that_is_read_for_the_first_time_was_not_replaced() -> None:
    [kept] = looked(known(tag(digest="")), tag(first_seen_at=NOW))

    assert ((HELD,), READ_AT, None) == (kept.files[0].digests, kept.first_seen_at, kept.unseen_at)


def test_a_tag_that_was_new_when_there_was_no_time_to_read_it_keeps_when_it_came() -> None:
    [kept] = looked(known(tag(digest="", unseen_at=BEFORE)), tag(first_seen_at=NOW))

    assert (READ_AT, BEFORE) == (kept.first_seen_at, kept.unseen_at)


def test_a_tag_that_was_never_read_and_that_its_registry_says_was_pushed_again_is_new() -> None:
    """Docker Hub names no digest of old indexes; that one was pushed over must not pass for history."""
    seen = tag(first_seen_at=NOW, published_at=NOW - POLL)
    again = looked(known(tag(digest="", published_at=BEFORE), seen={"1.0.0": NOW - POLL}), seen)
    [same] = looked(known(tag(digest="", published_at=BEFORE)), tag(first_seen_at=NOW, published_at=BEFORE))

    assert [replace(seen, unseen_at=NOW - POLL)] == again
    assert READ_AT == same.first_seen_at


def test_what_could_not_be_read_this_time_takes_nothing_away() -> None:
    assert [] == looked(known(tag()), tag(digest="", first_seen_at=NOW))


def test_what_is_known_of_the_same_bytes_grows_and_is_not_forgotten() -> None:
    part = Part("linux/amd64", OTHER)
    rich = File("image", (HELD,), BEFORE, attested=True, parts=(part,))
    poor = tag(first_seen_at=NOW, account=MALLORY)

    assert [] == looked(known(tag(files=(rich,), account=ALICE)), poor)
    [kept] = looked(known(tag()), tag(files=(replace(rich, published_at=None),), account=ALICE))
    assert ((part,), True, ALICE) == (kept.files[0].parts, kept.files[0].attested, kept.account)


def test_a_tag_that_is_made_to_move_by_a_new_pattern_is_one_from_now_on() -> None:
    assert [tag(moving=True)] == looked(known(tag()), tag(moving=True, first_seen_at=NOW))


def test_a_tag_that_is_gone_is_kept_as_it_was_and_marked_once() -> None:
    [gone] = looked(known(tag()), gone=("1.0.0", "never-known"))

    assert tag(removed_at=NOW) == gone
    assert [] == looked(known(gone), gone=("1.0.0",))


def test_a_look_that_took_longer_than_the_one_that_began_after_it_takes_nothing_back() -> None:
    """A hint looks at one tag in a second, while a poll of a thousand goes on with what it read before."""
    newer = tag(OTHER, first_seen_at=NOW + POLL)
    seen_later = known(tag(), seen={"1.0.0": NOW + POLL})

    assert [] == looked(known(newer), tag(first_seen_at=NOW))
    assert [] == looked(seen_later, tag(OTHER, first_seen_at=NOW))


def test_a_tag_that_comes_back_is_no_longer_removed() -> None:
    removed = tag(removed_at=NOW - POLL)

    assert [tag()] == looked(known(removed), tag(first_seen_at=NOW))
    [other] = looked(known(removed, seen={"1.0.0": BEFORE}), tag(OTHER, first_seen_at=NOW))
    assert ((OTHER,), None, NOW - POLL) == (other.files[0].digests, other.removed_at, other.unseen_at)
