"""Settings that hold secrets may be files: `NAME_FILE` names one, as container platforms and systemd mount secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.variables import BadSetting

SECRETS = (
    "DATABASE_URL",
    "REDIS_URL",
    "GITHUB_PRIVATE_KEY",
    "GITHUB_WEBHOOK_SECRET",
    "GITHUB_CLIENT_SECRET",
    "SESSION_SECRET",
    "SUBSCRIBE_SECRET",
    "DOCKER_HUB_HINT_SECRET",
    "SMTP_URL",
)
LIMIT = 65_536


def with_files(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with the contents of the files it names; one line break at their end is dropped.

    Raises BadSetting where one cannot be read, or where a secret is given twice.
    """
    found = dict(environment)
    for name in SECRETS:
        path = environment.get(f"{name}_FILE", "")
        if not path:
            continue
        if environment.get(name):
            raise BadSetting(f"{name} and {name}_FILE are both set; leave one of them out.")
        try:
            with Path(path).open(encoding="utf-8") as file:
                held = file.read(LIMIT + 1)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            raise BadSetting(f"{name}_FILE names a file that cannot be read ({why}); check the path.") from error
        if not held.strip() or len(held) > LIMIT:
            raise BadSetting(f"{name}_FILE names a file that is empty or too long; it holds the secret and no more.")
        found[name] = held.removesuffix("\n").removesuffix("\r")
    return found
