"""Which container images a workflow's inputs name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.discovery.documents import from_yaml
from verifier.discovery.image_manifest import IMAGES, images


def found(value: str, action: str = "docker/build-push-action@v6", key: str = "tags", env: str = "") -> list[str]:
    """The images of a workflow with one step of that input, as purls."""
    document = {
        "env": {"REGISTRY": "ghcr.io", "IMAGE": "${{ github.repository }}", "DYNAMIC": "${{ inputs.image }}"},
        "jobs": {"push": {"steps": [{"uses": action, "with": {key: value}, "env": {"OWN": "carol"}}]}},
    }
    return [package.artifact.purl for package in images("push.yml", document, "Alice/Widget")]


@pytest.mark.parametrize(
    ("reference", "purl"),
    [
        ("alice/widget:latest", "pkg:docker/alice/widget"),
        ("docker.io/alice/widget", "pkg:docker/alice/widget"),
        ("nginx", "pkg:docker/library/nginx"),
        ("ghcr.io/alice/widget:1.2@sha256:abc", "pkg:oci/widget?repository_url=ghcr.io/alice/widget"),
        ("localhost:5000/widget", "pkg:oci/widget?repository_url=localhost:5000/widget"),
        ("ghcr.io/${{ github.repository }}:${{ github.sha }}", "pkg:oci/widget?repository_url=ghcr.io/alice/widget"),
        ("${{env.REGISTRY}}/${{ env.IMAGE }}", "pkg:oci/widget?repository_url=ghcr.io/alice/widget"),
        ("ghcr.io/${{ github.repository_owner }}/x", "pkg:oci/x?repository_url=ghcr.io/alice/x"),
        ("${{ env.OWN }}/x", "pkg:docker/carol/x"),
    ],
)
def test_a_tag_names_its_image_with_what_is_known_filled_in(reference, purl):
    assert [purl] == found(reference)


@pytest.mark.parametrize(
    "reference", ["${{ steps.meta.outputs.tags }}", "ghcr.io/${{ secrets.NAME }}/x", "${{ env.DYNAMIC }}", "", "../x"]
)
def test_a_name_that_only_the_run_knows_is_not_guessed(reference):
    assert [] == found(reference)


def test_every_line_counts_and_settings_beside_a_name_do_not():
    lines = "ghcr.io/alice/a\nname=alice/b,enable=true\nalice/c:1, alice/c:2\n"

    assert ["pkg:oci/a?repository_url=ghcr.io/alice/a", "pkg:docker/alice/b", "pkg:docker/alice/c"] == found(
        lines, "docker/metadata-action@v5", "images"
    )


def test_other_actions_and_inputs_name_no_image():
    assert [] == found("alice/widget", "alice/deploy@v1")
    assert [] == found("alice/widget", key="labels")


def test_the_workflow_that_names_an_image_is_the_only_one_that_pushes_it():
    document = from_yaml(b"jobs: {a: {steps: [{uses: docker/build-push-action@v6, with: {tags: a/b}}]}}")

    assert [("w.yml",)] == [package.workflows for package in images("w.yml", document, "o/n")]


@given(st.text("ab/:@.-${} =,\n", max_size=400))
def test_hostile_inputs_never_raise(text):
    assert len(found(text)) <= IMAGES
