"""Maps calls to the rows of /activity, in words."""

from collections.abc import Mapping
from typing import Any

from hcai_app import formatting
from hcai_app.services.call import CostSource, Outcome
from hcai_app.services.models import colors
from hcai_app.ui.state.outcomes import OUTCOMES
from hcai_app.ui.view_models import CallDetailView, CallView, FactView

PLAYGROUND = "Playground"
BEING_SETTLED = "being settled"
SOURCES = {
    CostSource.PROVIDER: "told by the provider with the answer",
    CostSource.LOOKUP: "looked up at the provider afterwards",
    CostSource.ESTIMATE: "estimated: the provider could not tell",
}


def call(row: Mapping[Any, Any], keys: Mapping[str, str]) -> CallView:
    """Return a call for the list; `keys` are the names of its key and others."""
    return CallView(
        id=row["id"],
        at_ms=row["started_at_ms"],
        model=row["model"],
        color=colors.color_of(colors.model_color_index(row["model"])),
        key=_key(row, keys),
        tokens=formatting.tokens(row["total_tokens"]),
        cost=formatting.usd(row["cost_nanousd"]) if row["settled"] else BEING_SETTLED,
        is_settled=row["settled"],
        first_byte=formatting.ms(row["first_byte_ms"]),
        outcome=row["outcome"],
        words=OUTCOMES[Outcome(row["outcome"])].name,
    )


def detail(row: Mapping[Any, Any], keys: Mapping[str, str]) -> CallDetailView:
    """Return all that is known of a call."""
    return CallDetailView(
        id=row["id"],
        story=OUTCOMES[Outcome(row["outcome"])].story,
        generation_id=row["generation_id"] or "",
        facts=tuple(_facts(row, keys)),
    )


def _facts(row: Mapping[Any, Any], keys: Mapping[str, str]) -> list[FactView]:
    cost = formatting.usd_exact(row["cost_nanousd"]) if row["settled"] else BEING_SETTLED
    source = SOURCES[CostSource(row["cost_source"])] if row["cost_source"] else "not known yet"
    return [
        FactView("Endpoint", row["endpoint"], is_code=True),
        FactView("Model asked for", row["requested_model"], is_code=True),
        FactView("Model that answered", row["model"], is_code=True),
        FactView("Key", _key(row, keys)),
        FactView("Streamed", "Yes" if row["streamed"] else "No"),
        FactView("Status", str(row["status"]), is_code=True),
        FactView("Prompt tokens", formatting.count(row["prompt_tokens"])),
        FactView("Completion tokens", formatting.count(row["completion_tokens"])),
        FactView("Reasoning tokens", formatting.count(row["reasoning_tokens"])),
        FactView("Cached tokens", formatting.count(row["cached_tokens"])),
        FactView("Total tokens", formatting.count(row["total_tokens"])),
        FactView("Cost", cost),
        FactView("Cost known from", source),
        FactView("Time to first token", formatting.ms(row["first_byte_ms"])),
        FactView("Whole duration", formatting.ms(row["duration_ms"])),
        FactView("Started", formatting.moment(row["started_at_ms"])),
    ]


def _key(row: Mapping[Any, Any], keys: Mapping[str, str]) -> str:
    return PLAYGROUND if row["key_id"] is None else keys.get(row["key_id"], "a key")
