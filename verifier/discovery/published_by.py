"""The workflow files of a repository that publish, what they publish, and what starts them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from verifier.discovery.config import TRIGGERS
from verifier.discovery.documents import from_yaml, part
from verifier.discovery.image_manifest import images
from verifier.discovery.manifests import WORKFLOWS, Get
from verifier.discovery.npm_manifest import same_place
from verifier.discovery.publishing import publishing
from verifier.discovery.steps import is_publish
from verifier.model import Artifact
from verifier.model.github import EVENTS

FILES = 100
"""The most workflow files of one repository that are read."""
CALLED = "workflow_call"
JOBS = 200
STEPS = 200


@dataclass(frozen=True)
class Workflow:
    """A workflow file that publishes: which purl types (none: that could not be told), and what events start it.

    `images` are those that it pushes, as far as their names are written out.
    """

    path: str
    types: tuple[str, ...]
    events: tuple[str, ...]
    images: tuple[Artifact, ...] = ()

    @property
    def usual(self) -> bool:
        """Something starts it that may publish without anybody saying so, or another file here calls it."""
        return any(event in (*EVENTS, CALLED) for event in self.events)


def workflows(paths: Collection[str], get: Get, public: str, home: str = "") -> tuple[Workflow, ...]:
    """The workflow files that publish, by path, each with what it calls.

    A file that is only called is one of its own where no other that publishes names it: then its caller was not
    understood. `public` is the npm registry that we watch: what goes to another one is not for us. `home` is the
    repository's `owner/name`.
    """
    found = [one for path in files(paths) if (one := _workflow(path, get, public, home)) is not None]
    callers = b"\n".join(get(one.path) or b"" for one in found if one.events != (CALLED,))
    return tuple(one for one in found if one.events != (CALLED,) or one.path.encode() not in callers)


def _workflow(path: str, get: Get, public: str, home: str) -> Workflow | None:
    """The file as one that publishes; None where nothing in it does, or could."""
    document = from_yaml(get(path))
    published = publishing(path, get, home)
    steps_ = [step for job in published.jobs for step in job.steps or ()]
    if not published.publishes:
        maybe = any(step.judged.publishes is None and is_publish(step.name) for step in steps_)
        return Workflow(path, (), triggers(document)) if maybe else None
    types = published.types - ({"npm"} if npm_goes_elsewhere(document, public) else set())
    elsewhere = not types and bool(published.types)
    return None if elsewhere else Workflow(path, tuple(sorted(types)), triggers(document), images(published))


def files(paths: Collection[str]) -> list[str]:
    """The workflow files among these paths, sorted, `FILES` at most."""
    ours = (p for p in paths if p.startswith(WORKFLOWS) and p.count("/") == 2 and p.endswith((".yml", ".yaml")))
    return sorted(path for path in ours if path.isprintable())[:FILES]


def triggers(document: object) -> tuple[str, ...]:
    """The events that start it; those that GitHub does not know are left out."""
    said = part(document, "on")
    names = [said] if isinstance(said, str) else list(said)[:100] if isinstance(said, list | dict) else []
    return tuple(sorted({name for name in names if name in TRIGGERS}))


def steps(document: object) -> Iterator[tuple[object, Mapping[str, object]]]:
    """Every step of every job, with its job. Bounded."""
    jobs = part(document, "jobs")
    for job in list(jobs.values())[:JOBS] if isinstance(jobs, dict) else []:
        listed = part(job, "steps")
        for step in listed[:STEPS] if isinstance(listed, list) else []:
            if isinstance(step, dict):
                yield job, step


def npm_goes_elsewhere(document: object, public: str) -> bool:
    """Every registry that the file sets up for npm is another one than ours. False where it sets none up."""
    given = [part(step, "with", "registry-url") for _, step in steps(document)]
    named = [address for address in given if isinstance(address, str) and address and "${{" not in address]
    return bool(named) and not any(same_place(address, public) for address in named)
