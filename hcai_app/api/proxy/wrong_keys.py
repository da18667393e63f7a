"""Says what is wrong with the key of a request, where that can be told without naming it."""

import re

from hcai_app.api.exchange import Exchange

# Where other services take keys.
OTHER_HEADERS = (b"x-api-key", b"api-key", b"x-goog-api-key", b"apikey", b"x-auth-token")
BEARER = "bearer"
QUOTES = "\"'`\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
OURS = "sk-hc-v1-"
LENGTH = len(OURS) + 64
# The beginnings of other services' keys.
FOREIGN = {
    "sk-or-": "OpenRouter",
    "sk-ant-": "Anthropic",
    "gsk_": "Groq",
    "AIza": "Google",
    "xai-": "xAI",
    "hf_": "Hugging Face",
    "sk-": "OpenAI",
}
# What stands where a key was to be put in, or what a program makes of a missing one.
PLACEHOLDER = re.compile(
    r"[$%{<\[].*|.*[}%>\]\u2026]|.*\.\.\.|undefined|none|null|nil|nan|true|false"
    r"|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|(process\.env|os\.|env[.:]).*|(your|my)[-_ ].*"
    r"|(the)?[-_ ]?(api)?[-_ ]?key",
    re.IGNORECASE,
)
PREFIX_AND_DOTS = re.compile(re.escape(OURS) + r"(\.+|\u2026|x+|your.*)", re.IGNORECASE)


def what_is_wrong(exchange: Exchange) -> str | None:
    """Return a sentence about the key that was sent; None when nothing can be told."""
    sent = (exchange.header(b"authorization") or "").encode("latin-1").decode("utf-8", "replace")
    word, _, rest = sent.strip().partition(" ")
    if word.lower().rstrip(":") != BEARER:
        return _without_bearer(exchange, sent.strip())
    return _of_text(rest.strip())


def _without_bearer(exchange: Exchange, sent: str) -> str | None:
    if sent.lower().startswith("basic "):
        return "Your key came as Basic authentication; it must come as Bearer."
    if sent:
        about = "" if sent.strip(QUOTES).startswith(OURS) else _of_text(sent) or ""
        return f"The word `Bearer` is missing before your key in Authorization. {about}".strip()
    for name in OTHER_HEADERS:
        if value := exchange.header(name):
            about = _of_text(value.strip()) if name == b"x-api-key" else None
            return about or f"Your key came as `{name.decode()}`: here it is Authorization."
    if re.search(rb"(^|&)(api_?)?key=", exchange.query_string):
        return "Your key came in the address, where others can read it: revoke it, make a new one."
    return None


def _of_text(key: str) -> str | None:
    """Return what is wrong with the text that stands for a key."""
    if not key or key.lower() == BEARER:
        return "There is no key after the word `Bearer`: the variable that holds it is empty."
    if key.lower().startswith(f"{BEARER} "):
        return "The word `Bearer` is there twice: give your client the key alone."
    if key[0] in QUOTES or key[-1] in QUOTES:
        return "There are quotes around your key: leave them out."
    if PREFIX_AND_DOTS.fullmatch(key) or (not key.startswith(OURS) and PLACEHOLDER.fullmatch(key)):
        return "A variable's name, or a placeholder, came in the place of your key."
    return _of_kind(key)


def _of_kind(key: str) -> str | None:
    if key.startswith(OURS):
        is_cut = len(key) != LENGTH
        return f"A key has {LENGTH} characters, this one {len(key)}." if is_cut else None
    maker = next((name for start, name in FOREIGN.items() if key.startswith(start)), None)
    return f"This is a key of {maker}'s: make one of ours on the keys page." if maker else None
