"""A version's files are downloaded, checked by digest and held against the tree of the commit they name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from app.deps import Deps
from app.jobs import inspect
from app.jobs.compare import MOST_FILES, compare_source
from checks.base import Gone, Temporary
from tests.evidence.packed import git_id, tarball, wheel
from tests.jobs.parts import Parts
from tests.registries.documents import NPM, PYPI, SCOPED
from tests.verdict.cases import NOON, REPOSITORY, run
from verifier.ledger.protocol import Dossier
from verifier.model import (
    Artifact,
    Confidence,
    Evidence,
    File,
    Finding,
    Line,
    Outcome,
    Publisher,
    PublishersSet,
    Ref,
    RunSeen,
    Standing,
    Verdict,
    Version,
    Weight,
)
from verifier.model.source import Comparison
from verifier.registries.base import Absent, Ask, Page, Unreadable

GEAR = Artifact("pkg:pypi/gear")
COMMIT, OTHER = "c" * 40, "d" * 40
SOURCE = {"index.js": b"honest\n", "lib/a.js": b"a\n"}
TARBALL = f"{NPM}/@alice/widget/-/widget-1.2.3.tgz"


@dataclass
class Trees:
    """GitHub with the files of some commits."""

    commits: Mapping[str, Mapping[str, bytes]]
    truncated: bool = False

    def call(self, method: str, path: str) -> Any:
        commit = path.removeprefix("/repos/alice/widget/git/trees/").removesuffix("?recursive=1")
        if commit not in self.commits:
            raise Gone("no such tree")
        files = self.commits[commit].items()
        blobs = [{"path": name, "type": "blob", "sha": git_id(data)} for name, data in files]
        return {"tree": blobs, "truncated": self.truncated}

    def still_there(self, repository: object) -> None:
        """It is."""


@dataclass
class Shop:
    """A monitor, a registry that serves `pages`, and a version with these files."""

    files: Mapping[str, bytes]
    artifact: Artifact = SCOPED
    commits: Mapping[str, Mapping[str, bytes]] = field(default_factory=lambda: {COMMIT: SOURCE})
    pages: dict[str, bytes | Unreadable] = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)
    asked: list[Ask] = field(default_factory=list)
    truncated: bool = False

    def __post_init__(self) -> None:
        algorithm = "sha512" if self.artifact.type == "npm" else "sha256"
        files = tuple(
            File(name, (f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}",), NOON)
            for name, data in self.files.items()
        )
        self.version = Version(self.artifact, "1.2.3", Line("release", 1), (1, 2, 3), NOON, NOON, files)
        self.parts.github = Trees(self.commits, self.truncated)
        publisher = Publisher(self.artifact, REPOSITORY.id, REPOSITORY.owner_id, ("x.yml",))
        with self.parts.ledger.writing() as book:
            book.record(PublishersSet(REPOSITORY.id, "server", (publisher,)), NOON)

    @property
    def deps(self) -> Deps:
        known = self.parts.deps
        return replace(known, fetch=self._fetch, settings=replace(known.settings, pypi_index=PYPI))

    def _fetch(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        self.asked.append(ask)
        answer = self.pages.get(ask.url)
        if isinstance(answer, Unreadable):
            return answer
        return Absent(ask.url) if answer is None else Page(ask.url, 200, answer)

    def compare(self, **known: Any) -> Comparison:
        """What is kept when it is compared; `known` is what else the ledger holds of the version."""
        found = self.tried(**known)
        assert found is not None
        return found

    def tried(self, **known: Any) -> Comparison | None:
        """The same; None when nothing is kept."""
        signed = Evidence(
            Standing.VERIFIED, "x", repository_id=REPOSITORY.id, commit=COMMIT, digests=self.version.files[0].digests
        )
        with self.parts.ledger.writing() as book:
            book.versions.put(Dossier(self.version, **{"evidence": (signed,), **known}))
        compare_source(self.deps, self.artifact, "1.2.3")
        with self.parts.ledger.reading() as book:
            dossier = book.versions.get(self.artifact, "1.2.3")
        assert dossier is not None
        return dossier.source


def npm(files: Mapping[str, bytes] = SOURCE, **changes: Any) -> Shop:
    packed = tarball(files)
    return Shop({"widget-1.2.3.tgz": packed}, **{"pages": {TARBALL: packed}, **changes})


def test_a_tarball_is_asked_for_on_our_own_base_and_held_against_the_signed_commit() -> None:
    shop = npm({**SOURCE, "index.js": b"evil\n", "setup.js": b"evil\n"})
    found = shop.compare()

    assert (COMMIT, NOON, ("index.js",), ("setup.js",)) == (
        found.commit,
        found.compared_at,
        found.differing,
        found.missing,
    )
    assert (3, 3, "") == (found.files, found.compared, found.problem)
    assert [TARBALL] == [ask.url for ask in shop.asked]


def test_without_a_signature_the_commit_is_that_of_the_run_that_accounts_for_it() -> None:
    shop = npm(commits={OTHER: SOURCE})
    accounted = run(5, head_sha=OTHER)
    finding = Finding("digest-in-log", Weight.EXPLAINS, Confidence.HIGH, "It does.", accounted.key)
    with shop.parts.ledger.writing() as book:
        book.record(RunSeen(accounted), NOON)
    found = shop.compare(evidence=(), verdict=Verdict(Outcome.COMPLIANT, Confidence.HIGH, (finding,)))

    assert (OTHER, 2, ()) == (found.commit, found.compared, found.differing)


def test_without_a_run_it_is_that_of_its_tag() -> None:
    shop = npm(commits={OTHER: SOURCE})
    with shop.parts.ledger.writing() as book:
        book.refs.put_tag(Ref(REPOSITORY.id, "v1.2.2", COMMIT, NOON))
        book.refs.put_tag(Ref(REPOSITORY.id, "v1.2.3", OTHER, NOON))

    assert OTHER == shop.compare(evidence=()).commit


@pytest.mark.parametrize(
    "changes",
    [{"standing": Standing.FAILED}, {"repository_id": 666}, {"digests": ("sha512:00",)}, {"commit": ""}],
)
def test_a_commit_counts_only_as_proven_for_this_file_and_this_repository(changes: dict[str, Any]) -> None:
    shop = npm()
    signed = Evidence(
        Standing.VERIFIED, "x", repository_id=REPOSITORY.id, commit=COMMIT, digests=shop.version.files[0].digests
    )

    shop.parts.now += timedelta(days=1)
    found = shop.compare(evidence=(replace(signed, **changes),))

    assert ("", 0) == (found.commit, found.compared)
    assert "which commit" in found.problem


def test_a_young_version_without_an_origin_is_not_given_up_and_is_compared_when_its_tag_is_known() -> None:
    shop = npm(commits={OTHER: SOURCE})
    shop.parts.now += timedelta(hours=23)

    assert shop.tried(evidence=()) is None
    with shop.parts.ledger.writing() as book:
        [task] = book.work.all("inspect")
        book.refs.put_tag(Ref(REPOSITORY.id, "v1.2.3", OTHER, NOON))
    assert (f"source/{SCOPED.purl} 1.2.3", NOON + timedelta(days=1)) == (task.key, task.due_at)
    assert OTHER == shop.compare(evidence=()).commit


def test_a_version_without_an_origin_is_not_wanted_again_and_again() -> None:
    """The inspection itself asks for it after a day, and then keeps why nothing could be compared."""
    shop = npm()
    with shop.parts.ledger.writing() as book:
        book.versions.put(Dossier(shop.version))
        book.work.want("inspect", f"source/{SCOPED.purl} 1.2.3", NOON)

    assert 1 == inspect.run(shop.deps)
    assert 0 == inspect.run(shop.deps)
    shop.parts.now += timedelta(days=1)
    assert 1 == inspect.run(shop.deps)
    with shop.parts.ledger.reading() as book:
        dossier = book.versions.get(SCOPED, "1.2.3")
        assert [] == book.work.all("inspect")
    assert dossier is not None
    assert dossier.source is not None
    assert "which commit" in dossier.source.problem


def python(files: Mapping[str, bytes], url: str = "../../files/{}", **changes: Any) -> Shop:
    """A Python version whose page names its files at `url`."""
    entries = [{"filename": name, "url": url.format(name)} for name in files]
    page = json.dumps({"name": "gear", "files": entries}).encode()
    return Shop(
        files,
        GEAR,
        {COMMIT: {"src/gear/a.py": b"a\n"}},
        {f"{PYPI}gear/": page, **{f"{NPM}/files/{name}": data for name, data in files.items()}},
        **changes,
    )


def test_python_files_are_found_on_the_projects_page_and_compared_together() -> None:
    shop = python(
        {
            "gear-1.2.3-py3-none-any.whl": wheel({"gear/a.py": b"evil\n"}),
            "gear-1.2.3.tar.gz": tarball({"src/gear/a.py": b"a\n"}, "gear-1.2.3"),
        }
    )
    found = shop.compare()

    assert (("gear/a.py",), 2) == (found.differing, found.compared)
    assert [f"{PYPI}gear/", f"{NPM}/files/gear-1.2.3.tar.gz"] == [ask.url for ask in shop.asked[:2]]


def test_of_many_wheels_only_some_are_downloaded() -> None:
    names = [f"gear-1.2.3-cp3{n}-cp3{n}-linux_x86_64.whl" for n in range(9)] + ["gear-1.2.3-py3-none-any.whl"]
    shop = python({name: wheel({"gear/a.py": b"a\n"}) for name in names})
    shop.compare()

    assert 1 + MOST_FILES == len(shop.asked)
    assert shop.asked[1].url.endswith("none-any.whl")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://[", "ftp://registry.example/{}", "javascript:x", "mailto:a@b.example"]
)
def test_an_address_that_nobody_could_fetch_is_not_asked(url: str) -> None:
    shop = python({"gear-1.2.3-py3-none-any.whl": wheel({"gear/a.py": b"a\n"})}, url=url)
    found = shop.compare()

    assert (0, "The registry no longer offers gear-1.2.3-py3-none-any.whl.") == (found.compared, found.problem)
    assert 1 == len(shop.asked)


PROBLEMS: dict[str, tuple[Any, str]] = {
    "not the file": (lambda: npm(pages={TARBALL: tarball({"index.js": b"other"})}), "not what its digest says"),
    "no file": (lambda: npm(pages={}), "widget-1.2.3.tgz is not there"),
    "no archive": (lambda: Shop({"widget-1.2.3.tgz": b"?"}, pages={TARBALL: b"?"}), "cannot be looked into"),
    "no tree": (lambda: npm(commits={}), "does not know commit cccccccccccc of alice/widget"),
    "no source": (lambda: npm(commits={COMMIT: {"x": b"x"}}), "leads to a file of the source"),
    "no archives": (lambda: python({"gear-1.2.3.win32.exe": b"MZ"}), "None of its files is an archive"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_could_not_be_compared_is_kept_with_its_reason_and_nothing_is_held_against_it(name: str) -> None:
    make, why = PROBLEMS[name]
    found = make().compare()

    assert why in found.problem
    assert (0, (), ()) == (found.compared, found.differing, found.missing)


def test_a_registry_that_gives_only_weak_digests_is_not_believed() -> None:
    shop = npm()
    weak = replace(shop.version.files[0], digests=("sha1:" + "0" * 40,))
    shop.version = replace(shop.version, files=(weak,))

    assert "no strong digest" in shop.compare().problem


def test_a_registry_that_does_not_answer_is_asked_again_for_a_day_and_no_longer() -> None:
    shop = npm(pages={TARBALL: Unreadable(TARBALL, "It answered 503.", 60.0)})

    with pytest.raises(Temporary, match="503") as told:
        shop.compare()
    assert 60.0 == told.value.retry_after
    shop.parts.now = NOON + timedelta(days=1)
    assert "503" in shop.compare().problem


def test_of_a_tree_that_github_cut_nothing_is_said_to_be_missing() -> None:
    found = npm({**SOURCE, "setup.js": b"x"}, truncated=True).compare()

    assert (2, ()) == (found.compared, found.missing)


def test_a_version_that_nobody_knows_is_no_error() -> None:
    shop = npm()
    compare_source(shop.deps, SCOPED, "9.9.9")

    assert [] == shop.asked
