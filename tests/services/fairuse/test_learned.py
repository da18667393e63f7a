"""A program that was refused once is known under another name, by hashes alone."""

import pytest

from hcai_app.db.engine import Database
from hcai_app.errors import FairUseRefused, NotFound
from hcai_app.services.fairuse import learned, rules, switches
from hcai_app.services.fairuse.exemptions import Exemptions
from hcai_app.services.fairuse.judging import FairUse
from hcai_app.services.fairuse.learned import Learned
from hcai_app.services.fairuse.matching import Content
from hcai_app.services.fairuse.upkeep import Upkeep
from tests.services.books import caller_of

SECRET = "a secret of the tests, long enough"
ADA = caller_of("usr_ada")
SHAPES = (
    "command:string,timeout:integer",
    "content:string,file_path:string",
    "file_path:string,new_string:string,old_string:string,replace_all:boolean",
    "glob:string,output_mode:string,path:string,pattern:string",
    "description:string,prompt:string,subagent_type:string",
    "pattern:string",
)
NAMED = frozenset({"Bash", "Read", "Edit", "TodoWrite", "NotebookEdit", "Grep"})
RENAMED = frozenset({"run", "open", "change", "plan", "find", "ask"})
WORDS = (
    "When you are asked to change something, first look at the files that matter, think about what "
    "the change touches, and write down a short plan in numbered steps. Prefer small edits over "
    "rewrites. Never invent a file that you have not read. After each change run the tests of the "
    "part that you have touched and read their output with care; when one fails, mend the cause "
    "and not the test. Keep your answers to a few sentences, since they are shown in a terminal, "
    "and do not repeat code that is in a file already. Ask before you delete anything at all."
)
CALLS: list[tuple[str, str]] = []


def worker(database: Database) -> Upkeep:
    CALLS.clear()
    count = lambda rule, mode: CALLS.append((rule, mode))  # noqa: E731
    fair_use = FairUse(rules.load_own(), count, Exemptions(database), Learned(SECRET))
    return Upkeep(database, fair_use)


def ask(upkeep: Upkeep, text: str, tools: frozenset[str], shapes: tuple[str, ...] = ()) -> None:
    upkeep.fair_use.check_content(ADA, Content([text], [], tools), [], lambda: shapes)


async def taught(database: Database) -> Upkeep:
    """A worker that has refused an agent, and knows what all workers know."""
    upkeep = worker(database)
    with pytest.raises(FairUseRefused):
        ask(upkeep, f"You are Claude Code. {WORDS}", NAMED, SHAPES)
    await upkeep.flush()
    await upkeep.load()
    return upkeep


async def test_it_is_counted_under_another_name_and_refused_when_switched_on(
    database: Database,
) -> None:
    upkeep = await taught(database)
    found = await learned.listed(database)
    assert {it.kind for it in found} == {"tools", "instructions"}
    assert {(it.app, it.rule, it.mode) for it in found} == {
        ("Claude Code", "claude-code-tools", "counting")
    }
    ask(upkeep, "You are Nova.", RENAMED, SHAPES)
    other = f"Your name is Nova, a helper for students. {WORDS}"  # which no general rule knows
    ask(upkeep, other, frozenset())
    assert CALLS[-2:] == [("learned", "counting")] * 2
    for it in found:
        await switches.switch(database, it.id, "on", "a volunteer looked")
    await upkeep.load()
    for text, tools in (("You are Nova.", RENAMED), (other, frozenset())):
        with pytest.raises(FairUseRefused) as refused:
            ask(upkeep, text, tools, SHAPES)
        metadata = refused.value.metadata or {}
        assert metadata["app"] == "Claude Code"
        assert metadata["signal"] == "fingerprint"
        assert metadata["rule"] in {it.id for it in found}
    for it in found:
        await switches.switch(database, it.id, "off", "it was a student's")
    await upkeep.load()
    ask(upkeep, "You are Nova.", RENAMED, SHAPES)


async def test_students_are_not_taken_for_it(database: Database) -> None:
    upkeep = await taught(database)
    before = list(CALLS)
    ask(upkeep, "You are Nova.", RENAMED, SHAPES[:3])  # three alike tools are not enough
    ask(upkeep, "You are Nova.", RENAMED, ("city:string", "a:number,b:number", *SHAPES[:2]))
    ask(upkeep, WORDS[:200], frozenset())  # too short to tell
    ask(upkeep, "You are a dragon in a game for children. " * 20, frozenset())
    assert before == CALLS


async def test_what_is_kept_is_hashes_that_another_secret_does_not_find(
    database: Database,
) -> None:
    await taught(database)
    for it in await learned.listed(database):
        assert set(it.sketch) <= set("0123456789abcdef")
        for other in (Learned("another secret"),):
            other.replace([it])
            assert other.recognise(Content([WORDS], [], NAMED), lambda: SHAPES) is None
    kept = str(await learned.listed(database))
    assert "plan" not in kept
    assert "file_path" not in kept


async def test_what_is_known_is_learned_once_and_how_often_it_was_seen_is_added_up(
    database: Database,
) -> None:
    upkeep = await taught(database)
    with pytest.raises(FairUseRefused):
        ask(upkeep, f"You are Claude Code. {WORDS}", NAMED, SHAPES)
    for _ in range(3):
        ask(upkeep, "You are Nova.", RENAMED, SHAPES)
        await upkeep.flush()
    await upkeep.flush()
    found = {it.kind: it for it in await learned.listed(database)}
    assert len(found) == 2
    assert (found["tools"].seen, found["instructions"].seen) == (3, 0)
    assert found["tools"].seen_at is not None


async def test_a_header_teaches_nothing_and_neither_does_a_short_call(database: Database) -> None:
    upkeep = worker(database)
    with pytest.raises(FairUseRefused):
        upkeep.fair_use.check_headers(ADA, {b"x-title": b"SillyTavern"})
    with pytest.raises(FairUseRefused):
        ask(upkeep, "hi", NAMED, ("", "path:string"))
    await upkeep.flush()
    assert await learned.listed(database) == []
    with pytest.raises(NotFound):
        await switches.switch(database, "learned-0", "on", "nothing there")
