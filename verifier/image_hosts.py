"""The hosts of the registries of images that have ways of their own, as they stand in an image's name. Pure.

Source: Docker Hub's names for itself; docs.github.com, "Working with the Container registry"; Amazon ECR's user guides,
"Private registry" and "Making requests over IPv6" (hosts with and without FIPS, for IPv6, in China).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier.model.artifact import DOCKER_HUB

DOCKER_HUBS = (DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "hub.docker.com")
"""The names that Docker Hub goes by; the first is the one that we keep."""
GITHUB = "ghcr.io"
AMAZON_PUBLIC = "public.ecr.aws"
MASK = "***"
"""What GitHub prints in a log in place of a secret: the number of an account is one to many."""

_REGION = r"[a-z]{2,8}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}"
_AFTER_ACCOUNT, _AFTER_REGION = r"\.dkr[.-]ecr(?:-fips)?\.", r"\.(?:amazonaws\.com(?:\.cn)?|on\.aws)"
_AMAZON = re.compile(rf"(?P<account>[0-9]{{12}}){_AFTER_ACCOUNT}(?P<region>{_REGION}){_AFTER_REGION}")
_MASKED = re.compile(rf"{re.escape(MASK)}{_AFTER_ACCOUNT}(?:{_REGION}|{re.escape(MASK)}){_AFTER_REGION}")


@dataclass(frozen=True)
class Amazon:
    """One private registry of Amazon's: the account it belongs to, and the region it is in."""

    account: str
    region: str


def amazon(host: str) -> Amazon | None:
    """The private registry of Amazon's that a host is; None for any other host."""
    found = _AMAZON.fullmatch(host)
    return Amazon(found["account"], found["region"]) if found else None


def amazon_masked(host: str) -> bool:
    """It is a private registry of Amazon's in a log, its account hidden, and perhaps its region too."""
    return _MASKED.fullmatch(host) is not None
