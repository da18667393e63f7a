"""Token counts and costs of simulated calls, in exact decimals."""

from dataclasses import dataclass
from decimal import Decimal

from hcai_app.simulator.calls import Call
from hcai_app.simulator.listings import SimulatedModel
from hcai_app.simulator.scenarios import Scenario

BYTES_PER_TOKEN = 4
TOKENS_PER_MEDIA_PART = 258
TOKENS_PER_IMAGE = 1290
BYOK_FEE = Decimal("0.05")
NOTHING = (Decimal(0), None)


@dataclass(frozen=True, slots=True)
class Bill:
    """The amounts of one call in USD."""

    prompt: Decimal
    completion: Decimal
    cost: Decimal
    upstream: Decimal | None


def tokens_of_bytes(size: int) -> int:
    """Return the token count: one for every four bytes begun."""
    return -(-size // BYTES_PER_TOKEN)


def tokens_of(text: str) -> int:
    """Return a text's token count, from its UTF-8 bytes."""
    return tokens_of_bytes(len(text.encode("utf-8", "surrogatepass")))


def charge(call: Call, listing: SimulatedModel, scenario: Scenario) -> Bill:
    """Compute the bill and store it in the call."""
    spoken = max(call.completion_tokens - call.image_tokens, 0)
    prompt = call.prompt_tokens * listing.price("prompt") + listing.price("request")
    completion = spoken * listing.price("completion")
    completion += call.image_tokens * listing.price("image_output")
    total = prompt + completion
    cost, upstream = (total * BYOK_FEE, total) if scenario.byok else (total, None)
    if scenario.cost:
        cost = Decimal(scenario.cost)
    call.cost, call.upstream_cost = cost, upstream
    return Bill(prompt, completion, cost, upstream)
