from __future__ import annotations

import pytest

from tests.http.conftest import server as server
from tests.http.server import Server
from tests.trust.repository import Repository
from verifier.evidence import embedded_roots

OLD = embedded_roots()[0]
NEW = OLD + b"\n"
"""The same root in other bytes: a copy that was renewed."""


@pytest.fixture
def repository(server: Server) -> Repository:
    return Repository(server, OLD)
