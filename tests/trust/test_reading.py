"""Which trust root is in force, and that a renewed or replaced file counts without a restart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.build import build
from app.deps import Deps
from app.settings import Settings
from app.trust.root import COPY, folder, read, shipped, trust_of
from checks.base import Permanent
from tests.trust.conftest import NEW, OLD
from verifier.evidence import Trust


def renewed(settings: Settings, root: bytes) -> None:
    folder(settings).mkdir(exist_ok=True)
    (folder(settings) / COPY).write_bytes(root)


def test_without_a_copy_the_shipped_root_is_trusted(tmp_path: Path) -> None:
    assert Trust.read([OLD]) == trust_of(Settings(data_dir=tmp_path))() == shipped()


def test_a_renewed_copy_counts_at_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    trust = trust_of(settings)
    assert Trust.read([OLD]) == trust()

    renewed(settings, NEW)

    assert Trust.read([NEW]) == trust()


def test_roots_pinned_by_hand_come_before_any_copy_and_all_of_them_count(tmp_path: Path) -> None:
    public, own = tmp_path / "public.json", tmp_path / "own.json"
    public.write_bytes(NEW)
    own.write_bytes(OLD)
    settings = Settings(data_dir=tmp_path, trust_root=(public, own))
    renewed(settings, OLD)

    assert Trust.read([NEW, OLD]) == trust_of(settings)()


def test_a_file_that_did_not_change_is_parsed_once(tmp_path: Path) -> None:
    root = tmp_path / "root.json"
    root.write_bytes(NEW)

    assert read((root,), None) is read((root,), None)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"\xff", b"x" * (5 * 1024 * 1024)])
def test_a_root_that_cannot_be_used_is_refused_in_words_and_nothing_else_is_trusted_instead(
    tmp_path: Path, content: bytes | None
) -> None:
    root = tmp_path / "root.json"
    if content is not None:
        root.write_bytes(content)

    with pytest.raises(Permanent, match="trust root"):
        trust_of(Settings(data_dir=tmp_path, trust_root=(root,)))()


def test_keys_that_cannot_be_used_are_refused_in_words(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text("{}")

    with pytest.raises(Permanent, match="keys"):
        trust_of(Settings(data_dir=tmp_path, npm_keys=keys))()


def test_the_monitors_parts_trust_as_the_settings_say(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    renewed(settings, NEW)

    assert Trust.read([NEW]) == build(settings).trust()


def test_nothing_of_sigstore_is_loaded_before_a_root_is_needed() -> None:
    """It costs half a second and 50 MB, and most processes never see a bundle."""
    code = (
        "import sys, app.build, app.jobs, app.cli.main, app.trust.freshness; "
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'sigstore', 'tuf', 'pypi_attestations'}))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_parts_that_were_given_no_trust_of_their_own_trust_the_shipped_root() -> None:
    nothing: object = None
    parts = Deps(Settings(), *[nothing] * 5)  # type: ignore[arg-type]

    assert shipped() == parts.trust()
