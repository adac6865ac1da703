"""A monitor of an image, and what the tests want to know from it."""

from __future__ import annotations

from typing import Any

from tests.e2e.images import Images, pushed
from tests.e2e.layout import Layout
from tests.e2e.monitor import Monitor, Watch, verdict_of


def start(images: Images, watch: Watch, *built: tuple[str, Layout], **settings: Any) -> Monitor:
    """A monitor whose repository's run pushes these tags."""
    log = pushed(images.name, built) if built else ()
    return watch(images.purl, "1.1.0", log=log, oci_registries=images.places, **settings)


def held(monitor: Monitor) -> dict[str, tuple[str, ...]]:
    """What each tag points at, as far as the monitor has seen it."""
    return {tag: dossier.version.files[0].digests for tag, dossier in monitor.known().items() if dossier.version.files}


def reasons(monitor: Monitor, tag: str) -> set[str]:
    """Why its verdict is what it is."""
    return {finding.reason for finding in verdict_of(monitor.known()[tag]).findings}


def asked(monitor: Monitor, since: int) -> list[str]:
    """The requests to the registry since then: the last part of each address."""
    return [noted.url.rpartition("/")[2].partition("?")[0] for noted in monitor.fetch.noted[since:]]
