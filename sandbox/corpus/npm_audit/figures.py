"""What npm said of the corpus, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.corpus.npm_audit.asked import Asked
from sandbox.corpus.npm_audit.client import Said
from sandbox.corpus.tables import table

_ROWS = {
    "rogue, without provenance": (True, False),
    "rogue, with provenance": (True, True),
    "honest, without provenance": (False, False),
    "honest, with provenance": (False, True),
}


@dataclass(frozen=True)
class Answer:
    """One version and what npm said of it."""

    asked: Asked
    said: Said

    @property
    def row(self) -> tuple[bool, bool]:
        """Whether it is rogue, and whether it has provenance."""
        return self.asked.rogue, bool(self.asked.attestations)


def markdown(npm: str, answers: Sequence[Answer], elsewhere: int) -> str:
    """The table and what stands out in it. `npm` is its version, `elsewhere` counts what is not npm's."""
    counts = Counter((answer.row, answer.said) for answer in answers)
    rows = [
        (name, sum(counts[row, said] for said in Said), *(counts[row, said] for said in Said))
        for name, row in _ROWS.items()
    ]
    flagged = [answer for answer in answers if answer.said is not Said.VERIFIED]
    return "\n\n".join(
        (
            f"npm {npm}, asked about {len(answers)} publications after the installation: it flags"
            f" {sum(answer.asked.rogue for answer in flagged)} of {sum(answer.asked.rogue for answer in answers)} rogue"
            f" ones and {sum(not answer.asked.rogue for answer in flagged)} of"
            f" {sum(not answer.asked.rogue for answer in answers)} honest ones.",
            table(("publications", "asked", *(said.value for said in Said)), rows),
            f"Flagged: {_listed(flagged)}. Not asked: {elsewhere} publications on PyPI and of images, which npm does"
            " not install.\n",
        )
    )


def _listed(answers: Sequence[Answer]) -> str:
    named = (f"{answer.asked.spec} in {answer.asked.scenario} ({answer.said.value})" for answer in answers)
    return ", ".join(named) or "none"
