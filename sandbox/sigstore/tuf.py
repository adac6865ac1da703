"""A TUF repository that hands out files, as Sigstore's public one hands out its trust root.

Source: theupdateframework.github.io/specification; tuf-repo-cdn.sigstore.dev.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]  # it is there, and not in its __all__
from tuf.api.metadata import (  # type: ignore[attr-defined]  # the same
    Metadata,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

ROOT = "1.root.json"
"""The metadata that a client must have before it asks: everything else is believed because of it."""
_ROLES = ("root", "timestamp", "snapshot", "targets")


def repository(targets: Mapping[str, bytes], expires: datetime) -> dict[str, bytes]:
    """Every file of a repository with these targets, by its path; keys of its own, one for each role."""
    keys = {role: CryptoSigner.generate_ecdsa() for role in _ROLES}
    root = Root(version=1, expires=expires, consistent_snapshot=True)
    for role, key in keys.items():
        root.add_key(key.public_key, role)
    held = {name: TargetFile.from_data(name, data, ["sha256"]) for name, data in targets.items()}
    roles: dict[str, tuple[Any, str]] = {
        ROOT: (root, "root"),
        "timestamp.json": (Timestamp(version=1, expires=expires), "timestamp"),
        "1.snapshot.json": (Snapshot(version=1, expires=expires), "snapshot"),
        "1.targets.json": (Targets(version=1, expires=expires, targets=held), "targets"),
    }
    files = {f"targets/{hashlib.sha256(data).hexdigest()}.{name}": data for name, data in targets.items()}
    for path, (said, role) in roles.items():
        metadata: Metadata[Any] = Metadata(said)
        metadata.sign(keys[role])
        files[path] = metadata.to_bytes()
    return files
