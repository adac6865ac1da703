"""The files inside a published archive, known as git knows them; and archives made to hurt whoever opens them."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.packed import add, git_id, tar_of, tarball, wheel
from verifier.document import Malformed
from verifier.evidence import archives
from verifier.evidence.archives import Form, entries, form_of

FILES = {"index.js": b"one\n", "lib/two.js": b"two\r\nlines\r\n", "logo.png": b"\x89PNG\0\1"}
BOTH = st.sampled_from([Form.NPM, Form.SDIST, Form.WHEEL])


@pytest.mark.parametrize(
    ("form", "archive"),
    [
        (Form.NPM, tarball(FILES)),
        (Form.SDIST, tarball(FILES, "widget-1.0")),
        (Form.SDIST, wheel({f"widget-1.0/{path}": data for path, data in FILES.items()})),
        (Form.WHEEL, wheel(FILES)),
    ],
)
def test_every_file_is_known_by_its_path_in_the_source_and_by_gits_id(form: Form, archive: bytes) -> None:
    found = entries(archive, form)

    assert FILES.keys() == found.keys()
    assert {path: git_id(data) for path, data in FILES.items()} == {path: found[path].ids[0] for path in found}


def test_git_itself_gives_this_id() -> None:
    """`printf hello | git hash-object --stdin`."""
    assert ("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0",) == entries(wheel({"a": b"hello"}), Form.WHEEL)["a"].ids


def test_a_text_is_also_known_with_other_line_endings_and_a_binary_is_not() -> None:
    found = entries(wheel({"a.py": b"x\r\ny\n", "b.bin": b"\0\r\n"}), Form.WHEEL)

    assert {git_id(b"x\r\ny\n"), git_id(b"x\ny\n"), git_id(b"x\r\ny\r\n")} == set(found["a.py"].ids)
    assert ((git_id(b"\0\r\n"),), False) == (found["b.bin"].ids, found["b.bin"].text)


def test_a_file_too_large_to_be_rewritten_still_has_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_TEXT_LIMIT", 10)
    monkeypatch.setattr(archives, "_CHUNK", 7)
    data = b"a long line\r\n" * 9

    assert (git_id(data),) == entries(tarball({"a": data}), Form.NPM)["a"].ids


def test_what_a_wheel_carries_for_the_library_folder_lies_where_installers_put_it() -> None:
    assert ["gear/evil.py"] == list(entries(wheel({"gear-1.0.data/purelib/gear/evil.py": b"x"}), Form.WHEEL))


def test_links_and_devices_are_not_files() -> None:
    link: dict[str, Any] = {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}
    hard: dict[str, Any] = {"type": tarfile.LNKTYPE, "linkname": "package/a"}
    pipe: dict[str, Any] = {"type": tarfile.FIFOTYPE}
    archive = tar_of(("package/a", b"x", {}), ("package/b", b"", link), ("package/c", b"", hard), ("p/d", b"", pipe))
    linked = io.BytesIO()
    with zipfile.ZipFile(linked, "w") as zipped:
        member = zipfile.ZipInfo("link")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        zipped.writestr(member, "/etc/passwd")

    assert ["a"] == list(entries(archive, Form.NPM))
    assert {} == entries(linked.getvalue(), Form.WHEEL)


def sparse() -> bytes:
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "package/a"}
    map_ = b"1\n0\n1\n".ljust(512, b"\0") + b"x"
    return tar_of(("package/a", map_, {"pax_headers": {**headers, "GNU.sparse.realsize": str(1 << 50)}}))


def goes_on() -> bytes:
    """Two archives in one: after a block of zeros the second begins, which only some programs read."""
    one, two = (gzip.decompress(tar_of((f"package/{name}", b"x", {}))) for name in "ab")
    return gzip.compress(one[:1024] + bytes(512) + two)


def broken_header() -> bytes:
    """As above, with a broken header in between: npm skips it, Python stops."""
    one, two = (gzip.decompress(tar_of((f"package/{name}", b"x", {}))) for name in "ab")
    return gzip.compress(one[:1024] + b"?" * 512 + two)


def encrypted() -> bytes:
    archive = bytearray(wheel({"a": b"x"}))
    archive[archive.index(b"PK\1\2") + 8] |= 1
    return bytes(archive)


HOSTILE = {
    "no archive": (Form.NPM, b"<html>", "cannot be unpacked"),
    "nothing": (Form.SDIST, b"", "cannot be unpacked"),
    "a zip for npm": (Form.NPM, wheel({"package/a": b""}), "no tarball"),
    "cut": (Form.NPM, tarball(FILES)[:-30], "cannot be unpacked"),
    "a name twice": (Form.NPM, tar_of(("package/a", b"1", {}), ("package/a", b"2", {})), "twice"),
    "a name twice in another spelling": (Form.NPM, tar_of(("p/a", b"1", {}), ("p/./a", b"2", {})), "twice"),
    "two folders with one path": (Form.NPM, tar_of(("p/a", b"1", {}), ("q/a", b"2", {})), "twice"),
    "out of its folder": (Form.NPM, tar_of(("package/../../a", b"", {})), "called"),
    "absolute": (Form.WHEEL, wheel({"/a": b""}), "called"),
    "backslashes": (Form.WHEEL, wheel({"a\\b": b""}), "called"),
    "a path without end": (Form.NPM, tar_of(("p/" + "a" * 5000, b"", {})), "called"),
    "folders without end": (Form.NPM, tar_of(("p/" * 200 + "a", b"", {})), "called"),
    "sparse": (Form.NPM, sparse(), "sparse"),
    "goes on after its end": (Form.NPM, goes_on(), "goes on"),
    "a broken header": (Form.NPM, broken_header(), "goes on"),
    "huge extended headers": (Form.NPM, tar_of(("p/a", b"", {"pax_headers": {"x": "1" * 20_000}})), "headers"),
    "encrypted": (Form.WHEEL, encrypted(), "no installer expects"),
    "lzma": (Form.WHEEL, wheel({"a": b"x" * 99}, zipfile.ZIP_LZMA), "no installer expects"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_two_installers_could_read_differently_is_refused(name: str) -> None:
    form, archive, why = HOSTILE[name]

    with pytest.raises(Malformed, match=why):
        entries(archive, form)


@pytest.mark.parametrize(("form", "pack"), [(Form.NPM, tarball), (Form.WHEEL, wheel)])
def test_a_bomb_is_refused_before_it_is_unpacked(form: Form, pack, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = pack({name: bytes(1000) for name in "abc"})

    monkeypatch.setattr(archives, "UNPACKED_LIMIT", 2999)
    with pytest.raises(Malformed, match="more than 2999 bytes"):
        entries(archive, form)
    monkeypatch.setattr(archives, "UNPACKED_LIMIT", 3000)
    assert 3 == len(entries(archive, form))
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
    with pytest.raises(Malformed, match="more than 2 entries"):
        entries(archive, form)
    monkeypatch.setattr(archives, "DOWNLOAD_LIMIT", len(archive) - 1)
    with pytest.raises(Malformed, match="larger than"):
        entries(archive, form)


def test_zeros_behind_one_file_that_says_it_is_small_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "UNPACKED_LIMIT", 10_000)
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)

    with pytest.raises(Malformed, match="more than 10000 bytes"):
        entries(gzip.compress(gzip.decompress(tar_of(("p/a", b"x", {}))) + bytes(100_000)), Form.NPM)


def test_a_wheel_whose_directory_lies_about_a_size_is_refused() -> None:
    archive = bytearray(wheel({"a": b"x" * 100}))
    at = archive.index(b"PK\1\2") + 24
    archive[at : at + 4] = (50).to_bytes(4, "little")

    with pytest.raises(Malformed):
        entries(bytes(archive), Form.WHEEL)


@given(BOTH, st.sampled_from([tarball(FILES), wheel(FILES), sparse()]), st.data())
def test_a_damaged_archive_gives_files_or_a_reason_and_nothing_else(form: Form, archive: bytes, data) -> None:
    plain = archive if archive.startswith(b"PK") else gzip.decompress(archive)
    damaged = bytearray(plain)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    try:
        found = entries(bytes(damaged) if archive.startswith(b"PK") else gzip.compress(bytes(damaged)), form)
    except Malformed as refused:
        assert str(refused)
    else:
        assert all(path and not path.startswith("/") and content.ids for path, content in found.items())


def test_only_archives_that_hold_source_are_looked_into() -> None:
    named = {"a-1.0.tgz": "npm", "a-1.0-py3-none-any.whl": "pypi", "a-1.0.tar.gz": "pypi", "a-1.0.zip": "pypi"}

    assert [Form.NPM, Form.WHEEL, Form.SDIST, Form.SDIST] == [form_of(type_, name) for name, type_ in named.items()]
    assert [None, None] == [form_of("pypi", "a-1.0.win32.exe"), form_of("docker", "a.tgz")]


def test_a_long_honest_path_is_read() -> None:
    path = "/".join(["folder"] * 60) + "/index.js"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.GNU_FORMAT) as tar:
        add(tar, f"package/{path}", b"x")

    assert [path] == list(entries(tarball({path: b"x"}), Form.NPM)) == list(entries(packed.getvalue(), Form.NPM))
