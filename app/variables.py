"""The text of one environment variable as its value. Each reader takes the name and the text, and raises BadSetting.

A message says what to do and never repeats a text that may hold a secret.
"""

from __future__ import annotations

import math
import re
import ssl
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit


class BadSetting(ValueError):
    """A setting is missing or unusable; says which one and what to do."""


TOPIC = re.compile(
    r"arn:aws(?:-cn|-us-gov)?:sns:(?P<region>[a-z]{2,8}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}):[0-9]{12}:[0-9A-Za-z_-]{1,256}"
)
"""The name of a topic of Amazon SNS. Of those that keep an order (`.fifo`) it delivers none over https."""

_KEY_LIMIT = 65_536
_BUNDLE_LIMIT = 1024 * 1024
_LONGEST = timedelta(days=31)
_MOST_DAYS = 3650
_PEM = re.compile(
    r"\s*-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----\s+[A-Za-z0-9+/=\s]+-----END \1-----\s*",
)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_APP_ID = re.compile(r"[1-9][0-9]{0,17}|Iv[0-9A-Za-z.]{4,62}")
_CLIENT_ID = re.compile(r"[0-9A-Za-z._-]{8,64}")
_NAMED_HOST = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,250}(?::[0-9]{1,5})?")
_PAIR = "write it like registry.internal:5000=https://10.0.0.5:5000, several with commas between them."
_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])")
_PATH_SECRET = re.compile(r"[0-9A-Za-z_-]{20,200}")
_HOST = re.compile(r"[0-9A-Za-z_.:%-]{1,255}")


def line(name: str, text: str) -> str:
    """Text on one line, as it is; no control characters, no space around it."""
    if len(text) > _KEY_LIMIT or not text.isprintable():
        raise BadSetting(
            f"{name} holds a line break or another control character, or is too long; write it on one line."
        )
    if text != text.strip():
        raise BadSetting(f"{name} begins or ends with a space; remove it.")
    return text


def folder(name: str, text: str) -> Path:
    """A folder or file; `~` is the home folder."""
    return Path(line(name, text)).expanduser()


def file(name: str, text: str) -> Path:
    """A file that is there."""
    path = folder(name, text)
    try:
        there = path.is_file()
    except OSError:  # a name longer than any can be
        there = False
    if not there:
        raise BadSetting(f"{name} names a file that is not there or cannot be read; check the path.")
    return path


def files(name: str, text: str) -> tuple[Path, ...]:
    """Files that are there, separated by commas."""
    return tuple(file(name, part.strip()) for part in line(name, text).split(","))


OFF = "off"
"""The word that says that there shall be none."""


def switch(name: str, text: str) -> bool:
    """`on` or `off`."""
    if text not in ("on", "off"):
        raise BadSetting(f"{name} is neither on nor off; write one of them.")
    return text == "on"


def address(name: str, text: str) -> str:
    """An http(s) address without login, query, fragment or trailing slash."""
    line(name, text)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, brackets that do not close
        usable = False
    if not usable or " " in text:
        raise BadSetting(f"{name} is not an address; write it like https://host.example/path.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise BadSetting(f"{name} may not hold a login, a ? or a #; write the plain address.")
    return text.rstrip("/")


def github_api(name: str, text: str) -> str:
    """GitHub's API: never the website, which answers every path with HTML."""
    api = address(name, text)
    if (urlsplit(api).hostname or "") in ("github.com", "www.github.com"):
        raise BadSetting(f"{name} is GitHub's website; leave it out for github.com, or write https://HOST/api/v3.")
    return api


def feed(name: str, text: str) -> str:
    """An address, or the word that there shall be none."""
    return OFF if text == OFF else address(name, text)


def index(name: str, text: str) -> str:
    """An address with exactly one trailing slash."""
    return address(name, text) + "/"


def registries(name: str, text: str) -> tuple[tuple[str, str], ...]:
    """`HOST=ADDRESS` pairs, separated by commas: the host as it stands in images' names."""
    found = {}
    for pair in line(name, text).split(","):
        host, equals, where = pair.strip().partition("=")
        if not equals or not _NAMED_HOST.fullmatch(host):
            raise BadSetting(f"{name} is not HOST=ADDRESS; {_PAIR}")
        try:
            found[host.lower()] = address(name, where)
        except BadSetting as error:
            raise BadSetting(f"{error} The whole of it is HOST=ADDRESS: {_PAIR}") from error
    return tuple(sorted(found.items()))


def hosts(name: str, text: str) -> tuple[tuple[str, str], ...]:
    """`HOST=HOST` pairs, separated by commas, each with a port where it is not the usual one."""
    found = []
    for pair in line(name, text).lower().split(","):
        one, _, other = pair.strip().partition("=")
        if not _NAMED_HOST.fullmatch(one) or not _NAMED_HOST.fullmatch(other):
            raise BadSetting(f"{name} is not HOST=HOST; write it like registry.example:5050=gitlab.example.")
        address(name, f"https://{other}")  # its port is one
        found.append((one.removesuffix(":443"), other.removesuffix(":443")))
    return tuple(sorted(set(found)))


def topics(name: str, text: str) -> tuple[str, ...]:
    """ARNs of Amazon SNS topics, separated by commas."""
    found = [part.strip() for part in line(name, text).split(",")]
    if not all(TOPIC.fullmatch(arn) for arn in found):
        raise BadSetting(f"{name} is not a topic's ARN; write it like arn:aws:sns:eu-west-1:123456789012:images.")
    return tuple(dict.fromkeys(found))


def mail_domains(name: str, text: str) -> tuple[str, ...]:
    """Domains of mail addresses, separated by commas; `*` among them stands for all others."""
    found = [part.strip().lower() for part in line(name, text).split(",")]
    if not all(part == "*" or _DOMAIN.fullmatch(part) for part in found):
        raise BadSetting(f"{name} is not a mail domain; write it like people.example, several with commas, or *.")
    return tuple(dict.fromkeys(found))


def path_secret(name: str, text: str) -> str:
    """A secret that stands in an address, long enough that nobody guesses it."""
    if not _PATH_SECRET.fullmatch(text):
        raise BadSetting(f"{name} is not 20 to 200 letters, digits, - or _; make one with: openssl rand -hex 32")
    return text


def count(name: str, text: str) -> int:
    """A whole number from 1 to 1000."""
    return _count(name, text, 1_000)


def database(name: str, text: str) -> str:
    """An SQLAlchemy address of an engine that the ledger knows."""
    scheme = line(name, text).partition("://")[0]
    if "://" not in text or scheme.partition("+")[0] not in ("sqlite", "postgresql", "postgres"):
        raise BadSetting(
            f"{name} is not an address we know; write postgresql://user:password@host/name or leave it out."
        )
    return text


def redis(name: str, text: str) -> str:
    """A Redis address."""
    if not line(name, text).startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting(f"{name} is not a Redis address; write redis://host:6379/0 or leave it out.")
    return text


def app_id(name: str, text: str) -> str:
    """A GitHub App's number or client id."""
    if not _APP_ID.fullmatch(text):
        raise BadSetting(f"{name} is neither an App's number nor its client id (Iv…); see the App's settings page.")
    return text


def client_id(name: str, text: str) -> str:
    """A GitHub App's client id."""
    if not _CLIENT_ID.fullmatch(text):
        raise BadSetting(f"{name} is not a client id (Iv…); see the App's settings page.")
    return text


def long_secret(name: str, text: str) -> str:
    """A secret that keys are derived from, long enough that nobody guesses it."""
    if len(line(name, text)) < 32:
        raise BadSetting(f"{name} is shorter than 32 characters; make one with: openssl rand -hex 32")
    return text


def private_key(name: str, text: str) -> str:
    """The key itself, also where line breaks are written as \\n (one-line .env files), or from the file at a path."""
    pem = text.replace("\\n", "\n") if "-----BEGIN" in text else _file(name, text)
    if not _PEM.fullmatch(pem):
        raise BadSetting(
            f"{name} is not an unencrypted private key in PEM form; give the whole .pem file of the GitHub App, or "
            "the path of it."
        )
    return pem.strip().replace("\r\n", "\n") + "\n"


def certificates(name: str, text: str) -> str:
    """The certificates of the PEM file at a path, and nothing else that stands there."""
    held = _file(name, text, _BUNDLE_LIMIT + 1)
    found = "\n".join(_CERTIFICATE.findall(held))
    try:
        if not found or len(held) > _BUNDLE_LIMIT:
            raise ValueError("none, or too much")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=found)
    except (ssl.SSLError, ValueError) as error:
        raise BadSetting(
            f"{name} names a file that holds no certificates in PEM form, or more than {_BUNDLE_LIMIT} bytes; give the "
            "certificate of the authority (-----BEGIN CERTIFICATE-----)."
        ) from error
    return found + "\n"


def _file(name: str, text: str, limit: int = _KEY_LIMIT) -> str:
    try:
        with Path(line(name, text)).expanduser().open(encoding="ascii", errors="replace") as file:
            return file.read(limit)
    except OSError as error:
        raise BadSetting(f"{name} names a file that cannot be read ({error.strerror}); check the path.") from error


def seconds(name: str, text: str, least: float = 0) -> timedelta:
    """A span given in seconds, at most 31 days."""
    try:
        span = float(text)
    except ValueError:
        span = math.nan
    if not least <= span <= _LONGEST.total_seconds():  # NaN is never within
        raise BadSetting(f"{name} is not a number of seconds from {least:g} to {_LONGEST.total_seconds():.0f}.")
    return timedelta(seconds=span)


def interval(name: str, text: str) -> timedelta:
    """A span of at least a tenth of a second."""
    return seconds(name, text, least=0.1)


def days(name: str, text: str, least: int = 1) -> timedelta:
    """A span in whole days, at most ten years."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or not least <= int(text) <= _MOST_DAYS:
        raise BadSetting(f"{name} is not a whole number of days from {least} to {_MOST_DAYS}.")
    return timedelta(days=int(text))


def window(name: str, text: str) -> timedelta:
    """Days beyond those in which GitHub delivers again what it delivered: 3, and a margin."""
    return days(name, text, least=4)


def fortnight(name: str, text: str) -> timedelta:
    """Days beyond those in which a summary may still be sent: 14 or more."""
    return days(name, text, least=14)


def port(name: str, text: str) -> int:
    """A TCP port."""
    return _count(name, text, 65_535)


def workers(name: str, text: str) -> int:
    """How many processes."""
    return _count(name, text, 64)


def _count(name: str, text: str, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= most:
        raise BadSetting(f"{name} is not a whole number from 1 to {most}.")
    return int(text)


def host(name: str, text: str) -> str:
    """An address to listen on."""
    if not _HOST.fullmatch(text):
        raise BadSetting(f"{name} is not an address to listen on; write 127.0.0.1, 0.0.0.0 or ::.")
    return text


def log_format(name: str, text: str) -> str:
    """`console` or `json`."""
    if text not in ("console", "json"):
        raise BadSetting(f"{name} is neither console nor json; write one of them.")
    return text
