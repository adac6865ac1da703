"""What a WSGI server loads: the app on the settings of the environment."""

from __future__ import annotations

import os

from flask import Flask

from app import create_app, logs, settings
from app.build import build


def application() -> Flask:
    """The Flask app with the real parts. Raises BadSetting where a setting is missing or unusable."""
    read = settings.read(os.environ)
    logs.configure(read)
    return create_app(build(read))
