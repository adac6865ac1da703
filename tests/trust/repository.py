"""A TUF repository with keys of its own, served on loopback: signed as Sigstore's is, and spoilt as a test wants."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]
from tuf.api.metadata import (  # type: ignore[attr-defined]
    Metadata,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from app.trust.root import COPY
from tests.http.server import Answer, Server

ROLES = ("root", "timestamp", "snapshot", "targets")


class _Served(dict[str, Answer]):
    """What is not served is not there."""

    def __missing__(self, path: str) -> Answer:
        return lambda handler: handler.send(404)


def _sends(body: bytes) -> Answer:
    return lambda handler: handler.send(200, body)


class Repository:
    """One key for each role. Whatever is changed counts once it is published."""

    def __init__(self, server: Server, target: bytes) -> None:
        self._server = server
        self.files: dict[str, bytes] = {}
        server.answers = _Served()
        self.keys = {role: CryptoSigner.generate_ecdsa() for role in ROLES}
        expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=100)
        self.root = Root(version=1, expires=expires, consistent_snapshot=True)
        for role, key in self.keys.items():
            self.root.add_key(key.public_key, role)
        self.timestamp = Timestamp(version=1, expires=expires)
        self.snapshot = Snapshot(version=1, expires=expires)
        self.targets = Targets(version=1, expires=expires)
        self.first = self._signed("root", self.keys["root"])
        self.serve({"1.root.json": self.first})
        self.publish(target)

    @property
    def url(self) -> str:
        return f"{self._server.url}/tuf"

    def publish(self, target: bytes, name: str = COPY) -> None:
        """A new version of everything but the root, with this trust root."""
        self.targets.version += 1
        self.targets.targets = {name: TargetFile.from_data(name, target, ["sha256"])}
        self.snapshot.version += 1
        self.snapshot.meta["targets.json"].version = self.targets.version
        self.timestamp.version += 1
        self.timestamp.snapshot_meta.version = self.snapshot.version
        digest = hashlib.sha256(target).hexdigest()
        self.serve({f"targets/{digest}.{name}": target})
        self.sign()

    def sign(self) -> None:
        """The same state, signed with the keys of now."""
        self.serve(
            {
                f"{self.targets.version}.targets.json": self._signed("targets"),
                f"{self.snapshot.version}.snapshot.json": self._signed("snapshot"),
                "timestamp.json": self._signed("timestamp"),
            }
        )

    def rotate(self, signed_by_old: bool = True) -> None:
        """New keys for every role, vouched for by the old root key or not; then everything is signed with them."""
        old = self.keys
        self.keys = {role: CryptoSigner.generate_ecdsa() for role in ROLES}
        for role in ROLES:
            self.root.revoke_key(old[role].public_key.keyid, role)
            self.root.add_key(self.keys[role].public_key, role)
        self.root.version += 1
        signers = [old["root"]] if signed_by_old else []
        self.serve({f"{self.root.version}.root.json": self._signed("root", self.keys["root"], *signers)})
        self.sign()

    def serve(self, files: Mapping[str, bytes]) -> None:
        self.files |= files
        self._server.answers |= {f"/tuf/{name}": _sends(body) for name, body in files.items()}

    def state(self) -> _Served:
        """What is served now, to roll back to."""
        return _Served(self._server.answers)

    def roll_back(self, state: _Served) -> None:
        """Serve an earlier state again."""
        self._server.answers = state

    def _signed(self, role: str, *signers: CryptoSigner) -> bytes:
        held = Metadata(getattr(self, role))
        for signer in signers or (self.keys[role],):
            held.sign(signer, append=True)
        return held.to_bytes(JSONSerializer())
