"""How the registries are asked whose a package is, and what their silence means."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from app.network import origins
from app.network.origins import Origins
from app.settings import Settings
from tests.verdict.cases import NOON
from verifier.discovery.origin import Said, Word
from verifier.model import Artifact
from verifier.registries.base import Absent, Ask, Page, Unreadable
from verifier.registries.distribution.source_label import KEY

TOOL = Artifact("pkg:pypi/tool")
WIDGET = Artifact("pkg:npm/%40alice/widget")
JSON = "https://registry.example/pypi/tool/json"
SIMPLE = "https://registry.example/simple/tool/"
PACKAGE = "https://registry.example/@alice%2fwidget"


@dataclass
class Registry:
    """Answers by address; anything else is not there."""

    answers: dict[str, object]
    asked: list[str] = field(default_factory=list)

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        self.asked.append(ask.url)
        answer = self.answers.get(ask.url)
        if answer is None:
            return Absent(ask.url)
        if isinstance(answer, str):
            return Unreadable(ask.url, answer)
        return Page(ask.url, 200, json.dumps(answer).encode())


def said(artifact: Artifact, answers: dict[str, object], index: str = "https://registry.example/simple/") -> Said:
    settings = Settings(npm_registry="https://registry.example", pypi_index=index)
    return Origins(Registry(answers), settings).of([artifact], "alice/widget", NOON)[artifact]


def package(repository: object) -> dict[str, object]:
    return {"name": "@alice/widget", "versions": {}, "time": {}, "repository": repository}


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (package({"url": "git+https://github.com/alice/widget.git"}), Word.AGREES),
        (package("alice/widget"), Word.AGREES),
        (package({"url": "https://github.com/bob/widget"}), Word.OTHER),
        (package({"url": "https://gitlab.com/alice/widget"}), Word.OTHER),
        (package(None), Word.SILENT),
        (None, Word.ABSENT),
        ("It timed out.", Word.UNASKED),
        ({"name": "other", "versions": {}}, Word.UNASKED),
    ],
)
def test_an_npm_package_is_whose_its_document_says(answer, word):
    assert word is said(WIDGET, {PACKAGE: answer}).word


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ({JSON: {"info": {"project_urls": {"Source": "https://github.com/Alice/Widget"}}}}, Word.AGREES),
        ({JSON: {"info": {"home_page": "https://github.com/bob/widget"}}}, Word.OTHER),
        ({JSON: {"info": {}}}, Word.SILENT),
        ({}, Word.ABSENT),
        ({JSON: "It timed out."}, Word.UNASKED),
        ({SIMPLE: "It timed out."}, Word.UNASKED),
    ],
)
def test_a_python_project_is_whose_its_links_say(answers, word):
    assert word is said(TOOL, answers).word


def test_an_index_without_the_json_api_tells_that_a_project_is_there_and_not_whose():
    there: dict[str, object] = {"https://registry.example/root/index/tool/": {"name": "tool", "files": []}}

    assert Word.SILENT is said(TOOL, {SIMPLE: {"name": "tool", "files": []}}).word
    assert Word.SILENT is said(TOOL, there, "https://registry.example/root/index/").word
    assert Word.ABSENT is said(TOOL, {}, "https://registry.example/root/index/").word


def test_no_more_packages_are_asked_about_than_the_bound(monkeypatch):
    monkeypatch.setattr(origins, "ASKED", 2)
    registry = Registry({})
    many = [Artifact(f"pkg:npm/p{n}") for n in range(5)] + [Artifact("pkg:cargo/c")]

    assert many[:2] == list(Origins(registry, Settings()).of(many, "alice/widget", NOON))
    assert 2 == len(registry.asked)


def test_on_a_server_of_ones_own_its_addresses_count():
    settings = Settings(npm_registry="https://registry.example", github_api_url="https://git.corp.example/api/v3")
    registry = Registry({PACKAGE: package("https://git.corp.example/alice/widget")})

    assert Said(Word.AGREES) == Origins(registry, settings).of([WIDGET], "alice/widget", NOON)[WIDGET]


HUB = Artifact("pkg:docker/alice/widget")
ELSEWHERE = Artifact("pkg:oci/widget?repository_url=registry.example/team/widget")


def of_image(artifact: Artifact, answer: object) -> Said:
    """What is said of an image whose index has this annotation: a text, or an answer to every question."""
    asked: list[Ask] = []

    def fetch(ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        asked.append(ask)
        if isinstance(answer, Page | Absent | Unreadable):
            return answer
        index = {"schemaVersion": 2, "manifests": [], "annotations": {KEY: answer} if answer else {}}
        return Page(ask.url, 200, json.dumps(index).encode())

    settings = Settings(docker_registry="https://hub.example")
    said = Origins(fetch, settings).of([artifact], "Alice/Widget", NOON)[artifact]
    assert all(ask.scope == f"repository:{artifact.image.partition('/')[2]}:pull" for ask in asked)
    assert all(ask.url.startswith(("https://hub.example/v2/", "https://registry.example/v2/")) for ask in asked)
    return said


@pytest.mark.parametrize("artifact", [HUB, ELSEWHERE])
@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("https://github.com/alice/widget", Word.AGREES),
        ("https://github.com/alice/widget/tree/main/docker", Word.AGREES),
        ("https://github.com/bob/widget", Word.OTHER),
        ("https://gitlab.com/alice/widget", Word.OTHER),
        ("", Word.SILENT),
        (Absent("x"), Word.ABSENT),
        (Unreadable("x", "It asks for a login."), Word.UNASKED),
        (Page("x", 200, b"<html>"), Word.UNASKED),
    ],
)
def test_an_image_is_whose_its_label_says(artifact, answer, word):
    assert word is of_image(artifact, answer).word


def test_an_image_without_a_label_is_told_which_one_is_missing():
    assert f"shows no label {KEY} on it" == of_image(HUB, "").detail


def test_in_githubs_registry_the_owner_of_the_name_is_the_owner_and_is_not_even_asked():
    ours = Artifact("pkg:oci/widget?repository_url=ghcr.io/alice/widget")
    never = Unreadable("x", "It was asked.")

    assert Said(Word.AGREES) == Origins(lambda ask, etag=None: never, Settings()).of([ours], "Alice/x", NOON)[ours]
    for full_name, api in (("bob/x", "https://api.github.com"), ("alice/x", "https://git.corp.example/api/v3")):
        settings = Settings(github_api_url=api)
        assert never.problem == Origins(lambda ask, etag=None: never, settings).of([ours], full_name, NOON)[ours].detail
