"""What npm prints when it publishes, and pnpm, which calls it. Source: npm 9, 10 and 11 (`publish.js`, `tar.js`), run.

A rehearsal prints the same block and the same `+ name@version`; only `(dry-run)` behind the registry's address tells.
So a claim needs an announcement that is none, and `+ name@version` after it. npm 6 and older announce nothing: none.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from verifier.evidence.log.lines import Line
from verifier.evidence.log.npm_json import Packed, Report
from verifier.evidence.log.tool import MOST_HELD, NPM_SPEC, Spoken
from verifier.model import LogClaim

_NOTICE = re.compile(r"npm notice (?P<said>.*)")
_PACKAGE = re.compile(rf"(?:📦\s+|package: ){NPM_SPEC}\Z")
_FIELD = re.compile(r"(?P<key>name|version|shasum|integrity):\s+(?P<value>\S{1,300})\Z")
_TO = re.compile(r"(?P<how>Publishing|Staging) to (?P<registry>\S{1,300})(?P<rest>.*)")
_DONE = re.compile(rf"\+ {NPM_SPEC}(?P<staged> \(staged(?: with id [^)]{{1,100}})?\))?\Z")
_SHA1 = re.compile(r"[0-9a-f]{40}")
_SHORTENED = re.compile(r"sha512-[A-Za-z0-9+/]{13}\[\.\.\.\][A-Za-z0-9+/=]{15}")


@dataclass
class Block:
    """The details of one tarball, as far as they are printed."""

    fields: dict[str, str] = field(default_factory=dict)

    def add(self, said: str) -> None:
        """One line of it, without the `npm notice`."""
        found = _FIELD.match(said)
        if found:
            self.fields[found["key"]] = found["value"]

    @property
    def spec(self) -> tuple[str, str]:
        """Name and version."""
        return self.fields.get("name", ""), self.fields.get("version", "")

    @property
    def digests(self) -> tuple[str, ...]:
        """Its sha1, unless GitHub masked a part of it."""
        sha1 = self.fields.get("shasum", "")
        return (f"sha1:{sha1}",) if _SHA1.fullmatch(sha1) else ()

    @property
    def integrity(self) -> str:
        """npm's shortened form; '' when it is not whole."""
        said = self.fields.get("integrity", "")
        return said if _SHORTENED.fullmatch(said) else ""


@dataclass(frozen=True)
class Announced:
    """npm said where it publishes: for real or as a rehearsal, and with which tarball."""

    registry: str
    dry: bool
    staged: bool
    block: Block


class Npm(Spoken):
    """npm's own lines. Standard error and standard output are two streams: a `+` may come late, so it is kept by name.

    With `--json`, and where notices are cut short, no block precedes the announcement: `_nameless`.
    """

    def __init__(self) -> None:
        self._block = Block()
        self._named: dict[tuple[str, str], Announced] = {}
        self._nameless: deque[Announced] = deque(maxlen=MOST_HELD)
        self._report = Report()

    def wants(self, text: str) -> bool:
        """npm's own lines, and every line of a report."""
        return text.startswith(("npm notice ", "+ ")) or self._report.wants(text)

    def read(self, line: Line) -> Iterable[LogClaim]:
        """A claim where a publication is done."""
        notice = _NOTICE.match(line.text)
        if notice:
            self._hear(notice["said"].strip())
            return ()
        done = _DONE.match(line.text)
        if done:
            return self._done(line, (done["name"], done["version"]), bool(done["staged"]))
        return self._reported(line, self._report.read(line.text))

    def _hear(self, said: str) -> None:
        to, package = _TO.match(said), _PACKAGE.match(said)
        if to:
            told = Announced(to["registry"], "(dry-run)" in to["rest"], to["how"] == "Staging", self._block)
            if self._block.spec == ("", ""):
                self._nameless.append(told)
            elif len(self._named) < MOST_HELD:
                self._named[self._block.spec] = told
            self._block = Block()
        elif package:
            self._block = Block({"name": package["name"], "version": package["version"]})
        else:
            self._block.add(said)

    def _done(self, line: Line, spec: tuple[str, str], staged: bool) -> Iterator[LogClaim]:
        told = self._named.pop(spec, None) or (self._nameless.popleft() if self._nameless else None)
        if told is not None and not told.dry:
            yield LogClaim(
                "npm",
                *spec,
                digests=told.block.digests,
                integrity=told.block.integrity,
                staged=staged or told.staged,
                tool="npm",
                at=line.at,
                registry=told.registry,
            )

    def _reported(self, line: Line, packed: tuple[Packed, ...]) -> Iterator[LogClaim]:
        """`--json` reports after success, and for a rehearsal too: only with as many announcements, all for real."""
        if not packed:
            return
        told, self._nameless = list(self._nameless), deque(maxlen=MOST_HELD)
        if len(told) < len(packed) or any(one.dry for one in told):
            return
        for one, announced in zip(packed, told, strict=False):
            yield LogClaim(
                "npm",
                one.name,
                one.version,
                digests=one.digests,
                staged=one.staged or announced.staged,
                tool="npm",
                at=line.at,
                registry=announced.registry,
            )
