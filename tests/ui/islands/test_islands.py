import inspect

from hcai_app.ui.islands import on_a_short_stack
from tests.harness.processes import ROOT


def depth_below(calls: int) -> int:
    if calls:
        return depth_below(calls - 1)
    return on_a_short_stack(lambda: len(inspect.stack(0)))


def test_files_are_found_without_reading_the_source_of_all_that_imports_a_page() -> None:
    assert depth_below(100) < 10


def test_it_is_found_beside_whoever_asks() -> None:
    caller = on_a_short_stack(lambda: inspect.stack(0)[0].filename)
    assert caller == __file__ == str(ROOT / "tests/ui/islands/test_islands.py")
