"""What is typed into our pages, and answered there, comes to rest nowhere but in the browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from redis import Redis

from tests.e2e import states
from tests.e2e.conftest import Arrive
from tests.e2e.site import Site
from tests.edge.socket.test_frames import dump
from tests.harness.databases import OWN_REDIS, emptied_redis
from tests.harness.processes import ROOT

DRAFTED, TYPED, TOLD, ANSWERED, ATTACHED = (
    "tamarindish",
    "kumquattish",
    "loganberrish",
    "mulberrish",
    "quincelike",
)
WHO = "UQUIETLY"
# Where a server that runs in the source tree could leave something of its own.
FOLDERS = (".hcai-journal", ".states", "uploaded_files")


@pytest.fixture
def redis() -> Iterator[Redis]:
    with emptied_redis(OWN_REDIS) as client:
        yield client


@pytest.fixture
def two_workers(site: Site, redis: Redis) -> Iterator[Redis]:
    """Have the site served by two workers, and by one again afterwards."""
    site.stop()
    try:
        site.start(workers=2, REDIS_URL=OWN_REDIS)
        yield redis
    finally:
        site.stop()
        site.start()


def use_everything(page: Page, folder: Path) -> None:
    """Talk with a file, compare, moderate, and leave something half written, as code too."""
    states.instruct(page, TOLD)
    note = folder / f"{ATTACHED}.pdf"
    note.write_bytes(b"%PDF-1.4\n" + ATTACHED.encode())
    states.choose_model(page, "openai/gpt-5-mini")
    page.get_by_test_id("files").set_input_files(note)
    page.get_by_label("Your message").fill(f"{TYPED}\n/simulate say={ANSWERED}")
    page.keyboard.press("Enter")
    expect(page.locator(".play-answer[aria-busy=false]")).to_contain_text(ANSWERED)
    page.get_by_role("button", name="Embeddings", exact=True).click()
    page.get_by_label("Text 1").fill(TYPED)
    page.get_by_role("button", name="Compare").click()
    page.locator(".play-heat").wait_for()
    page.get_by_role("button", name="Moderation", exact=True).click()
    page.get_by_label("Text to check").fill(TYPED)
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator(".play-verdict").wait_for()
    page.get_by_role("button", name="Chat", exact=True).click()
    page.get_by_label("Your message").fill(DRAFTED)
    page.get_by_role("button", name="Code").click()
    expect(page.locator("#play-program")).to_contain_text(DRAFTED)


def assert_kept_nowhere(frames: list[str], site: Site, shared: bytes) -> None:
    files = [path for path in site.folder.rglob("*") if path.is_file()]
    files += [path for name in FOLDERS for path in (ROOT / name).rglob("*") if path.is_file()]
    kept = {str(path): path.read_bytes() for path in files}
    kept |= {"Redis": shared, "the event socket": "".join(frames).encode()}
    # Read as a reader would: what must be there is found in the same way.
    assert any(WHO.encode() in data for data in kept.values())
    marks = [mark.encode() for mark in (DRAFTED, TYPED, TOLD, ANSWERED, ATTACHED)]
    assert [(name, mark) for name, data in kept.items() for mark in marks if mark in data] == []


def test_one_worker_keeps_nothing(arrive: Arrive, site: Site, tmp_path: Path):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id=WHO)
    use_everything(ada.open("/playground"), tmp_path)
    assert ada.frames, "the event socket was not read"
    assert_kept_nowhere(ada.frames, site, b"")


def test_two_workers_and_their_redis_keep_nothing(
    two_workers: Redis, arrive: Arrive, site: Site, tmp_path: Path
):
    ada = arrive(reduced_motion="reduce").sign_in("Ada", slack_id=WHO)
    use_everything(ada.open("/playground"), tmp_path)
    shared = dump(two_workers)
    assert b"site_state" in shared, "the states were not looked at"
    assert_kept_nowhere(ada.frames, site, shared)
