"""The journal's disk fills up, or cannot be written: calls are refused, none is lost or hangs."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.chaos import books
from tests.chaos.clients import Load, all_at_once, body_of
from tests.chaos.test_kill import ROOMY
from tests.conftest import Install
from tests.harness.cluster import Cluster
from tests.harness.databases import missing
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

PLAIN = body_of("/simulate delay=0", stream=False)
STREAM = body_of("/simulate chunks=100 delay=0.05 first=0.5", stream=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 128 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        missing("the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            return


def _fill_until_refused(product: Product, key: str, disk: Path) -> int:
    """Fill the disk, and the room that the journal has made; return how many calls that took."""
    _fill(disk)
    for number in range(50):
        (seen,) = all_at_once(product, key, [PLAIN], limit=10)
        if seen.status == 503:
            return number
        assert seen.status == 200
    raise AssertionError("calls pass although nothing can be journalled")


def _readiness(product: Product) -> tuple[int, dict[str, bool]]:
    answer = httpx.get(f"{product.origin}/readyz", verify=TLS)
    return answer.status_code, answer.json()


def _installed_on(disk: Path, product: Product) -> Product:
    (product.folder / ".hcai-journal").symlink_to(disk)
    return product


def test_a_full_disk_refuses_calls_and_loses_none(
    install: Install, provider: Provider, disk: Path
) -> None:
    product = _installed_on(disk, install(**ROOMY)).start()
    key = books.make_key(product)
    with Load(product, key, 8, [STREAM]) as running:
        running.ends_on = lambda _seen: True
        books.wait_until(lambda: provider.totals()["running"] == 8, 10, "the calls run")
        passed = _fill_until_refused(product, key, disk)
        seen = all_at_once(product, key, [PLAIN] * 20, limit=10)
        assert {call.status for call in seen} == {503}
        assert all("retry-after" in call.headers for call in seen)
        assert _readiness(product) == (503, {"ready": False, "database": True, "journal": False})
        assert all(call.whole and call.status == 200 for call in running.end())
    (disk / "filler").unlink()
    assert _readiness(product) == (200, {"ready": True, "database": True})
    assert {call.status for call in all_at_once(product, key, [PLAIN] * 20)} == {200}
    rows = books.wait_until_settled(product)
    assert len(rows) == 28 + passed
    books.check_against_provider(rows, provider, max_unseen=0)
    product.kill()
    product.start()
    assert len(books.wait_until_settled(product)) == 28 + passed
    books.check_roll_ups(product)


@pytest.mark.slow
def test_a_disk_that_fills_in_the_middle_of_a_line_spoils_no_other_line(
    install: Install, provider: Provider, disk: Path
) -> None:
    product = _installed_on(disk, install(**ROOMY)).start()
    key = books.make_key(product)
    statuses: set[int] = set()
    with Load(product, key, 1, [body_of("/simulate chunks=4000 delay=0.05", stream=True)]):
        books.wait_until(lambda: provider.totals()["running"] == 1, 10, "one needs the file")
        for _ in range(60):  # each call leaves about 500 bytes
            statuses |= {call.status for call in all_at_once(product, key, [PLAIN] * 10)}
            if 503 in statuses:
                break
        assert statuses == {200, 503}
        completed = {row["id"] for row in books.ledger(product)}
        product.kill()
    for file in disk.glob("*/*.jsonl"):
        assert file.read_bytes().rstrip(b"\0").endswith(b"}\n")
    (disk / "room").mkdir()
    subprocess.run(["mount", "-o", "remount,size=1m", str(disk)], check=True)
    product.start()
    rows = books.wait_until_settled(product)
    assert {row["id"] for row in rows} > completed
    assert len(rows) == len(completed) + 1
    books.check_against_provider(rows, provider, max_unseen=0)


def test_a_small_disk_holds_any_number_of_calls_one_after_another(
    install: Install, provider: Provider, disk: Path
) -> None:
    product = _installed_on(disk, install(**ROOMY)).start()
    key = books.make_key(product)
    for _ in range(20):
        assert {call.status for call in all_at_once(product, key, [PLAIN] * 25)} == {200}
    assert sum(file.stat().st_size for file in disk.glob("*/*.jsonl")) < 128 * 1024
    assert len(books.wait_until_settled(product)) == 500
    books.check_roll_ups(product)


def test_a_disk_that_was_full_of_other_things_serves_on_when_nothing_runs(
    install: Install, provider: Provider, disk: Path
) -> None:
    product = _installed_on(disk, install(**ROOMY)).start()
    key = books.make_key(product)
    assert {call.status for call in all_at_once(product, key, [PLAIN] * 20)} == {200}
    _fill(disk)
    for _ in range(40):
        (seen,) = all_at_once(product, key, [PLAIN], limit=10)
        assert seen.status == 200
    assert len(books.wait_until_settled(product)) == 60
    books.check_roll_ups(product)


def test_a_full_disk_during_an_outage_keeps_the_rows_in_memory(
    install: Install, provider: Provider, cluster: Cluster, disk: Path
) -> None:
    product = _installed_on(disk, install(DATABASE_URL=cluster.url, **ROOMY)).start()
    key = books.make_key(product)
    with Load(product, key, 8, [STREAM]) as running:
        running.ends_on = lambda _seen: True
        books.wait_until(lambda: provider.totals()["running"] == 8, 10, "the calls run")
        passed = _fill_until_refused(product, key, disk)
        cluster.stop()
        assert provider.totals()["running"] == 8, "the calls ended before the database did"
        books.wait_until(lambda: provider.totals()["running"] == 0, 20, "the provider is done")
        assert not running.seen, "an answer ended although its row was nowhere safe"
        cluster.start()
        assert all(call.whole and call.status == 200 for call in running.end())
    rows = books.wait_until_settled(product)
    assert len(rows) == 8 + passed
    assert {row["outcome"] for row in rows} == {"completed"}
    books.check_roll_ups(product)


def test_an_unwritable_journal_folder_is_told_at_the_start(install: Install) -> None:
    product = install()
    (product.folder / ".hcai-journal").write_text("a file in the way")
    with pytest.raises(RuntimeError, match="hcai-journal"):
        product.start()


def test_a_half_written_last_line_is_survived(install: Install, provider: Provider) -> None:
    product = install(**ROOMY).start()
    key = books.make_key(product)
    with Load(product, key, 4, [STREAM]):
        books.wait_until(lambda: provider.totals()["running"] == 4, 10, "the calls run")
        product.kill()
    (file,) = product.folder.glob(".hcai-journal/*/*.jsonl")
    with file.open("ab") as journal:
        journal.write(b'{"o":{"id":"0123456789abcdef')
    product.start()
    rows = books.wait_until_settled(product)
    assert len(rows) == 4
    books.check_against_provider(rows, provider)


@pytest.mark.slow
def test_segments_are_followed_by_new_ones_and_leave_no_stale_files(
    install: Install, provider: Provider
) -> None:
    product = install(**ROOMY).start()
    key = books.make_key(product)
    folder = next(product.folder.glob(".hcai-journal/*"))
    with Load(product, key, 2, [body_of("/simulate chunks=4000 delay=0.05", stream=True)]) as old:
        old.ends_on = lambda _seen: True
        books.wait_until(lambda: provider.totals()["running"] == 2, 10, "the long calls run")
        with Load(product, key, 48, [PLAIN]) as load:
            load.ends_on = lambda _seen: False
            books.wait_until(lambda: _highest(folder) >= 2, 120, "a segment is full")
            load.end()
        assert len(list(folder.glob("*.jsonl"))) == 2, "the long calls need their own file"
        product.stop()
    assert not list(folder.glob("*.jsonl")), "a clean stop leaves no file"
    product.start()
    rows = books.wait_until_settled(product)
    assert len(rows) == len(load.seen) + 2
    books.check_roll_ups(product)


def _highest(folder: Path) -> int:
    return max(int(file.stem.split("-")[1]) for file in folder.glob("*.jsonl"))
