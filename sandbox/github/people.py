"""Who has an account at the pretend GitHub, what they see there, and the tokens that act in their names."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

from sandbox import stable

CLIENT_ID = "Iv23liSandbox"
EIGHT_HOURS, SIX_MONTHS = 28_800, 15_897_600
_ROLES = ("pull", "triage", "push", "maintain", "admin")


@dataclass
class Person:
    """One account. `roles` are GitHub's words by repository id: `pull`, `triage`, `push`, `maintain`, `admin`."""

    login: str
    roles: dict[int, str] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The number that the pretend GitHub gives this login everywhere."""
        return stable.number("account", self.login)

    def permissions(self, repository_id: int) -> dict[str, bool]:
        """Every role up to the one held."""
        held = self.roles.get(repository_id)
        return {role: held is not None and _ROLES.index(role) <= _ROLES.index(held) for role in reversed(_ROLES)}


@dataclass(frozen=True)
class Begun:
    """A login that somebody agreed to: what its code may be exchanged with."""

    person: Person
    redirect_uri: str
    challenge: str


@dataclass
class People:
    """Accounts, and the App as they log in to it. `callbacks` are the addresses that it may send them back to."""

    callbacks: list[str] = field(default_factory=list)
    accounts: dict[str, Person] = field(default_factory=dict)
    client_id: str = CLIENT_ID
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    codes: dict[str, Begun] = field(default_factory=dict)
    access: dict[str, Person] = field(default_factory=dict)
    renewals: dict[str, Person] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Every path that was asked in somebody's name, and every exchange, in order."""
    down: bool = False
    """GitHub answers 502 to everything here."""
    apps: dict[str, dict[str, object]] = field(default_factory=dict)
    """Apps made from a manifest, by the code that gives out their credentials once."""

    def add(self, login: str, **roles: str) -> Person:
        """A new account; roles by repository id with an underscore before it, like `_4711="push"`."""
        person = Person(login, {int(number.strip("_")): role for number, role in roles.items()})
        self.accounts[login] = person
        return person

    def agreed(self, person: Person, redirect_uri: str, challenge: str) -> str:
        """They agreed to log in: the code."""
        code = secrets.token_hex(10)
        self.codes[code] = Begun(person, redirect_uri, challenge)
        return code

    def exchange(self, said: dict[str, str]) -> dict[str, object]:
        """What the App is given for a code or a refresh token. GitHub answers 200 even where it refuses."""
        ours = said.get("client_id") == self.client_id
        if not ours or not secrets.compare_digest(said.get("client_secret", "").encode(), self.client_secret.encode()):
            return {"error": "incorrect_client_credentials"}
        if said.get("grant_type") == "refresh_token":
            person = self.renewals.pop(said.get("refresh_token", ""), None)
            return {"error": "bad_refresh_token"} if person is None else self.tokens(person)
        begun = self.codes.pop(said.get("code", ""), None)
        if begun is None or _challenge(said.get("code_verifier", "")) != begun.challenge:
            return {"error": "bad_verification_code"}
        if said.get("redirect_uri") != begun.redirect_uri:
            return {"error": "redirect_uri_mismatch"}
        return self.tokens(begun.person)

    def tokens(self, person: Person) -> dict[str, object]:
        """New tokens; what they had before is worth nothing any more."""
        self.revoke(person)
        access, renewal = f"ghu_{secrets.token_hex(18)}", f"ghr_{secrets.token_hex(38)}"
        self.access[access], self.renewals[renewal] = person, person
        return {
            "access_token": access,
            "expires_in": EIGHT_HOURS,
            "refresh_token": renewal,
            "refresh_token_expires_in": SIX_MONTHS,
            "scope": "",
            "token_type": "bearer",
        }

    def run_out(self) -> None:
        """Eight hours pass: no access token is good any more, every refresh token is."""
        self.access.clear()

    def revoke(self, person: Person) -> None:
        """They take it back that the App may act in their name."""
        self.access = {token: who for token, who in self.access.items() if who is not person}
        self.renewals = {token: who for token, who in self.renewals.items() if who is not person}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
