"""The composition root: which doors the one server has, and what a worker opens with it."""

import reflex as rx
from starlette.types import ASGIApp, Receive, Scope, Send

from hcai_app import frontend, settings
from hcai_app.api.app import ApiApp
from hcai_app.components import chrome
from hcai_app.lifespan import worker_lifespan
from hcai_app.page_headers import PageHeaders
from hcai_app.pages import index  # noqa: F401 - importing a page registers it


class Doors:
    """Two doors, one server: the API answers its own paths, Reflex everything else."""

    def __init__(self, api: ApiApp, pages: ASGIApp) -> None:
        self.api = api
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the call to the door that owns its path; lifespan and events are Reflex'."""
        to_api = scope["type"] == "http" and self.api.owns(scope["path"])
        await (self.api if to_api else self.pages)(scope, receive, send)


class HcaiApp(rx.App):
    """Reflex, with the API in front of its CORS and context layers."""

    def __call__(self) -> ASGIApp:
        """Build the server's ASGI app."""
        given = settings.load()
        pages = PageHeaders(
            super().__call__(), pages=frontend.BUILT_PAGES, https_only=given.is_production
        )
        return Doors(ApiApp(), pages)


app = HcaiApp(
    stylesheets=["/fonts.css", "/base.css", "/landing.css"],
    head_components=chrome.head(),
    html_lang="en",
)
app.register_lifespan_task(worker_lifespan)
