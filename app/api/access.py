"""Who asks: a program by its token, or for reading a person by their login. What both may see is a `Viewer`'s."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Request

from app.api.pace import Pace
from app.api.problems import Stop
from app.deeds import tokens
from app.signin.forms import SAFE
from app.signin.gate import Gate, NotHere
from app.signin.sessions import CannotTell
from app.viewer import Viewer
from verifier.ledger.tokens import Scope, Token

if TYPE_CHECKING:
    from app.deps import Deps

_SCHEME = "bearer "
_ASK = {"WWW_Authenticate": 'Bearer realm="artifact-monitor"'}
_INVALID = {"WWW_Authenticate": 'Bearer realm="artifact-monitor", error="invalid_token"'}
_LONGEST = 1_000


@dataclass(frozen=True)
class Caller:
    """Who asks. `token` None: a person, or anybody, who may read and nothing else."""

    viewer: Viewer
    token: Token | None = None

    @property
    def anybody(self) -> bool:
        """Nobody in particular: what is answered is public."""
        return self.token is None and not self.viewer.operator and self.viewer.id == 0

    @property
    def acts(self) -> bool:
        """May change something."""
        return self.token is not None and self.token.scope is Scope.ACT

    def owns(self, repository_id: int) -> bool:
        """Sees it for what it is to them, and not because everybody does."""
        if self.token is not None or self.viewer.operator:
            return self.viewer.may_see(repository_id)
        return repository_id in self.viewer.roles


class Door:
    """Where requests are let in, of one web process."""

    def __init__(self, deps: Deps, pace: Pace | None = None) -> None:
        self._deps = deps
        self._gate = Gate(deps.settings, deps.ledger, deps.now)
        self._pace = pace or Pace()

    def caller(self, asked: Request) -> Caller:
        """Who asks, for what belongs to repositories. Raises Stop: nobody, or nobody who may."""
        token = self.token(asked)
        if token is not None:
            if token.scope is Scope.METRICS:
                raise Stop(403, "This token is for /metrics alone.")
            if asked.method not in SAFE and token.scope is not Scope.ACT:
                raise Stop(403, "This token is for reading; one with the scope act may do this.")
            sees = None if token.repositories is None else frozenset(token.repositories)
            return Caller(Viewer(f"token {token.name}", sees=sees), token)
        if asked.method not in SAFE:
            raise Stop(401, "This needs a token with the scope act (docs/api.md); a login is not enough.", **_ASK)
        return Caller(self._person(asked))

    def token(self, asked: Request) -> Token | None:
        """The token that was sent; None where none was. Raises Stop for one that does not hold or asks too often."""
        said = asked.headers.get("Authorization", "")
        if not said:
            return None
        text = said[len(_SCHEME) :].strip() if said[: len(_SCHEME)].lower() == _SCHEME else ""
        found = tokens.find(self._deps.ledger, text, self._deps.now()) if len(said) <= _LONGEST else None
        if found is None:
            raise Stop(401, "This token is unknown, has run out, or was revoked.", **_INVALID)
        wait = self._pace.wait(found.key, self._deps.now())
        if wait:
            raise Stop(429, "Too many requests with this token.", Retry_After=str(math.ceil(wait.total_seconds())))
        return found

    def _person(self, asked: Request) -> Viewer:
        try:
            viewer = self._gate.look(asked)
        except NotHere:
            raise Stop(401, "This needs a token (docs/api.md).", **_ASK) from None
        except CannotTell:
            raise Stop(503, "GitHub does not say right now what you may see.", Retry_After="10") from None
        if not (viewer.operator or viewer.id or self._deps.settings.public):
            raise Stop(401, "This needs a token (docs/api.md), or a login.", **_ASK)
        return viewer
