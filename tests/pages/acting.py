"""Somebody in a browser in front of a monitor on which people log in, with one incident that stands open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.deps import Deps
from app.settings import Settings
from app.signin.sessions import key_of
from tests.jobs.commanded import IDS, Told
from tests.verdict.cases import REPOSITORY
from tests.webhooks.site import SECRET
from verifier.ledger.sessions import Right, Session
from verifier.model import Answer, Command

HOME = "http://localhost"


class Desk:
    """The page and the job behind it. GitHub's word about roles is that of `told.github`."""

    def __init__(self, data_dir: Path, told: Told | None = None) -> None:
        self.told = told or Told()
        self.data_dir = data_dir
        self.woken: list[str] = []

    def wake(self, step: str) -> None:
        self.woken.append(step)

    def browser(self, who: str, role: str = "maintain") -> FlaskClient:
        """Somebody logged in to whom GitHub gave this role when it was asked last; `operator` logs in nowhere."""
        login: dict[str, Any] = {"github_client_id": "Iv1", "github_client_secret": "s", "base_url": HOME}
        settings = Settings(
            data_dir=self.data_dir, github_webhook_secret=SECRET, **({} if who == "operator" else login)
        )
        nothing, parts = cast(Any, None), self.told.parts
        deps = Deps(settings, parts.ledger, nothing, nothing, cast(Any, self), lambda: parts.now)
        client = create_app(deps).test_client()
        if who != "operator":
            with parts.ledger.writing() as book:
                rights = (Right(REPOSITORY.id, role),)
                book.sessions.begin(
                    Session(key_of(who), IDS[who], who, "sealed", parts.now, parts.now, parts.now, rights)
                )
            client.set_cookie("artifact-monitor", who)
        return client

    def page(self, client: FlaskClient) -> str:
        return client.get(f"/incidents/{self.told.id}").text

    def send(self, client: FlaskClient, asks: str, **fields: str) -> TestResponse:
        """Fill in the form as the page has it, and send it."""
        form = self.form(client, asks) | fields
        return client.post(f"/incidents/{self.told.id}/commands", data=form, headers={"Origin": HOME})

    def form(self, client: FlaskClient, verb: str) -> dict[str, str]:
        page = self.page(client)
        hidden = dict(re.findall(r'name="(form_token|once|code)" value="([^"]*)"', page))
        return hidden | {"verb": verb, "reason": "because", "days": "3"}

    def answer(self) -> None:
        """The job does what is due."""
        self.told.inspect(f"answer/{self.told.id}")

    def said(self) -> list[tuple[Command, Answer | None]]:
        with self.told.parts.ledger.reading() as book:
            answers = book.incidents.answers(self.told.id)
            return [(one, answers.get(one.id)) for one in book.incidents.commands(self.told.id)]
