"""Nothing that a student writes or gets, sends along or is, comes to rest anywhere.

Every kind of call carries marks; then each file of the installation and each value of each table
is searched for them, while the server runs, after it was killed, and after it was stopped.
"""

import asyncio
import base64
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.conftest import Install
from tests.harness.databases import SERVER
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

PROMPT, ANSWER, FILE_NAME, FILE = "pineapplish", "marmaladish", "secret-diary.pdf", "walnuttish"
ERROR, REFERER, COOKIE, AGENT = "gooseberrish", "quincelike.example", "cranberrish", "medlarish"
ADDRESS, METADATA, TOOL = "203.0.113.77", "persimmonish", "damsonish"
STRANGER = "sk-hc-v1-" + "5ec2e7" * 10 + "5ec2"
HEADERS = {
    "Referer": f"https://{REFERER}/",
    "Cookie": f"session={COOKIE}",
    "User-Agent": AGENT,
    "X-Forwarded-For": ADDRESS,
}


def marks(key: str) -> list[bytes]:
    plain = [PROMPT, ANSWER, FILE_NAME, FILE, ERROR, REFERER, COOKIE, AGENT, ADDRESS]
    plain += [METADATA, TOOL, STRANGER, key, key.removeprefix("sk-hc-v1-")]
    as_base64 = base64.b64encode(FILE.encode())
    return [*(mark.encode() for mark in plain), as_base64]


def body(directive: str, **fields: Any) -> dict[str, Any]:
    data = f"data:application/pdf;base64,{base64.b64encode(FILE.encode()).decode()}"
    file = {"type": "file", "file": {"filename": FILE_NAME, "file_data": data}}
    text = f"{PROMPT}\n/simulate say={ANSWER} message={ERROR} {directive}"
    return {
        "model": "qwen/qwen3-32b",
        "messages": [{"role": "user", "content": [{"type": "text", "text": text}, file]}],
        "metadata": {"topic": METADATA, "user_id": METADATA},
        "session_id": METADATA,
        "user": METADATA,
        **fields,
    }


def ask(product: Product, key: str, directive: str = "", **fields: Any) -> httpx.Response:
    given = body(directive, **fields)
    return product.post("/chat/completions", key, json=given, headers=HEADERS)


def ask_every_endpoint(product: Product, key: str) -> None:
    """The other generating calls, whole, streamed and refused; moderations; a stranger's id."""
    text = f"{PROMPT}\n/simulate say={ANSWER}"
    messages = [{"role": "user", "content": text}]
    image_model = "google/gemini-2.5-flash-image"
    calls: dict[str, dict[str, Any]] = {
        "/responses": {"model": "qwen/qwen3-32b", "input": text},
        "/messages": {"model": "qwen/qwen3-32b", "messages": messages, "max_tokens": 100},
        "/images/generations": {"model": image_model, "prompt": text},
        "/images": {"model": image_model, "prompt": text},
        "/completions": {"model": "qwen/qwen3-32b", "prompt": text},
        "/embeddings": {"model": "qwen/qwen3-embedding-8b", "input": text},
        "/moderations": {"input": text},
    }
    for path, given in calls.items():
        marked = {**given, "metadata": {"user_id": METADATA}}
        for stream in (False, True) if path not in ("/embeddings", "/moderations") else (False,):
            fields = {**marked, "stream": True} if stream else marked
            assert product.post(path, key, json=fields, headers=HEADERS).status_code == 200
        refused = product.post(path, key, json={**marked, "model": PROMPT}, headers=HEADERS)
        assert refused.status_code == 400
    assert product.get(f"/generation?id={PROMPT}", key, headers=HEADERS).status_code == 404
    assert product.get(f"/models/{PROMPT}/{ANSWER}", headers=HEADERS).status_code == 404


def ask_in_every_way(product: Product, key: str) -> None:
    """Completed, failed, cut, left and refused."""
    ask_every_endpoint(product, key)
    tool = {"type": "function", "function": {"name": TOOL, "parameters": {}}}
    for stream in (False, True):
        assert ANSWER in ask(product, key, stream=stream).text
        assert TOOL in ask(product, key, stream=stream, tools=[tool]).text
        for fault in ("status=400", "status=503", "status=401", "only_error=502"):
            assert ask(product, key, fault, stream=stream).status_code >= 400
        ask(product, key, "error=502 after=15", stream=stream)
        ask(product, key, "cut=line after=15", stream=stream)
        ask(product, key, "body=half", stream=stream)
        ask(product, key, "body=invalid", stream=stream)
        leave(product, key, stream=stream)
    assert ask(product, key, model=f"{PROMPT}/{ANSWER}").status_code == 400
    assert ask(product, key, messages=PROMPT).status_code == 400
    assert ask(product, STRANGER).status_code == 401
    assert ask(product, f"{key}0").status_code == 401
    broken = {"content": f'{{"messages": "{PROMPT}'.encode(), "headers": HEADERS}
    assert product.post("/chat/completions", key, **broken).status_code == 400
    assert product.get(f"/stats?note={PROMPT}", key, headers=HEADERS).status_code == 200
    assert product.get(f"/{PROMPT}?key={key}", headers=HEADERS).status_code == 404


def leave(product: Product, key: str, *, stream: bool) -> None:
    directive = "hang=chunks after=15" if stream else "hang=body"
    url, headers = f"{product.base_url}/chat/completions", {"Authorization": f"Bearer {key}"}
    given = body(directive, stream=stream)
    with (
        httpx.Client(verify=TLS, timeout=0.5) as client,
        pytest.raises(httpx.ReadTimeout),
        client.stream("POST", url, json=given, headers={**HEADERS, **headers}) as answer,
    ):
        answer.read()


@contextmanager
def away(database_url: str) -> Iterator[None]:
    """Take the database away: PostgreSQL refuses, SQLite is locked for writing."""
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=20)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.rollback()
        connection.close()
        return
    name = database_url.rpartition("/")[2]
    asyncio.run(_execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
    asyncio.run(
        _execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname='{name}'")
    )
    yield
    asyncio.run(_execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))


async def _execute(statement: str) -> None:
    connection = await asyncpg.connect(f"{SERVER}/postgres")
    await connection.execute(statement)
    await connection.close()


async def _tables(database_url: str) -> dict[str, bytes]:
    connection = await asyncpg.connect(database_url)
    names = await connection.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    found = {
        name: "\n".join(
            row[0] for row in await connection.fetch(f'SELECT t::text FROM "{name}" t')
        ).encode()
        for (name,) in names
    }
    await connection.close()
    return found


def at_rest(product: Product) -> dict[str, bytes]:
    """Everything that the installation keeps: its own files, not those of the source tree."""
    kept = {
        str(path.relative_to(product.folder)): path.read_bytes()
        for path in _own_files(product.folder)
    }
    if product.settings["DATABASE_URL"].startswith("postgresql"):
        kept |= asyncio.run(_tables(product.settings["DATABASE_URL"]))
    else:
        database = Path(product.settings["DATABASE_URL"].removeprefix("sqlite:///"))
        kept |= {path.name: path.read_bytes() for path in database.parent.glob("books.db*")}
    return kept


def _own_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink():
            continue
        if path.is_dir():
            yield from _own_files(path)
        elif path.is_file():
            yield path


def assert_nothing_kept(product: Product, key: str) -> dict[str, bytes]:
    kept = at_rest(product)
    # Reading as a reader would: what must be there is found in the same way.
    assert any(b"UPRIVATE" in data for data in kept.values())
    assert any(name.endswith(".log") for name in kept)
    found = [(name, mark) for name, data in kept.items() for mark in marks(key) if mark in data]
    assert found == []
    return kept


def test_nothing_of_a_student_comes_to_rest(
    install_backend: Install, provider: Provider, database_url: str
) -> None:
    product = install_backend(DATABASE_URL=database_url, HCAI_TRUSTED_PROXY_HOPS="1").start()
    key = product.make_key("UPRIVATE")
    ask_in_every_way(product, key)
    assert_nothing_kept(product, key)

    with away(database_url):
        assert ANSWER in ask(product, key).text
        assert ANSWER in ask(product, key, stream=True).text
        ask(product, key, "status=503")
        assert ask(product, STRANGER).status_code >= 400
        kept = assert_kept_in_journal(product, key)
        leave(product, key, stream=True)
        product.kill()
    assert any("journal" in name and data for name, data in kept.items())
    assert_nothing_kept(product, key)

    product.start()
    assert ANSWER in ask(product, key).text
    product.change("keys", "revoke", key)
    assert ask(product, key).status_code == 401
    product.stop()
    assert_nothing_kept(product, key)
    assert len(product.rows()) > 25


def assert_kept_in_journal(product: Product, key: str) -> dict[str, bytes]:
    """While the database is away the journal holds the rows; only files can be looked at."""
    files = {str(path): path.read_bytes() for path in _own_files(product.folder)}
    found = [(name, mark) for name, data in files.items() for mark in marks(key) if mark in data]
    assert found == []
    return files
