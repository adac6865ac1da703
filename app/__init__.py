"""The machine room: the only place with clocks, sockets, queues and secrets. `create_app` makes its web side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.logs import structlog_alone as structlog_alone  # before any other module of ours imports structlog

if TYPE_CHECKING:
    from flask import Flask

    from app.deps import Deps


def create_app(deps: Deps) -> Flask:
    """The web application: webhooks, hints, health, login, pages and the API, behind the gate.

    Raises BadSetting when there is no webhook secret, or when the login is set up by halves.

    Flask is imported here and not above: the worker, the clock and the commands import this package without it.
    """
    from flask import Flask

    from app import api, pages
    from app.logs import events as logs
    from app.settings import require_subscriptions, require_webhook_secret
    from app.setup import page as setup
    from app.signin import gate, login
    from app.web import headers, health, hints, webhooks
    from handlers.payload import LIMIT

    logs.without_locals()
    require_webhook_secret(deps.settings)
    require_subscriptions(deps.settings)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LIMIT
    app.after_request(headers.secure)
    gate.install(app, deps)
    app.register_error_handler(Exception, pages.errors.answer)
    app.register_blueprint(webhooks.routes(deps))
    app.register_blueprint(hints.routes(deps))
    app.register_blueprint(health.routes(deps))
    app.register_blueprint(login.routes(deps))
    app.register_blueprint(setup.routes(deps))
    pages.install(app, deps)
    api.install(app, deps)
    return app
