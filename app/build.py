"""The composition root: wires the real parts as the settings say."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from app.deps import Deps, Fetch
from app.network.aws import make_aws
from app.outbound import make_outbound
from app.pacing import LocalPace, Pace, pace_of
from app.polling.rhythm import Rhythm
from app.processes.lanes import Lanes
from app.processes.shift import Shift
from app.settings import Settings
from app.trust.root import trust_of
from app.wake import Nobody, Wake
from app.wake.local import LocalWake
from verifier.ledger import open_ledger
from verifier.registries.base import Absent, Ask, Page, Unreadable

if TYPE_CHECKING:
    from app.github.installation import GitHub
    from checks.outside import Route


def build(
    settings: Settings,
    environment: Mapping[str, str] = os.environ,
    wake: Wake | None = None,
    pace: Pace | None = None,
) -> Deps:
    """The real parts, as the settings say. Opens nothing yet but the ledger's connections.

    `environment` is where the routes file may say that a secret is; `wake` and `pace` stand in place of what the
    settings say. Raises BadSetting where the routes file is not usable.
    """
    pace = pace or pace_of(settings)
    return Deps(
        settings=settings,
        ledger=open_ledger(settings.database),
        fetch=fetch_of(settings, pace),
        github=github_of(settings, pace),
        wake=wake or wake_of(settings),
        now=now,
        trust=trust_of(settings),
        aws=make_aws(),
        routes=routes_of(settings, environment),
        outbound=make_outbound(settings),
        lanes=Lanes(),
        pace=pace,
        rhythm=Rhythm(random.random),
        shift=Shift(settings.beat_file),
    )


def build_answering(settings: Settings) -> Deps:
    """The same parts for a process that answers people and GitHub: it loads no client of Redis, and asks none.

    Where a Redis is set its workers look every second by themselves (`docs/decisions/0039`); the few questions of its
    own it paces by itself. Raises BadSetting.
    """
    return build(settings, wake=Nobody() if settings.redis_url else None, pace=LocalPace())


def routes_of(settings: Settings, environment: Mapping[str, str]) -> tuple[Route, ...]:
    """The routes that the settings' file names; what reads YAML is not loaded where there is none."""
    if settings.routes is None:
        return ()
    from app import routes

    return routes.of(settings, environment)


def now() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def fetch_of(settings: Settings, pace: Pace) -> Fetch:
    """The guarded question, made at the first one: a web process asks no registry, and requests is large."""

    @cache
    def real() -> Fetch:
        from app.network.http import make_fetch
        from app.network.login import make_login

        return make_login(settings, now, make_fetch(settings, pace=pace))

    def fetch(ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        return real()(ask, etag)

    return fetch


def github_of(settings: Settings, pace: Pace) -> Callable[[int], GitHub]:
    """GitHub's clients, made on first use: a web process never asks in an installation's name."""

    @cache
    def real() -> Callable[[int], GitHub]:
        from app.github.installation import clients
        from app.github.limits import github_pace

        return clients(settings, pace=github_pace(settings, pace))

    return lambda installation_id: real()(installation_id)


def wake_of(settings: Settings) -> Wake:
    """Over Redis where one is set, else within the process tree."""
    if not settings.redis_url:
        return LocalWake(settings.data_dir)
    from app.wake.rq import RqWake  # rq costs a fifth of a second, and the embedded default does without

    return RqWake(settings.redis_url)
