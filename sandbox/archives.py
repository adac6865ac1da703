"""Published files whose contents a scenario writes down: real archives, the same bytes in every play.

Source: npm's tarballs (everything under `package/`), PEP 427 (wheels) and PEP 625 (sdists).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping

from verifier.model import Artifact

_LONG_AGO = (1985, 10, 26, 8, 15, 0)
"""npm's own date for every file; zip archives cannot say an earlier year than 1980."""
_SECONDS = 499162500


def archive(artifact: Artifact, version: str, name: str, contents: Mapping[str, str]) -> bytes:
    """The file of this name with these contents, by path in the source, and with the metadata its tool adds.

    A wheel holds only the packages and modules among them.
    """
    files = {path: text.encode() for path, text in contents.items()}
    if artifact.type == "npm":
        manifest = json.dumps({"name": artifact.name, "version": version}, indent=2) + "\n"
        return _tar("package", {"package.json": manifest.encode(), **files})
    metadata = f"Metadata-Version: 2.1\nName: {artifact.name}\nVersion: {version}\n".encode()
    if name.endswith(".whl"):
        code = {path: data for path, data in files.items() if "/" in path or _is_module(path)}
        return _wheel("-".join(name.split("-", 2)[:2]), code, metadata)
    return _tar(name.removesuffix(".tar.gz"), {"PKG-INFO": metadata, **files})


def _is_module(path: str) -> bool:
    return path.endswith(".py") and path != "setup.py"


def _tar(folder: str, files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, data in sorted(files.items()):
            entry = tarfile.TarInfo(f"{folder}/{path}")
            entry.size, entry.mtime, entry.mode = len(data), _SECONDS, 0o644
            tar.addfile(entry, io.BytesIO(data))
    return gzip.compress(packed.getvalue(), mtime=_SECONDS)


def _wheel(stem: str, files: Mapping[str, bytes], metadata: bytes) -> bytes:
    about = f"{stem}.dist-info"
    wheel = b"Wheel-Version: 1.0\nGenerator: sandbox\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {**files, f"{about}/METADATA": metadata, f"{about}/WHEEL": wheel}
    record = "".join(f"{path},{_record(data)},{len(data)}\n" for path, data in sorted(files.items()))
    files = {**files, f"{about}/RECORD": f"{record}{about}/RECORD,,\n".encode()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for path, data in sorted(files.items()):
            zipped.writestr(zipfile.ZipInfo(path, _LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _record(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
