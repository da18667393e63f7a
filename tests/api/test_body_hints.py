"""A body that is no JSON is told what it looks like, and what to do."""

import json

import pytest

from hcai_app.api.proxy import chat
from hcai_app.errors import InvalidRequest

GOOD = '{"model":"qwen/qwen3-32b","messages":[{"role":"user","content":"hé"}]}'
SAID = {
    "nothing": (b"", "empty"),
    "white-space": (b" \r\n ", "empty"),
    "byte-order-mark": (b"\xef\xbb\xbf" + GOOD.encode(), "byte order mark"),
    "byte-order-mark-alone": (b"\xef\xbb\xbf", "byte order mark"),
    "utf-16": (GOOD.encode("utf-16"), "UTF-16"),
    "utf-16-le-without-mark": (GOOD.encode("utf-16-le"), "UTF-16"),
    "utf-16-be": (GOOD.encode("utf-16-be"), "UTF-16"),
    "utf-32": (GOOD.encode("utf-32"), "UTF-16"),
    "latin-1": (GOOD.encode("latin-1"), "send it as UTF-8"),
    "cmd.exe": (b"'{model:x}'", "single quote"),
    "cmd.exe-cut": (b"'{model:", "--data-binary @file.json"),
    "quotes-taken-away": (b"{model:x}", "names need double quotes"),
    "escaped-for-another-shell": (b'{\\"model\\":\\"x\\"}', "names need double quotes"),
    "python-dict": (b"{'model': 'x'}", "json.dumps"),
    "python-value": (b"{\"model\": 'x'}", "single quote"),
    "python-true": (b'{"stream": True}', "json.dumps"),
    "python-none": (b'{"stop": None}', "json.dumps"),
    "form": (b"model=qwen%2Fqwen3&messages=hi", "form fields"),
    "form-of-one": (b"model=qwen", "form fields"),
    "form-of-lists": (b"messages[0][role]=user&model=x", "form fields"),
    "multipart": (
        b'--abc\r\nContent-Disposition: form-data; name="model"\r\n\r\nqwen\r\n--abc--',
        "multipart",
    ),
    "curly-quotes": ("{“model”: “x”}".encode(), "curly quote"),
    "curly-value": ('{"model": “x”}'.encode(), "curly quote"),
    "trailing-comma": (b'{"model":"x",}', "comma after the last value"),
    "trailing-comma-in-list": (b'{"stop":["a",]}', "comma after the last value"),
    "comment": (b'{"a":1, // why\n"b":2}', "comment"),
    "cut": (GOOD.encode()[:-5], "ends too early"),
    "half-an-emoji": (b'{"a":"\\ud83d"}', "surrogate"),
    "gzip": (b"\x1f\x8b\x08\0", "compressed"),
    "html": (b"<p>hi</p>", "not valid JSON"),
    "list": (b"[]", "must be a JSON object"),
    "deep": (b'{"a":' * 200_000, "nested too deeply"),
}


@pytest.mark.parametrize(("body", "says"), SAID.values(), ids=SAID)
def test_a_body_that_is_no_json_is_told_what_it_looks_like(body: bytes, says: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        chat.parse(body)
    assert says in refused.value.message
    assert "body" in refused.value.message.lower()
    assert len(refused.value.message) < 250


@pytest.mark.parametrize("text", ["a=b&c=d", "'", "“quoted”", "True, None", "// comment", "\ufeff"])
def test_what_only_looks_like_it_inside_a_text_passes(text: str) -> None:
    messages = [{"role": "user", "content": text}]
    for ascii_only in (True, False):
        given = json.dumps({"model": "x", "messages": messages}, ensure_ascii=ascii_only)
        assert chat.parse(given.encode()).model == "x"
