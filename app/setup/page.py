"""`GET /setup` of the dashboard: where the App is installed from, and whether its webhooks arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from app import app_file
from app.pages.words import moment
from app.setup.arrival import Arrival, arrival

if TYPE_CHECKING:
    from app.deps import Deps


@dataclass(frozen=True)
class Standing:
    """The page as data. `install` is '' where nobody wrote down what the App's page is."""

    app: bool
    install: str
    webhooks: str
    first: str
    arrived: bool


def stand(arrived: Arrival, app: bool, install: str, webhooks: str) -> Standing:
    """Pure."""
    return Standing(app, install, webhooks, moment(arrived.first) if arrived.first else "", arrived.any)


def routes(deps: Deps) -> Blueprint:
    """`GET /setup`."""
    blueprint = Blueprint("setup", __name__, template_folder="../templates")
    settings = deps.settings

    made = app_file.read(settings.data_dir)
    ours = made is not None and settings.github_app_id in (made.id, made.client_id)
    install = f"{made.page}/installations/new" if made is not None and ours else ""

    @blueprint.get("/setup")
    def setup() -> str:
        with deps.ledger.reading() as book:
            arrived = arrival(book)
        page = stand(arrived, bool(settings.github_app_id), install, f"{settings.base_url}/webhooks")
        return render_template("setup.html", page=page, website=settings.website)

    return blueprint
