"""Messages of GitHub's secret scanning: are they GitHub's own?

GitHub signs the raw body with ECDSA on P-256, in DER, and names the key, which it publishes. The
keys are cached; one that is not among them is looked for once more, and no more than once a minute,
whoever asks.
"""

import asyncio
import base64
import binascii
import logging
import time
from typing import TYPE_CHECKING, Any

import httpx

from hcai_app.errors import NotAuthenticated, Unavailable
from hcai_app.loose_json import items_of, members_of, read_json
from hcai_app.refreshed import Refreshed, Stale
from hcai_app.upstream.rare_calls import open_client

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

log = logging.getLogger(__name__)

PATH = "/meta/public_keys/secret_scanning"
TIMEOUT_S = 5.0
FRESH_S = 3600.0
AGAIN_S = 60.0
OK = 200
MAX_SIGNATURE = 200

PublicKeys = dict[str, "EllipticCurvePublicKey"]


class SecretScanning:
    """Checks messages, for one worker."""

    def __init__(self, api_url: str) -> None:
        self._url = api_url.rstrip("/") + PATH
        self._http = open_client(timeout=TIMEOUT_S)
        self._keys = Refreshed(
            "GitHub's public keys",
            self._fetch,
            fresh_s=FRESH_S,
            retry_s=AGAIN_S,
            stale=Stale.ON_FAILURE,
        )
        self._asked_at = float("-inf")

    async def check(self, key_id: str, signature: str, body: bytes) -> None:
        """Refuse a body that GitHub has not signed.

        Raises:
            NotAuthenticated: When the signature is nobody's, or another body's.
            Unavailable: When GitHub's keys cannot be had.
        """
        if len(signature) > MAX_SIGNATURE:
            raise NotAuthenticated("The signature is too long for one.")
        key = await self._find(key_id)
        if key is None:
            raise NotAuthenticated("GitHub knows no such public key.")
        try:
            signed = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError) as error:
            raise NotAuthenticated("The signature is not of this body.") from error
        if not await asyncio.to_thread(_has_signed, key, signed, body):
            raise NotAuthenticated("The signature is not of this body.")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _find(self, key_id: str) -> "EllipticCurvePublicKey | None":
        known = _given(await self._keys.find())
        now = time.monotonic()
        if key_id not in known and now - self._asked_at >= AGAIN_S:
            self._asked_at = now
            known = await self._keys.renew() or known
        return known.get(key_id)

    async def _fetch(self) -> PublicKeys:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await self._http.get(self._url)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Unavailable("GitHub's public keys cannot be had.") from error
        listed = items_of(members_of(read_json(answer.content)).get("public_keys"))
        found = await asyncio.to_thread(_read, [members_of(one) for one in listed])
        if answer.status_code != OK or not found:
            raise Unavailable("GitHub's public keys cannot be had.")
        return found


def _given(found: PublicKeys | None) -> PublicKeys:
    if found is None:
        raise Unavailable("GitHub's public keys cannot be had just now; try again.", 60)
    return found


def _read(listed: list[dict[str, Any]]) -> PublicKeys:
    """Return the published keys on P-256, by name."""
    from hcai_app.upstream.github import signatures  # noqa: PLC0415 - large, and seldom needed

    read = ((str(one.get("key_identifier", "")), str(one.get("key", ""))) for one in listed)
    keys = ((name, signatures.read_key(pem)) for name, pem in read)
    return {name: key for name, key in keys if key is not None}


def _has_signed(key: "EllipticCurvePublicKey", signature: bytes, body: bytes) -> bool:
    from hcai_app.upstream.github import signatures  # noqa: PLC0415 - as above

    return signatures.has_signed(key, signature, body)
