"""The jobs that GitHub shows beside the jobs that a workflow file foretells: which shown step is which written one.

Source: names as `publishing.py` writes them; GitHub cuts a job's name at 100 characters with `...`, adds steps of its
own around the written ones, and shows a skipped job without steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.discovery.judged import NOTHING, UNKNOWN, Judged
from verifier.discovery.publishing import ExpectedJob, Publishing
from verifier.discovery.shell import HOLE

LENGTH = 1_000
"""The most characters of a name that are compared."""
CUT = 90
"""A name at least so long that ends in `...` may have been cut."""
PATTERNS = 20
"""The most step names with something unknown in them that are tried in one job."""
CANDIDATES = 3
"""The most written jobs that one shown job is compared with; one that could be any of more cannot be told."""

_OWN = ("Set up job", "Set up runner", "Initialize containers", "Stop containers", "Complete job", "Complete runner")
_AROUND = ("Pre ", "Post ", "Build ", "Pull ")


def tidy(name: str) -> str:
    """The name as it is compared: its beginning, with single spaces."""
    return " ".join(name[:LENGTH].split())


def same(pattern: str, name: str) -> bool:
    """The tidy name is the pattern with something in the place of each HOLE. A name cut at `...` is compared so far."""
    parts = pattern.split(HOLE)
    head, tail = parts[0], parts[-1]
    if name.endswith("...") and len(name) >= CUT:
        kept = name[:-3].rstrip()
        return head.startswith(kept) or (len(parts) > 1 and kept.startswith(head))
    if len(parts) == 1:
        return name == head
    if not name.startswith(head) or not name.endswith(tail) or len(name) < len(head) + len(tail):
        return False
    at, end = len(head), len(name) - len(tail)
    for part in parts[1:-1]:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def jobs_called(name: str, publishing: Publishing) -> list[ExpectedJob]:
    """The written jobs that a shown job can be: those whose name says the most of its own; none where they are many."""
    told = [_told(job.names, tidy(name)) for job in publishing.jobs]
    most = max(told, default=-1)
    found = [job for job, said in zip(publishing.jobs, told, strict=True) if said == most >= 0]
    return found if len(found) <= CANDIDATES else []


def jobs_within(name: str, publishing: Publishing) -> list[ExpectedJob]:
    """The written jobs of called workflows that a shown job stands for because their caller was skipped."""
    return [job for job in publishing.jobs if _told(job.callers, tidy(name)) >= 0]


def _told(patterns: Sequence[str], name: str) -> int:
    """How many characters of the best pattern that fits are written out; -1 when none fits."""
    return max((len(pattern.replace(HOLE, "")) for pattern in patterns if same(pattern, name)), default=-1)


def judge_steps(shown: Sequence[str], job: ExpectedJob) -> list[Judged]:
    """What is known of each shown step of a job, by their names in GitHub's order; UNKNOWN for what is not written.

    Where every written step is shown in its place, the place counts; else the name does, and among steps of one name
    their order.
    """
    names, written = [tidy(name) for name in shown], job.steps or ()
    called: dict[str, list[Judged]] = {}
    for step in written:
        called.setdefault(step.name, []).append(step.judged)
    open_ = [pattern for pattern in called if HOLE in pattern and pattern.strip(f"{HOLE} ")][:PATTERNS]
    judged = [NOTHING if _is_githubs(name, called, open_) else UNKNOWN for name in names]
    main = [at for at, answer in enumerate(judged) if answer == UNKNOWN]
    if len(main) == len(written) and all(same(w.name, names[at]) for at, w in zip(main, written, strict=True)):
        for at, step in zip(main, written, strict=True):
            judged[at] = step.judged
        return judged
    places: dict[str, list[int]] = {}
    for at in main:
        exact = [names[at]] if names[at] in called else [pattern for pattern in open_ if same(pattern, names[at])]
        for pattern in exact[:1]:
            places.setdefault(pattern, []).append(at)
    for pattern, found in places.items():
        known = called[pattern]
        if len(found) != len(known):
            known = known[:1] * len(found) if len(set(known)) == 1 else [UNKNOWN] * len(found)
        for at, answer in zip(found, known, strict=True):
            judged[at] = answer
    return judged


def _is_githubs(name: str, called: Mapping[str, object], open_: Sequence[str]) -> bool:
    """A step that GitHub added: no written one is called so."""
    added = name in _OWN or name.startswith(_AROUND)
    return added and name not in called and not any(same(pattern, name) for pattern in open_)
