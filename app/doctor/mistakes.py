"""The doctor's look for the mistakes that set-ups are most often made with. What an answer means is decided apart from
asking, so that each mistake can be shown to be found.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from app.doctor.routes import Found
from app.settings import BadSetting, Settings
from checks.base import Permanent, Temporary
from verifier.ledger.revisions import Form, form, newest

PATIENCE = 10
"""Seconds for one question."""
SKEW = timedelta(seconds=30)
"""GitHub refuses the App's tokens when our clock is a minute ahead."""
ZONE = timedelta(minutes=15)
"""Time zones differ by multiples of it."""
SILENT = timedelta(minutes=5)
TIGHT, FULL = 0.10, 0.03
"""Shares of a disk that are still free."""
LEVELS = ("read", "write", "admin")
EVICTING = ("allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-lfu", "volatile-random")
REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "fuse.glusterfs", "lustre", "fuse.sshfs", "fuse.s3fs"}
"""File systems on which SQLite's locks are not to be relied on. Source: sqlite.org/howtocorrupt.html, section 2.1."""


def app(seen: Mapping[str, Any], settings: Settings, manifest: Mapping[str, Any]) -> Iterator[Found]:
    """What GitHub says of the App that the key belongs to: is it the one meant, and may it do what it must."""
    known = {str(seen.get("id", "")), str(seen.get("client_id", ""))}
    if settings.github_client_id and str(seen.get("client_id", "")) != settings.github_client_id:
        yield (
            False,
            "GITHUB_CLIENT_ID is of another App than GITHUB_APP_ID and GITHUB_PRIVATE_KEY",
            "Take all of them from the settings page of one App; people log in with the client id.",
        )
    if settings.github_app_id not in known:
        yield False, "the key belongs to another App than GITHUB_APP_ID", "Take both from one App's settings page."
    granted, wanted = dict(seen.get("permissions", {})), manifest["default_permissions"]
    missing = sorted(f"{name}: {level}" for name, level in wanted.items() if not _covers(granted.get(name), level))
    if missing:
        yield (
            False,
            f"the App lacks permissions: {', '.join(missing)}",
            "App settings → Permissions & events; each installation must then accept them.",
        )
    unheard = sorted(set(manifest["default_events"]) - set(seen.get("events", ())))
    if unheard:
        yield (
            False,
            f"the App is not told of: {', '.join(unheard)}",
            "App settings → Permissions & events → Subscribe to events.",
        )
    if not missing and not unheard:
        yield True, "the App has every permission and event that it needs", ""


def _covers(granted: object, wanted: str) -> bool:
    return granted in LEVELS and LEVELS.index(str(granted)) >= LEVELS.index(wanted)


def refused(error: Exception, settings: Settings) -> Found:
    """GitHub does not take the App for who it says it is."""
    return (
        False,
        f"{settings.github_api_url} does not know the App: {error}",
        "Either GITHUB_PRIVATE_KEY is of another App than GITHUB_APP_ID or was deleted there, GITHUB_API_URL is of "
        "another GitHub, or the clock of this machine is wrong.",
    )


def hook(config: Mapping[str, Any], settings: Settings) -> Iterator[Found]:
    """Where GitHub sends webhooks to."""
    url = str(config.get("url") or "")
    if not url:
        yield False, "the App has no webhook address", "App settings → Webhook: active, with BASE_URL and /webhooks."
        return
    if not url.rstrip("/").endswith("/webhooks"):
        yield False, f"webhooks go to {url}, which does not end in /webhooks", "Correct it in the App's settings."
    elif settings.base_url and _host(url) != _host(settings.base_url):
        yield (
            None,
            f"webhooks go to {_host(url)}, and BASE_URL is at {_host(settings.base_url)}",
            "Well if both lead here; else correct the webhook's address in the App's settings.",
        )
    else:
        yield True, f"webhooks go to {url}", ""
    if not config.get("secret"):
        yield (
            False,
            "the App's webhook has no secret, so every delivery is refused here",
            "Set the one of GITHUB_WEBHOOK_SECRET in the App's settings.",
        )
    if config.get("content_type") not in (None, "json"):
        yield False, "webhooks are sent as forms", "App settings → Webhook → Content type: application/json."
    if str(config.get("insecure_ssl", "0")) != "0":
        yield None, "GitHub does not check our certificate", "App settings → Webhook → Enable SSL verification."


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def skew(theirs: str, ours: datetime) -> Found:
    """How far our clock is from the `Date` of GitHub's answer."""
    try:
        said = parsedate_to_datetime(theirs).astimezone(UTC)
    except ValueError:
        return None, "GitHub did not say what time it is", ""
    off = ours - said
    if abs(off) <= SKEW:
        return True, "the clock of this machine is right", ""
    way = "ahead" if off > timedelta(0) else "behind"
    near = abs(off) >= 2 * ZONE and min(abs(off) % ZONE, ZONE - abs(off) % ZONE) <= SKEW
    zone = " That looks like a time zone: the clock was set to local time as if it were UTC." if near else ""
    sentence = f"the clock of this machine is {abs(off).total_seconds():.0f} seconds {way}.{zone}"
    return False, sentence, "Let NTP set it: `timedatectl set-ntp true`. Runs and versions are compared by their times."


def migrated(revision: str) -> Found:
    """Whether the database has the form that this version needs."""
    match form(revision):
        case Form.CURRENT:
            return True, f"at migration {revision}", ""
        case Form.NEWER:
            return (
                False,
                f"at migration {revision}, of a newer version; this one knows {newest()}",
                "Start the newer version, or set NEWER_DATABASE=on to go back for a while.",
            )
        case Form.OLDER:
            at = f"at migration {revision}" if revision else "without tables"
            return False, f"{at}, and this version needs {newest()}", "Run `artifact-monitor migrate`."


def worker(last: datetime | None, now: datetime) -> Found:
    """Whether any worker runs."""
    if last is not None and now - last <= SILENT:
        return True, "working", ""
    seen = f"last seen {last:%Y-%m-%d %H:%M} UTC" if last is not None else "never seen"
    return False, seen, "Start `artifact-monitor run` (or the worker process); webhooks are kept and wait for it."


def eviction(policy: str) -> Found:
    """What Redis does when it is full."""
    if policy in EVICTING:
        return (
            None,
            f"Redis drops keys when it is full (maxmemory-policy {policy})",
            "Set noeviction. Nothing is lost by it here, but wake-ups come late; share it with no cache.",
        )
    return True, f"Redis keeps what it has (maxmemory-policy {policy or 'noeviction'})", ""


def listeners(workers: int) -> Found:
    """Whether workers wait at Redis."""
    if workers:
        return True, f"{workers} workers wait for wake-ups", ""
    return (
        False,
        "no worker waits for wake-ups there",
        "Start `artifact-monitor worker` with the same REDIS_URL: another database number is another queue.",
    )


def room(free: int, total: int, where: Path) -> Found:
    """How much of the disk is free."""
    share = free / total if total else 0.0
    said = f"{share:.0%} of the disk of {where} is free"
    advice = "Make room: a webhook that cannot be written is refused, and GitHub does not send it again by itself."
    return (False if share < FULL else None if share < TIGHT else True), said, advice if share < TIGHT else ""


def mount(path: Path, mounts: str) -> Found:
    """The file system that an SQLite ledger lies on, by the lines of `/proc/mounts`."""
    best, kind = Path("/"), ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        at = Path(parts[1].encode("latin-1", "replace").decode("unicode_escape"))
        if (path == at or at in path.parents) and len(at.parts) >= len(best.parts):
            best, kind = at, parts[2]
    if kind in REMOTE:
        return (
            False,
            f"the SQLite ledger lies on a network disk ({kind} at {best})",
            "SQLite may be damaged there: set DATA_DIR to a disk of this machine, or DATABASE_URL to PostgreSQL.",
        )
    return True, "the SQLite ledger lies on a disk of this machine", ""


def door(status: int, body: bytes, base_url: str) -> Found:
    """What `/livez` at BASE_URL answered; status 0: nothing."""
    if status == 200 and body.strip() == b'{"status":"ok"}':
        return True, f"{base_url} leads here", ""
    if not status:
        return (
            None,
            f"{base_url} could not be reached from here",
            "From outside it must be: GitHub calls it. Is the web process running, and the proxy in front of it?",
        )
    return (
        False,
        f"{base_url} leads somewhere else (it answers {status})",
        "Set BASE_URL to where people reach this dashboard, or correct the proxy: links and logins go there.",
    )


def look_at_github(settings: Settings, now: datetime) -> Iterator[Found]:
    """The App, its webhook and the clock."""
    from app.github.installation import clients
    from app.setup.manifest import load

    if not settings.github_app_id or not settings.github_private_key:
        return
    try:
        date = requests.head(settings.github_api_url, timeout=PATIENCE, allow_redirects=False).headers.get("Date", "")
    except requests.RequestException:
        date = ""
    if date:
        yield skew(date, now)
    github = clients(settings)(0)
    try:
        yield from app(github.call("GET", "/app"), settings, load())
    except Permanent as error:
        yield refused(error, settings)
        return
    except BadSetting as error:  # app.yml is not beside the program
        yield None, str(error), ""
    except Temporary as error:
        yield None, f"{settings.github_api_url} did not answer: {error}", "Check the network, and look again later."
        return
    try:
        yield from hook(github.call("GET", "/app/hook/config"), settings)
    except Permanent as error:
        yield None, f"where webhooks go could not be read: {error}", ""
    except Temporary as error:
        yield None, f"{settings.github_api_url} did not answer: {error}", "Check the network, and look again later."


def look_at_redis(settings: Settings) -> Iterator[Found]:
    """Its policy, and who waits there."""
    import redis

    from app.wake.rq import QUEUE

    if not settings.redis_url:
        return
    with redis.Redis.from_url(settings.redis_url, socket_timeout=5, decode_responses=True) as connection:
        memory: Any = connection.info("memory")
        yield eviction(str(memory.get("maxmemory_policy", "")))
        waiting: Any = connection.scard(f"rq:workers:{QUEUE}")
        yield listeners(int(waiting))


def look_at_disk(settings: Settings, mounts: Callable[[], str] = lambda: _mounts()) -> Iterator[Found]:
    """Room, and what kind of disk it is."""
    place = settings.data_dir.resolve()
    there = next(path for path in (place, *place.parents) if path.exists())
    usage = shutil.disk_usage(there)
    yield room(usage.free, usage.total, there)
    if not settings.database_url and (text := mounts()):
        yield mount(place, text)


def look_at_door(settings: Settings) -> Iterator[Found]:
    """Whether BASE_URL leads here."""
    if not settings.base_url:
        return
    try:
        answer = requests.get(f"{settings.base_url}/livez", timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException:
        yield door(0, b"", settings.base_url)
    else:
        yield door(answer.status_code, answer.content[:1024], settings.base_url)


def _mounts() -> str:
    path = Path("/proc/mounts")
    return path.read_text("utf-8", "replace") if os.access(path, os.R_OK) else ""
