"""Schemas of embeddings, images and moderations."""

from hcai_app.api.openapi.schemas import (
    Schema,
    anything,
    array,
    choice,
    constant,
    either,
    event,
    members,
    nullable,
    number,
    ref,
    text,
    truth,
    whole,
)
from hcai_app.upstream.openai.moderations import MODELS


def schemas() -> dict[str, Schema]:
    """Return the schemas of all three endpoints."""
    return {
        "EmbeddingRequest": _embedding_request(),
        "EmbeddingList": _embedding_list(),
        "ImageRequest": _image_request(),
        "ImageList": _image_list(),
        "ImageEvent": event(_image_event(), has_end_mark=True),
        "ModerationRequest": _moderation_request(),
        "Moderation": _moderation(),
    }


def _embedding_request() -> Schema:
    given = either(
        text(minLength=1),
        array(text(minLength=1), minItems=1),
        array(whole(minimum=0), minItems=1),
        array(array(whole(minimum=0), minItems=1), minItems=1),
        array(anything(), minItems=1),
        description="A text, many texts, or token ids. Many at once are faster.",
    )
    optional = {
        "encoding_format": choice("float", "base64", description="base64 is four times smaller."),
        "dimensions": nullable(whole("Shorter vectors, where the model can.", minimum=1)),
    }
    says = "Whatever else OpenRouter takes may be here too."
    return members({"model": ref("EmbeddingModel"), "input": given}, optional, says)


def _embedding_list() -> Schema:
    vector = either(
        array(number()),
        text("base64 of 32-bit floats, little-endian."),
        description="Where this text lies. Near texts mean near things.",
    )
    item = members({"object": constant("embedding"), "embedding": vector}, {"index": whole()})
    counts = {"prompt_tokens": whole(), "total_tokens": whole()}
    usage = members(counts, {"cost": nullable(number("US dollars."))})
    required = {
        "object": constant("list"),
        "model": text(),
        "data": array(item, "One for each input, in the same order."),
    }
    return members(required, {"id": text(), "usage": nullable(usage)})


def _image_request() -> Schema:
    required = {
        "model": ref("ImageModel"),
        "prompt": text("What to draw. The more you say, the better.", minLength=1),
    }
    optional = {
        "n": nullable(whole("How many pictures.", minimum=1, maximum=10)),
        "size": nullable(text("Such as `1024x1024`, or `auto`.")),
        "quality": nullable(text("`low`, `medium`, `high` or `auto`.")),
        "stream": nullable(truth("`true`: sketches come first, as server-sent events.")),
        "response_format": nullable({"const": "b64_json", "description": "There are no URLs."}),
    }
    return members(required, optional, "OpenAI's form.")


def _image_list() -> Schema:
    picture = members({"b64_json": text("The picture, as base64.")})
    required = {"created": whole("Unix seconds."), "data": array(picture)}
    return members(required, {"usage": nullable(anything("With `cost`, in US dollars."))})


def _image_event() -> Schema:
    says = "`image_generation.completed` for each picture; the last has `usage`."
    return members({"type": text(says)}, {"b64_json": text("The picture, or a sketch of it.")})


def _moderation_request() -> Schema:
    part = members({"type": choice("text", "image_url")})
    given = either(
        text(),
        array(text(), minItems=1),
        array(part, minItems=1),
        description="A text, many texts, or parts with pictures.",
    )
    model = nullable(choice(*MODELS, description="Who judges. Left out, it is the newest."))
    return members({"input": given}, {"model": model})


def _moderation() -> Schema:
    result = members(
        {
            "flagged": truth("Whether there is anything bad in it at all."),
            "categories": {
                "type": "object",
                "additionalProperties": {"type": ["boolean", "null"]},
                "description": "What kind of bad.",
            },
            "category_scores": {
                "type": "object",
                "additionalProperties": {"type": ["number", "null"]},
                "description": "How sure, from 0 to 1.",
            },
        },
        {"category_applied_input_types": nullable(anything())},
    )
    required = {"id": text(), "model": text(), "results": array(result, "One for each input.")}
    return members(required)
