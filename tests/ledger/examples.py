"""Small examples of everything the ledger keeps, and a look at all of its derived shelves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from verifier.ledger import Book
from verifier.model import (
    Account,
    AccountKind,
    Answer,
    Approval,
    Artifact,
    Command,
    Commit,
    Comparison,
    Confidence,
    Evidence,
    File,
    Finding,
    ForcedPush,
    Incident,
    IncidentState,
    JobsState,
    Line,
    Mute,
    Need,
    Outcome,
    Proposal,
    Publisher,
    PublishStep,
    Ref,
    Release,
    Repository,
    Run,
    RunKey,
    Standing,
    Verb,
    Verdict,
    Version,
    Vetting,
    Waiver,
    Weight,
)

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

WIDGET = Artifact("pkg:npm/%40acme/widget")
GADGET = Artifact("pkg:pypi/gadget")
ALICE = Account("alice", AccountKind.PERSON)
KEY = RunKey(7, 100, 1)
STEP = PublishStep("publish", "npm publish", 4, "success", T0, T0 + MINUTE)


def run(run_id: int = 100, attempt: int = 1, **changed: Any) -> Run:
    """A completed attempt of the publish workflow of repository 7."""
    given: dict[str, Any] = {
        "key": RunKey(changed.pop("repository_id", 7), run_id, attempt),
        "workflow": ".github/workflows/publish.yml",
        "event": "push",
        "head_sha": "a" * 40,
        "started_at": T0,
        "updated_at": T0 + MINUTE,
        "status": "completed",
        "conclusion": "success",
    }
    return Run(**(given | changed))


def publisher(artifact: Artifact = WIDGET, **changed: Any) -> Publisher:
    """Repository 7 publishes it from its publish workflow."""
    given: dict[str, Any] = {"repository_id": 7, "owner_id": 70, "workflows": (".github/workflows/publish.yml",)}
    return Publisher(artifact, **(given | changed))


def version(number: str = "1.0.0", artifact: Artifact = WIDGET, **changed: Any) -> Version:
    """A version with one file, published by alice."""
    given: dict[str, Any] = {
        "line": Line("release", 1),
        "rank": (1, 0, 0),
        "first_seen_at": T0 + MINUTE,
        "published_at": T0,
        "files": (File("widget.tgz", ("sha512:ab",), T0, attested=True),),
        "account": ALICE,
    }
    return Version(artifact, number, **(given | changed))


def verdict(outcome: Outcome = Outcome.NON_COMPLIANT) -> Verdict:
    """A verdict with one finding and something to wait for."""
    finding = Finding("no-run", Weight.ABSENT, Confidence.HIGH, "No run accounts for it.", KEY, ("https://x.example",))
    return Verdict(outcome, Confidence.HIGH, (finding,), needs=frozenset(Need), recheck_at=T0 + HOUR)


def evidence(problem: str = "") -> Evidence:
    """One attestation that names the run."""
    return Evidence(Standing.STATED, "npm attestation", KEY, "acme/widget", 7, 70, problem=problem)


def repository(id_: int = 7, name: str = "acme/widget", **changed: Any) -> Repository:
    """A repository on its default branch."""
    given: dict[str, Any] = {"owner_id": 70, "named_at": T0, "default_branch": "main"}
    return Repository(id_, full_name=name, **(given | changed))


def vetting(at: datetime = T0, **changed: Any) -> Vetting:
    """Its commit is on the default branch, where its workflow file stood; carol approved it."""
    given: dict[str, Any] = {
        "asked": ("refs/heads/main",),
        "reachable_from": ("refs/heads/main",),
        "workflow_blob": "b" * 40,
        "stood": True,
        "commit": Commit("a" * 40, "alice", "alice@acme.example", True, False, (9,)),
        "approvals": (Approval("npm", "carol", "approved"),),
    }
    return Vetting(at, **(given | changed))


def forced(after: str = "d" * 40, **changed: Any) -> ForcedPush:
    """A push of eve's that rewrote the default branch of repository 7."""
    given: dict[str, Any] = {"ref": "refs/heads/main", "before": "c" * 40, "at": T0, "pusher": "eve"}
    return ForcedPush(7, after=after, **(given | changed))


def comparison(**changed: Any) -> Comparison:
    """One of four files differs from the tagged commit."""
    given: dict[str, Any] = {"files": 4, "compared": 3, "differing": ("index.js",)}
    return Comparison("a" * 40, T0, **(given | changed))


def proposal(purl: str = WIDGET.purl, **changed: Any) -> Proposal:
    """The publish workflow seems to publish it."""
    return Proposal(purl, (".github/workflows/publish.yml",), "package.json", **changed)


def incident(id_: str = "i1", opened_at: datetime = T0) -> Incident:
    """An open incident of repository 7 with nothing in it yet."""
    return Incident(id_, 7, opened_at, IncidentState.OPEN, rogue=True, members=())


def waiver(number: str = "1.0.0", by: str = "bob") -> Waiver:
    """Bob's acknowledgement for a day."""
    return Waiver(WIDGET, number, version(number).fingerprint, by, "published by hand", T0, T0 + 24 * HOUR)


def mute() -> Mute:
    """Bob silences the line of version 1.0.0 for a day, from tomorrow on."""
    line = version("1.0.0").line
    return Mute(WIDGET, line, "bob", "old line", T0, T0 + 24 * HOUR, T0 + 48 * HOUR)


def command() -> Command:
    """Bob says that the version was his."""
    return Command("comment/1/0", "i1", 7, Verb.MINE, 5, "bob", T0, "by hand", code="0123456789abcde")


def answer() -> Answer:
    """And is believed."""
    return Answer("comment/1/0", "i1", accepted=True, sentence="Waived.", at=T0)


def tag(name: str = "v1.0.0", **changed: Any) -> Ref:
    """A tag of repository 7."""
    given: dict[str, Any] = {"sha": "a" * 40, "seen_at": T0, "pusher": "alice"}
    return Ref(7, name, **(given | changed))


def release(id_: int = 1, **changed: Any) -> Release:
    """A published release of repository 7."""
    given: dict[str, Any] = {"tag": "v1.0.0", "author": "alice", "published_at": T0, "updated_at": T0}
    return Release(7, id_, **(given | changed))


def derived(book: Book, repositories: range = range(10)) -> list[Any]:
    """Everything that the derived shelves hand out about these repositories and the example artifacts."""
    ever = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    numbers = [(d.version.artifact, d.version.number) for a in (WIDGET, GADGET) for d in book.versions.of(a)]
    return [
        book.repositories.installations(),
        book.repositories.all(),
        [book.repositories.publishers(id_) for id_ in repositories],
        [book.repositories.publishers_of(artifact) for artifact in (WIDGET, GADGET)],
        [book.runs.between(id_, *ever) for id_ in repositories],
        [book.runs.reading(RunKey(id_, run_id, 1)) for id_ in repositories for run_id in range(100, 103)],
        [book.runs.listed_at(id_, T0 + n * MINUTE) for id_ in repositories for n in range(10)],
        [book.refs.tags(id_) for id_ in repositories],
        [book.refs.releases(id_) for id_ in repositories],
        [book.refs.forced(id_, *ever) for id_ in repositories],
        [book.repositories.proposals(id_) for id_ in repositories],
        [book.versions.of(artifact) for artifact in (WIDGET, GADGET)],
        [book.versions.verdicts(artifact, number) for artifact, number in numbers],
        [book.incidents.waivers(artifact, number) for artifact, number in numbers],
        [book.incidents.mutes(artifact) for artifact in (WIDGET, GADGET)],
        [book.repositories.conduct(id_) for id_ in repositories],
        book.incidents.commands("i1"),
        book.incidents.answers("i1"),
    ]


READ = JobsState.READ
