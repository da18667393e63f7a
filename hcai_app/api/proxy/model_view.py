"""A catalog model on the wire: OpenRouter's form and OpenAI's at once.

One model without a member that the OpenRouter clients require would cost them the whole list.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, defstruct

from hcai_app.api.openapi.schemas import UNSET, Anything, Created, doc
from hcai_app.loose_json import members_of
from hcai_app.services.models import catalog
from hcai_app.settings import first_model

# Required but nullable members.
NULLABLE = ("context_length", "per_request_limits", "default_parameters", "supported_voices")
TEXT_ONLY = {"modality": None, "input_modalities": ["text"], "output_modalities": ["text"]}
# OpenRouter writes an unknown price as -1.
UNPRICED = {"prompt": "-1", "completion": "-1"}


Input = Annotated[str, Meta(examples=["text", "image", "file", "audio", "video"])]
Output = Annotated[str, Meta(examples=["text", "image", "embeddings"])]
Price = Annotated[str, doc("US dollars for one token, as a decimal text.")]
Share = Annotated[float | None, doc("Percent of the time.")]


class Architecture(Struct):
    """What a model takes and makes."""

    modality: str | None
    input_modalities: Annotated[list[Input], doc("What it takes.")]
    output_modalities: Annotated[list[Output], doc("What it makes.")]


class Pricing(Struct):
    """What a model costs."""

    prompt: Price
    completion: Price


class TopProvider(Struct):
    """The provider that is asked first."""

    is_moderated: bool


class ModelLinks(Struct):
    """More about a model."""

    details: Annotated[str, doc("Where its endpoints are told.")]


class Model(Struct):
    """A model that you may use."""

    id: Annotated[str, doc("What you write as `model`.", first_model())]
    object: Literal["model"]
    owned_by: Annotated[str, doc("Who made it.")]
    canonical_slug: str
    name: Annotated[str, doc("Its name, for people.")]
    created: Created
    context_length: Annotated[int | None, doc("How many tokens it can look at in one call.")]
    architecture: Architecture
    pricing: Pricing
    top_provider: TopProvider
    per_request_limits: Anything | None
    default_parameters: Anything | None
    supported_parameters: Annotated[list[str], doc("What it understands beside the messages.")]
    supported_voices: list[str] | None
    links: ModelLinks
    description: Annotated[str, doc("What it is good at.")] = UNSET
    hugging_face_id: str | None = UNSET
    knowledge_cutoff: str | None = UNSET
    expiration_date: str | None = UNSET


class PageLinks(Struct):
    """Where the list goes on."""

    next: Annotated[str | None, doc("The path of the next page; null on the last.")]


class ModelList(Struct):
    """OpenAI's list and OpenRouter's list in one."""

    object: Literal["list"]
    data: list[Model]
    links: PageLinks
    total_count: Annotated[int, doc("How many there are on all pages together.")]


class ImageModel(Struct):
    """One of the models that draw."""

    id: str
    name: Annotated[str, doc("Its name, for people.")]
    description: Annotated[str, doc("What it is good at.")]
    created: Created
    architecture: Architecture
    supported_parameters: Annotated[Anything, doc("What else it understands, where that is known.")]
    supports_streaming: bool
    endpoints: Annotated[str, doc("The path of who runs it.")]


class ImageModelList(Struct):
    """The models that draw, in OpenRouter's form."""

    object: Literal["list"]
    data: list[ImageModel]


class ModelEndpoint(Struct):
    """A provider that runs a model."""

    name: str
    tag: str
    provider_name: Annotated[str, doc("Who runs it.")]
    model_id: str
    model_name: str
    context_length: int
    max_completion_tokens: int | None
    max_prompt_tokens: int | None
    pricing: Pricing
    quantization: str | None
    supported_parameters: list[str]
    supports_implicit_caching: bool
    supports_diarization: bool
    supports_tool_choice: Anything
    native_tools: Anything
    service_tier: str | None
    uptime_last_5m: Share
    uptime_last_30m: Share
    uptime_last_1d: Share
    latency_last_30m: Annotated[Anything | None, doc("Milliseconds to the first word.")]
    throughput_last_30m: Annotated[Anything | None, doc("Tokens a second.")]


class ModelEndpoints(Struct):
    """A model and who runs it."""

    id: str
    name: str
    created: int
    description: str
    architecture: Architecture
    endpoints: Annotated[list[ModelEndpoint], doc("The providers that run this model.")]


Count = Annotated[int, doc("How many there are.")]
ModelAnswer = defstruct("ModelAnswer", [("data", Model)])
ModelCount = defstruct("ModelCount", [("data", defstruct("Count", [("count", Count)]))])
EndpointsAnswer = defstruct("EndpointsAnswer", [("data", ModelEndpoints)])


def model_view(model: catalog.Model) -> dict[str, Any]:
    """Return a model with every member that an official client requires."""
    name: str = model["id"]
    return {
        **dict.fromkeys(NULLABLE),
        **model,
        **_plain_members(model, name),
        "architecture": TEXT_ONLY | members_of(model.get("architecture")),
        "pricing": UNPRICED | members_of(model.get("pricing")),
        "top_provider": {"is_moderated": False} | members_of(model.get("top_provider")),
        "links": {"details": f"/proxy/v1/models/{name}/endpoints"},
        "object": "model",
        "owned_by": name.split("/", 1)[0],
    }


def image_model_view(model: catalog.Model) -> dict[str, Any]:
    """Return a model that draws, as the list of those has it."""
    view = model_view(model)
    kept = ("id", "name", "description", "created", "architecture")
    return {
        **{name: view[name] for name in kept},
        "supported_parameters": dict[str, Any](),
        "supports_streaming": True,
        "endpoints": view["links"]["details"],
    }


def _plain_members(model: catalog.Model, name: str) -> dict[str, Any]:
    """Return the non-nullable members, with defaults for missing ones."""
    wanted = {
        "canonical_slug": name.split(":", 1)[0],
        "name": name,
        "description": "",
        "created": 0,
        "supported_parameters": list[str](),
    }
    return {
        member: model[member] if type(model.get(member)) is type(default) else default
        for member, default in wanted.items()
    }
