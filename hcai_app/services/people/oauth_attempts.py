"""OAuth attempts in progress: state, nonce and verifier, sealed in the browser's cookie.

It is sealed in a cookie for ten minutes and good for one return; the server keeps only which ones
were used, in memory, and how many began at which address.
"""

import base64
import hmac
import re
import secrets
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec
from limits import RateLimitItemPerMinute

from hcai_app import clock, hashing
from hcai_app.services.limits.address_limit import AddressLimit
from hcai_app.services.limits.windows import Windows
from hcai_app.services.people.identity import Reason, SignInRefused
from hcai_app.services.redis_client import RedisClient

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

COOKIE = "hcai_sign_in"
LIFETIME_S = 600
ATTEMPTS = RateLimitItemPerMinute(30, 10)
MAX_TARGET = 1000
HOME = "/dashboard"
# A path of ours, as a browser reads it: one slash, then anything that is printed but `\`.
LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)
# How often somebody may have encoded a path to hide what it is.
MAX_ENCODINGS = 4


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in under way."""

    state: str
    nonce: str
    verifier: str
    target: str  # the path to go to afterwards


class Attempts:
    """Begins and ends sign-ins for one worker."""

    def __init__(self, secret_key: str, redis: RedisClient | None = None) -> None:
        self._secret_key = secret_key
        self._addresses = AddressLimit("sign-in", ATTEMPTS, redis, secret_key)
        self._used = Windows(1, LIFETIME_S)

    async def admit(self, address: str) -> None:
        """Count an attempt of a client's address.

        Raises:
            RateLimited: When there were too many.
        """
        (await self._addresses.hit(address)).require()

    def begin(self, target: str | None) -> tuple[Attempt, str]:
        """Begin a sign-in; return it, and what the browser's cookie is to hold."""
        attempt = Attempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            target=local_path(target),
        )
        sealed = self._seal.encrypt_at_time(msgspec.json.encode(asdict(attempt)), _now_s())
        return attempt, sealed.decode()

    def end(self, cookie: str | None, state: str | None) -> Attempt:
        """Return the sign-in that a browser comes back from, this once.

        Raises:
            SignInRefused: When this browser began none, not this one, or came back before.
        """
        attempt = self._open(cookie or "")
        is_right = attempt is not None and hmac.compare_digest(
            attempt.state.encode(), (state or "").encode()
        )
        if attempt is None or not is_right or not self._used.hit(attempt.state).is_allowed:
            raise SignInRefused(Reason.EXPIRED)
        return attempt

    @cached_property
    def _seal(self) -> "Fernet":
        from cryptography.fernet import Fernet  # noqa: PLC0415 - 8 MB that calls never need

        key = bytes.fromhex(hashing.keyed_hash(COOKIE, self._secret_key, b"sign-in cookie"))
        return Fernet(base64.urlsafe_b64encode(key))

    def _open(self, cookie: str) -> Attempt | None:
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as above

        try:
            sealed = self._seal.decrypt_at_time(cookie.encode(), LIFETIME_S, _now_s())
        except InvalidToken:
            return None
        return msgspec.json.decode(sealed, type=Attempt)


def local_path(target: str | None) -> str:
    """Return the target when it is a path of ours, however it is encoded, else the dashboard."""
    decoded = target or ""
    if len(decoded) > MAX_TARGET:
        return HOME
    for _ in range(MAX_ENCODINGS):
        path = re.split("[?#]", decoded, maxsplit=1)[0]
        if not LOCAL.fullmatch(decoded) or "//" in path or "/." in path or path.startswith("/auth"):
            return HOME
        decoded, before = unquote(decoded), decoded
        if decoded == before:
            return target or HOME
    return HOME


def _now_s() -> int:
    return clock.now_ms() // 1000
