"""Wheels and sdists, small and real enough for twine and every index."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path


def wheel(folder: Path, project: str, version: str, build: str = "") -> Path:
    """`project-version[-build]-py3-none-any.whl` with one module."""
    stem = f"{project.replace('-', '_')}-{version}"
    path = folder / f"{stem}{f'-{build}' if build else ''}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{project.replace('-', '_')}.py", f"# {build}\n")
        archive.writestr(f"{stem}.dist-info/METADATA", _metadata(project, version))
        archive.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{stem}.dist-info/RECORD", "")
    return path


def sdist(folder: Path, project: str, version: str) -> Path:
    """`project-version.tar.gz` with its metadata."""
    stem = f"{project.replace('-', '_')}-{version}"
    path = folder / f"{stem}.tar.gz"
    members = {"PKG-INFO": _metadata(project, version), "pyproject.toml": "[build-system]\nrequires = []\n"}
    with tarfile.open(path, "w:gz") as archive:
        for name, text in members.items():
            entry = tarfile.TarInfo(f"{stem}/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path


def _metadata(project: str, version: str) -> str:
    return f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\nSummary: A widget\n"
