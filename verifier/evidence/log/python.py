"""What twine, uv, poetry and pdm print while they upload file by file. Source: twine 7, uv, poetry 2, run; pdm's text.

They name a file *before* it is uploaded and stop at the first that fails. So a file is claimed when the next one is
named, when the tool shows where the release can be seen, or at the end of a step that succeeded; never after an error.
twine folds its lines at 80 characters, long file names included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from verifier.evidence.log.lines import Line
from verifier.evidence.log.python_file import FILE, claim_of, rehearsed
from verifier.evidence.log.tool import MOST_HELD, full
from verifier.model import LogClaim

_SIGN = re.compile(r"Uploading|Publishing|Skipping|View at:|hash values|already exists|rror|ERROR")
_BEGINS = (
    ("twine", full(r"Uploading distributions to (?P<to>\S{1,300})")),
    ("uv", full(r"Publishing \d{1,6} files? (?:to )?(?P<to>\S{1,300})")),
    ("poetry", full(r"Publishing \S{1,200} \(\S{1,100}\) to (?P<to>\S{1,300})")),
)
_UPLOADS = full(rf"(?:- )?Uploading (?P<file>{FILE})(?: \([\d.]{{1,10}} ?\w{{1,3}}\)| \d{{1,3}}%)?")
_FOLDED = full(r"Uploading")
_PIECE = full(r"\S{1,80}")
_PIECES = 4
_SKIPS = re.compile(
    r"(?:(?:WARNING\s+)?Skipping(?: (?P<twine>\S{1,255}))?|- Uploading (?P<poetry>\S{1,255}) File exists"
    r"|File (?P<uv>\S{1,255}) already exists)"
)
_FAILS = re.compile(
    r"(?:ERROR\s|error: |HTTPError|HTTP Error |Error connecting to |WARNING\s+Error during upload|##\[error\])"
)
_SHOWN = full(r"View at:")
_HASHING = full(r"Showing hash values of files to be uploaded:")
_FILE = full(FILE)
_SHA256 = full(r"SHA256: (?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True)
class Begun:
    """A tool said that it begins. `to` is the registry as printed; a tool that says nothing is taken for pdm."""

    tool: str = "pdm"
    to: str = ""


class Uploads:
    """One file after the other."""

    def __init__(self) -> None:
        self._begun = Begun()
        self._open: dict[str, LogClaim] = {}
        self._pieces: list[str] | None = None
        self._showing = False
        self._hashing, self._hashed = False, ""
        self._digests: dict[str, str] = {}

    def wants(self, text: str) -> bool:
        """Lines of uploads and of errors; every line where one is folded, or where digests are shown."""
        return self._pieces is not None or self._showing or self._hashing or bool(_SIGN.search(text))

    def read(self, line: Line) -> Iterable[LogClaim]:
        """Claims for what went before, once this line says that it went well."""
        text = self._unfolded(line.text)
        if text is None:
            return ()
        if self._showing:
            self._showing = False
            return self._settled(text)
        for tool, begins in _BEGINS:
            found = begins.match(text)
            if found:
                settled = self._settled()
                self._begun = Begun(tool, found["to"])
                return settled
        uploads, skips = _UPLOADS.match(text), _SKIPS.match(text)
        if uploads:
            return self._upload(line, uploads["file"])
        if skips:
            return self._skip(line, skips["twine"] or skips["poetry"] or skips["uv"] or "")
        if _FAILS.match(text):
            self._open.clear()
        elif _SHOWN.match(text):
            self._showing = True
        else:
            self._hash(text)
        return ()

    def end(self, succeeded: bool) -> Iterable[LogClaim]:
        """The last file, when the step went well."""
        return self._settled() if succeeded else ()

    def _unfolded(self, text: str) -> str | None:
        """The line with a folded file name put together again; None while parts of it are missing."""
        text = text.strip()
        if _FOLDED.match(text):
            self._pieces = []
            return None
        if self._pieces is None:
            return text
        self._pieces.append(text)
        whole = f"Uploading {''.join(self._pieces)}"
        if _PIECE.match(text) and not _UPLOADS.match(whole) and len(self._pieces) < _PIECES:
            return None
        self._pieces = None
        return whole if _UPLOADS.match(whole) else text

    def _upload(self, line: Line, file: str) -> Iterable[LogClaim]:
        if file in self._open:
            return ()  # progress
        settled = self._settled()
        claim = claim_of(file) if len(self._open) < MOST_HELD else None
        if claim is not None:
            self._open[file] = self._stamped(claim, line)
        return settled

    def _skip(self, line: Line, file: str) -> Iterable[LogClaim]:
        """A file that was there before; its name may be folded away, and then it is the open one."""
        named = [file] if file else list(self._open)
        before = [found for name in named if (found := self._open.pop(name, None) or claim_of(name)) is not None]
        settled = self._settled()
        if rehearsed(self._begun.to):
            return settled
        return [*settled, *(replace(self._stamped(claim, line), skipped=True) for claim in before)]

    def _stamped(self, claim: LogClaim, line: Line) -> LogClaim:
        """With what is known of the upload that goes on."""
        return replace(claim, tool=self._begun.tool, at=line.at, registry=self._begun.to)

    def _settled(self, shown: str = "") -> Iterable[LogClaim]:
        """What is open is published. Of a tool that never said it begins only what it shows in the end (where) is."""
        if self._begun == Begun() and not shown:
            return ()
        settled, self._open = self._open.values(), {}
        if rehearsed(self._begun.to) or rehearsed(shown):
            return ()
        return [self._with_digest(claim) for claim in settled]

    def _with_digest(self, claim: LogClaim) -> LogClaim:
        sha256 = self._digests.get(claim.file)
        return replace(claim, digests=(f"sha256:{sha256}",)) if sha256 else claim

    def _hash(self, text: str) -> None:
        """`print-hash` of pypa/gh-action-pypi-publish: a path, then its digests."""
        digest, file = _SHA256.match(text), text.rpartition("/")[2]
        if _HASHING.match(text):
            self._hashing = True
        elif self._hashing and _FILE.match(file):
            self._hashed = file
        elif self._hashed and digest and len(self._digests) < MOST_HELD:
            self._digests[self._hashed] = digest["sha256"]
            self._hashed = ""
