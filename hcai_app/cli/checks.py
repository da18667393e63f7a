"""The checks of `doctor`, one line each."""

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, text

from hcai_app.cli import notices
from hcai_app.db import faults, schema
from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError
from hcai_app.services.fairuse.judging import compiled
from hcai_app.services.fairuse.rules import FILE, load_own
from hcai_app.services.ops import drift, folders, open_files
from hcai_app.services.redis_client import Away, RedisClient
from hcai_app.services.safety import verdicts
from hcai_app.settings import (
    JOURNALS,
    NO_MODERATION,
    WEB,
    Settings,
    SettingsError,
    first_model,
    maker_terms,
    moderation_thresholds,
)
from hcai_app.settings.faults import reading
from hcai_app.upstream.hackclub import client
from hcai_app.upstream.openai.moderations import Moderations
from hcai_app.upstream.openrouter import data_policy
from hcai_app.upstream.openrouter.catalog import CatalogClient
from hcai_app.upstream.openrouter.client import Provider, provider_of


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one check."""

    name: str
    is_good: bool
    text: str


class FaultError(Exception):
    """A failed check; the message says what is wrong and what to do."""


async def run(database: Database, settings: Settings) -> list[Result]:
    """Run every check."""
    return [
        Result("settings", True, f"{settings.env}, {settings.origin}"),
        await _result("data", _data()),
        *(Result("folder", False, problem) for problem in folders.problems((JOURNALS, WEB))),
        *(Result("open files", False, problem) for problem in [open_files.problem()] if problem),
        await _result("database", _database(database)),
        await _result("redis", _redis(settings)),
        await _result("provider", _provider(settings)),
        await _result("sign-in", _sign_in(settings)),
        *(await _webhook(settings)),
        *_metrics(settings),
        *_minors(settings),
        await _result("safety", _safety(settings)),
    ]


async def _result(name: str, check: Awaitable[str]) -> Result:
    try:
        return Result(name, True, await check)
    except FaultError as error:
        return Result(name, False, str(error))


def read_data() -> int:
    """Read the files of data that volunteers edit; return how many rules of fair use there are.

    Raises:
        SettingsError: With the name of the one that cannot be used, and where its fault is.
    """
    maker_terms.register()
    moderation_thresholds.thresholds()
    rules = load_own()
    with reading(FILE):
        compiled(rules)
    return len(rules)


async def _data() -> str:
    try:
        return f"{read_data()} rules of fair use, makers' terms, thresholds of moderation"
    except SettingsError as error:
        raise FaultError(str(error)) from error


async def _database(database: Database) -> str:
    try:
        with faults.explained(database):
            if await database.is_pooled_by_transaction():
                raise FaultError(faults.POOLER)
            if await database.write(_is_copy, "database"):
                raise FaultError(faults.COPY)
            await schema.require_current(database)
            _check_clock(await drift.database_ahead_s(database))
    except HcaiError as error:
        raise FaultError(error.message.removeprefix("the database ")) from error
    return f"{database.url.get_backend_name()}, schema up to date"


def _is_copy(connection: Connection) -> bool:
    """Return whether nothing can be written there; SQLite says so itself."""
    if connection.dialect.name == "sqlite":
        return False
    return connection.scalar(text("SHOW transaction_read_only")) == "on"


async def _redis(settings: Settings) -> str:
    if settings.redis_url is None:
        return "not used; one worker needs none"
    redis = RedisClient(settings.redis_url)
    try:
        if fault := await redis.fault():
            raise FaultError(fault)
        with suppress(Away):
            _check_clock(await redis.measure_clock())
    finally:
        await redis.close()
    return "answers"


def _check_clock(ahead_s: float | None) -> None:
    if ahead_s is not None and abs(ahead_s) > drift.CLOCK_S:
        way = "ahead of" if ahead_s > 0 else "behind"
        raise FaultError(f"its clock is {abs(ahead_s):.0f} s {way} ours: run NTP on both hosts")


async def _provider(settings: Settings) -> str:
    if settings.is_simulated:
        return "simulated; set OPENROUTER_API_KEY for the real one"
    provider = provider_of(settings, None)
    directory = CatalogClient(provider)
    try:
        models = await directory.models("/models")
    except HcaiError as error:
        raise FaultError(f"{error.message} Check OPENROUTER_BASE_URL.") from error
    finally:
        await directory.close()
    return f"offers {len(models)} models; {await _data_policy(settings, provider)}"


async def _data_policy(settings: Settings, provider: Provider) -> str:
    """Prove by a small call that the first model answers under the data policy."""
    policy, model = settings.data_policy, first_model(settings.language_models)
    if policy == "allow":
        return "HCAI_DATA_POLICY is allow: whoever runs a model may keep prompts and learn of them"
    try:
        await data_policy.prove(provider, model, policy)
    except HcaiError as error:
        raise FaultError(
            f"{model} does not answer under HCAI_DATA_POLICY={policy}: {error.message}"
        ) from error
    return f"{model} answers under HCAI_DATA_POLICY={policy} (a call was made)"


async def _sign_in(settings: Settings) -> str:
    provider = client.provider_of(settings)
    if provider is None:
        return "no OAuth client: development only"
    try:
        found = await provider.discovery()
    except HcaiError as error:
        address = provider.issuer + client.DISCOVERY
        raise FaultError(
            f"{address} does not answer as it should: check HACKCLUB_ISSUER"
        ) from error
    finally:
        await provider.close()
    back = settings.origin + client.CALLBACK
    return f"discovery of {found['issuer']} answers; its client must know {back}"


async def _webhook(settings: Settings) -> list[Result]:
    """Send the operators' webhook a notice; there may be none."""
    if settings.notice_webhook_url is None:
        return []
    fault = await notices.try_webhook(settings)
    told = f"{fault}: check HCAI_NOTICE_WEBHOOK_URL" if fault else "takes notices (one was sent)"
    return [Result("webhook", fault is None, told)]


def _metrics(settings: Settings) -> list[Result]:
    if not settings.is_production or settings.metrics_token is not None:
        return []
    text = "no HCAI_METRICS_TOKEN: a proxy on this machine may show /metrics to everybody"
    return [Result("metrics", True, text)]


async def _safety(settings: Settings) -> str:
    """Prove by a small moderation that prompts can be checked."""
    if settings.safety == "off":
        return "HCAI_SAFETY is off: no prompt is checked"
    if settings.lacks_moderation:
        return NO_MODERATION
    if settings.openai_api_key is None:
        return f"prompts are checked ({settings.safety}), by simulated moderations"
    key = settings.openai_api_key.get_secret_value()
    moderations = Moderations(settings.openai_base_url, key)
    try:
        verdicts.judge([await moderations.scores("Ducks are nice.")], is_drawing=True)
    except ValueError as error:
        raise FaultError(f"moderation does not judge what HCAI_SAFETY needs: {error}") from error
    except HcaiError as error:
        raise FaultError(f"no prompt is checked: {error.message} Check OPENAI_API_KEY.") from error
    finally:
        await moderations.close()
    return f"prompts are checked ({settings.safety}), by OpenAI's moderation"


def _minors(settings: Settings) -> list[Result]:
    """Say what the register takes off the lists, and what the operator offers all the same."""
    return [Result("minors", True, line) for line in settings.minors_notes]
