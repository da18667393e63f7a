"""CORS for `/proxy`: pages of the configured origins may call it, never with cookies."""

from hcai_app.api.exchange import Exchange

ANY = "*"
EXPOSED = (
    b"x-request-id, x-generation-id, retry-after, x-ratelimit-limit, x-ratelimit-remaining, "
    b"x-ratelimit-reset, x-should-retry, x-hcai-help"
)
PREFLIGHT_S = b"86400"


def allow(exchange: Exchange, origins: list[str]) -> None:
    """Add the CORS response headers for an allowed origin."""
    origin = exchange.header(b"origin")
    if origin is None:
        return
    if ANY in origins:
        exchange.headers.append((b"access-control-allow-origin", b"*"))
    elif origin in origins:
        exchange.headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
        exchange.headers.append((b"vary", b"origin"))
    else:
        return
    exchange.headers.append((b"access-control-expose-headers", EXPOSED))


async def answer_preflight(exchange: Exchange) -> None:
    """Answer a CORS preflight; `allow` has added the headers of an allowed origin."""
    asked = exchange.header(b"access-control-request-headers") or "authorization, content-type"
    await exchange.start(
        204,
        (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
        (b"access-control-allow-headers", asked.encode("latin-1")),
        (b"access-control-max-age", PREFLIGHT_S),
    )
    await exchange.write(b"", more=False)
