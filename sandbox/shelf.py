"""What a registry holds of one image: its tags, and everything that was ever pushed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.events import File, PushImage
from sandbox.manifests import Manifest, cosigned


@dataclass(frozen=True)
class Tagged:
    """What a tag points at, since when, and which account made it."""

    digest: str
    at: datetime
    by: str


@dataclass
class Shelf:
    """Tags point at manifests by their digests; a manifest stays when no tag points at it any more.

    `pushed` says when each digest was first pushed, `attested` what hangs on one, `moves` all that a tag ever held.
    """

    tags: dict[str, Tagged] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    pushed: dict[str, datetime] = field(default_factory=dict)
    attested: dict[str, list[File]] = field(default_factory=dict)
    moves: dict[str, list[Tagged]] = field(default_factory=dict)

    def push(self, event: PushImage) -> None:
        """An image is pushed, and its tags move to it."""
        self.keep(event.manifest, event.at)
        if event.attested:
            self.attested.setdefault(event.manifest.digest, []).append(event.file)
        for tag in event.tags:
            self.point(tag, event.manifest.digest, event.at, event.by)
        for suffix in ("sig", "att") if event.cosigned else ():
            signature = cosigned(event.manifest, suffix)
            self.keep(signature, event.at)
            self.point(f"{event.manifest.digest.replace(':', '-')}.{suffix}", signature.digest, event.at, event.by)

    def keep(self, manifest: Manifest, at: datetime) -> None:
        """A manifest is there from now on, with all that it lists."""
        self.manifests[manifest.digest] = manifest
        self.pushed.setdefault(manifest.digest, at)
        for child in manifest.children:
            self.keep(child, at)

    def point(self, tag: str, digest: str, at: datetime, by: str) -> None:
        """A tag points at a digest from now on. Raises LookupError where nobody ever pushed that."""
        if digest not in self.manifests:
            raise LookupError(f"{tag} cannot point at what is not there at {at:%Y-%m-%d %H:%M:%S}")
        self.tags[tag] = tagged = Tagged(digest, at, by)
        self.moves.setdefault(tag, []).append(tagged)

    def remove(self, tag: str) -> None:
        """A tag goes; what it pointed at stays."""
        self.tags.pop(tag, None)

    def digest_of(self, reference: str) -> str:
        """The digest that a tag points at, or that a digest is; '' where it is not there."""
        tagged = self.tags.get(reference)
        return tagged.digest if tagged else reference if reference in self.manifests else ""

    def held(self, tag: str, at: datetime) -> str:
        """What a tag pointed at then; '' where there was none."""
        return next((tagged.digest for tagged in reversed(self.moves.get(tag, [])) if tagged.at <= at), "")

    def tags_of(self, digest: str) -> list[str]:
        """The tags that point at a digest."""
        return [tag for tag, tagged in self.tags.items() if tagged.digest == digest]
