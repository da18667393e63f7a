"""One installation with PostgreSQL, Redis, journal disk and provider of its own, under load."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.chaos import books, procfs
from tests.chaos.clients import Load, Posted, body_of
from tests.chaos.table.gateway import Gateway
from tests.harness.cluster import Cluster
from tests.harness.own_redis import OwnRedis
from tests.harness.product import Product
from tests.harness.provider import Provider

CLIENTS = 24
WORKERS = 4
# How long one call may take; longer is a client that never got an end.
PATIENCE_S = 90
SETTINGS = {
    "HCAI_CHAT_RATE_LIMIT": "1000000/minute",
    "HCAI_MAX_IN_FLIGHT": "1000",
    "HCAI_DAILY_BUDGET_USD": "1000",
    "HCAI_STOP_SECONDS": "3",
}
OWNER = "hcai"
MESSAGES = (
    b'{"model":"qwen/qwen3-32b","max_tokens":200,"stream":true,'
    b'"messages":[{"role":"user","content":"/simulate chunks=20 delay=0.03"}]}'
)
EMBEDDING = b'{"model":"qwen/qwen3-embedding-8b","input":"a dinosaur"}'
MIXED: list[bytes | Posted] = [
    body_of("/simulate chunks=20 delay=0.05", stream=True),
    body_of("/simulate delay=0.02 chunks=10", stream=False),
    Posted("/messages", MESSAGES),
    body_of("/simulate chunks=40 delay=0.03 first=0.2", stream=True),
    Posted("/embeddings", EMBEDDING),
    body_of("/simulate delay=0.05 chunks=10", stream=False),
]


class Scene:
    """Everything that can break; `product.start` may be called again after a stop."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="hcai-")))
        self.key = self.user = ""
        self._people = 0

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._stack.close()  # what has started by then is nobody's else
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def _open(self) -> None:
        later = self._stack.callback
        self.cluster = Cluster()
        later(self.cluster.remove)
        self.cluster.start()
        self.sql(f"CREATE ROLE {OWNER} LOGIN", f"CREATE DATABASE {OWNER} OWNER {OWNER}")
        redis_folder = self.folder / "redis"
        redis_folder.mkdir()
        self.redis = OwnRedis(redis_folder)
        later(self.redis.stop)
        self.redis.start()
        self.provider = Provider(self.folder)
        later(self.provider.stop)
        self.gateway = self._stack.enter_context(Gateway(self.provider.port))
        self.product = self._installed()
        later(self.product.stop)
        self.product.start(WORKERS)

    def _installed(self) -> Product:
        folder = self.folder / "product"
        folder.mkdir()
        self.disk = self._mounted(self.folder / "disk")
        if self.disk:
            (folder / ".hcai-journal").symlink_to(self.disk)
        url = f"postgresql://{OWNER}@127.0.0.1:{self.cluster.port}/{OWNER}"
        address = f"http://127.0.0.1:{self.gateway.port}/api/v1"
        product = Product(
            folder,
            DATABASE_URL=url,
            REDIS_URL=self.redis.url,
            OPENROUTER_API_KEY="sk-or-v1-test",
            OPENROUTER_BASE_URL=address,
            **SETTINGS,
        )
        product.cli("migrate")
        return product

    def _mounted(self, folder: Path) -> Path | None:
        """A small disk for the journal, where this machine lets us mount one."""
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
        if (
            os.geteuid() != 0
            or subprocess.run(command, check=False, capture_output=True).returncode
        ):
            return None
        self._stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=True)
        return folder

    def new_person(self) -> None:
        """Let the next load be that of somebody without a past."""
        self._people += 1
        name = f"U{self._people}"
        self.key = books.make_key(self.product, name)
        self.user = self.rows(f"SELECT id FROM users WHERE slack_id = '{name}'")[0]["id"]

    def load(self) -> Load:
        load = Load(self.product, self.key, CLIENTS, MIXED, limit=PATIENCE_S)
        load.ends_on = lambda _seen: False
        return load

    def rows(self, query: str) -> list[books.Row]:
        return books.select(self.product, query)

    def ledger(self) -> list[books.Row]:
        """The rows of the present person."""
        return self.rows(f"SELECT * FROM calls WHERE user_id = '{self.user}' ORDER BY id")

    def sql(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the server's superuser, each by itself."""
        command = ["psql", "-qX", "-h", "127.0.0.1", "-p", str(self.cluster.port)]
        command += ["-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1"]
        for statement in statements:
            subprocess.run([*command, "-c", statement], check=True, stdout=subprocess.DEVNULL)

    def workers(self) -> list[int]:
        """The processes that hold a journal, the busiest first."""
        assert self.product.process is not None
        family = procfs.family(self.product.process.pid)
        found = [pid for pid in family if _holds_journal(pid)]
        return sorted(found, key=procfs.open_sockets, reverse=True)

    def signal(self, number: signal.Signals, processes: list[int]) -> None:
        for process in processes:
            os.kill(process, number)

    def everything(self) -> list[int]:
        assert self.product.process is not None
        return procfs.family(self.product.process.pid)


def _holds_journal(pid: int) -> bool:
    try:
        return any(name.endswith(".lock") for name in procfs.open_files(pid))
    except OSError:
        return False


Act = Callable[[Scene], Any]
