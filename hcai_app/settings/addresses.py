"""The addresses among the settings: origins, APIs, the address of error reports."""

from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import PlainValidator, SecretStr

from hcai_app.settings.values import PLACEHOLDER, is_host, odd_character, split_list

DEFAULT_PORTS = {"http": 80, "https": 443}
ANY_ORIGIN = "*"
OPAQUE_ORIGIN = "null"  # what browsers send for pages without an origin, like files


def split_address(text: str, example: str, schemes: tuple[str, ...] | None) -> SplitResult:
    """Split an address; what is wrong with it is told with an example of a right one."""
    if odd := odd_character(text):
        raise ValueError(f"it has the character {odd}: write it like {example}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"its host or port is no such thing: write it like {example}") from error
    if not parts.scheme or (schemes and parts.scheme not in schemes) or "://" not in text:
        begins = " or ".join(f"{scheme}://" for scheme in schemes or ("https",))
        raise ValueError(f"it must begin with {begins}: write it like {example}")
    if not is_host(parts.hostname) or port == 0:
        raise ValueError(f"it names no host: write it like {example}")
    if PLACEHOLDER in text:
        raise ValueError("it is the example's placeholder: write your own")
    return parts


def read_origin(text: str, schemes: tuple[str, ...] | None = ("http", "https")) -> str:
    """Read an origin, in the form in which browsers send it."""
    parts = split_address(text, "https://ai.example.org", schemes)
    for name, value in (("path", parts.path.strip("/")), ("query", parts.query)):
        if value or parts.fragment:
            raise ValueError(
                f"it has a {name}: write scheme and host alone, like https://ai.example.org; "
                "HCAI lives at the root of a host"
            )
    if parts.username is not None:
        raise ValueError("it has a user: write scheme and host alone, like https://ai.example.org")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    is_default = parts.port in (None, DEFAULT_PORTS.get(parts.scheme))
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{parts.port}")


def read_origins(text: str) -> list[str]:
    """Read a comma list of origins, or `*`."""
    plain = (ANY_ORIGIN, OPAQUE_ORIGIN)
    return [one if one in plain else read_origin(one, None) for one in split_list(text)]


def api(example: str) -> PlainValidator:
    """Return a validator of the address that an API's paths are added to."""

    def read(text: str) -> str:
        parts = split_address(text, example, ("http", "https"))
        if parts.query or parts.fragment or "?" in text or "#" in text:
            raise ValueError("it has a ? or #: write it up to its path, nothing behind")
        return text

    return PlainValidator(read)


def read_sentry_dsn(text: str) -> SecretStr:
    """Read the address of error reports."""
    example = "https://PUBLIC_KEY@o1.ingest.sentry.io/1234"
    parts = split_address(text, example, ("http", "https"))
    if not parts.username or not parts.path.rpartition("/")[2].isdigit():
        raise ValueError(f"copy the DSN of the project's settings, like {example}")
    return SecretStr(text)


def read_webhook(text: str) -> SecretStr:
    """Read the address that notices are posted to, which may hold a secret."""
    split_address(text, "https://hooks.example.org/hcai", ("http", "https"))
    return SecretStr(text)


Origin = Annotated[str, PlainValidator(read_origin)]
Origins = Annotated[list[str], PlainValidator(read_origins)]
SentryDsn = Annotated[SecretStr, PlainValidator(read_sentry_dsn)]
WebhookUrl = Annotated[SecretStr, PlainValidator(read_webhook)]
