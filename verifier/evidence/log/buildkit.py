"""What BuildKit prints when it pushes: buildx, docker/build-push-action, bake, and `imagetools create`.

It names the manifest before the registry has taken it, and again with `done` after. Older ones give the digest only
where they export it. The metadata that the action shows in the end names an image whether it was pushed or not, so it
is passed over. Source: moby/buildkit, plain progress; docker/buildx, commands/imagetools/create.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from verifier.evidence.log.image import REFERENCE, image
from verifier.evidence.log.lines import Line
from verifier.evidence.log.tool import DIGEST, MOST_HELD, Spoken
from verifier.model import LogClaim

_VERTEX = re.compile(r"#(?P<number>\d{1,6}) (?:\d{1,7}\.\d{1,4} )?(?P<said>.{1,1000})\Z")
_TIME = r"(?: \d{1,7}(?:\.\d{1,4})?s)?"
_EXPORTS = re.compile(rf"exporting manifest(?P<list> list)? (?P<digest>{DIGEST}){_TIME}(?: done)?\Z")
_PUSHES = re.compile(
    rf"pushing manifest for (?P<reference>{REFERENCE})(?:@(?P<digest>{DIGEST}))?{_TIME}(?P<done> done)?\Z"
)
_CREATES = re.compile(rf"pushing (?P<digest>{DIGEST}) to (?P<reference>{REFERENCE})\Z")
_ENDS = re.compile(r"(?P<how>DONE|ERROR|CANCELED)\b")


@dataclass
class Export:
    """One numbered piece of work: the digests that it exported and the references that it is pushing."""

    manifests: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    pushing: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What it pushes: the list, or the one manifest; '' when that is not clear."""
        exported = self.lists or self.manifests
        return next(iter(exported)) if len(exported) == 1 else ""


class BuildKit(Spoken):
    """Pieces of work by their numbers, which run side by side."""

    def __init__(self) -> None:
        self._exports: dict[str, Export] = {}

    def wants(self, text: str) -> bool:
        """Lines with the number of a piece of work."""
        return text.startswith("#")

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim where a manifest is pushed."""
        vertex = _VERTEX.match(line.text)
        if not vertex:
            return
        number, said = vertex["number"], vertex["said"]
        exports, pushes, ends = _EXPORTS.match(said), _PUSHES.match(said) or _CREATES.match(said), _ENDS.match(said)
        if ends:
            export = self._exports.pop(number, Export())
            if ends["how"] == "DONE":
                yield from self._claims(line, export.pushing)
        elif exports or pushes:
            if number not in self._exports and len(self._exports) >= MOST_HELD:
                return
            export = self._exports.setdefault(number, Export())
            if exports and len(export.manifests) < MOST_HELD:
                (export.lists if exports["list"] else export.manifests).add(exports["digest"])
            if pushes and len(export.pushing) < MOST_HELD:
                digest = pushes["digest"] or export.digest
                export.pushing[pushes["reference"]] = digest
                if pushes.groupdict().get("done"):
                    yield from self._claims(line, {pushes["reference"]: digest})

    def _claims(self, line: Line, pushed: dict[str, str]) -> Iterator[LogClaim]:
        for reference, digest in pushed.items():
            if digest:
                yield image(reference, digest, "buildkit", line)
