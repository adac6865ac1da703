"""Blobs that were fetched are kept by their ids: bounded, and only what is what its id says."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from app.github.blobs import Blobs, Key
from tests.evidence.packed import git_id


def key(data: bytes, repository_id: int = 7) -> Key:
    return repository_id, git_id(data)


def test_a_blob_is_given_back_for_its_own_repository_only() -> None:
    blobs = Blobs()
    blobs.keep(key(b"a"), b"a")

    assert b"a" == blobs.get(key(b"a"))
    assert blobs.get(key(b"a", 8)) is None


def test_an_empty_file_and_a_repository_of_long_ids_are_kept_too() -> None:
    blobs, long = Blobs(), (7, hashlib.sha256(b"blob 1\0a").hexdigest())
    blobs.keep(key(b""), b"")
    blobs.keep(long, b"a")

    assert (b"", b"a") == (blobs.get(key(b"")), blobs.get(long))


def test_what_is_not_what_its_id_says_is_not_kept() -> None:
    blobs = Blobs()
    blobs.keep(key(b"honest"), b"evil")

    assert blobs.get(key(b"honest")) is None


def test_what_was_not_used_for_longest_goes_first() -> None:
    blobs = Blobs(limit=2)
    for data in (b"a", b"b"):
        blobs.keep(key(data), data)
    blobs.get(key(b"a"))
    blobs.keep(key(b"c"), b"c")

    assert [b"a", None, b"c"] == [blobs.get(key(data)) for data in (b"a", b"b", b"c")]


@given(st.lists(st.binary(max_size=6)))
def test_never_more_is_kept_than_the_limit_and_never_anything_wrong(files: list[bytes]) -> None:
    blobs = Blobs(limit=10)
    for data in files:
        blobs.keep(key(data), data)
        assert data == blobs.get(key(data))
    kept = {data for data in files if blobs.get(key(data)) is not None}

    assert all(data == blobs.get(key(data)) for data in kept)
    assert sum(map(len, kept)) <= 10


def test_many_threads_keep_it_within_its_limit() -> None:
    blobs, files = Blobs(limit=1000), [bytes([n]) * 100 for n in range(50)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda data: blobs.keep(key(data), data), files * 20))

    assert sum(len(data) for data in files if blobs.get(key(data)) is not None) == 1000
