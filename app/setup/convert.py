"""GitHub's code for the App that was just made, turned into its credentials: once, within the hour.

Source: docs.github.com/rest, "Create a GitHub App from a manifest".
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from app import variables
from app.app_file import AppFile
from app.settings import BadSetting, Settings
from app.signin.calls import Calls, NoAnswer

_CODE = re.compile(r"[0-9A-Za-z_-]{8,100}")
_PAGE = re.compile(r"https?://[!-~]{1,500}")


class BadCode(Exception):
    """GitHub does not know this code (any more)."""


def credentials(calls: Calls, settings: Settings, code: str) -> AppFile:
    """What the new App is and knows. Raises BadCode, NoAnswer."""
    if not _CODE.fullmatch(code):
        raise BadCode
    answer = calls.post(f"{settings.github_api_url}/app-manifests/{code}/conversions", {})
    if answer.status in (404, 422):
        raise BadCode
    if answer.status != 201 or not isinstance(answer.data, dict):
        raise NoAnswer(f"GitHub answered the exchange with status {answer.status}.")
    try:
        return _read(answer.data, settings)
    except (BadSetting, KeyError, ValueError) as error:
        raise NoAnswer("GitHub's description of the new App cannot be read.") from error


def _read(data: dict[str, Any], settings: Settings) -> AppFile:
    number, page = data["id"], data["html_url"]
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError("id")
    if not isinstance(page, str) or not _PAGE.fullmatch(page):
        raise ValueError("html_url")
    texts = {name: data[name] for name in ("client_id", "client_secret", "pem")}
    if not all(isinstance(text, str) and text for text in texts.values()):
        raise ValueError("a text")
    secret = data.get("webhook_secret")
    if not isinstance(secret, str) or not secret:
        raise NoAnswer("GitHub gave the new App no webhook secret: delete the App there, and begin again.")
    return AppFile(
        api=settings.github_api_url,
        id=variables.app_id("id", str(number)),
        client_id=variables.client_id("client_id", texts["client_id"]),
        client_secret=variables.line("client_secret", texts["client_secret"]),
        webhook_secret=variables.line("webhook_secret", secret),
        private_key=variables.private_key("pem", texts["pem"]),
        page=page,
        base_url=settings.base_url,
    )


def as_environment(app: AppFile) -> str:
    """What the set-up knows, as lines for a secret store. The key stands on one line, with its breaks written out."""
    key = app.private_key.strip().replace("\n", "\\n")
    return "\n".join(
        [
            f"GITHUB_APP_ID={app.id}",
            f"GITHUB_PRIVATE_KEY={key}",
            f"GITHUB_WEBHOOK_SECRET={app.webhook_secret}",
            f"GITHUB_CLIENT_ID={app.client_id}",
            f"GITHUB_CLIENT_SECRET={app.client_secret}",
            f"SESSION_SECRET={secrets.token_hex(32)}",
            f"BASE_URL={app.base_url}",
        ]
    )
