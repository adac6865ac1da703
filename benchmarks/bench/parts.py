"""What is measured, in this order: one module of this folder each, with `measure(full)`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from benchmarks.bench.rows import Measured, Missing, missing


@dataclass(frozen=True)
class Measurement:
    """One of them. `long`: only measured where all is wanted."""

    name: str
    what: str
    unit: str
    long: bool = False

    def measure(self, full: bool) -> Measured:
        """Do it, in this process. Where it cannot be done here, one row says what is needed."""
        try:
            found: Measured = import_module(f"benchmarks.bench.{self.name}").measure(full)
        except Missing as why:
            return self.without(str(why))
        return found

    def without(self, why: str) -> Measured:
        """As it is shown where it was not done."""
        return Measured((missing(self.what, "", self.unit, why),))


PARTS = (
    Measurement("webhooks", "webhooks beside Probot", "a second"),
    Measurement("latency", "a webhook until it is accepted", "ms"),
    Measurement("verify", "bundles verified", "a second"),
    Measurement("audit", "versions judged", "a second"),
    Measurement("polls", "polls", "ms of processor"),
    Measurement("pages", "pages", "ms"),
    Measurement("told", "from verdict to message", "ms"),
    Measurement("memory", "memory under load", "MB"),
    Measurement("views", "views of the ledger", "ms", long=True),
    Measurement("paced", "10,000 artifacts polled", "ms of processor", long=True),
)
NAMES = tuple(part.name for part in PARTS)
