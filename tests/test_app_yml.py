"""The App's manifest asks for what the handlers hear and the channels need, and for nothing more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from handlers import HANDLERS

ROOT = Path(__file__).parent.parent
NOT_SUBSCRIBABLE = {"github_app_authorization", "installation", "installation_repositories", "ping"}
"""Every App gets them unasked; GitHub refuses a manifest that lists them."""

PERMISSION_OF = {
    "check_run": ("checks", "write"),
    "create": ("contents", "read"),
    "delete": ("contents", "read"),
    "issue_comment": ("issues", "read"),
    "issues": ("issues", "read"),
    "push": ("contents", "read"),
    "registry_package": ("packages", "read"),
    "release": ("contents", "read"),
    "repository": ("metadata", "read"),
    "workflow_run": ("actions", "read"),
}
"""What GitHub asks an App to hold for each event. Source: docs.github.com, "Webhook events and payloads"."""

NEEDED = {
    "actions": "read",
    "attestations": "read",
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "metadata": "read",
    "packages": "read",
    "pull_requests": "read",
    "repository_advisories": "write",
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "app.yml").read_text("utf-8"))
    return loaded


def test_the_manifest_lists_exactly_the_events_the_handlers_know(manifest: dict[str, Any]) -> None:
    assert sorted(HANDLERS.keys() - NOT_SUBSCRIBABLE) == manifest["default_events"]


def test_the_manifest_asks_for_exactly_what_is_needed(manifest: dict[str, Any]) -> None:
    assert NEEDED == manifest["default_permissions"]


def test_every_event_has_the_permission_it_needs(manifest: dict[str, Any]) -> None:
    order = ["read", "write"]
    for event in manifest["default_events"]:
        permission, level = PERMISSION_OF[event]
        assert order.index(level) <= order.index(manifest["default_permissions"][permission])


def test_the_manifest_holds_only_keys_that_github_knows(manifest: dict[str, Any]) -> None:
    known = {
        *("name", "url", "hook_attributes", "redirect_url", "callback_urls", "setup_url", "description", "public"),
        *("default_events", "default_permissions", "request_oauth_on_install", "setup_on_update"),
    }

    assert set() == manifest.keys() - known
    assert {"url", "active"} == manifest["hook_attributes"].keys()
    assert manifest["hook_attributes"]["url"] == manifest["url"] + "/webhooks"


@pytest.mark.parametrize("event", sorted(HANDLERS))
def test_every_handler_stands_in_the_documentation(event: str) -> None:
    """`docs/events.md` says what each event is for, and with which actions."""
    text = (ROOT / "docs" / "events.md").read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{event}` |"))

    for action in HANDLERS[event].ACTIONS:
        assert f"`{action}`" in row


@pytest.mark.parametrize("permission", sorted(NEEDED))
def test_every_permission_stands_in_the_documentation(permission: str) -> None:
    text = (ROOT / "docs" / "events.md").read_text("utf-8")

    assert f"| `{permission}` | {NEEDED[permission]} |" in text
