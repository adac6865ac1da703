"""One publish step's lines, read by every tool's reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from verifier.evidence.log.buildkit import BuildKit
from verifier.evidence.log.image import DockerPush, Pushers
from verifier.evidence.log.image_lines import ImageLines
from verifier.evidence.log.lines import Line
from verifier.evidence.log.monorepo import Changesets, Lerna, SemanticRelease, Yarn
from verifier.evidence.log.npm import Npm
from verifier.evidence.log.python import Uploads
from verifier.evidence.log.python_file import Flit, Hatch
from verifier.evidence.log.registrar import Registrar
from verifier.evidence.log.tool import Tool, masked
from verifier.model import LogClaim, PublishStep

MOST = 4_000
"""The most claims kept of one step while it is read."""

TOOLS: tuple[type[Tool], ...] = (
    Npm,
    Lerna,
    Changesets,
    SemanticRelease,
    Yarn,
    Uploads,
    Flit,
    Hatch,
    DockerPush,
    Pushers,
    ImageLines,
    BuildKit,
    Registrar,
)

_HEADER, _HEADER_ENDS = "##[group]Run ", "##[endgroup]"
# poetry says nothing of it: its rehearsal prints what a real run prints. No match runs across a second `poetry`: a line
# of nothing else would be read five hundred times.
_POETRY = r"(?<![\w-])poetry\b"
_REHEARSAL = re.compile(rf"{_POETRY}(?:(?!{_POETRY}).){{0,500}}?\s--dry-run(?!\S)")


@dataclass
class StepReader:
    """The readers of one step. GitHub shows a step's own script and inputs first; those are orders, not results."""

    step: PublishStep
    tools: list[Tool] = field(default_factory=lambda: [tool() for tool in TOOLS])
    found: list[LogClaim] = field(default_factory=list)
    in_header: bool = False
    rehearsed: bool = False

    def read(self, line: Line) -> None:
        """One line of the step."""
        if line.text.startswith(_HEADER) or (self.in_header and line.text != _HEADER_ENDS):
            self.in_header = True
            self.rehearsed = self.rehearsed or bool(_REHEARSAL.search(line.text))
            return
        self.in_header = False
        for tool in self.tools if len(self.found) < MOST else ():
            if tool.wants(line.text):
                self._keep(tool.read(line))

    def claims(self) -> Iterator[LogClaim]:
        """Everything that the step claims, once it is read to its end."""
        for tool in self.tools:
            self._keep(tool.end(self.step.conclusion == "success"))
        for claim in self.found:
            if not masked(claim) and not (self.rehearsed and claim.tool == "poetry"):
                yield replace(claim, step=self.step.name)

    def _keep(self, claims: Iterable[LogClaim]) -> None:
        self.found.extend(islice(claims, MOST - len(self.found)))
