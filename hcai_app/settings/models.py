"""Which models are on offer, and which of the listed ones are not: see `minors`."""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from hcai_app.settings import maker_terms
from hcai_app.settings.values import Names, choice, split_list

LANGUAGE_MODELS = (
    "qwen/qwen3-32b,moonshotai/kimi-k2-0905,openai/gpt-oss-120b,google/gemini-2.5-flash,"
    "openai/gpt-5-mini,deepseek/deepseek-v3.2"
)
IMAGE_MODELS = "google/gemini-2.5-flash-image"
EMBEDDING_MODELS = "qwen/qwen3-embedding-8b,openai/text-embedding-3-large"
ANY_MODEL = "*"


def first_model(configured: Sequence[str] = (), defaults: str = LANGUAGE_MODELS) -> str:
    """Return the model of examples: the first that is allowed by name, else the first default."""
    named = (name for name in configured if name != ANY_MODEL)
    return next(named, defaults.partition(",")[0])


class ModelSettings(BaseModel):
    """The part of the settings that decides which models there are."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    env: Annotated[
        Literal["development", "production"], PlainValidator(choice("development", "production"))
    ] = Field("development", alias="HCAI_ENV")
    listed_language_models: Names = Field(split_list(LANGUAGE_MODELS), alias="HCAI_LANGUAGE_MODELS")
    listed_image_models: Names = Field(split_list(IMAGE_MODELS), alias="HCAI_IMAGE_MODELS")
    listed_embedding_models: Names = Field(
        split_list(EMBEDDING_MODELS), alias="HCAI_EMBEDDING_MODELS"
    )
    minors_exceptions: Names = Field([], alias="HCAI_MINORS_EXCEPTIONS")

    @property
    def is_production(self) -> bool:
        """Whether this is the real service."""
        return self.env == "production"

    def is_fit(self, model: str) -> bool:
        """Return whether the register allows a model here; only the real service asks it."""
        if not self.is_production or not maker_terms.is_forbidden(model):
            return True
        return maker_terms.names(self.minors_exceptions, model)

    @cached_property
    def language_models(self) -> list[str]:
        """The text models on offer."""
        return list(filter(self.is_fit, self.listed_language_models))

    @cached_property
    def image_models(self) -> list[str]:
        """The models that draw."""
        return list(filter(self.is_fit, self.listed_image_models))

    @cached_property
    def embedding_models(self) -> list[str]:
        """The embedding models on offer."""
        return list(filter(self.is_fit, self.listed_embedding_models))

    @property
    def model_lists(self) -> dict[str, list[str]]:
        """The models on offer by what they are asked for, in the order of display."""
        return {
            "language": self.language_models,
            "image": self.image_models,
            "embedding": self.embedding_models,
        }

    @property
    def unfit_models(self) -> list[str]:
        """The listed models that are not offered, as the register forbids them."""
        lists = (self.listed_language_models, self.listed_image_models)
        listed = [*lists[0], *lists[1], *self.listed_embedding_models]
        return [name for name in dict.fromkeys(listed) if not self.is_fit(name)]

    @property
    def excepted_models(self) -> list[str]:
        """The models that the register forbids and the operator offers all the same."""
        return [name for name in self.minors_exceptions if maker_terms.is_forbidden(name)]

    @property
    def minors_notes(self) -> list[str]:
        """What an operator must know of the register, one line each."""
        notes: list[str] = []
        if unfit := self.unfit_models:
            notes.append(
                f"not offered, as its maker's terms rule out under-18s: {', '.join(unfit)} (name "
                "it in HCAI_MINORS_EXCEPTIONS to offer it all the same)"
            )
        if excepted := self.excepted_models:
            notes.append(f"offered although its maker's terms rule it out: {', '.join(excepted)}")
        if idle := [name for name in self.minors_exceptions if name not in excepted]:
            notes.append(f"HCAI_MINORS_EXCEPTIONS has no effect on: {', '.join(idle)}")
        if self.unfit_models and self.listed_image_models and not self.image_models:
            notes.append("no model that draws is left: name another in HCAI_IMAGE_MODELS")
        return notes

    @property
    def models(self) -> list[str]:
        """The ids of all configured models, in the order of their lists."""
        return [*chain.from_iterable(self.model_lists.values())]
