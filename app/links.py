"""Addresses of our own pages, as they stand in what is said elsewhere; '' where no address of ours is set."""

from __future__ import annotations

from app.settings import Settings


def home(settings: Settings) -> str:
    """The overview."""
    return f"{settings.base_url}/" if settings.base_url else ""


def of_incident(settings: Settings, incident_id: str) -> str:
    """The page about an incident."""
    return f"{home(settings)}incidents/{incident_id}" if settings.base_url else ""
