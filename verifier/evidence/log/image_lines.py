"""What pushes images and says their digest in a line behind the one that names them.

They are helm, oras, docker's manifest lists, and podman within redhat-actions/push-to-registry.

Anything else in between, and the digest may be of something else: then nothing is claimed. Source: helm; oras,
cmd/oras/internal/display/metadata/text; docker/cli, cli/command/manifest; push-to-registry, src/index.ts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.evidence.log.image import REFERENCE, image
from verifier.evidence.log.lines import Line
from verifier.evidence.log.tool import DIGEST, Spoken, full
from verifier.model import LogClaim

_NOTHING = re.compile(r"(?!)")
_LABELLED = full(rf"Digest: (?P<digest>{DIGEST})")
_BARE = full(rf"(?P<digest>{DIGEST})")


@dataclass(frozen=True)
class Form:
    """How one tool says it: the line with the reference and how that begins, what may follow, and the digest's line."""

    tool: str
    begins: str
    reference: re.Pattern[str]
    digest: re.Pattern[str]
    between: re.Pattern[str] = _NOTHING


FORMS = (
    Form("helm", "Pushed: ", full(rf"Pushed: (?P<reference>{REFERENCE})"), _LABELLED),
    Form(
        "oras",
        "Pushed [registry] ",
        full(rf"Pushed \[registry\] (?P<reference>{REFERENCE})"),
        _LABELLED,
        re.compile("ArtifactType: |Tagged "),
    ),
    Form(
        "oras",
        "Copied [",
        full(rf"Copied \[[a-z-]{{1,20}}\] \S{{1,500}} => \[registry\] (?P<reference>{REFERENCE})"),
        _LABELLED,
        re.compile("ArtifactType: |Tagged "),
    ),
    Form(
        "docker",
        "Created manifest list ",
        full(rf"Created manifest list (?P<reference>{REFERENCE})"),
        _BARE,
        re.compile(r"Pushed ref |\++ docker manifest "),
    ),
    Form(
        "podman",
        "\u2705 Successfully pushed ",
        full(rf"\u2705 Successfully pushed \"[^\"]{{1,500}}\" to \"(?P<reference>{REFERENCE})\""),
        _BARE,
    ),
)
"""`docker manifest push` names nothing: only directly behind `docker manifest create` is its digest that list's."""


class ImageLines(Spoken):
    """One name at a time, until its digest comes or something else does."""

    def __init__(self) -> None:
        self._form = FORMS[0]
        self._reference = ""

    def wants(self, text: str) -> bool:
        """A name, and everything behind it until that is settled."""
        return bool(self._reference) or any(text.startswith(form.begins) for form in FORMS)

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim where the digest comes."""
        digest = self._form.digest.match(line.text) if self._reference else None
        if digest:
            yield image(self._reference, digest["digest"], self._form.tool, line)
        elif self._reference and self._form.between.match(line.text):
            return
        self._reference = ""
        for form in FORMS:
            if named := form.reference.match(line.text):
                self._form, self._reference = form, named["reference"]
