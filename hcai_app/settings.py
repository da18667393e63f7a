"""The settings, read once from the environment and `.env`: the only reader of either.

A wrong or missing setting stops the start; all are reported at once, each with what to write.
"""

import difflib
import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit

from dotenv import dotenv_values
from limits import RateLimitItem, parse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

SECRET_FILE = Path(".hcai-secret")
MIN_SECRET_BYTES = 32
JOURNALS = Path(".hcai-journal")
POSTGRES_PORT = 5432

LANGUAGE_MODELS = (
    "qwen/qwen3-32b,moonshotai/kimi-k2-0905,openai/gpt-oss-120b,google/gemini-2.5-flash,"
    "openai/gpt-5-mini,deepseek/deepseek-v3.2"
)
IMAGE_MODELS = "google/gemini-2.5-flash-image"
EMBEDDING_MODELS = "qwen/qwen3-embedding-8b,openai/text-embedding-3-large"
ANY_MODEL = "*"


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds one line each, with what to write."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"HCAI cannot start with these settings:\n{lines}")


def first_model(configured: Sequence[str] = (), defaults: str = LANGUAGE_MODELS) -> str:
    """Return the model of examples: the first that is allowed by name, else the first default."""
    named = (name for name in configured if name != ANY_MODEL)
    return next(named, defaults.partition(",")[0])


def _split_list(value: Any) -> Any:
    return (
        [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, str)
        else value
    )


def _parse_rate(value: Any) -> Any:
    try:
        return parse(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError("write it like 150/30 minutes") from error


Names = Annotated[list[str], BeforeValidator(_split_list)]
Rate = Annotated[RateLimitItem, BeforeValidator(_parse_rate)]


class Settings(BaseModel):
    """Every setting, under its own name; the README says what each means."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    env: Literal["development", "production"] = Field("development", alias="HCAI_ENV")
    base_url: str = Field(
        "http://localhost:3000", alias="HCAI_BASE_URL", pattern=r"^https?://[^/\s]+/?$"
    )
    secret_key: SecretStr = Field(SecretStr(""), alias="HCAI_SECRET_KEY")
    database_url: str = Field(
        "sqlite:///hcai.db",
        alias="DATABASE_URL",
        repr=False,
        pattern=r"^(sqlite:///.+|postgres(ql)?(\+asyncpg)?://.+)$",
    )
    redis_url: str | None = Field(
        None, alias="REDIS_URL", repr=False, pattern=r"^(rediss?|unix)://.+$"
    )
    openrouter_api_key: SecretStr | None = Field(None, alias="OPENROUTER_API_KEY")
    openrouter_base_url: str = Field(
        "https://openrouter.ai/api/v1", alias="OPENROUTER_BASE_URL", pattern=r"^https?://.+$"
    )
    openai_api_key: SecretStr | None = Field(None, alias="OPENAI_API_KEY")
    openai_base_url: str = Field(
        "https://api.openai.com/v1", alias="OPENAI_BASE_URL", pattern=r"^https?://.+$"
    )
    hackclub_client_id: str | None = Field(None, alias="HACKCLUB_CLIENT_ID")
    hackclub_client_secret: SecretStr | None = Field(None, alias="HACKCLUB_CLIENT_SECRET")
    hackclub_issuer: str = Field(
        "https://auth.hackclub.com", alias="HACKCLUB_ISSUER", pattern=r"^https?://.+$"
    )
    require_verified_setting: bool | None = Field(None, alias="HCAI_REQUIRE_VERIFIED")
    language_models: Names = Field(_split_list(LANGUAGE_MODELS), alias="HCAI_LANGUAGE_MODELS")
    image_models: Names = Field(_split_list(IMAGE_MODELS), alias="HCAI_IMAGE_MODELS")
    embedding_models: Names = Field(_split_list(EMBEDDING_MODELS), alias="HCAI_EMBEDDING_MODELS")
    chat_rate_limit: Rate = Field(parse("150/30 minutes"), alias="HCAI_CHAT_RATE_LIMIT")
    moderation_rate_limit: Rate = Field(parse("300/minute"), alias="HCAI_MODERATION_RATE_LIMIT")
    daily_budget_usd: Decimal = Field(Decimal(4), alias="HCAI_DAILY_BUDGET_USD", ge=0, le=1_000_000)
    max_keys: int = Field(50, alias="HCAI_MAX_KEYS", ge=1)
    max_body_mb: int = Field(64, alias="HCAI_MAX_BODY_MB", ge=1)
    max_in_flight: int = Field(64, alias="HCAI_MAX_IN_FLIGHT", ge=1)
    stop_seconds: float = Field(30, alias="HCAI_STOP_SECONDS", ge=0)
    retention_days: int = Field(400, alias="HCAI_RETENTION_DAYS", ge=2)
    metrics_token: SecretStr | None = Field(None, alias="HCAI_METRICS_TOKEN")
    heartbeat_seconds: float = Field(3, alias="HCAI_HEARTBEAT_SECONDS", gt=0)
    upstream_timeout_seconds: float = Field(600, alias="HCAI_UPSTREAM_TIMEOUT_SECONDS", gt=0)
    cors_origins: Names = Field(["*"], alias="HCAI_CORS_ORIGINS")
    trusted_proxy_hops: int = Field(0, alias="HCAI_TRUSTED_PROXY_HOPS", ge=0)
    admins: Names = Field([], alias="HCAI_ADMINS")
    revoker_secret: SecretStr | None = Field(None, alias="HCAI_REVOKER_SECRET")
    sentry_dsn: SecretStr | None = Field(None, alias="SENTRY_DSN")

    @property
    def is_production(self) -> bool:
        """Whether this is the real service."""
        return self.env == "production"

    @property
    def require_verified(self) -> bool:
        """Whether only verified, eligible teens may use keys."""
        chosen = self.require_verified_setting
        return self.is_production if chosen is None else chosen

    @property
    def is_simulated(self) -> bool:
        """Whether the built-in simulated provider answers."""
        return self.openrouter_api_key is None and not self.is_production

    @property
    def models(self) -> list[str]:
        """The ids of all configured models, in the order of their lists."""
        return [*self.language_models, *self.image_models, *self.embedding_models]

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
    "OPENROUTER_API_KEY": "write the provider's key, like sk-or-v1-…",
    "HACKCLUB_CLIENT_ID": "write the id of the OAuth client made at Hack Club Auth",
    "HACKCLUB_CLIENT_SECRET": "write the secret of the OAuth client made at Hack Club Auth",
}


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the settings of this process.

    Raises:
        SettingsError: With every missing or wrong setting.
    """
    return read_settings({**_dotenv(), **os.environ})


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Build the settings from the given variables alone.

    Raises:
        SettingsError: With every missing or wrong setting.
    """
    filled = {name: value for name, value in variables.items() if value.strip()}
    problems = [*_unknown_names(filled), *_missing_in_production(filled), *_wrong_secret(filled)]
    names = {str(field.alias) for field in Settings.model_fields.values()}
    try:
        settings = Settings.model_validate({name: filled[name] for name in names & filled.keys()})
    except ValidationError as error:
        raise SettingsError([*problems, *_wrong_values(error)]) from None
    if problems:
        raise SettingsError(problems)
    if not settings.secret_key.get_secret_value():
        return settings.model_copy(update={"secret_key": SecretStr(_development_secret())})
    return settings


def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value is not None}


def _unknown_names(variables: Mapping[str, str]) -> list[str]:
    known = [str(field.alias) for field in Settings.model_fields.values()]
    problems: list[str] = []
    for name in sorted(variables):
        if name.startswith("HCAI_") and name not in known:
            near = difflib.get_close_matches(name, known, 1, 0)
            problems.append(f"{name} is not a setting; the nearest is {near[0]}")
    return problems


def _missing_in_production(variables: Mapping[str, str]) -> list[str]:
    if variables.get("HCAI_ENV") != "production":
        return []
    return [
        f"{name} is missing: {hint}"
        for name, hint in REQUIRED_IN_PRODUCTION.items()
        if name not in variables
    ]


def _wrong_secret(variables: Mapping[str, str]) -> list[str]:
    secret = variables.get("HCAI_SECRET_KEY")
    if secret is None or len(secret.encode()) >= MIN_SECRET_BYTES:
        return []
    return [f"HCAI_SECRET_KEY is too short: {REQUIRED_IN_PRODUCTION['HCAI_SECRET_KEY']}"]


def _wrong_values(error: ValidationError) -> list[str]:
    problems: list[str] = []
    for detail in error.errors():
        name = str(detail["loc"][0])
        pattern = detail.get("ctx", {}).get("pattern")
        reason = f"it must match {pattern}" if pattern else detail["msg"]
        problems.append(f"{name} is wrong: {reason}")
    return problems


def _development_secret() -> str:
    """Return the secret of this folder, made on first use; server and command line share it."""
    if not SECRET_FILE.exists():
        draft = SECRET_FILE.with_name(f"{SECRET_FILE.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):  # another process won the race: use its secret
            SECRET_FILE.hardlink_to(draft)
        draft.unlink()
    return SECRET_FILE.read_text().strip()


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
