"""A log's word on how large it is and what is in it, signed as a note. Source: c2sp.org/tlog-checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.sigstore.merkle import Inclusion
from sandbox.sigstore.wire import b64


def proof(
    inclusion: Inclusion, origin: str, name: str, key_id: bytes, sign: Callable[[bytes], bytes]
) -> dict[str, Any]:
    """An inclusion proof as bundles carry it, with the checkpoint it leads to, signed under `name`."""
    text = f"{origin}\n{inclusion.size}\n{b64(inclusion.root)}\n"
    line = f"\u2014 {name} {b64(key_id[:4] + sign(text.encode()))}\n"
    return {
        "logIndex": str(inclusion.index),
        "rootHash": b64(inclusion.root),
        "treeSize": str(inclusion.size),
        "hashes": [b64(step) for step in inclusion.path],
        "checkpoint": {"envelope": f"{text}\n{line}"},
    }
