"""What a case holds, in words: how far evidence carries, what GitHub said of a run's source, what its log claims.

Text from outside is made harmless for a terminal here; a page escapes it for HTML besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.model import Commit, Comparison, LogClaim, LogState, Need, Run, Standing, Vetting, Weight

SECTIONS = (
    (Weight.CONTRADICTS, "Against it"),
    (Weight.ABSENT, "Missing"),
    (Weight.EXPLAINS, "For it"),
    (Weight.BLINDS, "Not seen yet"),
    (Weight.SUSPECTS, "Was this you?"),
    (Weight.ANOMALY, "Odd, whatever its origin"),
    (Weight.NOTES, "Context"),
)
"""Findings by what they do to a verdict, in the order in which people want to know."""
STANDINGS = {
    Standing.VERIFIED: "verified",
    Standing.PROMISED: "verified, only promised by its log",
    Standing.STATED: "cannot be checked here",
    Standing.FAILED: "failed",
    Standing.UNREADABLE: "unreadable",
}
LOGS = {
    LogState.UNREAD: "not read",
    LogState.GONE: "gone at GitHub",
    LogState.REFUSED: "refused: too large, or no text",
    LogState.READ: "read, and names nothing that was published",
}
_STOOD = {
    True: "the file as it stood on the default branch",
    False: "the file never stood like this on the default branch",
    None: "not known whether the file ever stood on the default branch",
}
_SIGNED = {True: "signed", False: "not signed", None: "signature not known"}
NEEDS = {
    Need.RUN_LIST: "GitHub's list of the runs around the publication",
    Need.NAMED_RUN: "the run that its evidence names, with its jobs",
    Need.GITHUB_ATTESTATIONS: "what GitHub holds of attestations about these files",
}
"""What is fetched because the verdict waits for it."""
_FEW = 5
"""The most of one kind that is shown on a line."""


def shown(text: str, limit: int = 200) -> str:
    """Text from outside for a terminal: control characters made visible, and cut."""
    clean = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:limit])
    return clean + ("…" if len(text) > limit else "")


def run_facts(run: Run) -> Iterator[tuple[str, str]]:
    """What GitHub said about its source, and what its own log says, by name."""
    if run.vetting is None:
        yield "source", "not asked about yet"
    else:
        yield from vetted(run.vetting)
    yield from (("log", claimed(claim)) for claim in run.claims[:_FEW])
    if len(run.claims) > _FEW:
        yield "log", f"… and {len(run.claims) - _FEW} more"
    if not run.claims:
        yield "log", LOGS[run.log]


def vetted(vetting: Vetting) -> Iterator[tuple[str, str]]:
    """What GitHub said about the commit and the workflow file, by name."""
    refs = few(vetting.reachable_from) or f"none of the refs that were asked about ({len(vetting.asked)})"
    yield "commit", f"reachable from {refs}"
    if vetting.commit is not None:
        yield "commit", _commit(vetting.commit)
    yield "workflow", _STOOD[vetting.stood]
    said = [f"{one.environment}: {one.state} by {one.user}" for one in vetting.approvals]
    if said:
        yield "approval", few(said)
    if vetting.problem:
        yield "problem", shown(vetting.problem, 300)


def _commit(commit: Commit) -> str:
    numbers = commit.pull_requests
    if numbers is None:
        brought = "pull requests not known"
    else:
        brought = f"brought by pull request {few([f'#{n}' for n in numbers])}" if numbers else "no pull request"
    return f"{_SIGNED[commit.signed]}; {brought}"


def claimed(claim: LogClaim) -> str:
    """One thing that the log says was published, or was there before."""
    word = "staged" if claim.staged else "published"
    what = f"{claim.name}@{claim.version}" if claim.version else claim.name
    of_file = f" ({shown(claim.file)})" if claim.file else ""
    if claim.skipped:
        return f"says it found {shown(what)}{of_file} in the registry, and skipped it"
    digests = few(claim.digests) or shown(claim.integrity) or "no digest"
    return f"says it {word} {shown(what)}{of_file}, {digests}"


def few(texts: Sequence[str]) -> str:
    """The first few, each of them harmless, and how many more there are."""
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    return ", ".join(shown(text) for text in texts[:_FEW]) + more


def compared(source: Comparison | None) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What comparing the files with the source showed: a sentence, and the paths in question by name."""
    if source is None:
        return "Its files were not compared with the source.", ()
    at = f"the source at {shown(source.commit[:12] or '?')}"
    if source.problem:
        return f"Its files could not be compared with {at}: {shown(source.problem, 300)}", ()
    paths = (("differ", source.differing), ("not in it", source.missing))
    sentence = f"Compared with {at}: {source.compared} of {source.files} files"
    return sentence, tuple((name, few(those)) for name, those in paths if those)
