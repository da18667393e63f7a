"""Posts to the operators' webhook, signed as Standard Webhooks have it.

The signature is an HMAC-SHA256 of id, moment and body, so that nobody else's message passes for
ours, and an old one can be told from a new one.
"""

import base64
import binascii
import hashlib
import hmac
import logging

import httpx

from hcai_app.settings import Settings
from hcai_app.upstream.rare_calls import open_client

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
PREFIX = "whsec_"
GOOD = range(200, 300)


def webhook_of(settings: Settings) -> "Webhook | None":
    """Return the settings' webhook; None where there is none."""
    url, secret = settings.notice_webhook_url, settings.notice_webhook_secret
    if url is None or secret is None:
        return None
    return Webhook(url.get_secret_value(), secret.get_secret_value())


class Webhook:
    """One address, and the secret that we share with it."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = _key_of(secret)
        self._http = open_client(timeout=TIMEOUT_S)

    async def post(self, message_id: str, moment_s: int, body: bytes) -> str | None:
        """Send a message; return what went wrong, without the address, which may hold a secret."""
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(moment_s),
            "webhook-signature": self.sign(message_id, moment_s, body),
        }
        try:
            posting = self._http.stream("POST", self._url, content=body, headers=headers)
            async with posting as answer:  # whatever it says is not read
                return None if answer.status_code in GOOD else f"it answered {answer.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"it did not answer: {type(error).__name__}"

    def sign(self, message_id: str, moment_s: int, body: bytes) -> str:
        """Return the signature of a message."""
        signed = f"{message_id}.{moment_s}.".encode() + body
        digest = hmac.new(self._secret, signed, hashlib.sha256).digest()
        return f"v1,{base64.b64encode(digest).decode()}"

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _key_of(secret: str) -> bytes:
    """Return a secret's bytes: `whsec_` and base64, or as it is."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()
