"""The chapters hold together: facts, places, examples, links and headings."""

import re
from itertools import pairwise

import pytest

from hcai_app.api import routes
from hcai_app.docs import EXAMPLE, Chapter, anchor, chapters, fill, places, plain_text
from hcai_app.docs.examples.library import EXAMPLES
from hcai_app.errors import Unavailable
from hcai_app.services.keys.authentication import UNKNOWN_KEYS_PER_MINUTE
from hcai_app.settings import IMAGE_MODELS, read_settings
from tests.docs.facts import FACTS, Fact

GIVEN = read_settings({"HCAI_SECRET_KEY": "a secret of the tests, long enough for it"})
PLACES = places(GIVEN)
CHAPTERS = {chapter.slug: chapter for chapter in chapters()}
ORDER = (
    *("quick-start", "authentication", "chat", "images", "pdfs", "embeddings", "responses"),
    *("messages", "moderations", "models", "stats-and-key", "errors", "limits-and-budgets"),
    *("clients", "rules", "leaked-keys", "playground", "recipes"),
)
PAGES = {
    *("/keys", "/models", "/dashboard", "/playground"),
    *("/leaked", "/activity", "/shared"),
}
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)]*)\)")
HTML = re.compile(r"</?[a-z]+[ >]")


def prose_of(chapter: Chapter) -> str:
    return FENCED.sub("", chapter.text)


def headings_of(chapter: Chapter) -> list[tuple[int, str]]:
    return [(len(marks), title) for marks, title in HEADING.findall(prose_of(chapter))]


ANCHORS = {
    anchor(chapter.slug, title if level > 1 else "")
    for chapter in chapters()
    for level, title in headings_of(chapter)
}


def as_read(chapter: Chapter) -> str:
    """The chapter as its reader sees it, in one line."""
    return " ".join(fill(plain_text.with_programs(chapter.text), PLACES).split())


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.chapter}: {fact.told}")
def test_every_fact_of_the_existing_docs_is_told(fact: Fact) -> None:
    assert " ".join(fact.words.split()) in as_read(CHAPTERS[fact.chapter])


def test_the_chapters_come_in_their_order() -> None:
    assert tuple(CHAPTERS) == ORDER


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.slug)
def test_every_place_is_known(chapter: Chapter) -> None:
    named = re.findall(r"\{\{.*?\}\}", EXAMPLE.sub("", chapter.text))
    assert {name.strip("{}") for name in named} <= PLACES.keys()


def test_every_example_is_in_the_library_and_every_entry_in_the_docs() -> None:
    lines = [line for chapter in chapters() for line in chapter.text.splitlines()]
    named = [line for line in lines if "{{example" in line]
    assert {match["name"] for line in named if (match := EXAMPLE.fullmatch(line))} == set(EXAMPLES)
    assert all(EXAMPLE.fullmatch(line) for line in named)


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.slug)
def test_programs_come_from_the_library_alone(chapter: Chapter) -> None:
    labels = set(re.findall(r"^```(\w+)$", chapter.text, re.MULTILINE))
    assert labels <= {"json", "bash"}
    assert "curl " not in "".join(FENCED.findall(chapter.text))


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.slug)
def test_links_lead_somewhere(chapter: Chapter) -> None:
    for target in LINK.findall(chapter.text):
        if target.startswith("#"):
            assert target[1:] in ANCHORS
        elif target.startswith("/"):
            assert target in PAGES
        elif target.startswith("{{base}}"):
            assert target.replace("{{base}}", "/proxy/v1") in routes.ROUTES
        else:
            assert target.startswith("https://")


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.slug)
def test_headings_step_down_one_by_one_and_are_unique(chapter: Chapter) -> None:
    levels = [level for level, _ in headings_of(chapter)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    titles = [title for _, title in headings_of(chapter)]
    assert len({anchor(chapter.slug, title) for title in titles}) == len(titles)


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.slug)
def test_it_is_plain_markdown(chapter: Chapter) -> None:
    assert not HTML.search(re.sub(r"`[^`\n]*`", "", prose_of(chapter)))
    assert chapter.text.count("```") % 2 == 0


def test_the_files_that_a_program_reads_are_named_before_it() -> None:
    read = re.compile(r"""(?:readFile|Path)\("([\w.]+)"\)(?!\.write)""")
    seen = set()
    for chapter in chapters():
        for line in EXAMPLE.finditer(chapter.text):
            for program in EXAMPLES[line["name"]].programs:
                files = read.findall(program.text)
                seen.update(files)
                # Reading the example's own section, its reader has met each of them.
                section = chapter.text[: line.start()].rsplit("\n## ", 1)[-1]
                assert [name for name in files if f"`{name}`" not in section] == []
    assert {"picture.png", "homework.pdf"} <= seen


def test_windows_is_told_what_to_take_before_the_first_example() -> None:
    before = CHAPTERS["quick-start"].text.split("{{example:")[0]
    for word in ("PowerShell", "Git Bash", "the terminal of Windows"):
        assert word in before


def test_what_is_said_of_limits_is_so() -> None:
    keys = as_read(CHAPTERS["authentication"])
    assert f"After {UNKNOWN_KEYS_PER_MINUTE} wrong ones in a minute" in keys
    limits = as_read(CHAPTERS["limits-and-budgets"])
    assert f"nothing for {GIVEN.upstream_timeout_seconds:g} seconds" in limits
    assert "Retry-After" in Unavailable("Busy.").headers
    assert "`Retry-After` | with a 429 or 503" in limits


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.slug)
def test_what_holds_for_one_model_is_said_of_no_other(chapter: Chapter) -> None:
    """The first image model is another one elsewhere, and has no nickname."""
    other = {**PLACES, "image_model": "a/painter"}
    for sentence in re.split(r"(?<=[.:]) ", fill(chapter.text.replace("\n", " "), other)):
        assert not ("a/painter" in sentence and "Banana" in sentence)


def test_braces_that_are_no_place_stay() -> None:
    text = "{{base}} {base} {{ base }} {{nothing}} ${{base}} f'{x}' {{}}"
    assert fill(text, {"base": "B"}) == "B {base} {{ base }} {{nothing}} $B f'{x}' {{}}"


def test_the_anchors_are_slugs() -> None:
    assert anchor("limits-and-budgets") == "limits-and-budgets"
    assert anchor("quick-start", "2. Ask something!") == "quick-start-2-ask-something"
    assert anchor("clients", "A Discord bot") == "clients-a-discord-bot"


def test_the_settings_stand_at_their_places() -> None:
    given = read_settings(
        {
            "HCAI_SECRET_KEY": "a secret of the tests, long enough for it",
            "HCAI_BASE_URL": "https://ai.example.org/",
            "HCAI_LANGUAGE_MODELS": "*,a/b",
            "HCAI_IMAGE_MODELS": "*",
            "HCAI_CHAT_RATE_LIMIT": "1500/hour",
            "HCAI_MODERATION_RATE_LIMIT": "9/2 minutes",
            "HCAI_DAILY_BUDGET_USD": "2.50",
        }
    )
    shown = places(given)
    assert shown["base"] == "https://ai.example.org/proxy/v1"
    assert shown["anthropic_base"] == "https://ai.example.org/proxy"
    assert shown["language_model"] == "a/b"
    assert shown["image_model"] == IMAGE_MODELS.split(",")[0]
    assert shown["chat_limit"] == "1,500 requests per hour"
    assert shown["moderation_limit"] == "9 requests per 2 minutes"
    assert shown["budget"] == "$2.50"
    assert places(given, origin="{origin}")["base"] == "{origin}/proxy/v1"
