"""The files inside a published archive, as git would call them. Nothing is unpacked to disk, links are ignored.

Archives are hostile. Every bound is on what comes *out* of them, and what installers could read in two ways (one name
twice, a path that leaves its folder, sparse files) is refused. Source: git's blob ids; PEP 427; PEP 625; npm pack.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, NoReturn

from verifier.document import Malformed, shown

DOWNLOAD_LIMIT = 64 * 1024 * 1024
"""The largest archive that is looked into, in bytes."""
UNPACKED_LIMIT = 512 * 1024 * 1024
MOST_ENTRIES = 50_000
LONGEST_PATH = 4096
DEEPEST_PATH = 100
"""The most folders that a file lies in."""

_TEXT_LIMIT = 8 * 1024 * 1024
"""Larger files are compared byte by byte only, whatever their line endings."""
_SNIFFED = 8000
"""As git does: a NUL among the first bytes makes a file binary."""
_CHUNK = 1024 * 1024
_EXTENDED = {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME}
_EXTENDED_COST = 200_000_000
"""Sum of the squares of all extended headers' sizes: tarfile before Python 3.11.10 searches them in quadratic time."""
_CENTRAL_ENTRY = b"PK\x01\x02"
_UNREADABLE = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, OSError, EOFError),
    # more than their documentation says, on hostile bytes
    *(ValueError, LookupError, ArithmeticError, RuntimeError),
)


class Form(StrEnum):
    """How a published file is packed, and what its tool puts around the source."""

    NPM = "npm"
    SDIST = "sdist"
    WHEEL = "wheel"


@dataclass(frozen=True)
class Content:
    """One file: git's blob ids of it as it is, then (text only) with other line endings."""

    ids: tuple[str, ...]
    text: bool = True


def form_of(artifact_type: str, name: str) -> Form | None:
    """How a file of this name is packed; None where its contents cannot be compared with a source tree."""
    if artifact_type == "npm":
        return Form.NPM
    if artifact_type == "pypi" and name.endswith(".whl"):
        return Form.WHEEL
    if artifact_type == "pypi" and name.endswith((".tar.gz", ".tgz", ".zip")):
        return Form.SDIST
    return None


def entries(archive: bytes, form: Form) -> dict[str, Content]:
    """Every plain file by its path, without the folder that npm's tarballs and sdists put around everything.

    Raises Malformed, in words for people, for what cannot be read or is beyond the bounds.
    """
    if len(archive) > DOWNLOAD_LIMIT:
        raise Malformed(f"it is larger than {DOWNLOAD_LIMIT} bytes")
    zipped = archive.startswith(b"PK")
    if zipped and form is Form.NPM:
        raise Malformed("it is no tarball")
    found, left = dict[str, Content](), UNPACKED_LIMIT
    try:
        for name, size, data in _zip(archive) if zipped else _tar(archive):
            path = _path(name, form)
            left -= size
            if left < 0:
                _too_large()
            if path in found:
                raise Malformed(f"it holds {shown(path)} twice")
            found[path] = _content(data, size)
    except Malformed:
        raise
    except _UNREADABLE as error:
        raise Malformed(f"it cannot be unpacked ({type(error).__name__})") from error
    return found


def _too_large() -> NoReturn:
    raise Malformed(f"it unpacks to more than {UNPACKED_LIMIT} bytes")


def _path(name: str, form: Form) -> str:
    """The path as installers would write it, below the place where they put the archive's files."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    drop = 0 if form is Form.WHEEL else 1
    if form is Form.WHEEL and parts and parts[0].endswith(".data") and parts[1:2] in (["purelib"], ["platlib"]):
        drop = 2
    unsafe = name.startswith("/") or ".." in parts or "\\" in name or "\0" in name
    if unsafe or not drop < len(parts) <= DEEPEST_PATH or len(name) > LONGEST_PATH:
        raise Malformed(f"it holds a file called {shown(name)}")
    return "/".join(parts[drop:])


def _content(data: IO[bytes], size: int) -> Content:
    """The ids of so many bytes. Raises Malformed when there are fewer or more."""
    head = data.read(min(size, _TEXT_LIMIT))
    text = b"\0" not in head[:_SNIFFED]
    if size <= _TEXT_LIMIT:
        if len(head) != size or data.read(1):
            raise Malformed("a file in it is not as long as it says")
        return Content(tuple(dict.fromkeys(_blob(b) for b in (_endings(head) if text else (head,)))), text)
    digest, read = hashlib.sha1(b"blob %d\0" % size + head, usedforsecurity=False), len(head)
    while chunk := data.read(_CHUNK):
        digest.update(chunk)
        read += len(chunk)
        if read > size:
            break
    if read != size:
        raise Malformed("a file in it is not as long as it says")
    return Content((digest.hexdigest(),), text)


def _endings(data: bytes) -> tuple[bytes, ...]:
    """The text itself, with line feeds alone, and with a carriage return before each."""
    unix = data.replace(b"\r\n", b"\n")
    return data, unix, unix.replace(b"\n", b"\r\n")


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class _Counted(io.RawIOBase):
    """A stream that ends in Malformed when more comes out of it than an archive may hold."""

    def __init__(self, source: gzip.GzipFile) -> None:
        self._source = source
        self._left = UNPACKED_LIMIT + MOST_ENTRIES * 2 * tarfile.BLOCKSIZE

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._left -= len(data)
        if self._left < 0:
            _too_large()
        return data


def _tar(archive: bytes) -> Iterator[tuple[str, int, IO[bytes]]]:
    budget = _EXTENDED_COST

    class Bounded(tarfile.TarInfo):
        """A header that is refused before its extension is read, where that would take too long."""

        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Bounded:
            nonlocal budget
            info = super().frombuf(buf, encoding, errors)
            if info.type in _EXTENDED:
                budget -= info.size**2
                if budget < 0:
                    raise Malformed("its extended headers are too large")
            return info

    unpacked = _Counted(gzip.GzipFile(fileobj=io.BytesIO(archive)))
    with tarfile.open(fileobj=unpacked, mode="r|", tarinfo=Bounded, bufsize=tarfile.BLOCKSIZE) as tar:
        for number, member in enumerate(tar):
            if number >= MOST_ENTRIES:
                raise Malformed(f"it holds more than {MOST_ENTRIES} entries")
            if member.issparse():
                raise Malformed("it holds a sparse file")
            data = tar.extractfile(member) if member.isreg() else None
            if data is not None:
                yield member.name, member.size, data
        while rest := unpacked.read(_CHUNK):
            if rest.strip(b"\0"):
                raise Malformed("it goes on after its end")


def _zip(archive: bytes) -> Iterator[tuple[str, int, IO[bytes]]]:
    if archive.count(_CENTRAL_ENTRY) > MOST_ENTRIES:
        raise Malformed(f"it holds more than {MOST_ENTRIES} entries")
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        for info in zipped.infolist():
            if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
                continue
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
                raise Malformed("it is packed in a way that no installer expects")
            with zipped.open(info) as data:
                yield info.filename, info.file_size, data
