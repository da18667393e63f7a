"""What a request may name: offered models, and nothing of the account that all students share."""

import json
from typing import Any

import msgspec
import pytest

from hcai_app.api.proxy import guard
from hcai_app.api.proxy.members import Fields
from hcai_app.errors import InvalidRequest
from hcai_app.services.models import catalog

OFFERED = ["qwen/qwen3-32b", "openai/gpt-5-mini", "google/gemini-2.5-flash-image"]
MINI, IMAGE = OFFERED[1], OFFERED[2]
DEAR = "openai/o9-ultra"
HELLO = [{"role": "user", "content": "hi"}]
_members = msgspec.json.Decoder(Fields)


def check_model(model: str, param: str) -> None:
    if not catalog.is_allowed(model, OFFERED):
        raise InvalidRequest(f"{model!r} is not offered", param=param)


def check(body: bytes) -> None:
    guard.check(_members.decode(body), body, check_model)


def body_of(**fields: Any) -> bytes:
    return json.dumps({"model": OFFERED[0], "messages": HELLO, **fields}).encode()


def assert_refused(body: bytes, param: str) -> str:
    with pytest.raises(InvalidRequest) as refused:
        check(body)
    assert refused.value.param == param
    assert len(refused.value.message) > 10
    return refused.value.message


def part(**fields: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": "text", "text": "hi"}, fields]}]


def plugin(kind: str, **fields: Any) -> dict[str, Any]:
    return {"plugins": [{"id": kind, **fields}]}


def tool(kind: str, **fields: Any) -> dict[str, Any]:
    return {"tools": [{"type": kind, **fields}]}


def server_tool(kind: str, **parameters: Any) -> dict[str, Any]:
    return tool(f"openrouter:{kind}", parameters=parameters)


ODD_MODELS = {
    "unoffered": DEAR,
    "upper-case": "Qwen/Qwen3-32B",
    "spaces": " qwen/qwen3-32b ",
    "newline": "qwen/qwen3-32b\n",
    "look-alike": "qw\u0435n/qwen3-32b",
    "full-width": "qwen/qwen3-32\uff42",
    "zero-width": "qwen/qwen3\u200b-32b",
    "alias": "~openai/gpt-latest",
    "preset": "@preset/dear",
    "preset-behind-model": "qwen/qwen3-32b@preset/dear",
    "preset-as-variant": "qwen/qwen3-32b:@preset/dear",
    "percent": "qwen%2Fqwen3-32b",
    "percent-variant": "qwen/qwen3-32b%3Afree",
    "nul": "qwen/qwen3-32b\0",
    "nul-and-more": "qwen/qwen3-32b\0/../../openai/o9-ultra",
    "path": "qwen/../openai/o9-ultra",
    "list-in-text": "qwen/qwen3-32b,openai/o9-ultra",
    "two-variants": "qwen/qwen3-32b:free:nitro",
    "upper-case-router": "OpenRouter/Auto",
    "router": "openrouter/auto",
    "router-with-variant": "openrouter/auto:free",
    "free-router": "openrouter/free",
    "pareto": "openrouter/pareto-code",
    "empty": "",
    "list": [OFFERED[0]],
    "number": 5,
    "null": None,
}


@pytest.mark.parametrize("model", ODD_MODELS.values(), ids=ODD_MODELS)
def test_a_model_that_is_not_plainly_an_offered_one_is_refused(model: Any) -> None:
    assert_refused(body_of(model=model), "model")
    assert_refused(body_of(models=[MINI, model]), "models")
    assert_refused(body_of(fallbacks=[{"model": MINI}, {"model": model}]), "fallbacks")


def test_a_request_without_a_model_is_refused() -> None:
    assert_refused(b'{"messages":[]}', "model")


@pytest.mark.parametrize("variant", ["", ":free", ":nitro", ":online", ":thinking"])
def test_a_variant_of_an_offered_model_passes(variant: str) -> None:
    name = MINI + variant
    check(body_of(model=name, models=[name], fallbacks=[name, {"model": name}]))


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "fallback": ("fallbacks", {"fallbacks": [DEAR]}),
    "fallback-without-model": ("fallbacks", {"fallbacks": [{}]}),
    "fallbacks-as-text": ("fallbacks", {"fallbacks": MINI}),
    "models-as-object": ("models", {"models": {"0": MINI}}),
    "models-with-number": ("models", {"models": [MINI, 1]}),
    "models-oddly-written": ("models", {"Models": [DEAR]}),
    "model-with-space": ("model", {"model ": DEAR}),
    "plugins-camel": ("plugins", {"plug_ins": []}),
    "preset": ("preset", {"preset": "dear"}),
    "auto-router-without-models": ("plugins", plugin("auto-router")),
    "auto-router-no-models": ("plugins", plugin("auto-router", allowed_models=[])),
    "auto-router-wildcard": ("plugins", plugin("auto-router", allowed_models=["openai/*"])),
    "auto-router-dear": ("plugins", plugin("auto-router", allowed_models=[MINI, DEAR])),
    "auto-router-router": ("plugins", plugin("auto-router", allowed_models=["openrouter/auto"])),
    "auto-router-text": ("plugins", plugin("auto-router", allowed_models=MINI)),
    "pareto-router": ("plugins", plugin("pareto-router", min_coding_score=0.9)),
    "jev-router": ("plugins", plugin("jev-router", models=[MINI])),
    "switchyard-router": ("plugins", plugin("switchyard-router", judge_model=MINI)),
    "fusion": ("plugins", plugin("fusion")),
    "fusion-without-analyst": ("plugins", plugin("fusion", analysis_models=[MINI])),
    "fusion-dear": ("plugins", plugin("fusion", analysis_models=[MINI], model=DEAR)),
    "fusion-preset": (
        "plugins",
        plugin("fusion", analysis_models=[MINI], model=MINI, preset="general-high"),
    ),
    "fusion-with-dear-tool": (
        "plugins",
        plugin(
            "fusion",
            analysis_models=[MINI],
            model=MINI,
            tools=[{"type": "openrouter:advisor", "parameters": {"model": DEAR}}],
        ),
    ),
    "unknown-plugin": ("plugins", plugin("council", models=[MINI])),
    "plugin-without-id": ("plugins", {"plugins": [{}]}),
    "plugin-as-text": ("plugins", {"plugins": ["fusion"]}),
    "model-deep-in-plugin": ("plugins", plugin("web", a=[{"b": {"judge_model": DEAR}}])),
    "fusion-tool": ("tools", server_tool("fusion")),
    "advisor-tool": ("tools", server_tool("advisor")),
    "advisor-tool-bare": ("tools", tool("openrouter:advisor", model=MINI)),
    "advisor-tool-dear": ("tools", server_tool("advisor", model=DEAR)),
    "advisor-short": ("tools", tool("advisor")),
    "advisor-upper-case": ("tools", tool("OpenRouter:Advisor")),
    "advisor-anthropic": ("tools", tool("advisor_20260301", name="advisor", model=DEAR)),
    "subagent-tool": ("tools", server_tool("subagent", instructions="do it")),
    "subagent-nested": (
        "tools",
        server_tool("subagent", model=MINI, tools=[{"type": "openrouter:fusion"}]),
    ),
    "image-tool": ("tools", server_tool("image_generation", quality="high")),
    "image-tool-dear": ("tools", server_tool("image_generation", model=DEAR)),
    "image-tool-responses": ("tools", tool("image_generation", model="gpt-image-1")),
    "image-tool-responses-bare": ("tools", tool("image_generation")),
    "unknown-server-tool": ("tools", server_tool("council")),
    "search-with-model": ("tools", server_tool("web_search", summary_model=DEAR)),
    "namespace": ("tools", tool("namespace", name="x", tools=[{"type": "openrouter:fusion"}])),
    "tool-without-text-type": ("tools", {"tools": [{"type": ["function"]}]}),
    "tools-as-object": ("tools", {"tools": {"type": "openrouter:fusion"}}),
    "tool-between-messages": (
        "input",
        {"input": [{"type": "additional_tools", "tools": [{"type": "openrouter:advisor"}]}]},
    ),
    "tool-added-by-message": (
        "messages",
        {
            "messages": part(
                type="tool_addition",
                tool={"type": "tool_definition", "definition": {"type": "advisor_20260301"}},
            )
        },
    ),
    "shell": ("tools", tool("shell")),
    "bash": ("tools", server_tool("bash", environment={"type": "container_auto"})),
    "code-interpreter": ("tools", tool("code_interpreter", container={"type": "auto"})),
    "file-search": ("tools", tool("file_search", vector_store_ids=["vs_1"])),
    "account-files": ("tools", server_tool("files")),
    "mcp": ("tools", tool("mcp", server_label="x", server_url="https://x.example")),
    "mcp-connector": ("tools", tool("mcp", connector_id="connector_dropbox", authorization="x")),
    "mask-by-id": (
        "tools",
        tool("image_generation", model=IMAGE, input_image_mask={"file_id": "file-1"}),
    ),
    "mcp-servers": ("mcp_servers", {"mcp_servers": [{"url": "https://x.example"}]}),
    "file-id": ("messages", {"messages": part(type="file", file={"file_id": "file-1"})}),
    "image-by-id": ("input", {"input": part(type="input_image", file_id="file-1")}),
    "document-by-id": (
        "messages",
        {"messages": part(type="document", source={"type": "file", "file_id": "file_1"})},
    ),
    "file-in-tool-result": (
        "messages",
        {"messages": part(type="tool_result", content=part(source={"file_id": "file_1"}))},
    ),
    "container-upload": (
        "messages",
        {"messages": part(type="container_upload", file_id="file_1")},
    ),
    "file-in-system": ("system", {"system": part(type="document", source={"file_id": "f"})}),
    "file-embedded": ("input", {"input": [{"content": [{"type": "input_file", "file_id": "f"}]}]}),
    "item-reference": ("input", {"input": [{"type": "item_reference", "id": "msg_1"}]}),
    "previous-response": ("previous_response_id", {"previous_response_id": "resp_1"}),
    "store": ("store", {"store": True}),
    "background": ("background", {"background": True}),
    "conversation": ("conversation", {"conversation": {"id": "conv_1"}}),
    "stored-prompt": ("prompt", {"prompt": {"id": "pmpt_1"}}),
    "container": ("container", {"container": "container_1"}),
    "vault": ("vault", {"vault": {"secret": "x"}}),
    "debug": ("debug", {"debug": {"echo_upstream_body": True}}),
    "callback": ("callback_url", {"callback_url": "https://x.example"}),
    "prototype": ("__proto__", {"__proto__": {"models": [DEAR]}}),
    "constructor": ("constructor", {"constructor": {"prototype": {"models": [DEAR]}}}),
    "api-base": ("api_base", {"api_base": "https://x.example"}),
    "base-url": ("baseURL", {"baseURL": "https://x.example"}),
    "api-key": ("api_key", {"api_key": "sk-1"}),
    "extra-headers": ("extra_headers", {"extra_headers": {"Authorization": "x"}}),
    "option-key": ("provider.options", {"provider": {"options": {"openai": {"apiKey": "x"}}}}),
    "option-url": (
        "provider.options",
        {"provider": {"options": {"azure": {"a": [{"endpoint": "x"}]}}}},
    ),
    "option-with-address": (
        "provider.options",
        {"provider": {"options": {"azure": {"a": ["https://x.example"]}}}},
    ),
    "provider-key": ("provider", {"provider": {"api_key": "x"}}),
    "option-model": ("provider", {"provider": {"options": {"openai": {"model": DEAR}}}}),
    "option-state": ("provider", {"provider": {"options": {"openai": {"store": True}}}}),
}


@pytest.mark.parametrize(("param", "fields"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_offered_is_refused_by_name(param: str, fields: dict[str, Any]) -> None:
    assert_refused(body_of(**fields), param)


SCHEMA = {
    "type": "object",
    "properties": {"model": {"type": "string"}, "file_id": {}, "preset": {}, "api_key": {}},
    "model": DEAR,
    "store": True,
}
AUTO = {"model": "openrouter/auto", **plugin("auto-router", allowed_models=[MINI, OFFERED[0]])}
PASSING: dict[str, dict[str, Any]] = {
    "auto-router": AUTO,
    "auto-router-variant": {**AUTO, "model": "openrouter/auto:nitro"},
    "auto-router-exclusion": plugin(
        "auto-router", allowed_models=[MINI], excluded_models=["x/*"], pin_model=True
    ),
    "fusion": {
        "model": "openrouter/fusion",
        **plugin("fusion", analysis_models=[MINI], model=MINI, tools=[]),
    },
    "fusion-off": plugin("fusion", enabled=False),
    "web": plugin("web", max_results=3, search_prompt="Which model? file_id"),
    "pdf": plugin("file-parser", pdf={"engine": "mistral-ocr"}),
    "healing": plugin("response-healing"),
    "function": tool("function", function={"name": "x", "parameters": SCHEMA}),
    "function-flat": tool("function", name="x", parameters=SCHEMA, strict=True),
    "function-odd": tool("function", function={"name": "x"}, model=DEAR),
    "anthropic-function": {"tools": [{"name": "model", "input_schema": SCHEMA}]},
    "custom": tool("custom", name="x", format={"type": "grammar", "definition": "model: X"}),
    "legacy-function": {"functions": [{"name": "x", "parameters": SCHEMA}]},
    "schema": {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}},
    "search": server_tool("web_search", engine="exa"),
    "fetch": server_tool("web_fetch"),
    "datetime": tool("openrouter:datetime"),
    "search-anthropic": tool("web_search_20250305", name="web_search", max_uses=3),
    "search-openai": tool("web_search_preview"),
    "computer-at-home": tool("bash_20250124", name="bash"),
    "advisor": server_tool("advisor", model=MINI, tools=[{"type": "openrouter:web_search"}]),
    "image-tool": server_tool("image_generation", model=IMAGE),
    "image-tool-responses": tool("image_generation", model=IMAGE, background="transparent"),
    "fusion-tool": server_tool("fusion", analysis_models=[MINI], model=MINI),
    "nothing": dict.fromkeys(
        ("models", "fallbacks", "plugins", "tools", "provider", "preset", "prompt", "store")
    ),
    "nothing-more": dict.fromkeys(
        ("previous_response_id", "conversation", "container", "debug", "background", "api_key")
    ),
    "off": {"store": False, "background": False, "mcp_servers": [], "models": []},
    "image-background": {"background": "transparent"},
    "legacy-prompt": {"prompt": 'the model, "file_id"'},
    "file-data": {"messages": part(type="file", file={"file_data": "data:,x", "file_id": None})},
    "text": {"messages": [{"role": "user", "content": '{"file_id": "x", "tools": []}'}]},
    "name-as-text": {"messages": [{"role": "user", "content": "file_id"}]},
    "call-history": {
        "messages": part(type="tool_use", name="x", input={"file_id": "x", "model": DEAR})
    },
    "provider": {"provider": {"order": ["openai"], "max_price": {"prompt": 1}, "sort": "price"}},
    "provider-options": {"provider": {"options": {"openai": {"top_k": 1, "max_tokens": 5}}}},
    "unknown": {"unknown_field": {"model": DEAR, "file_id": "x", "tools": [1]}},
    "long-name": {"api_key" * 50: "x"},
    "cache-key": {"prompt_cache_key": "x", "prompt_cache_options": {"ttl": "30m"}},
}


@pytest.mark.parametrize("fields", PASSING.values(), ids=PASSING)
def test_what_is_offered_or_the_students_own_passes(fields: dict[str, Any]) -> None:
    check(body_of(**fields))
    compact = json.dumps(json.loads(body_of(**fields)), separators=(",", ":"))
    check(compact.encode())


def test_a_router_needs_its_own_plugin_switched_on() -> None:
    other = plugin("auto-beta-router", allowed_models=[MINI])
    assert_refused(body_of(model="openrouter/auto", **other), "model")
    off = plugin("auto-router", allowed_models=[MINI], enabled=False)
    assert_refused(body_of(model="openrouter/auto", **off), "model")
    twice = {"plugins": [*AUTO["plugins"], {"id": "auto-router", "enabled": False}]}
    assert_refused(body_of(model="openrouter/auto", **twice), "model")


def test_a_refused_router_is_told_how_to_be_let_through() -> None:
    message = assert_refused(body_of(model="openrouter/fusion"), "model")
    assert "`analysis_models` and `model` of the plugin `fusion`" in message


TWICE = {
    "tools": [
        b'"tools":[{"type":"openrouter:fusion","type":"function"}]',
        b'"tools":[{"type":"function","type":"openrouter:fusion"}]',
        b'"tools": [ {"t\\u0079pe":"openrouter:fusion", "type":"function"} ]',
        b'"tools":[{"type":"openrouter:advisor","parameters":{"model":"openai/gpt-5-mini",'
        b'"mod\\u0065l":"openai/gpt-5-mini"}}]',
    ],
    "plugins": [
        b'"plugins":[{"id":"web","id":"fusion"}]',
        b'"plugins":[{"id":"fusion","id":"web"}]',
    ],
    "fallbacks": [b'"fallbacks":[{"model":"openai/o9-ultra","model":"openai/gpt-5-mini"}]'],
    "messages": [b'"messages":[{"file":{"file_id":"x"},"file":null}]'],
}


@pytest.mark.parametrize(
    ("param", "member"), [(param, member) for param in TWICE for member in TWICE[param]]
)
def test_a_guarded_member_that_is_named_twice_is_refused(param: str, member: bytes) -> None:
    assert_refused(b'{"model":"qwen/qwen3-32b",' + member + b"}", param)


def test_of_a_field_that_is_given_twice_the_last_counts() -> None:
    # The road sends what it has read, so only the last ever leaves.
    dear, mini = b'"mod\\u0065l":"openai/o9-ultra"', b'"model":"openai/gpt-5-mini"'
    check(b"{" + dear + b"," + mini + b"}")
    assert_refused(b"{" + mini + b"," + dear + b"}", "model")
