"""Pretend registries of images, in memory: one of the distribution specification, and Docker Hub's own API."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.registries.documents import READ_AT
from tests.registries.talk import talk
from verifier.model import Artifact, Version
from verifier.registries import docker_hub, oci
from verifier.registries.base import Absent, Answer, Ask, Call, Memory, Page, Place, Registry, Snapshot, Unreadable
from verifier.registries.tags import moves

IMAGE = Artifact("pkg:oci/app?repository_url=registry.example/alice/app")
HUB = Artifact("pkg:docker/alice/app")
BASE = "https://registry.example"
LIST = f"{BASE}/v2/alice/app/tags/list"
PLACE = Place(BASE)
HUB_PLACE = Place(BASE, f"{BASE}/api")
POLL = timedelta(minutes=5)
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
ENVELOPE = "application/vnd.dsse.envelope.v1+json"


def sha256(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def document(value: object) -> bytes:
    return json.dumps(value).encode()


def one(name: str) -> bytes:
    """One image's manifest; another for every name."""
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(name.encode()), "size": 2}
    return document({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []})


def child(platform: str, name: str, **changes: Any) -> dict[str, Any]:
    """One platform in an index."""
    system, architecture, *variant = platform.split("/")
    told = {"os": system, "architecture": architecture, **({"variant": variant[0]} if variant else {})}
    return {"mediaType": MANIFEST, "digest": sha256(one(name)), "size": 2, "platform": told, **changes}


def index(*children: object) -> bytes:
    return document({"schemaVersion": 2, "mediaType": INDEX, "manifests": list(children)})


@dataclass
class Shelf:
    """A registry that holds one image. `size` is how many tags a page has (None: all, unsorted, and no Link)."""

    size: int | None = 1000
    tags: dict[str, str] = field(default_factory=dict)
    held: dict[str, bytes] = field(default_factory=dict)
    referring: dict[str, list[dict[str, Any]]] | None = None
    """What points at a digest; None: a registry without referrers."""
    odd: dict[str, Answer] = field(default_factory=dict)
    """What is answered instead, to an address that ends so."""
    silent: bool = False
    """It does not say digests in its headers."""
    asked: list[Ask] = field(default_factory=list)

    def push(self, tag: str, body: bytes | None = None) -> str:
        """Make a tag point at a manifest; returns its digest."""
        body = one(tag) if body is None else body
        self.tags[tag] = self.hold(body)
        return self.tags[tag]

    def hold(self, body: bytes) -> str:
        self.held[sha256(body)] = body
        return sha256(body)

    def attest(self, digest: str, body: bytes, kind: str = BUNDLE) -> str:
        """Let a bundle refer to a digest; returns the digest of the manifest that does."""
        layer = {"mediaType": kind, "digest": self.hold(body), "size": len(body)}
        about = self.hold(document({"artifactType": kind, "layers": [layer], "subject": {"digest": digest}}))
        self.referring = self.referring or {}
        self.referring.setdefault(digest, []).append({"mediaType": MANIFEST, "digest": about, "artifactType": kind})
        return about

    def __call__(self, question: Ask | Call) -> Answer:
        assert isinstance(question, Ask)
        assert question.scope == "repository:alice/app:pull"
        assert question.url.startswith(f"{BASE}/v2/alice/app/")
        self.asked.append(question)
        for end, answer in self.odd.items():
            if question.url.endswith(end):
                return answer
        parts = urlsplit(question.url)
        what, _, name = parts.path.removeprefix("/v2/alice/app/").partition("/")
        serve = {
            "tags": self._tags,
            "manifests": self._manifests,
            "referrers": self._referrers,
            "blobs": self._blobs,
        }[what]
        return serve(question, name, {key: values[0] for key, values in parse_qs(parts.query).items()})

    def _tags(self, ask: Ask, name: str, query: Mapping[str, str]) -> Answer:
        if self.size is None:
            return Page(ask.url, 200, document({"name": "alice/app", "tags": list(self.tags) or None}))
        waiting = sorted(tag for tag in self.tags if tag > query.get("last", ""))
        tags, headers = waiting[: self.size], {}
        if len(waiting) > self.size:
            headers = {"link": f'</v2/alice/app/tags/list?last={tags[-1]}&n={self.size}>; rel="next"'}
        return Page(ask.url, 200, document({"name": "alice/app", "tags": tags}), headers)

    def _manifests(self, ask: Ask, name: str, query: Mapping[str, str]) -> Answer:
        digest = self.tags.get(name, name)
        if digest not in self.held:
            return Absent(ask.url)
        body = self.held[digest]
        headers = {"content-type": json.loads(body).get("mediaType", MANIFEST), "docker-content-digest": digest}
        if self.silent:
            headers = {}
        return Page(ask.url, 200, b"" if ask.method == "HEAD" else body, headers)

    def _referrers(self, ask: Ask, name: str, query: Mapping[str, str]) -> Answer:
        if self.referring is None:
            return Absent(ask.url)
        return Page(ask.url, 200, index(*self.referring.get(name, [])))

    def _blobs(self, ask: Ask, name: str, query: Mapping[str, str]) -> Answer:
        return Page(ask.url, 200, self.held[name]) if name in self.held else Absent(ask.url)

    def requests(self) -> list[str]:
        """What was asked since the last time, in short: `HEAD manifests/latest`."""
        found = [f"{ask.method} {ask.url.removeprefix(f'{BASE}/v2/alice/app/')}" for ask in self.asked]
        self.asked.clear()
        return found

    def heads(self) -> list[str]:
        """The tags that were asked about one by one since the last time."""
        return [asked.removeprefix("HEAD manifests/") for asked in self.requests() if asked.startswith("HEAD ")]


@dataclass
class HubShelf(Shelf):
    """Docker Hub: its own API beside the registry. `times` says when each tag was pushed, `who` by whom."""

    times: dict[str, datetime] = field(default_factory=dict)
    who: dict[str, str] = field(default_factory=dict)

    def pushed(self, tag: str, at: datetime, body: bytes | None = None, by: str = "alice") -> str:
        self.times[tag], self.who[tag] = at, by
        return self.push(tag, body)

    def delete(self, tag: str) -> None:
        del self.tags[tag], self.times[tag], self.who[tag]

    def __call__(self, question: Ask | Call) -> Answer:
        assert isinstance(question, Ask)
        start = f"{BASE}/api/v2/namespaces/alice/repositories/app/tags"
        if not question.url.startswith(start):
            return super().__call__(question)
        assert question.scope == ""
        self.asked.append(question)
        for end, answer in self.odd.items():
            if question.url.endswith(end):
                return answer
        rest = question.url.removeprefix(start)
        if rest.startswith("/"):
            return Page(question.url, 200, document(self.entry(rest[1:]))) if rest[1:] in self.tags else Absent(rest)
        number = int(parse_qs(rest.removeprefix("?"))["page"][0])
        newest = sorted(self.tags, key=lambda tag: (self.times[tag], tag), reverse=True)
        shown = newest[(number - 1) * 100 : number * 100]
        if not shown and number > 1:
            return Absent(question.url)
        following = "https://elsewhere.example/page" if len(newest) > number * 100 else None
        results = [self.entry(tag) for tag in shown]
        return Page(question.url, 200, document({"count": len(newest), "next": following, "results": results}))

    def entry(self, tag: str, **changes: Any) -> dict[str, Any]:
        """One tag as the API shows it."""
        digest = self.tags[tag]
        body, at = json.loads(self.held[digest]), self.times[tag].isoformat()
        listed = [
            {**each["platform"], "digest": each["digest"], "status": "active", "last_pushed": at}
            for each in body.get(
                "manifests", [{"platform": {"os": "linux", "architecture": "amd64"}, "digest": digest}]
            )
        ]
        return {
            "name": tag,
            "digest": digest,
            "media_type": INDEX,
            "last_updated": at,
            "tag_last_pushed": at,
            "last_updater_username": self.who[tag],
            "tag_status": "active",
            "images": listed,
            **changes,
        }

    def requests(self) -> list[str]:
        return [asked.partition("/tags")[2] if "/tags" in asked else asked for asked in super().requests()]


@dataclass
class Watcher:
    """A monitor of one image: it keeps what each look leaves for the next, as the poll does."""

    shelf: Any
    artifact: Artifact = IMAGE
    registry: Registry = oci
    place: Place = PLACE
    memory: Memory = field(default_factory=lambda: Memory(READ_AT))

    @classmethod
    def of_hub(cls, shelf: HubShelf, **changes: Any) -> Watcher:
        return cls(shelf, HUB, docker_hub, HUB_PLACE, Memory(READ_AT, **changes))

    def ask(self, **changes: Any) -> Snapshot | Unreadable | None:
        """One look, of which nothing is kept."""
        return talk(self.registry.look(self.artifact, self.place, replace(self.memory, **changes)), self.shelf)

    def look(self, **changes: Any) -> Snapshot:
        """One look, and five minutes."""
        seen = self.ask(**changes)
        assert isinstance(seen, Snapshot), seen
        memory, now = self.memory, self.memory.now
        kept = moves(memory, seen, now if memory.first else None)
        self.memory = replace(
            memory,
            now=now + POLL,
            versions={**memory.versions, **{version.number: version for version in kept}},
            seen={**memory.seen, **{version.number: now for version in seen.versions}},
            first=memory.first if changes.get("hint") else False,
            polled_at=memory.polled_at if changes.get("hint") else now,
            cursor=memory.cursor if changes.get("hint") else seen.cursor,
        )
        return seen

    def version(self, tag: str) -> Version:
        return self.memory.versions[tag]

    def digest(self, tag: str) -> str:
        """What is known of what a tag points at; '' where its digest was not read."""
        return "".join(digest for file in self.version(tag).files for digest in file.digests)


def filled(tags: int, size: int | None = 1000) -> Shelf:
    """A registry with so many released tags."""
    shelf = Shelf(size)
    for number in range(tags):
        shelf.push(f"1.{number // 100}.{number % 100}")
    return shelf


def watched(shelf: Shelf, **changes: object) -> Watcher:
    """The same after the first look."""
    watcher = Watcher(shelf)
    watcher.look(**changes)
    shelf.requests()
    return watcher
