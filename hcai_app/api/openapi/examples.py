"""Requests that work as they stand here: copy one, change it, see what happens."""

from hcai_app.api.openapi.offers import Offer
from hcai_app.api.openapi.schemas import Schema

Examples = dict[str, Schema]
JOKE = [{"role": "user", "content": "Tell me a joke about ducks."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Look out of the window.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def of_requests(offer: Offer) -> dict[str, Examples]:
    """Return the examples of each request schema."""
    return {
        "ChatRequest": _chat(offer),
        "ResponsesRequest": _responses(offer),
        "MessagesRequest": _messages(offer),
        "EmbeddingRequest": _embeddings(offer),
        "ImageRequest": _images(offer),
        "ModerationRequest": _moderations(),
    }


def _chat(offer: Offer) -> Examples:
    model = offer.chat_model
    weather = [{"role": "user", "content": "Do I need an umbrella in Shelburne?"}]
    draw = [{"role": "user", "content": "Draw an orca that eats pizza."}]
    pirate = [{"role": "system", "content": "You are a pirate."}, *JOKE]
    return {
        "ask": _example("A first question", model=model, messages=JOKE),
        "stream": _example("Word by word", model=model, messages=pirate, stream=True),
        "tools": _example("With a tool", model=model, messages=weather, tools=[WEATHER]),
        "draw": _example(
            "With a picture as the answer",
            model=offer.image_model,
            messages=draw,
            modalities=["image", "text"],
        ),
    }


def _responses(offer: Offer) -> Examples:
    model, ask = offer.chat_model, "Tell me a joke about ducks."
    return {
        "ask": _example("A first question", model=model, input=ask),
        "stream": _example("Word by word", model=model, input=ask, stream=True),
    }


def _messages(offer: Offer) -> Examples:
    given = {"model": offer.chat_model, "max_tokens": 200, "messages": JOKE}
    return {
        "ask": _example("A first question", **given),
        "stream": _example("Word by word", **given, stream=True),
    }


def _embeddings(offer: Offer) -> Examples:
    model, animals = offer.embedding_model, ["a duck", "a goose", "a spreadsheet"]
    return {
        "many": _example("Three texts: which two are alike?", model=model, input=animals),
        "small": _example("Packed", model=model, input="a duck", encoding_format="base64"),
    }


def _images(offer: Offer) -> Examples:
    model, prompt = offer.image_model, "An orca that eats pizza, as a sticker"
    return {"draw": _example("A sticker", model=model, prompt=prompt)}


def _moderations() -> Examples:
    return {
        "one": _example("Something nice", input="I like ducks."),
        "many": _example("Two at once", input=["I like ducks.", "I like geese."]),
    }


def _example(summary: str, **value: object) -> Schema:
    return {"summary": summary, "value": value}
