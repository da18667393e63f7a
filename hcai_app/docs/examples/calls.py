"""A first call in each language, by kind of model.

Model ids need no escaping, since the catalog admits only plain ones.
"""

from typing import Literal

from hcai_app.docs.examples import library
from hcai_app.docs.examples.library import Language, Program

Kind = Literal["chat", "image", "embedding"]

# In the order of the tabs, with the name that people use.
LANGUAGES: dict[Language, str] = {"curl": "curl", "python": "Python", "javascript": "JavaScript"}
# The client whose program stands for its language.
CLIENTS: dict[Language, str] = {"curl": "", "python": "openai", "javascript": "openai"}
NEEDS: dict[Language, str] = {
    "curl": "",
    "python": "pip install openai",
    "javascript": "npm install openai",
}
# Where the programs of a kind name their model.
MODEL_PLACES: dict[Kind, str] = {
    "chat": "language_model",
    "image": "image_model",
    "embedding": "embedding_model",
}
PROGRAMS: dict[tuple[Kind, Language], Program] = {
    (kind, language): library.EXAMPLES[kind].program(language, CLIENTS[language])
    for kind in MODEL_PLACES
    for language in LANGUAGES
}
STREAM = library.EXAMPLES["stream"].program("curl")


def call(kind: Kind, language: Language, *, model: str, base: str) -> str:
    """Return a program that asks the model once; `base` is the address up to `/v1`."""
    return library.filled(PROGRAMS[kind, language], {"base": base, MODEL_PLACES[kind]: model})


def streamed_call(*, model: str, base: str) -> str:
    """Return a streamed chat call with curl."""
    return library.filled(STREAM, {"base": base, MODEL_PLACES["chat"]: model})
