"""Settings, read once from the environment; nothing else reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from packageurl.contrib import purl2url
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from verifier.model import Policy


class BadSetting(ValueError):
    """A setting is missing or unusable; says which one and what to do."""


def npm_default() -> str:
    """The public npm registry's address, as the package-url library knows it."""
    url: str = purl2url.get_download_url("pkg:npm/a@1") or ""
    return url.split("/a/-/", 1)[0]


@dataclass(frozen=True)
class Settings:
    """Everything an operator can set. Field names are the environment variables' names in lower case.

    Secrets are kept out of `repr`.
    """

    data_dir: Path = Path(".data")
    database_url: str = ""
    """SQLAlchemy address; empty: SQLite in the data folder."""
    redis_url: str = field(default="", repr=False)
    """Empty: wake-ups stay inside the process tree."""
    github_api_url: str = "https://api.github.com"
    github_app_id: str = ""
    github_private_key: str = field(default="", repr=False)
    """PEM text, or the path of a file that holds it."""
    github_webhook_secret: str = field(default="", repr=False)
    npm_registry: str = field(default_factory=npm_default)
    pypi_index: str = PYPI_SIMPLE_ENDPOINT
    poll_interval: timedelta = timedelta(minutes=5)
    grace: timedelta = Policy.grace
    tagged_grace: timedelta = Policy.tagged_grace
    clock_skew: timedelta = Policy.skew
    blind_limit: timedelta = Policy.blind_limit
    base_url: str = ""
    """Where people reach the dashboard; links in messages start with it. Empty: no links."""
    host: str = "127.0.0.1"
    port: int = 8750
    web_workers: int = 2
    log_format: str = "console"
    """`console` or `json`."""

    @property
    def policy(self) -> Policy:
        """How patient the verdict is."""
        return Policy(self.grace, self.tagged_grace, self.clock_skew, self.blind_limit)

    @property
    def database(self) -> str:
        """The SQLAlchemy address in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'ledger.sqlite3'}"


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from an environment. Durations are seconds. Raises BadSetting with what to do."""
    raise NotImplementedError
