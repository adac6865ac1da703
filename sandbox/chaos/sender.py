"""GitHub's side of webhooks: sends each delivery, remembers how it was answered, and sends again what got no 202.

GitHub itself sends nothing again by itself: somebody asks it to. Here the bench asks; where `redeliver` is off the
monitor has to, by GitHub's list of deliveries, which is told what came of each.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import requests

from sandbox.signing import signed
from sandbox.state import Webhook

PATIENCE = 10.0
"""Seconds that GitHub waits for an answer."""
ACCEPTED = 202
UNANSWERED = 0


@dataclass(frozen=True)
class Sent:
    """One delivery and what became of it: how often it was sent, how often it was answered 202."""

    webhook: Webhook
    body: bytes
    times: int
    accepted: int


class Sender:
    """Sends in a thread of its own. Safe for several threads.

    `unruly`: while it is set, what is to be sent is shuffled, and each delivery is sent up to three times.
    """

    def __init__(
        self, url: str, secret: str, redeliver: bool, draw: random.Random, note: Callable[[str, int], None]
    ) -> None:
        self._url, self._secret, self._redeliver, self._draw, self._note = url, secret, redeliver, draw, note
        self._lock = threading.Condition()
        self._due: deque[str] = deque()
        self._failed: deque[str] = deque()
        self._sent: dict[str, Sent] = {}
        self._busy = 0
        self._stopped = False
        self.doubles = self.shuffles = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(2)]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Send nothing more."""
        with self._lock:
            self._stopped = True
            self._lock.notify_all()

    def send(self, webhooks: Iterable[Webhook]) -> None:
        """These are to be delivered now, and what failed before once more."""
        with self._lock:
            fresh = list(webhooks)
            for webhook in fresh:
                self._sent.setdefault(webhook.id, Sent(webhook, signed(webhook, self._secret)[1], 0, 0))
            due = [webhook.id for webhook in fresh]
            if self.doubles:
                due = [one for one in due for _ in range(self._draw.choice((1, 2, 3)))]
            self._due.extend(due)
            if self.shuffles:
                held = list(self._due)
                self._draw.shuffle(held)
                self._due = deque(held)
            self._again()
            self._lock.notify_all()

    def again(self) -> None:
        """Send what failed once more."""
        with self._lock:
            self._again()
            self._lock.notify_all()

    @property
    def left(self) -> int:
        """How many are not delivered: waiting, being sent, or failed and to be sent again."""
        with self._lock:
            return len(self._due) + self._busy + (len(self._failed) if self._redeliver else 0)

    def rest(self) -> None:
        """Wait until nothing is under way, as long as GitHub would wait for an answer; what is held back may stay."""
        deadline = time.monotonic() + PATIENCE + 1.0
        with self._lock:
            while (self._busy or (self._due and not self.shuffles)) and time.monotonic() < deadline:
                self._lock.wait(0.05)

    @property
    def undelivered(self) -> bool:
        """Something was sent and never accepted."""
        with self._lock:
            return any(one.times and not one.accepted for one in self._sent.values())

    @property
    def sent(self) -> tuple[Sent, ...]:
        """Every delivery, in the order in which GitHub made them."""
        with self._lock:
            return tuple(self._sent.values())

    def _again(self) -> None:
        if self._redeliver:
            self._due.extend(self._failed)
            self._failed.clear()

    def _work(self) -> None:
        with contextlib.closing(requests.Session()) as session:
            session.trust_env = False
            while True:
                with self._lock:
                    # What is held back for shuffling goes out with the next batch, or when order is kept again.
                    while not self._stopped and (not self._due or (self.shuffles and len(self._due) < 4)):
                        self._lock.wait(0.2)
                    if self._stopped:
                        return
                    name = self._due.popleft()
                    self._busy += 1
                self._one(session, name)

    def _one(self, session: requests.Session, name: str) -> None:
        headers, body = signed(self._sent[name].webhook, self._secret)
        try:
            status = session.post(self._url, data=body, headers=headers, timeout=PATIENCE).status_code
        except requests.RequestException:
            status = UNANSWERED
        with self._lock:
            known = self._sent[name]
            accepted = known.accepted + (status == ACCEPTED)
            self._sent[name] = Sent(known.webhook, known.body, known.times + 1, accepted)
            if not accepted and name not in self._failed:
                self._failed.append(name)
        # What GitHub shows: of one that was sent several times at once that it was accepted, if it ever was.
        self._note(name, ACCEPTED if accepted else status)
        with self._lock:
            self._busy -= 1
