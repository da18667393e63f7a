import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hcai_app.services.call import LedgerEntry, RunningCall
from hcai_app.services.ledger import journal as journal_module
from hcai_app.services.ledger.journal import Journal, find_orphans
from hcai_app.services.ledger.journal_file import EXTENT_BYTES
from tests.harness.processes import ROOT
from tests.services.books import entry, open_call

HOLD_A_SLOT = """
import sys
from pathlib import Path
from hcai_app.services.ledger.journal import Journal
from tests.services.books import open_call
journal = Journal(Path(sys.argv[1]))
call = open_call(id=sys.argv[2])
journal.open(call)
print(journal.slot, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "SEGMENT_BYTES", 400)


def die(journal: Journal) -> None:
    """End as a killed process does: nothing is tidied up, the kernel gives the lock back."""
    journal_module.os.close(journal._lock)


def adopted(folder: Path) -> tuple[dict[str, RunningCall], dict[str, LedgerEntry]]:
    """What the next worker finds."""
    successor = Journal(folder)
    calls: dict[str, RunningCall] = {}
    entries: dict[str, LedgerEntry] = {}
    for orphans in find_orphans(successor):
        found_calls, found_entries = orphans.read()
        calls |= {call.id: call for call in found_calls}
        entries |= {row.id: row for row in found_entries}
        orphans.discard()
        orphans.release()
    assert list(find_orphans(successor)) == []
    successor.close()
    return calls, entries


def named(journal: Journal, **fields: str) -> RunningCall:
    call = open_call(**fields)
    journal.open(call)
    call.generation_id, call.model = f"gen-{call.id}", "c/d"
    journal.name(call)
    return call


def test_a_killed_worker_loses_no_call(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    call = open_call(reserved_nanousd=77, streamed=True, key_id=None)
    journal.open(call)
    with_name = named(journal)
    row = entry()
    journal.open(open_call(id=row.id))
    journal.keep(row, journal.first_segment)
    die(journal)
    calls, entries = adopted(tmp_path)
    assert set(calls) == {call.id, with_name.id}
    assert calls[call.id].opening == call.opening
    assert not calls[call.id].has_answer
    found = calls[with_name.id]
    assert (found.generation_id, found.model) == (f"gen-{with_name.id}", "c/d")
    assert found.has_answer
    assert entries == {row.id: row}


def test_half_a_line_and_garbage_cost_only_themselves(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    call = named(journal)
    path = tmp_path / f"{journal.slot}-{journal.first_segment}.jsonl"
    die(journal)
    data = path.read_bytes()
    garbage = b'\0\0\0\n{"o": 7}\n"\xff\xfe"\n{"o": {"id": "\xff"}}\n' + b"[" * 5_000 + b"\n"
    path.write_bytes(garbage + data + data[:40])
    calls, entries = adopted(tmp_path)
    assert set(calls) == {call.id}
    assert entries == {}


def test_a_journal_without_open_calls_leaves_no_file(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    call = named(journal)
    journal.release(call.segment)
    journal.close()
    assert list(tmp_path.glob("*.jsonl")) == []


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    named(journal)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    journal.close()


@pytest.mark.usefixtures("small_segments")
def test_full_files_are_deleted_when_their_last_call_has_its_row(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first = named(journal)
    for _ in range(50):
        journal.release(named(journal).segment)
    assert len(list(tmp_path.glob("*.jsonl"))) == 2  # the first call's, and the present one
    die(journal)
    calls, _entries = adopted(tmp_path)
    assert first.id in calls


@pytest.mark.usefixtures("small_segments")
def test_a_name_outlives_the_file_that_it_was_written_to(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    call = open_call()
    journal.open(call)
    for _ in range(9):  # others come and go until the file of its opening is full
        journal.release(named(journal).segment)
    call.generation_id, call.model = "gen-long", "c/d"
    journal.name(call)
    for _ in range(50):
        journal.release(named(journal).segment)
    die(journal)
    calls, _entries = adopted(tmp_path)
    assert calls[call.id].generation_id == "gen-long"
    journal_module.os.close(Journal(tmp_path)._lock)


@pytest.mark.usefixtures("small_segments")
def test_a_kept_row_outlives_the_file_of_its_opening(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    row = entry()
    opened = open_call(id=row.id)
    journal.open(opened)
    for _ in range(9):
        journal.release(named(journal).segment)
    segment = journal.keep(row, opened.segment)
    for _ in range(9):
        journal.release(named(journal).segment)
    assert adopted_alive(journal, row)
    journal.release(segment)
    journal.close()
    assert list(tmp_path.glob("*.jsonl")) == []


def adopted_alive(journal: Journal, row: LedgerEntry) -> bool:
    """Whether the row is on the disk now."""
    return any(row.id in path.read_text() for path in journal.folder.glob("*.jsonl"))


def test_neighbours_that_live_are_left_alone(tmp_path: Path) -> None:
    one, other = Journal(tmp_path), Journal(tmp_path)
    assert one.slot != other.slot
    call = named(one)
    assert list(find_orphans(other)) == []
    die(one)
    (orphans,) = find_orphans(other)
    assert [found.id for found in orphans.read()[0]] == [call.id]
    assert list(find_orphans(other)) == []  # under adoption nobody else takes it
    with pytest.raises(StopIteration):
        next(find_orphans(Journal(tmp_path)))
    orphans.discard()
    orphans.release()


def test_locks_hold_across_processes_and_end_with_them(tmp_path: Path) -> None:
    own = Journal(tmp_path)
    neighbour = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_SLOT, str(tmp_path), "call_of_neighbour"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert neighbour.stdout
    assert int(neighbour.stdout.readline()) != own.slot
    assert list(find_orphans(own)) == []
    neighbour.kill()
    neighbour.communicate()
    (orphans,) = find_orphans(own)
    calls, _entries = orphans.read()
    assert [call.id for call in calls] == ["call_of_neighbour"]
    orphans.release()
    own.close()


def test_a_full_disk_refuses_the_call_and_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    kept = {named(journal).id}
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, at: pwrite(file, data[:25], at))
    with pytest.raises(OSError, match="full"):
        while True:  # until the room that was made before is full
            call = open_call()
            journal.open(call)
            kept.add(call.id)
    monkeypatch.undo()
    kept.add(named(journal).id)
    die(journal)
    calls, _entries = adopted(tmp_path)
    assert set(calls) == kept


def test_a_line_longer_than_the_usual_room_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    before, long, after = open_call(), open_call(requested_model="a/" + "b" * 70_000), open_call()
    for call in (before, long, after):
        journal.open(call)
    die(journal)
    calls, _entries = adopted(tmp_path)
    assert {call.opening for call in calls.values()} == {c.opening for c in (before, long, after)}


def test_the_room_of_calls_that_have_ended_is_given_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    (path,) = tmp_path.glob("*.jsonl")
    for _ in range(2_000):
        journal.release(named(journal).segment)
        assert path.stat().st_size <= journal_module.IDLE_BYTES + 8 * EXTENT_BYTES
    waiting = named(journal)
    for _ in range(500):
        journal.release(named(journal).segment)
    assert path.stat().st_size > 2 * journal_module.IDLE_BYTES  # one call still needs the file
    die(journal)
    assert waiting.id in adopted(tmp_path)[0]


def test_a_full_disk_refuses_calls_only_while_others_need_its_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    pwrite = os.pwrite
    (path,) = tmp_path.glob("*.jsonl")

    def write_to_a_disk_of_one_extent(file: int, data: bytes, at: int) -> int:
        return pwrite(file, data, at) if at == 0 else pwrite(file, data[:25], at)

    monkeypatch.setattr(os, "pwrite", write_to_a_disk_of_one_extent)
    running = [named(journal)]
    with pytest.raises(OSError, match="full"):
        while True:
            running.append(named(journal))
    for call in running:
        journal.release(call.segment)
    for _ in range(200):
        journal.release(named(journal).segment)
    assert path.stat().st_size <= EXTENT_BYTES
    last = named(journal)
    die(journal)
    assert last.id in adopted(tmp_path)[0]


def test_a_folder_that_vanishes_refuses_calls_and_ends_no_other(
    tmp_path: Path, small_segments: None
) -> None:
    journal = Journal(tmp_path / "journal")
    running = [named(journal) for _ in range(3)]
    shutil.rmtree(journal.folder)
    journal.folder.write_text("a file in its place")
    with pytest.raises(OSError, match="irectory"):
        named(journal)
    assert not journal.has_room()
    for call in running:
        journal.release(call.segment)
    journal.close()


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    for name in ("0-1 copy.jsonl", "3-x.jsonl", "rejected.jsonl"):
        (tmp_path / name).write_text("{}")
    journal = Journal(tmp_path)
    call = named(journal)
    die(journal)
    assert adopted(tmp_path)[0].keys() == {call.id}
    assert (tmp_path / "3-x.jsonl").exists()
