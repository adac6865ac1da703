"""The collection of public bundles beside the checkout, where it is; tests over it skip where it is not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from sigstore._internal.tuf import STAGING_TUF_URL
from sigstore._utils import read_embedded

from verifier.evidence import Trust, embedded_roots
from verifier.model import Form

BUNDLES = Path(os.environ.get("SHARED", Path(__file__).parents[2].parent / "shared")) / "bundles"
INDEX: list[dict[str, Any]] = (
    json.loads((BUNDLES / "index.json").read_bytes()) if (BUNDLES / "index.json").exists() else []
)
GOOD = [entry for entry in INDEX if entry["expected_crypto"] == "good"]
BAD = [entry for entry in INDEX if entry["expected_crypto"] == "bad"]
present = pytest.mark.skipif(not INDEX, reason="the collection of bundles is not here")

STAGING = read_embedded("trusted_root.json", STAGING_TUF_URL)
KEYS = (BUNDLES / "npm-keys.json").read_bytes() if INDEX else None
TRUSTS = {"prod": Trust.read(embedded_roots(), KEYS), "staging": Trust.read([STAGING], KEYS)}


def document(entry: dict[str, Any]) -> bytes:
    """Its bytes."""
    return (BUNDLES / str(entry["file"])).read_bytes()


def form(entry: dict[str, Any]) -> Form:
    """How it is written."""
    return Form.PEP740 if entry["format"] == "pep740" else Form.BUNDLE


def trust(entry: dict[str, Any]) -> Trust:
    """The root that the index names for it: production where it names none, or one that is not here."""
    return TRUSTS["staging" if entry["sigstore_python"]["root"] == "staging" else "prod"]
