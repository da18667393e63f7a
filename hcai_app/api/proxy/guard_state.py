"""The guard's rules for the shared provider account: stored state, and overrides of it.

Files, presets, containers, stored answers and the like have no owner there: who knows an id has the
thing. Keys and addresses of a student's own would make the provider call anybody in our name.
"""

import re
from collections.abc import Iterable
from typing import Any

from hcai_app.api.proxy.body_bounds import MAX_FIELDS
from hcai_app.api.proxy.guard_reading import Member, Reader, members_within
from hcai_app.api.proxy.members import NULL, Fields, starts_with
from hcai_app.errors import InvalidRequest
from hcai_app.loose_json import items_of, members_of

# Member -> why it is refused and what to do instead.
STATE = {
    "file_id": "Files cannot be kept here: send the file's data in the request itself.",
    "file_ids": "Files cannot be kept here: send the file's data in the request itself.",
    "vector_store_ids": "Files cannot be kept here: send what is to be searched in the request.",
    "preset": "Presets are not offered here: write the model and its settings into the request.",
    "previous_response_id": "Answers are not kept here: send the whole conversation each time.",
    "conversation": "Conversations are not kept here: send all messages each time.",
    "container": "Containers are not offered here: leave it out.",
    "container_id": "Containers are not offered here: leave it out.",
    "vault": "The vault is not offered here: leave it out.",
    "mcp_servers": "The provider would call any address in our name: call the MCP server yourself "
    "and offer its tools as functions.",
    "debug": "Debugging output of the provider is not offered here: leave it out.",
}
REFERENCE = (
    "Your client sent references to earlier answers, which are not kept here: in the AI SDK use "
    "openai.chat(...) or store: false; elsewhere send the whole conversation each time."
)
POLICY = "What the provider may keep is set by this service: leave `data_collection` and `zdr` out."
ADDRESS = "Keys and addresses of other services cannot be set here: leave it out."
# Fields that only some of their values make dangerous.
STORE, BACKGROUND, PROMPT = "store", "background", "prompt"
OPTIONS = "options"
# Fields of which every spelling is refused but their own, should a parser be lenient.
GUARDED = frozenset(STATE) | {
    *("model", "models", "fallbacks", "plugins", "tools", "provider", STORE, BACKGROUND, PROMPT)
}
# Members that a careless JavaScript merge takes for what all objects inherit.
PROTOTYPES = frozenset({"__proto__", "constructor", "prototype"})
_PROPER = {name.replace("_", ""): name for name in GUARDED}
# What the provider may keep is said by the service; nobody may say it in another spelling.
_POLICY = {"datacollection": "data_collection", "zdr": "zdr"}
_SEPARATORS = re.compile(r"[\W_]+")
# Names in lower case without separators.
_KEY_OR_ADDRESS = re.compile(
    r".*(apikey|accesskey|privatekey|secret|passw|credential|authorization|bearer|accesstoken"
    r"|authtoken|sessiontoken|serviceaccount|vault|baseurl|apibase|apiurl|endpoint|callback|webhook"
    r"|headers?$|proxy|ur[il]s?$).*|key|keys|token|auth|host|hostname"
)
_SCHEME_END = "://"
# No field that means something has a longer name.
MAX_NAME = 100
# Tools of the account's own: containers, files, and whatever a server anywhere offers.
STATE_TOOLS = {
    **dict.fromkeys(("bash", "shell", "code_interpreter", "code_execution"), "container"),
    **dict.fromkeys(("files", "file_search", "memory"), "file_id"),
    **dict.fromkeys(("mcp", "mcp_toolset"), "mcp_servers"),
}


def check_fields(fields: Fields, ordinary: frozenset[str], reader: Reader) -> None:
    """Check the fields of a request that are out of the ordinary.

    Raises:
        InvalidRequest: When one reaches into the account or out of it.
    """
    if len(fields) > MAX_FIELDS:
        raise InvalidRequest(f"The body has more than {MAX_FIELDS:,} fields.")
    for name in fields.keys() - ordinary:
        if name in PROTOTYPES:
            raise InvalidRequest(f"No field is called {name!r}: leave it out.", param=name)
        plain = _plain(name)
        proper = _PROPER.get(plain, name)
        if proper != name:
            raise InvalidRequest(f"Write {name!r} as `{proper}`.", param=proper)
        raw = fields[name]
        is_stored_prompt = name == PROMPT and starts_with(raw, b"{")
        if name in STATE or name in (STORE, BACKGROUND) or is_stored_prompt:
            check_member(name, reader.read(raw, name), name)
        elif _KEY_OR_ADDRESS.fullmatch(plain) and not starts_with(raw, NULL):
            raise InvalidRequest(ADDRESS, param=name)


def _plain(name: str) -> str:
    """Return a name in lower case without separators; empty for an overlong one."""
    return _SEPARATORS.sub("", name.lower()) if len(name) <= MAX_NAME else ""


def check_member(name: str, value: Any, param: str) -> None:
    """Check one member, wherever it stands.

    Raises:
        InvalidRequest: When it reaches into the account.
    """
    if name in ("data_collection", "zdr") and param != "provider" and value in ("allow", False):
        raise InvalidRequest(POLICY, param=param)
    if value is None or value is False:
        return
    if name in STATE and value != []:
        raise InvalidRequest(STATE[name], param=param)
    if name == STORE:
        raise InvalidRequest("Answers are not kept here: leave `store` out.", param=param)
    if name == BACKGROUND and str(value).lower() in ("true", "1"):
        raise InvalidRequest("Calls cannot run in the background here.", param=param)
    if name == PROMPT and isinstance(value, dict):
        raise InvalidRequest("Prompts are not kept here: write the text out.", param=param)


def check_provider(provider: Any) -> None:
    """Check the choice of providers; its options go to whoever runs the model as they are.

    Raises:
        InvalidRequest: When it is no object, holds a key or an address, a name that no provider
            knows, or another spelling of the data policy.
    """
    if provider is not None and not isinstance(provider, dict):
        raise InvalidRequest("`provider` must be an object.", param="provider")
    for name in members_of(provider):
        proper = _POLICY.get(_plain(name), name)
        if proper != name:
            raise InvalidRequest(f"Write {name!r} as `{proper}`.", param="provider")
    _check_addresses(members_within(provider, frozenset({OPTIONS})), "provider")
    options = members_of(provider).get(OPTIONS)
    _check_addresses(members_within({OPTIONS: options}), f"provider.{OPTIONS}")


def _check_addresses(members: Iterable[Member], param: str) -> None:
    for name, value in members:
        if len(name) > MAX_NAME:
            raise InvalidRequest(
                f"A name in `{param}` is longer than {MAX_NAME} characters: leave it out.",
                param=param,
            )
        texts = [value] if isinstance(value, str) else items_of(value)
        has_address = any(isinstance(text, str) and _SCHEME_END in text for text in texts)
        is_set = value is not None and _KEY_OR_ADDRESS.fullmatch(_plain(name))
        if has_address or is_set:
            raise InvalidRequest(ADDRESS, param=param)


def check_tool(kind: str, plain: str, param: str) -> None:
    """Check a tool's type; `plain` is it without prefix and version.

    Raises:
        InvalidRequest: When it works on what the account keeps.
    """
    # Anthropic's shell, known by its version, runs at the student's.
    runs_at_home = plain in ("bash", "memory") and kind != plain and ":" not in kind
    if plain in STATE_TOOLS and not runs_at_home:
        why = STATE[STATE_TOOLS[plain]]
        raise InvalidRequest(f"The tool {kind[:100]!r} is not offered here. {why}", param=param)
