"""GET /key: the provider key's own record."""

from decimal import Decimal
from typing import Any

from aiohttp import web

from hcai_app.simulator.catalog_routes import drawn
from hcai_app.simulator.exchanges import CALLS


async def show(request: web.Request) -> web.StreamResponse:
    """Handle GET /key."""
    spent = sum((call.cost for call in request.app[CALLS]), Decimal(0))
    return await drawn(request, {"data": _key(spent)})


def _key(spent: Decimal) -> dict[str, Any]:
    return {
        "label": "sk-or-v1-sim...ulated",
        "limit": None,
        "limit_remaining": None,
        "limit_reset": None,
        **dict.fromkeys(("usage", "usage_daily", "usage_weekly", "usage_monthly"), spent),
        **dict.fromkeys(
            ("byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"), 0
        ),
        "include_byok_in_limit": False,
        "is_free_tier": False,
        "is_management_key": False,
        "is_provisioning_key": False,
        "creator_user_id": None,
        "organization_id": None,
        "workspace_id": None,
        "expires_at": None,
        "rate_limit": {"requests": -1, "interval": "10s", "note": "Deprecated: ignore it."},
        "allowed_data_regions": ["global"],
        "budgets": [],
        "effective_budget": None,
        "free_model_daily_requests": {"limit": 1000, "used": 0, "remaining": 1000},
    }
