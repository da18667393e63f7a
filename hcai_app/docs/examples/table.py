"""The table of examples, in the order of the docs: name, title, endpoint."""

from dataclasses import dataclass
from typing import Literal

BEARER, NO_KEY = "bearer", "none"
CHAT = "/chat/completions"


@dataclass(frozen=True, slots=True)
class ExampleEntry:
    """One example, without its programs."""

    name: str
    title: str
    endpoint: str = CHAT
    method: str = "POST"
    key: Literal["bearer", "none"] = BEARER
    is_for_curl: bool = True


TABLE = (
    ExampleEntry("chat", "Ask a question"),
    ExampleEntry("stream", "Read the answer while it is written"),
    ExampleEntry("talk", "Have a conversation"),
    ExampleEntry("tools", "Let the model call your functions"),
    ExampleEntry("json", "Get an answer that has the form you need"),
    ExampleEntry("reasoning", "Let it think first"),
    ExampleEntry("cancel", "Stop when you have read enough", is_for_curl=False),
    ExampleEntry("completion", "Ask the older way", "/completions"),
    ExampleEntry("draw", "Draw a picture in a chat"),
    ExampleEntry("image", "Draw a picture into a file", "/images/generations"),
    ExampleEntry("look", "Let it look at a picture"),
    ExampleEntry("look-file", "Let it look at a picture of yours", is_for_curl=False),
    ExampleEntry("pdf-link", "Ask about a PDF on the web"),
    ExampleEntry("pdf-file", "Ask about a PDF of your own", is_for_curl=False),
    ExampleEntry("pdf-again", "Ask again without paying twice", is_for_curl=False),
    ExampleEntry("embedding", "Turn two texts into numbers", "/embeddings"),
    ExampleEntry("similar", "Find out which texts are alike", "/embeddings", is_for_curl=False),
    ExampleEntry("responses", "Ask the Responses way", "/responses"),
    ExampleEntry("responses-stream", "Stream the Responses way", "/responses"),
    ExampleEntry("messages", "Ask the Anthropic way", "/messages"),
    ExampleEntry("messages-stream", "Stream the Anthropic way", "/messages", is_for_curl=False),
    ExampleEntry("moderation", "Is this text fine?", "/moderations"),
    ExampleEntry("moderation-image", "Is this picture fine?", "/moderations"),
    ExampleEntry("models", "List the models", "/models", "GET", NO_KEY),
    ExampleEntry(
        "embedding-models", "List the embedding models", "/embeddings/models", "GET", NO_KEY
    ),
    ExampleEntry(
        "model-endpoints",
        "See who runs a model",
        "/models/{{language_model}}/endpoints",
        "GET",
        NO_KEY,
    ),
    ExampleEntry("stats", "Count what you used", "/stats", "GET"),
    ExampleEntry("key", "See what is left", "/key", "GET"),
    ExampleEntry(
        "generation", "See what one call has cost", "/generation?id=", "GET", is_for_curl=False
    ),
    ExampleEntry("errors", "Catch what goes wrong", is_for_curl=False),
    ExampleEntry("limits", "See how many calls are left"),
    ExampleEntry("ai-sdk", "A conversation with the AI SDK", is_for_curl=False),
    ExampleEntry("discord", "A Discord bot", is_for_curl=False),
    ExampleEntry("web-page", "A web page with a server of its own", is_for_curl=False),
    ExampleEntry("character", "A character for a game", is_for_curl=False),
    ExampleEntry("quiz", "A quiz", is_for_curl=False),
)
