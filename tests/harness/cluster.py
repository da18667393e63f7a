"""A PostgreSQL server of the tests' own, which may be stopped, frozen and started again."""

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.chaos import procfs
from tests.harness.processes import free_port

BINARIES = Path("/usr/lib/postgresql/15/bin")
OWNER = "postgres"


class Cluster:
    """One server on a free port, in a folder that is deleted again."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hcai-cluster-"))
        self.port = free_port()
        self.url = f"postgresql://{OWNER}@127.0.0.1:{self.port}/postgres"
        subprocess.run(["cp", "-a", f"{_fresh_folder()}/.", self.folder], check=True)
        options = f"listen_addresses = '127.0.0.1'\nport = {self.port}\n"
        options += f"unix_socket_directories = '{self.folder}'\n"
        options += "fsync = off\n"  # it outlives its process at most, never its machine
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(options)

    @staticmethod
    def is_possible() -> bool:
        return (BINARIES / "initdb").exists()

    def start(self) -> None:
        self._run("pg_ctl", "start", "-w", "-l", str(self.folder / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """Break every connection and refuse new ones, as a crash ("fast": a restart) does."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def freeze(self) -> None:
        """Answer nobody any more, but keep every connection open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        pid_file = self.folder / "postmaster.pid"
        if pid_file.exists():
            self.thaw()
            self.stop()
        shutil.rmtree(self.folder)

    def _processes(self) -> list[int]:
        return procfs.family(int((self.folder / "postmaster.pid").read_text().splitlines()[0]))

    def _signal(self, sent: signal.Signals) -> None:
        for process in self._processes():
            # One that served a connection may end between the list and the signal.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, sent)

    def _run(self, program: str, *arguments: str) -> None:
        _run(program, self.folder, *arguments)


@cache
def _fresh_folder() -> Path:
    """The folder of a server that never ran: `initdb` takes a second, a copy a tenth of it."""
    folder = Path(tempfile.mkdtemp(prefix="hcai-cluster-"))
    atexit.register(shutil.rmtree, folder)
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        owner = pwd.getpwnam(OWNER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    _run("initdb", folder, "--no-sync", "--wal-segsize=1", "--username", OWNER, "--auth", "trust")
    return folder


def _run(program: str, folder: Path, *arguments: str) -> None:
    command = [str(BINARIES / program), "-D", str(folder), *arguments]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid", OWNER, "--regid", OWNER, "--clear-groups", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")
