"""The playground's answers, from the question to what is kept: the store, run by Node."""

from tests.ui.pages.playground import CHAT, DEAF, run

BROKEN_OFF = "The connection broke before the answer ended. What it cost is settled all the same."


def test_an_answer_goes_on_while_another_page_is_looked_at() -> None:
    code = """
    const first = await owners.storeOf("ada", () => openStore());
    first.send("hi");
    const call = await called(1);
    call.say("So");
    const back = await owners.storeOf("ada", () => openStore());
    call.say(" it is.");
    call.end();
    await idle(back);
    return [first === back, told(back)];"""
    assert run(code) == [True, [["hi"], ["So it is.", "done"]]]


def test_what_runs_is_stopped_when_somebody_else_sits_here() -> None:
    code = """
    const ada = await owners.storeOf("ada", () => openStore());
    ada.send("hi");
    const call = await called(1);
    const bea = await owners.storeOf("bea", () => openStore());
    await until(() => call.signal.aborted);
    owners.leave();
    return [ada === bea, bea.read().heads];"""
    assert run(code) == [False, []]


def test_without_streaming_it_is_still_a_stream_that_can_be_stopped() -> None:
    code = """
    const store = await openStore();
    store.setting("stream", false);
    store.send("hi");
    const call = await called(1);
    call.say("Half");
    await pause(20);
    const before = told(store);
    call.say(" and whole.");
    call.end();
    await idle(store);
    const first = told(store);
    store.send("more");
    (await called(2)).say("Cut");
    await pause(20);
    store.stop();
    await idle(store);
    const { aborted } = calls[1].signal;
    return [call.body.stream, before.at(-1), first.at(-1), told(store).at(-1), aborted];"""
    assert run(code) == [
        True,
        ["", "running"],
        ["Half and whole.", "done"],
        ["Cut", "stopped"],
        True,
    ]


def test_what_draws_is_shown_as_it_comes_whatever_was_chosen_before() -> None:
    code = """
    const store = await openStore();
    store.setting("stream", false);
    store.set({ model: "a/painter" });
    store.send("A raccoon");
    const call = await called(1);
    call.draw();
    await until(() => messages(store)[1].images?.length);
    call.end();
    await idle(store);
    return [call.body.stream, call.body.modalities, messages(store)[1].images[0].type];"""
    assert run(code) == [True, ["image", "text"], "image/png"]


def test_a_question_in_place_of_another_ends_the_answer_that_runs() -> None:
    code = """
    const store = await openStore();
    store.send("one");
    const first = await called(1);
    first.say("Long");
    store.resend(messages(store)[0], "two");
    const second = await called(2);
    await pause(20);
    const meanwhile = isIdle(store);
    second.say("Short");
    second.end();
    await idle(store);
    return [first.signal.aborted, meanwhile, told(store)];"""
    assert run(code) == [True, False, [["two"], ["Short", "done"]]]


def test_a_connection_that_breaks_is_told_in_our_words() -> None:
    code = """
    const store = await openStore();
    store.send("hi");
    const call = await called(1);
    call.say("So");
    await until(() => messages(store)[1].text);
    call.break();
    await idle(store);
    const { text, state, error } = messages(store)[1];
    return [text, state, error.message];"""
    assert run(code) == ["So", "failed", BROKEN_OFF]


def test_without_room_files_and_pictures_stay_at_hand() -> None:
    code = """
    const store = await openStore(FULL);
    store.send("Look", [photo()]);
    const call = await called(1);
    const sent = call.body.messages[0].content[1].image_url.url;
    call.draw();
    call.end();
    await idle(store);
    const { talk } = store.read();
    const drawn = await store.file(talk.id, talk.messages[1].images[0].id);
    await until(() => store.read().trouble);
    return [sent, drawn.size, store.read().trouble.slice(0, 28)];"""
    assert run(code) == ["data:image/png;base64,YWJj", 8, "This browser has no room lef"]


def test_the_notice_goes_once_there_is_room() -> None:
    code = """
    const memory = keepings.inMemory();
    let isFull = true;
    const keepFile = (...all) => (isFull ? FULL.keepFile() : memory.keepFile(...all));
    const store = await openStore({ ...memory, keepFile });
    store.send("old");
    (await called(1)).end();
    await idle(store);
    const old = store.read().talk.id;
    store.begin();
    store.send("Look", [photo()]);
    (await called(2)).end();
    await idle(store);
    await until(() => store.read().trouble);
    isFull = false;
    await store.remove(old);
    return [store.read().trouble, (await memory.file(store.read().talk.id, "f1")).size];"""
    assert run(code) == ["", 3]


def test_the_notice_goes_with_the_next_good_write() -> None:
    code = """
    const memory = keepings.inMemory();
    let isFull = true;
    const write = (talk) => (isFull ? FULL.keepFile() : memory.write(talk));
    const store = await openStore({ ...memory, write });
    store.send("hi");
    (await called(1)).end();
    await until(() => store.read().trouble);
    isFull = false;
    store.rename(store.read().talk.id, "Kept");
    await until(() => !store.read().trouble);
    return (await memory.read(store.read().talk.id)).title;"""
    assert run(code) == "Kept"


def test_forgetting_amid_a_picture_leaves_nothing_behind() -> None:
    code = """
    const kept = [];
    const store = await openStore({ keepFile: async (...place) => void kept.push(place) });
    store.send("A raccoon");
    const call = await called(1);
    call.draw();
    call.end();
    await store.removeAll();
    await pause(20);
    return [kept, store.read().heads, store.read().running];"""
    assert run(code) == [[], [], []]


def test_a_picture_of_an_answer_that_was_dropped_is_not_kept() -> None:
    code = """
    const kept = [];
    const store = await openStore({ keepFile: async (...place) => void kept.push(place) });
    store.set({ model: "a/painter" });
    store.send("A raccoon");
    (await called(1)).draw();
    await until(() => messages(store)[1].images?.length);
    store.resend(messages(store)[0], "A bear");
    (await called(2)).end();
    await idle(store);
    return kept;"""
    assert run(code) == []


def test_what_is_half_written_waits_in_its_conversation() -> None:
    code = """
    const store = await openStore();
    store.send("hi");
    (await called(1)).end();
    await idle(store);
    const first = store.read().talk.id;
    store.draft({ text: "half", files: [photo()] });
    store.begin();
    const fresh = store.read();
    store.draft({ text: "another half" });
    await store.choose(first);
    const { text, files } = store.read().draft;
    store.begin();
    const again = store.read();
    store.draft({ text: "" });
    store.begin();
    return [
      fresh.draft.text, text, files[0].blob.size,
      again.draft.text, again.talk.id === fresh.talk.id, store.read().talk.id === fresh.talk.id,
    ];"""
    assert run(code) == ["", "half", 3, "another half", True, False]


def test_a_model_that_has_gone_is_not_asked_and_not_begun_with() -> None:
    code = """
    const memory = keepings.inMemory();
    const before = await openStore(memory);
    before.set({ model: "a/deaf" });
    before.send("hi");
    (await called(1)).say("Hello.");
    calls[0].end();
    await idle(before);
    await pause(20);
    const store = await openStore(memory, given.more);
    const { model, messages: [, answer] } = store.read().talk;
    await store.send("more");
    await store.again(answer.id);
    const kept = told(store);
    store.begin();
    return [model, kept, calls.length, store.read().talk.model];"""
    told = run(code, given=[CHAT])
    assert told == ["a/deaf", [["hi"], ["Hello.", "done"]], 1, "a/chat"]


def test_a_question_of_which_the_model_sees_nothing_is_not_sent() -> None:
    code = """
    const store = await openStore();
    store.set({ model: "a/deaf" });
    store.send("", [photo()]);
    await idle(store);
    const { state, error } = messages(store)[1];
    return [calls.length, state, error.message];"""
    assert run(code, models=[DEAF]) == [
        0,
        "failed",
        "Deaf does not see photo.png. Choose a model that does, or write something.",
    ]
