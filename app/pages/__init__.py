"""The pages people look at, listed by hand: each takes the parts and gives a blueprint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from app.pages import (
    activity,
    add,
    adding,
    artifact,
    errors,
    incident,
    incidents,
    overview,
    runs,
    style,
    subscribe,
    subscriptions,
    troubles,
    version,
)
from app.pages.words import ago, moment, short, shown

if TYPE_CHECKING:
    from app.deps import Deps

__all__ = ["PAGES", "errors", "install"]

PAGES = (
    overview.routes,
    artifact.routes,
    version.routes,
    incidents.routes,
    incident.routes,
    runs.routes,
    activity.routes,
    add.routes,
    adding.routes,
    troubles.routes,
    style.routes,
    subscribe.routes,
    subscriptions.routes,
)

NAV = (
    ("overview.overview", "Overview"),
    ("incidents.incidents", "Incidents"),
    ("runs.runs", "Ledger"),
    ("activity.activity", "Activity"),
    ("troubles.troubles", "Health"),
    ("add.form", "Add"),
)
"""What stands at the top of every page."""


def install(app: Flask, deps: Deps) -> None:
    """Register every page, with what their templates share."""
    for page in PAGES:
        app.register_blueprint(page(deps))
    app.jinja_env.filters.update(ago=ago, moment=moment, short=short, shown=shown)
    app.url_defaults(_text_alone)
    there = [(name, label) for name, label in NAV if name in app.view_functions]
    app.jinja_env.globals["nav"] = lambda: there


def _text_alone(_endpoint: str, values: dict[str, object]) -> None:
    """What is no text fits in no address: half a surrogate pair, which a registry's number may hold, becomes a `?`.

    Such a link leads to a page that is not there; the page that shows it is.
    """
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = value.encode("utf-8", "replace").decode()
