"""What every command begins with: the settings, and how its log is written."""

from __future__ import annotations

import os

from app.settings import Settings, read, require_ledger


def configured() -> Settings:
    """The settings of the environment; the log is written as they say. Raises BadSetting."""
    from app.logs.events import configure

    settings = read(os.environ)
    configure(settings)
    return settings


def with_ledger() -> Settings:
    """For whoever works on a ledger that is there: looking for one makes none. Raises BadSetting."""
    settings = configured()
    require_ledger(settings)
    return settings
