"""The pages people look at, listed by hand: each takes the parts and gives a blueprint."""

from __future__ import annotations

from app.pages import overview, style, subscribe, subscriptions

PAGES = (overview.routes, style.routes, subscribe.routes, subscriptions.routes)
