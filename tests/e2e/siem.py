"""rsyslog as `tests/e2e/run` starts it: what it received, by how it received it.

python -m tests.e2e.siem FOLDER PLAIN_PORT TLS_PORT     writes its certificate and its configuration
"""

from __future__ import annotations

import json
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.outbound.tls import pair

PATIENCE = 60.0


@dataclass(frozen=True)
class Siem:
    """One receiver with both inputs."""

    folder: Path
    plain_port: int
    tls_port: int

    @property
    def ca(self) -> str:
        """The file with the authority that signed its certificate."""
        return str(self.folder / "certificate.pem")

    def received(self, how: str, ids: set[str]) -> list[dict[str, Any]]:
        """Every line that came by `plain` or `tls`, waited for until all these ids are among them."""
        until = time.monotonic() + PATIENCE
        while True:
            found = self._lines(how)
            if ids <= {id_of(line) for line in found} or time.monotonic() > until:
                return found
            time.sleep(0.1)

    def _lines(self, how: str) -> list[dict[str, Any]]:
        path = self.folder / f"{how}.log"
        whole = path.read_text("utf-8").rpartition("\n")[0] if path.exists() else ""
        return [json.loads(line) for line in whole.splitlines()]


def id_of(line: dict[str, Any]) -> str:
    """The message's id in the structured data."""
    found = re.search(r'\bid="([0-9a-f]+)"', line["sd"])
    return found.group(1) if found else ""


def write(folder: Path, plain_port: str, tls_port: str) -> None:
    """What rsyslogd is started with."""
    folder.mkdir(parents=True, exist_ok=True)
    pair().written(folder)
    text = (Path(__file__).parent / "rsyslog.conf").read_text("utf-8")
    for word, value in (("FOLDER", str(folder)), ("PLAIN_PORT", plain_port), ("TLS_PORT", tls_port)):
        text = text.replace(word, value)
    (folder / "rsyslog.conf").write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
