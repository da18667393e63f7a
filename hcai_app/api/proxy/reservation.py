"""What a call may cost at most: the amount that is reserved for it.

A price list knows tokens alone. Searches, pages, pictures by address and further models are floors
of our own: rather too much, which only means fewer calls at once.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hcai_app import money
from hcai_app.api.proxy import body_bounds, members, output_limits
from hcai_app.api.proxy.body_bounds import Body
from hcai_app.api.proxy.guard_models import OWN_TOOLS
from hcai_app.api.proxy.members import Fields
from hcai_app.api.proxy.output_limits import ASSUMED_OUTPUT, whole
from hcai_app.api.proxy.requests import Request
from hcai_app.loose_json import items_of, members_of
from hcai_app.services.models import prices
from hcai_app.services.models.prices import Prices

# Members with which a call may cost more than its bytes and its limits tell.
DEAR = frozenset(
    {"web_search_options", "modalities", "service_tier", "size", "resolution", "image_config"}
)
# The same, where the guard had to read them.
READ = ("plugins", "tools", "provider")
# A picture behind an address; a PDF, a film or a recording.
URL_TOKENS, FILE_TOKENS = 2_000, 50_000
_URL = re.compile(rb'(?<!\\)"(?i:h|\\u00[46]8)(?i:t|\\u00[57]4)(?i:t|\\u00[57]4)(?i:p|\\u00[57]0)')
# From one slash to the next, of which most texts have few.
_SLASHES = re.compile(rb"/(?:(?<=\\/)|(?<=:/)/)")
_FILE = re.compile(rb'"(?:(?:input_)?(?:file|video|audio)(?:_url|_data)?|document|pdf)"|\\u00[2-7]')
# A search, with some thousand tokens of each result; a fetched page; a page read by OCR.
RESULT_NANOUSD, SEARCH_NANOUSD, PAGE_NANOUSD = (
    money.NANO // 200,
    money.NANO // 20,
    money.NANO // 500,
)
RESULT_TOKENS = 1_000
RESULTS, MAX_RESULTS = 5, 100
USES, MAX_USES = 5, 30
MIN_PAGES, BYTES_PER_PAGE = 50, 50_000
ONLINE = ":online"
# Services that cost a multiple.
DEAR_TIERS = ("priority", "fast", "ultrafast")
_SIZE = re.compile(r"(\d{2,5})\s*[x*×:]\s*(\d{2,5})|(\d{1,2})\s*k", re.IGNORECASE)
PIXELS = 1024 * 1536
MAX_PICTURE_FACTOR = 16
SIZES = ("size", "resolution", "image_config")
# In `modalities`; a backslash is one of them in disguise.
DRAWING = ("image", "audio", "\\")


class Floor(NamedTuple):
    """What a call may cost beyond its bytes and its limits."""

    tokens: int = 0
    nanousd: int = 0

    def plus(self, tokens: int, nanousd: int) -> "Floor":
        """Return the floor with more on top."""
        return Floor(self.tokens + tokens, self.nanousd + nanousd)


def estimate(
    request: Request,
    body: Body,
    checked: Mapping[str, Any],
    models: list[str],
    prices_of: Callable[[str], Prices],
) -> int:
    """Return the maximum cost of a call, by the dearest of its possible models.

    `checked` are the members that the guard has parsed, `models` all that are named.
    """
    is_dear = bool(checked) or not DEAR.isdisjoint(request.fields)
    if is_dear or len(models) > 1 or ONLINE in request.model or _has_url(body):
        return _with_floors(request, body, checked, models, prices_of)
    return prices.estimate(
        prices_of(request.model),
        body_bytes=len(body),
        max_tokens=request.max_tokens,
        answers=request.answers,
    )


def _with_floors(
    request: Request,
    body: Body,
    checked: Mapping[str, Any],
    models: list[str],
    prices_of: Callable[[str], Prices],
) -> int:
    fields, max_tokens = request.fields, request.max_tokens
    floor = _services(fields, checked, len(body), _addresses(body))
    if ONLINE in " ".join(models):
        floor = floor.plus(RESULTS * RESULT_TOKENS, RESULTS * RESULT_NANOUSD)
    limits = output_limits.largest((name, checked.get(name)) for name in READ)
    if largest := max(limits.output, limits.thoughts):
        max_tokens = max(largest, ASSUMED_OUTPUT if max_tokens is None else max_tokens)
    costs = [
        prices.estimate(
            prices_of(model),
            body_bytes=len(body),
            max_tokens=max_tokens,
            answers=max(request.answers, limits.answers),
            more_tokens=floor.tokens,
            min_output=_picture_tokens(fields),
        )
        for model in models
    ]
    return _times(fields, checked) * (max(costs) + floor.nanousd)


def _has_url(body: Body) -> bool:
    """Return whether there may be an address, in disguise too."""
    return body_bounds.search(_SLASHES, body) or (b"\\" in body and b"\\u00" in body)


def _addresses(body: Body) -> Floor:
    """Return what is behind the addresses in a body."""
    urls = body_bounds.count(_URL, body) if _has_url(body) else 0
    is_file = urls > 0 and body_bounds.search(_FILE, body)
    return Floor(urls * (FILE_TOKENS if is_file else URL_TOKENS))


def _services(fields: Fields, checked: Mapping[str, Any], size: int, floor: Floor) -> Floor:
    """Add searches, fetched pages, OCR and the provider's own tools."""
    options = fields.get("web_search_options")
    if options is not None and not members.starts_with(options, members.NULL):
        floor = floor.plus(RESULTS * RESULT_TOKENS, SEARCH_NANOUSD)
    for plugin in map(members_of, items_of(checked.get("plugins"))):
        kind = plugin.get("id")
        if kind in ("web", "web-fetch"):
            floor = floor.plus(*_search(plugin, 1))
        elif kind == "file-parser":
            floor = floor.plus(0, max(MIN_PAGES, size // BYTES_PER_PAGE) * PAGE_NANOUSD)
    calls = whole(members.scalar(fields, "max_tool_calls"))
    for tool in _served(checked):
        floor = floor.plus(*_search(tool, calls))
    return floor


def _served(checked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tools that the provider runs, with their parameters."""
    tools = map(members_of, items_of(checked.get("tools")))
    return [
        {**tool, **members_of(tool.get("parameters"))}
        for tool in tools
        if tool.get("type") not in OWN_TOOLS
    ]


def _search(settings: Mapping[str, Any], calls: int) -> tuple[int, int]:
    """Return the tokens and nano-dollars of all that a plugin or tool may look up."""
    named = max(whole(settings.get(name)) for name in ("max_uses", "max_tool_calls"))
    uses = min(named or calls or USES, MAX_USES)
    results = min(
        max(RESULTS, *(whole(settings.get(name)) for name in ("max_results", "max_total_results"))),
        MAX_RESULTS,
    )
    looked_up = uses * results
    return looked_up * RESULT_TOKENS, looked_up * RESULT_NANOUSD


def _times(fields: Fields, checked: Mapping[str, Any]) -> int:
    """Return how many models may work on one call, times what a dear service costs."""
    helpers = 0
    for settings in (*map(members_of, items_of(checked.get("plugins"))), *_served(checked)):
        helpers += len(items_of(settings.get("analysis_models"))) + ("model" in settings)
    is_dear = "service_tier" in fields and members.scalar(fields, "service_tier") in DEAR_TIERS
    return (1 + helpers) * (2 if is_dear else 1)


def _picture_tokens(fields: Fields) -> int:
    """Return the least tokens of an answer that is drawn or spoken, whatever its limit says."""
    sizes = [_beginning(fields, name) for name in SIZES if name in fields]
    modalities = _beginning(fields, "modalities") if "modalities" in fields else ""
    is_drawn = bool(sizes) or any(sign in modalities for sign in DRAWING)
    return max(map(_factor, sizes), default=1) * ASSUMED_OUTPUT if is_drawn else 0


def _beginning(fields: Fields, name: str) -> str:
    return bytes(memoryview(fields[name])[: members.MAX_SCALAR]).decode(errors="replace")


def _factor(size: str) -> int:
    """Return how many times larger than usual a picture is."""
    pixels = 0
    for width, height, thousands in _SIZE.findall(size):
        pixels = max(pixels, int(width or 0) * int(height or 0), (int(thousands or 0) * 1024) ** 2)
    return min(max(1, -(-pixels // PIXELS)), MAX_PICTURE_FACTOR)
