"""`registry_package`: an image pushed to GitHub's registry is looked at now, and nothing said of it is believed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import registry_package
from handlers.base import BadPayload
from tests.handlers.deliveries import NOW, delivery, facts, hear, named, payload, wanted
from verifier.ledger import Ledger, memory_ledger
from verifier.ledger.protocol import Watch
from verifier.model import Artifact

WIDGET = Artifact("pkg:oci/widget?repository_url=ghcr.io/acme/widget")
NESTED = Artifact("pkg:oci/api?repository_url=ghcr.io/acme/widget/api")
PUSHED = "registry_package.published"


def watching(*artifacts: Artifact) -> Ledger:
    ledger = memory_ledger()
    with ledger.writing() as book:
        for artifact in artifacts:
            book.versions.put_watch(Watch(artifact, NOW))
    return ledger


def heard(body: dict[str, Any], *artifacts: Artifact) -> set[str]:
    """What is to be looked at after this payload."""
    return wanted(hear(delivery("registry_package", body), ledger=watching(*(artifacts or (WIDGET,)))), "poll")


def pushed(tag: object = "1.2.3", url: object = "ghcr.io/acme/widget:1.2.3", **changes: Any) -> dict[str, Any]:
    package = payload(PUSHED)["registry_package"]
    version = {**package["package_version"], "container_metadata": {"tag": {"name": tag}}, "package_url": url}
    return payload(PUSHED, registry_package={**package, "package_version": version, **changes})


@pytest.mark.parametrize("action", ["published", "updated"])
def test_a_pushed_tag_is_looked_at_now(action: str) -> None:
    assert {f"{WIDGET.purl} 1.2.3"} == heard(payload(PUSHED, action=action))


def test_nothing_of_it_becomes_a_fact() -> None:
    assert () == facts("registry_package", payload(PUSHED))
    ledger = hear(delivery("registry_package", payload(PUSHED)), ledger=watching(WIDGET))
    with ledger.reading() as book:
        assert [] == list(book.facts())


def test_an_image_that_nobody_watches_is_left_alone() -> None:
    assert set() == heard(payload(PUSHED), NESTED)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://ghcr.io/Acme/Widget:1.2.3", "name": "another", "namespace": "another"},
        {"url": "ghcr.io/acme/widget@sha256:" + "a" * 64, "namespace": None, "owner": None},
        {"url": "https://npm.pkg.github.com/acme/widget", "namespace": "Acme"},
        {"url": None, "namespace": ""},
    ],
    ids=["address", "address with a digest", "namespace", "owner"],
)
def test_the_image_is_found_in_whichever_place_names_it(changes: dict[str, Any]) -> None:
    assert {f"{WIDGET.purl} 1.2.3"} == heard(pushed(**changes))


def test_an_image_may_have_a_longer_name() -> None:
    assert {f"{NESTED.purl} 2.0"} == heard(pushed("2.0", "", name="widget/api"), NESTED)


@pytest.mark.parametrize("tag", ["", None, 7, [], "no tag", "a\nb", "-x", "x" * 129])
def test_an_image_pushed_without_a_tag_is_no_hint(tag: object) -> None:
    assert set() == heard(pushed(tag))


@pytest.mark.parametrize("metadata", [None, [], {}, {"tag": None}])
def test_a_package_that_is_no_image_is_no_hint(metadata: object) -> None:
    version = {**payload(PUSHED)["registry_package"]["package_version"], "container_metadata": metadata}

    assert set() == heard(named("registry_package", PUSHED, package_version=version))


@pytest.mark.parametrize("package", [None, "widget", []])
def test_a_payload_without_a_package_cannot_be_read(package: object) -> None:
    with pytest.raises(BadPayload, match="registry_package is not an object"):
        facts("registry_package", payload(PUSHED, registry_package=package))


ANY = st.none() | st.integers() | st.text(max_size=12) | st.lists(st.text(max_size=2)) | st.just("ghcr.io/a?b#c%2f:1")


@given(ANY, ANY, ANY, ANY)
def test_whatever_names_a_payload_holds_at_most_three_images_are_meant(
    url: object, name: object, namespace: object, owner: object
) -> None:
    found = registry_package.images(pushed("1", url, name=name, namespace=namespace, owner={"login": owner}))

    assert len(found) <= 3
    assert all(artifact.image.startswith("ghcr.io/") for artifact in found)
