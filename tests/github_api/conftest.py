from __future__ import annotations

import pytest

from app.github.installation import GitHub, clients
from tests.github_api.pretend import Pretend, repository_json, settings


@pytest.fixture
def pretend() -> Pretend:
    made = Pretend()
    made.on("GET", "/repositories/10", repository_json())
    return made


@pytest.fixture
def github(pretend: Pretend) -> GitHub:
    return clients(settings(), pretend.transport)(1)
