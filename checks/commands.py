"""What a maintainer types or clicks at a registry to stop a version. Pure; one file per family of registries.

Addresses of registries are left out: people know where they log in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checks import image_commands, package_commands
from checks.escape import code
from checks.image_registries import registry_of
from checks.steps import Step
from verifier.model import Artifact, Member

__all__ = ["POINTED", "Step", "closing", "registry_words", "safe", "steps"]

POINTED = frozenset({"npm"})
"""The types of packages of which a command points a moving name at a good version."""
UNKNOWN: Mapping[Artifact, str] = {}
"""No good version is known of anything."""

_WORDS = {"npm": "npm", "pypi": "PyPI"}


def registry_words(artifact: Artifact) -> str:
    """The registry as people call it, in Markdown: one that has no name of its own by its host."""
    if artifact.is_image:
        host = artifact.image.partition("/")[0]
        return registry_of(host).words or code(host)
    return _WORDS.get(artifact.type, "its registry")


def safe(member: Member) -> bool:
    """Name and version hold only what a shell and a registry take literally; else no command is offered."""
    return image_commands.safe(member) if member.artifact.is_image else package_commands.safe(member)


def steps(members: Sequence[Member], *, stolen: bool = True, good: Mapping[Artifact, str] = UNKNOWN) -> list[Step]:
    """What to do at the registries about these versions, most urgent first. `stolen`: somebody's access may be.

    `good` is the version that a package can go back to, where one is known.
    """
    found: list[Step] = []
    images = [member for member in members if member.artifact.is_image]
    found += image_commands.steps(images) if images else []
    for type_ in sorted({member.artifact.type for member in members if not member.artifact.is_image}):
        concerned = [member for member in members if member.artifact.type == type_]
        found += _BY_TYPE.get(type_, _other)(concerned, good)
    return [step for step in found if stolen or not step.access]


def closing(members: Sequence[Member]) -> list[Step]:
    """What is left to be done last about these versions."""
    return image_commands.closing([member for member in members if member.artifact.is_image])


def _other(members: Sequence[Member], good: Mapping[Artifact, str]) -> list[Step]:
    return [
        Step("**Take it down** at its registry, or mark it as one that nobody shall use."),
        Step("**Cut the access.** Revoke the publishing tokens and look at who else may publish.", access=True),
    ]


_BY_TYPE = {"npm": package_commands.npm, "pypi": package_commands.pypi}
