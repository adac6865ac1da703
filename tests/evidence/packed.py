"""Archives as publishing tools pack them, and the ids that git gives to files."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Any


def tarball(files: Mapping[str, bytes], folder: str = "package") -> bytes:
    """What `npm pack` and `python -m build --sdist` make: everything in one folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for path, data in files.items():
            add(tar, f"{folder}/{path}", data)
    return packed.getvalue()


def add(tar: tarfile.TarFile, name: str, data: bytes = b"", **fields: Any) -> None:
    """One member; `fields` are those of its header."""
    member = tarfile.TarInfo(name)
    member.size = len(data)
    for field, value in fields.items():
        setattr(member, field, value)
    tar.addfile(member, io.BytesIO(data))


def tar_of(*members: tuple[str, bytes, dict[str, Any]]) -> bytes:
    """A tarball with just these members."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, data, fields in members:
            add(tar, name, data, **fields)
    return gzip.compress(packed.getvalue())


def wheel(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive as wheels are."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as zipped:
        for path, data in files.items():
            zipped.writestr(path, data)
    return packed.getvalue()


def git_id(data: bytes) -> str:
    """git's blob id of a file (`git hash-object`)."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
