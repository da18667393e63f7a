"""Who is measured: HCAI, with everything on, and two bare relays; a new target is one entry."""

import sys
from dataclasses import dataclass, field

from tests.benchmarks.answers import MODEL

OURS = "hcai"
AIOHTTP = "aiohttp relay"
HTTPX = "httpx relay"
# The command that starts the provider of all of them.
UPSTREAM = (sys.executable, "-m", "tests.benchmarks.upstream", "--port", "{port}")


@dataclass(frozen=True)
class Target:
    """A server; `{port}` in its command is filled in when it starts."""

    name: str
    command: tuple[str, ...]
    path: str
    ready_path: str
    env: dict[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ("bench",)


def _uvicorn(module: str) -> tuple[str, ...]:
    options = "--host 127.0.0.1 --port {port} --loop uvloop --http httptools --workers 1"
    quiet = "--no-access-log --log-level warning --backlog 4096"
    return (
        sys.executable,
        "-m",
        "uvicorn",
        f"tests.benchmarks.{module}:app",
        *options.split(),
        *quiet.split(),
    )


def relays(upstream_url: str) -> list[Target]:
    """Name the two yardsticks."""
    env = {"BENCH_UPSTREAM": upstream_url}
    paths = ("/api/v1/chat/completions", "/api/v1/models")
    return [
        Target(AIOHTTP, _uvicorn("relay_aiohttp"), *paths, env),
        Target(HTTPX, _uvicorn("relay_httpx"), *paths, env),
    ]


def ours(env: dict[str, str], keys: list[str]) -> Target:
    """Name HCAI's production server."""
    options = "serve --backend-only --host 127.0.0.1 --port {port}"
    serve = (sys.executable, "-m", "hcai_app", *options.split())
    return Target(OURS, serve, "/proxy/v1/chat/completions", "/readyz", env, tuple(keys))


def our_environment(database_url: str, upstream_url: str) -> dict[str, str]:
    """Everything on; limits and budget raised so far that 1,000 users may make every call."""
    return {
        "HCAI_ENV": "development",
        "HCAI_SECRET_KEY": "benchmark-secret-benchmark-secret-0123456789",
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "OPENROUTER_API_KEY": "bench",
        "OPENROUTER_BASE_URL": f"{upstream_url}/api/v1",
        "HCAI_LANGUAGE_MODELS": MODEL,
        "HCAI_EMBEDDING_MODELS": MODEL,
        "HCAI_CHAT_RATE_LIMIT": "1000000/30 minutes",
        "HCAI_DAILY_BUDGET_USD": "1000",
    }
