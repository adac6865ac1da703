"""Images in real registries: what the real skopeo pushes, overwrites and deletes there, the monitor finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox import provenance
from sandbox.events import File
from tests.e2e.images import HOST, Images
from tests.e2e.layout import Layout
from tests.e2e.looking import asked, held, reasons, start
from tests.e2e.monitor import RUN, Monitor, Watch
from verifier.model import Part, RunKey, Standing

pytestmark = pytest.mark.e2e
HISTORY = ("1.0.0", "1.0.1")
GRACE = timedelta(minutes=10)
"""Longer than any grace that a test waits for."""


def released(images: Images, watch: Watch) -> tuple[Monitor, Layout]:
    """A history, and 1.1.0 pushed by the run since."""
    images.publish(*HISTORY)
    built = images.build("1.1.0")
    monitor = start(images, watch, ("1.1.0", built))
    images.push(built, "1.1.0")
    monitor.after_the_build()
    return monitor, built


def test_the_tags_before_installation_are_learned_with_their_digests_and_nobody_is_alarmed(
    images: Images, watch: Watch
) -> None:
    made = images.publish(*HISTORY)
    images.push(made["1.0.1"], "latest")
    monitor = start(images, watch)
    there = {**made, "latest": made["1.0.1"]}

    assert {tag: (layout.digest,) for tag, layout in there.items()} == held(monitor)
    assert dict.fromkeys(there, "unverifiable") == monitor.outcomes()
    assert {"1.0.0": False, "1.0.1": False, "latest": True} == {
        number: dossier.version.moving for number, dossier in monitor.known().items()
    }
    assert ([], [], []) == monitor.filed()


def test_a_tag_whose_digest_stands_in_the_log_of_the_run_is_accounted_for_and_one_by_hand_is_reported(
    images: Images, watch: Watch
) -> None:
    images.publish(*HISTORY)
    built = images.build("1.1.0")
    monitor = start(images, watch, ("1.1.0", built))
    images.push(built, "1.1.0", "latest")
    images.publish("1.2.0")
    monitor.poll()
    assert ("pending", "pending") == (monitor.outcomes()["1.1.0"], monitor.outcomes()["1.2.0"])
    monitor.after_the_build()

    assert {"1.1.0": "compliant", "latest": "compliant", "1.2.0": "non_compliant"} == {
        tag: monitor.outcomes()[tag] for tag in ("1.1.0", "latest", "1.2.0")
    }
    assert "digest-in-log" in reasons(monitor, "1.1.0")
    assert (["open"], ["failure"], ["draft"]) == monitor.filed()


def test_an_overwritten_tag_is_found_by_the_next_poll_and_settled_when_it_is_put_back(
    images: Images, watch: Watch
) -> None:
    """One issue with both digests, however long it stays so; nothing is forgotten."""
    monitor, built = released(images, watch)
    assert "compliant" == monitor.outcomes()["1.1.0"]
    before = monitor.known()["1.1.0"].version
    other = images.build("from nowhere")
    images.push(other, "1.1.0")
    monitor.poll()
    after = monitor.known()["1.1.0"].version
    assert ((built.digest,), (other.digest,)) == (before.files[0].digests, after.files[0].digests)
    monitor.until(monitor.time + GRACE)

    assert "non_compliant" == monitor.outcomes()["1.1.0"]
    assert "tag-replaced" in reasons(monitor, "1.1.0")
    (issue,) = monitor.repository.issues
    said = issue["title"] + issue["body"]
    assert [True, True, True] == ["1.1.0" in said, built.digest in said, other.digest in said]
    with monitor.deps.ledger.reading() as book:
        (earlier,) = book.versions.earlier(monitor.artifact, "1.1.0")
    assert before.files == earlier.version.files

    images.push(built, "1.1.0")
    monitor.poll()
    monitor.until(monitor.time + GRACE)
    assert "compliant" == monitor.outcomes()["1.1.0"]
    assert ["closed"] == [issue["state"] for issue in monitor.repository.issues]


def test_a_tag_from_before_installation_that_is_overwritten_is_reported(images: Images, watch: Watch) -> None:
    """Nobody knows where its first bytes came from; but none of the runs pushed the new ones."""
    images.publish(*HISTORY)
    monitor = start(images, watch)
    images.push(images.build("from nowhere"), "1.0.0")
    monitor.poll()
    monitor.after_the_build()

    assert {"1.0.0": "non_compliant", "1.0.1": "unverifiable"} == monitor.outcomes()
    assert "tag-replaced" in reasons(monitor, "1.0.0")


def test_a_tag_that_the_run_itself_pushed_again_is_accounted_for(images: Images, watch: Watch) -> None:
    """A rebuild on a newer base image: other bytes under an old tag, and the digest stands in the run's log."""
    images.publish(*HISTORY)
    rebuilt = images.build("1.0.1 on a newer base")
    monitor = start(images, watch, ("1.0.1", rebuilt))
    images.push(rebuilt, "1.0.1")
    monitor.after_the_build()

    assert {"1.0.0": "unverifiable", "1.0.1": "compliant"} == monitor.outcomes()
    assert "digest-in-log" in reasons(monitor, "1.0.1")
    assert ([], [], []) == monitor.filed()


def test_a_deleted_tag_is_found_gone_and_everything_seen_of_it_stays(images: Images, watch: Watch) -> None:
    images.publish(*HISTORY)
    monitor = start(images, watch)
    before = monitor.known()["1.0.1"].version
    images.delete("1.0.1")
    assert {"1.0.0"} == images.tags()
    monitor.poll()
    after = monitor.known()["1.0.1"].version

    assert (None, monitor.time) == (monitor.known()["1.0.0"].version.removed_at, after.removed_at)
    assert (before.first_seen_at, before.fingerprint, before.files) == (
        after.first_seen_at,
        after.fingerprint,
        after.files,
    )
    assert ([], [], []) == monitor.filed()


def test_an_image_whose_last_tag_was_deleted_is_not_mistaken_for_a_registry_that_is_silent(
    images: Images, watch: Watch
) -> None:
    images.publish("1.0.0")
    monitor = start(images, watch)
    images.delete("1.0.0")
    monitor.poll()

    assert [monitor.time] == [dossier.version.removed_at for dossier in monitor.known().values()]
    assert [] == monitor.problems()


def test_the_tags_of_signatures_and_referrers_are_no_versions(images: Images, watch: Watch) -> None:
    """cosign's `.sig` and `.att`, and the tag that stands in where a registry has no referrers API."""
    made = images.publish("1.0.0")
    digits = made["1.0.0"].digest.replace(":", "-")
    images.push(images.build("a signature"), f"{digits}.sig", f"{digits}.att", digits)
    monitor = start(images, watch)

    assert {"1.0.0"} == set(monitor.known())
    assert {"1.0.0"} < images.tags()


def test_an_index_is_one_version_with_its_platforms_and_what_buildx_attests_is_none(
    images: Images, watch: Watch
) -> None:
    built = images.build("1.1.0", "linux/amd64", "linux/arm64")
    monitor = start(images, watch, ("1.1.0", built))
    images.push(built, "1.1.0")
    monitor.after_the_build()
    (file,) = monitor.known()["1.1.0"].version.files

    assert {"1.1.0": "compliant"} == monitor.outcomes()
    assert (built.digest,) == file.digests
    assert tuple(sorted(Part(name, digest) for name, digest in built.platforms.items())) == file.parts


def test_what_a_poll_of_an_unchanged_image_asks(images: Images, watch: Watch) -> None:
    """One list of tags and one HEAD for each tag; nothing is fetched again, and nothing recorded."""
    made = images.publish(*HISTORY)
    images.push(made["1.0.1"], "latest")
    monitor = start(images, watch)
    monitor.poll()
    versions, since = monitor.versions(), len(monitor.fetch.noted)
    monitor.poll()

    assert sorted(["list", *HISTORY, "latest"]) == sorted(asked(monitor, since))
    assert versions == monitor.versions()


def test_what_a_poll_of_an_unchanged_image_with_many_tags_asks(images: Images, watch: Watch) -> None:
    """One list of tags, a HEAD of the moving tag, and HEADs of as many others as TAG_CHECKS says."""
    made = images.publish("1.0.0")
    images.tag(made["1.0.0"], ["latest", *(f"1.{minor}.0" for minor in range(1, 199))])
    monitor = start(images, watch)
    since = len(monitor.fetch.noted)
    monitor.poll()
    requests = asked(monitor, since)

    assert 200 == len(monitor.known())
    assert (1, 1, 52) == (requests.count("list"), requests.count("latest"), len(requests))


def test_each_tag_of_an_image_with_many_is_looked_at_in_turn(images: Images, watch: Watch) -> None:
    """Five of twelve in each poll, the newest always: an old one that is overwritten is found in its turn."""
    made = images.publish("1.0.0")
    images.tag(made["1.0.0"], [f"1.{minor}.0" for minor in range(1, 12)])
    monitor = start(images, watch, tag_checks=5)
    for _ in range(3):
        monitor.poll()
    assert set(monitor.known()) == set(held(monitor))
    images.push(images.build("from nowhere"), "1.0.0")
    for _ in range(3):
        monitor.poll()

    assert 2 == len(set(held(monitor).values()))
    assert made["1.0.0"].digest not in held(monitor)["1.0.0"]


def test_a_registry_with_a_login_is_read_with_the_one_that_skopeo_wrote_down(closed: Images, watch: Watch) -> None:
    """`skopeo login --authfile` writes what REGISTRY_AUTH_FILE names."""
    made = closed.publish(*HISTORY)
    closed.log_in()
    monitor = start(closed, watch, registry_auth_file=closed.logins)

    assert {tag: (layout.digest,) for tag, layout in made.items()} == held(monitor)
    assert [] == monitor.problems()


def test_a_registry_that_wants_a_login_which_nobody_gave_is_a_problem_of_ours_and_alarms_nobody(
    closed: Images, watch: Watch
) -> None:
    """It is solved as soon as somebody logs in; nothing need be started again."""
    made = closed.publish(*HISTORY)
    monitor = start(closed, watch, registry_auth_file=closed.logins)
    monitor.after_the_build()

    assert {} == monitor.known()
    (problem,) = monitor.problems()
    assert [True, True] == [HOST in problem, "REGISTRY_AUTH_FILE" in problem]
    assert ([], [], []) == monitor.filed()

    closed.log_in()
    monitor.until(monitor.time + timedelta(minutes=20))  # asked less and less often while it refuses
    assert {tag: (layout.digest,) for tag, layout in made.items()} == held(monitor)
    assert dict.fromkeys(made, "unverifiable") == monitor.outcomes()
    assert [] == monitor.problems()


@pytest.mark.parametrize("kind", ["referrers", "images"])
def test_a_bundle_that_refers_to_an_image_is_verified_and_names_its_run(
    kind: str, watch: Watch, request: pytest.FixtureRequest
) -> None:
    """The log says nothing: the provenance alone accounts for it.

    It is listed by the referrers API, which is a shim's, and under the tag that stands in for it where there is none.
    """
    there: Images = request.getfixturevalue(kind)
    there.publish(*HISTORY)
    monitor = start(there, watch)
    monitor.poll()  # the run begins
    built = there.build("1.1.0")
    there.push(built, "1.1.0")
    there.attach(built, bundle(monitor, there, built))
    monitor.after_the_build()
    dossier = monitor.known()["1.1.0"]
    (evidence,) = dossier.evidence or ()

    assert (Standing.VERIFIED, RunKey(monitor.repository.id, RUN, 1)) == (evidence.standing, evidence.run)
    assert (built.digest,) == evidence.digests
    assert "compliant" == monitor.outcomes()["1.1.0"]
    assert "provenance-verified" in reasons(monitor, "1.1.0")
    assert {"1.1.0", *HISTORY} == set(monitor.known())


def bundle(monitor: Monitor, images: Images, built: Layout) -> dict[str, Any]:
    """What the workflow's run would have signed about this image."""
    attested = monitor.attested()
    file = File("image", monitor.time, (built.digest,), attested)
    return provenance.bundle(provenance.sign(images.name, file, attested, monitor.repository.full_name))
