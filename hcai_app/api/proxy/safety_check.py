"""The check of prompts beside a call (HCAI_SAFETY): the first byte waits for it, not for long.

Moderation is asked while the provider already works. What it refuses ends the call like a
revocation does; when it is late, away or odd, the call goes on and is counted as unchecked. While
it hangs, calls do not wait for it (`services/safety/breaker.py`). No text leaves this module but
to moderation.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import prompts
from hcai_app.api.proxy.operations import Operation
from hcai_app.api.proxy.prompts import Prompt
from hcai_app.api.proxy.requests import Request
from hcai_app.errors import HcaiError
from hcai_app.services.call import Caller
from hcai_app.services.limits.in_flight import Slot
from hcai_app.services.safety import verdicts
from hcai_app.services.safety.verdicts import HELP, Finding, Scores, Verdict
from hcai_app.worker.context import Worker

T = TypeVar("T")
log = logging.getLogger(__name__)

# What the first byte waits for, at most.
PATIENCE_S = 0.8
HELP_HEADER = (b"x-hcai-help", HELP.encode())
DRAWING_TOOL, ESCAPE = "image_generation", b"\\"


class Asked(NamedTuple):
    """What is to be checked of a request."""

    prompt: Prompt
    is_drawing: bool


class _Typed(Struct):
    type: str | None = None


_tools = msgspec.json.Decoder(list[_Typed])
_words = msgspec.json.Decoder(list[str])


def asked_by(
    worker: Worker, caller: Caller, operation: Operation, request: Request
) -> Asked | None:
    """Return what is to be checked of a request; None where the settings say nothing is."""
    where, kind = worker.settings.safety, operation.prompt
    if where == "off" or not kind:
        return None
    modes = _list(request, "modalities", _words)
    is_drawing = kind == "picture" or "image" in modes or _has_brush(worker, request)
    is_page = caller.key_id is None
    if where == "all" or is_page or is_drawing or kind == "speech" or "audio" in modes:
        return Asked(prompts.read(request.fields), is_drawing)
    return None


def _has_brush(worker: Worker, request: Request) -> bool:
    """Return whether the model draws, or has a tool that does."""
    if request.model.partition(":")[0] in worker.catalog.image_models:
        return True
    tools = bytes(request.fields.get("tools", b""))
    if DRAWING_TOOL.encode() not in tools and ESCAPE not in tools:
        return False  # as nearly always: reading twenty tools would cost twenty microseconds
    return any(DRAWING_TOOL in (tool.type or "") for tool in _list(request, "tools", _tools))


def _list(request: Request, name: str, decoder: msgspec.json.Decoder[list[T]]) -> list[T]:
    raw = request.fields.get(name)
    try:
        return [] if raw is None else decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []


class Check:
    """The check of one call's prompt; it begins at once."""

    def __init__(self, worker: Worker, exchange: Exchange, slot: Slot, asked: Asked) -> None:
        self._worker = worker
        self._exchange = exchange
        self._slot = slot
        loop = asyncio.get_running_loop()
        self._until = loop.time() + PATIENCE_S
        self._is_late = False
        self._task = loop.create_task(self._run(asked))

    async def passed(self) -> None:
        """Wait until the first byte may leave; a refusal cuts the call meanwhile."""
        if self._is_late or self._task.done():
            return
        left_s = self._until - asyncio.get_running_loop().time()
        if left_s > 0:
            await asyncio.wait({self._task}, timeout=left_s)
        if not (self._is_late or self._task.done()):
            self._is_late = True
            self._task.cancel()
            self._worker.moderation_breaker.note_late()
            self._note(unchecked("late"))

    def stop(self) -> None:
        """End the check: the call has ended before its first byte."""
        self._task.cancel()

    async def _run(self, asked: Asked) -> None:
        verdict = await self._verdict(asked)
        self._note(verdict)
        if verdict.finding is Finding.HELP:
            self._exchange.headers.append(HELP_HEADER)
        elif verdict.finding is Finding.REFUSED:
            self._slot.cut(verdicts.refusal(verdict.because))

    async def _verdict(self, asked: Asked) -> Verdict:
        moderations, (text, pictures) = self._worker.moderations, asked.prompt
        if moderations is None or not (text or pictures):
            return unchecked("nothing" if moderations else "no moderation")
        breaker = self._worker.moderation_breaker
        if not breaker.admits():
            return unchecked("paused")
        # One picture a request is what moderation takes.
        inputs = [(text, pictures[0] if pictures else ""), *(("", more) for more in pictures[1:])]
        asking = (moderations.scores(*parts) for parts in inputs)
        found = await asyncio.gather(*asking, return_exceptions=True)
        breaker.note_answer()
        return _judged(found, is_drawing=asked.is_drawing)

    def _note(self, verdict: Verdict) -> None:
        self._worker.metrics.count_safety(verdict.finding, verdict.because, verdict.categories)
        self._worker.safety_counts.note(self._slot.caller.user_id, verdict)


def _judged(found: Sequence[Scores | BaseException], *, is_drawing: bool) -> Verdict:
    """Return the verdict on what was judged; while a part was not, only a finding counts."""
    scores = [result for result in found if not isinstance(result, BaseException)]
    for fault in found:
        if isinstance(fault, Exception) and not isinstance(fault, HcaiError):
            log.error("a prompt is not checked: %s", type(fault).__name__)  # never what it says
    try:
        verdict = verdicts.judge(scores, is_drawing=is_drawing)
    except ValueError:
        return unchecked("odd" if scores else "failed")
    is_partial = len(scores) < len(found) and verdict.finding is Finding.PASSED
    return unchecked("failed") if is_partial else verdict


def unchecked(because: str) -> Verdict:
    """Return the verdict on what goes on unchecked."""
    return Verdict(Finding.UNCHECKED, because=because)
