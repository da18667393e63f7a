"""Two tabs with the same conversations: the store, run twice by Node over one keeping."""

from tests.ui.pages.playground import run

# `tab()` opens the store of one more tab; `here` and `there` are two that know one conversation.
TABS = """
const memory = keepings.inMemory();
const tab = () => openStore({ ...memory, ...tabs.openTabs("ada") });
const here = await tab();
here.send("one");
(await called(1)).say("First.");
calls[0].end();
await idle(here);
await pause(20);
const there = await tab();
const id = there.read().talk.id;
const alike = () => JSON.stringify(messages(here)) === JSON.stringify(messages(there));
"""


def test_each_tab_has_what_the_other_one_wrote() -> None:
    code = """
    here.send("two");
    (await called(2)).say("Second.");
    calls[1].end();
    await idle(here);
    await until(alike);
    there.send("three");
    (await called(3)).say("Third.");
    calls[2].end();
    await idle(there);
    await until(alike);
    return [told(here), calls[2].body.messages.length, (await memory.read(id)).messages.length];"""
    answers = [
        *[["one"], ["First.", "done"], ["two"], ["Second.", "done"]],
        *[["three"], ["Third.", "done"]],
    ]
    assert run(TABS + code) == [answers, 5, 6]


def test_what_one_tab_forgets_is_not_written_by_the_other() -> None:
    code = """
    there.send("two");
    const call = await called(2);
    call.say("Never");
    await until(() => !isIdle(here));
    await here.removeAll();
    await until(() => call.signal.aborted && isIdle(there));
    there.setting("temperature", 1);
    await pause(20);
    return [await memory.heads(), here.read().heads, there.read().heads, messages(there)];"""
    assert run(TABS + code) == [[], [], [], []]


def test_a_conversation_that_one_tab_deletes_is_gone_in_the_other() -> None:
    code = """
    await here.remove(id);
    await until(() => there.read().talk.id !== id);
    await there.rename(id, "Back again");
    await pause(20);
    return [await memory.heads(), there.read().heads];"""
    assert run(TABS + code) == [[], []]


def test_an_answer_is_stopped_from_another_tab() -> None:
    code = """
    here.send("two");
    const call = await called(2);
    await until(() => !isIdle(there) && messages(there).length === 4);
    const late = await tab();
    await until(() => !isIdle(late));
    const seen = told(late).at(-1)[1];
    call.say("Long");
    await until(() => told(here).at(-1)[0]);
    there.stop();
    await until(() => call.signal.aborted && isIdle(here));
    await until(() => alike() && isIdle(late));
    return [seen, told(here).at(-1)];"""
    assert run(TABS + code) == ["running", ["Long", "stopped"]]


def test_a_tab_that_closes_amid_an_answer_leaves_it_stopped_in_the_others() -> None:
    code = """
    here.send("two");
    await called(2);
    await until(() => !isIdle(there) && messages(there).length === 4);
    here.part();
    await until(() => isIdle(there));
    return told(there).at(-1);"""
    assert run(TABS + code) == ["", "stopped"]
