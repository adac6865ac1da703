"""What npm is asked about: each npm publication after the installation, as the registry shows it at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask

from sandbox import npm
from sandbox.corpus.truth import publications
from sandbox.scenario import Scenario
from sandbox.world import World


@dataclass(frozen=True)
class Asked:
    """One version: its manifest from the packument, without any signature of the registry, and its attestations."""

    scenario: str
    rogue: bool
    at: datetime
    manifest: Mapping[str, Any]
    attestations: Sequence[Mapping[str, Any]] = ()

    @property
    def name(self) -> str:
        """The package's, with its scope."""
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        """The version's number."""
        return str(self.manifest["version"])

    @property
    def spec(self) -> str:
        """`name@version`, as npm writes it."""
        return f"{self.name}@{self.version}"


def asked(scenario: Scenario) -> list[Asked]:
    """The npm publications of a scenario after the installation, in the order of time."""
    world = World([scenario])
    app = Flask(__name__)
    app.register_blueprint(npm.blueprint(world))
    found = []
    for this in publications(scenario):
        if this.artifact.type == "npm" and not this.before:
            world.advance(this.at)
            project = world.projects[this.artifact]
            with app.test_request_context():
                manifest = npm.document(project, world)["versions"][this.version]
            attestations = npm.attestations(project, this.version, world)
            found.append(Asked(scenario.name, this.rogue, this.at, manifest, attestations))
    return found


def rounds(everything: Iterable[Asked]) -> list[list[Asked]]:
    """As few rounds as can be in which no version is there twice: several scenarios may tell of the same one."""
    made: list[dict[str, Asked]] = []
    for this in everything:
        free = next((known for known in made if this.spec not in known), None)
        if free is None:
            made.append(free := {})
        free[this.spec] = this
    return [list(known.values()) for known in made]
