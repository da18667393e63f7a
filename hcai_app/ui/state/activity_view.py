"""Maps calls to the rows of /activity, in words."""

from collections.abc import Mapping

from hcai_app import formatting
from hcai_app.services.call import FAILURES_OF_PROVIDER, CostSource, LedgerEntry, Outcome
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.models import colors
from hcai_app.ui.state.outcomes import OUTCOMES, REFUSED, REFUSED_WORDS
from hcai_app.ui.view_models import CallDetailView, CallView, FactView

PLAYGROUND = "Playground"
BEING_SETTLED = "being settled"
SOURCES = {
    CostSource.PROVIDER: "told by the provider with the answer",
    CostSource.LOOKUP: "looked up at the provider afterwards",
    CostSource.ESTIMATE: "estimated: the provider could not tell",
}


def row(found: LedgerEntry | RefusedCall, keys: Mapping[str, str]) -> CallView:
    """Return a call or a refused one for the list."""
    return call(found, keys) if isinstance(found, LedgerEntry) else refused(found, keys)


def detail_of(found: LedgerEntry | RefusedCall, keys: Mapping[str, str]) -> CallDetailView:
    """Return the details of a call or of a refused one."""
    return detail(found, keys) if isinstance(found, LedgerEntry) else refused_detail(found, keys)


def refused(refusal: RefusedCall, keys: Mapping[str, str]) -> CallView:
    """Return a refused call for the list: it used nothing."""
    model = refusal.model or formatting.NOTHING
    return CallView(
        id=refusal.id,
        at_ms=refusal.at_ms,
        model=model,
        color=colors.color_of(colors.model_color_index(model)) if refusal.model else "transparent",
        key=_key(refusal, keys),
        tokens=formatting.NOTHING,
        cost=formatting.NOTHING,
        is_settled=True,
        first_byte=formatting.NOTHING,
        outcome=REFUSED,
        words=f"{REFUSED_WORDS.name} · {refusal.code}",
    )


def refused_detail(refusal: RefusedCall, keys: Mapping[str, str]) -> CallDetailView:
    """Return what its owner may know of a refused call."""
    facts = [
        FactView("Endpoint", refusal.endpoint, is_code=True),
        FactView("Model asked for", refusal.model or "not read", is_code=refusal.model is not None),
        FactView("Key", _key(refusal, keys)),
        FactView("Status", str(refusal.code), is_code=True),
        FactView("Kind", refusal.type, is_code=True),
        FactView("Cost", formatting.usd(0)),
        FactView("Refused", formatting.moment(refusal.at_ms)),
    ]
    if refusal.rule is not None:
        facts.append(FactView("Rule", refusal.rule, is_code=True))
    if refusal.until_ms is not None:
        facts.append(FactView("Until", formatting.moment(refusal.until_ms)))
    why = f"/why/{refusal.id}"
    return CallDetailView(refusal.id, refusal.message, facts=tuple(facts), why=why)


def call(entry: LedgerEntry, keys: Mapping[str, str]) -> CallView:
    """Return a call for the list; `keys` are the names of its key and others."""
    return CallView(
        id=entry.id,
        at_ms=entry.started_at_ms,
        model=entry.model,
        color=colors.color_of(colors.model_color_index(entry.model)),
        key=_key(entry, keys),
        tokens=formatting.tokens(entry.total_tokens),
        cost=formatting.usd(entry.cost_nanousd) if entry.settled else BEING_SETTLED,
        is_settled=entry.settled,
        first_byte=formatting.ms(entry.first_byte_ms),
        outcome=entry.outcome,
        words=OUTCOMES[Outcome(entry.outcome)].name,
    )


def detail(entry: LedgerEntry, keys: Mapping[str, str]) -> CallDetailView:
    """Return a call's details."""
    return CallDetailView(
        id=entry.id,
        story=OUTCOMES[Outcome(entry.outcome)].story,
        generation_id=entry.generation_id or "",
        facts=tuple(_facts(entry, keys)),
    )


def _facts(entry: LedgerEntry, keys: Mapping[str, str]) -> list[FactView]:
    cost = formatting.usd_exact(entry.cost_nanousd) if entry.settled else BEING_SETTLED
    source = SOURCES[CostSource(entry.cost_source)] if entry.cost_source else "not known yet"
    return [
        FactView("Endpoint", entry.endpoint, is_code=True),
        FactView("Model asked for", entry.requested_model, is_code=True),
        *_answered(entry),
        FactView("Key", _key(entry, keys)),
        FactView("Streamed", "Yes" if entry.streamed else "No"),
        FactView("Status", str(entry.status), is_code=True),
        FactView("Prompt tokens", formatting.count(entry.prompt_tokens)),
        FactView("Completion tokens", formatting.count(entry.completion_tokens)),
        FactView("Reasoning tokens", formatting.count(entry.reasoning_tokens)),
        FactView("Cached tokens", formatting.count(entry.cached_tokens)),
        FactView("Total tokens", formatting.count(entry.total_tokens)),
        FactView("Cost", cost),
        FactView("Cost known from", source),
        FactView("Time to first token", formatting.ms(entry.first_byte_ms)),
        FactView("Whole duration", formatting.ms(entry.duration_ms)),
        FactView("Started", formatting.moment(entry.started_at_ms)),
    ]


def _answered(entry: LedgerEntry) -> list[FactView]:
    """Return who answered, unless the provider refused the call, or nobody did."""
    if Outcome(entry.outcome) in FAILURES_OF_PROVIDER and not entry.completion_tokens:
        return []
    return [FactView("Model that answered", entry.model, is_code=True)]


def _key(entry: LedgerEntry | RefusedCall, keys: Mapping[str, str]) -> str:
    return PLAYGROUND if entry.key_id is None else keys.get(entry.key_id, "a key")
