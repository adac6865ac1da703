"""What several tests of the steps begin with."""

from __future__ import annotations

import pytest

from tests.jobs.commanded import Told


@pytest.fixture
def told() -> Told:
    return Told()
