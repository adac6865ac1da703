"""Doctor: what is configured, reachable and missing, and what to do about it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.deps import Fetch
from app.network import logins
from app.network.addresses import name, origin
from app.network.aws import NO_LOGIN, login_found
from app.network.http import REFUSED
from app.settings import BadSetting, Settings, read, require_login, require_subscriptions, require_webhook_secret
from checks.base import Permanent, Temporary
from verifier.ledger.protocol import Book, Ledger, Unavailable
from verifier.model import Artifact
from verifier.model.artifact import DOCKER_HUB
from verifier.registries import ecr
from verifier.registries.base import Absent, Ask, Unreadable
from verifier.verdict.audience import ANYBODY

STALE = timedelta(minutes=10)
_ANSWER_LIMIT = 1024 * 1024
_SIGNS = {True: "ok  ", False: "BAD ", None: "note"}


@dataclass(frozen=True)
class Check:
    """One thing looked at. `ok` None: worth knowing, nothing broken. `advice` says what to do, '' when nothing."""

    ok: bool | None
    name: str
    sentence: str
    advice: str = ""


def shown(checks: list[Check]) -> str:
    """The checks as lines of text."""
    lines = []
    for check in checks:
        lines.append(f"{_SIGNS[check.ok]} {check.name:<12} {check.sentence}")
        if check.advice:
            lines.append(f"     {'':<12} → {check.advice}")
    return "\n".join(lines)


def examine() -> list[Check]:
    """Look at everything; a check that cannot be made is itself an answer."""
    checks = [Check(True, "python", sys.version.split()[0])]
    try:
        settings = read(os.environ)
    except BadSetting as error:
        return [*checks, Check(False, "settings", str(error), "See docs/install.md for every setting.")]
    checks.append(Check(True, "settings", f"data folder {settings.data_dir}"))
    for check in (
        _secret,
        _login,
        _database,
        _redis,
        _github,
        _mistakes,
        _registries,
        _images,
        _logins,
        _unused,
        _amazon,
        linked,
        _routes,
        _people,
    ):
        checks += _guarded(check, settings)
    return checks


def _guarded(check: Callable[[Settings], Iterator[Check]], settings: Settings) -> list[Check]:
    try:
        return list(check(settings))
    except Exception as error:  # the doctor itself must not die of what it finds
        return [Check(False, check.__name__.strip("_"), f"{type(error).__name__}: {error}")]


def _secret(settings: Settings) -> Iterator[Check]:
    try:
        require_webhook_secret(settings)
    except BadSetting as error:
        yield Check(False, "webhooks", str(error))
    else:
        yield Check(True, "webhooks", "a secret is set")


def _people(settings: Settings) -> Iterator[Check]:
    if not settings.subscribe_domains:
        return
    try:
        require_subscriptions(settings)
    except BadSetting as error:
        yield Check(False, "subscribers", str(error))
    else:
        who = [
            *(f"anybody at {domain} to everything" for domain in settings.subscribe_domains if domain != ANYBODY),
            *(["anybody to what is public"] if ANYBODY in settings.subscribe_domains else []),
        ]
        yield Check(True, "subscribers", f"{settings.base_url}/subscribe: {'; '.join(who)}")


def _login(settings: Settings) -> Iterator[Check]:
    try:
        require_login(settings)
    except BadSetting as error:
        yield Check(False, "login", str(error))
        return
    if settings.github_client_id:
        yield Check(True, "login", f"with {settings.website}; it must come back to {settings.base_url}/login/callback")
    else:
        yield Check(
            None,
            "login",
            "nobody can log in; pages are shown on this machine only",
            "docs/login.md says how to change it.",
        )


def _database(settings: Settings) -> Iterator[Check]:
    from app.doctor.mistakes import migrated
    from verifier.ledger import open_ledger
    from verifier.ledger.revisions import Form, form

    where = "PostgreSQL" if settings.database_url else f"SQLite, {settings.data_dir / 'ledger.sqlite3'}"
    if not settings.database_url and not (settings.data_dir / "ledger.sqlite3").exists():
        yield Check(None, "database", f"{where}: not there yet", "`artifact-monitor run` makes it.")
        return
    ledger: Ledger = open_ledger(settings.database)
    try:
        with ledger.reading() as book:
            ok, sentence, advice = migrated(book.health.revision())
            yield Check(ok, "database", f"{where}, {sentence}", advice)
            if form(book.health.revision()) is not Form.OLDER:
                yield from _state(book)
    except Unavailable as error:
        yield Check(False, "database", f"{where}: {error}")


def _state(book: Book) -> Iterator[Check]:
    from app.build import now
    from app.doctor import deliveries as doctor_deliveries
    from app.doctor.mistakes import worker

    watches, installations = book.versions.watches(), book.repositories.installations()
    present = [installation for installation in installations if not installation.deleted]
    yield (
        Check(True, "installed", ", ".join(sorted(i.account for i in present)))
        if present
        else Check(
            None, "installed", "on no account yet", "Install the App; its installation webhook must arrive here."
        )
    )
    yield (
        Check(True, "watching", f"{len(watches)} artifacts")
        if watches
        else Check(None, "watching", "nothing yet", "`artifact-monitor watch PURL --repo OWNER/NAME --workflow FILE`")
    )
    beat = book.health.last_beat("clock")
    if beat is None or now() - beat > STALE:
        last = f"last seen {beat:%Y-%m-%d %H:%M} UTC" if beat is not None else "never seen"
        yield Check(False, "clock", last, "Start `artifact-monitor run` (or the clock process).")
    else:
        yield Check(True, "clock", "ticking")
    ok, sentence, advice = worker(book.health.last_beat("worker"), now())
    yield Check(ok, "worker", sentence, advice)
    if waiting := book.inbox.waiting():
        yield Check(None, "inbox", f"{waiting} webhooks not heard yet", "Is a worker running?")
    for ok, sentence, advice in doctor_deliveries.reading(book):
        yield Check(ok, "reading", sentence, advice)
    for ok, sentence, advice in doctor_deliveries.given_up(book, now()):
        yield Check(ok, "unread", sentence, advice)
    for ok, sentence, advice in doctor_deliveries.refused(book):
        yield Check(ok, "refused", sentence, advice)
    for problem in book.health.problems():
        yield Check(False, "problem", f"{problem.sentence} (since {problem.since:%Y-%m-%d %H:%M} UTC)")


def _redis(settings: Settings) -> Iterator[Check]:
    if not settings.redis_url:
        yield Check(None, "redis", "not set: wake-ups stay within this machine")
        return
    import redis

    redis.Redis.from_url(settings.redis_url, socket_timeout=5).ping()
    yield Check(True, "redis", "answers")


def _github(settings: Settings) -> Iterator[Check]:
    from app.build import now
    from app.doctor import deliveries as doctor_deliveries
    from app.github.installation import clients

    if not settings.github_app_id or not settings.github_private_key:
        yield Check(
            False,
            "github",
            "GITHUB_APP_ID or GITHUB_PRIVATE_KEY is not set",
            "Make the App with `artifact-monitor setup`, or by hand (docs/setup.md) and set both.",
        )
        return
    try:
        slug = clients(settings)(0).call("GET", "/app").get("slug", "?")
    except (Temporary, Permanent) as error:
        yield Check(False, "github", f"{settings.github_api_url}: {error}")
    else:
        yield Check(True, "github", f"{settings.github_api_url} knows us as {slug}")
        for ok, sentence, advice in doctor_deliveries.look(clients(settings)(0), now()):
            yield Check(ok, "deliveries", sentence, advice)


def _mistakes(settings: Settings) -> Iterator[Check]:
    from app.build import now
    from app.doctor import mistakes as look

    parts: dict[str, Callable[[], Iterator[tuple[bool | None, str, str]]]] = {
        "app": lambda: look.look_at_github(settings, now()),
        "redis": lambda: look.look_at_redis(settings),
        "disk": lambda: look.look_at_disk(settings),
        "address": lambda: look.look_at_door(settings),
    }
    for part, found in parts.items():
        try:
            for ok, sentence, advice in found():
                yield Check(ok, part, sentence, advice)
        except Exception as error:  # one that cannot be looked at must not hide the others
            yield Check(None, part, f"could not be looked at ({type(error).__name__})")


def _registries(settings: Settings) -> Iterator[Check]:
    from app.network.http import make_fetch
    from verifier.registries import npm, pypi

    fetch = make_fetch(settings)
    for registry, base in ((npm, settings.npm_registry), (pypi, settings.pypi_index)):
        name = registry.TYPE
        answer = fetch(registry.ask(Artifact(f"pkg:{name}/artifact-monitor-reachability"), base))
        if isinstance(answer, Unreadable):
            usual = f"Check the network, or set another {name} address."
            yield _answers(name, base, answer.problem, False, usual)
        else:
            yield _answers(name, base, "", False, "")


def _images(settings: Settings) -> Iterator[Check]:
    """Registries of images: Docker Hub matters to who watches images there; what a setting names shall answer."""
    from app.network.http import make_fetch

    fetch, hub = make_fetch(settings), "Only images on Docker Hub need it; check the network."
    answer = fetch(Ask(f"{settings.docker_hub}/v2/", "application/json", _ANSWER_LIMIT))
    silence = answer.problem if isinstance(answer, Unreadable) and not 0 < answer.status < 500 else ""
    yield _answers("docker hub", settings.docker_hub, silence, None, hub)
    yield _answers("docker", settings.docker_registry, _no_registry(fetch, settings.docker_registry), None, hub)
    for host, base in settings.oci_registries:
        problem = _no_registry(fetch, base)
        yield _answers("images", f"{host} at {base}", problem, False, "Check OCI_REGISTRIES and the network.")


def _answers(name: str, where: str, problem: str, bad: bool | None, advice: str) -> Check:
    """What was found at one place. A refused certificate says by itself which setting helps: the network is well."""
    if not problem:
        return Check(True, name, f"{where} answers")
    return Check(bad, name, f"{where}: {problem}", "" if REFUSED in problem else advice)


def _no_registry(fetch: Fetch, base: str) -> str:
    """Why there is no registry of images at an address, '' where there is one: it answers, or wants a login."""
    match fetch(Ask(f"{base}/v2/", "application/json", _ANSWER_LIMIT)):
        case Unreadable(status=status, problem=problem) if status != 401:
            return problem
        case Absent():
            return "There is no registry of images here (404)."
        case _:
            return ""


def _logins(settings: Settings) -> Iterator[Check]:
    path = settings.registry_auth_file
    if path is None:
        yield Check(None, "logins", "REGISTRY_AUTH_FILE is not set: only public images can be read")
        return
    known = logins.read(path)
    hosts = ", ".join(sorted(known.by_host)) or "no registry"
    yield Check(True, "logins", f"{path} holds a login for {hosts}")
    if logins.open_to_others(path):
        yield Check(None, "logins", f"other users of this machine may read {path}", f"chmod 600 {path}")
    if known.helpers:
        sentence = f"{path} names credential helpers, which are not run"
        yield Check(None, "logins", sentence, "Write a file of its own: `podman login --authfile FILE HOST`.")


def _unused(settings: Settings) -> Iterator[Check]:
    """Logins under the name in the images, where a setting says that the registry is at another address."""
    known, named = logins.read(settings.registry_auth_file), (DOCKER_HUB, settings.docker_registry)
    places = {host: origin(address) for host, address in (named, *settings.oci_registries)}
    used = {logins.key(place) for place in places.values()}
    for host, place in places.items():
        key = logins.key(origin(f"https://{host}"))
        if key in known.by_host and key not in used:
            sentence = f"the login for {host} is never used: {host} is read at {name(place)}"
            yield Check(None, "logins", sentence, f"Log in to {name(place)} instead.")


def _amazon(settings: Settings) -> Iterator[Check]:
    """Whether boto3 finds a login, where somebody wants one."""
    watched = _watches_amazon(settings)
    if not watched and not any(variable.startswith("AWS_") for variable in os.environ):
        return
    try:
        method = login_found()
    except ValueError as error:
        yield Check(False if watched else None, "amazon", str(error), "See docs/amazon-ecr.md.")
        return
    if method:
        yield Check(True, "amazon", f"a login was found ({method}); it was not tried")
    else:
        yield Check(False if watched else None, "amazon", "no login was found", NO_LOGIN)


def linked(settings: Settings) -> Iterator[Check]:
    """Whether what is said can name our own pages."""
    if not settings.base_url and (settings.routes is not None or settings.github_app_id):
        sentence = "BASE_URL is not set: nothing that is said links to the pages here"
        yield Check(None, "address", sentence, "Set it to the address at which people reach this dashboard.")


def _routes(settings: Settings) -> Iterator[Check]:
    from app.doctor.routes import look

    for ok, sentence, advice in look(settings):
        yield Check(ok, "routes", sentence, advice)


def _watches_amazon(settings: Settings) -> bool:
    """An image in a private registry of Amazon's is watched."""
    from verifier.ledger import open_ledger

    if not settings.database_url and not (settings.data_dir / "ledger.sqlite3").exists():
        return False
    try:
        with open_ledger(settings.database).reading() as book:
            images = [watch.artifact.image for watch in book.versions.watches() if watch.artifact.is_image]
    except Unavailable:
        return False  # the database's own check says so
    return any(ecr.serves(image.partition("/")[0]) for image in images)
