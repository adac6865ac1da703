"""Where the files of a version can be downloaded.

npm's addresses are rebuilt on our own base: those in its document are data. Python's are data wherever they stand
(PEP 691 lets an index point anywhere), so they are only for a guarded fetch, and only digests say what came back.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote, urljoin, urlsplit

from verifier.document import Malformed, items, mapping, parse
from verifier.model import Artifact
from verifier.registries.base import Ask, Page

ACCEPT = "application/octet-stream, */*;q=0.5"
_LONGEST = 2048
_FILES = 200_000


def npm_tarball(artifact: Artifact, name: str, base: str, limit: int) -> Ask:
    """The tarball of a version; `name` is the file's."""
    return Ask(f"{base.rstrip('/')}/{quote(artifact.name, safe='@/')}/-/{quote(name, safe='')}", ACCEPT, limit)


def python_files(page: Page, names: Collection[str], limit: int) -> dict[str, Ask]:
    """The files of these names that a project's page offers; never raises. A relative address is the page's own."""
    try:
        entries = items(mapping(parse(page.body), "the document").get("files"), "files", _FILES)
    except Malformed:
        return {}
    found = dict[str, Ask]()
    for entry in entries:
        fields = entry if isinstance(entry, dict) else {}
        name, address = fields.get("filename"), fields.get("url")
        if isinstance(name, str) and name in names and isinstance(address, str) and len(address) <= _LONGEST:
            absolute = _absolute(page.url, address)
            if absolute:
                found[name] = Ask(absolute, ACCEPT, limit)
    return found


def _absolute(page: str, address: str) -> str:
    """The address without its fragment; '' for one that nobody could fetch."""
    try:
        parts = urlsplit(urljoin(page, address))
    except ValueError:
        return ""
    return parts._replace(fragment="").geturl() if parts.scheme in ("http", "https") and parts.hostname else ""
