"""Settings, read once from the environment; nothing else reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from packageurl.contrib import purl2url

from app import app_file, mail_server, variables
from app.mail_server import MailServer
from app.network import logins
from app.secret_files import with_files
from app.variables import OFF, BadSetting
from verifier.model import Policy

__all__ = [
    "VARIABLES",
    "BadSetting",
    "Settings",
    "npm_default",
    "read",
    "require_login",
    "require_subscriptions",
    "require_webhook_secret",
]


def npm_default() -> str:
    """The public npm registry's root, without a trailing slash, as the package-url library knows it.

    Raises BadSetting when the library no longer gives a tarball address to cut it from.
    """
    tarball: Callable[[str], str | None] = purl2url.get_download_url
    root, found, _ = (tarball("pkg:npm/a@1") or "").partition("/a/-/")
    if not found:
        raise BadSetting("NPM_REGISTRY has no default with this packageurl library; set it to the registry's address.")
    return root


def pypi_default() -> str:
    """PyPI's simple index, with a trailing slash, as the package-url library knows its host.

    `pypi_simple` says it outright and costs every process 12 MB. Raises BadSetting where the library says nothing.
    """
    page: Callable[[str], str | None] = purl2url.get_repo_url
    root, found, _ = (page("pkg:pypi/a") or "").partition("/project/a/")
    if not found:
        raise BadSetting("PYPI_INDEX has no default with this packageurl library; set it to the index's address.")
    return f"{root}/simple/"


@dataclass(frozen=True)
class Settings:
    """Everything an operator can set. Field names are the environment variables' names in lower case.

    Secrets are kept out of `repr`.
    """

    data_dir: Path = Path(".data")
    database_url: str = field(default="", repr=False)
    """SQLAlchemy address; empty: SQLite in the data folder."""
    redis_url: str = field(default="", repr=False)
    """Empty: wake-ups stay inside the process tree."""
    github_api_url: str = "https://api.github.com"
    """Without a trailing slash. GitHub Enterprise Server: `https://HOST/api/v3`."""
    github_app_id: str = ""
    """The App's number, or its client id (`Iv…`)."""
    github_private_key: str = field(default="", repr=False)
    """PEM text (read from its file where the variable gave a path); empty: not configured."""
    github_webhook_secret: str = field(default="", repr=False)
    github_token: str = field(default="", repr=False)
    """For `audit` alone, which asks GitHub as this token's owner; empty: as a stranger."""
    github_url: str = ""
    """The website, without a trailing slash; empty: the one that belongs to the API's address (`website`)."""
    github_client_id: str = ""
    """Empty: nobody logs in, and pages are shown on this machine only."""
    github_client_secret: str = field(default="", repr=False)
    session_secret: str = field(default="", repr=False)
    """Sessions and forms are sealed with keys derived from it; empty: a random one in the data folder."""
    public: bool = False
    """Whether who is not logged in sees what belongs to public repositories."""
    npm_registry: str = field(default_factory=npm_default)
    """Without a trailing slash."""
    pypi_index: str = field(default_factory=pypi_default)
    """The simple index, with a trailing slash."""
    npm_feed: str = ""
    """npm's replication endpoint, without a trailing slash; empty: what changed is not asked for."""
    pypi_feed: str = ""
    """The feed of PyPI's newest releases; empty: PyPI's own where `pypi_index` is, `off`: none."""
    docker_hub: str = "https://hub.docker.com"
    """Docker Hub's own API, without a trailing slash."""
    docker_registry: str = "https://registry-1.docker.io"
    """Docker Hub's registry, without a trailing slash."""
    oci_registries: tuple[tuple[str, str], ...] = ()
    """Hosts as they stand in images' names, and their addresses; only these may be private or without encryption."""
    registry_ca_file: str = field(default="", repr=False)
    """Certificates in PEM (read from the file that the variable names): authorities that are trusted beside the usual
    ones, at the addresses of these settings, defaults included, and nowhere else. Empty: only the usual ones."""
    registry_auth_file: Path | None = None
    """Logins at registries of images, as `docker login` and `podman login` write them; read anew for each use."""
    token_realms: tuple[tuple[str, str], ...] = ()
    """A registry's host and the other host where its login may be turned into a token, which may be private."""
    tag_checks: int = 50
    """How many tags of one image are asked about one by one in a poll, where its registry tells no times."""
    sns_topics: tuple[str, ...] = ()
    """The topics of Amazon SNS whose messages are heard, by their ARNs."""
    docker_hub_hint_secret: str = field(default="", repr=False)
    """The last part of the address that Docker Hub's webhooks are sent to; empty: there is no such address."""
    trust_root: tuple[Path, ...] = ()
    """Files with Sigstore trust roots; empty: the copy that TUF keeps in the data folder, else the shipped one."""
    npm_keys: Path | None = None
    """npm's own public keys, as its registry serves them; None: what it signs by key cannot be checked."""
    tuf_refresh: bool = True
    """Whether the clock may fetch Sigstore's current trust root."""
    poll_interval: timedelta = timedelta(minutes=5)
    host_interval: timedelta = timedelta(milliseconds=200)
    """The least time between two requests to one registry host, of all workers that share a Redis."""
    pace_loopback: bool = False
    """Whether registries on this machine are paced like others."""
    grace: timedelta = Policy.grace
    tagged_grace: timedelta = Policy.tagged_grace
    clock_skew: timedelta = Policy.skew
    blind_limit: timedelta = Policy.blind_limit
    routes: Path | None = None
    """The file that says who is told what out of band (docs/channels.md); None: nobody."""
    smtp_url: MailServer | None = field(default=None, repr=False)
    """Where mail is handed in; None: no mail is sent."""
    mail_from: str = ""
    """The address that mail comes from."""
    slack_api: str = "https://slack.com/api/"
    """Slack's Web API, with a trailing slash; another one is for tests and for GovSlack."""
    outbound_ca_file: str = field(default="", repr=False)
    """Certificates in PEM (read from the file that the variable names): authorities that are trusted beside the usual
    ones where routes lead and at the mail server. Empty: only the usual ones."""
    base_url: str = ""
    """Where people reach the dashboard; links in messages start with it. Empty: the set-up's, else no links."""
    subscribe_domains: tuple[str, ...] = ()
    """The mail domains whose people may subscribe to everything; `*`: anybody to what is public. Empty: nobody."""
    subscribe_secret: str = field(default="", repr=False)
    """What the links in subscribers' mails are made with."""
    host: str = "127.0.0.1"
    port: int = 8750
    web_workers: int = 2
    log_format: str = "console"
    """`console` or `json`."""
    beat_file: Path | None = None
    """Touched by the worker or the clock as a sign of life; None: only the database says that they are alive."""
    newer_database: bool = False
    """Whether to begin on a database that a newer version has migrated."""
    retain_webhooks: timedelta = timedelta(days=14)
    """How long it is remembered that a webhook was heard, so that one delivered again is known."""
    retain_unread: timedelta = timedelta(days=90)
    """How long webhooks that could not be read are kept, with their bodies."""
    retain_summaries: timedelta = timedelta(days=90)
    """How long it is remembered that a week's summary was sent."""

    @property
    def website(self) -> str:
        """GitHub's website, without a trailing slash."""
        if self.github_url:
            return self.github_url
        parts = urlsplit(self.github_api_url)
        if parts.hostname == "api.github.com":
            return "https://github.com"
        if not parts.path.endswith("/api/v3") and (parts.hostname or "").startswith("api."):
            return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"  # GitHub with data residency
        return self.github_api_url.removesuffix("/api/v3")

    @property
    def refreshes_trust(self) -> bool:
        """The clock keeps a copy of the trust root fresh; never where roots were pinned by hand."""
        return self.tuf_refresh and not self.trust_root

    @property
    def feeds(self) -> tuple[tuple[str, str], ...]:
        """The feeds that are read, by the registry's name, with their addresses."""
        pypi = "" if self.pypi_feed == OFF else self.pypi_feed
        if not self.pypi_feed and self.pypi_index == pypi_default():
            pypi = f"{self.pypi_index.removesuffix('simple/')}rss/updates.xml"
        return tuple((name, address) for name, address in (("npm", self.npm_feed), ("pypi", pypi)) if address)

    @property
    def policy(self) -> Policy:
        """How patient the verdict is."""
        return Policy(self.grace, self.tagged_grace, self.clock_skew, self.blind_limit)

    @property
    def database(self) -> str:
        """The SQLAlchemy address in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'ledger.sqlite3'}"


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from an environment. Durations are seconds. Raises BadSetting with what to do.

    A variable that is empty counts as not set; variables of other names are none of ours. A message never repeats
    the value of a variable that may hold a secret.
    """
    environment = with_files(environment)
    given = {key: environment.get(key.upper(), "") for key in _READERS}
    return _with_app_file(Settings(**{key: _READERS[key](key.upper(), text) for key, text in given.items() if text}))


def _with_app_file(settings: Settings) -> Settings:
    """What the set-up wrote, where the environment names no other App and leaves it out."""
    app = app_file.read(settings.data_dir)
    if app is None or settings.github_app_id not in ("", app.id, app.client_id):
        return settings
    if settings.github_client_id not in ("", app.client_id):
        return settings
    if app.api != settings.github_api_url:
        raise BadSetting(
            f"DATA_DIR holds an {app_file.NAME} of an App at another GitHub than GITHUB_API_URL; set that as it was "
            "when the App was made, or move the file away."
        )
    return replace(
        settings,
        github_app_id=settings.github_app_id or app.id,
        github_private_key=settings.github_private_key or app.private_key,
        github_webhook_secret=settings.github_webhook_secret or app.webhook_secret,
        github_client_id=settings.github_client_id or app.client_id,
        github_client_secret=settings.github_client_secret or app.client_secret,
        base_url=settings.base_url or app.base_url,
    )


def require_webhook_secret(settings: Settings) -> None:
    """Refuse to go on without a webhook secret: anybody could tell us anything. Raises BadSetting."""
    if not settings.github_webhook_secret:
        raise BadSetting(
            "GITHUB_WEBHOOK_SECRET is not set, so no webhook could be verified. Set it to the webhook secret of the "
            "GitHub App (App settings, Webhook, Secret); make one with: openssl rand -hex 32. Where there is no App "
            "yet, `artifact-monitor setup` makes one."
        )


def require_ledger(settings: Settings) -> None:
    """Refuse to look into a ledger that is not there, rather than to make an empty one. Raises BadSetting."""
    if not settings.database_url and not (settings.data_dir / "ledger.sqlite3").is_file():
        raise BadSetting(
            f"There is no ledger in {settings.data_dir}. Set DATA_DIR to the folder that `artifact-monitor run` uses, "
            "or DATABASE_URL to its database; where there is none yet, `run` or `migrate` makes it."
        )


def require_subscriptions(settings: Settings) -> None:
    """Refuse to let people subscribe where they could not be written to, or could not end it. Raises BadSetting.

    One click in a mail program ends a subscription only over https (RFC 8058, section 3.1); loopback is for trying.
    """
    if not settings.subscribe_domains:
        return
    needed = {
        "BASE_URL": settings.base_url,
        "SUBSCRIBE_SECRET": settings.subscribe_secret,
        "SMTP_URL": settings.smtp_url,
        "MAIL_FROM": settings.mail_from,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise BadSetting(
            f"SUBSCRIBE_DOMAINS is set, and {' and '.join(missing)} is not; set it too, or leave SUBSCRIBE_DOMAINS "
            "out. docs/subscriptions.md says what each is for."
        )
    parts = urlsplit(settings.base_url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise BadSetting(
            "SUBSCRIBE_DOMAINS is set, and BASE_URL does not begin with https://; links in mails must, so that nobody "
            "on the way reads them."
        )


def require_login(settings: Settings) -> None:
    """Refuse to go on where people could log in but something of it is missing. Raises BadSetting."""
    if not settings.github_client_id:
        return
    if not settings.github_client_secret:
        raise BadSetting(
            "GITHUB_CLIENT_SECRET is not set, but GITHUB_CLIENT_ID is; make a secret in the settings of the GitHub App "
            "(Client secrets), or set neither: then pages are shown on this machine only."
        )
    if not settings.base_url:
        raise BadSetting(
            f"BASE_URL is not set, but {_named_by(settings)}; set it to where people reach the dashboard, like "
            "https://monitor.example, and the App's callback URL to the same with /login/callback."
        )
    if urlsplit(settings.base_url).path:
        raise BadSetting("BASE_URL has a path; people can only log in where the dashboard has a host of its own.")
    if not settings.base_url.startswith("https://") and not is_loopback(urlsplit(settings.base_url).hostname or ""):
        raise BadSetting(
            "BASE_URL is not https, so a login would travel in the open; put a certificate in front of it."
        )


def _named_by(settings: Settings) -> str:
    """Where the App that people would log in through is named: few know what the set-up wrote."""
    app = app_file.read(settings.data_dir)
    if app is not None and app.client_id == settings.github_client_id:
        return f"DATA_DIR holds an {app_file.NAME}, so people log in through its App"
    return "GITHUB_CLIENT_ID is"


def is_loopback(host: str) -> bool:
    """A name or an address that never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


_READERS: dict[str, Callable[[str, str], Any]] = {
    "data_dir": variables.folder,
    "database_url": variables.database,
    "redis_url": variables.redis,
    "github_api_url": variables.github_api,
    "github_app_id": variables.app_id,
    "github_private_key": variables.private_key,
    "github_webhook_secret": variables.line,
    "github_token": variables.line,
    "github_url": variables.address,
    "github_client_id": variables.client_id,
    "github_client_secret": variables.line,
    "session_secret": variables.long_secret,
    "public": variables.switch,
    "npm_registry": variables.address,
    "pypi_index": variables.index,
    "npm_feed": variables.address,
    "pypi_feed": variables.feed,
    "docker_hub": variables.address,
    "docker_registry": variables.address,
    "oci_registries": variables.registries,
    "registry_ca_file": variables.certificates,
    "registry_auth_file": logins.file,
    "token_realms": variables.hosts,
    "tag_checks": variables.count,
    "sns_topics": variables.topics,
    "docker_hub_hint_secret": variables.path_secret,
    "trust_root": variables.files,
    "npm_keys": variables.file,
    "tuf_refresh": variables.switch,
    "poll_interval": variables.interval,
    "host_interval": variables.seconds,
    "pace_loopback": variables.switch,
    "grace": variables.seconds,
    "tagged_grace": variables.seconds,
    "clock_skew": variables.seconds,
    "blind_limit": variables.seconds,
    "routes": variables.file,
    "smtp_url": mail_server.server,
    "mail_from": mail_server.sender,
    "slack_api": variables.index,
    "outbound_ca_file": variables.certificates,
    "base_url": variables.address,
    "subscribe_domains": variables.mail_domains,
    "subscribe_secret": variables.path_secret,
    "host": variables.host,
    "port": variables.port,
    "web_workers": variables.workers,
    "log_format": variables.log_format,
    "beat_file": variables.folder,
    "newer_database": variables.switch,
    "retain_webhooks": variables.window,
    "retain_unread": variables.days,
    "retain_summaries": variables.fortnight,
}

VARIABLES = tuple(key.upper() for key in _READERS)
"""The names of all environment variables that are read."""
