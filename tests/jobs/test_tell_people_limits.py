"""How many confirmation mails go out, whoever asks."""

from __future__ import annotations

from app.deeds.subscribing import MOST_AN_HOUR, VALID
from checks.base import Refused
from tests.subscribers import Monitor
from tests.verdict.cases import MINUTE


def test_addresses_that_the_mail_server_refuses_count_against_the_limit_like_all_others() -> None:
    """Whoever makes up addresses of a domain has no more of them tried than of those that exist."""
    monitor = Monitor()
    tried = set[int]()
    for minute in range(12):
        for number in range(20):
            address = f"x{minute}-{number}@elsewhere.example"
            monitor.outbound.to[address] = Refused("550 no such user")
            tried.add(monitor.ask(address=address).status_code)
        monitor.work()
        monitor.time += MINUTE

    assert (MOST_AN_HOUR, {200, 429}) == (monitor.outbound.tried, tried)
    monitor.time += VALID
    monitor.work()
    assert [] == monitor.all()
