"""Reflex' configuration, and nothing else: every value comes from `hcai_app.settings`.

Unknown names are silently ignored by `rx.Config`; `tests/frontend/test_rxconfig.py` catches them.
"""

import reflex as rx

from hcai_app.edge.reflex_internals.states import STATES_IN_MEMORY, STATES_IN_REDIS
from hcai_app.frontend import vite
from hcai_app.frontend.documents import ScriptsLast
from hcai_app.settings import SettingsError, load_settings
from hcai_app.ui.theme import Tokens

vite.prepare_tools()
try:
    settings = load_settings()
except SettingsError as error:
    raise SystemExit(str(error)) from None

config = rx.Config(
    app_name="hcai_app",
    deploy_url=settings.origin,
    cors_allowed_origins=[settings.origin],
    backend_host="0.0.0.0" if settings.is_production else "127.0.0.1",  # noqa: S104 - behind a proxy
    trusted_proxy_hops=settings.trusted_proxy_hops,
    transport="websocket",
    # What a state holds stays in memory: never in files, as Reflex would have it.
    state_manager_mode=(STATES_IN_REDIS if settings.redis_url else STATES_IN_MEMORY),
    redis_url=settings.redis_url,
    # In memory a closed tab's state is soon forgotten, an open tab's is kept (ui/state/keep_alive).
    redis_token_expiration=3600 if settings.redis_url else 120,
    # The database is ours: Reflex has none.
    db_url=None,
    async_db_url=None,
    frozen_lockfile=True,
    frontend_compression_formats=["brotli", "gzip"],
    frontend_lazy_bundled_libraries=True,
    react_strict_mode=True,
    default_color_mode="system",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # The sitemap is the API's: it has a line for each model.
    disable_plugins=[rx.plugins.SitemapPlugin],
    plugins=[
        Tokens(),
        vite.OwnOrigin(),
        ScriptsLast(),
    ],
)

if not settings.is_production:
    config.cors_allowed_origins = vite.allowed_origins(
        settings.origin, 3000, 8000, config.frontend_port, config.backend_port
    )
