"""The command in a folder of its own, and the documents that it is given."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from app.cli.main import main
from sandbox.sigstore import PrivateSigstore
from tests.evidence.private import AT, PURL, RUN, SHA256_HEX, SHA512_HEX, SLSA, bundle, statement

OTHER = PrivateSigstore.make(b"another")
"""A Sigstore that nobody here trusts."""
PARTS = "https://spdx.dev/Document"
"""A list of parts: signed by the run, and no word about where anything was built."""
SUBJECT = {"name": PURL, "digest": {"sha256": SHA256_HEX, "sha512": SHA512_HEX}}


def signed(kind: str = SLSA, *subjects: dict[str, Any], **how: Any) -> dict[str, Any]:
    """A good bundle."""
    return bundle(statement(list(subjects) or [SUBJECT], kind, {}), **how)


def spoilt() -> dict[str, Any]:
    """The same with another statement under the signature."""
    made = signed()
    made["dsseEnvelope"]["payload"] = base64.b64encode(statement([{**SUBJECT, "name": "other"}])).decode()
    return made


def stranger() -> dict[str, Any]:
    """Good, and signed in a Sigstore that is not known."""
    return OTHER.sign(statement([SUBJECT], said={}), RUN, AT)


def attestation(made: dict[str, Any]) -> dict[str, Any]:
    """A bundle in the words of PEP 740."""
    material, envelope = made["verificationMaterial"], made["dsseEnvelope"]
    return {
        "version": 1,
        "verification_material": {
            "certificate": material["certificate"]["rawBytes"],
            "transparency_entries": material["tlogEntries"],
        },
        "envelope": {"statement": envelope["payload"], "signature": envelope["signatures"][0]["sig"]},
    }


def npm(*bundles: dict[str, Any]) -> dict[str, Any]:
    """The attestations document of npm."""
    return {"attestations": [{"predicateType": "https://example.com/unsigned", "bundle": one} for one in bundles]}


def provenance(*attestations: dict[str, Any]) -> dict[str, Any]:
    """The provenance object of PEP 740."""
    return {"version": 1, "attestation_bundles": [{"publisher": {"kind": "x"}, "attestations": list(attestations)}]}


class Command:
    """`artifact-monitor verify-bundle`, trusting the private Sigstore."""

    def __init__(self, folder: Path, root: Path) -> None:
        self._folder, self._root = folder, root

    def file(self, document: object, name: str = "file.json") -> Path:
        """A file with this document."""
        path = self._folder / name
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
        return path

    def run(self, *arguments: object) -> Result:
        """What it prints and how it exits."""
        return CliRunner().invoke(main, ["verify-bundle", "--trust-root", str(self._root), *map(str, arguments)])

    def json(self, document: object, *arguments: object) -> tuple[dict[str, Any], int]:
        """The one line about the one file, and the exit code."""
        result = self.run(self.file(document), "--json", *arguments)
        [line] = result.output.splitlines()
        return json.loads(line), result.exit_code
