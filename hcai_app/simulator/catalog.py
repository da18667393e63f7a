"""The simulated catalog on the wire, with every key that the official SDKs require."""

from functools import cache
from typing import Any

from hcai_app.simulator.listings import SimulatedModel

COMMON_PARAMETERS = (
    "frequency_penalty",
    "max_tokens",
    "presence_penalty",
    "response_format",
    "seed",
    "stop",
    "structured_outputs",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
)
REASONING_PARAMETERS = ("include_reasoning", "reasoning")
TOOL_CHOICES = {"auto": True, "function": True, "none": True, "required": True}


@cache
def model_json(listing: SimulatedModel) -> dict[str, Any]:
    """Build a model object."""
    model: dict[str, Any] = {
        "id": listing.id,
        "canonical_slug": canonical_slug(listing),
        "hugging_face_id": None,
        "name": listing.name,
        "created": listing.created,
        "description": f"{listing.description} Simulated: no real model answers.",
        "context_length": listing.context,
        "architecture": architecture(listing),
        "pricing": pricing(listing),
        "top_provider": {
            "context_length": listing.context,
            "max_completion_tokens": listing.max_output,
            "is_moderated": listing.author in {"openai", "anthropic"},
        },
        "per_request_limits": None,
        "supported_parameters": parameters(listing),
        "default_parameters": {"temperature": None, "top_p": None, "frequency_penalty": None},
        "supported_voices": None,
        "knowledge_cutoff": None,
        "expiration_date": None,
        "links": {"details": f"/api/v1/models/{canonical_slug(listing)}/endpoints"},
    }
    if listing.reasons:
        model["reasoning"] = {"mandatory": False, "default_enabled": False}
    return model


def canonical_slug(listing: SimulatedModel) -> str:
    """Return the id without its variant."""
    return listing.id.partition(":")[0]


def architecture(listing: SimulatedModel) -> dict[str, Any]:
    """Return the input and output modalities."""
    return {
        "modality": f"{'+'.join(listing.inputs)}->{'+'.join(listing.outputs)}",
        "input_modalities": list(listing.inputs),
        "output_modalities": list(listing.outputs),
        "tokenizer": listing.tokenizer,
        "instruct_type": None,
    }


def pricing(listing: SimulatedModel) -> dict[str, Any]:
    """Return the prices as decimal strings."""
    return {
        "prompt": listing.prompt,
        "completion": listing.completion,
        "request": "0",
        "image": "0",
        "web_search": "0",
        "internal_reasoning": "0",
        **listing.prices,
    }


def parameters(listing: SimulatedModel) -> list[str]:
    """Return the names of the request parameters that the model supports."""
    if listing.dimensions:
        return []
    return [*COMMON_PARAMETERS, *(REASONING_PARAMETERS if listing.reasons else ())]


def endpoints_json(listing: SimulatedModel) -> dict[str, Any]:
    """Build the response of /models/{author}/{slug}/endpoints, with one simulated endpoint."""
    return {
        "id": listing.id,
        "name": listing.name,
        "created": listing.created,
        "description": model_json(listing)["description"],
        "architecture": architecture(listing),
        "endpoints": [_endpoint(listing)],
    }


def _endpoint(listing: SimulatedModel) -> dict[str, Any]:
    return {
        "name": f"Simulated | {listing.id}",
        "tag": "simulated",
        "provider_name": "Simulated",
        "model_id": listing.id,
        "model_name": listing.name,
        "context_length": listing.context,
        "max_completion_tokens": listing.max_output,
        "max_prompt_tokens": None,
        "pricing": {**pricing(listing), "discount": 0},
        "quantization": "unknown",
        "status": 0,
        "supported_parameters": parameters(listing),
        "supports_implicit_caching": False,
        "supports_tool_choice": TOOL_CHOICES,
        "supports_diarization": False,
        "native_tools": {},
        "service_tier": None,
        "uptime_last_5m": 100,
        "uptime_last_30m": 100,
        "uptime_last_1d": 100,
        "latency_last_30m": None,
        "throughput_last_30m": None,
    }
