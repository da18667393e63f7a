"""Schemas of models and model lists, with every member that official clients read."""

from hcai_app.api.openapi.schemas import (
    Schema,
    anything,
    array,
    constant,
    members,
    nullable,
    number,
    open_choice,
    ref,
    text,
    truth,
    whole,
)
from hcai_app.settings import first_model

INPUTS = ("text", "image", "file", "audio", "video")
OUTPUTS = ("text", "image", "embeddings")
PRICE = "US dollars for one token, as a decimal text."


def schemas() -> dict[str, Schema]:
    """Return the schemas of models and of lists of them."""
    details = members({"details": text("Where its endpoints are told.")})
    return {
        "Model": members(_required(details), _optional(), "A model that you may use."),
        "Architecture": _architecture(),
        "Pricing": members({"prompt": text(PRICE), "completion": text(PRICE)}),
        "ModelList": _list(),
        "ModelAnswer": members({"data": ref("Model")}),
        "ModelCount": members({"data": members({"count": whole("How many there are.")})}),
        "EndpointsAnswer": members({"data": _endpoints()}),
    }


def _required(details: Schema) -> dict[str, Schema]:
    return {
        "id": text("What you write as `model`.", examples=[first_model()]),
        "object": constant("model"),
        "owned_by": text("Who made it."),
        "canonical_slug": text(),
        "name": text("Its name, for people."),
        "created": whole("Unix seconds."),
        "context_length": nullable(whole("How many tokens it can look at in one call.")),
        "architecture": ref("Architecture"),
        "pricing": ref("Pricing"),
        "top_provider": members({"is_moderated": truth()}),
        "per_request_limits": nullable(anything()),
        "default_parameters": nullable(anything()),
        "supported_parameters": array(text(), "What it understands beside the messages."),
        "supported_voices": nullable(array(text())),
        "links": details,
    }


def _optional() -> dict[str, Schema]:
    return {
        "description": text("What it is good at."),
        "hugging_face_id": nullable(text()),
        "knowledge_cutoff": nullable(text()),
        "expiration_date": nullable(text()),
    }


def _architecture() -> Schema:
    required = {
        "modality": nullable(text()),
        "input_modalities": array(open_choice(*INPUTS), "What it takes."),
        "output_modalities": array(open_choice(*OUTPUTS), "What it makes."),
    }
    return members(required)


def _list() -> Schema:
    following = nullable(text("The path of the next page; null on the last."))
    required = {
        "object": constant("list"),
        "data": array(ref("Model")),
        "links": members({"next": following}),
        "total_count": whole("How many there are on all pages together."),
    }
    return members(required, description="OpenAI's list and OpenRouter's list in one.")


def _endpoints() -> Schema:
    share = nullable(number("Percent of the time."))
    endpoint = members(
        {
            "name": text(),
            "tag": text(),
            "provider_name": text("Who runs it."),
            "model_id": text(),
            "model_name": text(),
            "context_length": whole(),
            "max_completion_tokens": nullable(whole()),
            "max_prompt_tokens": nullable(whole()),
            "pricing": ref("Pricing"),
            "quantization": nullable(text()),
            "supported_parameters": array(text()),
            "supports_implicit_caching": truth(),
            "supports_diarization": truth(),
            "supports_tool_choice": anything(),
            "native_tools": anything(),
            "service_tier": nullable(text()),
            "uptime_last_5m": share,
            "uptime_last_30m": share,
            "uptime_last_1d": share,
            "latency_last_30m": nullable(anything("Milliseconds to the first word.")),
            "throughput_last_30m": nullable(anything("Tokens a second.")),
        }
    )
    required = {
        "id": text(),
        "name": text(),
        "created": whole(),
        "description": text(),
        "architecture": ref("Architecture"),
        "endpoints": array(endpoint, "The providers that run this model."),
    }
    return members(required)
