from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.signin import place as places
from tests.signin.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with places.place(tmp_path) as made:
        yield made
