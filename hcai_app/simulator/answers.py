"""Text of simulated answers: friendly, deterministic, plainly labelled as simulated."""

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from hcai_app.simulator import prompts
from hcai_app.simulator.billing import TOKENS_PER_IMAGE, tokens_of
from hcai_app.simulator.listings import SimulatedModel
from hcai_app.simulator.pictures import png_data_url
from hcai_app.simulator.samples import sample
from hcai_app.simulator.scenarios import Scenario

OPENING = (
    "This is a simulated answer in the name of {model}: "
    "no real model was asked, and nothing was paid. "
)
FILLER = (
    "With a provider key in the settings, a real answer would stand here. "
    "Until then, everything else works as it will: streams, counts, costs and limits. "
    "Have fun building something! "
)
THOUGHTS = ("This is simulated reasoning. ", "A real model would think here, ", "and then answer.")


@dataclass(slots=True)
class SimulatedAnswer:
    """The text, thoughts, tool call and pictures of one answer."""

    pieces: list[str] = field(default_factory=list)
    reasoning: tuple[str, ...] = ()
    tool_call: dict[str, Any] | None = None
    images: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    finish_reason: str = "stop"

    def argument_parts(self) -> tuple[str, str]:
        """Return the tool call's arguments in two parts, as a stream sends them."""
        arguments = self.tool_call["function"]["arguments"] if self.tool_call else ""
        middle = len(arguments) // 2
        return arguments[:middle], arguments[middle:]

    def tokens(self) -> tuple[int, int, int]:
        """Return the counts of completion (all), reasoning and image tokens."""
        spoken = "".join(self.pieces)
        if self.tool_call:
            spoken += self.tool_call["function"]["arguments"]
        thought = tokens_of("".join(self.reasoning))
        drawn = TOKENS_PER_IMAGE * len(self.images)
        return tokens_of(spoken) + thought + drawn, thought, drawn


def compose(body: dict[str, Any], listing: SimulatedModel, scenario: Scenario) -> SimulatedAnswer:
    """Compose the answer to a chat request."""
    answer = SimulatedAnswer(annotations=[_annotation(file) for file in prompts.files(body)])
    if scenario.reasoning or prompts.wants_reasoning(body):
        answer.reasoning = THOUGHTS
    if prompts.wants_images(body) or scenario.image_bytes:
        answer.images = [_image(scenario.image_bytes)]
    function = prompts.wanted_function(body)
    if function:
        answer.tool_call = _tool_call(function)
        answer.finish_reason = "tool_calls"
    else:
        _speak(answer, body, listing, scenario)
    answer.finish_reason = scenario.finish or answer.finish_reason
    return answer


def _speak(
    answer: SimulatedAnswer, body: dict[str, Any], listing: SimulatedModel, scenario: Scenario
) -> None:
    structured = _structured(body.get("response_format"))
    if structured is not None:
        answer.pieces = _sliced(structured, max(-(-len(structured) // max(scenario.chunks, 1)), 1))
    else:
        answer.pieces = list(_prose(listing.id, scenario.say, scenario.chunks, scenario.size))
    limit = prompts.max_tokens(body)
    if limit is not None:
        _shorten(answer, limit)


@lru_cache(maxsize=256)
def _prose(model: str, say: str, chunks: int, size: int) -> tuple[str, ...]:
    text = OPENING.format(model=model) + (f"{say} " if say else "")
    if size:
        needed = chunks * size
        text += FILLER * (max(needed - len(text), 0) // len(FILLER) + 1)
        return tuple(_sliced(text[:needed], size))
    words = f"{text}{FILLER}".rstrip().split(" ")
    while len(words) < chunks:
        words += FILLER.rstrip().split(" ")
    # Spread the words evenly, so that there are exactly as many chunks as asked for.
    edges = [index * len(words) // chunks for index in range(chunks + 1)] if chunks else [0]
    pieces = [" ".join(words[a:b]) for a, b in itertools.pairwise(edges)]
    return tuple(piece + " " for piece in pieces[:-1]) + tuple(pieces[-1:])


def _sliced(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _shorten(answer: SimulatedAnswer, limit: int) -> None:
    """Truncate the pieces to a number of tokens, like a model at its limit."""
    room = limit * 4
    kept: list[str] = []
    for piece in answer.pieces:
        data = piece.encode()
        kept.append(data[:room].decode("utf-8", "ignore"))
        room -= len(data)
        if room < 0:
            answer.finish_reason = "length"
            break
        if not room:
            answer.finish_reason = "stop" if len(kept) == len(answer.pieces) else "length"
            break
    answer.pieces = kept


def _structured(form: Any) -> str | None:
    kind = form.get("type") if isinstance(form, dict) else None
    if kind == "json_object":
        return json.dumps({"simulated": True, "answer": "This is a simulated answer."})
    if kind == "json_schema":
        return json.dumps(sample((form.get("json_schema") or {}).get("schema") or {}))
    return None


def _tool_call(function: dict[str, Any]) -> dict[str, Any]:
    name = str(function.get("name", ""))
    arguments = json.dumps(sample(function.get("parameters") or {}) or {})
    digest = hashlib.sha256(f"{name}{arguments}".encode()).hexdigest()
    return {
        "id": f"call_{digest[:24]}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def _image(size: int) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": png_data_url(size)}, "index": 0}


def _annotation(file: dict[str, Any]) -> dict[str, Any]:
    data = str(file.get("file_data") or file.get("file_id") or "")
    name = str(file.get("filename") or "document.pdf")
    text = f"This is the simulated text of {name}."
    return {
        "type": "file",
        "file": {
            "hash": hashlib.sha256(data.encode("utf-8", "replace")).hexdigest(),
            "name": name,
            "content": [{"type": "text", "text": text}],
        },
    }
