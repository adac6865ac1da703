"""Which container images the workflows of a repository push, as far as their text tells.

What an expression decides while the workflow runs cannot be told from here; only the run's log can.
"""

from __future__ import annotations

from verifier.discovery.image_names import artifact
from verifier.discovery.judged import IMAGES
from verifier.discovery.publishing import Publishing
from verifier.model import Artifact

KEPT = 50
"""The most images of one workflow that are kept."""


def images(published: Publishing) -> tuple[Artifact, ...]:
    """The images that a workflow names, where it pushes any; what its steps prepare for the pushing one counts too."""
    if published.types.isdisjoint(IMAGES):
        return ()
    named = (name for job in published.jobs for step in job.steps or () for name in step.judged.images)
    return tuple(dict.fromkeys(found for name in named if (found := artifact(name)) is not None))[:KEPT]
