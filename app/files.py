"""Where discovery's files come from: a folder on this machine, or a repository on GitHub at the head of its branch."""

from __future__ import annotations

import os
import re
from pathlib import Path

from app.github.blobs import Blobs
from app.github.files import MOST_ENTRIES, blob, tree
from app.github.installation import GitHub
from checks.base import Permanent
from verifier.discovery.documents import BYTES
from verifier.discovery.find import Files
from verifier.model import Repository

_BLOBS = Blobs()
"""A repository is looked through at every push to its default branch, and few of its files change."""
_NEVER = {".git", "node_modules", ".venv", "__pycache__"}
_URL = re.compile(r"(?m)^[ \t]*url[ \t]*=[ \t]*(\S{1,500})")


def of_repository(github: GitHub, repository: Repository, commit: str) -> Files:
    """The files of one commit. Raises Permanent when GitHub does not know it, Temporary when it does not answer."""
    seen = tree(github, repository, commit)
    if seen is None:
        raise Permanent(f"GitHub shows no files of {repository.full_name} at {commit[:12]}.")

    def get(path: str) -> bytes | None:
        if seen.sizes.get(path, 0) > BYTES:
            return None
        key = repository.id, seen.blobs[path]
        held = _BLOBS.get(key)
        if held is not None:
            return held
        try:
            fetched = blob(github, repository, seen.blobs[path], BYTES)
        except Permanent:
            github.still_there(repository)
            return None  # it cannot be read: the repository itself is there
        if fetched is not None:
            _BLOBS.keep(key, fetched)
        return fetched

    return Files(frozenset(seen.blobs), get, seen.complete)


def of_folder(folder: Path) -> Files:
    """The plain files below a folder; links are not followed."""
    paths = set[str]()
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _NEVER)
        relative = Path(where).relative_to(folder)
        paths.update((relative / name).as_posix() for name in names)
        if len(paths) > MOST_ENTRIES:
            break

    def get(path: str) -> bytes | None:
        place = folder / path
        try:
            if place.is_symlink() or not place.is_file() or place.stat().st_size > BYTES:
                return None
            return place.read_bytes()
        except OSError:
            return None

    return Files(frozenset(paths), get, complete=len(paths) <= MOST_ENTRIES)


def origin_of(folder: Path) -> str:
    """The address of a clone's `origin`, '' where there is none."""
    try:
        config = (folder / ".git" / "config").read_text("utf-8", "replace")[:65_536]
    except OSError:
        return ""
    found = _URL.search(config.partition('[remote "origin"]')[2].partition("\n[")[0])
    return found[1] if found is not None else ""
