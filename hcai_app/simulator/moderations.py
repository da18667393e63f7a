"""POST /moderations in OpenAI's form; a few plain words are enough to be flagged."""

from typing import Any

import msgspec
from aiohttp import web

from hcai_app.simulator import prompts, replies
from hcai_app.simulator.calls import new_id
from hcai_app.simulator.errors import Refusal
from hcai_app.simulator.exchanges import SCRIPT
from hcai_app.simulator.scenarios import DECIMAL, Scenario, UnknownDirective
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
LOW, HIGH, FLAGGED = 0.0001, 0.97, 0.5
MAX_IMAGES = 1
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
    if all(isinstance(item, str) for item in given):
        return list(given)
    if (images := _count_images(given)) > MAX_IMAGES:
        raise Refusal(400, f"Number of images ({images}) exceeds maximum of {MAX_IMAGES}")
    return [given]


def _count_images(item: Any) -> int:
    return sum(part.get("type") == "image_url" for part in prompts.parts_of(item))


def _result(item: Any, scenario: Scenario) -> dict[str, Any]:
    scores = _scores(prompts.text_of(item).lower(), scenario)
    flagged = {name for name, score in scores.items() if score >= FLAGGED}
    has_image = _count_images(item) > 0
    has_text = bool(prompts.text_of(item))
    return {
        "flagged": bool(flagged),
        "categories": {name: name in flagged for name in CATEGORIES},
        "category_scores": {name: scores.get(name, LOW) for name in CATEGORIES},
        "category_applied_input_types": {
            name: ["text"] * has_text + ["image"] * (has_image and name in SEEN_IN_IMAGES)
            for name in CATEGORIES
        },
    }


def _scores(text: str, scenario: Scenario) -> dict[str, float]:
    found = {name: HIGH for words, names in WORDS.items() if words in text for name in names}
    for flag in filter(None, scenario.flag.split(",")):
        name, _, score = flag.partition("=")
        if name in CATEGORIES:
            found[name] = float(score) if DECIMAL.fullmatch(score) else HIGH
    return found
