"""Turns annotated msgspec structs into JSON Schema, and holds the members that many share.

A struct's docstring is its description; all objects allow additional members.
"""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Schema = dict[str, Any]
Examples = dict[str, Schema]  # of requests, by their names
# The default of an optional member; its annotation is its type where it is sent.
UNSET: Any = msgspec.UNSET
# An object relayed unchanged.
Anything = Annotated[dict[str, Any], Meta(extra_json_schema={"additionalProperties": True})]


def doc(description: str, *examples: str, **limits: Any) -> Meta:
    """Return an annotation that describes a member, with examples of it and its limits."""
    return Meta(description=description, examples=list(examples) or None, **limits)


def components(types: Iterable[type[msgspec.Struct]]) -> dict[str, Schema]:
    """Return the schemas of structs, and of all that they hold, by their names."""
    template = "#/components/schemas/{name}"
    _, schemas = msgspec.json.schema_components(types, ref_template=template)
    return {name: {**schema, "additionalProperties": True} for name, schema in schemas.items()}


def list_of(items: Schema) -> Schema:
    """Return the schema of a list that is not empty: a type may be one kind of list alone."""
    return {"type": "array", "items": items, "minItems": 1}


def ref(component: str | type, kind: str = "schemas") -> Schema:
    """Return a reference to a component."""
    name = component if isinstance(component, str) else component.__name__
    return {"$ref": f"#/components/{kind}/{name}"}


def example(summary: str, **value: object) -> Schema:
    """Return an example of a request, which works as it stands."""
    return {"summary": summary, "value": value}


JOKE = [{"role": "user", "content": "Tell me a joke about ducks."}]
# A model's id; which there are is an installation's offer.
ChatModel = Annotated[Any, Meta(extra_json_schema=ref("ChatModel"))]
ImageModel = Annotated[Any, Meta(extra_json_schema=ref("ImageModel"))]
EmbeddingModel = Annotated[Any, Meta(extra_json_schema=ref("EmbeddingModel"))]
# What several endpoints take or give.
Stream = Annotated[
    bool | None, doc("`true`: the answer comes word by word, as server-sent events.")
]
Fallbacks = Annotated[
    list[ChatModel] | None, doc("What to ask instead when `model` cannot answer.")
]
MaxTokens = Annotated[int | None, doc("The most tokens to write. A token is about ¾ of a word.")]
Temperature = Annotated[
    Annotated[float, Meta(ge=0, le=2)] | None, doc("0: the same again and again. 2: wild.")
]
Functions = Annotated[list[Anything], doc("Functions of yours that the model may ask for.")]
Cost = Annotated[float | None, doc("US dollars.")]
GenerationId = Annotated[str, doc("The generation's id.")]
EventType = Annotated[str, doc("Which kind of event this is.")]
Created = Annotated[int, doc("Unix seconds.")]
Answering = Annotated[str, doc("Who answered.")]
