"""npm's own client, asked in a project of its own, with a cache and settings of its own.

Source: npm 11.19.1, `verify-signatures.js`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import quote

from sandbox.corpus.npm_audit.asked import Asked
from sandbox.corpus.npm_audit.server import CERTIFICATE, TUF_HOST

TIMEOUT = 120
"""Seconds for one call of npm."""
OLDEST = (11, 17)
"""The oldest npm that is known to verify both; 11.0 wants other keys for provenance."""
_AUDIT = ("audit", "signatures")
_CACHE = "cache"
_AUDITED = re.compile(r"^audited (\d+) packages? in", re.MULTILINE)
_SIGNED = re.compile(r"^(\d+) packages? (?:has a|have) verified registry signatures?$", re.MULTILINE)
_ATTESTED = re.compile(r"^(\d+) packages? (?:has a|have) verified attestations?$", re.MULTILINE)


class Said(StrEnum):
    """What npm says of one version."""

    VERIFIED = "verified"
    MISSING = "missing signature"
    SIGNATURE = "invalid signature"
    ATTESTATION = "invalid attestation"
    STOPPED = "npm stops at it"
    """It ends with an error and looks at nothing more of the project: the provenance is for another package or file."""


_INVALID = {"EINTEGRITYSIGNATURE": Said.SIGNATURE, "EATTESTATIONVERIFY": Said.ATTESTATION}


class CannotAsk(RuntimeError):
    """npm did not do what is asked of it."""


@dataclass(frozen=True)
class Npm:
    """The client is `program`; what it needs lies in `folder`, and `root` is the TUF metadata that it begins with."""

    program: str
    folder: Path
    url: str
    root: bytes

    def version(self) -> str:
        """npm's own. Raises CannotAsk, of one that is too old too."""
        version = self._call(self.folder, "--version").strip()
        if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST:
            raise CannotAsk(f"it is npm {version}, and {'.'.join(map(str, OLDEST))} or newer is needed")
        return version

    def audit(self, asked: Iterable[Asked]) -> dict[str, Said]:
        """What it says of each of these versions, by `name@version`. Raises CannotAsk.

        A version that npm stops at is taken out of the project, and it is asked about the others again.
        """
        left, stopped = list(asked), dict[str, Said]()
        while left:
            project = self._installed(left)
            document = json.loads(self._call(project, *_AUDIT, "--json"))
            if "error" not in document:
                return {**stopped, **_said(left, document, self._call(project, *_AUDIT))}
            culprit = _stopped_at(document["error"], left)
            stopped[culprit.spec] = Said.STOPPED
            left.remove(culprit)
        return stopped

    def _installed(self, asked: Iterable[Asked]) -> Path:
        """A project with what an installation leaves of these versions, as far as npm looks, and an empty cache.

        Each lies there under a name of its own. npm reads of none more than what it is called.
        """
        project = Path(mkdtemp(dir=self.folder))
        dependencies = {}
        for number, this in enumerate(asked):
            dependencies[_alias(number)] = f"npm:{this.spec}"
            held = project / "node_modules" / _alias(number)
            held.mkdir(parents=True)
            (held / "package.json").write_text(json.dumps({"name": this.name, "version": this.version}))
        shown = {"name": "project", "version": "1.0.0", "private": True, "dependencies": dependencies}
        (project / "package.json").write_text(json.dumps(shown))
        trusted = project / _CACHE / "_tuf" / quote(TUF_HOST, safe="")
        trusted.mkdir(parents=True)
        (trusted / "root.json").write_bytes(self.root)
        return project

    def _call(self, project: Path, *arguments: str) -> str:
        """What npm prints. It ends with 1 where it does not like something. Raises CannotAsk."""
        try:
            ended = subprocess.run(  # noqa: S603  # npm itself
                [self.program, *arguments, "--registry", f"{self.url}/"],
                cwd=project,
                env=self._environment(project),
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotAsk(str(error)) from error
        if ended.returncode not in (0, 1) or not ended.stdout:
            raise CannotAsk(ended.stderr)
        return ended.stdout

    def _environment(self, project: Path) -> dict[str, str]:
        """Nothing of whoever calls, but the way to npm."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "NO_COLOR": "1",
            "HTTPS_PROXY": self.url,
            "NO_PROXY": "127.0.0.1",
            "NODE_EXTRA_CA_CERTS": str(self.folder / CERTIFICATE),
            "npm_config_cache": str(project / _CACHE),
            "npm_config_userconfig": str(self.folder / "user.npmrc"),
            "npm_config_globalconfig": str(self.folder / "global.npmrc"),
            "npm_config_update_notifier": "false",
        }


def _said(asked: Sequence[Asked], document: Mapping[str, Any], words: str) -> dict[str, Said]:
    """npm lists what it does not like. That it looked at all the others is read from its words to people."""
    at = {f"node_modules/{_alias(number)}": this.spec for number, this in enumerate(asked)}
    said = dict.fromkeys(at.values(), Said.VERIFIED)
    said |= {at[entry["location"]]: Said.MISSING for entry in document["missing"]}
    said |= {at[entry["location"]]: _why(entry) for entry in document["invalid"]}
    verified = [this for this in asked if said[this.spec] is Said.VERIFIED]
    attested = [this for this in verified if this.attestations]
    counts = (len(asked), len(verified), len(attested))
    if counts != tuple(_number(pattern, words) for pattern in (_AUDITED, _SIGNED, _ATTESTED)):
        raise CannotAsk(f"of {counts} versions asked about, verified and attested npm says: {words}")
    return said


def _why(entry: Mapping[str, Any]) -> Said:
    """Raises CannotAsk where npm names none of the reasons that are known here."""
    said = _INVALID.get(str(entry.get("code")))
    if said is None:
        raise CannotAsk(f"npm says something unknown of {entry.get('location')}: {entry.get('message')}")
    return said


def _stopped_at(error: Mapping[str, Any], asked: Iterable[Asked]) -> Asked:
    """The version whose provenance npm ends at. Raises CannotAsk where it ended for another reason."""
    why = str(error.get("summary", error))
    culprit = next((this for this in asked if why.startswith(f"{this.spec} ")), None)
    if culprit is None or error.get("code") != "EATTESTATIONSUBJECT":
        raise CannotAsk(why)
    return culprit


def _alias(number: int) -> str:
    return f"asked-{number}"


def _number(pattern: re.Pattern[str], words: str) -> int:
    found = pattern.search(words)
    return int(found[1]) if found else 0
