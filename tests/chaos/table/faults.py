"""What breaks: how each fault begins, how it ends, and what clients may see meanwhile."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.chaos import books
from tests.chaos.table.gateway import Mood
from tests.chaos.table.scene import OWNER, WORKERS, Scene

Act = Callable[[Scene], None]
RESTART_S = 60


def _nothing(_scene: Scene) -> None:
    """End what ended by itself."""


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    name: str
    begin: Act
    end: Act = _nothing
    seconds: float = 8
    may_break: bool = False
    """Connections of clients may break, as when a process dies; else every call gets an end."""


def kill_a_worker(scene: Scene) -> None:
    scene.signal(signal.SIGKILL, scene.workers()[:1])


def kill_workers_again_and_again(scene: Scene) -> None:
    for _ in range(4):
        kill_a_worker(scene)
        time.sleep(3)
        books.wait_until(lambda: len(scene.workers()) == WORKERS, RESTART_S, "a new worker")


def stop_a_worker(scene: Scene) -> None:
    scene.signal(signal.SIGSTOP, scene.workers()[:1])


def stop_the_host(scene: Scene) -> None:
    everything = scene.everything()
    scene.signal(signal.SIGSTOP, everything)
    time.sleep(10)
    scene.signal(signal.SIGCONT, everything)


def kill_the_server(scene: Scene) -> None:
    scene.product.kill()
    scene.product.start(WORKERS)


def restart_in_peace(scene: Scene) -> None:
    scene.product.stop()
    scene.product.start(WORKERS)


def stop_while_nothing_is_there(scene: Scene) -> None:
    scene.cluster.stop()
    scene.redis.stop()
    time.sleep(2)
    scene.product.stop()
    scene.cluster.start()
    scene.redis.start()
    scene.product.start(WORKERS)


def take_the_database_and_a_worker(scene: Scene) -> None:
    scene.cluster.stop()
    kill_a_worker(scene)


def take_redis_and_a_worker(scene: Scene) -> None:
    scene.redis.stop()
    kill_a_worker(scene)


def start_without_a_database(scene: Scene) -> None:
    scene.product.kill()
    scene.cluster.stop()
    scene.product.launch(WORKERS)
    time.sleep(5)


def make_read_only(scene: Scene) -> None:
    scene.sql(f"ALTER DATABASE {OWNER} SET default_transaction_read_only = on", CLOSE)


def make_writable(scene: Scene) -> None:
    scene.sql(f"ALTER DATABASE {OWNER} RESET default_transaction_read_only", CLOSE)


def lock_the_table(scene: Scene) -> None:
    scene.sql(
        "BEGIN; LOCK TABLE calls IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(8); COMMIT",
        database=OWNER,
    )


def few_connections(scene: Scene) -> None:
    scene.sql(f"ALTER ROLE {OWNER} CONNECTION LIMIT 5", CLOSE)


def many_connections(scene: Scene) -> None:
    scene.sql(f"ALTER ROLE {OWNER} CONNECTION LIMIT -1")


def take_rights(scene: Scene) -> None:
    scene.sql(f"REVOKE INSERT ON calls FROM {OWNER}", database=OWNER)


def give_rights(scene: Scene) -> None:
    scene.sql(f"GRANT INSERT ON calls TO {OWNER}", database=OWNER)


def hide_the_roll_ups(scene: Scene) -> None:
    scene.sql("ALTER TABLE usage_hours RENAME TO hidden", database=OWNER)


def show_the_roll_ups(scene: Scene) -> None:
    scene.sql("ALTER TABLE hidden RENAME TO usage_hours", database=OWNER)


def flush_redis(scene: Scene) -> None:
    for _ in range(3):
        scene.redis.flush()
        time.sleep(2)


def lose_redis(scene: Scene) -> None:
    scene.redis.stop()
    scene.redis.forget()


def flap_redis(scene: Scene) -> None:
    for _ in range(4):
        lose_redis(scene)
        time.sleep(1.5)
        scene.redis.start()
        time.sleep(1.5)


def fill_the_disk(scene: Scene) -> None:
    assert scene.disk, "no right to mount a small disk for the journal"
    with suppress(OSError), (scene.disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def empty_the_disk(scene: Scene) -> None:
    assert scene.disk
    (scene.disk / "filler").unlink()


def _provider(mood: Mood) -> tuple[Act, Act]:
    return (lambda scene: scene.gateway.behave(mood)), (lambda scene: scene.gateway.behave("pass"))


CLOSE = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{OWNER}'"
FAULTS = (
    Fault(
        "a worker is killed, four times", kill_workers_again_and_again, seconds=0, may_break=True
    ),
    Fault(
        "PostgreSQL is stopped (fast)",
        lambda s: s.cluster.stop("fast"),
        lambda s: s.cluster.start(),
    ),
    Fault(
        "PostgreSQL is stopped (immediate)", lambda s: s.cluster.stop(), lambda s: s.cluster.start()
    ),
    Fault("PostgreSQL is frozen", lambda s: s.cluster.freeze(), lambda s: s.cluster.thaw()),
    Fault("the database is read-only", make_read_only, make_writable),
    Fault("the table is locked", lock_the_table, seconds=0),
    Fault("five connections for four workers", few_connections, many_connections),
    Fault("the right to write rows is missing", take_rights, give_rights),
    Fault("a table of roll-ups is missing", hide_the_roll_ups, show_the_roll_ups),
    Fault(
        "a worker dies while PostgreSQL is away",
        take_the_database_and_a_worker,
        lambda s: s.cluster.start(),
        may_break=True,
    ),
    Fault(
        "a start without PostgreSQL",
        start_without_a_database,
        lambda s: s.cluster.start(),
        seconds=0,
        may_break=True,
    ),
    Fault("Redis is stopped, its data gone", lose_redis, lambda s: s.redis.start()),
    Fault("Redis is stopped, its data kept", lambda s: s.redis.stop(), lambda s: s.redis.start()),
    Fault("Redis is emptied, three times", flush_redis, seconds=0),
    Fault("Redis is frozen", lambda s: s.redis.freeze(), lambda s: s.redis.thaw(), seconds=10),
    Fault("Redis comes and goes, four times", flap_redis, seconds=0),
    Fault(
        "a worker dies while Redis is away",
        take_redis_and_a_worker,
        lambda s: s.redis.start(),
        may_break=True,
    ),
    Fault("a worker stands still", stop_a_worker, may_break=True),
    Fault("the whole host stands still", stop_the_host, seconds=0),
    Fault("the provider refuses", *_provider("refuse")),
    Fault("the provider hangs", *_provider("hang")),
    Fault("the provider resets", *_provider("reset")),
    Fault("the provider sends garbage", *_provider("garbage")),
    Fault("the journal's disk is full", fill_the_disk, empty_the_disk),
    Fault("the server is killed and started", kill_the_server, seconds=0, may_break=True),
    Fault("the server is stopped and started", restart_in_peace, seconds=0, may_break=True),
    Fault(
        "the server is stopped while PostgreSQL and Redis are away",
        stop_while_nothing_is_there,
        seconds=0,
        may_break=True,
    ),
)
