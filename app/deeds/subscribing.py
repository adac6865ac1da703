"""Subscribe: an address asks, its owner confirms, and whoever has the link in a mail ends it.

The secret in the links is made from `SUBSCRIBE_SECRET` and the subscription's id (HMAC-SHA-256), because every mail
needs it again; the ledger holds its hash alone. What strangers ask is bounded: confirmation mails to a mailbox, to
all, and what waits for a confirmation. Nobody learns from an answer whether an address is known here.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from app.deeds.subscribe_form import Wish
from app.processes.week import after
from verifier.ledger.protocol import Book
from verifier.model import Subscription

STEP = "tell/~people"
"""The work of all people in rows: `person ID`, `confirm ID`, `forget ID` and `week ID`."""
VALID = timedelta(hours=24)
"""How long a confirmation is waited for."""
KEPT = timedelta(days=30)
"""How long the address of a subscription that ended is kept: links in mails of that time still answer."""
REFUSED_FOR = timedelta(days=7)
"""A confirmed address that its mail server refuses for so long has nobody behind it any more.

A server that is wrongly set up for a day must not silence everybody behind it.
"""
PER_ADDRESS = timedelta(hours=1)
"""The least time between two confirmation mails to one mailbox."""
MOST_PENDING = 3
"""The most confirmations that one mailbox is asked for at a time."""
MOST_LIVE = 20
"""The most subscriptions of one mailbox."""
MOST_AN_HOUR = 100
"""The most confirmation mails within an hour, to all together."""

_OLDER = 5
_HOUR = timedelta(hours=1)


class Confirmed(Enum):
    """What came of a confirmation."""

    NOW = "now"
    BEFORE = "before"
    """It was confirmed already; or the address hears exactly this by another subscription."""
    ENDED = "ended"


@dataclass(frozen=True)
class Links:
    """Makes the addresses in mails: `base` is ours, without a trailing slash."""

    base: str
    key: str

    def of(self, subscription: Subscription) -> str:
        """The page of a subscription."""
        return f"{self.base}/subscriptions/{subscription.id}/{secret_of(self.key, subscription.id)}"

    def end(self, subscription: Subscription) -> str:
        """Where one click in a mail program ends it (RFC 8058)."""
        return f"{self.of(subscription)}/end"


def secret_of(key: str, subscription_id: str) -> str:
    """The secret of a subscription's links: 256 bits that nobody guesses without the key."""
    return hmac.new(key.encode(), b"subscription " + subscription_id.encode(), hashlib.sha256).hexdigest()


def digest_of(secret: str) -> str:
    """As the ledger keeps it."""
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()


def mailbox_of(address: str) -> str:
    """Where mail to this address ends, as far as limits are concerned: in lower case and without a `+tag`."""
    local, at, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def crowded(book: Book, now: datetime) -> bool:
    """So many asked within the hour that nobody else may."""
    return sum(now - s.asked_at < _HOUR for s in book.subscriptions.all()) >= MOST_AN_HOUR


def ask(book: Book, wish: Wish, key: str, now: datetime) -> bool:
    """Note the wish and want its confirmation mailed. False where the mailbox was written to lately, or has enough.

    The caller tells nobody which. Two requests at the same moment make one row: its id comes of the mailbox and hour.
    Every row of the last day counts, confirmed, refused and ended ones too.
    """
    mailbox = mailbox_of(wish.address)
    known = [s for s in book.subscriptions.all() if mailbox_of(s.address) == mailbox]
    pending = [s for s in known if s.confirmed_at is None]
    if any(now - s.asked_at < PER_ADDRESS for s in known) or len(pending) >= MOST_PENDING:
        return False
    if sum(s.live for s in known) >= MOST_LIVE:
        return False
    seed = f"id {mailbox} {now:%Y-%m-%dT%H}"
    name = hmac.new(key.encode(), seed.encode(), hashlib.sha256).hexdigest()[:32]
    if book.subscriptions.get(name) is not None:  # the clock was set back, or the address's case differs in the hour
        name = secrets.token_hex(16)
    book.subscriptions.put(
        Subscription(name, wish.address, wish.filter, digest_of(secret_of(key, name)), now, weekly=wish.weekly)
    )
    book.work.want(STEP, f"confirm {name}", now)
    book.work.want(STEP, f"forget {name}", now + VALID)
    return True


def opened(book: Book, subscription_id: str, secret: str, now: datetime) -> Subscription | None:
    """The subscription that a link means; None for a wrong secret, an unknown one, and a confirmation too late.

    Compared in constant time, also where there is nothing to compare with.
    """
    found = book.subscriptions.get(subscription_id)
    held = (found.secret, *found.older) if found is not None else ("sha256:" + "0" * 64,)
    given = digest_of(secret)
    right = [hmac.compare_digest(given, digest) for digest in held]
    if found is None or not any(right):
        return None
    late = found.confirmed_at is None and now - found.asked_at >= VALID
    return None if late else found


def confirm(book: Book, subscription: Subscription, now: datetime) -> Confirmed:
    """Its owner wants it. Others of the address that ask for the same and wait are dropped."""
    if subscription.ended_at is not None:
        return Confirmed.ENDED
    if subscription.confirmed_at is not None:
        return Confirmed.BEFORE
    alike = [
        other
        for other in book.subscriptions.of_address(subscription.address)
        if other.id != subscription.id and (other.filter, other.weekly) == (subscription.filter, subscription.weekly)
    ]
    if any(other.live for other in alike):
        book.subscriptions.drop(subscription.id)
        return Confirmed.BEFORE
    for other in alike:
        if other.confirmed_at is None:
            book.subscriptions.drop(other.id)
    book.subscriptions.put(replace(subscription, confirmed_at=now))
    if subscription.weekly:
        book.work.want(STEP, f"week {subscription.id}", after(now))
    return Confirmed.NOW


def end(book: Book, subscription: Subscription, now: datetime) -> None:
    """It hears nothing from now on; ending it again changes nothing."""
    if subscription.ended_at is None:
        book.subscriptions.put(replace(subscription, ended_at=now))
        if subscription.confirmed_at is not None:
            book.work.want(STEP, f"forget {subscription.id}", now + KEPT)


def refused(book: Book, subscription_id: str, now: datetime) -> bool:
    """Its address was refused. Ends it where that has gone on for `REFUSED_FOR`, and says whether it did."""
    found = book.subscriptions.get(subscription_id)
    if found is None or not found.live:
        return True
    since = found.refused_since or now
    book.subscriptions.put(kept := replace(found, refused_since=since))
    if now - since < REFUSED_FOR:
        return False
    end(book, kept, now)
    return True


def accepted(book: Book, subscription_id: str) -> None:
    """Its address took a mail."""
    found = book.subscriptions.get(subscription_id)
    if found is not None:
        book.subscriptions.put(replace(found, refused_since=None))


def forget(book: Book, subscription_id: str, now: datetime) -> datetime | None:
    """Drop it if it was not confirmed in time, or ended long ago. Returns when to look again; None: never."""
    found = book.subscriptions.get(subscription_id)
    if found is None or found.live:
        return None
    ended = found.ended_at if found.confirmed_at is not None else None
    due = ended + KEPT if ended is not None else found.asked_at + VALID
    if now < due:
        return due
    book.subscriptions.drop(subscription_id)
    return None


def with_fresh_links(book: Book, subscription_id: str, key: str) -> None:
    """Have links that are made with this key open it; those in mails before a change of the key stay good."""
    found, digest = book.subscriptions.get(subscription_id), digest_of(secret_of(key, subscription_id))
    if found is not None and found.secret != digest:
        older = (found.secret, *(old for old in found.older if old != digest))[:_OLDER]
        book.subscriptions.put(replace(found, secret=digest, older=older))
