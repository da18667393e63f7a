"""Client of OpenAI's moderations, over httpx.

Only our key goes out with the input. What OpenAI says of our account is for the operator alone.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec

from hcai_app.errors import Unavailable, UpstreamFailed
from hcai_app.loose_json import members_of, read_json
from hcai_app.settings import Settings
from hcai_app.upstream import failures
from hcai_app.upstream.error_bodies import OUR_ACCOUNT, OUR_ACCOUNT_MESSAGE
from hcai_app.upstream.rare_calls import open_client

log = logging.getLogger(__name__)

MODELS = (
    "omni-moderation-latest",
    "omni-moderation-2024-09-26",
    "text-moderation-latest",
    "text-moderation-stable",
    "text-moderation-007",
)
# For a whole answer, which mostly comes within a second; a stop of the server waits no longer.
TIMEOUT_S = 30.0
CONNECT_S = 10.0
MAX_CONNECTIONS = 64
WAIT_FOR_CONNECTION_S = 5.0
# Has the place of a 402 at OpenAI: the account's own credit is used up.
NO_CREDIT = "insufficient_quota"
TOO_MANY = 429
# In place of OpenAI's own words, which name our organisation there.
BUSY = "OpenAI takes no more moderations for the moment; try again a little later."

_answers = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Result(msgspec.Struct):
    category_scores: dict[str, float | None]


class _Judged(msgspec.Struct):
    results: list[_Result]


_judged = msgspec.json.Decoder(_Judged)


class Moderations:
    """The connections to OpenAI; `is_simulated` where the simulated provider stands in for it."""

    def __init__(self, base_url: str, key: str, *, is_simulated: bool = False) -> None:
        self.is_simulated = is_simulated
        self._url = f"{base_url.rstrip('/')}/moderations"
        self._client = open_client(
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
                "User-Agent": "hcai",
            },
            timeout=httpx.Timeout(TIMEOUT_S, connect=CONNECT_S, pool=WAIT_FOR_CONNECTION_S),
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            trust_env=False,
        )

    async def create(self, body: bytes) -> bytes:
        """Return OpenAI's answer as it came.

        Raises:
            UpstreamFailed: When OpenAI refuses, breaks or does not answer.
            Unavailable: When too many moderations are under way already.
        """
        answer = await self._ask(body)
        if not answer.is_success:
            raise _failure(answer)
        try:
            members = _answers.decode(answer.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UpstreamFailed("OpenAI's answer cannot be read.") from error
        if "results" not in members:
            raise failures.from_error(
                msgspec.json.decode(members.get("error", msgspec.Raw(b"null")))
            )
        return answer.content

    async def scores(self, text: str, picture: str = "") -> dict[str, float | None]:
        """Return how sure the newest model is of each category, for a text, a picture, or both.

        Raises:
            UpstreamFailed: When OpenAI refuses, breaks, does not answer or answers oddly.
            Unavailable: When too many moderations are under way already.
        """
        parts: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
        if picture:
            parts.append({"type": "image_url", "image_url": {"url": picture}})
        body = msgspec.json.encode({"model": MODELS[0], "input": parts})
        try:
            (result,) = _judged.decode(await self.create(body)).results
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise UpstreamFailed("OpenAI's answer cannot be read.") from error
        return result.category_scores

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, body: bytes) -> httpx.Response:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._client.post(self._url, content=body)
        except httpx.PoolTimeout as error:
            raise Unavailable("Too many moderations at once; try again in a moment.") from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise failures.silence() from error
        except httpx.HTTPError as error:
            raise UpstreamFailed("OpenAI cannot be reached; try again in a moment.") from error


@asynccontextmanager
async def moderating(
    settings: Settings, simulator_url: str | None
) -> AsyncGenerator[Moderations | None]:
    """Open who moderates: OpenAI, without a key the simulator where it runs, else nobody."""
    key = settings.openai_api_key
    if key is not None:
        moderations = Moderations(settings.openai_base_url, key.get_secret_value())
    elif simulator_url is not None:
        moderations = Moderations(simulator_url, "simulated", is_simulated=True)
    else:
        moderations = None
    try:
        yield moderations
    finally:
        if moderations is not None:
            await moderations.close()


def _failure(answer: httpx.Response) -> UpstreamFailed:
    if answer.status_code in OUR_ACCOUNT or _has_no_credit(answer):
        log.critical("OpenAI answers %s: check OPENAI_API_KEY and its credits", answer.status_code)
        return UpstreamFailed(OUR_ACCOUNT_MESSAGE, headers=failures.DO_NOT_RETRY)
    failure = failures.from_status(answer.status_code, answer.headers, answer.content)
    if answer.status_code == TOO_MANY:
        failure.message = BUSY
    return failure


def _has_no_credit(answer: httpx.Response) -> bool:
    if answer.status_code != TOO_MANY:
        return False
    error = members_of(members_of(read_json(answer.content)).get("error"))
    return NO_CREDIT in (error.get("code"), error.get("type"))
