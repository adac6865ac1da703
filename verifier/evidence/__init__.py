"""What signed bundles prove, checked offline against pinned trust roots: untrusted bytes in, `Evidence` out.

The only room that imports sigstore and pypi_attestations. Loading those takes half a second and 50 MB, so each name is
loaded when it is first asked for: who only reads logs or archives here never waits for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verifier.evidence.answer import Answer, Checked
    from verifier.evidence.claims import Claims
    from verifier.evidence.judging import judge, verify
    from verifier.evidence.procedure import check
    from verifier.evidence.statement import Statement, Subject
    from verifier.evidence.trust import BadTrust, Trust, embedded_roots

__all__ = [
    "Answer",
    "BadTrust",
    "Checked",
    "Claims",
    "Statement",
    "Subject",
    "Trust",
    "check",
    "embedded_roots",
    "judge",
    "verify",
]

_HOMES = {
    "answer": ("Answer", "Checked"),
    "claims": ("Claims",),
    "judging": ("judge", "verify"),
    "procedure": ("check",),
    "statement": ("Statement", "Subject"),
    "trust": ("BadTrust", "Trust", "embedded_roots"),
}


def __getattr__(name: str) -> object:
    """A name of this room, loaded now."""
    home = next((module for module, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
