"""What comparing a version's files with its source says, held against the same comparison of earlier versions."""

from __future__ import annotations

from verifier.model import Case, Confidence, Finding, Judged, Weight

DIFFER, MISSING = CONTENTS = ("files-differ-from-source", "files-not-in-source")
SHOWN = 3
"""How many paths a sentence names."""


def of_contents(case: Case) -> tuple[Finding, ...]:
    """Files that differ from the source or are not in it, and did not in the versions before.

    Without an earlier comparison nothing is said: what a project's own build adds would look the same.
    """
    source = case.source
    if source is None or source.problem:
        return ()
    before = [j.source for j in case.siblings if j.source is not None and not j.source.problem and not _odd(j)]
    if not before:
        return ()
    usual = {path for comparison in before for path in (*comparison.differing, *comparison.missing)}
    share = f"{source.compared} of its {source.files} files could be compared with commit {source.commit[:12]}"
    found = []
    for reason, paths, what in (
        (DIFFER, source.differing, "differ from"),
        (MISSING, source.missing, "are not in"),
    ):
        odd = [path for path in paths if path not in usual]
        if odd:
            named = ", ".join(odd[:SHOWN]) + (" …" if len(odd) > SHOWN else "")
            sentence = f"{len(odd)} of its files {what} the source: {named} ({share})."
            found.append(Finding(reason, Weight.ANOMALY, Confidence.MEDIUM, sentence))
    return tuple(found)


def _odd(judged: Judged) -> bool:
    """Its own contents are odd: what differs there is no habit."""
    return judged.verdict is not None and any(f.reason in CONTENTS for f in judged.verdict.findings)
