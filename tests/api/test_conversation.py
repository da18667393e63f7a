"""From a conversation of the playground to the body of a chat completion."""

import json
import time
from contextlib import suppress
from typing import Any

import httpx
import pytest

from hcai_app.api.proxy import conversation
from hcai_app.errors import InvalidRequest
from hcai_app.services.ledger import refusals
from tests.api.playground.calls import MODEL, PLAYGROUND
from tests.api.wire import assert_error
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.visitor import page_of

CHAT: dict[str, Any] = {
    "id": "a/chat",
    "name": "Chatty",
    "inputs": ["text", "image", "file"],
    "outputs": ["text"],
    "takes": ["image/png", "application/pdf"],
    "parameters": ["temperature", "max_tokens", "reasoning"],
    "maxOutput": 1000,
}
POSTER = {"id": "f1", "name": "a.pdf", "type": "application/pdf"}
PHOTO = {"id": "f2", "name": "b.png", "type": "image/png"}
URLS = {"f1": "url of a.pdf", "f2": "url of b.png", "f3": "url of another"}


def question(text: str, *files: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "text": text, "files": list(files)}


def body_of(*messages: dict[str, Any], model: Any = CHAT, **settings: Any) -> dict[str, Any]:
    asked = {"model": model, "settings": settings, "messages": messages, "urls": URLS}
    return json.loads(conversation.request_body(json.dumps(asked).encode()))


def test_only_what_the_model_takes_is_sent() -> None:
    chosen = {"temperature": "0.5", "top_p": 0.1, "max_tokens": "5000", "reasoning_effort": "low"}
    assert body_of(question("hi"), system=" Be brief. ", **chosen) == {
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


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": "warm", "reasoning_effort": "evil", "max_tokens": ""},
        {"temperature": [], "reasoning_effort": {}, "max_tokens": "inf"},
        {"temperature": None, "max_tokens": "nan", "tools": "[", "schema": "{}"},
    ],
)
def test_settings_that_make_no_sense_are_left_out(settings: dict[str, Any]) -> None:
    able = {**CHAT, "parameters": [*CHAT["parameters"], "tools", "structured_outputs"]}
    body = body_of(question("hi"), model=able, **settings)
    assert sorted(body) == ["messages", "model", "stream"]


def test_files_go_with_their_message_and_their_reading_comes_back() -> None:
    annotations = [{"type": "file", "file": {"hash": "h"}}]
    answer = {"role": "assistant", "text": "A poster.", "annotations": annotations}
    body = body_of(question("What is it?", POSTER, PHOTO), answer, question("Thanks"))
    first, second, third = body["messages"]
    assert first["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "url of a.pdf"}},
        {"type": "image_url", "image_url": {"url": "url of b.png"}},
    ]
    assert second == {"role": "assistant", "content": "A poster.", "annotations": annotations}
    assert third["content"] == "Thanks"
    assert "plugins" not in body


def test_a_model_that_reads_no_files_gets_the_free_parser_and_no_pictures() -> None:
    model = {**CHAT, "inputs": ["text"], "takes": ["application/pdf"]}
    body = body_of(question("What is it?", POSTER, PHOTO), model=model)
    assert [part["type"] for part in body["messages"][0]["content"]] == ["text", "file"]
    assert body["plugins"] == [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]


def test_what_a_model_does_not_see_makes_no_empty_message() -> None:
    model = {**CHAT, "inputs": ["text"], "takes": ["application/pdf"]}
    body = body_of(question("", PHOTO), question("And this?", PHOTO, POSTER), model=model)
    assert len(body["messages"]) == 1
    with pytest.raises(InvalidRequest, match=r"'Chatty' does not see 'b\.png'\. Choose a model"):
        body_of(question("", PHOTO), model=model)


def test_it_is_a_stream_whatever_was_chosen() -> None:
    assert body_of(question("hi"), stream=False)["stream"] is True


def test_a_drawn_picture_goes_back_with_the_next_words() -> None:
    model = {**CHAT, "outputs": ["image", "text"], "parameters": []}
    drawn = {"role": "assistant", "text": "Here.", "images": [PHOTO]}
    asked = (question("A raccoon"), drawn, question("Bluer"))
    body = body_of(*asked, model=model, aspect_ratio="16:9")
    assert body["modalities"] == ["image", "text"]
    assert body["image_config"] == {"aspect_ratio": "16:9"}
    assert body["messages"][-1]["content"][1]["image_url"]["url"] == "url of b.png"


def test_failed_answers_are_not_sent() -> None:
    body = body_of(question("hi"), {"role": "assistant", "text": ""}, question("hello?"))
    assert [message["role"] for message in body["messages"]] == ["user", "user"]


def test_tools_and_a_schema_go_as_the_api_takes_them() -> None:
    tool = {"type": "function", "function": {"name": "roll", "parameters": {}}}
    schema = {"name": "answer", "schema": {}}
    able = {**CHAT, "parameters": ["tools", "structured_outputs"]}
    settings = {"tools": json.dumps([tool]), "schema": json.dumps(schema)}
    body = body_of(question("hi"), model=able, **settings)
    assert body["tools"] == [tool]
    assert body["response_format"] == {"type": "json_schema", "json_schema": schema}


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
    assert conversation.safe_name(name) == safe


def test_files_of_one_name_are_told_apart() -> None:
    others = [{**POSTER, "id": name} for name in ("f2", "f3")]
    body = body_of(question("Which?", POSTER, *others))
    names = [part["file"]["filename"] for part in body["messages"][0]["content"][1:]]
    assert names == ["a.pdf", "a-2.pdf", "a-3.pdf"]


def test_a_file_that_is_not_here_is_told() -> None:
    with pytest.raises(InvalidRequest, match=r"'lost\.png' is missing"):
        body_of(question("What is it?", {**PHOTO, "id": "f4", "name": "lost.png"}))


def test_what_is_kept_of_a_refusal_names_no_file() -> None:
    for name, takes in (('SECRET\'s "plan".png', []), ("SECRET.png", CHAT["takes"])):
        with pytest.raises(InvalidRequest) as refused:
            body_of(
                question("", {**PHOTO, "id": "f4", "name": name}), model={**CHAT, "takes": takes}
            )
        assert "SECRET" in refused.value.message
        assert "SECRET" not in refusals.kept_words(refused.value.message)


@pytest.mark.attack
def test_many_files_of_one_name_hold_nobody_up() -> None:
    def seconds(count: int) -> float:
        files = [{**PHOTO, "id": str(at)} for at in range(count)]
        urls = {file["id"]: "" for file in files}
        asked = {"model": CHAT, "settings": {}, "messages": [question("", *files)], "urls": urls}
        data = json.dumps(asked).encode()
        began = time.process_time()
        conversation.request_body(data)
        return time.process_time() - began

    few = min(seconds(500) for _ in range(3))
    assert seconds(5_000) < 40 * few  # ten times the work; with a look at every pair 100 times


@pytest.mark.attack
def test_a_file_in_every_message_makes_no_request_of_gigabytes() -> None:
    messages = [question("again", POSTER)] * 200
    asked = {"model": CHAT, "settings": {}, "messages": messages, "urls": {"f1": "x" * 100_000}}
    with pytest.raises(InvalidRequest, match="too often"):
        conversation.request_body(json.dumps(asked).encode())
    asked["messages"] = messages[:2]
    conversation.request_body(json.dumps(asked).encode())


NESTED = "[" * 50_000
BROKEN = [
    b"{",
    b"[]",
    b"{}",
    b"\xff",
    b'{"model": {}, "settings": {}, "messages": []}',
    json.dumps({"model": CHAT, "settings": {}, "messages": []}).encode(),
    json.dumps({"model": CHAT, "settings": {}, "messages": [{"role": "system"}]}).encode(),
    f'{{"model": {json.dumps(CHAT)}, "settings": {{"a": {NESTED}'.encode(),
]


@pytest.mark.parametrize("body", BROKEN)
def test_what_is_no_conversation_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        conversation.request_body(body)


@pytest.mark.parametrize("text", ["[" * 50_000 + "]" * 50_000, '["\\ud83d"]'])
def test_tools_that_no_body_can_hold_are_refused_or_left_out(text: str) -> None:
    model = {**CHAT, "parameters": ["tools"]}
    asked = {"model": model, "settings": {"tools": text}, "messages": [question("hi")]}
    with suppress(InvalidRequest):
        assert "tools" not in json.loads(conversation.request_body(json.dumps(asked).encode()))


def test_a_page_asks_by_the_same_road(product: Product, provider: Provider) -> None:
    product.make_key("UTALKER", "--budget-usd", "100")
    model = {**CHAT, "id": MODEL}
    asked = {"model": model, "settings": {}, "messages": [question("What is it?", PHOTO)]}
    sent = {**asked, "urls": {"f2": "data:image/png;base64,iVBO"}}
    with page_of(product, "UTALKER") as page:
        answer = page.post(f"{PLAYGROUND}/conversation", json=sent)
        assert answer.status_code == 200
        assert answer.text.rstrip().endswith("data: [DONE]")
        assert_error(page.post(f"{PLAYGROUND}/conversation", json={**asked, "model": {}}), 400)
        assert_error(page.get(f"{PLAYGROUND}/conversation"), 405)
    row = product.rows("--user", "UTALKER")[-1]
    assert (row["endpoint"], row["id"]) == ("/chat/completions", answer.headers["x-request-id"])
    body = json.loads(provider.calls()[-1]["body"])
    assert body["messages"][0]["content"][1]["image_url"]["url"] == "data:image/png;base64,iVBO"
    assert {"settings", "urls"}.isdisjoint(body)
    nobody = {"Origin": product.origin}
    path = f"{product.origin}{PLAYGROUND}/conversation"
    assert_error(httpx.post(path, json=sent, headers=nobody, verify=TLS), 401)
