"""What a page is called, and what chats and search engines show of a link to it."""

from typing import Any

from hcai_app.settings import load_settings

PICTURE = "/icons/preview.png"
PICTURE_SAYS = "HCAI: free AI for teenagers who build things. An open door with light behind it."


def preview(title: str, description: str, path: str) -> dict[str, Any]:
    """Return the arguments of `rx.page` for a public page."""
    origin = load_settings().origin
    whole = title if title.startswith("HCAI") else f"{title} · HCAI"
    properties = {"title": whole, "description": description, "url": origin + path}
    return {
        "title": whole,
        "description": description,
        "image": origin + PICTURE,
        "meta": [
            {"custom_attrs": {"property": f"og:{name}"}, "content": value}
            for name, value in properties.items()
        ],
    }
