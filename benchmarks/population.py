"""A ledger's worth of believable artifacts, versions, runs and incidents, the same for the same numbers every time.

Names of every length, digests and hashes in full, all standings, tags that move, several publishers of one artifact.
Real dataclasses; what they say hangs together only as far as lists and totals show it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from packageurl import PackageURL

from verifier.ledger.rows import Dossier, Watch
from verifier.model import (
    Account,
    AccountKind,
    Acknowledgement,
    Artifact,
    Confidence,
    Evidence,
    File,
    Finding,
    Incident,
    IncidentState,
    JobsState,
    Line,
    Member,
    Outcome,
    Part,
    Publisher,
    PublishStep,
    Ref,
    Release,
    Repository,
    Run,
    RunKey,
    Standing,
    Verdict,
    Version,
    Waiver,
    Weight,
)

NOW = datetime(2026, 7, 1, tzinfo=UTC)
YEARS = timedelta(days=3 * 365)
WORDS = re.findall(
    r"\w+",
    "ab acorn atlas auth badge beacon binary bridge cache canvas cargo chart cipher client cloud codec config core "
    "cron dash delta driver echo edge engine event fabric feed fetch field flow forge frame gate graph grid hash hook "
    "index input json kernel key label lambda layer ledger lens link lint loader log loop map mask matrix merge mesh "
    "metric mint model module monitor node notify object orbit origin packet panel parser patch path pipe pixel plan "
    "plugin pool port proof proxy pulse query queue quick radar range react reader record relay render router rule "
    "sample scale schema scope search secure server shell signal sketch socket source spark stack stage state stream "
    "style switch sync table tag task theme thread tile time token trace tree trust tunnel type unit vault vector "
    "view virtual wave web widget window wire worker zone",
)
PEOPLE = tuple(f"{name}{n or ''}" for name in ("alice", "bob", "carol", "dave", "erin", "frank") for n in range(20))
SENTENCES = {
    "provenance-verified": "Provenance signed for the publish workflow at {ref} names run {run}, which published it.",
    "digest-in-log": "The log of the step that publishes in run {run} shows sha256:{sha}.",
    "no-run": "Its line is published by CI, and no run of the publish workflow accounts for it.",
    "step-skipped": "The step that publishes was skipped in run {run}, which its provenance names.",
    "run-active": "Run {run} of the publish workflow is still active.",
    "published-by-hand": "Its line was always published by hand, so that no run is expected.",
    "burst": "Five versions on two lines were published within an hour, as never before.",
    "no-tag": "No tag names it, and every version of its line has one.",
    "source-differs": "2 of 41 files differ from the source at {sha}: dist/index.js, dist/cli.js.",
}
KINDS = (
    (0.86, "provenance-verified", Weight.EXPLAINS, Outcome.COMPLIANT, False),
    (0.05, "digest-in-log", Weight.EXPLAINS, Outcome.COMPLIANT, False),
    (0.06, "published-by-hand", Weight.NOTES, Outcome.UNVERIFIABLE, False),
    (0.01, "run-active", Weight.BLINDS, Outcome.PENDING, False),
    (0.006, "no-run", Weight.ABSENT, Outcome.NON_COMPLIANT, False),
    (0.004, "step-skipped", Weight.CONTRADICTS, Outcome.NON_COMPLIANT, False),
    (0.006, "burst", Weight.SUSPECTS, Outcome.UNVERIFIABLE, True),
    (0.004, "no-tag", Weight.SUSPECTS, Outcome.UNVERIFIABLE, True),
)


@dataclass(frozen=True)
class Sizes:
    """How much of everything there is."""

    artifacts: int = 10_000
    versions: int = 500_000
    runs: int = 1_000_000
    incidents: int = 300

    @property
    def repositories(self) -> int:
        """Monorepos publish many artifacts."""
        return max(2, self.artifacts // 8)


class Population:
    """Everything, made in order; what is large is handed out one by one."""

    def __init__(self, sizes: Sizes, seed: int = 1) -> None:
        self.sizes = sizes
        self._random = random.Random(seed)  # the same again, not a secret
        self.wrong: list[Dossier] = []
        """Versions that speak for an incident, found while versions are made."""

    @cached_property
    def repositories(self) -> list[Repository]:
        """Some deleted, some private."""
        return [
            Repository(
                1000 + n,
                50 + n % 97,
                f"{WORDS[n % len(WORDS)]}-{n % 97}/{self._name(2)}-{n}",
                NOW - YEARS,
                "main",
                n % 5 == 0,
                NOW - YEARS,
                7000 + n % 97,
                n % 41 == 0,
            )
            for n in range(self.sizes.repositories)
        ]

    @cached_property
    def artifacts(self) -> list[Artifact]:
        """Half npm, the rest PyPI and images on two kinds of registry."""
        return [Artifact(self._purl(n)) for n in range(self.sizes.artifacts)]

    @cached_property
    def publishers(self) -> dict[int, tuple[Publisher, ...]]:
        """By repository; one artifact of thirty has a second one."""
        said: dict[int, list[Publisher]] = {}
        for n, artifact in enumerate(self.artifacts):
            home = min(int(self._random.paretovariate(0.6)) - 1, self.sizes.repositories - 1)
            if n % 3:
                home = n % self.sizes.repositories
            for repository_id in {1000 + home} | (
                {1000 + (home + 1) % self.sizes.repositories} if n % 30 == 0 else set()
            ):
                files = (".github/workflows/publish.yml", ".github/workflows/release-next.yml")[: 1 + (n % 7 == 0)]
                said.setdefault(repository_id, []).append(Publisher(artifact, repository_id, 50, files))
        return {repository_id: tuple(publishers) for repository_id, publishers in said.items()}

    def watches(self) -> Iterator[Watch]:
        """One of two hundred could not be looked at."""
        for n, artifact in enumerate(self.artifacts):
            polled = NOW - timedelta(seconds=n % 3600)
            problem = "The registry answers 503 since an hour." if n % 200 == 3 else ""
            yield Watch(artifact, NOW - YEARS / 3, False, polled, problem=problem, learned_at=NOW - YEARS / 3)

    def dossiers(self) -> Iterator[Dossier]:
        """Few artifacts have thousands of versions, most have dozens; one of fifty has none."""
        homes = {p.artifact: id_ for id_, publishers in self.publishers.items() for p in publishers}
        weights = [0.0 if n % 50 == 7 else self._random.paretovariate(0.9) for n in range(self.sizes.artifacts)]
        share = self.sizes.versions / (sum(weights) or 1)
        made = 0
        for artifact, weight in zip(self.artifacts, weights, strict=True):
            count = min(int(weight * share) + (weight > 0), self.sizes.versions - made, self.sizes.versions // 25 + 1)
            made += count
            for n in range(count):
                dossier = self._dossier(artifact, homes[artifact], n, count)
                if dossier.verdict is not None and dossier.verdict.outcome is Outcome.NON_COMPLIANT:
                    self.wrong.append(dossier)
                yield dossier
        some = [artifact for artifact, weight in zip(self.artifacts, weights, strict=True) if weight]
        for n in range(made, self.sizes.versions):
            artifact = some[n % len(some)]
            yield self._dossier(artifact, homes[artifact], 1_000_000 + n, 1_000_000 + n + 1)

    def runs(self) -> Iterator[Run]:
        """Busy repositories have tens of thousands, most have hundreds."""
        ids = [repository.id for repository in self.repositories]
        chosen = self._random.choices(
            ids, [self._random.paretovariate(1.1) for _ in ids], k=max(0, self.sizes.runs - len(ids))
        )
        steps = (PublishStep("publish", "npm publish --provenance", 7, "success", NOW, NOW, 5, ("npm",), True),)
        for n, repository_id in enumerate([*ids, *chosen][: self.sizes.runs]):
            at = NOW - YEARS * self._random.random()
            publishes = n % 8 == 0
            ref = f"v{n % 40}.{n % 17}.{n % 13}" if publishes else ("main", f"feature/{self._name(3)}")[n % 2]
            yield Run(
                RunKey(repository_id, 9_000_000_000 + n, 1 + (n % 50 == 0)),
                ".github/workflows/publish.yml" if publishes else ".github/workflows/ci.yml",
                "push" if n % 3 else "pull_request",
                f"{self._random.getrandbits(160):040x}",
                at,
                at + timedelta(seconds=n % 900),
                "completed" if n % 400 else "in_progress",
                ("success", "success", "success", "failure", "cancelled")[n % 5] if n % 400 else None,
                ref,
                repository_id,
                f"{('Release', 'Fix', 'Add', 'Tidy')[n % 4]} {self._name(4)}",
                PEOPLE[n % len(PEOPLE)],
                PEOPLE[n % len(PEOPLE)],
                url=f"https://github.example/acme/{repository_id}/actions/runs/{9_000_000_000 + n}",
                jobs=JobsState.READ if publishes else JobsState.UNREAD,
                steps=steps if publishes else (),
            )

    def tags(self) -> Iterator[Ref]:
        """One for every tenth version, some deleted."""
        for n in range(self.sizes.versions // 10):
            at = NOW - YEARS * self._random.random()
            gone = at + timedelta(days=1) if n % 60 == 0 else None
            id_ = 1000 + n % self.sizes.repositories
            yield Ref(id_, f"v{n}.0.{n % 9}", f"{self._random.getrandbits(160):040x}", at, PEOPLE[n % 120], gone)

    def releases(self) -> Iterator[Release]:
        """One for every twentieth version."""
        for n in range(self.sizes.versions // 20):
            at = NOW - YEARS * self._random.random()
            yield Release(1000 + n % self.sizes.repositories, n, f"v{n}.0.{n % 9}", PEOPLE[n % 120], at, at)

    def incidents(self) -> Iterator[Incident]:
        """About the versions found to be wrong while `dossiers` ran."""
        for n in range(self.sizes.incidents):
            at = NOW - YEARS * (n + 1) / (self.sizes.incidents + 1)
            state = IncidentState.RESOLVED
            if n < 30:
                state = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)[n % 3 == 0]
            given = Acknowledgement("carol", "asked the team", at, at + timedelta(days=7)) if n % 3 == 0 else None
            members = tuple(_member(d, at) for d in self.wrong[n :: self.sizes.incidents][: 84 if n == 5 else 3])
            id_ = f"{n:08x}{self._random.getrandbits(96):024x}"
            yield Incident(id_, 1000 + n % self.sizes.repositories, at, state, True, members, given)

    def waivers(self) -> Iterator[Waiver]:
        """Every third of them was somebody's."""
        for dossier in self.wrong[::3]:
            version = dossier.version
            end = NOW + timedelta(days=90)
            yield Waiver(version.artifact, version.number, version.fingerprint, "carol", "by hand", version.at, end)

    def _dossier(self, artifact: Artifact, repository_id: int, n: int, count: int) -> Dossier:
        at = NOW - YEARS * (1 - n / count) - timedelta(seconds=self._random.random() * 3600)
        major, minor, patch = n // 120, n // 10 % 12, n % 10
        moving = artifact.is_image and n % 40 == 39
        number = (
            (f"{major}.{minor}-next" if n % 80 == 79 else f"{major}.{minor}") if moving else f"{major}.{minor}.{patch}"
        )
        if n % 23 == 22 and not moving:
            number += f"-rc.{n % 5}"
        if moving and n > 79:
            number += f"-{n}"
        sha = f"{self._random.getrandbits(256):064x}"
        version = Version(
            artifact,
            number,
            Line("release", major),
            (major, minor, patch),
            at + timedelta(seconds=40),
            at,
            self._files(artifact, number, sha, at),
            Account(PEOPLE[hash_of(artifact.purl) % 120], AccountKind.PERSON) if n % 4 == 0 else None,
            at + timedelta(days=1) if n % 300 == 299 else None,
            placeholder=n % 5000 == 4999,
            moving=moving,
            unseen_at=at - timedelta(hours=1) if n > 4 else None,
        )
        if artifact.is_image and n <= 4:
            return Dossier(version)
        verdict = self._verdict(repository_id, n, sha)
        waived = verdict.outcome is Outcome.NON_COMPLIANT and len(self.wrong) % 3 == 0
        evidence = (self._evidence(repository_id, n, sha, at),) if verdict.outcome is Outcome.COMPLIANT else ()
        return Dossier(version, evidence, verdict, at + timedelta(minutes=3), version.fingerprint, waived=waived)

    def _verdict(self, repository_id: int, n: int, sha: str) -> Verdict:
        _, reason, weight, outcome, suspect = self._random.choices(KINDS, [kind[0] for kind in KINDS])[0]
        run = RunKey(repository_id, 9_000_000_000 + n, 1)
        words = {"run": run, "sha": sha[:40], "ref": f"refs/tags/v{n}"}
        findings = [Finding(reason, weight, Confidence.HIGH, SENTENCES[reason].format(**words), run)]
        if n % 97 == 0:
            odd = SENTENCES["source-differs"].format(**words)
            findings.append(Finding("source-differs", Weight.ANOMALY, Confidence.MEDIUM, odd))
        return Verdict(outcome, Confidence(1 + n % 3), tuple(findings), suspect)

    def _evidence(self, repository_id: int, n: int, sha: str, at: datetime) -> Evidence:
        return Evidence(
            Standing.VERIFIED,
            "npm attestation",
            RunKey(repository_id, 9_000_000_000 + n, 1),
            f"acme/{repository_id}",
            repository_id,
            50,
            ".github/workflows/publish.yml",
            f"refs/tags/v{n}",
            "push",
            sha[:40],
            (f"sha256:{sha}",),
            signed_at=at,
        )

    def _files(self, artifact: Artifact, number: str, sha: str, at: datetime) -> tuple[File, ...]:
        digests = (f"sha256:{sha}",)
        if artifact.is_image:
            parts = tuple(Part(f"linux/{cpu}", f"sha256:{sha[::-1]}") for cpu in ("amd64", "arm64"))
            return (File(number, digests, at, parts=parts),)
        stem = f"{artifact.name.rsplit('/', 1)[-1]}-{number}"
        if artifact.type == "npm":
            return (File(f"{stem}.tgz", digests, at, attested=True),)
        return (File(f"{stem}.tar.gz", digests, at), File(f"{stem}-py3-none-any.whl", digests, at))

    def _purl(self, n: int) -> str:
        name = f"{self._name(1 + n % 4)}-{n}" if n % 500 else f"{'-'.join(WORDS[:30])}-{n}"
        kind = n % 20
        if kind < 10:
            scope = f"@{self._name(1)}" if n % 3 == 0 else None
            return PackageURL("npm", scope, name).to_string()
        if kind < 14:
            return PackageURL("pypi", None, name).to_string()
        if kind < 17:
            return PackageURL("docker", self._name(1), name).to_string()
        place = {"repository_url": f"registry.example/{self._name(1)}/{name}"}
        return PackageURL("oci", None, name, qualifiers=place).to_string()

    def _name(self, words: int) -> str:
        return "-".join(self._random.choice(WORDS) for _ in range(words))


def hash_of(text: str) -> int:
    """A number that is the same in every process."""
    return sum(ord(c) * (i + 1) for i, c in enumerate(text))


def in_incident(incident: Incident, dossiers: dict[tuple[Artifact, str], Dossier]) -> Iterator[Dossier]:
    """Its members' versions as they belong to it."""
    for member in incident.members:
        yield replace(dossiers[member.artifact, member.number], incident_id=incident.id)


def _member(dossier: Dossier, at: datetime) -> Member:
    version, verdict = dossier.version, dossier.verdict
    findings = verdict.findings if verdict is not None else ()
    return Member(
        version.artifact,
        version.number,
        version.fingerprint,
        Outcome.NON_COMPLIANT,
        "high",
        False,
        tuple(finding.reason for finding in findings),
        tuple(finding.sentence for finding in findings),
        (),
        version.published_at,
        at,
        version.files[0].digests,
        waived=dossier.waived,
    )
