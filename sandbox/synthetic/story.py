"""The pen: writes runs, tags and publications of one invented project as the facts that a monitor hears."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from verifier.model import (
    Account,
    AccountKind,
    Artifact,
    Commit,
    Evidence,
    EvidenceRead,
    Fact,
    File,
    JobsState,
    LogClaim,
    LogState,
    Publisher,
    PublishersSet,
    PublishStep,
    Ref,
    RefSeen,
    Repository,
    RepositorySeen,
    Run,
    RunKey,
    RunRead,
    RunSeen,
    RunVetted,
    Standing,
    Version,
    VersionSeen,
    Vetting,
)
from verifier.registries.versions import pep440, semver

WORKFLOW = ".github/workflows/publish.yml"
OIDC = Account("GitHub Actions", AccountKind.TRUSTED_PUBLISHER)
BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
POLL = timedelta(minutes=5)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Truth:
    """What is true of one version. `strategy`: how it came about, of an honest one how it was released.

    `line`: `ci`, `hand` or `staged`. `power` is what its attacker holds: `token`, `write` or '' of an honest one.
    `prints`: the project's runs print what they publish.
    """

    artifact: Artifact
    number: str
    at: datetime
    rogue: bool
    strategy: str
    line: str
    power: str = ""
    prints: bool = True


@dataclass
class Story:
    """One project: its facts with the times at which they are heard, and the truth.

    `unheard` are facts whose webhooks were lost at first and come again late: GitHub tells them to who asks before.
    """

    facts: list[tuple[datetime, Fact]] = field(default_factory=list)
    unheard: list[tuple[datetime, Fact]] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)


@dataclass(frozen=True)
class Made:
    """A version's bytes before they are published anywhere: what a run's log and signature can be about."""

    artifact: Artifact
    number: str
    files: tuple[File, ...]


class Pen:
    """Writes into a story. `attested`: the project's runs sign what they publish. `logs`: digests, names or nothing."""

    def __init__(self, rng: random.Random, number: int, kind: str, attested: bool, logs: str) -> None:
        self.rng, self.kind, self.attested, self.logs = rng, kind, attested, logs
        self.repository_id, self.owner_id = 1000 + number, 5_000_000 + number
        self.full_name = f"owner{number}/project{number}"
        self.story = Story()
        self._phase = rng.random() * POLL
        self._last_run = number * 100_000

    def begin(self, artifacts: Sequence[Artifact], at: datetime) -> None:
        """The repository, and that its one workflow publishes these: who else may, is learned."""
        named = Repository(
            self.repository_id, self.owner_id, self.full_name, BEGAN, default_branch="main", installation_id=1
        )
        publishers = tuple(Publisher(a, self.repository_id, self.owner_id, (WORKFLOW,)) for a in artifacts)
        self.story.facts.append((BEGAN - timedelta(days=400), RepositorySeen(named)))
        self.story.facts.append((at, PublishersSet(self.repository_id, "config", publishers)))

    def make(self, artifact: Artifact, number: str, by: str = "") -> Made:
        """Bytes of a version; `by`: other ones than the project's own."""
        short = artifact.name.rsplit("/", 1)[-1]
        npm = artifact.type == "npm"
        names = [f"{short}-{number}.tgz"] if npm else [f"{short}-{number}-py3-none-any.whl", f"{short}-{number}.tar.gz"]
        return Made(artifact, number, tuple(File(name, _digests(npm, artifact.purl, name, by)) for name in names))

    def run(
        self,
        step: tuple[datetime, datetime] | None,
        printed: Sequence[Made] = (),
        *,
        ref: str = "main",
        title: str = "Update",
        event: str = "push",
        workflow: str = WORKFLOW,
        conclusion: str = "success",
        began: datetime | None = None,
        of: RunKey | None = None,
        reachable: bool = True,
        stood: bool = True,
        heard: bool = True,
        blob: str = "f" * 40,
        found: Sequence[Made] = (),
    ) -> Run:
        """One attempt (`of`: the next one of that run) whose publish step lasted so long; None: it was skipped.

        `conclusion` is the step's. `printed` stand in its log, as far as the project's logs say anything; `found` as
        what was in the registry already.
        """
        starts = began or (step[0] - 2 * MINUTE if step else self._now())
        ends = (step[1] if step else starts + 3 * MINUTE) + 2 * MINUTE
        if of is None:
            self._last_run += self.rng.randint(1, 50)
        key = RunKey(self.repository_id, of.run_id if of else self._last_run, of.attempt + 1 if of else 1)
        sha = hashlib.sha1(f"{key.run_id} {ref}".encode(), usedforsecurity=False).hexdigest()
        run = Run(
            key=key,
            workflow=workflow,
            event=event,
            head_sha=sha,
            started_at=starts,
            updated_at=starts,
            status="in_progress",
            head_branch=ref,
            head_repository_id=self.repository_id,
            title=title,
            actor="maintainer",
            url=f"https://github.example/{self.full_name}/actions/runs/{key.run_id}",
        )
        done = replace(run, status="completed", conclusion="success", updated_at=ends)
        at = step or (starts + MINUTE, starts + MINUTE)
        said = conclusion if step else "skipped"
        steps = (PublishStep("publish", "Publish", 4, said, *at, job_id=key.run_id, types=(self.kind,), by_file=True),)
        claims = tuple(claim for made in printed for claim in self._claims(made, at[1])) if step else ()
        claims += tuple(
            replace(claim, digests=(), integrity="", skipped=True)
            for one in found
            for claim in self._claims(one, at[0])
        )
        asked = ("refs/heads/main",)
        commit = Commit(sha, "maintainer", signed=True, first_time=False, pull_requests=(7,))
        vetting = Vetting(starts + 5 * SECOND, asked, asked if reachable else (), blob, stood, commit)
        facts: list[tuple[datetime, Fact]] = [
            (starts + SECOND, RunSeen(run)),
            (starts + 5 * SECOND, RunVetted(key, vetting)),
            (ends + 2 * SECOND, RunSeen(done)),
            (ends + 4 * SECOND, RunRead(key, JobsState.READ, steps, ends + 4 * SECOND, LogState.READ, claims)),
        ]
        if not heard:
            self.story.unheard += facts
            late = timedelta(minutes=self.rng.uniform(10, 90))
            facts = [(at + late, fact) for at, fact in facts]
        self.story.facts += facts
        return done

    def sign(self, made: Made, run: Run, at: datetime) -> tuple[Evidence, ...]:
        """Provenance of a run for these bytes, which nobody but that run can make."""
        source = "npm attestation" if self.kind == "npm" else "PEP 740 attestation"
        branch = run.head_branch or ""
        ref = f"refs/tags/{branch}" if branch[-1:].isdigit() else f"refs/heads/{branch}"
        return tuple(
            Evidence(
                Standing.VERIFIED,
                source,
                run=run.key,
                repository=self.full_name,
                repository_id=self.repository_id,
                owner_id=self.owner_id,
                workflow=run.workflow,
                ref=ref,
                event=run.event,
                commit=run.head_sha,
                digests=tuple(d for d in file.digests if not d.startswith("sha1:")),
                issuer="https://token.actions.githubusercontent.com",
                identity=f"https://github.com/{self.full_name}/{run.workflow}@{ref}",
                called=f"{self.full_name}/{run.workflow}",
                runner="github-hosted",
                signed_at=at - 3 * SECOND,
            )
            for file in made.files
        )

    def publish(
        self,
        made: Made,
        at: datetime,
        account: Account | None,
        evidence: tuple[Evidence, ...],
        truth: Truth,
        removed: datetime | None = None,
    ) -> None:
        """It appears in its registry, and the next poll sees it; `removed` before that: it is only seen to be gone."""
        seen = self._polled(at)
        files = tuple(replace(file, published_at=at, attested=bool(evidence)) for file in made.files)
        scheme = semver if self.kind == "npm" else pep440
        version = Version(
            made.artifact,
            made.number,
            scheme.line(made.number),
            scheme.rank(made.number),
            seen,
            at,
            files,
            account if self.kind == "npm" else None,
        )
        self.story.truths.append(truth)
        if removed is not None and removed < seen:
            self.story.facts.append((seen, VersionSeen(replace(version, files=(), removed_at=seen))))
            return
        self.story.facts.append((seen, VersionSeen(version)))
        read = EvidenceRead(made.artifact, made.number, version.fingerprint, evidence)
        self.story.facts.append((seen, read))

    def tag(self, name: str, at: datetime) -> None:
        """A tag is pushed."""
        self.story.facts.append((at, RefSeen(Ref(self.repository_id, name, "a" * 40, at, "maintainer"))))

    def _claims(self, made: Made, at: datetime) -> list[LogClaim]:
        if self.logs == "nothing":
            return []
        name, digests = made.artifact.name, self.logs == "digests"
        if self.kind != "npm":
            return [
                LogClaim("pypi", name, made.number, f.name, f.digests if digests else (), tool="twine", at=at)
                for f in made.files
            ]
        held = dict(digest.split(":") for digest in made.files[0].digests)
        sri = base64.b64encode(bytes.fromhex(held["sha512"])).decode()
        whole = f"sha512-{sri[:13]}[...]{sri[-15:]}" if digests else ""
        sha1 = (f"sha1:{held['sha1']}",) if digests else ()
        return [LogClaim("npm", name, made.number, digests=sha1, integrity=whole, tool="npm", at=at)]

    def _polled(self, at: datetime) -> datetime:
        passed = (at - BEGAN - self._phase) // POLL
        return BEGAN + self._phase + (passed + 1) * POLL

    def _now(self) -> datetime:
        raise ValueError("a run that skipped its step needs `began`")


def _digests(npm: bool, *parts: str) -> tuple[str, ...]:
    data = " ".join(parts).encode()
    sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    both = (f"sha1:{sha1}", f"sha512:{hashlib.sha512(data).hexdigest()}")
    return both if npm else (f"sha256:{hashlib.sha256(data).hexdigest()}",)
