"""DATABASE_URL: what it may hold, and how libpq's options reach asyncpg.

Hosts of databases hand out addresses with libpq's options. asyncpg knows some of them in a DSN,
some as settings of the server, some not at all; one that cannot be kept is refused by name.
"""

import os
import re
import ssl
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

import certifi
from pydantic import PlainValidator

from hcai_app.settings.server_urls import refuse_unknown, split_server

DATABASE_EXAMPLE = "postgresql://user:password@host/database, or sqlite:///file.db"

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SYSTEM = "system"  # sslrootcert: the certificates of this machine
CERTIFICATE_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
# What asyncpg reads of a DSN as libpq would.
DSN_OPTIONS = (
    *("sslmode", *CERTIFICATE_FILES, "sslpassword", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version"),
    *("target_session_attrs", "krbsrvname", "passfile"),
)
# What the server is told. The system's own keepalives of our end cannot be set; its can.
SERVER_OPTIONS = {
    "fallback_application_name": "application_name",
    "application_name": "application_name",
    "options": "options",
    "keepalives_idle": "tcp_keepalives_idle",
    "keepalives_interval": "tcp_keepalives_interval",
    "keepalives_count": "tcp_keepalives_count",
    "tcp_user_timeout": "tcp_user_timeout",
}
# What SQLAlchemy reads itself.
ADDRESS_OPTIONS = ("host", "port", "user", "password")
# What happens anyway: other values are refused.
GRANTED_OPTIONS = {
    "channel_binding": ("disable", "prefer"),
    "gssencmode": ("disable", "prefer"),
    "keepalives": ("0", "1"),
    "sslcompression": ("0",),
    "sslsni": ("1",),
    "client_encoding": ("utf8", "UTF8", "utf-8", "UTF-8", "auto"),
}
CHANNEL_BINDING = (
    "channel_binding=require cannot be kept by the driver: write channel_binding=prefer, and "
    "sslmode=verify-full&sslrootcert=system where the host's certificate is a public one"
)
MAX_CONNECT_TIMEOUT_S = 60
POSTGRES_OPTIONS = (
    *DSN_OPTIONS,
    *SERVER_OPTIONS,
    *ADDRESS_OPTIONS,
    *GRANTED_OPTIONS,
    *("ssl", "connect_timeout"),
)


def read_database_url(text: str) -> str:
    """Check the address of the database."""
    if text.startswith("sqlite:///") and text.isprintable():
        return _check_sqlite(text)
    if not re.match(r"postgres(ql)?(\+asyncpg)?://.", text):
        raise ValueError(f"write {DATABASE_EXAMPLE}")
    place = split_server(text, DATABASE_EXAMPLE)
    # PostgreSQL would take the one that is called like the user, and `migrate` fill it.
    if not place.path.strip("/"):
        raise ValueError(f"it names no database: write {DATABASE_EXAMPLE}")
    if place.scheme.startswith("postgres"):
        driver_options(dict(parse_qsl(place.query, keep_blank_values=True)))
    return text


def _check_sqlite(text: str) -> str:
    path = text.removeprefix("sqlite:///")
    if "?" in path:
        raise ValueError("SQLite takes no options here: write sqlite:///file.db")
    if path in ("", ":memory:"):
        raise ValueError("it names no file, and without one nothing lasts: write sqlite:///file.db")
    return text


def driver_options(query: Mapping[str, str | Sequence[str]]) -> dict[str, Any]:
    """Return how asyncpg shall connect, from the options of a libpq address.

    Raises:
        ValueError: When one cannot be kept; the message says what to write.
    """
    options = {
        name: value if isinstance(value, str) else value[-1] for name, value in query.items()
    }
    refuse_unknown(options, POSTGRES_OPTIONS)
    for name, granted in GRANTED_OPTIONS.items():
        _refuse_ungranted(name, options.get(name, granted[0]), granted)
    _normalize_ssl(options)
    made: dict[str, Any] = {}
    if dsn := {name: options[name] for name in DSN_OPTIONS if name in options}:
        made["dsn"] = f"postgresql://?{urlencode(dsn)}"
    if told := {
        server: options[name] for name, server in SERVER_OPTIONS.items() if name in options
    }:
        made["server_settings"] = told
    if timeout := _connect_timeout(options.get("connect_timeout", "0")):
        made["timeout"] = timeout
    return made


def _refuse_ungranted(name: str, value: str, granted: Iterable[str]) -> None:
    if value in granted:
        return
    if (name, value) == ("channel_binding", "require"):
        raise ValueError(CHANNEL_BINDING)
    raise ValueError(f"its option {name} can only be {' or '.join(granted)}: else leave it out")


def _normalize_ssl(options: dict[str, str]) -> None:
    """Check TLS's options; what only libpq knows is put in words that asyncpg knows."""
    given = options.pop("ssl", "")
    mode = options.get("sslmode") or {"true": "require", "false": "disable"}.get(given, given)
    if mode and mode not in SSL_MODES:
        raise ValueError(f"its option sslmode can only be {', '.join(SSL_MODES)}")
    if mode:
        options["sslmode"] = mode
    _check_root_certificate(options, mode)
    for name in CERTIFICATE_FILES:
        if name in options and not os.access(options[name], os.R_OK):
            raise ValueError(f"the file {options[name]!r} of its option {name} cannot be read")


def _check_root_certificate(options: dict[str, str], mode: str) -> None:
    if options.get("sslrootcert") == SYSTEM:
        if mode != "verify-full":
            raise ValueError("sslrootcert=system needs sslmode=verify-full")
        options["sslrootcert"] = ssl.get_default_verify_paths().cafile or certifi.where()
    in_home = Path("~/.postgresql/root.crt").expanduser().exists()
    if mode.startswith("verify") and "sslrootcert" not in options and not in_home:
        raise ValueError(
            f"sslmode={mode} needs to know whom to trust: add sslrootcert=FILE, "
            "or sslrootcert=system for certificates of public authorities"
        )


def _connect_timeout(text: str) -> float | None:
    if not re.fullmatch(r"-?\d{1,9}", text) or int(text) > MAX_CONNECT_TIMEOUT_S:
        raise ValueError(f"its option connect_timeout is 1 to {MAX_CONNECT_TIMEOUT_S} seconds")
    return float(text) if int(text) > 0 else None


DatabaseUrl = Annotated[str, PlainValidator(read_database_url)]
