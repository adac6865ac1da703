"""`app.yml` as GitHub takes it: JSON, with this monitor's addresses in it.

Source: docs.github.com, "Registering a GitHub App from a manifest".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from app.settings import BadSetting, Settings
from app.signin.oauth import redirect_uri

FILE = Path(__file__).resolve().parent.parent.parent / "app.yml"
NAME_LIMIT = 34
"""The longest name that GitHub gives an App. Names are unique at one GitHub; its page lets people change it."""


def load() -> dict[str, Any]:
    """The manifest as it stands in the repository. Raises BadSetting where it is not there."""
    try:
        manifest: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    except OSError as error:
        raise BadSetting(
            f"app.yml is not beside the program ({error.strerror}); run the set-up in a checkout."
        ) from error
    return manifest


def fill(manifest: dict[str, Any], settings: Settings, back: str, name: str = "") -> dict[str, Any]:
    """The manifest for this monitor. `back` is where GitHub sends the browser when the App is made. Pure."""
    host = (urlsplit(settings.base_url).hostname or "").removeprefix("artifact-monitor.").removeprefix("monitor.")
    return {
        **manifest,
        "name": (name.strip() or f"Artifact Monitor {host.split('.')[0]}")[:NAME_LIMIT].strip(),
        "url": settings.base_url,
        "hook_attributes": {"url": f"{settings.base_url}/webhooks", "active": True},
        "redirect_url": back,
        "callback_urls": [redirect_uri(settings)],
        "setup_url": f"{settings.base_url}/setup",
    }


def require(settings: Settings) -> None:
    """Refuse to make an App that could not reach us. Raises BadSetting."""
    if not settings.base_url:
        raise BadSetting(
            "BASE_URL is not set; set it to the address at which GitHub and people reach the monitor, like "
            "https://monitor.example."
        )
    if urlsplit(settings.base_url).path:
        raise BadSetting("BASE_URL has a path; give the monitor a host of its own.")
