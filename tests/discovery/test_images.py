"""Which container images the workflows of a repository name, and which of their steps push them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.discovery.find import Files, find
from verifier.discovery.image_manifest import KEPT, images
from verifier.discovery.image_names import artifact
from verifier.discovery.publishing import publishing

PATH = ".github/workflows/push.yml"
ENV = {"REGISTRY": "ghcr.io", "IMAGE": "${{ github.repository }}", "DYNAMIC": "${{ inputs.image }}", "HUB": "alice/hub"}
GHCR = "pkg:oci/widget?repository_url=ghcr.io/alice/widget"


def named(*steps: Mapping[str, object], files: dict[str, bytes] | None = None) -> list[str]:
    """The images of a workflow with these steps, as purls."""
    job = {"steps": [{"env": {"OWN": "carol"}, **step} for step in steps]}
    held = {PATH: json.dumps({"on": "push", "env": ENV, "jobs": {"push": job}}).encode(), **(files or {})}
    return [image.purl for image in images(publishing(PATH, held.get, "Alice/Widget"))]


def found(value: str, action: str = "docker/build-push-action@v6", key: str = "tags", **more: str) -> list[str]:
    """The images of a workflow that pushes by an action with that input."""
    return named({"uses": action, "with": {key: value, "push": "true", **more}})


def run(script: str, **env: str) -> list[str]:
    """The images of a workflow that runs this script."""
    return named({"run": script, "env": env})


@pytest.mark.parametrize(
    ("reference", "purl"),
    [
        ("alice/widget:latest", "pkg:docker/alice/widget"),
        ("docker.io/alice/widget", "pkg:docker/alice/widget"),
        ("docker.io/library/nginx", "pkg:docker/library/nginx"),
        ("ghcr.io/alice/widget:1.2@sha256:abc", GHCR),
        ("registry.example:5000/widget", "pkg:oci/widget?repository_url=registry.example:5000/widget"),
        ("ghcr.io/${{ github.repository }}:${{ github.sha }}", GHCR),
        ("${{env.REGISTRY}}/${{ env.IMAGE }}", GHCR),
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


@pytest.mark.parametrize("reference", ["localhost:5000/a/b", "127.0.0.1/a/b", "registry:5000/a", "widget"])
def test_what_stays_on_the_runner_or_has_no_owner_names_nothing(reference):
    assert artifact(reference) is None


@pytest.mark.parametrize(
    "step",
    [
        {
            "uses": "docker/build-push-action@v6",
            "with": {"push": "true", "tags": "${{ env.LOCAL }}/a:1, registry:5000/b"},
        },
        {"run": "docker push ${{ env.LOCAL }}/a"},
        {"run": "skopeo copy docker://alice/widget docker://$LOCAL/a"},
    ],
)
def test_what_only_goes_to_a_registry_on_the_runner_is_not_published(step):
    document = {"jobs": {"a": {"steps": [step | {"env": {"LOCAL": "localhost:5000"}}]}}}

    assert not publishing(PATH, {PATH: json.dumps(document).encode()}.get).publishes


def test_every_line_counts_and_settings_beside_a_name_do_not():
    lines = "ghcr.io/alice/a\nname=alice/b,enable=true\nalice/c\n"
    meta = {"uses": "docker/metadata-action@v5", "with": {"images": lines}}
    push = {"uses": "docker/build-push-action@v6", "with": {"tags": "${{ steps.meta.outputs.tags }}", "push": "true"}}

    assert [
        "pkg:oci/a?repository_url=ghcr.io/alice/a",
        "pkg:docker/alice/b",
        "pkg:docker/alice/c",
    ] == named(meta, push)
    assert [] == named(meta), "what nothing pushes is no image of ours"


def test_an_image_that_is_only_built_or_loaded_is_none():
    assert [] == named({"uses": "docker/build-push-action@v6", "with": {"tags": "alice/widget", "load": "true"}})


def test_the_exporters_of_buildkit_name_what_they_push():
    assert [GHCR] == found("type=image,name=ghcr.io/alice/widget,push-by-digest=true,push=true", key="outputs")


def test_other_actions_and_inputs_name_no_image():
    assert [] == found("alice/widget", "alice/deploy@v1")
    assert [] == found("alice/widget", key="labels")


@pytest.mark.parametrize(
    ("action", "given", "purl"),
    [
        ("redhat-actions/push-to-registry@v2", {"image": "widget", "registry": "ghcr.io/alice"}, GHCR),
        ("redhat-actions/push-to-registry@v2", {"tags": "ghcr.io/alice/widget:1 ghcr.io/alice/widget:2"}, GHCR),
        ("elgohr/Publish-Docker-Github-Action@v5", {"name": "alice/widget", "registry": "ghcr.io"}, GHCR),
        ("elgohr/Publish-Docker-Github-Action@v5", {"name": "alice/widget"}, "pkg:docker/alice/widget"),
        ("macbre/push-to-ghcr@master", {"image_name": "${{ github.repository }}"}, GHCR),
        ("akhilerm/tag-push-action@v2", {"src": "a/b:1", "dst": "ghcr.io/alice/widget:1"}, GHCR),
        (
            "appany/helm-oci-chart-releaser@v0.4.2",
            {"registry": "ghcr.io", "repository": "alice", "name": "widget"},
            GHCR,
        ),
    ],
)
def test_each_action_names_images_in_its_own_way(action, given, purl):
    assert [purl] == named({"uses": action, "with": given})


@pytest.mark.parametrize(
    "script",
    [
        "docker push ghcr.io/alice/widget:1.2",
        "docker buildx build --platform linux/amd64,linux/arm64 -t ghcr.io/alice/widget --push .",
        "docker buildx build -t ghcr.io/alice/widget:$VERSION --output type=registry .",
        "docker buildx build -o type=image,name=ghcr.io/alice/widget,push=true .",
        "docker buildx imagetools create -t ghcr.io/alice/widget:latest ghcr.io/alice/other@sha256:ab",
        "docker manifest push ghcr.io/alice/widget:1",
        "podman push localbuild docker://ghcr.io/alice/widget:1",
        "buildah push --digestfile d widget ghcr.io/alice/widget",
        "skopeo copy --all docker://alice/other:1 docker://ghcr.io/alice/widget:1",
        "crane copy alice/other:1 ghcr.io/alice/widget:1",
        "crane tag ghcr.io/alice/widget:1 latest",
        "crane push image.tar ghcr.io/alice/widget:1",
        "oras push --artifact-type application/x ghcr.io/alice/widget:1 file",
        "helm push widget-1.2.3.tgz oci://ghcr.io/alice",
        "sudo docker push ghcr.io/${GITHUB_REPOSITORY,,}:latest",
        "docker push $REGISTRY/$IMAGE:latest",
        "docker push ${{ env.REGISTRY }}/${{ github.repository }}:latest",
        "NAME=ghcr.io/$GITHUB_REPOSITORY\ndocker push $NAME:1",
        "docker push ghcr.io/alice/widget:$(git describe)",
    ],
)
def test_each_command_names_images_in_its_own_way(script):
    assert [GHCR] == run(script)


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("ko build --bare ./cmd/app", ["pkg:oci/alice?repository_url=ghcr.io/alice"]),
        ("ko build -B ./cmd/app ./cmd/other", ["ghcr.io/alice/app", "ghcr.io/alice/other"]),
        ("ko build ./cmd/app", []),
        ("ko build -B .", []),
    ],
)
def test_ko_is_told_where_to_by_a_variable(script, names):
    said = run(script, KO_DOCKER_REPO="ghcr.io/alice")

    assert names == [name if name in names else name.partition("=")[2] for name in said]


@pytest.mark.parametrize(
    "script",
    [
        "docker build -t alice/widget .",
        "docker push $NAME",
        "docker push ${{ secrets.IMAGE }}",
        "docker push localhost:5000/alice/widget",
        "echo docker push alice/widget",
        "docker buildx bake --push",
        "ko build --bare --local ./cmd/app",
        "helm push charts/*.tgz oci://ghcr.io/alice",
        "helm push widget-1.tgz",
        "skopeo copy docker://alice/widget dir:out",
    ],
)
def test_a_command_that_pushes_nothing_or_does_not_say_what_names_no_image(script):
    assert [] == run(script, KO_DOCKER_REPO="ghcr.io/alice")


def test_scripts_makefiles_and_called_workflows_are_followed():
    called = {"on": {"workflow_call": {"inputs": {"image": {"default": "alice/unnamed"}}}}}
    push = {"uses": "docker/build-push-action@v6", "with": {"push": True, "tags": "ghcr.io/${{ inputs.image }}"}}
    files = {
        "push.sh": b"docker push ghcr.io/alice/script",
        "Makefile": b"IMG ?= x\npush:\n\tdocker push ghcr.io/alice/make:1\n",
        ".github/workflows/called.yml": json.dumps({**called, "jobs": {"a": {"steps": [push]}}}).encode(),
        PATH: json.dumps(
            {
                "jobs": {
                    "own": {"steps": [{"run": "./push.sh"}, {"run": "make push"}]},
                    "call": {"uses": "./.github/workflows/called.yml", "with": {"image": "${{ github.repository }}"}},
                }
            }
        ).encode(),
    }

    assert ["script", "make", "widget"] == [image.name for image in images(publishing(PATH, files.get, "alice/widget"))]


def test_every_registry_of_an_image_and_every_workflow_that_names_it_is_found():
    """The same image in several registries is enrolled in each; who names it in two workflows is asked."""
    push = "on: push\njobs: {a: {steps: [{uses: docker/build-push-action@v6, with: {push: true, tags: 'TAGS'}}]}}"
    files = {
        ".github/workflows/a.yml": push.replace("TAGS", "alice/widget,ghcr.io/alice/widget").encode(),
        ".github/workflows/b.yml": push.replace("TAGS", "ghcr.io/alice/widget:nightly").encode(),
    }
    packages = find(Files(frozenset(files), files.get), "alice/widget", "").packages

    assert [
        ("pkg:docker/alice/widget", (".github/workflows/a.yml",)),
        (GHCR, (".github/workflows/a.yml", ".github/workflows/b.yml")),
    ] == [(package.artifact.purl, package.workflows) for package in packages]


@given(st.text("ab/:@.-${} =,\n", max_size=400))
def test_hostile_inputs_never_raise(text):
    assert len(found(text)) <= KEPT
    assert len(run(f"docker push '{text}'\ndocker buildx build --push -t {text}")) <= KEPT


def test_variables_that_blow_each_other_up_cost_little():
    """Each value names the one before many times; what comes out stays as short as what can be written out."""
    blown = {f"V{n}": f"${{{{ env.V{n - 1} }}}}" * 60 for n in range(1, 90)}
    steps = [{"run": "docker push $V89/x", "env": blown} for _ in range(900)]

    assert [] == named(*steps)
