"""The faults: a family with one shape. Each is injected at a moment, holds for a while, and is healed.

`inject` may draw what it does; `heal` puts everything right that it may have broken.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sandbox.chaos.crew import CLOCK, WEB, WORKERS
from sandbox.chaos.doors import Door, Way
from sandbox.chaos.site import Site

BACK = timedelta(seconds=90)
"""The most a clock is set back: what a time server corrects."""
FORWARD = timedelta(minutes=20)
"""The most a clock jumps forward: longer than the leases of the steps that speak."""
WRITE_WITHIN = 8.0
"""Seconds in which somebody should want to write to GitHub, if anybody wants to in this round."""
OTHERS = 1.5
"""Seconds that the others get to take up what a lease that ran out gives them."""


@dataclass(frozen=True)
class Fault:
    """One way to break something."""

    name: str
    inject: Callable[[Site, random.Random], None]
    heal: Callable[[Site], None]
    lurks: bool = False
    """It waits for its own moment, so it is injected as the round begins."""


def _started(site: Site) -> None:
    site.crew.start()


def _none(site: Site) -> None:
    """It heals by itself."""


def _kill_web(site: Site, draw: random.Random) -> None:
    site.crew.kill(WEB)


def _kill_web_worker(site: Site, draw: random.Random) -> None:
    site.crew.kill_one_below(WEB, draw)


def _kill_worker(site: Site, draw: random.Random) -> None:
    site.crew.kill(draw.choice(WORKERS))


def _kill_workers(site: Site, draw: random.Random) -> None:
    for name in WORKERS:
        site.crew.kill(name)


def _kill_clock(site: Site, draw: random.Random) -> None:
    site.crew.kill(CLOCK)


def _kill_all(site: Site, draw: random.Random) -> None:
    for name in (WEB, *WORKERS, CLOCK):
        site.crew.kill(name)


def _freeze(site: Site, draw: random.Random) -> None:
    """A worker stands still, and the others see time pass: longer than the lease of what it holds."""
    name = draw.choice(WORKERS)
    site.frozen.append(name)
    site.crew.freeze(name)
    site.jump(timedelta(minutes=draw.randint(6, 12)))


def _thaw(site: Site) -> None:
    while site.frozen:
        site.crew.thaw(site.frozen.pop())


def _empty_redis(site: Site, draw: random.Random) -> None:
    site.redis.kill()
    site.redis.start()


def _stop_redis(site: Site, draw: random.Random) -> None:
    site.redis.kill()


def _start_redis(site: Site) -> None:
    site.redis.start()


def _restart_postgres(site: Site, draw: random.Random) -> None:
    site.postgres.stop("fast")
    site.postgres.start()


def _crash_postgres(site: Site, draw: random.Random) -> None:
    site.postgres.stop("immediate")
    site.postgres.start()


def _stop_postgres(site: Site, draw: random.Random) -> None:
    site.postgres.stop("immediate")


def _start_postgres(site: Site) -> None:
    site.postgres.start()


def _double(site: Site, draw: random.Random) -> None:
    site.sender.doubles = True


def _shuffle(site: Site, draw: random.Random) -> None:
    site.sender.doubles = site.sender.shuffles = True


def _in_order(site: Site) -> None:
    site.sender.doubles = site.sender.shuffles = False


def _forward(site: Site, draw: random.Random) -> None:
    site.jump(timedelta(seconds=draw.randint(60, int(FORWARD.total_seconds()))))


def _back(site: Site, draw: random.Random) -> None:
    site.behind = timedelta(seconds=draw.randint(2, int(BACK.total_seconds())))
    site.jump(-site.behind)


def _caught_up(site: Site) -> None:
    site.behind = timedelta()


def _forward_amid_a_write(site: Site, draw: random.Random) -> None:
    """A worker is about to write to GitHub, and its lease runs out before that is done."""
    site.github.set(Way.HOLDS)
    if site.github.holding.wait(WRITE_WITHIN):
        site.jump(timedelta(minutes=draw.randint(6, 12)))
        time.sleep(OTHERS)


def _opened(site: Site) -> None:
    site.github.set(Way.OPEN)


def _door(name: str, of: Callable[[Site], Door], way: Way) -> Fault:
    return Fault(
        f"{name} {way.value}",
        lambda site, draw: of(site).set(way),
        lambda site: of(site).set(Way.OPEN),
    )


def _github(site: Site) -> Door:
    return site.github


def _registry(site: Site) -> Door:
    return site.registry


def _receiver(site: Site) -> Door:
    return site.receiver


FAULTS: tuple[Fault, ...] = (
    Fault("web killed", _kill_web, _started),
    Fault("a worker of web killed", _kill_web_worker, _none),
    Fault("worker killed", _kill_worker, _started),
    Fault("both workers killed", _kill_workers, _started),
    Fault("clock killed", _kill_clock, _started),
    Fault("every process killed", _kill_all, _started),
    Fault("worker frozen", _freeze, _thaw),
    Fault("Redis emptied", _empty_redis, _none),
    Fault("Redis down", _stop_redis, _start_redis),
    Fault("PostgreSQL restarted", _restart_postgres, _none),
    Fault("PostgreSQL crashed", _crash_postgres, _none),
    Fault("PostgreSQL down", _stop_postgres, _start_postgres),
    _door("GitHub", _github, Way.REFUSES),
    _door("GitHub", _github, Way.HANGS),
    _door("GitHub", _github, Way.FAILS),
    _door("GitHub", _github, Way.LOSES),
    _door("GitHub", _github, Way.CUTS),
    _door("registry", _registry, Way.REFUSES),
    _door("registry", _registry, Way.HANGS),
    _door("registry", _registry, Way.FAILS),
    _door("receiver", _receiver, Way.REFUSES),
    _door("receiver", _receiver, Way.LOSES),
    _door("receiver", _receiver, Way.CUTS),
    Fault("webhooks doubled", _double, _in_order),
    Fault("webhooks doubled and reordered", _shuffle, _in_order),
    Fault("clock forward", _forward, _none),
    Fault("clock forward amid a write", _forward_amid_a_write, _opened, lurks=True),
    Fault("clock back", _back, _caught_up),
)
BY_NAME = {fault.name: fault for fault in FAULTS}
