"""`/healthz`, and the headers on every answer."""

from __future__ import annotations

from tests.webhooks.site import ID, NOW, DeadLedger, Site


def test_health_says_what_is_wrong_and_what_waits(site: Site) -> None:
    site.post()
    with site.ledger.writing() as book:
        book.health.report("poll npm", "The registry did not answer.", NOW)

    answer = site.client.get("/healthz")

    assert 200 == answer.status_code
    at = NOW.isoformat()
    problem = {"subject": "poll npm", "sentence": "The registry did not answer.", "since": at, "last_at": at}
    assert {"status": "problems", "problems": [problem], "unread": 0, "waiting": 1} == answer.get_json()


def test_health_counts_deliveries_that_could_not_be_read(site: Site) -> None:
    site.post(b"{")
    with site.ledger.writing() as book:
        book.inbox.settle(ID, NOW, "workflow_run cannot be read: not JSON")

    answer = site.client.get("/healthz").get_json()

    assert ("problems", 1, 0) == (answer["status"], answer["unread"], answer["waiting"])


def test_a_well_monitor_says_ok(site: Site) -> None:
    assert {"status": "ok", "problems": [], "unread": 0, "waiting": 0} == site.client.get("/healthz").get_json()


def test_health_without_its_database_is_down() -> None:
    answer = Site(DeadLedger()).client.get("/healthz")

    assert (503, "down") == (answer.status_code, answer.get_json()["status"])


def test_every_answer_forbids_foreign_scripts_and_frames(site: Site) -> None:
    for answer in (site.client.get("/healthz"), site.client.get("/nowhere"), site.client.get("/webhooks")):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
