"""A private Sigstore: its own CA, CT log, transparency logs, timestamp authority and trust root; for demo and tests.

What it signs is accepted by every Sigstore verifier that is given its trust root, and by no other.
"""

from __future__ import annotations

from sandbox.sigstore.claims import Claims
from sandbox.sigstore.private import PrivateSigstore

__all__ = ["Claims", "PrivateSigstore"]
