"""Renders the docs as plain text: `/docs.md`, all chapters, and `/llms.txt`, their index.

For models, which read the docs before they write a program, and for people with a terminal.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from hcai_app.docs import EXAMPLE, Chapter, anchor, chapters, fill
from hcai_app.docs.examples import library
from hcai_app.docs.examples.library import Program

# A program's language -> its name at the head of a fenced block.
FENCES = {"curl": "bash", "python": "python", "javascript": "javascript"}
HEADING = re.compile(r"^#", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# Markdown's own marks: emphasis, code, links.
MARKS = re.compile(r"[*`\[]|\]\([^)]*\)")
SENTENCE_END = re.compile(r"(?<=[.?!]) ")
PAGE = "{{origin}}/docs"
SUMMARY = (
    "Free AI for teenagers who build things, by Hack Club: language models, image models and "
    "embeddings behind one key, in the forms of OpenAI, OpenRouter and Anthropic."
)
BEGINNING = f"""\
# HCAI

> {SUMMARY}

Send `Authorization: Bearer sk-hc-v1-…` to {{{{base}}}}. People make keys at {{{{origin}}}}/keys.
For Anthropic's clients the address is {{{{anthropic_base}}}}. In `@openrouter/sdk` it is the option
`serverURL`; with `baseURL` the key would go to another host.

## Docs

- [All of it in one file]({PAGE}.md): every chapter with every example
"""
END = """
## For programs

- [OpenAPI 3.1]({{base}}/openapi.json): every endpoint, field, header and error
- [Models]({{base}}/models): who talks and draws here, and for which price
- [Embedding models]({{base}}/embeddings/models): the same for embeddings
- [Status]({{origin}}/up): how the service is right now
"""


def whole(places: Mapping[str, str]) -> str:
    """Return all chapters as one Markdown text, with all places and examples filled in."""
    return fill(_all_chapters(), places)


def chapter(given: Chapter, places: Mapping[str, str]) -> str:
    """Return one chapter as Markdown, with all places and examples filled in."""
    text = with_programs(given.text).replace("](#", f"]({PAGE}#").replace("](/", "]({{origin}}/")
    return fill(text, places)


def index(places: Mapping[str, str]) -> str:
    """Return the short index in llms.txt format, with links to everything else."""
    listed = [
        f"- [{chapter.title}]({PAGE}#{anchor(chapter.slug)}): {summary_of(chapter)}\n"
        for chapter in chapters()
    ]
    return fill("".join([BEGINNING, *listed, END]), places)


def summary_of(chapter: Chapter) -> str:
    """Return the first sentence below a chapter's title, as plain words."""
    first = chapter.text.split("\n\n")[1].replace("\n", " ")
    return SENTENCE_END.split(MARKS.sub("", first))[0]


def with_programs(text: str) -> str:
    """Return a text with the programs of its examples in fenced blocks."""
    return EXAMPLE.sub(lambda line: _programs(line["name"]), text)


@cache
def _all_chapters() -> str:
    text = "\n\n".join([f"# HCAI docs\n\n{SUMMARY}", *map(_chapter, chapters())])
    # The page has the anchors, and a file has no address that a path could begin at.
    return text.replace("](#", f"]({PAGE}#").replace("](/", "]({{origin}}/") + "\n"


def _chapter(chapter: Chapter) -> str:
    """Return a chapter one level deeper, with its programs."""
    return with_programs("".join(_deeper(chapter.text))).strip()


def _deeper(text: str) -> Iterator[str]:
    """Yield the text with one more `#` at each heading; in fenced code it is no heading."""
    end = 0
    for fenced in FENCED.finditer(text):
        yield HEADING.sub("##", text[end : fenced.start()])
        yield fenced.group()
        end = fenced.end()
    yield HEADING.sub("##", text[end:])


def _programs(name: str) -> str:
    return "\n\n".join(map(_program, library.EXAMPLES[name].programs))


def _program(program: Program) -> str:
    needs = f" (`{program.needs}`)" if program.needs else ""
    return f"**{program.title}**{needs}\n\n```{FENCES[program.language]}\n{program.text}\n```"
