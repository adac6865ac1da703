"""What an Enterprise Server of a version lacks. Pure; who asks for the version is `app.jobs.server`.

Source: GitHub's OpenAPI descriptions of Enterprise Server 3.17 to 3.19, which have neither attestations nor repository
advisories. Newer ones are asked, and a 404 means there what it means elsewhere.
"""

from __future__ import annotations

import re

LAST_WITHOUT = (3, 19)
"""The newest version that is known to lack both."""
LACKS = (
    "has no API for attestations and none for advisories: attestations are not looked for there, and no draft "
    "advisories are made."
)
VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.[0-9A-Za-z.-]{1,40})?")


def lacks(version: str) -> bool:
    """A server of this version has neither API; what is no version is no such server."""
    found = VERSION.fullmatch(version)
    return found is not None and (int(found[1]), int(found[2])) <= LAST_WITHOUT
