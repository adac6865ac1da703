"""Leading a conversation, and leaving alone who asks to be: for every worker, until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from app.deps import Deps
from app.network import converse as conversing
from app.network.budgets import RESERVE, UNSAID
from app.network.converse import Endless, converse
from app.settings import Settings
from tests.verdict.cases import NOON
from verifier.ledger import Ledger, memory_ledger
from verifier.ledger.health import Budget
from verifier.registries.base import Absent, Answer, Ask, Call, Conversation, Page, Unreadable

HOST, OTHER = "registry.example", "hub.example:8443"
HOUR = timedelta(hours=1)


@dataclass
class Machine:
    """The parts of a conversation: what each address answers, and what was asked and kept."""

    answers: dict[str, Callable[[Ask], Page | Absent | Unreadable]] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=memory_ledger)
    now: datetime = NOON
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    amazon: dict[str, Answer] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)

    @property
    def deps(self) -> Deps:
        nothing = cast(Any, None)
        return Deps(
            Settings(), cast(Ledger, self), self._fetch, lambda _: nothing, nothing, lambda: self.now, aws=self._aws
        )

    def _fetch(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        self.asked.append((ask.method, ask.url, etag))
        answer = self.answers.get(ask.url)
        return Page(ask.url, 200, b"{}") if answer is None else answer(ask)

    def _aws(self, call: Call) -> Answer:
        self.called.append(call.url)
        answer = self.amazon.get(call.url)
        return Page(call.operation, 200, b"{}") if answer is None else answer

    @contextmanager
    def reading(self) -> Iterator[Any]:
        self.opened.append("read")
        with self.ledger.reading() as book:
            yield book

    @contextmanager
    def writing(self) -> Iterator[Any]:
        self.opened.append("write")
        with self.ledger.writing() as book:
            yield book

    def budgets(self) -> list[Budget]:
        with self.ledger.reading() as book:
            return book.health.budgets()

    def says(self, url: str, status: int, wait: float | None = None, **headers: str) -> None:
        """What an address answers from now on."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[url] = lambda ask: (
            Page(url, 200, b"{}", named)
            if status == 200
            else Unreadable(url, f"refused ({status})", wait, status, named)
        )


def ask(path: str = "/x", method: str = "GET", host: str = HOST, conditional: bool = False) -> Ask:
    return Ask(f"https://{host}{path}", "*/*", 100, method, conditional=conditional)


def questions(*asks: Ask | Call) -> Conversation[list[Answer]]:
    """Asks them all, whatever is answered."""
    answers = []
    for question in asks:
        answers.append((yield question))
    return answers


def put(machine: Machine, budget: Budget) -> None:
    with machine.ledger.writing() as book:
        book.health.put_budget(budget)


def test_a_conversation_is_led_to_its_end_and_validators_are_kept_of_conditional_pages():
    machine = Machine()
    for path in ("/x", "/y"):
        machine.says(f"https://{HOST}{path}", 200, etag=f'"{path}"')

    outcome = converse(machine.deps, questions(ask("/x", conditional=True), ask("/y")), {f"https://{HOST}/x": '"old"'})

    assert [("GET", f"https://{HOST}/x", '"old"'), ("GET", f"https://{HOST}/y", None)] == machine.asked
    assert {f"https://{HOST}/x": '"/x"'} == outcome.validators


def test_a_conversation_without_end_is_a_fault_of_ours(monkeypatch):
    monkeypatch.setattr(conversing, "MOST_ASKED", 3)

    with pytest.raises(Endless):
        converse(Machine().deps, questions(*[ask()] * 10))


def test_amazon_is_asked_by_its_own_library():
    machine = Machine()

    assert [Page("DescribeImages", 200, b"{}")] == converse(
        machine.deps, questions(Call("ecr", "us-east-1", "DescribeImages", {}))
    ).result
    assert ([], ["read"]) == (machine.asked, machine.opened)


def test_amazon_that_asks_for_fewer_calls_is_left_alone_by_every_worker_in_that_region():
    """Its limits are those of an account in a region; another service or region has its own."""
    machine = Machine()
    throttled, elsewhere, public = (
        Call(service, region, "describe_images", {})
        for service, region in (("ecr", "eu-central-1"), ("ecr", "eu-west-1"), ("ecr-public", "eu-central-1"))
    )
    machine.amazon[throttled.url] = Unreadable(throttled.url, "Amazon asks for fewer calls.", 60.0, 429)

    answers = converse(machine.deps, questions(throttled, throttled, elsewhere, public)).result

    assert [429, 429, 200, 200] == [cast(Page, answer).status for answer in answers]
    assert 3 == len(machine.called)
    assert [Budget("amazon ecr eu-central-1", 0, NOON + timedelta(minutes=1), refused=True)] == machine.budgets()

    machine.now += timedelta(seconds=45)
    (another,) = converse(machine.deps, questions(throttled)).result
    assert 3 == len(machine.called)
    assert isinstance(another, Unreadable)
    assert (throttled.url, 15.0) == (another.url, another.retry_after)
    assert "amazon ecr eu-central-1 asks for fewer requests" in another.problem

    machine.now += timedelta(seconds=15)
    del machine.amazon[throttled.url]
    assert [200] == [cast(Page, answer).status for answer in converse(machine.deps, questions(throttled)).result]


def test_a_host_that_asks_for_fewer_requests_is_left_alone_at_once_and_by_every_worker():
    machine = Machine()
    machine.says(f"https://{HOST}/x", 429, 600.0)

    answers = converse(machine.deps, questions(ask("/x"), ask("/y"), ask("/z", "HEAD"), ask(host=OTHER))).result

    assert [f"https://{HOST}/x", f"https://{OTHER}/x"] == [url for _, url, _ in machine.asked]
    assert [429, 429, 429, 200] == [cast(Page, answer).status for answer in answers]
    assert [Budget(HOST, 0, NOON + timedelta(minutes=10), refused=True)] == machine.budgets()

    machine.now += timedelta(minutes=9)
    (another,) = converse(machine.deps, questions(ask("/y"))).result
    assert 2 == len(machine.asked)
    assert isinstance(another, Unreadable)
    assert ("registry.example asks for fewer requests, so it is left alone until 2026-03-02 12:10:00 UTC.", 60.0) == (
        another.problem,
        another.retry_after,
    )

    machine.now += timedelta(minutes=1)
    converse(machine.deps, questions(ask("/y")))
    assert 3 == len(machine.asked)


def test_a_host_that_does_not_say_until_when_is_left_alone_for_a_little():
    machine = Machine()
    machine.says(f"https://{HOST}/x", 429)

    converse(machine.deps, questions(ask()))

    assert [Budget(HOST, 0, NOON + UNSAID, refused=True)] == machine.budgets()


def test_docker_hub_says_in_its_headers_until_when():
    machine = Machine()
    machine.says(f"https://{HOST}/x", 429, None, x_retry_after=str(int((NOON + HOUR).timestamp())))

    converse(machine.deps, questions(ask()))

    assert [Budget(HOST, 0, NOON + HOUR, refused=True)] == machine.budgets()


def test_a_host_that_would_not_be_asked_for_years_is_asked_again_within_a_day():
    machine = Machine()
    machine.says(f"https://{HOST}/x", 429, 1e9)

    converse(machine.deps, questions(ask()))

    assert [Budget(HOST, 0, NOON + timedelta(days=1), refused=True)] == machine.budgets()


@pytest.mark.parametrize("left", [0, RESERVE])
def test_the_last_few_requests_of_a_limit_are_left_to_others(left):
    """The rest of the network pulls from the same address."""
    machine = Machine()
    machine.says(f"https://{HOST}/x", 200, ratelimit_remaining=f"{left};w=21600")

    answers = converse(machine.deps, questions(ask("/x"), ask("/y"))).result

    assert 1 == len(machine.asked)
    assert [200, 429] == [cast(Page, answer).status for answer in answers]
    assert [Budget(HOST, left, NOON + 6 * HOUR)] == machine.budgets()


def test_questions_that_a_used_up_limit_does_not_count_are_asked_and_tell_when_there_is_room_again():
    """Docker Hub counts no HEAD; the headers of one say how much is left."""
    machine = Machine()
    put(machine, Budget(HOST, 0, NOON + 6 * HOUR))
    machine.says(f"https://{HOST}/h", 200, ratelimit_remaining="40;w=21600")

    converse(machine.deps, questions(ask("/x"), ask("/h", "HEAD"), ask("/y")))

    assert [("HEAD", f"https://{HOST}/h", None), ("GET", f"https://{HOST}/y", None)] == machine.asked
    assert [Budget(HOST, 40, NOON + 6 * HOUR)] == machine.budgets()


def test_where_there_is_room_the_ledger_is_read_once_and_never_written():
    machine = Machine()
    for left, path in ((99, "/x"), (98, "/y")):
        machine.says(f"https://{HOST}{path}", 200, ratelimit_remaining=f"{left};w=21600")

    converse(machine.deps, questions(ask("/x"), ask("/y"), ask(host=OTHER)))

    assert (["read"], []) == (machine.opened, machine.budgets())


def test_what_others_know_already_is_not_written_again():
    machine = Machine()
    machine.says(f"https://{HOST}/h", 200, ratelimit_remaining="0;w=21600")

    for _ in range(3):
        converse(machine.deps, questions(ask("/h", "HEAD")))
        machine.now += timedelta(seconds=10)

    assert ["read", "write", "read", "read"] == machine.opened


def test_a_page_that_is_absent_or_a_host_in_trouble_is_no_limit():
    machine = Machine()
    machine.answers[f"https://{HOST}/x"] = lambda a: Absent(a.url)
    machine.says(f"https://{HOST}/y", 503, 60.0, retry_after="60")

    converse(machine.deps, questions(ask("/x"), ask("/y"), ask("/z"), ask(host=OTHER)))

    assert (4, []) == (len(machine.asked), machine.budgets())


def test_what_was_heard_is_kept_though_the_conversation_breaks():
    machine = Machine()
    machine.says(f"https://{HOST}/x", 429, 600.0)

    def broken() -> Conversation[None]:
        yield ask("/x")
        raise KeyError

    with pytest.raises(KeyError):
        converse(machine.deps, broken())
    assert [HOST] == [budget.host for budget in machine.budgets()]
