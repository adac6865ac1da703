"""What cargo and gem print after the registry has taken a version. Source: cargo and rubygems."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.evidence.log.lines import Line
from verifier.evidence.log.tool import Spoken
from verifier.model import LogClaim

_CARGO = re.compile(
    r"(?:Published|Uploaded) (?P<name>[A-Za-z0-9_-]{1,64}) v(?P<version>\S{1,128})"
    r" (?:at|to) registry `(?P<registry>[^`]{1,300})`"
)
_GEM = re.compile(r"Successfully registered gem: (?P<name>[A-Za-z0-9._-]{1,200}) \((?P<version>[^\s)]{1,128})\)\Z")


class Registrar(Spoken):
    """A rehearsal uploads nothing and says neither."""

    def wants(self, text: str) -> bool:
        """What either says in the end."""
        return " registry `" in text or text.startswith("Successfully registered gem: ")

    def read(self, line: Line) -> Iterator[LogClaim]:
        """A claim for each version that the registry took."""
        cargo, gem = _CARGO.match(line.text.strip()), _GEM.match(line.text)
        if cargo:
            name, version, registry = cargo["name"], cargo["version"], cargo["registry"]
            yield LogClaim("cargo", name, version, tool="cargo", at=line.at, registry=registry)
        if gem:
            yield LogClaim("gem", gem["name"], gem["version"], tool="gem", at=line.at)
