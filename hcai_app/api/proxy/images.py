"""`/images/generations`: OpenAI's request, translated to the provider's image call.

The answers have one form already: `created`, `data[].b64_json` and `usage`. There are no hosted
images, so nothing can be sent as a URL. Source: openrouter-api reference, section 12.
"""

import msgspec

from hcai_app.api.proxy import members
from hcai_app.api.proxy.members import Fields
from hcai_app.api.proxy.requests import Request
from hcai_app.errors import InvalidRequest

# Parameters of OpenAI's own models only.
DROPPED = ("response_format", "style", "moderation", "partial_images")
# Legacy names of qualities.
QUALITIES = {"standard": "medium", "hd": "high"}


def parse(body: bytes) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object, lacks its shape, or wants a URL.
    """
    fields = members.object_in(body)
    prompt = members.value(fields, "prompt")
    if not isinstance(prompt, str) or not prompt:
        raise InvalidRequest("`prompt` is missing: describe the image.", param="prompt")
    if members.value(fields, "response_format") not in (None, "b64_json"):
        raise InvalidRequest(
            "Images come as base64: leave `response_format` out, or send b64_json.",
            param="response_format",
        )
    return Request(
        model=members.model(fields),
        is_stream=members.is_stream(fields),
        max_tokens=None,
        answers=members.answers(fields),
        fields=_translated(fields),
    )


def _translated(fields: Fields) -> Fields:
    kept = {name: raw for name, raw in fields.items() if name not in DROPPED}
    quality = members.value(fields, "quality")
    if isinstance(quality, str) and quality in QUALITIES:
        kept["quality"] = msgspec.Raw(msgspec.json.encode(QUALITIES[quality]))
    if members.value(fields, "size") == "auto":
        del kept["size"]
    return kept
