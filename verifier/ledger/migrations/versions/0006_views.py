"""What people look at: sums of every artifact, how every version stands, and lists that are ordered by an index.

Fills what it adds from the rows that are there, a batch at a time. What is stored is read as it stands in the text, not
with the classes of the day, which change.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from verifier.ledger.order import folded, key_of, place_of
from verifier.model import Artifact

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STANDINGS = ("non_compliant", "suspect", "pending", "unverifiable", "waived", "compliant")
_ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add columns and tables, fill them, and then index them."""
    op.add_column("versions", sa.Column("place", _ORDERED, nullable=False, server_default=sa.text("''")))
    op.add_column("versions", sa.Column("standing", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("versions", sa.Column("odd", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("tags", sa.Column("at", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("releases", sa.Column("at", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("incidents", sa.Column("state", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "summaries",
        sa.Column("artifact", _ORDERED, nullable=False),
        sa.Column("purl", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("folded", _ORDERED, nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        *(sa.Column(standing, sa.Integer(), nullable=False) for standing in _STANDINGS),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("odd", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("polled_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("artifact", name="pk_summaries"),
    )
    op.create_table(
        "deeds",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=True),
        sa.Column("artifact", sa.Text(), nullable=True),
        sa.Column("command_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name="pk_deeds"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("versions", "number"), ("tags", "name"), ("incidents", "id")):
            op.alter_column(table, column, type_=sa.Text(collation="C"))
    _fill()
    for table, columns in (
        ("versions", ["artifact", "at", "place", "number", "standing"]),
        ("runs", ["repository_id", "started_at", "run_id", "attempt"]),
        ("runs", ["started_at", "repository_id", "run_id", "attempt"]),
        ("tags", ["repository_id", "at", "name"]),
        ("tags", ["at", "repository_id", "name"]),
        ("releases", ["repository_id", "at", "id"]),
        ("releases", ["at", "repository_id", "id"]),
        ("incidents", ["opened_at", "id"]),
        ("incidents", ["state", "opened_at", "id"]),
        ("summaries", ["standing", "folded", "artifact"]),
        ("summaries", ["folded", "artifact"]),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def _fill() -> None:
    sums = _fill_versions()
    _fill_summaries(sums)
    for key, body in _bodies("tags", "repository_id", "name"):
        _set("tags", key, at=_micros(body["seen_at"]))
    for key, body in _bodies("releases", "repository_id", "id"):
        _set("releases", key, at=_micros(body["updated_at"]))
    for key, body in _bodies("incidents", "id"):
        _set("incidents", key, state=body["state"])
    _fill_deeds()


class _Sum:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.odd = 0
        self.published_at: int | None = None


def _fill_versions() -> dict[str, _Sum]:
    sums: dict[str, _Sum] = defaultdict(_Sum)
    for key, body in _bodies("versions", "artifact", "number"):
        version = body["version"]
        standing, odd = _standing(body)
        _set("versions", key, place=place_of(tuple(version["rank"])), standing=standing, odd=odd)
        summed = sums[version["artifact"]["purl"]]
        if standing:
            summed.counts[standing] += 1
            summed.odd += odd
            at = _micros(version.get("published_at") or version["first_seen_at"])
            summed.published_at = max(at, summed.published_at or at)
    return sums


def _standing(body: dict[str, Any]) -> tuple[str, int]:
    """As `Dossier.standing` and `Dossier.odd` were when this was written; waivers were not kept with versions then."""
    version, verdict = body["version"], body.get("verdict")
    if version.get("placeholder"):
        return "", 0
    if verdict is None:
        image = version["artifact"]["purl"].startswith(("pkg:docker/", "pkg:oci/"))
        return "unverifiable" if image and version.get("unseen_at") is None else "pending", 0
    standing = "suspect" if verdict.get("suspect") else verdict["outcome"]
    odd = any(finding["weight"] == "anomaly" for finding in verdict["findings"])
    return standing, int(odd and standing == "compliant")


def _fill_summaries(sums: dict[str, _Sum]) -> None:
    watches = {body["artifact"]["purl"]: body for _, body in _bodies("watches", "artifact")}
    rows = [_summary(purl, sums.get(purl) or _Sum(), watches.get(purl)) for purl in {**sums, **watches}]
    for start in range(0, len(rows), BATCH):
        table = sa.table("summaries", *(sa.column(name) for name in rows[0]))
        op.bulk_insert(table, rows[start : start + BATCH])


def _summary(purl: str, summed: _Sum, watch: dict[str, Any] | None) -> dict[str, Any]:
    artifact = Artifact(purl)
    worst = next((i for i, standing in enumerate(_STANDINGS) if summed.counts[standing]), 2)
    look = watch or {}
    return {
        "artifact": key_of(purl),
        "purl": _words(purl),
        "type": _words(artifact.type),
        "folded": folded(artifact.label),
        "watched": watch is not None,
        **{standing: summed.counts[standing] for standing in _STANDINGS},
        "versions": summed.counts.total(),
        "odd": summed.odd,
        "standing": 5 if worst >= 4 else worst,
        "published_at": summed.published_at,
        "polled_at": _micros(look["polled_at"]) if look.get("polled_at") else None,
        "problem": _words(look.get("problem", "")),
    }


def _fill_deeds() -> None:
    kinds = ("WaiverGiven", "LineMuted", "CommandGiven", "ConductSet", "PublishersSet")
    facts = sa.table("facts", sa.column("sequence"), sa.column("kind"), sa.column("body"))
    query = sa.select(facts).where(facts.c.kind.in_(kinds)).order_by(facts.c.sequence).limit(BATCH)
    names = ("sequence", "repository_id", "artifact", "command_id")
    rows = op.get_bind().execute(query).all()
    while rows:
        op.bulk_insert(
            sa.table("deeds", *(sa.column(name) for name in names)),
            [{"sequence": row.sequence, **_subject(row.kind, json.loads(row.body))} for row in rows],
        )
        rows = op.get_bind().execute(query.where(facts.c.sequence > rows[-1].sequence)).all()


def _subject(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {"repository_id": None, "artifact": None, "command_id": None}
    if kind in ("WaiverGiven", "LineMuted"):
        inner = body["waiver" if kind == "WaiverGiven" else "mute"]
        return about | {"artifact": key_of(inner["artifact"]["purl"])}
    if kind == "CommandGiven":
        command = body["command"]
        return about | {"repository_id": command["repository_id"], "command_id": key_of(command["id"])}
    return about | {"repository_id": body["repository_id"]}


def _bodies(table: str, *key: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every row's key with its text, read in the order of the key."""
    what = sa.table(table, *(sa.column(name) for name in (*key, "body")))
    query = sa.select(*(what.c[name] for name in key), what.c.body).order_by(*(what.c[n] for n in key)).limit(BATCH)
    rows = op.get_bind().execute(query).all()
    while rows:
        for row in rows:
            yield dict(zip(key, row, strict=False)), json.loads(row.body)
        last = sa.tuple_(*(what.c[n] for n in key)) > sa.tuple_(*(sa.literal(value) for value in rows[-1][:-1]))
        rows = op.get_bind().execute(query.where(last)).all()


def _set(table: str, key: dict[str, Any], **values: Any) -> None:
    what = sa.table(table, *(sa.column(name) for name in (*key, *values)))
    op.execute(sa.update(what).where(*(what.c[name] == value for name, value in key.items())).values(**values))


def _micros(text: str) -> int:
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)


def _words(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")
