"""The examples by name, in the order of the docs: what each does, and which endpoint it calls."""

from dataclasses import dataclass
from typing import Literal

BEARER, NO_KEY = "bearer", "none"
CHAT = "/chat/completions"


@dataclass(frozen=True, slots=True)
class Entry:
    """One example, without its programs."""

    name: str
    title: str
    endpoint: str = CHAT
    method: str = "POST"
    key: Literal["bearer", "none"] = BEARER
    is_for_curl: bool = True


TABLE = (
    Entry("chat", "Ask a question"),
    Entry("stream", "Read the answer while it is written"),
    Entry("talk", "Have a conversation"),
    Entry("tools", "Let the model call your functions"),
    Entry("json", "Get an answer that has the form you need"),
    Entry("reasoning", "Let it think first"),
    Entry("cancel", "Stop when you have read enough", is_for_curl=False),
    Entry("draw", "Draw a picture in a chat"),
    Entry("image", "Draw a picture into a file", "/images/generations"),
    Entry("look", "Let it look at a picture"),
    Entry("look-file", "Let it look at a picture of yours", is_for_curl=False),
    Entry("pdf-link", "Ask about a PDF on the web"),
    Entry("pdf-file", "Ask about a PDF of your own", is_for_curl=False),
    Entry("pdf-again", "Ask again without paying twice", is_for_curl=False),
    Entry("embedding", "Turn two texts into numbers", "/embeddings"),
    Entry("similar", "Find out which texts are alike", "/embeddings", is_for_curl=False),
    Entry("responses", "Ask the Responses way", "/responses"),
    Entry("responses-stream", "Stream the Responses way", "/responses"),
    Entry("messages", "Ask the Anthropic way", "/messages"),
    Entry("messages-stream", "Stream the Anthropic way", "/messages", is_for_curl=False),
    Entry("moderation", "Is this text fine?", "/moderations"),
    Entry("moderation-image", "Is this picture fine?", "/moderations"),
    Entry("models", "List the models", "/models", "GET", NO_KEY),
    Entry("embedding-models", "List the embedding models", "/embeddings/models", "GET", NO_KEY),
    Entry(
        "model-endpoints",
        "See who runs a model",
        "/models/{{language_model}}/endpoints",
        "GET",
        NO_KEY,
    ),
    Entry("stats", "Count what you used", "/stats", "GET"),
    Entry("key", "See what is left for today", "/key", "GET"),
    Entry("generation", "See what one call has cost", "/generation?id=", "GET", is_for_curl=False),
    Entry("errors", "Catch what goes wrong", is_for_curl=False),
    Entry("limits", "See how many calls are left"),
    Entry("discord", "A Discord bot", is_for_curl=False),
    Entry("web-page", "A web page with a server of its own", is_for_curl=False),
)
