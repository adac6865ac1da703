"""The logins at registries of images that this machine was given, by host.

The file is the one that `docker login` and `podman login` write. Credential helpers that it names are not run: they
are programs of other users of it. A complaint names a host at most, never what stands beside it.

Source: containers-auth.json(5); docker/cli, cli/config/types/authconfig.go.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app import variables
from app.network.addresses import Origin, name
from app.variables import BadSetting
from verifier.document import Malformed, decoded, mapping, strict
from verifier.image_hosts import DOCKER_HUBS
from verifier.model.artifact import DOCKER_HUB

LIMIT = 1024 * 1024
"""The largest file that is read, in bytes."""

_LONGEST = 16 * 1024
_KEY = re.compile(r"(?:https?://)?([0-9a-z][0-9a-z.-]{0,250}(?::[0-9]{1,5})?)(?:/|/v[12]/?)?", re.IGNORECASE)
_SECRET = re.compile(r"[^\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Login:
    """A name and its password, or (`identity`) a token that is turned into others."""

    user: str = field(repr=False)
    password: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The value of `Authorization` (RFC 7617)."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class Logins:
    """Every login of the file. `helpers`: it names programs that would know more, which are not run."""

    by_host: Mapping[str, Login] = field(default_factory=dict)
    helpers: bool = False

    def of(self, place: Origin) -> Login | None:
        """The login for a place that is dialled: never another host's, nor that of another port."""
        return self.by_host.get(key(place))


def key(place: Origin) -> str:
    """Under which host the login for a place stands."""
    return _host(name(place))


def file(setting: str, text: str) -> Path:
    """A file with logins that can be read. Raises BadSetting."""
    path = variables.file(setting, text)
    read(path)
    return path


def read(path: Path | None) -> Logins:
    """What the file holds now; None: no logins. Raises BadSetting."""
    if path is None:
        return Logins()
    try:
        with path.open("rb") as opened:
            document = mapping(strict(opened.read(LIMIT + 1), LIMIT), "the file")
        listed = mapping(document.get("auths", {}), "auths")
        found = dict[str, Login]()
        for key, entry in listed.items():
            host = _named(key)
            login = _login(mapping(entry, f"the entry of {host}"), host)
            if login is not None and found.setdefault(host, login) != login:
                raise Malformed(f"it holds two logins for {host}")
        return Logins(found, bool(document.get("credsStore") or document.get("credHelpers")))
    except OSError as error:
        raise BadSetting(f"REGISTRY_AUTH_FILE cannot be read ({error.strerror}); check the path.") from error
    except Malformed as error:
        raise BadSetting(
            f"REGISTRY_AUTH_FILE is not as `docker login` or `podman login` writes it: {error}. Log in anew."
        ) from error


def open_to_others(path: Path) -> bool:
    """Whether other users of the machine may read it. Raises OSError."""
    return bool(path.stat().st_mode & 0o077)


def _named(key: str) -> str:
    """The host that an entry is for; a key may hold anything, so it is not repeated."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise Malformed(
            "a key of auths is no host alone, like registry.example:5000, and a login counts for a whole host here; "
            "log in without a path, in a file of its own"
        )
    return _host(found[1].lower().removesuffix(":443"))


def _host(named: str) -> str:
    """Docker Hub goes by several names."""
    return DOCKER_HUB if named in DOCKER_HUBS else named


def _login(entry: Mapping[str, object], host: str) -> Login | None:
    """None for an entry that holds none: its login is with a credential helper."""
    identity, packed = entry.get("identitytoken", ""), entry.get("auth", "")
    if not identity and not packed:
        if set(entry) - {"email", "auth", "identitytoken"}:
            raise Malformed(f"the entry of {host} holds neither auth nor identitytoken")
        return None
    try:
        user, colon, password = decoded(packed, f"auth of {host}", _LONGEST).decode().partition(":")
    except UnicodeDecodeError as error:
        raise Malformed(f"auth of {host} is not UTF-8") from error
    if identity:
        return Login(user, identity=_secret(identity, f"identitytoken of {host}"))
    if not colon or not user:
        raise Malformed(f"auth of {host} is not a name and a password with a colon between them")
    return Login(_secret(user, f"the name for {host}"), _secret(password, f"the password for {host}"))


def _secret(value: object, where: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not _SECRET.fullmatch(value):
        raise Malformed(f"{where} is empty, too long or holds characters that cannot be sent")
    return value
