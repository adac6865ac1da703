"""The shape every tool's reader has, and the names that several of them print."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from verifier.evidence.log.lines import Line
from verifier.image_hosts import MASK, amazon_masked
from verifier.model import LogClaim

MOST_HELD = 2_000
"""The most things one reader keeps in mind within one step; what comes after is passed over."""

NPM_NAME = r"(?:@[^\s/@]{1,214}/)?[^\s/@]{1,214}"
NPM_SPEC = rf"(?P<name>{NPM_NAME})@(?P<version>[^\s@()]{{1,256}})"
DIGEST = r"sha256:[0-9a-f]{64}"


class Tool(Protocol):
    """One tool's reader, made anew for each step. It is given the lines that it wants, and claims at success."""

    def wants(self, text: str) -> bool:
        """A cheap look whether a line can matter to it: most lines of a log matter to none."""

    def read(self, line: Line) -> Iterable[LogClaim]:
        """What a line that it wants settles."""

    def end(self, succeeded: bool) -> Iterable[LogClaim]:
        """What the end of the step settles. `succeeded`: GitHub says the step did."""


class Spoken:
    """A tool whose words need no end: its claims come with the lines."""

    def end(self, succeeded: bool) -> Iterable[LogClaim]:
        """Nothing is left open."""
        return ()


def masked(claim: LogClaim) -> bool:
    """GitHub hid a part of its name behind asterisks, so that it names nothing.

    The number of an account in the host of Amazon's registry may be hidden: what stands behind it still names it.
    """
    host, _, path = claim.name.partition("/")
    name = path if claim.type == "oci" and amazon_masked(host) else claim.name
    return any(MASK in text for text in (name, claim.version, claim.file))


def full(pattern: str) -> re.Pattern[str]:
    """A pattern of a whole line."""
    return re.compile(rf"{pattern}\Z")
