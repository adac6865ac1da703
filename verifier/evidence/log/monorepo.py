"""Tools that publish to npm for others: lerna, changesets, semantic-release, yarn berry. Source: each, run.

Plain `yarn publish` and `yarn npm publish` say neither name nor version, so they claim nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from verifier.evidence.log.lines import Line
from verifier.evidence.log.npm import Block
from verifier.evidence.log.tool import MOST_HELD, NPM_NAME, NPM_SPEC, Spoken
from verifier.model import LogClaim

_LERNA = re.compile(
    rf"lerna (?:success published (?P<name>{NPM_NAME}) (?P<version>\d[^\s()]{{0,255}})|notice (?P<said>.*))\Z"
)
_NEXT = re.compile(r"📦|=== Tarball Details")
_PUBLISHED = re.compile(r"🦋\s+success packages published successfully:\Z")
_LISTED = re.compile(rf"🦋\s+{NPM_SPEC}\Z")
_UNPUBLISHED = re.compile(
    rf"🦋\s+(?:info|warn) (?P<name>{NPM_NAME}) is not being published because "
    r"version (?P<version>\d\S{0,255}) is already published on npm\Z"
)
_SEMANTIC = re.compile(
    r"(?:\[[\d:]{5,8}(?: [AP]M)?\] )?\[semantic-release\] \[@semantic-release/npm\] › \S{1,8}\s+"
    rf"Published {NPM_SPEC} to (?:dist-tag )?@?\S{{1,200}}(?: dist-tag)? on (?P<registry>\S{{1,300}})\Z"
)
_YARN = '{"name":'


class Lerna:
    """lerna says that a package is published, and shows its block before or after that."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._done: dict[tuple[str, str], Line] = {}

    def wants(self, text: str) -> bool:
        """Lines that say whose they are."""
        return text.startswith("lerna ")

    def read(self, line: Line) -> Iterable[LogClaim]:
        """Nothing yet: the digest may be told after the success."""
        found = _LERNA.match(line.text)
        if found and found["name"]:
            if len(self._done) < MOST_HELD:
                self._done.setdefault((found["name"], found["version"]), line)
        elif found:
            said = found["said"].strip()
            if _NEXT.match(said) and len(self._blocks) < MOST_HELD:
                self._blocks.append(Block())
            elif self._blocks:
                self._blocks[-1].add(said)
        return ()

    def end(self, succeeded: bool) -> Iterator[LogClaim]:
        """The packages that it said are published, whatever became of the others."""
        blocks = {block.spec: block for block in self._blocks}
        for spec, line in self._done.items():
            block = blocks.get(spec, Block())
            yield LogClaim("npm", *spec, digests=block.digests, integrity=block.integrity, tool="lerna", at=line.at)


class Changesets(Spoken):
    """changesets lists what it published behind a heading, what failed behind another."""

    def __init__(self) -> None:
        self._listing = False

    def wants(self, text: str) -> bool:
        """Lines with its mark, and what ends a list."""
        return self._listing or text.startswith("🦋")

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim for each line of the list, and for each package whose version it found in the registry."""
        listed = _LISTED.match(line.text) if self._listing else None
        before = _UNPUBLISHED.match(line.text)
        if listed:
            yield LogClaim("npm", listed["name"], listed["version"], tool="changesets", at=line.at)
        elif before:
            yield LogClaim("npm", before["name"], before["version"], skipped=True, tool="changesets", at=line.at)
        else:
            self._listing = bool(_PUBLISHED.match(line.text))


class SemanticRelease(Spoken):
    """Its npm plugin says so after npm did; `Published release` is said in rehearsals too, and counts for nothing."""

    def wants(self, text: str) -> bool:
        """Lines of its npm plugin."""
        return "[@semantic-release/npm]" in text

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim for the plugin's own line."""
        found = _SEMANTIC.match(line.text)
        if found:
            told = found["registry"]
            yield LogClaim("npm", found["name"], found["version"], tool="semantic-release", at=line.at, registry=told)


class Yarn(Spoken):
    """`yarn npm publish --json`: one object in one line, which says whether it was a rehearsal."""

    def wants(self, text: str) -> bool:
        """An object in one line."""
        return text.startswith(_YARN) and text.endswith("}")

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim for an object that says `published`."""
        try:
            said = json.loads(line.text)
        except (ValueError, RecursionError):
            return
        name, version, registry = said.get("name"), said.get("version"), said.get("registry")
        if said.get("published") is not True or said.get("dryRun") is not False:
            return
        if isinstance(name, str) and isinstance(version, str) and re.fullmatch(NPM_SPEC, f"{name}@{version}"):
            to = registry[:300] if isinstance(registry, str) else ""
            yield LogClaim(
                "npm", name, version, staged=said.get("staged") is True, tool="yarn", at=line.at, registry=to
            )
