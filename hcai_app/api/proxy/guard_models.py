"""The guard's rules for models: every member that can name one, and tools that call models.

What calls models is let through only when every model that it may use is named and offered.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from hcai_app.api.proxy import guard_state
from hcai_app.api.proxy.guard_reading import (
    MAX_SPLIT_PARTS,
    Reader,
    members_within,
    parts_of,
)
from hcai_app.api.proxy.members import Fields
from hcai_app.errors import InvalidRequest
from hcai_app.loose_json import items_of, members_of

CheckModel = Callable[[str, str], None]
Routers = frozenset[str]
NO_ROUTERS: Routers = frozenset()

# The provider's own names are those of routers, and now and then of a new model under test.
OWN_MODELS = "openrouter/"
_ROUTER = re.compile(
    r"openrouter/(auto|free|fusion|bodybuilder|pareto|jev|switchyard)\b", re.IGNORECASE
)
# A router that chooses among models, and the plugin that can name those. The others take what they
# like, whatever a plugin says.
NAMED_BY = {
    "openrouter/auto": "auto-router",
    "openrouter/auto-beta": "auto-beta-router",
    "openrouter/fusion": "fusion",
}
# What calls models -> the members in which it must name all of them.
ROUTER_PLUGINS = {
    "auto-router": ("allowed_models",),
    "auto-beta-router": ("allowed_models",),
    "fusion": ("analysis_models", "model"),
}
CALLING_TOOLS = {
    "fusion": ("analysis_models", "model"),
    "advisor": ("model",),
    "subagent": ("model",),
    "image_generation": ("model",),
}
PLAIN_PLUGINS = frozenset(
    {"web", "web-fetch", "file-parser", "response-healing", "context-compression", "moderation"}
)
PROVIDERS = re.compile(r"openrouter\W*")
# The provider's tools that call no model and keep nothing.
PLAIN_TOOLS = frozenset(
    {"web_search", "web_fetch", "datetime", "apply_patch", "tool_search"}
    | {"experimental__search_models"}
)
OWN_TOOLS = ("function", "custom", None)
# Anthropic's tools carry the day of their version.
_VERSION = re.compile(r"_20\d{6}$")
# What a router must *not* use: naming it there does no harm.
EXCLUDED = "excluded_models"
# Nobody falls back more often.
MAX_FALLBACKS = 10
# The choice of providers is short; each of its names is compared with many.
MAX_PROVIDER_PARTS = 2_000


class _OwnTool(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A student's own tool, in the three dialects; it runs at the student's."""

    type: Literal["function", "custom"] | msgspec.UnsetType = msgspec.UNSET
    function: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    name: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    description: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    parameters: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    input_schema: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    strict: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    cache_control: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_own_tools = msgspec.json.Decoder(list[_OwnTool])


def check_fields(fields: Fields, check_model: CheckModel, reader: Reader) -> Routers:
    """Check every field but `model`; return the plugins that name all models of their router.

    Raises:
        InvalidRequest: When a model is not offered, or may be used without being named.
    """
    routers = NO_ROUTERS
    if "plugins" in fields:
        routers = _check_plugins(reader.read(fields["plugins"], "plugins"), check_model)
    for name in ("models", "fallbacks"):
        if name in fields:
            _check_fallbacks(reader.read(fields[name], name), name, check_model, routers)
    if "tools" in fields and not _are_own(fields["tools"]):
        check_tools(reader.read(fields["tools"], "tools"), "tools", check_model)
    if "provider" in fields:
        provider = reader.read(fields["provider"], "provider", MAX_PROVIDER_PARTS)
        guard_state.check_provider(provider)
        check_within(provider, "provider", check_model)
    return routers


def check_name(model: Any, param: str, check_model: CheckModel, routers: Routers) -> None:
    """Check one name of a model.

    Raises:
        InvalidRequest: When it is not offered, or is a router whose models are not all named.
    """
    if not isinstance(model, str):
        raise InvalidRequest(f"`{param}` must name models as plain text.", param=param)
    if model[: len(OWN_MODELS)].lower() == OWN_MODELS and _ROUTER.match(model):
        _check_router(model, param, routers)
    else:
        check_model(model, param)


def _check_router(model: str, param: str, routers: Routers) -> None:
    plugin = NAMED_BY.get(model.split(":", 1)[0])
    if plugin in routers:
        return
    if plugin is None:
        how = "Name one that /proxy/v1/models lists."
    else:
        members = "` and `".join(ROUTER_PLUGINS[plugin])
        how = f"Name all of them in `{members}` of the plugin `{plugin}`."
    raise InvalidRequest(f"{model[:200]!r} may use models that are not named. {how}", param=param)


def _check_fallbacks(value: Any, param: str, check_model: CheckModel, routers: Routers) -> None:
    if value is None:
        return
    if not isinstance(value, list):
        raise InvalidRequest(f"`{param}` must be a list of model names.", param=param)
    if len(items_of(value)) > MAX_FALLBACKS:
        raise InvalidRequest(f"`{param}` can name {MAX_FALLBACKS} models at most.", param=param)
    for entry in items_of(value):
        named = members_of(entry).get("model") if isinstance(entry, dict) else entry
        check_name(named, param, check_model, routers)
        check_within(entry, param, check_model)


def _check_plugins(plugins: Any, check_model: CheckModel) -> Routers:
    naming: set[str] = set()
    idle: set[str] = set()
    for plugin in _objects(plugins, "plugins"):
        kind = plugin.get("id")
        if not isinstance(kind, str) or kind not in PLAIN_PLUGINS | ROUTER_PLUGINS.keys():
            who = f"The plugin {kind[:100]!r}" if isinstance(kind, str) else "A plugin without `id`"
            raise InvalidRequest(
                f"{who} is not offered here: it may use models that the request does not name.",
                param="plugins",
            )
        check_within(plugin, "plugins", check_model)
        if plugin.get("enabled") is False:
            idle.add(kind)
        elif kind in ROUTER_PLUGINS:
            _require(plugin, ROUTER_PLUGINS[kind], f"The plugin `{kind}`", "plugins")
            naming.add(kind)
    return frozenset(naming - idle)


def check_tools(tools: Any, param: str, check_model: CheckModel) -> None:
    """Check a list of tools; a student's own may be as they like.

    Raises:
        InvalidRequest: When one of them uses what is not offered.
    """
    for tool in _objects(tools, param):
        if tool.get("type") not in OWN_TOOLS:
            _check_tool(tool, param, check_model)


def _check_tool(tool: dict[str, Any], param: str, check_model: CheckModel) -> None:
    if not isinstance(tool["type"], str):
        raise InvalidRequest(f"The `type` of a tool in `{param}` must be text.", param=param)
    kind = tool["type"].strip().lower()
    is_providers = PROVIDERS.match(kind) is not None
    plain = _VERSION.sub("", PROVIDERS.sub("", kind, count=1))
    guard_state.check_tool(kind, plain, param)
    if is_providers and plain not in PLAIN_TOOLS | CALLING_TOOLS.keys():
        raise InvalidRequest(f"The tool {kind[:100]!r} is not offered here.", param=param)
    check_within(tool, param, check_model)
    for place in _settings(tool, is_providers=is_providers):
        _require(place, CALLING_TOOLS.get(plain, ()), f"The tool {kind!r}", param)


def _settings(tool: dict[str, Any], *, is_providers: bool) -> list[Any]:
    """Return where settings are: the provider's own tools have `parameters`, others need none."""
    if is_providers:
        return [tool.get("parameters")]
    return [tool, tool["parameters"]] if "parameters" in tool else [tool]


def _require(place: Any, names: Iterable[str], who: str, param: str) -> None:
    """Require the names of all models that a router or tool may use."""
    for name in names:
        value = members_of(place).get(name)
        wanted = list if name.endswith("s") else str
        if not value or not isinstance(value, wanted):
            raise InvalidRequest(
                f"{who} may use models that are not named: name them in its `{name}`.", param=param
            )


def check_within(value: Any, param: str, check_model: CheckModel) -> None:
    """Check whatever names a model, brings tools or reaches into the account, at any depth.

    Raises:
        InvalidRequest: When it is not offered.
    """
    for name, inner in members_within(value, frozenset({"tools"})):
        guard_state.check_member(name, inner, param)
        if name == "tools":
            check_tools(inner, param, check_model)
        elif "model" in name.lower() and name != EXCLUDED:
            for model in _names_in(inner):
                check_name(model, param, check_model, NO_ROUTERS)


def _names_in(value: Any) -> list[Any]:
    """Return the names in a member: its text, or its list of texts."""
    return [value] if isinstance(value, str) else items_of(value)


def _objects(value: Any, param: str) -> list[dict[str, Any]]:
    if value is None:
        return []
    items = items_of(value)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in items):
        raise InvalidRequest(f"`{param}` must be a list of objects.", param=param)
    return items


def _are_own(raw: msgspec.Raw) -> bool:
    """Return whether all tools are the student's own (fast path of nearly every call).

    The same members written out again are as long as what came, if no name came twice.
    """
    # Every part is a byte at least.
    if len(memoryview(raw)) > MAX_SPLIT_PARTS and parts_of(raw) > MAX_SPLIT_PARTS:
        return False
    try:
        compact = msgspec.json.format(raw, indent=-1)
        return len(msgspec.json.encode(_own_tools.decode(compact))) == len(compact)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
