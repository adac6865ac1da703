"""What an image says of its source, wherever that is written, and whatever else a registry answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.model import Artifact
from verifier.registries.base import Absent, Answer, Ask, Conversation, Page, Place, Unreadable
from verifier.registries.distribution.manifests import digest_of
from verifier.registries.distribution.source_label import KEY, Source, ask_source

WIDGET = Artifact("pkg:docker/alice/widget")
BASE = "https://registry.example"
OURS = "https://github.com/alice/widget"


@dataclass
class Shelf:
    """A registry that holds what was put on it, by the end of its address; anything else is not there."""

    held: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, document: object, tag: str = "", kind: str = "manifests") -> dict[str, object]:
        """Its descriptor."""
        body = json.dumps(document).encode()
        for name in filter(None, (digest_of(body), tag)):
            self.held[f"{kind}/{name}"] = body
        return {"digest": digest_of(body), "size": len(body), "platform": {"os": "linux", "architecture": "amd64"}}

    def tags(self, *names: object) -> None:
        self.held["tags/list?n=1000"] = json.dumps({"tags": names}).encode()

    def __call__(self, ask: Ask) -> Answer:
        name = ask.url.removeprefix(f"{BASE}/v2/alice/widget/")
        self.asked.append(name)
        return Page(ask.url, 200, self.held[name]) if name in self.held else Absent(ask.url)


def led(shelf: Shelf) -> Source:
    """What comes of the conversation."""
    conversation: Conversation[Source] = ask_source(WIDGET, Place(BASE))
    try:
        question = next(conversation)
        while True:
            assert isinstance(question, Ask)
            assert "repository:alice/widget:pull" == question.scope
            question = conversation.send(shelf(question))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def image(shelf: Shelf, labels: object, tag: str = "", **more: object) -> dict[str, object]:
    """An image for one platform whose configuration has these labels."""
    config = shelf.put({"config": {"Labels": labels}}, kind="blobs")
    return shelf.put({"schemaVersion": 2, "config": config, "layers": [], **more}, tag)


def test_the_label_of_an_image_for_one_platform_says_it():
    image(shelf := Shelf(), {KEY: OURS}, "latest")

    assert OURS == led(shelf)
    assert 2 == len(shelf.asked)


def test_an_annotation_of_the_index_or_of_the_image_goes_before_the_label():
    one, two = Shelf(), Shelf()
    one.put({"manifests": [image(one, {KEY: "x"})], "annotations": {KEY: OURS}}, "latest")
    image(two, {KEY: "x"}, "latest", annotations={KEY: OURS})

    assert [OURS, OURS] == [led(one), led(two)]
    assert [1, 1] == [len(one.asked), len(two.asked)]


def test_of_an_index_the_first_platform_is_looked_at_and_no_attestation():
    shelf = Shelf()
    odd = {**image(shelf, {KEY: "x"}), "platform": {"os": "unknown", "architecture": "unknown"}}
    shelf.put({"manifests": [odd, image(shelf, {KEY: OURS})]}, "latest")

    assert OURS == led(shelf)
    assert 3 == len(shelf.asked)


def test_without_latest_the_newest_tag_counts_and_signatures_are_none():
    shelf = Shelf()
    shelf.tags("1.9.0", "1.10.0", f"sha256-{'a' * 64}.sig", "not a tag", 7)
    image(shelf, {KEY: "x"}, "1.9.0")
    image(shelf, {KEY: OURS}, "1.10.0")

    assert OURS == led(shelf)
    assert 4 == len(shelf.asked)


@pytest.mark.parametrize("labels", [None, {}, {"other": "x"}, {KEY: None}, {KEY: ""}])
def test_an_image_that_says_nothing_says_nothing(labels):
    image(shelf := Shelf(), labels, "latest")

    assert "" == led(shelf)


def test_what_is_not_there_is_absent_and_an_empty_repository_too():
    empty = Shelf()
    empty.tags()

    assert isinstance(led(Shelf()), Absent)
    assert isinstance(led(empty), Absent)


def test_a_body_that_is_another_than_was_asked_for_says_nothing():
    shelf = Shelf()
    config = image(shelf, {KEY: OURS}, "latest")
    shelf.held = {name: body + (b" " if name.startswith("blobs") else b"") for name, body in shelf.held.items()}

    answer = led(shelf)

    assert config
    assert isinstance(answer, Unreadable)
    assert "digest" in answer.problem


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["config", "manifests", "annotations", "digest", "tags", KEY]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=30), max_size=6))
def test_any_bytes_get_an_answer_after_few_questions(bodies):
    left, asked = list(bodies), 0
    conversation = ask_source(WIDGET, Place(BASE))
    try:
        question = next(conversation)
        while True:
            asked += 1
            assert isinstance(question, Ask)
            answer = Page(question.url, 200, left.pop()) if left else Absent(question.url)
            question = conversation.send(answer)
    except StopIteration as end:
        assert isinstance(end.value, str | Absent | Unreadable)
    assert asked <= 5
