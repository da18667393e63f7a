"""What a build's documents say of their own to the browser that loads them.

A document shows its page without a script. So its scripts are fetched when it has been painted, and
begin one after the other, so that a phone hears its reader in between.
"""

import re
from pathlib import Path
from typing import Any

import reflex as rx

LINK = '<link rel="modulepreload" '
# A link that nobody follows yet.
LATER = '<link rel="after-paint" '
# The router's script: static imports of what a page is made of, and what is done with them.
SCRIPT = re.compile(
    r'(?P<tag><script type="module" async="">)'
    r"(?P<imports>(?:import [^;]+;\s*)+)(?P<rest>.+?)</script>",
    re.DOTALL,
)
EFFECTS = re.compile(r'import ("[^"]+");')
EXPORTS = re.compile(r'import \* as (\w+) from ("[^"]+");')
# What every page runs on (`vite.py` names it): the longest to begin, so it begins alone.
LIBRARIES = re.compile(r'href=("/assets/libraries-[^"]+")')
# A tab in the background is never painted, and some browsers tell nobody of a paint.
LOADER = """let start = async () => {{
start = () => {{}};
for (const link of document.querySelectorAll('link[rel="after-paint"]')) link.rel = "modulepreload";
await import({libraries});
{imports}{rest}
}};
new PerformanceObserver(() => start()).observe({{ type: "paint", buffered: true }});
if (document.hidden) start();
else addEventListener("load", () => setTimeout(() => start(), 500));"""


class ScriptsLast(rx.plugins.Plugin):
    """Lets what is seen come before scripts.

    The router writes links and script, and has no say in when they are followed.
    """

    def post_build(self, **context: Any) -> None:
        """Change the documents of a build, before they are packed."""
        put_scripts_last(context["static_dir"])


def put_scripts_last(pages: Path) -> None:
    """Have every document fetch its scripts after its first paint.

    Raises:
        RuntimeError: When a new React Router writes them in another form.
    """
    for document in pages.rglob("*.html"):
        document.write_text(scripts_last(document.read_text()))


def scripts_last(document: str) -> str:
    """Return a document that fetches its scripts after its first paint."""
    script, libraries = SCRIPT.search(document), LIBRARIES.search(document)
    if script is None or libraries is None or LINK not in document:
        raise RuntimeError("no scripts as known: frontend/documents.py must learn their new form")
    imports = EFFECTS.sub(r"await import(\1);", script["imports"])
    imports = EXPORTS.sub(r"const \1 = await import(\2);", imports)
    loader = LOADER.format(libraries=libraries[1], imports=imports, rest=script["rest"])
    changed = f"{document[: script.end('tag')]}{loader}</script>{document[script.end() :]}"
    return changed.replace(LINK, LATER)
