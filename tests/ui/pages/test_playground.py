"""The playground's plain modules (assets/play), run by Node as the browser runs them."""

import random
from typing import Any

import pytest

from tests.harness import scripts

MODULES = {
    "blocks": "play/blocks.mjs",
    "models": "play/models.mjs",
    "request": "play/request.mjs",
    "similarity": "play/similarity.mjs",
    "stream": "play/stream.mjs",
    "talks": "play/conversations.mjs",
}
MB = 1024 * 1024
CHAT = {
    "id": "a/chat",
    "kind": "chat",
    "inputs": ["text", "image", "file"],
    "outputs": ["text"],
    "parameters": ["temperature", "max_tokens", "reasoning"],
    "maxOutput": 1000,
}
TALK: dict[str, Any] = {"id": "t", "title": "", "model": "a/chat", "settings": {}, "messages": []}
PDF = {"id": "f1", "name": "a.pdf", "type": "application/pdf", "size": 10}
PNG = {"id": "f2", "name": "b.png", "type": "image/png", "size": 10}
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def run(body: str, given: Any = None) -> Any:
    return scripts.run(MODULES, body, given)


def body_of(messages: list[dict[str, Any]], model: dict[str, Any], **settings: Any) -> Any:
    talk = {**TALK, "messages": messages, "settings": settings}
    code = "return request.chatBody(given.talk, given.model, (file) => `url of ${file.name}`);"
    return run(code, {"talk": talk, "model": model})


def question(text: str, *files: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "text": text, "files": list(files)}


def test_only_what_the_model_takes_is_sent() -> None:
    body = body_of(
        [question("hi")],
        CHAT,
        system=" Be brief. ",
        temperature=0.5,
        top_p=0.1,
        max_tokens=5000,
        reasoning_effort="low",
    )
    assert body == {
        "model": "a/chat",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "hi"},
        ],
        "stream": True,
        "temperature": 0.5,
        "max_tokens": 1000,
        "reasoning_effort": "low",
    }


def test_settings_that_make_no_sense_are_left_out() -> None:
    body = body_of(
        [question("hi")], CHAT, temperature="warm", reasoning_effort="evil", max_tokens=""
    )
    assert body.keys() == {"model", "messages", "stream"}


def test_files_go_with_their_message_and_their_reading_comes_back() -> None:
    told = [{"type": "file", "file": {"hash": "h"}}]
    body = body_of(
        [
            question("What is it?", PDF, PNG),
            {"role": "assistant", "text": "A poster.", "annotations": told},
            question("Thanks"),
        ],
        CHAT,
    )
    first, second, third = body["messages"]
    assert first["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "url of a.pdf"}},
        {"type": "image_url", "image_url": {"url": "url of b.png"}},
    ]
    assert second == {"role": "assistant", "content": "A poster.", "annotations": told}
    assert third["content"] == "Thanks"
    assert "plugins" not in body


def test_a_model_that_reads_no_files_gets_the_free_parser_and_no_pictures() -> None:
    body = body_of([question("What is it?", PDF, PNG)], {**CHAT, "inputs": ["text"]})
    kinds = [part["type"] for part in body["messages"][0]["content"]]
    assert kinds == ["text", "file"]
    assert body["plugins"] == [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]


def test_what_a_model_does_not_see_is_told_and_makes_no_empty_message() -> None:
    model = {**CHAT, "name": "Chatty", "inputs": ["text"]}
    body = body_of([question("", PNG), question("And this?", PNG, PDF)], model)
    assert [[part["type"] for part in it["content"]] for it in body["messages"]] == [
        ["text", "file"]
    ]
    note = run(
        "return request.unseenNote(given.files, given.model);",
        {"files": [PNG, PDF], "model": model},
    )
    assert note == "Chatty does not see b.png."


def test_without_streaming_the_code_shows_a_whole_answer_and_a_picture_is_one_anyway() -> None:
    assert "stream" not in body_of([question("hi")], CHAT, stream=False)
    painter = {**CHAT, "outputs": ["image"]}
    assert body_of([question("hi")], painter, stream=False)["stream"] is True


def test_a_drawn_picture_goes_back_with_the_next_words() -> None:
    model = {**CHAT, "kind": "image", "outputs": ["image", "text"], "parameters": []}
    drawn = {"role": "assistant", "text": "Here.", "images": [PNG]}
    body = body_of([question("A raccoon"), drawn, question("Bluer")], model, aspect_ratio="16:9")
    assert body["modalities"] == ["image", "text"]
    assert body["image_config"] == {"aspect_ratio": "16:9"}
    assert body["messages"][-1]["content"][1]["image_url"]["url"] == "url of b.png"


def test_failed_answers_are_not_sent() -> None:
    body = body_of([question("hi"), {"role": "assistant", "text": ""}, question("hello?")], CHAT)
    assert [message["role"] for message in body["messages"]] == ["user", "user"]


@pytest.mark.parametrize(
    ("sizes", "reason"),
    [
        ([10 * MB], ""),
        ([65 * MB], "f0.pdf is 65 MB. The most that fits into a request is 47 MB"),
        ([30 * MB, 30 * MB], "The files of this conversation are 60 MB."),
    ],
)
def test_files_that_do_not_fit_are_refused_before_they_are_sent(
    sizes: list[int], reason: str
) -> None:
    files = [{**PDF, "name": f"f{at}.pdf", "size": size} for at, size in enumerate(sizes)]
    told = run("return request.tooLarge(given, 64 * 1024 * 1024);", files)
    assert told.startswith(reason)
    assert bool(told) == bool(reason)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("poster.pdf", "poster.pdf"),
        ("-rf `id` $HOME.pdf", "rf _id_ _HOME.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("naïve 猫.pdf", "naïve 猫.pdf"),
        ("\u202efdp.exe", "_fdp.exe"),
        ("---", "file"),
    ],
)
def test_names_of_files_are_made_plain(name: str, safe: str) -> None:
    assert run("return request.safeName(given);", name) == safe


def test_names_of_files_are_different() -> None:
    names = run("return request.safeName('a.pdf', ['a.pdf', 'a-2.pdf']);")
    assert names == "a-3.pdf"


EVENTS = (
    ": a comment\n\n"
    'data: {"choices":[{"delta":{"reasoning":"Hm. "}}],"model":"m"}\r\n\r\n'
    'data: {"choices":[{"delta":{"content":"Grüße "}}]}\n\n'
    'data: {"choices":[{"delta":{"content":"😀","images":[{"image_url":{"url":"PIXEL"}},'
    '{"image_url":{"url":"https://evil.test/x.png"}}]}}]}\n\n'
    'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
    'data: {"choices":[],"usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5,'
    '"cost":0.00021}}\n\n'
    "data: [DONE]\n\n"
).replace("PIXEL", PIXEL)


def test_a_stream_may_be_cut_anywhere() -> None:
    chance = random.Random(5)
    cuts = [sorted(chance.sample(range(len(EVENTS)), chance.randint(0, 60))) for _ in range(200)]
    pieces = [
        [EVENTS[a:b] for a, b in zip([0, *cut], [*cut, len(EVENTS)], strict=True)] for cut in cuts
    ]
    code = """
    return given.map((pieces) => {
      const reader = new stream.EventReader();
      const events = pieces.flatMap((piece) => reader.push(piece));
      const chunks = events.filter((data) => data !== stream.DONE).map(JSON.parse);
      return { count: events.length, answer: chunks.reduce(stream.withChunk, stream.NEW_ANSWER) };
    });"""
    told = run(code, pieces)
    assert all(one == told[0] for one in told)
    assert told[0]["count"] == 6
    answer = told[0]["answer"]
    assert (answer["text"], answer["reasoning"], answer["finish"]) == ("Grüße 😀", "Hm. ", "stop")
    assert answer["pictures"] == [PIXEL]
    assert (answer["usage"]["total"], answer["usage"]["cost"]) == (5, 0.00021)


def test_an_error_amid_a_stream_is_the_answers() -> None:
    chunk = {
        "error": {"code": 502, "message": "It broke."},
        "choices": [{"delta": {"content": ""}}],
    }
    answer = run("return stream.withChunk({...stream.NEW_ANSWER, text: 'So'}, given);", chunk)
    assert (answer["text"], answer["error"]["message"]) == ("So", "It broke.")


FENCED = "```python\nprint(1)\n\nprint(2)\n```"
LEADS = "[it]: https://x.test"
LISTED = "1. one\n\n2. two\n\n   still two\n\n- three"


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("One.\n\nTwo.", ["One.", "Two."]),
        (f"So:\n\n{FENCED}\n\nDone.", ["So:", FENCED, "Done."]),
        ("~~~\n```\n\nx\n~~~\n\ny", ["~~~\n```\n\nx\n~~~", "y"]),
        (f"{LISTED}\n\nEnd", [LISTED, "End"]),
        ("```\nopen\n\nstill", ["```\nopen\n\nstill"]),
        (f"See [It].\n\n{LEADS}", [f"{LEADS}\n\nSee [It].", LEADS]),
        (f"No link.\n\n{LEADS}\n[b]: /b", ["No link.", f"{LEADS}\n[b]: /b"]),
        (f"~~~\n{LEADS}\n~~~\n\n[it]", [f"~~~\n{LEADS}\n~~~", "[it]"]),
        (f"[it]\n{LEADS}\n\n[it]", [f"[it]\n{LEADS}", "[it]"]),
        ("See.[^1]\n\nMore.\n\n[^1]: It.", ["See.[^1]\n\nMore.\n\n[^1]: It."]),
    ],
)
def test_markdown_is_cut_where_blocks_end(text: str, blocks: list[str]) -> None:
    found = run("return blocks.blocksOf(given);", text)
    assert [block.rstrip() for block in found] == blocks


def test_growing_text_changes_only_its_last_blocks() -> None:
    text = f"# A\n\n{FENCED}\n\n{LISTED}\n\nA paragraph\nof two lines.\n\nEnd."
    code = """
    return Array.from(given, (_, end) => blocks.blocksOf(given.slice(0, end + 1)))
      .every((some, at, all) =>
        at === 0 || all[at - 1].slice(0, -2).every((it, n) => it === some[n]));"""
    assert run(code, text) is True


def test_a_link_told_at_the_end_redraws_only_the_blocks_that_ask_for_it() -> None:
    text = "See [it].\n\n" + "Words.\n\n" * 9000 + LEADS
    code = """
    const [before, after] = [given.slice(0, -1), given].map(blocks.blocksOf);
    return after.map((block, at) => (block === before[at] ? -1 : at)).filter((at) => at >= 0);"""
    assert run(code, text) == [0, 9001]


def test_ranges_rest_where_they_change_nothing() -> None:
    code = """
    const ranges = models.SETTINGS.filter(({ kind }) => kind === "range");
    return Object.fromEntries(ranges.map(({ name, rest }) => [name, rest]));"""
    assert run(code) == {
        "temperature": 1,
        "top_p": 1,
        "min_p": 0,
        "frequency_penalty": 0,
        "presence_penalty": 0,
        "repetition_penalty": 1,
    }


def test_similarity_is_the_cosine() -> None:
    rows = run("return similarity.table(given);", [[1, 0], [0, 2], [3, 3]])
    assert [[round(value, 3) for value in row] for row in rows] == [
        [1, 0, 0.707],
        [0, 1, 0.707],
        [0.707, 0.707, 1],
    ]


def test_a_conversation_is_taken_along() -> None:
    talk = {
        **TALK,
        "title": "Raccoons",
        "createdMs": 0,
        "settings": {"system": "Be brief."},
        "messages": [
            question("hi", PDF),
            {"role": "assistant", "model": "a/chat", "text": "Hello."},
        ],
    }
    markdown, text = run("return [talks.asMarkdown(given), talks.asJson(given)];", talk)
    assert markdown == (
        "# Raccoons\n\n> Be brief.\n\n## You\n\n*a.pdf*\n\nhi\n\n## a/chat\n\nHello.\n"
    )
    assert '"content": "Hello."' in text
