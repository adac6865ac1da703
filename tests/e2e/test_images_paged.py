"""Images in a registry with tokens and pages, Pulp: everything is found there too."""

from __future__ import annotations

import pytest

from tests.e2e.layout import Layout
from tests.e2e.looking import asked, held, start
from tests.e2e.monitor import Watch
from tests.e2e.pulp_images import PulpImages
from verifier.registries.distribution import repository

pytestmark = pytest.mark.e2e


@pytest.fixture
def paged(pulp_images: PulpImages, monkeypatch: pytest.MonkeyPatch) -> tuple[PulpImages, Layout]:
    """Twelve tags of one index on three pages.

    Pulp's pages are as long as they are asked to be: five tags here, because every tag takes it a third of a second.
    """
    monkeypatch.setattr(repository, "PAGE", 5)
    built = pulp_images.build("1.0.0", "linux/amd64", "linux/arm64")
    pulp_images.push(built, "1.0.0")
    pulp_images.tag(built, [f"1.{minor}.0" for minor in range(1, 12)])
    return pulp_images, built


def test_a_registry_with_tokens_and_pages_is_read_to_its_end_by_anybody(
    paged: tuple[PulpImages, Layout], watch: Watch
) -> None:
    """Pulp hands an anonymous token to everybody, and with every page the address of the next."""
    there, built = paged
    monitor = start(there, watch)

    assert {f"1.{minor}.0": (built.digest,) for minor in range(12)} == held(monitor)
    assert 3 == asked(monitor, 0).count("list")
    assert {2} == {len(dossier.version.files[0].parts) for dossier in monitor.known().values()}
    assert [] == monitor.problems()


def test_later_looks_read_one_page_each_and_miss_nothing(paged: tuple[PulpImages, Layout], watch: Watch) -> None:
    """What is overwritten or deleted is found by the next poll, what is new when its page is read."""
    there, built = paged
    monitor = start(there, watch)
    other = there.build("from nowhere")
    there.push(other, "1.4.0")
    there.untag("1.9.0")
    there.tag(built, ["2.0.0"])
    since = len(monitor.fetch.noted)
    monitor.poll()
    known = monitor.known()

    assert 1 == asked(monitor, since).count("list")
    assert (other.digest,) == held(monitor)["1.4.0"]
    assert {"1.9.0"} == {tag for tag, dossier in known.items() if dossier.version.removed_at is not None}
    monitor.poll()
    monitor.poll()
    assert (built.digest,) == held(monitor)["2.0.0"]
    assert [] == monitor.problems()
