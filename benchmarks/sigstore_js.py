"""sigstore-js, what npm verifies with: installed from npm into a folder, and asked there, in one warm process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("@sigstore/verify", "@sigstore/bundle", "@sigstore/protobuf-specs")

# Reads a line of indexes, verifies those documents, and answers with seconds, by the clock and of the processor, and
# what was verified.
SCRIPT = """
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { Verifier, toSignedEntity, toTrustMaterial } from "@sigstore/verify";
const documents = JSON.parse(readFileSync("documents.json", "utf8"));
const root = TrustedRoot.fromJSON(JSON.parse(readFileSync("trusted_root.json", "utf8")));
const verifier = new Verifier(toTrustMaterial(root));
function verified(text) {
  try {
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(text))));
    return true;
  } catch {
    return false;
  }
}
for await (const line of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  const begun = process.hrtime.bigint();
  const answers = JSON.parse(line).map((at) => verified(documents[at]));
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  const used = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ seconds, cpu: (used.user + used.system) / 1e6, answers }) + "\\n");
}
"""


def install(folder: Path) -> str:
    """Install what this Node can run into this folder; the version of `@sigstore/verify`. Raises CalledProcessError."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
    subprocess.run(["npm", "install", *quiet, *PACKAGES], cwd=folder, check=True)
    (folder / "verify.mjs").write_text(SCRIPT)
    about = folder / "node_modules" / "@sigstore" / "verify" / "package.json"
    version: str = json.loads(about.read_text())["version"]
    return version


@dataclass(frozen=True)
class Took:
    """Seconds for several documents, by the clock and of the processor; and which of them are verified."""

    seconds: float
    cpu: float
    answers: Sequence[bool]


class SigstoreJs:
    """A process that verifies documents under a trusted root, when asked by their places among all."""

    def __init__(self, folder: Path, root: bytes, documents: Sequence[bytes]) -> None:
        (folder / "trusted_root.json").write_bytes(root)
        (folder / "documents.json").write_text(json.dumps([document.decode() for document in documents]))
        self._process = subprocess.Popen(
            ["node", "verify.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def verify(self, places: Sequence[int]) -> Took:
        """What these took, by its own clock, and which are verified. Raises RuntimeError where it ended."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("sigstore-js cannot be asked")
        self._process.stdin.write(json.dumps(list(places)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("sigstore-js ended")
        said = json.loads(line)
        return Took(said["seconds"], said["cpu"], said["answers"])

    def end(self) -> None:
        """Let it go."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(30)
