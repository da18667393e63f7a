"""What a build's documents say of their own to the browser that loads them."""

from pathlib import Path
from typing import Any

import reflex as rx

LINK = '<link rel="modulepreload" '
LATER = f'{LINK}fetchpriority="low" '


class ScriptsLast(rx.plugins.Plugin):
    """Lets styles and fonts come before scripts: a document shows its page without any.

    The router writes the links, and has no say in when they are followed.
    """

    def post_build(self, **context: Any) -> None:
        """Change the documents of a build, before they are packed."""
        put_scripts_last(context["static_dir"])


def put_scripts_last(pages: Path) -> None:
    """Give the links to scripts a low priority in every document.

    Raises:
        RuntimeError: When a new React Router writes them in another form.
    """
    changed = 0
    for document in pages.rglob("*.html"):
        text = document.read_text()
        changed += text.count(LINK)
        document.write_text(text.replace(LINK, LATER))
    if not changed:
        raise RuntimeError("no links to scripts: frontend/documents.py must learn their new form")
