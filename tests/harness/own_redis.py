"""A Redis server of the tests' own, which may be stopped and started again with what it held."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.harness.databases import missing
from tests.harness.processes import free_port

PROGRAM = "redis-server"
START_S = 20


@contextmanager
def own_redis(folder: Path) -> Iterator["OwnRedis"]:
    """A server that runs, for as long as a test needs it."""
    if not OwnRedis.is_possible():
        missing("redis-server")
    server = OwnRedis(folder)
    server.start()
    try:
        yield server
    finally:
        server.thaw()
        server.stop()


class OwnRedis:
    """One server on a free port; it keeps everything in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def is_possible() -> bool:
        return shutil.which(PROGRAM) is not None

    def start(self) -> None:
        options = f"--port {self.port} --bind 127.0.0.1 --save --appendonly yes --appendfsync no"
        command = [PROGRAM, *options.split(), "--dir", str(self.folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert time.monotonic() < deadline, "Redis does not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """Break every connection and refuse new ones."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def forget(self) -> None:
        """Lose, while stopped, everything that it held."""
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)

    def flush(self) -> None:
        """Lose everything while running, as a failover to an empty server does."""
        with self.connected() as client:
            client.flushall()

    def connected(self) -> Redis:
        """A connection of somebody else's."""
        return Redis.from_url(self.url)

    def freeze(self) -> None:
        """Answer nobody any more, but keep every connection open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False
