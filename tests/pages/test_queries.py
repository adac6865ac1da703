"""Every page costs a fixed number of queries: however much there is, and however much somebody sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.pages.version import REPOSITORIES
from app.viewer import Viewer
from benchmarks.population import Sizes
from benchmarks.seed import seed
from tests.pages.browser import client, statements
from verifier.ledger import open_ledger
from verifier.ledger.paging import RUNS
from verifier.ledger.views import Sort, Wanted

LITTLE = Sizes(artifacts=120, versions=1_500, runs=1_200, incidents=40)
MUCH = Sizes(artifacts=2_400, versions=6_000, runs=6_000, incidents=200)
PAGES = (
    "/",
    "/?type=npm",
    "/?standing=compliant",
    "/?q=a",
    "/?q=a&type=npm&sort=published&order=desc",
    "/?page=2",
    "/artifact?purl={purl}",
    "/artifact?purl={purl}&after={versions}",
    "/artifact?purl={purl}&standing=compliant",
    "/version?purl={purl}&number={number}",
    "/incidents?state=all",
    "/incidents/{incident}",
    "/runs",
    "/runs?after={runs}",
    "/runs?list=tags",
    "/runs?list=releases",
    "/runs?repository={repository}",
    "/activity",
    "/health",
)
INCIDENT = 4
"""How many queries a version's page asks about its incident."""
MOST = 20
"""A page that asked once more for each row would ask hundreds of times."""
SEES = {"all": None, "few": 12, "many": 110}
"""How many repositories somebody sees; more than a hundred are looked for in another way."""


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The address of a ledger with little in it, and of one with much."""
    folder: Path = tmp_path_factory.mktemp("seeded")
    urls = {name: f"sqlite:///{folder / name}.sqlite3" for name in ("little", "much")}
    seed(urls["little"], LITTLE)
    seed(urls["much"], MUCH)
    return urls


def costs(url: str, seen: int | None) -> dict[str, int]:
    """How many statements each page takes, asked about the artifact that has most versions."""
    ledger = open_ledger(url)
    with ledger.reading() as book:
        ids = [repository.id for repository in book.repositories.all()][:seen]
        sees = None if seen is None else frozenset([*ids, *range(10**6, 10**6 + seen - len(ids))])
        top = book.views.artifacts(sees, Wanted(sort=Sort.VERSIONS, descending=True, limit=1)).items[0]
        page = book.views.versions(top.artifact, limit=1)
        run = book.views.runs(sees).items[10]
        names = {
            "purl": top.artifact.purl.replace("%", "%25").replace("@", "%40"),
            "number": page.items[0].version.number,
            "versions": page.next,
            "incident": book.views.incidents(sees).items[0].id,
            "runs": RUNS.cursor(RUNS.key(run)),
            "repository": book.repositories.some(ids)[0].full_name,
        }
    one = client(None if sees is None else Viewer("alice", 1, sees, dict.fromkeys(sees, "read")), ledger)
    found = {}
    for address in PAGES:
        with statements() as asked:
            answer = one.get(address.format(**names))
        assert 200 == answer.status_code, address
        found[address] = len(asked)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
    return found


@pytest.mark.parametrize("who", SEES)
def test_every_page_costs_as_many_queries_for_much_as_for_little(seeded: dict[str, str], who: str) -> None:
    """A version's page asks of each of its repositories, of which it looks at three, and of its incident if it has one:
    the two versions may differ in those and in nothing else."""
    little, much = costs(seeded["little"], SEES[who]), costs(seeded["much"], SEES[who])
    version = next(address for address in PAGES if address.startswith("/version"))

    assert max(much.values()) <= MOST, much
    assert abs(little.pop(version) - much.pop(version)) <= REPOSITORIES - 1 + INCIDENT
    assert little == much
