"""REDIS_URL: what it may hold. redis-py would take any option, and fail at the first call."""

import os
import re
from typing import Annotated
from urllib.parse import SplitResult, parse_qsl, unquote

from pydantic import PlainValidator

from hcai_app.settings.server_urls import refuse_unknown, split_server

REDIS_EXAMPLE = "redis://localhost:6379/0"

POSITIVE = (r"\d{0,9}[1-9]\d{0,3}(\.\d{1,9})?|0\.\d{1,9}", "a number above 0")
TRUTH = ("(?i)true|false|yes|no|1|0|t|f|y|n", "true or false")
# Option -> the pattern of its values, in words.
REDIS_OPTIONS = {
    "db": (r"\d{1,9}", "the number of a database, like 0"),
    "protocol": ("2|3", "2 or 3"),
    "username": (".+", "a user"),
    "password": (".+", "a password"),
    "client_name": (r"[!-~]+", "a name without spaces"),
    "health_check_interval": (r"\d{1,9}", "whole seconds"),
    "socket_timeout": POSITIVE,
    "socket_connect_timeout": POSITIVE,
    "retry_on_timeout": TRUTH,
    "max_connections": (r"[1-9]\d{0,8}", "a whole number above 0"),
}
TCP_OPTIONS = {**REDIS_OPTIONS, "socket_keepalive": TRUTH}
FILE = (".+", "the path of a file")
TLS_OPTIONS = {
    **TCP_OPTIONS,
    "ssl_cert_reqs": ("none|optional|required", "none, optional or required"),
    "ssl_check_hostname": TRUTH,
    "ssl_ca_certs": FILE,
    "ssl_ca_path": (".+", "the path of a folder"),
    "ssl_certfile": FILE,
    "ssl_keyfile": FILE,
    "ssl_password": (".+", "a password"),
}
OPTIONS_OF_SCHEME = {"redis": TCP_OPTIONS, "rediss": TLS_OPTIONS, "unix": REDIS_OPTIONS}
REDIS_FILES = ("ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile")


def read_redis_url(text: str) -> str:
    """Check the address of Redis, options included."""
    if not re.match("(rediss?|unix)://.", text):
        raise ValueError(f"write it like {REDIS_EXAMPLE}")
    place = split_server(text, REDIS_EXAMPLE)
    database = place.path.strip("/")
    if place.scheme != "unix" and database and not re.fullmatch(r"\d{1,9}", unquote(database)):
        raise ValueError(f"behind the host stands the number of a database: write {REDIS_EXAMPLE}")
    _check_redis_options(place)
    return text


def _check_redis_options(place: SplitResult) -> None:
    known = OPTIONS_OF_SCHEME[place.scheme]
    for name, value in parse_qsl(place.query, keep_blank_values=True):
        if name not in known and name in TLS_OPTIONS:
            raise ValueError(f"its option {name} belongs to rediss://: write that, or leave it out")
        refuse_unknown([name], known)
        pattern, words = known[name]
        if not re.fullmatch(pattern, value):
            raise ValueError(f"its option {name} must be {words}")
        if name in REDIS_FILES and not os.access(value, os.R_OK):
            raise ValueError(f"the file {value!r} of its option {name} cannot be read")


RedisUrl = Annotated[str, PlainValidator(read_redis_url)]
