"""Receivers on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.outbound.line import Line, Patience
from tests.http.server import Server, no_names

IMPATIENT = Patience(timedelta(seconds=1), timedelta(seconds=1), timedelta(seconds=0.5))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.over.set()
        running.shutdown()


@pytest.fixture
def line() -> Line:
    """Dials numeric addresses only: a test that asks for a name fails."""
    return Line(resolve=no_names)


@pytest.fixture
def impatient() -> Line:
    return Line(IMPATIENT, resolve=no_names)
