"""The one road of a generating call: key, permission, limits, body, model, budget, relay.

Every refusal comes before the request to the provider, and costs nothing. The playground
authenticates by session instead of key (`callers.by_session`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import (
    body_bounds,
    data_policy,
    guard,
    instructions,
    request_body,
    reservation,
    safety_check,
    tool_shapes,
)
from hcai_app.api.proxy.body_bounds import Body
from hcai_app.api.proxy.callers import FindCaller
from hcai_app.api.proxy.operations import Operation
from hcai_app.api.proxy.relay import Relay
from hcai_app.api.proxy.requests import Request
from hcai_app.api.proxy.safety_check import Asked, Check
from hcai_app.errors import InvalidRequest, Unavailable
from hcai_app.services.call import Caller, CallStart, RunningCall
from hcai_app.services.fairuse.matching import Match
from hcai_app.services.keys import rules
from hcai_app.services.limits.in_flight import Slot
from hcai_app.services.limits.windows import Standing
from hcai_app.worker.context import Worker

# Models that one call can name, fallbacks and those of routers and tools together.
MAX_NAMED = 500


def of(
    operation: Operation, find_caller: FindCaller
) -> Callable[[Worker, Exchange], Awaitable[None]]:
    """Return a handler for one kind of generating call."""
    return partial(carry, operation, find_caller)


async def carry(
    operation: Operation, find_caller: FindCaller, worker: Worker, exchange: Exchange
) -> None:
    """Run a call from authentication to its ledger row."""
    if operation.is_anthropic:
        exchange.headers.append((b"request-id", exchange.request_id.encode()))
    caller = await find_caller(worker, exchange)
    slot = worker.in_flight.enter(caller)
    try:
        with slot:
            signs = await _check_caller(worker, exchange, slot)
            await _carry_counted(operation, worker, exchange, slot, signs)
    finally:
        worker.in_flight.leave(slot)
        if worker.shared_in_flight is not None:
            worker.shared_in_flight.leave(slot)


async def _check_caller(worker: Worker, exchange: Exchange, slot: Slot) -> list[Match]:
    """Ask whether this caller may make one more call, before a byte of its body is read.

    Returns what its headers match of fair use, which decides only with what the body says.
    """
    caller = slot.caller
    worker.authentication.check_allowed(caller)
    signs = worker.fair_use.check_headers(caller, exchange.request_headers)
    request_body.check_declared_size(worker.body_memory, exchange)
    if caller.key_id is not None:
        worker.fair_use.sharing.note(caller.key_id, exchange.address, exchange.started_at_ms)
    show_standing(exchange, await worker.chat_limit.hit(caller.user_id))
    return signs


async def _carry_counted(
    operation: Operation, worker: Worker, exchange: Exchange, slot: Slot, signs: list[Match]
) -> None:
    """Run a call that the rate limit has counted."""
    try:
        await _check_room(worker, exchange, slot)
        user_id = slot.caller.user_id
        body = await request_body.read_body(worker.body_memory, exchange, user_id)
        try:
            request, estimate, asked = await body_bounds.off_the_loop_if_large(
                body, _understand, operation, worker, slot.caller, body, signs, exchange
            )
            call = _open(operation, exchange, slot.caller, request, estimate)
            await worker.budget.reserve(slot.caller, call)
            await _deliver(operation, worker, exchange, slot, call, request, asked)
        finally:
            worker.body_memory.give_back(user_id, len(body))
    except Exception:
        # Its slot is released, and there may be no ledger row to update the caller's pages.
        worker.tabs.note(slot.caller.user_id, exchange.started_at_ms)
        await _leave_shared(worker, slot)
        raise


async def _leave_shared(worker: Worker, slot: Slot) -> None:
    """Give a refused call's place back before its client hears of it, and may call again."""
    left = worker.shared_in_flight and worker.shared_in_flight.leave(slot)
    if left is not None:
        await asyncio.wait([left])


async def _check_room(worker: Worker, exchange: Exchange, slot: Slot) -> None:
    worker.in_flight.check_room(slot.caller)
    if worker.shared_in_flight is not None:
        await worker.shared_in_flight.check(slot, exchange.request_id)


def _understand(
    operation: Operation,
    worker: Worker,
    caller: Caller,
    body: Body,
    signs: list[Match],
    exchange: Exchange,
) -> tuple[Request, int, Asked | None]:
    """Parse and check a body; return the request, what it may cost, and what is left to check."""
    body = operation.make(body)
    request = operation.parse(body)
    exchange.model = request.model
    if operation.has_instructions:
        worker.fair_use.check_content(
            caller,
            instructions.read(request.fields),
            signs,
            partial(tool_shapes.read, request.fields),
        )
    offered, named = operation.models(worker.catalog), [request.model]

    def check_model(model: str, param: str) -> None:
        worker.catalog.check_allowed(model, offered, param)
        if caller.rules is not None:
            rules.check_model(caller.rules, model, param)
        if param != "model":
            named.append(model)
        if len(named) > MAX_NAMED:
            raise InvalidRequest(f"The body names more than {MAX_NAMED} models.", param=param)

    checked = guard.check(request.fields, body, check_model)
    estimate = reservation.estimate(request, body, checked, named, worker.catalog.prices_of)
    data_policy.impose(request.fields, worker.settings.data_policy)
    return request, estimate, safety_check.asked_by(worker, caller, operation, request)


def _open(
    operation: Operation,
    exchange: Exchange,
    caller: Caller,
    request: Request,
    estimate: int,
) -> RunningCall:
    opening = CallStart(
        id=exchange.request_id,
        user_id=caller.user_id,
        key_id=caller.key_id,
        endpoint=operation.endpoint,
        requested_model=request.model,
        streamed=request.is_stream,
        reserved_nanousd=estimate,
        started_at_ms=exchange.started_at_ms,
    )
    return RunningCall(opening, request.model)


async def _deliver(
    operation: Operation,
    worker: Worker,
    exchange: Exchange,
    slot: Slot,
    call: RunningCall,
    request: Request,
    asked: Asked | None,
) -> None:
    try:
        worker.journal.open(call)
    except OSError as error:
        worker.budget.cancel(call)
        raise Unavailable("Calls cannot be booked just now; try again in a moment.") from error
    exchange.is_admitted = True
    check = Check(worker, exchange, slot, asked) if asked else None
    relay = Relay(worker, exchange, slot, call, operation.dialect, check)
    await relay.run(operation.path, request.body_for(slot.caller.pseudonym))


def show_standing(exchange: Exchange, standing: Standing) -> None:
    """Add the rate limit headers, and refuse a call over the limit.

    Raises:
        RateLimited: When the window is full.
    """
    exchange.headers += [
        (b"x-ratelimit-limit", b"%d" % standing.limit),
        (b"x-ratelimit-remaining", b"%d" % standing.remaining),
        (b"x-ratelimit-reset", b"%d" % (int(standing.reset_at) + 1)),
    ]
    standing.require()
