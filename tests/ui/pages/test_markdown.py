from functools import partial

import pytest
import reflex as rx

from hcai_app import docs
from hcai_app.settings import load_settings
from hcai_app.ui.components import markdown
from hcai_app.ui.components.code import ORIGIN
from hcai_app.ui.components.markdown import MarkdownContext, Section
from tests.ui.pages.test_index import values, walk

READING = MarkdownContext(
    name="chat",
    anchor_of=partial(docs.anchor, "chat"),
    example=lambda name, place: rx.el.div(id=f"{name} at {place}"),
    origin="https://ai.test",
    pages=("/", "/keys", "/models"),
)


def sections(text: str) -> list[Section]:
    return markdown.sections(text, READING)


def made(text: str) -> rx.Component:
    return rx.fragment(*[part for section in sections(text) for part in section.body])


def tags(text: str) -> list[str]:
    return [str(part.tag).strip('"') for part in walk(made(text)) if part.tag]


def words(text: str) -> str:
    found = [getattr(part, "contents", None) for part in walk(made(text))]
    return "".join(str(part).strip('"') for part in found if part is not None)


def test_a_text_is_cut_at_its_headings() -> None:
    text = "# Chat\n\nHi.\n\n## Tools\n\n### Deep\n\n## Stopping\n\nNow."
    cut = [(part.anchor, part.title, part.depth) for part in sections(text)]
    assert cut == [
        ("chat", "Chat", 1),
        ("chat-tools", "Tools", 2),
        ("chat-stopping", "Stopping", 2),
    ]


def test_every_heading_has_its_anchor_and_a_link_to_it() -> None:
    page = made("# Chat\n\n## Use `tools`\n\n### Deep")
    assert values(page, "id") == ["chat", "chat-use-tools", "chat-deep"]
    assert values(page, "href") == ["#chat", "#chat-use-tools", "#chat-deep"]
    assert [tag for tag in tags("# Chat\n\n## A\n\n### B") if tag[0] == "h"] == ["h2", "h3", "h4"]


@pytest.mark.parametrize("text", ["<script>x</script>", "a <img src=x onerror=y> b", "<b>c</b>"])
def test_html_is_shown_and_never_is_any(text: str) -> None:
    assert set(tags(text)) <= {"Fragment", "p"}
    assert "<" in words(text)


def test_a_dangerous_link_is_text() -> None:
    assert values(made("[x](javascript:alert)"), "href") == []


@pytest.mark.parametrize("target", ["/keys", "/models/qwen/qwen3-32b", "/models?q=qwen", "/"])
def test_our_pages_are_reached_without_loading_the_document(target: str) -> None:
    page = made(f"[x]({target})")
    assert (values(page, "to"), values(page, "href")) == ([target], [])


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("#errors", "#errors"),
        ("/docs#errors-402", "#errors-402"),
        ("/docs.md", "/docs.md"),
        ("/proxy/v1/models", "/proxy/v1/models"),
        (f"{ORIGIN}/proxy/v1/models", "/proxy/v1/models"),
        ("https://openrouter.ai/docs", "https://openrouter.ai/docs"),
    ],
)
def test_everything_else_is_a_plain_link(target: str, address: str) -> None:
    page = made(f"[x]({target})")
    assert (values(page, "to"), values(page, "href")) == ([], [address])


def test_other_sites_do_not_learn_where_a_reader_came_from() -> None:
    rendered = str(made("[x](https://openrouter.ai)").render())
    assert '"rel"' in rendered or "rel" in rendered
    assert "noreferrer" in rendered


def test_a_table_scrolls_by_itself_and_says_what_it_holds() -> None:
    page = made("| Code | Why |\n|---|--:|\n| 402 | budget |")
    shown = tags("| Code | Why |\n|---|--:|\n| 402 | budget |")
    assert shown.count("table") == 1
    assert (shown.count("th"), shown.count("td")) == (2, 2)
    rendered = str(page.render())
    assert "Table: Code, Why" in rendered
    assert "tabIndex" in rendered
    assert "right" in rendered


def test_code_keeps_its_lines_and_can_be_copied() -> None:
    page = made("```bash\nexport A=1\n\nexport B=2\n```")
    assert values(page, "target") == ["chat-code-1"]
    assert "chat-code-1" in values(page, "id")
    assert "export A=1\\\\n\\\\nexport B=2" in str(page.render())


def test_the_address_is_filled_in_in_text_and_in_code() -> None:
    rendered = str(made(f"Call `{ORIGIN}/proxy/v1`.\n\n```\ncurl {ORIGIN}/up\n```").render())
    assert "https://ai.test/proxy/v1" in rendered
    assert f"{load_settings().origin}/up" in rendered


def test_an_example_stands_where_its_line_stood() -> None:
    page = made("# Chat\n\n## Tools\n\nBefore.\n\n{{example: tools}}\n\nAfter.")
    assert "tools at chat-tools" in values(page, "id")


def test_lists_may_hold_lists() -> None:
    shown = tags("- a\n  1. b\n  2. c\n- d")
    assert (shown.count("ul"), shown.count("ol"), shown.count("li")) == (1, 1, 4)


def test_a_line_that_names_a_call_is_shown_as_one() -> None:
    assert tags(f"`POST {ORIGIN}/x`\n\nNot `POST` alone.").count("b") == 1
    assert "https://ai.test/x" in words(f"`POST {ORIGIN}/x`")
