"""The sign-in services of a worker: OAuth attempts and the identity provider."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hcai_app.services.people.oauth_attempts import Attempts
from hcai_app.services.redis_client import RedisClient
from hcai_app.settings import Settings
from hcai_app.upstream.hackclub.client import HackClub, provider_of

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class SignIn:
    """The sign-in services of one worker."""

    attempts: Attempts
    provider: HackClub | None  # None: no OAuth client, in development only
    # Anybody who asks is the development student: only where nobody but this machine can connect.
    is_for_development: bool

    async def load(self) -> None:
        """Load what seals and checks a sign-in, once, in a thread: calls go on meanwhile."""
        await asyncio.to_thread(_load)


@asynccontextmanager
async def signing_in(
    settings: Settings, redis: RedisClient | None, *, host: str
) -> AsyncIterator[SignIn]:
    """Open and close the sign-in services; `host` is the listening address."""
    is_local = host in LOOPBACK_HOSTS
    provider = provider_of(settings)
    try:
        yield SignIn(
            attempts=Attempts(settings.secret_key.get_secret_value(), redis),
            provider=provider,
            is_for_development=provider is None and not settings.is_production and is_local,
        )
    finally:
        if provider is not None:
            await provider.close()


def _load() -> None:
    import authlib.oauth2.client  # noqa: PLC0415 - 10 MB, which only a sign-in needs
    import authlib.oidc.core  # noqa: F401, PLC0415 - as above
    import cryptography.fernet  # noqa: F401, PLC0415 - as above
