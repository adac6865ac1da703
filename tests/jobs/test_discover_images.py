"""Discovery of images: enrolled in every registry that their workflow names, or asked about, and found by the log."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from app.jobs.discover import heard_of
from tests.jobs.test_discover import GitHub, enrolled, look, parts
from tests.verdict.cases import NOON, REPOSITORY, run
from verifier.model import Artifact, LogClaim, LogState, Publisher, PublishersSet
from verifier.registries.base import Ask, Page

__all__ = ["parts"]

GHCR, HUB = Artifact("pkg:oci/widget?repository_url=ghcr.io/alice/widget"), Artifact("pkg:docker/alice/widget")
PUSH = ".github/workflows/push.yml"


def pushing(*references: str) -> dict[str, str]:
    """A repository whose workflow pushes images by these references."""
    step = {"uses": "docker/build-push-action@v6", "with": {"push": True, "tags": "\n".join(references)}}
    return {PUSH: json.dumps({"on": "push", "jobs": {"push": {"steps": [step]}}})}


@dataclass
class Images:
    """A registry of images that shows one annotation, and keeps what it was asked."""

    source: str
    asked: list[Ask] = field(default_factory=list)

    def __call__(self, ask: Ask, etag: str | None = None) -> Page:
        self.asked.append(ask)
        index = {"manifests": [], "annotations": {"org.opencontainers.image.source": self.source}}
        return Page(ask.url, 200, json.dumps(index).encode())


def test_an_image_is_enrolled_in_every_registry_that_its_workflow_names(parts):
    """So one release in several registries is one group."""
    files = pushing("alice/widget:latest", "ghcr.io/${{ github.repository }}:latest")
    look(parts, github := GitHub(files), Images("https://github.com/alice/widget"))

    assert {HUB: (PUSH,), GHCR: (PUSH,)} == enrolled(parts)
    assert "2 images are watched" in github.said


def test_an_image_that_is_enrolled_is_not_asked_about_again(parts):
    """A registry counts what it is asked, and its label changes nothing any more."""
    look(parts, github := GitHub(pushing("alice/widget")), registry := Images("https://github.com/alice/widget"))
    before = len(registry.asked)
    look(parts, github, registry)

    assert before == len(registry.asked) > 0
    assert ["POST"] == github.sent


def test_an_image_with_the_label_of_another_repository_is_asked_with_the_lines_that_settle_it(parts):
    look(parts, github := GitHub(pushing("alice/widget")), Images("https://github.com/base/image"))

    assert {} == enrolled(parts)
    assert "base/image" in github.said
    assert "purl: pkg:docker/alice/widget" in github.said


def test_an_image_that_an_approved_runs_log_names_is_looked_up_and_enrolled(parts):
    """Trap N13: the name that only the run knew."""
    look(parts, GitHub(pushing("ghcr.io/alice/widget")))
    claims = (LogClaim("oci", "ghcr.io/Alice/hidden", "1.0", digests=("sha256:00",)),)
    with parts.ledger.writing() as book:
        heard_of(book, run(workflow=PUSH, log=LogState.READ, claims=claims), NOON)
    look(parts, GitHub(pushing("ghcr.io/alice/widget")))

    assert (PUSH,) == enrolled(parts)[Artifact("pkg:oci/hidden?repository_url=ghcr.io/alice/hidden")]


def test_a_workflow_that_pushes_images_without_a_name_is_asked_about_until_somebody_names_them(parts):
    files = pushing("${{ steps.meta.outputs.tags }}")
    look(parts, github := GitHub(files))
    assert f"`{PUSH}` pushes images" in github.said

    with parts.ledger.writing() as book:
        named = Publisher(HUB, REPOSITORY.id, REPOSITORY.owner_id, (PUSH,))
        book.record(PublishersSet(REPOSITORY.id, "config", (named,)), NOON)
    look(parts, github)
    assert "pushes images" not in github.said
