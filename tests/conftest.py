"""What holds for every test: Hypothesis judges answers, never how fast a busy machine gives them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
