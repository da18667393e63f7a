"""The settings, read once from the environment and `.env`: the only reader of either.

A wrong or missing setting stops the start; all are reported at once, each with what to write.
"""

import hashlib
import logging
import os
import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from limits import parse
from pydantic import Field, PlainValidator, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from hcai_app.settings import sources
from hcai_app.settings.addresses import Origin, Origins, SentryDsn, WebhookUrl, api
from hcai_app.settings.database_url import DatabaseUrl
from hcai_app.settings.faults import SettingsError as SettingsError
from hcai_app.settings.models import ANY_MODEL as ANY_MODEL
from hcai_app.settings.models import EMBEDDING_MODELS as EMBEDDING_MODELS
from hcai_app.settings.models import IMAGE_MODELS as IMAGE_MODELS
from hcai_app.settings.models import LANGUAGE_MODELS as LANGUAGE_MODELS
from hcai_app.settings.models import ModelSettings
from hcai_app.settings.models import first_model as first_model
from hcai_app.settings.redis_url import RedisUrl
from hcai_app.settings.values import (
    PLACEHOLDER,
    ClientId,
    Dollars,
    Key,
    Names,
    Rate,
    Truth,
    choice,
    seconds,
    whole,
)

log = logging.getLogger(__name__)

SECRET_KEY = "HCAI_SECRET_KEY"  # noqa: S105 - a setting's name
SECRET_FILE = Path(".hcai-secret")
MIN_SECRET_BYTES = 32
JOURNALS = Path(".hcai-journal")
NO_MODERATION = "no prompt is checked: HCAI_SAFETY needs OPENAI_API_KEY, or write off"
WEB = Path(".web")  # the built pages
OPENROUTER, OPENAI = "https://openrouter.ai/api/v1", "https://api.openai.com/v1"
HACKCLUB, GITHUB = "https://auth.hackclub.com", "https://api.github.com"
POSTGRES_PORT = 5432
_BOTH = "write both, of the OAuth client made at Hack Club Auth, or neither"
# A setting that is of no use without another -> that one, and what to write.
NEEDS = {
    "HCAI_NOTICE_WEBHOOK_URL": (
        "HCAI_NOTICE_WEBHOOK_SECRET",
        "notices are signed; make one by: openssl rand -base64 32",
    ),
    "HCAI_NOTICE_WEBHOOK_SECRET": (
        "HCAI_NOTICE_WEBHOOK_URL",
        "write the address that takes notices, or remove it",
    ),
    "HACKCLUB_CLIENT_ID": ("HACKCLUB_CLIENT_SECRET", _BOTH),
    "HACKCLUB_CLIENT_SECRET": ("HACKCLUB_CLIENT_ID", _BOTH),
}


class Settings(ModelSettings):
    """Every setting, under its own name; the README says what each means."""

    base_url: Origin = Field("http://localhost:3000", alias="HCAI_BASE_URL")
    secret_key: SecretStr = Field(SecretStr(""), alias="HCAI_SECRET_KEY")
    database_url: DatabaseUrl = Field("sqlite:///hcai.db", alias="DATABASE_URL", repr=False)
    redis_url: RedisUrl | None = Field(None, alias="REDIS_URL", repr=False)
    openrouter_api_key: Key | None = Field(None, alias="OPENROUTER_API_KEY")
    openrouter_base_url: Annotated[str, api(OPENROUTER)] = Field(
        OPENROUTER, alias="OPENROUTER_BASE_URL"
    )
    openai_api_key: Key | None = Field(None, alias="OPENAI_API_KEY")
    openai_base_url: Annotated[str, api(OPENAI)] = Field(OPENAI, alias="OPENAI_BASE_URL")
    hackclub_client_id: ClientId | None = Field(None, alias="HACKCLUB_CLIENT_ID")
    hackclub_client_secret: Key | None = Field(None, alias="HACKCLUB_CLIENT_SECRET")
    hackclub_issuer: Annotated[str, api(HACKCLUB)] = Field(HACKCLUB, alias="HACKCLUB_ISSUER")
    require_verified_setting: Truth | None = Field(None, alias="HCAI_REQUIRE_VERIFIED")
    chat_rate_limit: Rate = Field(parse("150/30 minutes"), alias="HCAI_CHAT_RATE_LIMIT")
    moderation_rate_limit: Rate = Field(parse("300/minute"), alias="HCAI_MODERATION_RATE_LIMIT")
    daily_budget_usd: Dollars = Field(Decimal(4), alias="HCAI_DAILY_BUDGET_USD")
    total_daily_budget_usd: Dollars | None = Field(None, alias="HCAI_TOTAL_DAILY_BUDGET_USD")
    max_keys: Annotated[int, whole(1, 100_000)] = Field(50, alias="HCAI_MAX_KEYS")
    # A worker holds 256 MB of bodies in all.
    max_body_mb: Annotated[int, whole(1, 256)] = Field(64, alias="HCAI_MAX_BODY_MB")
    max_in_flight: Annotated[int, whole(1, 100_000)] = Field(64, alias="HCAI_MAX_IN_FLIGHT")
    stop_seconds: Annotated[float, seconds("0", "86400")] = Field(30, alias="HCAI_STOP_SECONDS")
    retention_days: Annotated[int, whole(2, 36_500)] = Field(400, alias="HCAI_RETENTION_DAYS")
    metrics_token: Key | None = Field(None, alias="HCAI_METRICS_TOKEN")
    heartbeat_seconds: Annotated[float, seconds("0.01", "3600")] = Field(
        3, alias="HCAI_HEARTBEAT_SECONDS"
    )
    upstream_timeout_seconds: Annotated[float, seconds("0.01", "86400")] = Field(
        600, alias="HCAI_UPSTREAM_TIMEOUT_SECONDS"
    )
    cors_origins: Origins = Field(["*"], alias="HCAI_CORS_ORIGINS")
    trusted_proxy_hops: Annotated[int, whole(0, 32)] = Field(0, alias="HCAI_TRUSTED_PROXY_HOPS")
    admins: Names = Field([], alias="HCAI_ADMINS")
    notice_webhook_url: WebhookUrl | None = Field(None, alias="HCAI_NOTICE_WEBHOOK_URL")
    notice_webhook_secret: Key | None = Field(None, alias="HCAI_NOTICE_WEBHOOK_SECRET")
    github_api_url: Annotated[str, api(GITHUB)] = Field(GITHUB, alias="GITHUB_API_URL")
    revoker_secret: Key | None = Field(None, alias="HCAI_REVOKER_SECRET")
    data_policy: Annotated[
        Literal["deny", "zdr", "allow"], PlainValidator(choice("deny", "zdr", "allow"))
    ] = Field("deny", alias="HCAI_DATA_POLICY")
    safety: Annotated[
        Literal["off", "playground", "all"], PlainValidator(choice("off", "playground", "all"))
    ] = Field("playground", alias="HCAI_SAFETY")
    sentry_dsn: SentryDsn | None = Field(None, alias="SENTRY_DSN")

    @property
    def require_verified(self) -> bool:
        """Whether only verified, eligible teens may use keys."""
        chosen = self.require_verified_setting
        return self.is_production if chosen is None else chosen

    @property
    def is_checking(self) -> bool:
        """Whether prompts are checked, at least some."""
        return self.safety != "off" and not self.lacks_moderation

    @property
    def lacks_moderation(self) -> bool:
        """Whether prompts should be checked, and there is nobody who could."""
        return self.safety != "off" and self.is_production and self.openai_api_key is None

    @property
    def is_simulated(self) -> bool:
        """Whether the built-in simulated provider answers."""
        return self.openrouter_api_key is None and not self.is_production

    @property
    def origin(self) -> str:
        """The public origin, without a slash at its end."""
        return self.base_url.rstrip("/")

    @property
    def max_body_bytes(self) -> int:
        """The largest request body, in bytes."""
        return self.max_body_mb * 1024 * 1024


# Settings required in production: name, how to get it.
REQUIRED_IN_PRODUCTION = {
    "HCAI_BASE_URL": "write the public origin, like https://ai.example.org",
    "HCAI_SECRET_KEY": f"write {MIN_SECRET_BYTES} bytes or more, made by: openssl rand -hex 32",
    "OPENROUTER_API_KEY": "write the provider's key, which begins with sk-or-v1-",
    "HACKCLUB_CLIENT_ID": "write the id of the OAuth client made at Hack Club Auth",
    "HACKCLUB_CLIENT_SECRET": "write the secret of the OAuth client made at Hack Club Auth",
}


KNOWN = [str(field.alias) for field in Settings.model_fields.values()]


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the settings of this process.

    Raises:
        SettingsError: With every missing or wrong setting.
    """
    try:
        ours = sources.read_dotenv()
    except sources.UnreadableError as error:
        raise SettingsError([str(error)]) from None
    variables = {**ours, **os.environ}
    # The environment is shared with other programs, `.env` is ours alone.
    mistyped = sources.mistyped_names(variables.keys(), KNOWN)
    in_file = [line for line in mistyped if line.partition(" ")[0] in ours]
    told = [line for line in mistyped if line not in in_file]
    for line in (*told, *sources.unused_proxies(variables)):
        log.warning(line)
    return read_settings(variables, in_file)


def read_settings(variables: Mapping[str, str], problems: Sequence[str] = ()) -> Settings:
    """Build the settings from the given variables alone; `problems` are known already.

    Raises:
        SettingsError: With every missing or wrong setting.
    """
    filled = {name: _trim(name, value) for name, value in variables.items() if value.strip()}
    wrong = {
        name: reason
        for name, reason in sources.misquoted_values(filled).items()
        if name in KNOWN and name != SECRET_KEY
    }
    told = [
        *problems,
        *sources.unknown_names(filled.keys(), KNOWN),
        *_missing_in_production(filled),
        *_wrong_secret(filled),
    ]
    readable = {name: filled[name] for name in KNOWN if name in filled and name not in wrong}
    try:
        settings = Settings.model_validate(readable)
    except ValidationError as error:
        wrong |= {str(detail["loc"][0]): _reason(detail) for detail in error.errors()}
        settings = None
    told += [f"{name} is wrong: {reason}" for name, reason in wrong.items()]
    told += _alone(filled, wrong)
    if told or settings is None:
        raise SettingsError(told)
    if not settings.secret_key.get_secret_value():
        return settings.model_copy(update={"secret_key": SecretStr(_development_secret())})
    return settings


def _reason(detail: ErrorDetails) -> str:
    return str(detail.get("ctx", {}).get("error", detail["msg"]))


def _trim(name: str, value: str) -> str:
    # Every byte of the secret counts: keys are stored under it.
    return value if name == SECRET_KEY else value.strip()


def _missing_in_production(variables: Mapping[str, str]) -> list[str]:
    if variables.get("HCAI_ENV") != "production":
        return []
    return [
        f"{name} is missing: {hint}"
        for name, hint in REQUIRED_IN_PRODUCTION.items()
        if name not in variables
    ]


def _wrong_secret(variables: Mapping[str, str]) -> list[str]:
    secret = variables.get(SECRET_KEY)
    if secret is None:
        return []
    length = len(secret.encode(errors="surrogateescape"))
    if length >= MIN_SECRET_BYTES and PLACEHOLDER not in secret:
        return []
    fault = "is too short" if length < MIN_SECRET_BYTES else "is the example's placeholder"
    return [f"{SECRET_KEY} {fault}: {REQUIRED_IN_PRODUCTION[SECRET_KEY]}"]


def _alone(variables: Mapping[str, str], wrong: Collection[str]) -> list[str]:
    """Return what is said of settings, right ones, without the one that they need."""
    known = variables.keys()
    if variables.get("HCAI_ENV") == "production":
        known = known | REQUIRED_IN_PRODUCTION.keys()  # which are missing, and said to be
    return [
        f"{name} needs {other}: {hint}"
        for name, (other, hint) in NEEDS.items()
        if name in variables and name not in wrong and other not in known
    ]


def _development_secret() -> str:
    """Return the secret of this folder, made on first use; server and command line share it."""
    try:
        if not SECRET_FILE.exists():
            _make_secret_file()
        secret = SECRET_FILE.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        hint = "make this folder writable, or set HCAI_SECRET_KEY"
        raise SettingsError([f"{SECRET_FILE} cannot be made or read ({reason}): {hint}"]) from None
    if len(secret.encode()) < MIN_SECRET_BYTES:
        raise SettingsError([f"{SECRET_FILE} is too short: delete it, and a new one is made"])
    return secret


def _make_secret_file() -> None:
    draft = SECRET_FILE.with_name(f"{SECRET_FILE.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(32))
    with suppress(FileExistsError):  # another process won the race: use its secret
        SECRET_FILE.hardlink_to(draft)
    draft.unlink()


def journal_folder(settings: Settings) -> Path:
    """Return the journal folder of this database: one per database, so that two never mix.

    User and password are not part of its name: a new password must not hide old journals.
    """
    place = urlsplit(settings.database_url)
    name = settings.database_url
    if place.scheme.startswith("postgres"):
        sockets = parse_qs(place.query).get("host", [])
        name = repr((place.hostname, place.port or POSTGRES_PORT, place.path, sockets))
    return JOURNALS / hashlib.sha256(name.encode()).hexdigest()[:12]
