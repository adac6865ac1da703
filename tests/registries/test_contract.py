"""What every registry promises, the same for each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registries.anything import ANYTHING, places, quick, replaced
from tests.registries.documents import (
    NPM,
    PYPI,
    READ_AT,
    SAMPLE,
    SCOPED,
    npm_attestation,
    page,
    predicate,
    version,
)
from tests.registries.shelf import BASE, HUB, HUB_PLACE, IMAGE, PLACE, HubShelf, Shelf, Watcher, child, index
from tests.registries.talk import talk
from tests.registries.test_documents import MEMBERS, WHEEL
from verifier.model import Artifact, Attestation, File, Version
from verifier.registries import REGISTRIES, docker_hub, ghcr, npm, oci, pypi
from verifier.registries.base import (
    Absent,
    Answer,
    Ask,
    Call,
    Conversation,
    Memory,
    Page,
    Place,
    Registry,
    Unreadable,
)
from verifier.registries.distribution import manifests

Server = Callable[[Ask | Call], Answer]


@dataclass(frozen=True)
class Member:
    """A registry, a server that answers it honestly, what an earlier look left, and a version with attestations."""

    registry: Registry
    place: Place
    serve: Callable[[], Server]
    memory: Memory
    version: Version


def documents(**pages: object) -> Callable[[], Server]:
    """Serves a document by how its address ends."""

    def serve(question: Ask | Call) -> Answer:
        assert isinstance(question, Ask)
        found = next((value for end, value in pages.items() if question.url.rstrip("/").endswith(end)), None)
        return Absent(question.url) if found is None else replace(page(found), url=question.url)

    return lambda: serve


def filled(shelf: Any) -> Any:
    """Images with platforms, attestations of both kinds, tags that move and one that does not."""
    push = shelf.push
    if isinstance(shelf, HubShelf):
        push = lambda tag, body=None: shelf.pushed(tag, READ_AT - timedelta(days=1), body)  # noqa: E731
    push("1.0.0")
    digest = push("1.1.0", index(child("linux/amd64", "a"), child("unknown/unknown", "b")))
    push("latest", shelf.held[digest])
    shelf.attest(digest, json.dumps(npm_attestation(predicate())["bundle"]).encode())
    layer = {"mediaType": "application/vnd.dsse.envelope.v1+json", "digest": shelf.hold(b'{"payload":""}')}
    push(digest.replace(":", "-") + ".att", json.dumps({"layers": [layer]}).encode())
    return shelf


def changed(shelf: Any) -> Any:
    """The same after the first look: a tag is new, one is gone, one was replaced."""
    filled(shelf).tags.pop("1.0.0")
    if isinstance(shelf, HubShelf):
        shelf.pushed("2.0.0", READ_AT, index(child("linux/s390x", "c")))
        shelf.pushed("latest", READ_AT)
    else:
        shelf.push("2.0.0", index(child("linux/s390x", "c")))
        shelf.push("latest")
    return shelf


def remembered(watcher: Watcher) -> tuple[Memory, Version]:
    watcher.look()
    return watcher.memory, watcher.version("1.1.0")


def of_images(registry: Any, artifact: Artifact, place: Place, shelf: Callable[[], Any]) -> Member:
    memory, attested = remembered(Watcher(filled(shelf()), artifact, registry, place))
    return Member(registry, place, lambda: changed(shelf()), memory, attested)


ATTESTED = File(WHEEL, ("sha256:" + "ab" * 32,), READ_AT - timedelta(days=1), attested=True)
EVERY = {
    "npm": Member(
        npm,
        Place(NPM),
        documents(widget=MEMBERS["npm"][3], **{"1.0.0": MEMBERS["npm"][4]}),
        Memory(READ_AT),
        version(SCOPED, files=(ATTESTED,)),
    ),
    "pypi": Member(
        pypi,
        Place(PYPI),
        documents(**{"sample-project": MEMBERS["pypi"][3], "provenance": MEMBERS["pypi"][4]}),
        Memory(READ_AT),
        version(SAMPLE, "1.0", files=(ATTESTED,)),
    ),
    "docker": of_images(docker_hub, HUB, HUB_PLACE, HubShelf),
    "oci": of_images(oci, IMAGE, PLACE, Shelf),
    "paged oci": of_images(oci, IMAGE, PLACE, lambda: Shelf(size=2)),
    "ghcr": of_images(ghcr, Artifact("pkg:oci/app?repository_url=ghcr.io/alice/app"), PLACE, Shelf),
}
every = pytest.mark.parametrize("name", list(EVERY))
DIGEST = re.compile(r"[a-z0-9]+:[0-9a-f]{32,128}")


def test_every_registry_listed_has_a_contract_here():
    assert set(REGISTRIES) <= set(EVERY)
    assert all(EVERY[name].registry is registry for name, registry in REGISTRIES.items())
    assert all(registry.TYPE == name for name, registry in REGISTRIES.items())


class Asked:
    """A server of which every question is checked, and one answer of which may be another one than the honest one."""

    def __init__(self, member: Member, at: int = -1, other: Callable[[Answer], Answer] = lambda honest: honest):
        self.serve, self.at, self.other, self.count = member.serve(), at, other, 0

    def __call__(self, question: Ask | Call) -> Answer:
        assert isinstance(question, Ask)
        assert question.url.startswith(f"{BASE}/")
        assert question.url.isascii()
        assert question.url.isprintable()
        assert 0 < question.limit <= 100 * 1024 * 1024
        assert question.method in ("GET", "HEAD")
        try:
            honest = self.serve(question)
        except (KeyError, AssertionError):  # asked for what another answer made up
            honest = Absent(question.url)
        self.count += 1
        return self.other(honest) if self.at in (self.count - 1, ALWAYS) else honest


def conversations(name: str) -> list[tuple[str, Callable[[], Conversation[Any]]]]:
    """Everything that can be asked of a registry: the first look, a later one, a hint, attestations."""
    member = EVERY[name]
    artifact, memory = member.version.artifact, member.memory
    later = [("later", memory)] if artifact.is_image else []
    hint = [("hint", replace(memory, hint="1.1.0"))] if artifact.is_image else []
    looks = [("first", Memory(READ_AT)), *later, *hint]
    return [
        *((kind, lambda at=at: member.registry.look(artifact, member.place, at)) for kind, at in looks),
        ("gather", lambda: member.registry.gather(member.version, member.place, READ_AT + timedelta(days=1))),
    ]


def promised(found: Any, kind: str) -> None:
    """What holds of every answer: it can be kept, and what is wrong with it is said in words."""
    if isinstance(found, Unreadable):
        assert found.problem
    elif kind == "gather":
        assert isinstance(found, tuple)
        for attestation in found:
            assert isinstance(attestation, Attestation)
            assert bool(attestation.problem) is not bool(attestation.document)
    elif found is not None:
        numbers = [v.number for v in (*found.versions, *found.removed)]
        assert len(numbers) == len(set(numbers))
        assert all(isinstance(sentence, str) and sentence for sentence in found.unread)
        for each_version in (*found.versions, *found.removed):
            assert each_version.fingerprint
            assert each_version.number.isprintable()
            each_version.number.encode()
            assert all(DIGEST.fullmatch(digest) for file in each_version.files for digest in file.digests)
            parts = {part for file in each_version.files for part in file.parts} - {manifests.UNREAD}
            assert all(DIGEST.fullmatch(part.digest) for part in parts)


@every
def test_an_honest_registry_is_seen_without_complaint_and_its_attestations_are_handed_over(name):
    for kind, conversation in conversations(name):
        found = talk(conversation(), Asked(EVERY[name]))
        promised(found, kind)
        if kind == "gather":
            assert [(EVERY[name].registry.SOURCE, "")] == sorted({(a.source, a.problem) for a in found})
        else:
            assert () == found.unread
            assert found.versions


@every
def test_the_same_answers_give_the_same_result(name):
    for _, conversation in conversations(name):
        assert talk(conversation(), Asked(EVERY[name])) == talk(conversation(), Asked(EVERY[name]))


ALWAYS = -2
ANYWHERE = st.integers(0, 12)
HEADERS = st.dictionaries(
    st.sampled_from(["link", "docker-content-digest", "content-type", "etag"]),
    st.text(max_size=30)
    | st.sampled_from(["<?x=1>; rel=next", "<//elsewhere.example/?a>; rel=next", "sha256:" + "0" * 64]),
)


def spoiled(draw: Callable[[Any], Any]) -> Callable[[Answer], Answer]:
    """Another answer in the place of an honest one."""

    def other(honest: Answer) -> Answer:
        kind = draw(st.sampled_from(["bytes", "cut", "flipped", "replaced", "headers", "304", "absent", "unreadable"]))
        url = honest.url
        if kind == "absent":
            return Absent(url)
        if kind == "unreadable":
            return Unreadable(url, "No.", status=draw(st.sampled_from([0, 200, 400, 401, 403, 429, 500, 503])))
        if kind == "304" or not isinstance(honest, Page):
            return Page(url, 304, b"")
        if kind == "headers":
            return replace(honest, headers={**honest.headers, **draw(HEADERS)})
        return replace(honest, body=_body(kind, honest.body, draw))

    return other


def _body(kind: str, honest: bytes, draw: Callable[[Any], Any]) -> bytes:
    if kind == "bytes" or not honest:
        return bytes(draw(st.binary(max_size=200)))
    at = draw(st.integers(0, len(honest) - 1))
    if kind == "cut":
        return honest[:at]
    if kind == "flipped":
        return honest[:at] + bytes([draw(st.integers(0, 255))]) + honest[at + 1 :]
    document = json.loads(honest)
    return json.dumps(replaced(document, draw(st.sampled_from(places(document))), draw(ANYTHING))).encode()


@every
@settings(parent=quick, max_examples=150)
@given(data=st.data())
def test_a_conversation_with_any_answer_in_any_place_ends_with_an_answer(name, data):
    for kind, conversation in conversations(name):
        promised(talk(conversation(), Asked(EVERY[name], data.draw(ANYWHERE), spoiled(data.draw))), kind)


@every
@settings(parent=quick, max_examples=30)
@given(data=st.data())
def test_a_conversation_in_which_no_answer_is_honest_ends_with_an_answer(name, data):
    other = spoiled(data.draw)
    for kind, conversation in conversations(name):
        server = Asked(EVERY[name])
        server.other, server.at = other, ALWAYS
        promised(talk(conversation(), server), kind)


@every
@quick
@given(cursor=st.text(max_size=80), hint=st.text(max_size=20))
def test_whatever_an_earlier_look_left_gets_an_answer(name, cursor, hint):
    member = EVERY[name]
    for memory in (
        replace(member.memory, cursor=cursor),
        replace(member.memory, cursor=json.dumps({"query": cursor, "page": 3})),
        replace(member.memory, hint=hint),
    ):
        promised(talk(member.registry.look(member.version.artifact, member.place, memory), Asked(member)), "look")
