"""`/images/generations`, OpenAI's request translated to the provider's image call, and `/images`.

The second is that call itself, as OpenRouter's clients send it. The answers have one form already:
`created`, `data[].b64_json` and `usage`. There are no hosted images, so nothing can be sent as a
URL. Source: openrouter-api reference, section 12.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.schemas import (
    UNSET,
    Anything,
    Created,
    Examples,
    ImageModel,
    doc,
    example,
)
from hcai_app.api.proxy import members, output_limits
from hcai_app.api.proxy.body_bounds import Body
from hcai_app.api.proxy.members import Fields
from hcai_app.api.proxy.requests import Request
from hcai_app.errors import InvalidRequest

# Parameters of OpenAI's own models only.
DROPPED = ("response_format", "style", "moderation", "partial_images")
# Legacy names of qualities.
QUALITIES = {"standard": "medium", "hd": "high"}


class ImageRequest(Struct):
    """OpenAI's form."""

    model: ImageModel
    prompt: Annotated[str, doc("What to draw. The more you say, the better.", min_length=1)]
    n: Annotated[Annotated[int, Meta(ge=1, le=10)] | None, doc("How many pictures.")] = UNSET
    size: Annotated[str | None, doc("Such as `1024x1024`, or `auto`.")] = UNSET
    quality: Annotated[str | None, doc("`low`, `medium`, `high` or `auto`.")] = UNSET
    stream: Annotated[bool | None, doc("`true`: sketches come first, as server-sent events.")] = (
        UNSET
    )
    response_format: Annotated[Literal["b64_json"] | None, doc("There are no URLs.")] = UNSET


class PictureRequest(Struct):
    """OpenRouter's form. Whatever else it takes may be here too."""

    model: ImageModel
    prompt: Annotated[str, doc("What to draw. The more you say, the better.")]
    n: Annotated[Annotated[int, Meta(ge=1, le=10)] | None, doc("How many pictures.")] = UNSET
    size: Annotated[str | None, doc("Such as `1024x1024` or `2K`.")] = UNSET
    aspect_ratio: Annotated[str | None, doc("Such as `16:9`.")] = UNSET
    input_references: Annotated[
        list[Anything] | None, doc("Pictures to start from, each `{type: image_url, image_url}`.")
    ] = UNSET
    stream: Annotated[bool | None, doc("`true`: sketches come first, as server-sent events.")] = (
        UNSET
    )


class Picture(Struct):
    """One picture."""

    b64_json: Annotated[str, doc("The picture, as base64.")]


class ImageList(Struct):
    """The pictures."""

    created: Created
    data: list[Picture]
    usage: Annotated[Anything | None, doc("With `cost`, in US dollars.")] = UNSET


class ImageEvent(Struct):
    """A step on the way to a picture."""

    type: Annotated[
        str, doc("`image_generation.completed` for each picture; the last has `usage`.")
    ]
    b64_json: Annotated[str, doc("The picture, or a sketch of it.")] = UNSET


def examples(offer: Offer) -> Examples:
    """Return requests that work as they stand."""
    model, prompt = offer.image_model, "An orca that eats pizza, as a sticker"
    return {"draw": example("A sticker", model=model, prompt=prompt)}


def parse(body: Body) -> Request:
    """Read a request.

    Raises:
        InvalidRequest: When it is no JSON object, lacks its shape, or wants a URL.
    """
    fields = members.object_in(body)
    _require_prompt(fields)
    if members.scalar(fields, "response_format") not in (None, "b64_json"):
        raise InvalidRequest(
            "Images come as base64: leave `response_format` out, or send b64_json.",
            param="response_format",
        )
    return _request(fields, _translated(fields))


def parse_own(body: Body) -> Request:
    """Read a request in the provider's own form, which needs no translation.

    Raises:
        InvalidRequest: When it is no JSON object or lacks its shape.
    """
    fields = members.object_in(body)
    if "input_references" not in fields:  # pictures can say enough
        _require_prompt(fields)
    return _request(fields, fields)


def _require_prompt(fields: Fields) -> None:
    if not members.is_text(fields, "prompt"):
        raise InvalidRequest("`prompt` is missing: describe the image.", param="prompt")


def _request(fields: Fields, sent: Fields) -> Request:
    return Request(
        model=members.model(fields),
        is_stream=members.is_stream(fields),
        max_tokens=None,
        answers=output_limits.of(fields).answers,
        fields=sent,
    )


def _translated(fields: Fields) -> Fields:
    kept = {name: raw for name, raw in fields.items() if name not in DROPPED}
    quality = members.scalar(fields, "quality")
    if isinstance(quality, str) and quality in QUALITIES:
        kept["quality"] = msgspec.Raw(msgspec.json.encode(QUALITIES[quality]))
    if members.scalar(fields, "size") == "auto":
        del kept["size"]
    return kept
