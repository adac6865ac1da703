"""Makes the keys with which Pulp signs the tokens of its container registry.

python -m tests.e2e.pulp_token FOLDER: makes `token.key` and `token.pub` there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def make(folder: Path) -> None:
    """Write both, in PEM form, for ES256."""
    private = ec.generate_private_key(ec.SECP256R1())
    (folder / "token.key").write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "token.pub").write_bytes(
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]))
