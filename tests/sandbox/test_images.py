"""The pretended container registries: what a tag points at, and what real ones tell of it."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from sandbox import ecr, provenance
from sandbox.app import create
from sandbox.events import DeleteRelease
from sandbox.github import log_images
from sandbox.manifests import Manifest
from sandbox.world import World
from tests.sandbox.github import Asked, at, scenario
from verifier.discovery.steps import publish_steps
from verifier.evidence import Trust, verify
from verifier.evidence.log import read_log
from verifier.model import Artifact, Attestation, LogClaim, RunKey, Standing
from verifier.registries.base import Absent, Call, Page, Unreadable

HUB = Artifact("pkg:docker/octo/crate")
ROGUE = "sha256:a00659df0771d076fc9d0baf1f2f45e81ec9f13179f499d4cd940f57afc75d43"
DOCKER, GHCR, HARBOR = (f"/images/{host}/v2/octo/crate" for host in ("docker.io", "ghcr.io", "harbor.example"))


def asked(moment: str) -> Asked:
    return Asked("small-images", moment)


def digest(where: Asked, image: str, reference: str) -> str:
    return where.client.head(f"{image}/manifests/{reference}").headers["Docker-Content-Digest"]


def hub(where: Asked, tag: str) -> dict[str, Any]:
    shown: Any = where.client.get(f"/hub/v2/namespaces/octo/repositories/crate/tags/{tag}").json
    return dict(shown)


def test_tags_come_in_pages_that_name_the_next_one_in_order() -> None:
    where, tags, path = asked("2026-03-01T00:00:00"), list[str](), f"{HARBOR}/tags/list?n=10"
    pages = 0
    while path:
        answer = where.client.get(path)
        pages, tags = pages + 1, [*tags, *(answer.json or {})["tags"]]
        path = answer.headers.get("Link", "").split(">")[0].removeprefix("<")

    assert (3, 26, True) == (pages, len(tags), sorted(tags) == tags)


def test_a_manifest_is_called_by_the_digest_of_its_bytes_whether_or_not_they_are_asked_for() -> None:
    where = asked("2026-03-01T12:00:00")
    index = where.client.get(f"{DOCKER}/manifests/1.12.0")
    children = [child["digest"] for child in (index.json or {})["manifests"]]
    bodies = [where.client.get(f"{DOCKER}/manifests/{child}").data for child in children]

    assert digest(where, DOCKER, "1.12.0") == f"sha256:{hashlib.sha256(index.data).hexdigest()}"
    assert children == [f"sha256:{hashlib.sha256(body).hexdigest()}" for body in bodies]
    assert b"" == where.client.head(f"{DOCKER}/manifests/1.12.0").data


def test_every_blob_that_a_manifest_names_can_be_had() -> None:
    where = asked("2026-03-01T12:00:00")
    manifest: Any = where.client.get(f"{HARBOR}/manifests/1.12.0").json
    for blob in (manifest["config"], *manifest["layers"]):
        data = where.client.get(f"{HARBOR}/blobs/{blob['digest']}").data
        assert (blob["digest"], blob["size"]) == (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))


def test_a_manifest_that_is_there_already_is_answered_304() -> None:
    where = asked("2026-03-01T12:00:00")
    etag = where.client.get(f"{HARBOR}/manifests/1.12.0").headers["ETag"]

    assert 304 == where.client.get(f"{HARBOR}/manifests/1.12.0", headers={"If-None-Match": etag}).status_code


def test_one_release_has_the_same_digest_in_each_registry_and_every_release_its_own() -> None:
    where = asked("2026-03-01T00:00:00")
    same = {digest(where, image, "1.5.0") for image in (DOCKER, GHCR, HARBOR)}
    others = {digest(where, DOCKER, f"1.{minor}.0") for minor in range(12)}

    assert (1, 12) == (len(same), len(others))


def test_a_tag_pushed_again_points_at_other_bytes_and_the_old_ones_stay() -> None:
    before, after = asked("2026-03-03T09:00:00"), asked("2026-03-03T11:00:00")
    old = digest(before, HARBOR, "1.12.0")

    assert old != digest(after, HARBOR, "1.12.0")
    assert old == digest(after, HARBOR, old)


def test_a_digest_that_is_written_down_is_told_and_has_no_bytes() -> None:
    where = asked("2026-03-02T10:30:00")

    assert (ROGUE, 404) == (digest(where, DOCKER, "1.12.0"), where.client.get(f"{DOCKER}/manifests/1.12.0").status_code)
    assert (ROGUE, "mona") == (hub(where, "1.12.0")["digest"], hub(where, "1.12.0")["last_updater_username"])


def test_a_tag_can_be_pointed_back_at_what_it_held_and_at_what_another_holds() -> None:
    good, back = asked("2026-03-01T12:00:00"), asked("2026-03-02T12:30:00")

    assert digest(good, DOCKER, "1.12.0") == digest(back, DOCKER, "1.12.0")
    assert digest(good, DOCKER, "1.11.0") == digest(back, DOCKER, "latest")
    assert "2026-03-02T12:00:00.000000Z" == hub(back, "latest")["tag_last_pushed"]


def test_a_removed_tag_is_gone_and_its_bytes_are_not() -> None:
    before, after = asked("2026-03-02T12:30:00"), asked("2026-03-02T14:00:00")
    held = digest(before, DOCKER, "1.0.0")

    assert 404 == after.client.head(f"{DOCKER}/manifests/1.0.0").status_code
    assert 200 == after.client.head(f"{DOCKER}/manifests/{held}").status_code


def test_docker_hub_tells_time_account_digest_and_platforms_newest_first() -> None:
    where = asked("2026-03-01T12:00:00")
    first: Any = where.client.get("/hub/v2/namespaces/octo/repositories/crate/tags?page_size=20").json
    last: Any = where.client.get(first["next"].removeprefix("http://localhost")).json
    shown = {tag["name"]: tag for tag in (*first["results"], *last["results"])}
    tag = shown["1.12.0"]

    assert (None, 29) == (last["next"], first["count"])
    assert "2026-03-01T10:02:30.000000Z" == first["results"][0]["last_updated"]
    assert ("cratebot", digest(where, DOCKER, "1.12.0")) == (tag["last_updater_username"], tag["digest"])
    assert [("linux", "amd64", None), ("linux", "arm", "v7"), *[("unknown", "unknown", None)] * 2] == [
        (image["os"], image["architecture"], image["variant"]) for image in tag["images"]
    ]


def test_cosign_keeps_its_signatures_under_tags_of_their_own() -> None:
    where = asked("2026-03-01T12:00:00")
    name = digest(where, DOCKER, "1.12.0").replace(":", "-")
    tags = (where.client.get(f"{DOCKER}/tags/list").json or {})["tags"]

    assert {f"{name}.sig", f"{name}.att"} == {tag for tag in tags if tag.startswith("sha256-")}


@pytest.mark.parametrize("image", [GHCR, HARBOR])
def test_signed_provenance_hangs_on_the_digest_where_the_registry_keeps_it(image: str) -> None:
    where = asked("2026-03-01T12:00:00")
    subject = digest(where, image, "1.12.0")
    listed = where.client.get(f"{image}/referrers/{subject}")
    if image == GHCR:
        assert 404 == listed.status_code
        listed = where.client.get(f"{image}/manifests/{subject.replace(':', '-')}")
    (referrer,) = (listed.json or {})["manifests"]
    manifest: Any = where.client.get(f"{image}/manifests/{referrer['digest']}").json
    bundle = where.client.get(f"{image}/blobs/{manifest['layers'][0]['digest']}").data
    found = verify(Attestation("a referrer", document=bundle), Trust.read([provenance.trust_root()]))

    assert "application/vnd.dev.sigstore.bundle.v0.3+json" == referrer["artifactType"]
    assert found is not None
    assert (Standing.VERIFIED, RunKey(4713, 100, 1)) == (found.standing, found.run)
    assert (subject,) == tuple(found.digests)


def test_a_registry_that_wants_a_token_says_where_it_is_given_and_takes_no_other() -> None:
    world = World([scenario("small-images")])
    world.advance(at("2026-03-01T12:00:00"))
    client = Client(create(world, Asked("small-images", "2026-03-01T00:00:00").keys, tokens=True))
    refused = client.get(f"{HARBOR}/tags/list")
    realm = "http://localhost/images/harbor.example/token"
    scope = "repository:octo/crate:pull"
    token = (client.get(realm.removeprefix("http://localhost"), query_string={"scope": scope}).json or {})["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    answers = [
        client.get(f"/images/harbor.example/v2/octo/{name}/tags/list", headers=bearer) for name in ("crate", "other")
    ]

    assert f'Bearer realm="{realm}",service="harbor.example",scope="{scope}"' == refused.headers["WWW-Authenticate"]
    assert [401, 200, 401] == [refused.status_code, *(answer.status_code for answer in answers)]


def test_amazon_lists_each_digest_with_its_tags_and_the_time_it_was_pushed() -> None:
    where = asked("2026-03-01T12:00:00")
    ask, token, shown = ecr.answers(where.world), None, list[Any]()
    while True:
        parameters = {"repositoryName": "crate", "maxResults": 10, "filter": {"tagStatus": "TAGGED"}}
        page = ask(Call("ecr", "eu-central-1", "describe_images", parameters | ({"nextToken": token} if token else {})))
        assert isinstance(page, Page)
        said = json.loads(page.body)
        shown += said["imageDetails"]
        token = said.get("nextToken")
        if not token:
            break
    newest = next(one for one in shown if "1.11.0" in one["imageTags"])

    assert (12, ["1", "1.11", "1.11.0", "latest"]) == (len(shown), sorted(newest["imageTags"]))
    assert "2026-01-23T10:00:00.000000Z" == newest["imagePushedAt"]


def test_amazon_knows_no_image_of_another_account_region_or_name() -> None:
    ask = ecr.answers(asked("2026-03-01T12:00:00").world)
    calls = [
        Call("ecr", "eu-central-1", "describe_images", {"repositoryName": "other"}),
        Call("ecr", "us-east-1", "describe_images", {"repositoryName": "crate"}),
        Call("ecr", "eu-central-1", "describe_images", {"repositoryName": "crate", "registryId": "210987654321"}),
        Call("ecr", "eu-central-1", "describe_images", {"repositoryName": "crate", "imageIds": [{"imageTag": "9"}]}),
    ]

    assert [Absent] * 4 == [type(ask(call)) for call in calls]


def claims(where: Asked, lines: tuple[str, ...] = ()) -> tuple[LogClaim, ...]:
    """What the monitor's own reader finds in the log of run 100; of other lines in their place, if there are any."""
    jobs: Any = where.ask("/repos/octo/crate/actions/runs/100/attempts/1/jobs").json
    steps = publish_steps(jobs["jobs"])
    if lines:
        at_ = (steps[0].started_at or where.world.now) + timedelta(seconds=1)
        return read_log("".join(f"{at_:%Y-%m-%dT%H:%M:%S.0000000Z} {line}\n" for line in lines).encode(), steps)
    answer = where.ask(f"/repos/octo/crate/actions/jobs/{jobs['jobs'][0]['id']}/logs")
    return read_log(where.client.get(answer.headers["Location"].removeprefix("http://localhost")).data, steps)


def test_the_log_of_a_run_shows_the_digests_that_it_pushed_whatever_the_tag_holds_later() -> None:
    then, later = asked("2026-03-01T12:00:00"), asked("2026-03-04T12:00:00")

    assert {
        ("docker", "octo/crate", "1.12.0", (digest(then, DOCKER, "1.12.0"),)),
        ("oci", "ghcr.io/octo/crate", "1.12.0", (digest(then, GHCR, "1.12.0"),)),
    } == {(claim.type, claim.name, claim.version, claim.digests) for claim in claims(later)}


@pytest.mark.parametrize("tool", ["buildx", "docker"])
def test_both_tools_tell_real_digests_other_ones_or_none(tool: str) -> None:
    where = asked("2026-03-01T12:00:00")
    push = where.world.pushed(HUB, "1.12.0", where.world.now, where.world.now)
    assert push is not None
    pushed: list[tuple[Artifact, str, Manifest]] = [(HUB, tag, push.manifest) for tag in ("1.12.0", "latest")]
    real, other, none = (
        {(claim.version, claim.digests) for claim in claims(where, tuple(log_images.lines(tool, pushed, digests)))}
        for digests in ("real", "other", "none")
    )

    assert {("1.12.0", (push.manifest.digest,)), ("latest", (push.manifest.digest,))} == real
    assert {"1.12.0", "latest"} == {tag for tag, _ in other}
    assert not real & other
    assert not any(digests for _, digests in none)


def test_all_releases_can_be_deleted_at_once_one_after_another() -> None:
    gone = [event for event in scenario("small-images").events if isinstance(event, DeleteRelease)]

    assert 12 == len({event.tag for event in gone})
    assert timedelta(seconds=11) == gone[-1].at - gone[0].at


def test_an_outage_of_the_registry_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    where = asked("2026-03-01T12:00:00")
    monkeypatch.setattr(where.world, "out", lambda of, scenario=None: of == "registry")
    paths = (f"{DOCKER}/tags/list", "/hub/v2/namespaces/octo/repositories/crate/tags")
    answer = ecr.answers(where.world)(Call("ecr", "eu-central-1", "describe_images", {"repositoryName": "crate"}))

    assert [503, 503] == [where.client.get(path).status_code for path in paths]
    assert isinstance(answer, Unreadable)


def test_amazon_is_called_over_http_by_what_stands_in_the_headers() -> None:
    client = asked("2026-03-01T12:00:00").client
    signed = "AWS4-HMAC-SHA256 Credential=me/20260301/eu-central-1/ecr/aws4_request, Signature=0"
    target = "AmazonEC2ContainerRegistry_V20150921.DescribeImages"
    bodies = [
        {"repositoryName": "crate", "maxResults": 3},
        {"repositoryName": "other"},
        {"repositoryName": "crate", "imageIds": [{"imageTag": "9"}]},
    ]
    answers = [
        client.post("/amazon/", json=body, headers={"Authorization": signed, "X-Amz-Target": target}) for body in bodies
    ]
    nobody = client.post("/amazon/", json=bodies[0], headers={"X-Amz-Target": target})

    assert [200, 400, 400, 403] == [answer.status_code for answer in (*answers, nobody)]
    listed, *refused = (json.loads(answer.data) for answer in answers)
    assert 3 == len(listed["imageDetails"])
    assert ["RepositoryNotFoundException", "ImageNotFoundException"] == [said["__type"] for said in refused]
