"""Versions in place of those of the made-up ledger, and what their pages say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.viewer import Viewer
from tests.pages.browser import Page, filled, read
from tests.pages.examples import (
    AXIOS,
    NOW,
    OK,
    dossier,
    signed,
)
from verifier.ledger import Book, Ledger
from verifier.ledger.protocol import Dossier
from verifier.model import (
    Artifact,
    Finding,
)

DAY = timedelta(days=1)


def shown(artifact: Artifact, number: str, ledger: Ledger | None = None, viewer: Viewer | None = None) -> Page:
    return read("/version", viewer, ledger, purl=artifact.purl, number=number)


def said(artifact: Artifact, number: str, ledger: Ledger | None = None) -> str:
    """Its text on one line."""
    return " ".join(shown(artifact, number, ledger).text.split())


def of(kept: Dossier, *steps: Callable[[Book], object]) -> str:
    """What is said of one version in place of 1.14.0."""
    ledger = filled()
    with ledger.writing() as book:
        book.versions.put(kept)
        for step in steps:
            step(book)
    return said(kept.version.artifact, kept.version.number, ledger)


def ok(**changes: Any) -> Dossier:
    """Version 1.14.0, which a run accounts for."""
    return replace(dossier(AXIOS, "1.14.0", NOW - timedelta(hours=3), OK), evidence=(signed(),), **changes)


def judged(*findings: Finding) -> Dossier:
    return dossier(AXIOS, "1.14.0", NOW - timedelta(hours=3), replace(OK, findings=findings))
