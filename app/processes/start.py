"""What must hold before a process begins: the database has the form that this program knows, or is brought to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import structlog

from app.settings import BadSetting, Settings, require_login, require_subscriptions, require_webhook_secret
from verifier.ledger import migrate, open_ledger
from verifier.ledger.protocol import Ledger, Unavailable
from verifier.ledger.revisions import Form, form, newest

LONGEST_PAUSE = 5.0
"""Seconds between two tries at a database that does not answer, at most."""

log = structlog.get_logger("start")


def require_settings(settings: Settings, environment: Mapping[str, str]) -> None:
    """Refuse to answer people and GitHub with settings that something of is missing. Raises BadSetting.

    `environment` is where the routes file may say that a secret is.
    """
    require_webhook_secret(settings)
    require_login(settings)
    require_subscriptions(settings)
    if settings.routes is not None:
        from app import routes  # it reads YAML, which a process without routes goes without

        routes.of(settings, environment)


def require_migrated(settings: Settings, ledger: Ledger) -> None:
    """Refuse to work on a database of another form. One that does not answer is waited for by whoever works on it.

    Raises BadSetting with what to do.
    """
    try:
        with ledger.reading() as book:
            revision = book.health.revision()
    except Unavailable as error:
        log.warning("the database could not be looked at before the start", why=str(error))
        return
    if form(revision) is Form.OLDER:
        at = f"at migration {revision}" if revision else "without tables"
        raise BadSetting(
            f"The database is {at}, and this version needs {newest()}: run `artifact-monitor migrate` first. It "
            "may run while the older version still does."
        )
    is_newer(settings, revision)


def is_newer(settings: Settings, revision: str) -> bool:
    """Whether a newer version has migrated the database, and this one is meant to work on it all the same.

    Raises BadSetting where it is not meant to.
    """
    if form(revision) is not Form.NEWER:
        return False
    if not settings.newer_database:
        raise BadSetting(
            f"The database is at migration {revision}, made by a newer version; this one knows {newest()}. Start "
            "the newer version. To go back to this one for a while, set NEWER_DATABASE=on: migrations only add."
        )
    log.warning("the database belongs to a newer version", database=revision, known=newest())
    return True


def bring_up(
    settings: Settings,
    within: float = 0.0,
    sleep: Callable[[float], object] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> bool:
    """Bring the database to this version; False where it is left as it is, because a newer version has migrated it.

    A database that does not answer is tried again for `within` seconds. Raises BadSetting where the newer database
    is not meant, ValueError on an address that cannot be used, and Unavailable.
    """
    until, rest = monotonic() + within, 1.0
    while True:
        try:
            return _bring_up(settings)
        except Unavailable as error:
            left = until - monotonic()
            if left <= 0:
                raise
            log.warning("the database is waited for", why=str(error), left_s=round(left))
            sleep(min(rest, left))
            rest = min(2 * rest, LONGEST_PAUSE)


def _bring_up(settings: Settings) -> bool:
    ledger = open_ledger(settings.database)
    try:
        with ledger.reading() as book:
            revision = book.health.revision()
    finally:
        ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
    if is_newer(settings, revision):
        return False
    migrate(settings.database)
    return True
