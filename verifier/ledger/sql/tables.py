"""The tables. Derived ones hold the key, what is asked for, and the whole as JSON text (`verifier.ledger.codec`).

Changing one needs a migration in `verifier/ledger/migrations/versions`; a test compares the two. It does not compare
how PostgreSQL sorts: keys that lists are ordered by (`versions.number`, `tags.name`, `incidents.id`,
`summaries.artifact`) are sorted by their characters' numbers (collation C), as in memory and SQLite.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

from verifier.ledger.sql.columns import Counter, Key, Moment, Ordered, Words
from verifier.model.standing import Standing

UNSEEN = Standing.PENDING.rank
"""How an artifact stands of which no version is known."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

facts = Table(
    "facts",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("recorded_at", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("body", Text, nullable=False),
    # Unique: the chain cannot fork, whatever locks fail.
    Column("previous", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Words, primary_key=True),
    Column("event", Words, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("lent_until", Moment),
    Column("lent", Integer, nullable=False),
    Column("heard_at", Moment),
    Column("problem", Words, nullable=False),
    Index(None, "heard_at", "received_at"),
)

work = Table(
    "work",
    metadata,
    Column("step", Words, primary_key=True),
    Column("key", Key, primary_key=True),
    Column("name", Words, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("again_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("lent_until", Moment),
    Column("problem", Words, nullable=False),
    # Whom a poll asks; empty where older code kept it.
    Column("registry", Words),
    Index(None, "step", "due_at"),
    Index(None, "step", "registry", "due_at"),
)

installations = Table(
    "installations",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

repositories = Table(
    "repositories",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("folded_name", Key, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

gaps = Table(
    "gaps",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("unsent", Boolean),
)

backfills = Table(
    "backfills",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("finished", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "finished"),
)

sweeps = Table("sweeps", metadata, Column("name", Key, primary_key=True), Column("body", Text, nullable=False))

publishers = Table(
    "publishers",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("source", Words, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("artifact", Key, nullable=False, index=True),
    Column("body", Text, nullable=False),
    Index(None, "repository_id", "artifact"),
)

runs = Table(
    "runs",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("attempt", BigInteger, primary_key=True, autoincrement=False),
    Column("started_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("completed", Boolean, nullable=False),
    Column("unread", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "repository_id", "updated_at"),
    Index(None, "repository_id", "started_at", "run_id", "attempt"),
    Index(None, "started_at", "repository_id", "run_id", "attempt"),
)

readings = Table(
    "readings",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("attempt", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

run_lists = Table(
    "run_lists",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Moment, primary_key=True, autoincrement=False),
    Column("until", Moment, primary_key=True, autoincrement=False),
)

tags = Table(
    "tags",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Key, primary_key=True),
    Column("at", Moment, nullable=False, server_default="0"),
    Column("body", Text, nullable=False),
    Index(None, "repository_id", "at", "name"),
    Index(None, "at", "repository_id", "name"),
)

releases = Table(
    "releases",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, server_default="0"),
    Column("body", Text, nullable=False),
    Index(None, "repository_id", "at", "id"),
    Index(None, "at", "repository_id", "id"),
)

forced_pushes = Table(
    "forced_pushes",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ref", Key, primary_key=True),
    Column("before", Key, primary_key=True),
    Column("after", Key, primary_key=True),
    Column("at", Moment, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

watches = Table("watches", metadata, Column("artifact", Key, primary_key=True), Column("body", Text, nullable=False))

versions = Table(
    "versions",
    metadata,
    Column("artifact", Key, primary_key=True),
    Column("number", Key, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("account", Key),
    Column("scope", Key),
    Column("in_incident", Boolean, nullable=False),
    # Its rank, so that it can be sorted by, and how it stands: empty for placeholders, which are not counted.
    Column("place", Ordered, nullable=False, server_default=text("''")),
    Column("standing", Words, nullable=False, server_default=text("''")),
    Column("odd", Integer, nullable=False, server_default="0"),
    Column("body", Text, nullable=False),
    Index(None, "artifact", "at", "place", "number", "standing"),
    Index(None, "account", "at"),
    Index(None, "scope", "at"),
)

# One row per artifact, kept up to date with every version put: how many stand so, and how that is looked for.
summaries = Table(
    "summaries",
    metadata,
    Column("artifact", Key, primary_key=True),
    Column("purl", Words, nullable=False),
    Column("type", Words, nullable=False),
    Column("folded", Ordered, nullable=False),
    Column("watched", Boolean, nullable=False, default=False),
    Column("non_compliant", Integer, nullable=False, default=0),
    Column("suspect", Integer, nullable=False, default=0),
    Column("pending", Integer, nullable=False, default=0),
    Column("unverifiable", Integer, nullable=False, default=0),
    Column("waived", Integer, nullable=False, default=0),
    Column("compliant", Integer, nullable=False, default=0),
    Column("versions", Integer, nullable=False, default=0),
    Column("odd", Integer, nullable=False, default=0),
    Column("standing", Integer, nullable=False, default=UNSEEN),
    Column("published_at", Moment),
    Column("polled_at", Moment),
    Column("problem", Words, nullable=False, default=""),
    Index(None, "standing", "folded", "artifact"),
    Index(None, "folded", "artifact"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("artifact", Key, nullable=False),
    Column("number", Key, nullable=False),
    Column("at", Moment, nullable=False),
    Column("fingerprint", Words, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "artifact", "number"),
    Index(None, "fingerprint"),
)

earlier = Table(
    "earlier",
    metadata,
    Column("artifact", Key, primary_key=True),
    Column("number", Key, primary_key=True),
    Column("fingerprint", Words, primary_key=True),
    Column("body", Text, nullable=False),
)

sightings = Table(
    "sightings",
    metadata,
    Column("artifact", Key, primary_key=True),
    Column("number", Words, primary_key=True),
    Column("seen_at", Moment, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Key, primary_key=True),
    Column("repository_id", BigInteger, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("state", Words, nullable=False, server_default=text("''")),
    Column("body", Text, nullable=False),
    Index(None, "repository_id", "opened_at"),
    Index(None, "opened_at", "id"),
    Index(None, "state", "opened_at", "id"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("incident_id", Key, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

posted = Table(
    "posted",
    metadata,
    Column("incident_id", Key, primary_key=True),
    Column("channel", Key, primary_key=True),
    Column("ref", Key, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

waivers = Table(
    "waivers",
    metadata,
    Column("artifact", Key, primary_key=True),
    Column("number", Key, primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)

# Which facts are lines of the audit log, and who may see them. Comes and stays with the facts.
deeds = Table(
    "deeds",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("repository_id", BigInteger),
    Column("artifact", Key),
    Column("command_id", Key),
)

mutes = Table(
    "mutes",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("artifact", Key, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

conducts = Table(
    "conducts",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

config_files = Table(
    "config_files",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

commands = Table(
    "commands",
    metadata,
    Column("id", Key, primary_key=True),
    Column("incident_id", Key, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("body", Text, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("command_id", Key, primary_key=True),
    Column("incident_id", Key, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("folded_address", Key, nullable=False, index=True),
    Column("asked_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("user_id", BigInteger, nullable=False, index=True),
    Column("begun_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False),
    Column("asking_until", Moment),
    Column("body", Text, nullable=False),
)

spent = Table(
    "spent",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("until", Moment, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("name", Key, nullable=False, unique=True),
    Column("used_at", Moment),
    Column("body", Text, nullable=False),
)
