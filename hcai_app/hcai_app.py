"""The composition root: the server's doors and its lifespan tasks."""

import reflex as rx
from starlette.types import ASGIApp, Receive, Scope, Send

from hcai_app.api.app import ApiApp
from hcai_app.api.desk.door import DeskDoor
from hcai_app.edge import event_guard
from hcai_app.edge.model_documents import ModelDocuments
from hcai_app.edge.readiness_gate import ReadinessGate
from hcai_app.edge.reflex_internals import states
from hcai_app.edge.security_headers import SecurityHeaders
from hcai_app.edge.socket_handshake import SocketHandshake
from hcai_app.edge.socket_limits import SocketLimits
from hcai_app.edge.trailing_slash import TrailingSlash
from hcai_app.edge.why_documents import WhyDocuments
from hcai_app.frontend import build
from hcai_app.settings import load_settings
from hcai_app.ui.components import arrival, chrome, connection, shell
from hcai_app.ui.pages import (  # noqa: F401 - importing a page registers it
    account,
    activity,
    dashboard,
    docs,
    everyone,
    index,
    keys,
    missing,
    model,
    models,
    playground,
    shared,
    sign_in,
    why,
)
from hcai_app.ui.state import activity as lists
from hcai_app.ui.state import activity_list, everyone_push, keep_alive, live_push
from hcai_app.ui.state import dashboard as figures
from hcai_app.ui.state.base import show_error
from hcai_app.ui.state.faults import Faults
from hcai_app.worker.opening import worker_lifespan

STYLES = (
    "fonts",
    "base",
    "site",
    "faces",
    "drawings",
    "examples",
    "landing",
    "race",
    "dashboard",
    "keys",
    "models",
    "activity",
    "account",
    "docs",
    "everyone",
    "playground",
    "sign-in",
)


class Doors:
    """Two doors, one server: the API answers its own paths, Reflex everything else."""

    def __init__(self, api: ApiApp, pages: ASGIApp) -> None:
        self.api = api
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Dispatch to the API or Reflex; lifespan and events go to Reflex."""
        to_api = scope["type"] == "http" and self.api.owns(scope)
        await (self.api if to_api else self.pages)(scope, receive, send)


class HcaiApp(rx.App):
    """Reflex, with the API in front of its CORS and context layers."""

    def __call__(self) -> ASGIApp:
        """Build the server's ASGI app."""
        settings = load_settings()
        reflex = SocketHandshake(
            super().__call__(),
            secret_key=settings.secret_key.get_secret_value(),
            is_production=settings.is_production,
        )
        events = SocketLimits(
            reflex,
            origins=rx.config.get_config().cors_allowed_origins,
            proxy_hops=settings.trusted_proxy_hops,
        )
        explained = WhyDocuments(ReadinessGate(events), pages=build.BUILT_PAGES)
        described = ModelDocuments(explained, pages=build.BUILT_PAGES, settings=settings)
        documents = TrailingSlash(described, pages=build.BUILT_PAGES)
        pages = SecurityHeaders(
            documents, pages=build.BUILT_PAGES, https_only=settings.is_production
        )
        return DeskDoor(Doors(ApiApp(), pages))


states.subscribe_for_good()
app = HcaiApp(
    stylesheets=[f"/{name}.css" for name in STYLES],
    head_components=chrome.head(),
    html_lang="en",
    toaster=shell.toaster(),
    # In the place of Reflex' own.
    extra_app_wraps={
        (5, "Overlay"): lambda stateful: connection.connection_notice() if stateful else None,
        (4, "Arrivals"): lambda _: arrival.arrivals(),
    },
    backend_exception_handler=show_error,
    frontend_exception_handler=Faults().note,
)
sign_in.add_pages(app)
app.register_lifespan_task(event_guard.guard)
app.register_lifespan_task(worker_lifespan, host=rx.config.get_config().backend_host)
app.register_lifespan_task(keep_alive.keep_open_tabs)
app.register_lifespan_task(
    live_push.pushing,
    pages=(
        live_push.Page(
            figures.PAGE_PATH, figures.DashboardState, figures.read_snapshot, figures.show
        ),
        live_push.Page(lists.PAGE_PATH, lists.ActivityState, activity_list.read_live, lists.show),
    ),
)
app.register_lifespan_task(everyone_push.pushing)
