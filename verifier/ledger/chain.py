"""The chain over the facts: each link's hash covers the link before it, so that nothing in the middle can be altered.

What it cannot show: facts cut off at the end. Keep the last hash somewhere else to see that too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from verifier.ledger.protocol import Link

GENESIS = "0" * 64
"""What the first link names as the one before it."""


def chained(previous: str, sequence: int, recorded_at: datetime, kind: str, body: str) -> Link:
    """The next link: SHA-256 over the previous hash, the sequence number, the time, the kind and the canonical body."""
    covered = json.dumps([previous, sequence, recorded_at.astimezone(UTC).isoformat(), kind, body])
    return Link(sequence, recorded_at, kind, body, previous, hashlib.sha256(covered.encode()).hexdigest())


def broken(links: Iterable[Link]) -> str:
    """Where the chain does not hold, as one sentence; empty when it holds from the first fact to the last."""
    previous = GENESIS
    for sequence, link in enumerate(links, start=1):
        if link.sequence != sequence:
            return f"fact {sequence} is missing: fact {link.sequence} follows fact {sequence - 1}"
        if link.previous != previous:
            return f"fact {sequence} does not follow the fact before it"
        if link != chained(previous, sequence, link.recorded_at, link.kind, link.body):
            return f"fact {sequence} was altered after it was recorded"
        previous = link.hash
    return ""
