"""What of a body the check of prompts looks at, in every dialect and shape."""

import json
from typing import Any

import pytest
from msgspec import Raw

from hcai_app.api.proxy import members, prompts

PICTURE = "data:image/png;base64,AAAA"
LINK = {"type": "image_url", "image_url": {"url": PICTURE}}
BLOCK = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
HI, BYE = {"role": "user", "content": "hi"}, {"role": "user", "content": "bye"}


def said(**body: Any) -> tuple[str, tuple[str, ...]]:
    return prompts.read(members.object_in(json.dumps(body).encode()))


def turn(*parts: Any) -> list[Any]:
    return [HI, {"role": "assistant", "content": "no"}, {"role": "user", "content": list(parts)}]


A, B = {"type": "text", "text": "a"}, {"type": "text", "text": "b"}
BOT = {"role": "assistant", "content": "x"}
ITEMS = [HI, {"type": "function_call_output", "output": "x"}]
INPUT_IMAGE = {"type": "input_image", "image_url": PICTURE}
NEWER = {"type": "input_image", "image_url": "https://x.example/newer.png"}
FILE = {"type": "image_url", "image_url": "file:///etc"}

WORDS: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "the last turn alone": ({"messages": [HI, BOT, BYE]}, "bye", ()),
    "all turns since the last answer": ({"messages": [HI, BOT, BYE, HI]}, "bye\nhi", ()),
    "an answer before any words": ({"messages": [HI, BOT]}, "hi", ()),
    "the newest pictures first": (
        {"messages": [*turn(INPUT_IMAGE), {"role": "user", "content": [A, NEWER]}]},
        "a",
        (NEWER["image_url"], PICTURE),
    ),
    "parts": ({"messages": turn(A, B)}, "a\nb", ()),
    "a picture": ({"messages": turn(A, LINK)}, "a", (PICTURE,)),
    "a picture alone": ({"messages": turn(LINK)}, "", (PICTURE,)),
    "a picture by address": (
        {"messages": turn({"type": "image_url", "image_url": "https://x.example/a.png"})},
        "",
        ("https://x.example/a.png",),
    ),
    "a tool's result is not the user's": (
        {"messages": [HI, {"role": "user", "content": [{"type": "tool_result", "content": "x"}]}]},
        "hi",
        (),
    ),
    "no user": ({"messages": [{"role": "system", "content": "x"}]}, "x", ()),
    "no user's words": (
        {"messages": [{"role": "developer", "content": "a"}, BOT]},
        "x",
        (),
    ),
    "no user's picture": (
        {"input": [{"role": "system", "content": [INPUT_IMAGE]}]},
        "",
        (PICTURE,),
    ),
    "a user without words": (
        {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": ""}]},
        "x",
        (),
    ),
    "odd turns": ({"messages": [BYE, 7, None, {"role": 7}, "x", {"role": "user"}]}, "bye", ()),
    "odd parts": ({"messages": turn(7, None, {"text": 7}, {"image_url": 7}, "a")}, "a", ()),
    "anthropic's picture": ({"messages": turn(BLOCK)}, "", (PICTURE,)),
    "anthropic's link": (
        {"messages": turn({"type": "image", "source": {"type": "url", "url": "http://x.example"}})},
        "",
        ("http://x.example",),
    ),
    "responses, text": ({"input": "hi"}, "hi", ()),
    "responses, items": ({"input": ITEMS}, "hi", ()),
    "responses, parts": (
        {"input": turn({"type": "input_text", "text": "a"}, INPUT_IMAGE)},
        "a",
        (PICTURE,),
    ),
    "completions": ({"prompt": "hi"}, "hi", ()),
    "completions, list": ({"prompt": ["hi", "bye"]}, "hi\nbye", ()),
    "completions, numbers": ({"prompt": [1, 2, 3]}, "", ()),
    "drawing": ({"prompt": "a duck"}, "a duck", ()),
    "drawing from a picture": ({"prompt": "a", "input_references": [LINK]}, "a", (PICTURE,)),
    "speech": ({"input": "say it", "voice": "x"}, "say it", ()),
    "other addresses": ({"messages": turn(A, FILE)}, "a", ()),
    "nothing": ({}, "", ()),
    "white space": ({"input": "  \n"}, "", ()),
    "numbers": ({"messages": 7, "input": 7, "prompt": None, "input_references": "x"}, "", ()),
}  # fmt: skip


@pytest.mark.parametrize("case", WORDS.values(), ids=WORDS)
def test_the_last_words_and_their_pictures_are_looked_at(
    case: tuple[dict[str, Any], str, tuple[str, ...]],
) -> None:
    body, text, pictures = case
    assert said(**body) == (text, pictures)


def test_of_a_long_text_both_ends_are_looked_at_and_of_many_pictures_the_first() -> None:
    text, pictures = said(
        messages=turn(*[{"text": "a" * 9_000}, {"text": "b" * 9_000}], *[LINK] * 9)
    )
    assert text.startswith("aaa")
    assert text.endswith("bbb")
    assert len(text) <= prompts.MAX_TEXT + 1
    assert len(pictures) == prompts.MAX_PICTURES


def test_what_cannot_be_decoded_is_not_there() -> None:
    broken = {"messages": Raw(b"[" * 5_000), "prompt": Raw(b'"\xff"')}
    assert prompts.read(broken) == ("", ())
