"""`POST /hints/…`: others say that a tag was pushed, so that it is looked at now and not at the next poll.

A hint is a wake-up and nothing else: what was pushed is read at the registry. So whoever gets past the gate here can
make us look at a tag that somebody watches, so often within a minute; they can make nothing true.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from app.web.allowance import Allowance
from app.web.certificates import Certificates, Unavailable
from verifier.document import Malformed
from verifier.ledger.hints import hint
from verifier.ledger.protocol import Book
from verifier.model import Artifact
from verifier.registries import ecr, pushes
from verifier.registries.base import Ask, Page

if TYPE_CHECKING:
    from app.deps import Deps
    from app.web import sns

log = structlog.get_logger()

LIMIT = 256 * 1024
"""The largest body we take, in bytes."""
MOST = 120
"""The most hints that are heard within a minute, by each process; a subscription that is confirmed is one."""

_CONFIRMATION_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What the sender is told. `text` never repeats anything of the request, nor says what is watched here."""

    status: int
    text: str


HEARD = Answer(202, "Heard.")
NOTHING = Answer(202, "Heard; it says nothing of a tag.")
TOO_OFTEN = Answer(429, "Too many hints within a minute; every image is polled without them.")
TOO_LARGE = Answer(413, f"The body is over {LIMIT} bytes.")
NOT_HERE = Answer(404, "404 Not Found")


@dataclass(frozen=True)
class Hints:
    """What the two ways in have in common: the parts they use, and how often they may be used."""

    deps: Deps
    certificates: Certificates
    allowance: Allowance

    def of_sns(self, body: bytes) -> Answer:
        """A message of Amazon SNS: an event about an image in ECR, or the question whether we want such messages."""
        topics, now = self.deps.settings.sns_topics, self.deps.now()
        if not topics:
            return Answer(404, "SNS_TOPICS is not set here, so no message of SNS is taken.")
        from app.web import sns  # with all that reads certificates, which few need

        try:
            message = sns.opened(body, topics, now, self.certificates.through(self.deps.fetch, now))
        except sns.Refused as error:
            return Answer(403, str(error))
        except Unavailable as error:
            return Answer(503, str(error))
        if message.subscribe_url:
            return self._subscribe(message, now)
        try:
            pushed = pushes.of_ecr(message.text) if message.type == "Notification" else None
        except Malformed:
            return Answer(400, "It is about an image, and not as Amazon documents it.")
        if pushed is None:
            return NOTHING
        return self._hint(lambda book: _in_ecr(book, pushed.home), pushed.tag, now)

    def of_docker_hub(self, secret: str, body: bytes) -> Answer:
        """A webhook of Docker Hub. It signs nothing; the secret in the address is all that speaks for it."""
        right = self.deps.settings.docker_hub_hint_secret
        if not right or not hmac.compare_digest(right.encode(), secret.encode()):
            return NOT_HERE
        try:
            artifact, tag = pushes.of_docker_hub(body)
        except (Malformed, ValueError):
            return Answer(400, "It is not a webhook as Docker Hub documents it.")
        return self._hint(lambda book: (artifact,), tag, self.deps.now())

    def _subscribe(self, message: sns.Message, now: datetime) -> Answer:
        if not self.allowance.take(now):
            return TOO_OFTEN
        answer = self.deps.fetch(Ask(message.subscribe_url, "*/*", _CONFIRMATION_LIMIT))
        log.info("sns.subscribed" if isinstance(answer, Page) else "sns.not_subscribed", topic=message.topic)
        return Answer(202, "Confirmed.") if isinstance(answer, Page) else Answer(503, "It could not be confirmed.")

    def _hint(self, artifacts: Callable[[Book], Iterable[Artifact]], tag: str, now: datetime) -> Answer:
        if not self.allowance.take(now):
            return TOO_OFTEN
        try:
            with self.deps.ledger.writing() as book:
                taken = [hint(book, artifact, tag, now) for artifact in artifacts(book)]
        except Exception:  # whatever it was, the sender shall send it again
            log.exception("hint.not_kept")
            return Answer(503, "It could not be kept; please send it again.")
        if any(taken):
            self.deps.wake.wake("poll")
        return HEARD


def routes(deps: Deps) -> Blueprint:
    """The thin HTTP side: reads the body within its limit, and asks `Hints`."""
    blueprint = Blueprint("hints", __name__)
    hints = Hints(deps, Certificates(), Allowance(MOST, timedelta(minutes=1)))

    @blueprint.post("/hints/sns")
    def from_sns() -> Response:
        return _answered(hints.of_sns)

    @blueprint.post("/hints/docker-hub/<secret>")
    def from_docker_hub(secret: str) -> Response:
        return _answered(lambda body: hints.of_docker_hub(secret, body))

    return blueprint


def _in_ecr(book: Book, home: ecr.Home) -> list[Artifact]:
    """The watched images of a repository, under whichever of its hosts' names they are watched."""
    return [watch.artifact for watch in book.versions.watches() if ecr.home_of(watch.artifact) == home]


def _answered(take: Callable[[bytes], Answer]) -> Response:
    request.max_content_length = LIMIT + 1  # a longer chunked body is cut there, and then seen to be too long
    try:
        body = request.get_data(cache=False)
        answer = TOO_LARGE if len(body) > LIMIT else take(body)
    except RequestEntityTooLarge:
        answer = TOO_LARGE
    except ClientDisconnected:
        answer = Answer(400, "The body is shorter than its Content-Length.")
    return Response(answer.text + "\n", answer.status, mimetype="text/plain")
