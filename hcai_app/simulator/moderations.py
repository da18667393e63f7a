"""POST /moderations in OpenAI's form; a few plain words are enough to be flagged."""

from typing import Any

import msgspec
from aiohttp import web

from hcai_app.simulator import prompts, replies
from hcai_app.simulator.calls import new_id
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import SCRIPT
from hcai_app.simulator.scenarios import Scenario, UnknownDirective
from hcai_app.simulator.wire import Wire

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
SEEN_IN_IMAGES = frozenset(
    {
        "self-harm",
        "self-harm/intent",
        "self-harm/instructions",
        "sexual",
        "violence",
        "violence/graphic",
    }
)
WORDS = {
    "i will kill": ("violence", "harassment/threatening"),
    "build a bomb": ("illicit", "illicit/violent"),
    "hurt myself": ("self-harm", "self-harm/intent"),
}
LOW, HIGH = 0.0001, 0.97
DEFAULT_MODEL = "omni-moderation-latest"


async def create(request: web.Request) -> web.StreamResponse:
    """Handle POST /moderations."""
    try:
        body = msgspec.json.decode(await request.read(), type=dict[str, Any])
        inputs = _inputs(body.get("input"))
        scenario = request.app[SCRIPT].draw(request.path, is_generating=False)
        scenario = scenario.directed_by("\n".join(prompts.text_of(item) for item in inputs))
    except (msgspec.DecodeError, UnknownDirective) as error:
        raise Refusal(400, str(error)) from error
    wire = Wire(request, scenario)
    if scenario.status:
        return await replies.send_error(wire, scenario, {})
    payload = {
        "id": new_id().replace("gen-", "modr-"),
        "model": body.get("model") or DEFAULT_MODEL,
        "results": [_result(item, scenario) for item in inputs],
    }
    return await replies.send_json(wire, scenario, payload, {})


def _inputs(given: Any) -> list[Any]:
    """Return one entry for each result: each string, or all parts together."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list) or not given:
        raise Refusal(400, "input is required")
    return list(given) if all(isinstance(item, str) for item in given) else [given]


def _result(item: Any, scenario: Scenario) -> dict[str, Any]:
    flagged = _flagged(prompts.text_of(item).lower(), scenario)
    has_image = any(part.get("type") == "image_url" for part in prompts.parts_of(item))
    has_text = bool(prompts.text_of(item))
    return {
        "flagged": bool(flagged),
        "categories": {name: name in flagged for name in CATEGORIES},
        "category_scores": {name: HIGH if name in flagged else LOW for name in CATEGORIES},
        "category_applied_input_types": {
            name: ["text"] * has_text + ["image"] * (has_image and name in SEEN_IN_IMAGES)
            for name in CATEGORIES
        },
    }


def _flagged(text: str, scenario: Scenario) -> set[str]:
    found = {name for words, names in WORDS.items() if words in text for name in names}
    return found | (set(filter(None, scenario.flag.split(","))) & set(CATEGORIES))
