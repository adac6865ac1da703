"""What must hold before a process begins: the database has the form that this program knows."""

from __future__ import annotations

import structlog

from app.settings import BadSetting, Settings
from verifier.ledger.protocol import Ledger, Unavailable
from verifier.ledger.revisions import Form, form, newest

log = structlog.get_logger("start")


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
    match form(revision):
        case Form.OLDER:
            at = f"at migration {revision}" if revision else "without tables"
            raise BadSetting(
                f"The database is {at}, and this version needs {newest()}: run `artifact-monitor migrate` first. It "
                "may run while the older version still does."
            )
        case Form.NEWER if not settings.newer_database:
            raise BadSetting(
                f"The database is at migration {revision}, made by a newer version; this one knows {newest()}. Start "
                "the newer version. To go back to this one for a while, set NEWER_DATABASE=on: migrations only add."
            )
        case Form.NEWER:
            log.warning("the database belongs to a newer version", database=revision, known=newest())
