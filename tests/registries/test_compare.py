"""What a registry's snapshot changes about what we knew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.verdict.cases import DAY, NOON, WIDGET, version
from verifier.model import File
from verifier.registries.base import Snapshot
from verifier.registries.compare import changes

NOW = NOON + DAY


def test_an_unchanged_version_changes_nothing():
    known = version()

    assert [] == changes([known], Snapshot(WIDGET, (replace(known, first_seen_at=NOW),)), NOW, None)


def test_a_new_version_is_kept_as_it_was_first_seen():
    assert ["1.2.3"] == [v.number for v in changes([], Snapshot(WIDGET, (version(),)), NOW, None)]


def test_a_late_file_makes_it_a_changed_version_with_the_same_first_look():
    known = version()
    late = replace(known, first_seen_at=NOW, files=(*known.files, File("late.whl", ("sha256:" + "a" * 64,), NOW)))

    [changed] = changes([known], Snapshot(WIDGET, (late,)), NOW, None)

    assert known.first_seen_at == changed.first_seen_at
    assert 2 == len(changed.files)
    assert known.fingerprint != changed.fingerprint


def test_a_version_the_registry_forgot_is_marked_removed_and_keeps_what_we_saw():
    known = version()

    [gone] = changes([known], Snapshot(WIDGET, ()), NOW, None)

    assert NOW == gone.removed_at
    assert known.files == gone.files
    assert [] == changes([gone], Snapshot(WIDGET, ()), NOW + DAY, None)


def test_a_version_first_seen_already_removed_is_kept_too():
    removed = version(files=())

    [gone] = changes([], Snapshot(WIDGET, (), removed=(removed,)), NOW, None)

    assert (NOW, NOON) == (gone.removed_at, gone.published_at)


def test_a_version_that_comes_back_is_no_longer_removed():
    known = replace(version(), removed_at=NOON + timedelta(hours=1))

    [back] = changes([known], Snapshot(WIDGET, (version(),)), NOW, None)

    assert back.removed_at is None


def test_without_dates_what_the_first_pass_finds_was_there_before_first_contact():
    undated = version(published_at=None, first_seen_at=NOW)

    [kept] = changes([], Snapshot(WIDGET, (undated,)), NOW, preview_of=NOW)

    assert kept.at < NOW


def test_a_quarantined_project_says_so_on_each_version_that_vanished():
    [gone] = changes([version()], Snapshot(WIDGET, (), quarantined=True), NOW, None)

    assert gone.quarantined
