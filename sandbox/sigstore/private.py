"""The parts plugged together: sign a statement and get the bundle that a public Sigstore would have given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.sigstore import root
from sandbox.sigstore.ca import Authority
from sandbox.sigstore.claims import Claims
from sandbox.sigstore.ct import CtLog
from sandbox.sigstore.keys import Seed
from sandbox.sigstore.rekor import Rekor
from sandbox.sigstore.rekor2 import Rekor2
from sandbox.sigstore.signature import Signature, signed
from sandbox.sigstore.tsa import Timestamps
from sandbox.sigstore.wire import b64

Kind = Literal["dsse", "intoto", "hashedrekord-v2"]
Media = Literal["v0.1", "v0.2", "v0.3"]
LOGGED_AFTER = timedelta(seconds=1)


@dataclass(frozen=True)
class PrivateSigstore:
    """One instance, good or with parts of another. `ct` None: nobody promised to publish its certificates."""

    ca: Authority
    ct: CtLog | None
    rekor: Rekor
    rekor2: Rekor2
    tsa: Timestamps

    @staticmethod
    def make(secret: bytes) -> PrivateSigstore:
        """The instance of this secret: the same secret gives the same keys and the same trust root."""
        seed = Seed(secret)
        return PrivateSigstore(Authority(seed), CtLog(seed), Rekor(seed), Rekor2(seed), Timestamps(seed))

    def trusted_root(self) -> bytes:
        """Its `trusted_root.json`. Raises ValueError for an instance without a CT log, which nobody can trust."""
        if self.ct is None:
            raise ValueError("there is no trust root without a certificate transparency log")
        return root.written(self.ca, self.ct, self.rekor, self.rekor2, self.tsa)

    def sign(
        self,
        statement: bytes,
        claims: Claims,
        at: datetime,
        kind: Kind = "dsse",
        media: Media = "v0.3",
        *,
        proof: bool = True,
        tsa: bool = False,
        logged: datetime | None = None,
    ) -> dict[str, Any]:
        """The bundle of a statement signed at `at` and logged a second later, or at `logged`.

        `kind` is the log's entry; `hashedrekord-v2` brings its timestamp with it. `proof` False: the log promised
        only, as in early 2023.
        """
        key, when = ec.generate_private_key(ec.SECP256R1()), logged or at + LOGGED_AFTER
        signature = signed(statement, key, self.ca.issue(key.public_key(), claims, at, self.ct))
        match kind:
            case "dsse":
                entry = self.rekor.dsse(signature, when, proof=proof)
            case "intoto":
                entry = self.rekor.intoto(signature, when, proof=proof)
            case "hashedrekord-v2":
                entry = self.rekor2.hashedrekord(signature)
        stamps = [self.tsa.stamp(signature.signature, when)] if tsa or kind == "hashedrekord-v2" else []
        return bundle(signature, entry, media, stamps)


def bundle(signature: Signature, entry: dict[str, Any], media: Media, stamps: list[bytes]) -> dict[str, Any]:
    """A Sigstore bundle (sigstore/protobuf-specs, sigstore_bundle.proto)."""
    certificate, material = {"rawBytes": signature.der}, dict[str, Any]()
    if media == "v0.3":
        kind = "application/vnd.dev.sigstore.bundle.v0.3+json"
        material["certificate"] = certificate
    else:
        kind = f"application/vnd.dev.sigstore.bundle+json;version={media[1:]}"
        material["x509CertificateChain"] = {"certificates": [certificate]}
    material["tlogEntries"] = [entry]
    if stamps:
        stamped = [{"signedTimestamp": b64(stamp)} for stamp in stamps]
        material["timestampVerificationData"] = {"rfc3161Timestamps": stamped}
    return {"mediaType": kind, "verificationMaterial": material, "dsseEnvelope": signature.envelope}
