"""The hosts of registries of images: everybody who reads one takes it for the same registry."""

from __future__ import annotations

import pytest

from checks import image_registries
from verifier import image_hosts, purls
from verifier.evidence.log.tool import masked
from verifier.model import Artifact, LogClaim
from verifier.registries import ecr, ecr_public, ghcr, registry_of
from verifier.verdict.logged import is_of

ACCOUNT = "123456789012"
AMAZONS = [
    "dkr.ecr.eu-west-1.amazonaws.com",
    "dkr.ecr-fips.us-gov-west-1.amazonaws.com",
    "dkr.ecr.cn-north-1.amazonaws.com.cn",
    "dkr-ecr.us-east-2.on.aws",
    "dkr-ecr-fips.us-east-2.on.aws",
]
OTHERS = [
    f"12345678901.{AMAZONS[0]}",
    f"x.{ACCOUNT}.{AMAZONS[0]}",
    f"{ACCOUNT}.{AMAZONS[0]}.attacker.example",
    f"{ACCOUNT}.{AMAZONS[0]}:5000",
    f"{ACCOUNT}.dkr.ecr.amazonaws.com",
    f"{ACCOUNT}.dkr.ecr.eu-west-1\n.amazonaws.com",
    f"{ACCOUNT}.dkr.ecr.nowhere.amazonaws.com",
    f"{image_hosts.MASK}.{AMAZONS[0]}",
    "registry.example",
    "",
]
words = {"Amazon ECR": ecr, "Amazon ECR Public": ecr_public, "GitHub's container registry": ghcr}


def image(host: str) -> Artifact:
    return Artifact(f"pkg:oci/widget?repository_url={host}/team/widget")


@pytest.mark.parametrize(
    "host",
    [*(f"{ACCOUNT}.{rest}" for rest in AMAZONS), *OTHERS, image_hosts.AMAZON_PUBLIC, image_hosts.GITHUB],
)
def test_who_asks_a_registry_and_who_says_what_to_do_there_take_a_host_for_the_same(host: str) -> None:
    asked = registry_of(image(host))
    told = image_registries.registry_of(host).words

    assert (image_hosts.amazon(host) is not None) == (host.startswith(ACCOUNT) and host not in OTHERS)
    assert (asked if asked in words.values() else None) == words.get(told)


@pytest.mark.parametrize("host", image_hosts.DOCKER_HUBS)
def test_every_name_of_docker_hub_is_the_same_registry(host: str) -> None:
    named = purls.artifact(f"pkg:oci/widget?repository_url={host}/team/widget")

    assert Artifact("pkg:docker/team/widget") == named
    assert "Docker Hub" == image_registries.registry_of(named.image.partition("/")[0]).words


@pytest.mark.parametrize("rest", AMAZONS)
def test_a_masked_account_in_a_log_still_names_the_image(rest: str) -> None:
    claim = LogClaim("oci", f"{image_hosts.MASK}.{rest}/team/widget", "1.0.0")

    assert not masked(claim)
    assert is_of(claim, image(f"{ACCOUNT}.{rest}"))
    assert not is_of(claim, image(f"{ACCOUNT}.dkr.ecr.af-south-1.amazonaws.com"))


@pytest.mark.parametrize(
    "host",
    [
        image_hosts.MASK,
        f"{image_hosts.MASK}.example",
        f"{image_hosts.MASK}.{AMAZONS[0]}.attacker.example",
        f"x{image_hosts.MASK}.{AMAZONS[0]}",
        f"{image_hosts.MASK}.dkr.ecr.x{image_hosts.MASK}.amazonaws.com",
    ],
)
def test_any_other_masked_host_names_nothing(host: str) -> None:
    assert masked(LogClaim("oci", f"{host}/team/widget", "1.0.0"))


def test_a_masked_region_names_the_registry_and_a_masked_path_nothing() -> None:
    host = "***.dkr-ecr.***.on.aws"

    assert [False, True] == [masked(LogClaim("oci", f"{host}/{path}", "1")) for path in ("team/app", "***/app")]
