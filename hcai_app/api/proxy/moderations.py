"""`POST /moderations`: relayed to OpenAI, without a ledger row, under its own rate limit."""

import difflib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from hcai_app.api.exchange import Exchange
from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.schemas import UNSET, Anything, Examples, doc, example, list_of
from hcai_app.api.proxy import body_bounds, members, request_body
from hcai_app.api.proxy.answers import WholeAnswer
from hcai_app.api.proxy.body_bounds import Body
from hcai_app.api.proxy.callers import FindCaller
from hcai_app.api.proxy.road import show_standing
from hcai_app.api.proxy.writer import AnswerWriter
from hcai_app.errors import HcaiError, InvalidRequest, NotFound, UpstreamRefused
from hcai_app.services.call import Outcome
from hcai_app.upstream.openai.moderations import MODELS, Moderations
from hcai_app.worker.context import Worker

# Members that could identify the end user: moderation needs none of them.
NAMES = ("user", "safety_identifier", "metadata")
# An unknown name is truncated to this length before the search for similar names.
MAX_COMPARED = 60
SIMULATED = (b"x-simulated", b"true")


STRING = {"type": "string"}
PART = {
    "type": "object",
    "properties": {"type": {"type": "string", "enum": ["text", "image_url"]}},
    "required": ["type"],
    "additionalProperties": True,
}
INPUTS = [STRING, list_of(STRING), list_of(PART)]


class ModerationRequest(Struct):
    """What to check."""

    input: Annotated[
        Any,
        doc("A text, many texts, or parts with pictures."),
        Meta(extra_json_schema={"anyOf": INPUTS}),
    ]
    model: Annotated[
        Annotated[str, Meta(extra_json_schema={"enum": list(MODELS)})] | None,
        doc("Who judges. Left out, it is the newest."),
    ] = UNSET


class ModerationResult(Struct):
    """What is bad in one input."""

    flagged: Annotated[bool, doc("Whether there is anything bad in it at all.")]
    categories: Annotated[dict[str, bool | None], doc("What kind of bad.")]
    category_scores: Annotated[dict[str, float | None], doc("How sure, from 0 to 1.")]
    category_applied_input_types: Anything | None = UNSET


class Moderation(Struct):
    """The judgement of all inputs."""

    id: str
    model: str
    results: Annotated[list[ModerationResult], doc("One for each input.")]


def examples(_offer: Offer) -> Examples:
    """Return requests that work as they stand."""
    return {
        "one": example("Something nice", input="I like ducks."),
        "many": example("Two at once", input=["I like ducks.", "I like geese."]),
    }


def of(find_caller: FindCaller) -> Callable[[Worker, Exchange], Awaitable[None]]:
    """Return a handler that relays moderation calls to OpenAI."""
    return partial(_create, find_caller)


async def _create(find_caller: FindCaller, worker: Worker, exchange: Exchange) -> None:
    caller = await find_caller(worker, exchange)
    worker.authentication.check_allowed(caller)
    moderations = _offered(worker)
    request_body.check_declared_size(worker.body_memory, exchange)
    show_standing(exchange, await worker.moderation_limit.hit(caller.user_id))
    if moderations.is_simulated:
        exchange.headers.append(SIMULATED)
    body = await request_body.read_body(worker.body_memory, exchange, caller.user_id)
    try:
        relayed = await body_bounds.off_the_loop_if_large(body, body_from, body)
        await _relay(worker, exchange, moderations, relayed)
    finally:
        worker.body_memory.give_back(caller.user_id, len(body))


def _offered(worker: Worker) -> Moderations:
    if worker.moderations is None:
        raise NotFound("This server offers no moderation: it has no OPENAI_API_KEY.")
    return worker.moderations


def body_from(body: Body) -> bytes:
    """Return the body for OpenAI, without members that identify the end user.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    members.require_text_or_list(fields, "input", "texts or parts")
    model = members.scalar(fields, "model")
    if model is None:
        fields.pop("model", None)
    else:
        _check_model(model)
    kept = {name: value for name, value in fields.items() if name not in NAMES}
    return msgspec.json.encode(kept)


def _check_model(model: object) -> None:
    if model in MODELS:
        return
    near = difflib.get_close_matches(str(model)[:MAX_COMPARED], MODELS, len(MODELS), 0)
    raise InvalidRequest(
        f"This model does not moderate. Those that do are: {', '.join(near)}.",
        param="model",
        metadata={"nearest": near},
    )


async def _relay(worker: Worker, exchange: Exchange, moderations: Moderations, body: bytes) -> None:
    """Send the answer, with white space as heartbeats before it."""
    beat_s = worker.settings.heartbeat_seconds
    with AnswerWriter(exchange, worker.ticker, WholeAnswer(), beat_s) as writer:
        try:
            answer = await moderations.create(body)
            worker.metrics.count_moderation(Outcome.COMPLETED)
            await writer.end(answer)
        except HcaiError as error:
            worker.metrics.count_moderation(_outcome_of(error))
            if not exchange.status:
                raise
            await writer.fail(error)


def _outcome_of(error: HcaiError) -> Outcome:
    is_refusal = isinstance(error, UpstreamRefused)
    return Outcome.REFUSED_BY_PROVIDER if is_refusal else Outcome.UPSTREAM_ERROR
