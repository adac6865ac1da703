"""Incidents to speak about, shared by the tests of all channels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from checks.base import Subject
from verifier.model import Artifact, Incident, IncidentState, Member, Outcome, Repository

AT = datetime(2026, 3, 31, 0, 21, 58, tzinfo=UTC)
SHA = "c" * 40
DIGEST = "sha512:" + "0123456789abcdef" * 8
HOSTILE = (
    "@everyone",
    "`code` ``more``",
    "| a | b |",
    "<script>alert(1)</script><img src=x onerror=y>",
    "line\n\n# heading\n- item\n\n    code",
    "\u202eevil\u2066 \u200bname",
    "[click](https://host.example/) ![x](https://host.example/x.png)",
    "https://host.example/ www.host.example me@host.example",
    "--> <!-- -->",
    "$(reboot); `reboot` && rm -rf ~ #",
    "owner/name#1 GH-12 #34 :+1: $x$ &lt; [^1] ~~x~~ **b** _i_ ^^",
    "1. one",
    "x" * 65_536,
    "`" * 200,
    "\u0301" * 300,
    " ",
)


def member(number: str = "1.14.1", name: str = "pkg:npm/axios", **more: Any) -> Member:
    """A rogue version that nothing accounts for."""
    base: dict[str, Any] = {
        "artifact": Artifact(name),
        "number": number,
        "fingerprint": "sha256:" + "0" * 64,
        "outcome": Outcome.NON_COMPLIANT,
        "confidence": "high",
        "suspect": False,
        "reasons": ("no-run", "trust-downgrade"),
        "sentences": (
            "No run of .github/workflows/publish.yml accounts for it, and the last 3 versions of line 1.x were "
            "published by CI.",
            "The 3 versions before it on line 1.x carry provenance or a trusted publisher; this one carries neither.",
        ),
        "links": (),
        "published_at": AT,
        "detected_at": AT + timedelta(minutes=3, seconds=20),
        "digests": (DIGEST,),
        "account": "jasonsaayman",
    }
    return Member(**{**base, **more})


ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
ECR_PUBLIC = "public.ecr.aws"


def image(
    number: str = "3.4.0", name: str = "docker/kong/kubernetes-ingress-controller", digest: int = 10, **more: Any
) -> Member:
    """A tag of an image that somebody moved to other bytes."""
    base: dict[str, Any] = {
        "reasons": ("tag-replaced",),
        "sentences": ("No run of .github/workflows/release.yaml pushed it.",),
        "digests": (f"sha256:{digest:064x}",),
        "good_digest": f"sha256:{'1' * 64}",
        "account": "",
    }
    return member(number, f"pkg:{name}", **{**base, **more})


def suspect(**more: Any) -> Member:
    """A version of a line published by hand, by an account nobody knows."""
    base: dict[str, Any] = {
        "number": "0.30.4",
        "outcome": Outcome.UNVERIFIABLE,
        "confidence": "medium",
        "suspect": True,
        "reasons": ("account-unknown", "published-by-hand"),
        "sentences": ("Account “mallory” never published it before; 2 others did.",),
        "account": "mallory",
    }
    return member(**{**base, **more})


def incident(*members: Member, **more: Any) -> Incident:
    """An open incident of these members."""
    open_ = any(m.open for m in members)
    base: dict[str, Any] = {
        "id": "4f2a9c0d1e3b5a67",
        "repository_id": 10,
        "opened_at": AT + timedelta(minutes=3, seconds=20),
        "state": IncidentState.OPEN if open_ else IncidentState.RESOLVED,
        "rogue": any(m.outcome is Outcome.NON_COMPLIANT for m in members),
        "members": members,
    }
    return Incident(**{**base, **more})


def subject(held: Incident, **more: Any) -> Subject:
    """That incident in a public repository."""
    repository = Repository(10, 5, "axios/axios", AT, default_branch="main", private=more.pop("private", False))
    base: dict[str, Any] = {"head_sha": SHA, "details_url": "https://monitor.example/incidents/4f2a9c0d1e3b5a67"}
    return Subject(held, repository, **{**base, **more})


def _tanstack() -> Incident:
    run = "https://github.com/TanStack/router/actions/runs/25613093674/attempts/4"
    told = "The publish step “Publish Packages” was skipped in run 25613093674/4, which its provenance names."
    members = [
        member(
            f"1.161.{9 + 3 * twice}",
            f"pkg:npm/%40tanstack/part-{number:02}",
            reasons=("step-skipped",),
            sentences=(told,),
            links=(run,),
            account="",
            published_at=AT + timedelta(minutes=6 * twice, seconds=number),
            detected_at=AT + timedelta(minutes=8),
        )
        for number in range(42)
        for twice in (0, 1)
    ]
    return incident(*sorted(members, key=lambda m: m.published_at or AT))


CASES: dict[str, Incident] = {
    "rogue": incident(member()),
    "contradicted": incident(
        member(
            "1.161.9",
            "pkg:npm/%40tanstack/history",
            reasons=("step-skipped",),
            sentences=(
                "The publish step “Publish Packages” was skipped in run 25613093674/4, which its provenance names.",
            ),
            links=("https://github.com/TanStack/router/actions/runs/25613093674/attempts/4",),
            account="",
            anomalies=("It runs a script at installation; versions before it did not.",),
        )
    ),
    "suspect": incident(suspect()),
    "odd": incident(
        member(
            "8.3.41",
            "pkg:pypi/ultralytics",
            outcome=Outcome.COMPLIANT,
            reasons=("provenance-verified",),
            sentences=(
                "Verified provenance names step “Publish to PyPI” of run 12168000041/1 of "
                ".github/workflows/publish.yml, which published then.",
            ),
            links=("https://github.com/ultralytics/ultralytics/actions/runs/12168000041/attempts/1",),
            anomalies=(
                "2 of its files differ from the source: ultralytics/models/yolo/model.py, "
                "ultralytics/utils/downloads.py (241 of its 245 files could be compared with commit 0a1b2c3d4e5f).",
            ),
            odd=("files-differ-from-source",),
            account="",
            digests=(f"sha256:{7:064x}",),
        )
    ),
    "rogue-and-suspect": incident(member(), suspect(published_at=AT + timedelta(minutes=39))),
    "pypi-taken-down": incident(
        member(
            "8.3.45",
            "pkg:pypi/ultralytics",
            removed=True,
            account="",
            published_at=None,
            digests=tuple(f"sha256:{n:064x}" for n in range(6)),
        )
    ),
    "settled-by-removal": incident(member(removed=True, gone=True), state=IncidentState.RESOLVED),
    "image": incident(
        image(
            sentences=(
                "The tag held sha256:1111111111… until 2026-03-31 00:20:01 UTC, and holds sha256:a00659dfaa… now.",
                "No run of .github/workflows/release.yaml pushed it.",
            ),
        )
    ),
    "image-everywhere": incident(
        image("0.69.5", "docker/aquasec/trivy", 2, reasons=("no-run",), good_digest=""),
        image(
            "0.69.5",
            f"oci/trivy?repository_url={ECR_PUBLIC}/aquasecurity/trivy",
            2,
            reasons=("no-run",),
            good_digest="",
        ),
        image("latest", "oci/trivy?repository_url=ghcr.io/aquasecurity/trivy", 2),
        image("latest", f"oci/trivy?repository_url={ECR}/security/trivy", 2, good_digest=""),
        image("latest", "oci/trivy?repository_url=registry.example:5000/mirror/trivy", 2),
    ),
    "image-own-bytes": incident(
        image(
            "3.5.0",
            reasons=("other-release-bytes",),
            sentences=("It holds the bytes of 3.4.0, and no run put the tag there.",),
            good_digest="",
        )
    ),
    "image-mirror": incident(
        image(
            "2.4.0",
            "oci/mirrors?repository_url=ghcr.io/mirrors-org/mirrors",
            reasons=("registries-disagree",),
            sentences=(f"docker.io/mirrors/mirrors:2.4.0 holds sha256:{'1' * 64}; the last 3 releases were the same.",),
            good_image="docker.io/mirrors/mirrors",
        )
    ),
    "image-moved-back": incident(
        image(
            "latest",
            outcome=Outcome.COMPLIANT,
            reasons=("digest-known",),
            sentences=("Its bytes are those of tag 3.3.0, and an approved run accounts for them.",),
            anomalies=("Tag latest was moved back to older bytes than it held; those were accounted for, too.",),
            odd=("tag-rolled-back",),
        )
    ),
    "image-repushed": incident(
        image(
            outcome=Outcome.UNVERIFIABLE,
            suspect=True,
            confidence="medium",
            reasons=("tag-repushed", "published-by-hand"),
            sentences=("The tag of a release was pushed again.",),
            good_digest="",
            earlier_digest=f"sha256:{'2' * 64}",
        )
    ),
    "image-removed": incident(image(removed=True), image("3.4.1", removed=True, reasons=("no-run",), good_digest="")),
    "image-aliases": incident(
        *(
            image(number, "oci/app?repository_url=harbor.example/team/app", published_at=None, detected_at=seen_at)
            for number, seen_at in (
                ("latest", AT),
                ("3.4", AT + timedelta(minutes=1)),
                ("3.4.0", AT + timedelta(minutes=2)),
            )
        ),
        image(
            "edge",
            "oci/app?repository_url=harbor.example/team/app",
            outcome=Outcome.PENDING,
            reasons=("in-grace",),
            sentences=("It is too early to say that no run accounts for it.",),
        ),
    ),
    "cleared": incident(
        member(
            outcome=Outcome.COMPLIANT, reasons=("registry-names-run",), sentences=("An approved run published it.",)
        ),
        rogue=True,
    ),
    "waived": incident(member(waived=True)),
    "many": _tanstack(),
    "hostile": incident(
        *(
            member(text, "pkg:npm/" + text.replace("%", ""), sentences=(text, text), links=(text,), account=text)
            for text in HOSTILE[:4]
        )
    ),
}
