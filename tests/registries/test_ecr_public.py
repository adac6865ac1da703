"""Amazon ECR Public: the owner's way, and everybody's."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from tests.registries.ecr_answers import ABOUT, FIRST, NOW, PLACE, POLLED, PUBLIC, digest, known, later, led
from verifier.model import Artifact
from verifier.registries import ecr_public, registry_of
from verifier.registries.base import Absent, Answer, Call, Conversation, Memory, Page, Place, Snapshot, Unreadable

MINE = {"registryId": "123456789012", "aliases": [{"name": "octo", "status": "ACTIVE"}]}
ASKED_WHOSE = Call("ecr-public", "us-east-1", "describe_registries", {})


def registries(*entries: object) -> Page:
    return Page("aws:ecr-public", 200, json.dumps({"registries": [*entries]}).encode())


def tags(*entries: tuple[str, str, datetime], token: str = "") -> Page:
    listed = [
        {"imageTag": tag, "createdAt": at.isoformat(), "imageDetail": {"imageDigest": which}}
        for tag, which, at in entries
    ]
    body = {"imageTagDetails": listed, **({"nextToken": token} if token else {})}
    return Page("aws:ecr-public", 200, json.dumps(body).encode())


def test_the_owner_of_an_alias_reads_its_tags_with_their_times() -> None:
    created = POLLED - timedelta(days=1)
    seen, asked = led(
        ecr_public.look(PUBLIC, PLACE, FIRST),
        registries({"registryId": "999999999999", "aliases": [{"name": "other"}]}, MINE),
        tags(("1.0.0", digest(1), created), token="t-1"),
        tags(("latest", digest(1), created)),
    )

    assert ecr_public is registry_of(PUBLIC)
    assert ASKED_WHOSE == asked[0]
    assert {**ABOUT, "maxResults": 1000} == asked[1].parameters
    assert "t-1" == asked[2].parameters["nextToken"]
    assert [("1.0.0", created), ("latest", created)] == [(v.number, v.published_at) for v in seen.versions]
    assert "owner 123456789012" == seen.cursor


def test_whose_alias_it_is_is_asked_once() -> None:
    memory = later(cursor="owner 123456789012")
    _, asked = led(ecr_public.look(PUBLIC, PLACE, memory), tags(("1.0.0", digest(1), NOW)))

    assert ["describe_image_tags"] == [call.operation for call in asked]


def test_of_the_owners_tags_a_hint_sees_one_and_what_is_not_there_is_gone() -> None:
    memory = later(known("1.0.0", digest(1)), known("1.0.1", digest(2)), cursor="owner 123456789012", hint="1.0.1")
    seen, _ = led(ecr_public.look(PUBLIC, PLACE, memory), tags(("1.0.0", digest(3), NOW)))

    assert ((), ("1.0.1",)) == (seen.versions, seen.gone)


def test_an_old_time_is_not_that_of_a_move() -> None:
    memory = later(known("1.0.0", digest(1)), cursor="owner 123456789012")
    seen, _ = led(ecr_public.look(PUBLIC, PLACE, memory), tags(("1.0.0", digest(2), NOW - timedelta(days=9))))

    assert [None] == [version.published_at for version in seen.versions]


@pytest.mark.parametrize(
    "answer",
    [registries({"registryId": "999999999999", "aliases": [{"name": "other"}]}), registries()],
    ids=["another's", "none"],
)
@pytest.mark.parametrize("noted", ["", "page 7"])
def test_anybody_else_reads_it_as_a_plain_registry(answer: Answer, noted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what that way noted in the cursor comes back to it."""
    given_on = list[str]()

    def plain(artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot]:
        given_on.append(memory.cursor)
        yield from ()
        return Snapshot(artifact, (), whole=False, cursor=noted)

    monkeypatch.setattr("verifier.registries.oci.look", plain)
    first, asked = led(ecr_public.look(PUBLIC, PLACE, FIRST), answer)
    _, again = led(ecr_public.look(PUBLIC, PLACE, later(cursor=first.cursor)))

    assert ([ASKED_WHOSE], []) == (asked, again)
    assert ["", noted] == given_on


@pytest.mark.parametrize(
    "answer",
    [
        Unreadable("aws:ecr-public", "No login for Amazon was found."),
        Unreadable("aws:ecr-public", "Amazon asks for fewer calls.", 60.0, 429),
        Absent("aws:ecr-public"),
        Page("aws:ecr-public", 200, b"?"),
        registries({"registryId": 7, "aliases": [{"name": "octo"}]}),
    ],
    ids=["no login", "slow down", "absent", "no JSON", "another shape"],
)
@pytest.mark.parametrize("noted", ["", '{"at":"1.0.0"}'])
def test_where_amazon_does_not_say_whose_it_is_it_is_asked_again(
    answer: Answer, noted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile it is read as anybody reads it, from where that left off."""
    given_on = list[str]()

    def plain(artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot]:
        given_on.append(memory.cursor)
        yield from ()
        return Snapshot(artifact, (), whole=False, cursor=noted)

    monkeypatch.setattr("verifier.registries.oci.look", plain)
    first, asked = led(ecr_public.look(PUBLIC, PLACE, FIRST), answer)
    second, again = led(ecr_public.look(PUBLIC, PLACE, later(cursor=first.cursor)), answer)
    third, _ = led(ecr_public.look(PUBLIC, PLACE, later(cursor=second.cursor)), registries(MINE), tags())

    assert ([ASKED_WHOSE], [ASKED_WHOSE]) == (asked, again)
    assert (["", noted], noted) == (given_on, second.cursor)
    assert "owner 123456789012" == third.cursor
