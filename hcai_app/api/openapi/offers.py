"""Which models this installation offers, so that the document names them and its examples work."""

from typing import NamedTuple

from hcai_app.api.openapi.schemas import Schema
from hcai_app.settings import ANY_MODEL, EMBEDDING_MODELS, IMAGE_MODELS, LANGUAGE_MODELS, Settings

LISTED_AT = "`GET /models` lists them all."
EMBEDDINGS_LISTED_AT = "`GET /embeddings/models` lists them all."


class Offer(NamedTuple):
    """Where the API is, and the models of each kind, by their ids."""

    origin: str
    language: tuple[str, ...]
    image: tuple[str, ...]
    embedding: tuple[str, ...]

    @property
    def chat_model(self) -> str:
        """The chat model of the examples."""
        return _first(self.language, LANGUAGE_MODELS)

    @property
    def image_model(self) -> str:
        """The image model of the examples."""
        return _first(self.image, IMAGE_MODELS)

    @property
    def embedding_model(self) -> str:
        """The embedding model of the examples."""
        return _first(self.embedding, EMBEDDING_MODELS)


def offer_of(settings: Settings) -> Offer:
    """Return the offer of these settings."""
    return Offer(
        settings.origin,
        tuple(settings.language_models),
        tuple(settings.image_models),
        tuple(settings.embedding_models),
    )


def schemas(offer: Offer) -> dict[str, Schema]:
    """Return the schemas of a model's id, one for each kind of call."""
    chat = tuple(dict.fromkeys(offer.language + offer.image))
    return {
        "ChatModel": _model(chat, f"Who answers. {LISTED_AT}"),
        "ImageModel": _model(offer.image, f"Who draws. {LISTED_AT}"),
        "EmbeddingModel": _model(offer.embedding, f"Who reads. {EMBEDDINGS_LISTED_AT}"),
    }


def _model(names: tuple[str, ...], says: str) -> Schema:
    if ANY_MODEL in names or not names:
        return {"type": "string", "description": says}
    variant = {
        "type": "string",
        "description": "One of these with a suffix such as `:nitro`.",
        "examples": [f"{names[0]}:nitro"],
    }
    return {"anyOf": [{"type": "string", "enum": list(names)}, variant], "description": says}


def _first(names: tuple[str, ...], defaults: str) -> str:
    offered = [name for name in names if name != ANY_MODEL]
    return offered[0] if offered else defaults.split(",")[0]
