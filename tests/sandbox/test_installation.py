"""A suspended or deleted installation stops quietly: nothing asked, nothing said, nothing left to do, nothing lost."""

from __future__ import annotations

import pytest

from app.jobs.telling import speak
from checks.issue import ACKNOWLEDGED
from handlers.missed import TASK
from sandbox.state import Webhook
from tests.sandbox.living import Living, at, rogue
from verifier.model import Acknowledgement, Artifact, Outcome

WIDGET = Artifact("pkg:npm/%40octo/widget")


def of_installation(webhook: Webhook) -> bool:
    return webhook.event == "installation" and webhook.payload["action"] != "created"


def told(living: Living) -> list[str]:
    return [issue["title"] for issue in living.repo.issues]


def outcome(living: Living, number: str) -> Outcome | None:
    with living.ledger.reading() as book:
        dossier = book.versions.get(WIDGET, number)
    return dossier.verdict.outcome if dossier is not None and dossier.verdict is not None else None


def waiting(living: Living) -> list[str]:
    with living.ledger.reading() as book:
        wanted = [task.key for step in ("inspect", "examine", "report") for task in book.work.all(step)]
    return [key for key in wanted if key != TASK]


DELIVERIES = ("GET", "/app/hook/deliveries", 200)


@pytest.mark.parametrize("lost", [False, True], ids=["webhooks heard", "webhooks lost"])
def test_while_it_is_suspended_github_is_left_alone_and_no_trouble_is_made(lost: bool) -> None:
    living = Living(rogue(), heard=lambda webhook: not (lost and of_installation(webhook)))
    living.until(at(1, 12))
    living.world.suspend(living.installation)
    living.until(at(1, 13))
    living.asked()
    living.until(at(4, 0))

    daily = ("GET", f"/app/installations/{living.installation}", 200)
    asked = [question for question in living.asked() if question not in (daily, DELIVERIES)]
    assert ([], []) == (living.stage.problems(), told(living))
    assert len(asked) <= 1 * lost, "the one question by which it was found out"
    assert [f"installation/{living.installation}"] == waiting(living)
    assert outcome(living, "1.4.1") is Outcome.PENDING


@pytest.mark.parametrize("lost", [False, True], ids=["webhooks heard", "webhooks lost"])
def test_what_happened_meanwhile_is_found_and_said_when_it_is_suspended_no_more(lost: bool) -> None:
    """Where the webhook that says so is lost, within a day."""
    living = Living(rogue(), heard=lambda webhook: not (lost and of_installation(webhook)))
    living.until(at(1, 12))
    living.world.suspend(living.installation)
    living.until(at(3, 12))
    assert [] == told(living)

    living.world.suspend(living.installation, suspended=False)
    living.until(at(4, 13) if lost else at(3, 13))

    assert outcome(living, "1.4.1") is Outcome.NON_COMPLIANT
    assert len(told(living)) == 1
    assert len([check for check in living.repo.checks if check["external_id"].startswith("incident/")]) == 1
    assert [] == living.stage.problems()


def test_an_incident_that_is_settled_while_it_is_suspended_is_closed_at_github_afterwards() -> None:
    living = Living(rogue())
    living.until(at(2, 12))
    (issue,) = living.repo.issues
    living.world.suspend(living.installation)
    living.until(at(2, 13))
    with living.ledger.writing() as book:
        (incident,) = book.incidents.all()
        speak.acknowledge(book, incident, Acknowledgement("carol", "at work", at(2, 13), at(9, 13)), at(2, 13))
    living.until(at(2, 14))
    assert ["artifact-monitor"] == [label["name"] for label in issue["labels"]]
    assert [] == living.stage.problems()

    living.world.suspend(living.installation, suspended=False)
    living.until(at(2, 15))
    assert ["artifact-monitor", ACKNOWLEDGED] == sorted(label["name"] for label in issue["labels"])


@pytest.mark.parametrize("lost", [False, True], ids=["webhook heard", "webhook lost"])
def test_an_uninstalled_app_asks_nothing_more_and_keeps_nothing_waiting(lost: bool) -> None:
    living = Living(rogue(), heard=lambda webhook: not (lost and of_installation(webhook)))
    living.until(at(1, 12))
    living.world.uninstall(living.installation)
    living.until(at(2, 12))
    found_out = living.asked()
    living.until(at(5, 0))

    assert {DELIVERIES} == set(living.asked()), "the list of the App's own deliveries, which is nobody's"
    assert not lost or found_out
    assert ([], [], []) == (living.stage.problems(), told(living), waiting(living))
    with living.ledger.reading() as book:
        assert [True] == [one.deleted for one in book.repositories.installations()]
        assert [True] == [one.removed for one in book.repositories.all()]
        assert book.versions.get(WIDGET, "1.4.0") is not None
