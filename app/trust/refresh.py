"""Sigstore's public trust root, fetched through TUF into the data folder. Nothing that TUF refuses gets there.

The TUF client keeps its own metadata beside the copy: by them it knows a repository that was rolled back. It dials
through the same guarded GET as everything else.
Source: theupdateframework.github.io/specification, section 5; tuf-repo-cdn.sigstore.dev.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.updater import Updater

from app.deps import Fetch
from app.trust.root import COPY, read
from checks.base import Permanent, Temporary
from verifier.registries.base import Absent, Ask, Page, Unreadable

URL = "https://tuf-repo-cdn.sigstore.dev"
LIMIT = 8 * 1024 * 1024
METADATA = "tuf"


@dataclass(frozen=True)
class Source:
    """A TUF repository: its address, and root metadata to begin with, however old."""

    url: str
    root: bytes


def public() -> Source:
    """Sigstore's public instance, beginning with the root metadata that came with the sigstore package."""
    held = resources.files("sigstore").joinpath("_store", quote(URL, safe=""), "root.json")
    return Source(URL, held.read_bytes())


def refresh(folder: Path, fetch: Fetch, source: Source) -> None:
    """Bring the copy in the folder up to date. Raises Temporary with the reason; the old copy then stays as it was."""
    copy = folder / COPY
    try:
        folder.mkdir(parents=True, exist_ok=True)
        updater = Updater(
            metadata_dir=str(folder / METADATA),
            metadata_base_url=source.url,
            target_base_url=f"{source.url}/targets",
            fetcher=_Guarded(fetch),
            bootstrap=source.root,
        )
        updater.refresh()
        target = updater.get_targetinfo(COPY)
        if target is None:
            raise Temporary(f"{source.url} has no {COPY}.")
        if updater.find_cached_target(target, str(copy)) is None:
            with TemporaryDirectory(dir=folder) as own:  # two clocks may share the folder
                arriving = Path(own) / COPY
                updater.download_target(target, str(arriving))
                read((arriving,), None)
                arriving.replace(copy)
    except (Temporary, Permanent) as error:
        raise Temporary(str(error)) from error
    except Exception as error:  # whatever the client does not like in what a stranger sent
        raise Temporary(f"{type(error).__name__}: {error}"[:300]) from error


def good_until(folder: Path, source: Source) -> datetime:
    """When what vouches for the copy in use runs out: TUF's own metadata about it, or the shipped root metadata."""
    held: Metadata[Any]
    try:
        held = Metadata.from_bytes((folder / METADATA / "targets.json").read_bytes())
    except (OSError, RepositoryError):  # never fetched, or spoilt since
        held = Metadata.from_bytes(source.root)
    expires: datetime = held.signed.expires
    return expires


class _Guarded(FetcherInterface):
    """The TUF client's way out."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch_page = fetch

    def _fetch(self, url: str) -> Iterator[bytes]:
        match self._fetch_page(Ask(url, "*/*", LIMIT)):
            case Page(body=body):
                return iter((body,))
            case Absent():
                raise DownloadHTTPError(f"{url} is not there", 404)
            case Unreadable(problem=problem):
                raise DownloadError(f"{url}: {problem}")
