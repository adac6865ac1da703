"""What the API does: every operation with its address, what may be asked, and what it answers with.

Routes are made from this list and so is the description (`app.api.document`): they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.api.backfill_shapes import BackfillShown
from app.api.incident_shapes import Done, IncidentInFull, IncidentShown
from app.api.parameters import Field, Number, Text, Word
from app.api.shapes import ArtifactShown, DeedShown, Listed, RunShown, VersionInFull, VersionShown
from handlers.commands import REASON
from verifier.ledger.paging import LONGEST
from verifier.ledger.views import MOST, Sort
from verifier.model import CODE, DAYS, IncidentState, Verb
from verifier.model.standing import Standing
from verifier.purls import LIMIT

ROOT = "/api/v1"
NUMBER = 1_000
"""The longest version number that may be asked for, in characters."""


@dataclass(frozen=True)
class Operation:
    """One operation. `absent`: what it is about may not be there (404); `acts`: it needs a token that may act."""

    name: str
    path: str
    summary: str
    kind: Any
    asked: tuple[Field, ...] = ()
    body: tuple[Field, ...] = ()
    absent: bool = False
    acts: bool = False

    @property
    def method(self) -> str:
        """GET, or POST where it changes something."""
        return "POST" if self.acts else "GET"

    @property
    def conflicts(self) -> bool:
        """It may be refused for how things stand (409)."""
        return self.acts and bool(self.body)


PURL = Text("purl", "The artifact, like pkg:npm/%40alice/widget.", LIMIT, required=True)
VERSION = Text("version", "The version or tag, as its registry writes it.", NUMBER, required=True)
CURSOR = Text("cursor", "Where a page goes on: what `next` of the page before says.", LONGEST, pattern="[A-Za-z0-9_-]+")
PER_PAGE = Number("limit", "How many items a page has.", 1, MOST, 50)
STANDING = Word("standing", "Only those that stand so.", tuple(Standing))
REPOSITORY = Number("repository_id", "Only what belongs to this repository, by GitHub's id.", 1, 2**63 - 1)
INCIDENT = Text("id", "The incident's id.", 64, required=True, pattern="[A-Za-z0-9._-]+")
CODE_OF = Text(
    "code",
    "What `code` of the incident said: binds this to what stood open then.",
    CODE,
    required=True,
    pattern=f"[0-9a-f]{{{CODE}}}",
)
WHY = Text(
    "reason", "Why; everybody who hears of the alert is shown it.", REASON, required=True, pattern=r"[\s\S]*\S[\s\S]*"
)
TYPES = ("npm", "pypi", "docker", "oci")


def _days(verb: Verb) -> Number:
    limits = DAYS[verb]
    return Number("days", "For how many days.", 1, limits.most, limits.usual)


OPERATIONS = (
    Operation(
        "artifacts",
        "/artifacts",
        "The artifacts that you may see.",
        Listed[ArtifactShown],
        (
            Text("q", "Only those with this in their name, whatever the case.", 200),
            Word("type", "Only those of this purl type.", TYPES),
            STANDING,
            REPOSITORY,
            Word("sort", "By what; ties by name. What is not known comes last.", tuple(Sort)),
            Word("order", "Which way: for `worst`, asc is the worst first.", ("asc", "desc")),
            CURSOR,
            PER_PAGE,
        ),
    ),
    Operation("artifact", "/artifact", "One artifact.", ArtifactShown, (PURL,), absent=True),
    Operation(
        "versions",
        "/versions",
        "An artifact's versions, newest first.",
        Listed[VersionShown],
        (PURL, STANDING, CURSOR, PER_PAGE),
        absent=True,
    ),
    Operation(
        "version",
        "/version",
        "One version with its verdict, findings and evidence.",
        VersionInFull,
        (PURL, VERSION),
        absent=True,
    ),
    Operation(
        "incidents",
        "/incidents",
        "The incidents that you may see, newest first.",
        Listed[IncidentShown],
        (Word("state", "Only those in this state.", tuple(IncidentState)), CURSOR, PER_PAGE),
    ),
    Operation("incident", "/incidents/{id}", "One incident.", IncidentInFull, absent=True),
    Operation(
        "runs",
        "/runs",
        "Attempts of workflow runs, newest first.",
        Listed[RunShown],
        (REPOSITORY, CURSOR, PER_PAGE),
    ),
    Operation(
        "backfills",
        "/backfills",
        "The repositories of which webhooks may be missing, or whose past is being read; all on one page.",
        Listed[BackfillShown],
        (REPOSITORY,),
    ),
    Operation("deeds", "/deeds", "What people decided, newest first.", Listed[DeedShown], (CURSOR, PER_PAGE)),
    Operation(
        "recheck",
        "/version/recheck",
        "Have a version looked at again now.",
        Done,
        (PURL, VERSION),
        absent=True,
        acts=True,
    ),
    Operation(
        "acknowledge",
        "/incidents/{id}/acknowledge",
        "Say that somebody looks after an incident. It stays open.",
        Done,
        body=(WHY, _days(Verb.ACKNOWLEDGE)),
        absent=True,
        acts=True,
    ),
    Operation(
        "mine",
        "/incidents/{id}/mine",
        "Say that what stands open was you: waives exactly those files. No verdict changes.",
        Done,
        body=(WHY, CODE_OF),
        absent=True,
        acts=True,
    ),
    Operation(
        "mute",
        "/incidents/{id}/mute",
        "Silence absences and suspicions on the release lines concerned, a day later and until a date.",
        Done,
        body=(WHY, CODE_OF, _days(Verb.MUTE)),
        absent=True,
        acts=True,
    ),
)
