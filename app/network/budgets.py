"""How much a registry may still be asked, in its own words: a budget that every worker of every process shares.

One read before a conversation, and one write after it where something changed that others must know.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property

from app.deps import Deps
from app.network.addresses import Unusable, name, origin
from verifier.ledger.health import Budget
from verifier.registries import limits
from verifier.registries.base import Absent, Answer, Ask, Call, Unreadable

RESERVE = 5
"""So many requests of a limit are left to others who share our address or our account."""
UNSAID = timedelta(minutes=1)
"""How long a host is left alone that asked for it and did not say until when."""
_SLACK = timedelta(minutes=1)
"""A limit that ends so little earlier or later is the same."""


class Budgets:
    """What hosts grant us while one conversation lasts. What it hears counts at once; `keep` tells the others."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._heard = dict[str, Budget]()

    @cached_property
    def _kept(self) -> dict[str, Budget]:
        with self._deps.ledger.reading() as book:
            return {budget.host: budget for budget in book.health.budgets()}

    def refusal(self, question: Ask | Call) -> Unreadable | None:
        """The answer to give instead of asking; None: ask.

        A used-up count is about GETs: Docker Hub does not count HEADs, and who does says so with the next answer.
        """
        now, budget = self._deps.now(), self._known(_granter(question))
        if budget is None or not _in_force(budget, now):
            return None
        if isinstance(question, Ask) and question.method == "HEAD" and not budget.refused:
            return None
        why = "asks for fewer requests" if budget.refused else "grants no more requests"
        sentence = f"{budget.host} {why}, so it is left alone until {budget.until:%Y-%m-%d %H:%M:%S} UTC."
        return Unreadable(question.url, sentence, (budget.until - now).total_seconds(), status=429)

    def hear(self, question: Ask | Call, answer: Answer) -> None:
        """Note what an answer says about limits."""
        host, now = _granter(question), self._deps.now()
        if isinstance(answer, Absent):
            return
        limit = limits.read(answer.headers, now)
        if isinstance(answer, Unreadable) and answer.status == 429:
            wait = min(timedelta(seconds=answer.retry_after), limits.LONGEST) if answer.retry_after else UNSAID
            until = limit.until if limit is not None and not limit.left else now + wait
            self._heard[host] = Budget(host, 0, until, refused=True)
        elif limit is not None and not (isinstance(answer, Unreadable) and answer.retry_after):
            self._heard[host] = Budget(host, limit.left, limit.until)

    def keep(self) -> None:
        """Tell the other workers, where it makes a difference to them."""
        now = self._deps.now()
        changed = [budget for host, budget in self._heard.items() if _differs(budget, self._kept.get(host), now)]
        if changed:
            with self._deps.ledger.writing() as book:
                for budget in changed:
                    book.health.put_budget(budget)

    def _known(self, host: str) -> Budget | None:
        return self._heard.get(host) or self._kept.get(host)


def _in_force(budget: Budget, now: datetime) -> bool:
    return now < budget.until and (budget.refused or budget.left <= RESERVE)


def _differs(new: Budget, old: Budget | None, now: datetime) -> bool:
    """Whether a worker that goes by the old one would do otherwise."""
    if old is None or not _in_force(old, now):
        return _in_force(new, now)
    return not _in_force(new, now) or new.refused != old.refused or abs(new.until - old.until) > _SLACK


def _granter(question: Ask | Call) -> str:
    """The host as people write it, with a port where it is not the usual one; of Amazon's API service and region."""
    if isinstance(question, Call):
        return f"amazon {question.service} {question.region}"
    try:
        return name(origin(question.url))
    except Unusable:
        return ""
