"""What docs/api.md says is so: operations, parameters, limits, scopes, metrics."""

from __future__ import annotations

import re

from app.api import badge, feed, metrics
from app.api.operations import OPERATIONS, ROOT
from app.api.pace import BURST, EACH
from app.cli.tokens import SCOPES, create
from app.deeds import tokens
from tests.api.site import NOW
from tests.api.test_shown import FIGURES
from tests.documents import document, table
from verifier.ledger.tokens import Scope
from verifier.ledger.views import MOST

TEXT = document("docs/api.md")
FLAT = " ".join(TEXT.split())


def test_every_operation_is_documented_with_what_it_takes() -> None:
    rows = {row[0].strip("`"): row for row in table(TEXT, "operation")}

    assert {o.name: f"`{o.method} {ROOT}{o.path}`" for o in OPERATIONS} == {name: row[1] for name, row in rows.items()}
    for operation in OPERATIONS:
        fields = {field.name for field in (*operation.asked, *operation.body)} - {"cursor", "limit"}
        assert fields == set(re.findall(r"`(\w+)`", rows[operation.name][2]))


def test_the_limits_are_those_of_the_code() -> None:
    for said in (
        f"{BURST} requests at once and {1 / EACH.total_seconds():g} a second",
        f"holds {tokens.DAYS} days unless `--days` says otherwise (1 to {tokens.LONGEST_DAYS})",
        f"`limit` (1 to {MOST}, 50 if not said)",
        f"within {badge.STALE.total_seconds() / 3600:g} hours",
        f"cached for {badge.MINUTES} minutes",
        f"the {feed.ENTRIES} newest incidents",
    ):
        assert said in FLAT


def test_the_scopes_are_those_of_the_code() -> None:
    assert [scope.value for scope in Scope] == [row[0].strip("`") for row in table(TEXT, "scope")] == list(SCOPES)
    assert tokens.DAYS == next(option for option in create.params if option.name == "days").default


def test_every_metric_is_documented_and_every_documented_one_is_there() -> None:
    told = {name for row in table(TEXT, "metric") for name in re.findall(r"`(\w+)`", row[0])}

    assert told == set(re.findall(r"# TYPE (\w+)", metrics.exposition(FIGURES, NOW)))
