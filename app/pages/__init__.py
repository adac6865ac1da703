"""The pages people look at, listed by hand: each takes the parts and gives a blueprint."""

from __future__ import annotations

from app.pages import overview, style

PAGES = (overview.routes, style.routes)
