"""npm beside a registry on loopback, for as long as it is asked."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox import provenance
from sandbox.corpus.npm_audit.asked import Asked, rounds
from sandbox.corpus.npm_audit.client import CannotAsk, Npm
from sandbox.corpus.npm_audit.figures import Answer
from sandbox.corpus.npm_audit.registry import Key, Signatures, documents
from sandbox.corpus.npm_audit.server import serving
from sandbox.sigstore import tuf

_TRUST_ROOT = "trusted_root.json"
_LIFETIME = timedelta(days=1)


def audit(everything: Iterable[Asked], key: Key, signatures: Signatures | None = None) -> tuple[str, list[Answer]]:
    """npm's version, and what it says of each of these. Raises CannotAsk.

    The registry's keys have `key` alone; `signatures` are what it serves in place of that key's own. Provenance is
    held against the sandbox's Sigstore, which stands where npm looks for the public one.
    """
    program = shutil.which("npm")
    if program is None:
        raise CannotAsk("it is not installed")
    expires = datetime.now(UTC).replace(microsecond=0) + _LIFETIME
    files = tuf.repository({_TRUST_ROOT: provenance.trust_root()}, expires)
    answers: list[Answer] = []
    with TemporaryDirectory() as own, serving(Path(own), files) as server:
        npm = Npm(program, Path(own), server.url, files[tuf.ROOT])
        version = npm.version()
        for asked in rounds(everything):
            server.registry = documents(asked, key, signatures)
            said = npm.audit(asked)
            answers += [Answer(this, said[this.spec]) for this in asked]
    return version, answers
