"""The composition root: wires the real parts as the settings say."""

from __future__ import annotations

from datetime import UTC, datetime

from app.aws import make_aws
from app.deps import Deps
from app.github import clients
from app.login import make_login
from app.settings import Settings
from app.trust import trust_of
from app.wake import Wake
from app.wake_local import LocalWake
from verifier.ledger import open_ledger


def build(settings: Settings) -> Deps:
    """The real parts, as the settings say. Opens nothing yet but the ledger's connections."""
    return Deps(
        settings=settings,
        ledger=open_ledger(settings.database),
        fetch=make_login(settings, now),
        github=clients(settings),
        wake=wake_of(settings),
        now=now,
        trust=trust_of(settings),
        aws=make_aws(),
    )


def now() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def wake_of(settings: Settings) -> Wake:
    """Over Redis where one is set, else within the process tree."""
    if not settings.redis_url:
        return LocalWake(settings.data_dir)
    from app.wake_rq import RqWake  # rq costs a fifth of a second, and the embedded default does without

    return RqWake(settings.redis_url)
