"""A catalog model on the wire: OpenRouter's form and OpenAI's at once.

One model without a member that the OpenRouter clients require would cost them the whole list.
"""

from typing import Any

from hcai_app.loose_json import members_of
from hcai_app.services.models.catalog import Model

# Required but nullable members.
NULLABLE = ("context_length", "per_request_limits", "default_parameters", "supported_voices")
TEXT_ONLY = {"modality": None, "input_modalities": ["text"], "output_modalities": ["text"]}
# OpenRouter writes an unknown price as -1.
UNPRICED = {"prompt": "-1", "completion": "-1"}


def model_view(model: Model) -> dict[str, Any]:
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


def _plain_members(model: Model, name: str) -> dict[str, Any]:
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
