"""Who is measured: HCAI, with everything on, and bare relays; a new target is one entry."""

import sys
from dataclasses import dataclass, field, replace

from tests.benchmarks import relay_nginx
from tests.benchmarks.answers import MODEL
from tests.benchmarks.cases import PLAIN_64, STREAMS_2000, Case

OURS = "hcai"
OURS_ON_POSTGRES = "hcai on PostgreSQL"
NGINX = "nginx"
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
    only: str = ""  # the one case that it is measured in
    never: str = ""  # the one that it is not

    def takes(self, case: Case) -> bool:
        """Tell whether it is measured in a case."""
        return self.only in ("", case.name) and self.never != case.name


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
    """Name the yardsticks; nginx where it is installed."""
    env = {"BENCH_UPSTREAM": upstream_url}
    paths = ("/api/v1/chat/completions", "/api/v1/models")
    nginx = (sys.executable, "-m", "tests.benchmarks.relay_nginx", "--port", "{port}")
    found = [
        Target(AIOHTTP, _uvicorn("relay_aiohttp"), *paths, env),
        # So many streams at once take it minutes.
        Target(HTTPX, _uvicorn("relay_httpx"), *paths, env, never=STREAMS_2000),
    ]
    return [*found, Target(NGINX, nginx, *paths, env)] if relay_nginx.find() else found


def ours(env: dict[str, str], keys: list[str]) -> Target:
    """Name HCAI's production server: a worker that serves the API alone."""
    options = "serve --api-only --host 127.0.0.1 --port {port}"
    serve = (sys.executable, "-m", "hcai_app", *options.split())
    return Target(OURS, serve, "/proxy/v1/chat/completions", "/readyz", env, tuple(keys))


def ours_on_postgres(env: dict[str, str], keys: list[str]) -> Target:
    """Name the same on the other database, which is compared in one case."""
    return replace(ours(env, keys), name=OURS_ON_POSTGRES, only=PLAIN_64)


def our_environment(database_url: str, upstream_url: str) -> dict[str, str]:
    """Everything on; limits and budget raised so far that 1,000 users may make every call."""
    return {
        "HCAI_ENV": "development",
        "HCAI_SECRET_KEY": "benchmark-secret-benchmark-secret-0123456789",
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "OPENROUTER_API_KEY": "bench",
        "OPENROUTER_BASE_URL": f"{upstream_url}/api/v1",
        # Without one, development brings a simulated provider of its own into the worker.
        "OPENAI_API_KEY": "bench",
        "OPENAI_BASE_URL": f"{upstream_url}/v1",
        "HCAI_LANGUAGE_MODELS": MODEL,
        "HCAI_EMBEDDING_MODELS": MODEL,
        "HCAI_CHAT_RATE_LIMIT": "1000000/30 minutes",
        "HCAI_DAILY_BUDGET_USD": "1000",
    }
