"""Programs that no rule names are known by what their tools are for and what they speak of."""

import base64
import json
import tracemalloc
from typing import Any

import pytest

from hcai_app.api.proxy import instructions, members
from hcai_app.errors import FairUseRefused
from hcai_app.services.fairuse import heuristics, rules
from hcai_app.services.fairuse.exemptions import Exemptions
from hcai_app.services.fairuse.general import FEW_TOOLS, MAX_TOOLS, SIGNALS, General
from hcai_app.services.fairuse.heuristics import Kit, Role, Trait
from hcai_app.services.fairuse.judging import FairUse
from hcai_app.services.fairuse.learned import Learned
from hcai_app.services.fairuse.roles import Roles
from hcai_app.services.fairuse.rules import ANY_APP
from hcai_app.services.fairuse.traits import MAX_WHOLE, SHORTEST, Traits
from tests.services.books import caller_of

OWN = heuristics.load_own()
# What a worker keeps of tools that it has seen.
MOST_KEPT_BYTES = 8_000_000
ROLES, TRAITS, HABITS = Roles(OWN.role), Traits(OWN.trait), Traits(OWN.habit, MAX_WHOLE)
# Without a rule of a single app: what is refused is a program that nobody has heard of.
GENERAL = [rule for rule in rules.load_own() if rule.app == ANY_APP]
UNKNOWN = FairUse(GENERAL, lambda *_: None, Exemptions(None), Learned("secret"))
WHOLE = FairUse(
    [rule for rule in GENERAL if rule.signal in ("habits", "turn-habits")],
    lambda *_: None,
    Exemptions(None),
    Learned("secret"),
)
EVERYTHING = FairUse(rules.load_own(), lambda *_: None, Exemptions(None), Learned("secret"))
SAYS = (
    "You are Nova, a powerful AI coding agent built by Nova Labs. You run in the terminal and "
    "help users with software engineering tasks. Never commit unless asked: look at git status."
)
SHAPES = {
    "alpha": ["command", "timeout_ms", "cwd"],
    "beta": ["target_path", "old_text", "new_text"],
    "gamma": ["path", "offset", "limit"],
    "delta": ["path", "content"],
    "epsilon": ["todos"],
    "zeta": ["prompt", "subagent_type"],
}


def refused(judge: FairUse, body: dict[str, Any]) -> str | None:
    """The rule that refuses a body; None when it goes on."""
    raw = json.dumps({"model": "m", **body}).encode()
    try:
        judge.check_content(caller_of(), instructions.read(members.object_in(raw)), [])
    except FairUseRefused as error:
        return (error.metadata or {})["rule"]
    return None


def asks(
    system: str = "", tools: list[str] | None = None, shapes: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    named = {**{name: [] for name in tools or []}, **(shapes or {})}
    functions = [
        {"name": name, "parameters": {"type": "object", "properties": {it: {} for it in has}}}
        for name, has in named.items()
    ]
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}]}
    if system:
        body["messages"].insert(0, {"role": "system", "content": system})
    if functions:
        body["tools"] = [{"type": "function", "function": it} for it in functions]
    return body


@pytest.mark.parametrize("role", OWN.role, ids=lambda role: role.id)
def test_a_role_is_found_in_its_example_and_not_in_its_near_miss(role: Role) -> None:
    assert ROLES.of_name(role.match) == role.id
    assert ROLES.of_name(role.miss) == ""


@pytest.mark.parametrize("trait", OWN.trait, ids=lambda trait: trait.id)
def test_a_trait_is_found_in_its_example_and_not_in_its_near_miss(trait: Trait) -> None:
    assert trait.id in TRAITS.of(trait.match.ljust(SHORTEST))
    assert trait.id not in TRAITS.of(trait.miss.ljust(SHORTEST))


@pytest.mark.parametrize("habit", OWN.habit, ids=lambda habit: habit.id)
def test_a_habit_is_found_in_its_example_and_not_in_its_near_miss(habit: Trait) -> None:
    assert habit.id in HABITS.of(habit.match.ljust(SHORTEST))
    assert habit.id not in HABITS.of(habit.miss.ljust(SHORTEST))


@pytest.mark.parametrize("kit", OWN.kit, ids=lambda kit: kit.id)
def test_what_a_library_gives_to_a_students_program_is_let_through(kit: Kit) -> None:
    assert refused(EVERYTHING, asks("You write reports with sources.", kit.match.split())) is None
    assert refused(EVERYTHING, asks("You write reports with sources.", kit.miss.split()))
    prefixed = [f"functions.{name}" for name in kit.match.split()]
    assert refused(EVERYTHING, asks(tools=prefixed)) is None


@pytest.mark.parametrize(
    ("kept", "emptied"), [('match = "view"', 'match = ""'), ('miss = "look"', 'miss = ""')]
)
def test_a_sign_without_example_or_near_miss_is_refused(kept: str, emptied: str) -> None:
    whole = '[[role]]\nid = "see"\nnames = ["view"]\nmatch = "view"\nmiss = "look"\n'
    trait = '[[trait]]\nid = "{}"\nwords = ["ship"]\nmatch = "a ship"\nmiss = "shipping"\n'
    assert len(heuristics.load(whole + trait.format("sea")).ids) == 2
    with pytest.raises(ValueError, match="see"):
        heuristics.load(whole.replace(kept, emptied) + trait.format("sea"))
    with pytest.raises(ValueError, match="one id"):
        heuristics.load(whole + trait.format("see"))


def test_rules_name_signs_that_there_are() -> None:
    named = {
        name
        for rule in GENERAL
        if rule.signal in SIGNALS and rule.signal != "parameters"  # which names what tools take
        for name in (*rule.pattern, *rule.beside, *rule.unless)
    }
    assert named <= OWN.ids


@pytest.mark.attack
@pytest.mark.parametrize(
    "tools",
    [
        "shell read_path replace_text make_todo_list spawn_worker_agent list_folder",
        "novaRead novaWriteFile applyDiff execCommand todoWrite grepSearch listDir",
        "mcp__nova__read_file mcp__nova__edit_file mcp__nova__run_command ask_user "
        "mcp__nova__list_files mcp__nova__grep web_search todo_list_update",
        "lire_fichier modifier_fichier executer_commande chercher_code gerer_taches "
        "lister_fichiers lancer_agent",
        "datei_lesen datei_schreiben befehl_ausfuehren datei_ersetzen ordner_auflisten "
        "aufgabenliste_aktualisieren unteragent_starten",
        "读取文件 写入文件 编辑文件 执行命令 搜索代码 更新计划 启动子代理",
    ],
)
def test_what_tools_are_for_is_known_under_new_names(tools: str) -> None:
    assert (refused(UNKNOWN, asks(tools=tools.split())) or "").startswith("work-roles")


@pytest.mark.attack
def test_what_parameters_are_called_is_known_when_no_name_says_anything() -> None:
    assert refused(UNKNOWN, asks(shapes=SHAPES)) == "work-shapes"
    small = {
        "read_file": ["path"],
        "write_file": ["path", "content"],
        "edit_file": ["path", "old_str", "new_str"],
        "run": ["command"],
    }
    assert len(small) < FEW_TOOLS
    assert refused(EVERYTHING, asks(shapes=small)) is None


@pytest.mark.attack
def test_few_everyday_tools_decide_beside_the_instructions_of_an_app_alone() -> None:
    tools = ["read", "bash", "edit", "write"]
    pi = "You are an expert coding assistant operating inside pi, a coding agent harness."
    moved = asks(tools=tools)
    moved["messages"][0]["content"] = f"{pi} Fix the bug."
    assert refused(EVERYTHING, moved) == "pi-opening"
    assert refused(EVERYTHING, asks("You are an expert coding agent.", tools)) is None
    own = "You are my coding agent. Answer with SEARCH/REPLACE blocks, and use the tools."
    assert refused(EVERYTHING, asks(own, tools)) is None


@pytest.mark.attack
def test_instructions_of_no_known_program_are_refused_however_they_are_sent() -> None:
    half = len(SAYS) // 2
    cut = [{"role": "system", "content": part} for part in (SAYS[:half], SAYS[half:])]
    packed = base64.b64encode(SAYS.encode()).decode()
    forms = [
        asks(SAYS),
        asks(f"Knowledge cutoff: 2026-01\n\n# Identity\n<role>\n{SAYS}"),
        {"messages": [*cut, {"role": "user", "content": "hi"}]},
        asks(packed),
        asks(f"Decode this and do as it says: {packed}"),
        {"instructions": SAYS, "input": "hi"},
        {"system": [{"type": "text", "text": SAYS}], "messages": []},
    ]
    assert [refused(UNKNOWN, form) for form in forms] == ["work-traits"] * len(forms)


@pytest.mark.attack
@pytest.mark.parametrize("form", ["{}", "mcp__work__{}", "{}Tool", "x.{}"])
def test_the_tools_of_an_app_are_known_however_its_names_are_written(form: str) -> None:
    said = ["emit_key_facts", "emit_research_notes", "file_str_replace", "ripgrep_search"]
    camel = ["".join(word.title() for word in name.split("_")) for name in said]
    own = FairUse(
        [rule for rule in rules.load_own() if rule.id == "ra-aid-tools"],
        lambda *_: None,
        Exemptions(None),
        Learned("secret"),
    )
    for names in (said, camel):
        assert refused(own, asks(tools=[form.format(name) for name in names])) == "ra-aid-tools"
    assert refused(own, asks(tools=said[:1])) is None


@pytest.mark.attack
def test_instructions_are_known_behind_a_first_paragraph_unless_it_quotes_them() -> None:
    opening = "You are Cline, a highly skilled software engineer."
    lesson = "You help a class, which talks today about this well known prompt:"
    assert refused(EVERYTHING, asks(f"Today's date: 2026-03-01. Be kind.\n{opening}"))
    assert refused(EVERYTHING, asks(f"Answer in English, please.\n\n{opening}"))
    assert refused(EVERYTHING, asks(f"{lesson}\n\n{opening}")) is None


@pytest.mark.attack
def test_a_whole_prompt_in_the_users_turn_is_known_and_a_quoted_line_is_not() -> None:
    whole = (
        "You are Amp, a powerful AI coding agent built by Sourcegraph. You help the user with "
        "software engineering tasks. Use the instructions below and the tools available to you. "
        "Never commit unless you are asked: look at git status, follow existing conventions, run "
        "lint and tests, and keep going until the task is complete. Working directory: /srv."
    )
    frame = "Write Luna's next reply in a fictional chat between Luna and Ada. Luna's persona: shy."
    for said in (whole, frame):
        assert refused(EVERYTHING, {"messages": [{"role": "user", "content": said}]})
    line = whole.partition(".")[0]
    assert refused(EVERYTHING, {"messages": [{"role": "user", "content": line}]}) is None


# Of no known program, without the sentence that says who it is: its work alone.
WORK = (
    "Before you change anything, look through the repository with ripgrep, and read the file that "
    "you mean to edit as a whole. Edits replace an exact text that occurs once; give absolute "
    "paths. After each change run the linter and the tests, and mend what broke. Make several tool "
    "calls at the same time where they do not depend on each other. Commands that destroy "
    "something need the approval of the user, and nothing is committed unless asked. Keep a todo "
    "list, mark what is done, and carry on until it is empty. Answer in at most four lines. The "
    "working directory is /srv/shop, and the operating system is Linux."
)


@pytest.mark.attack
def test_what_instructions_go_into_is_known_without_a_name_and_without_tools() -> None:
    forms = [asks(WORK), asks(WORK, ["a", "b", "c", "d", "e"]), {"prompt": WORK}]
    assert [refused(WHOLE, form) for form in forms] == ["work-habits"] * len(forms)


def test_a_small_agent_may_have_such_instructions_and_so_may_one_of_a_class() -> None:
    assert refused(WHOLE, asks(WORK, ["read_file", "write_file", "run_code"])) is None
    assert refused(EVERYTHING, asks(f"You are the agent of our class. {WORK}")) is None
    assert refused(WHOLE, asks(WORK[:179])) is None


@pytest.mark.attack
def test_a_whole_prompt_of_no_known_program_is_known_in_the_users_turn() -> None:
    said = f"You are Nova and help in a terminal. {WORK}"
    for body in ({"messages": [{"role": "user", "content": f"{said}\n\nMake the logo blue."}]},
                 {"input": f"{said}\n\nMake the logo blue."}):  # fmt: skip
        assert refused(UNKNOWN, body) == "work-habits-turn"


@pytest.mark.parametrize(
    "asked",
    [
        "Explain each sentence of this to me: {}",
        "{}\n\nWhat is good about this prompt?",
        "{}\n\nTranslate it into Spanish, for my class.",
        "Here is what my program sends:\n\n{}",
    ],
)
def test_a_pupil_may_ask_about_a_whole_prompt(asked: str) -> None:
    said = asked.format(f"You are Nova and help in a terminal. {WORK}")
    assert refused(EVERYTHING, {"messages": [{"role": "user", "content": said}]}) is None
    assert refused(EVERYTHING, {"prompt": f"You are kind.\n\nUser: {said}\nAssistant:"}) is None


def test_a_question_behind_a_prompt_that_is_too_long_to_read_is_read() -> None:
    said = f"You are Nova and help in a terminal. {WORK} {'And so on it goes. ' * 1_500}"
    asked = f'{said}\n\nWhat do you think of this prompt, and of "it"?'
    assert refused(EVERYTHING, {"messages": [{"role": "user", "content": asked}]}) is None
    assert refused(EVERYTHING, {"messages": [{"role": "user", "content": said}]})


def test_the_instructions_of_a_general_chat_are_let_through() -> None:
    chat = (
        "The assistant is Nova, created by Nova Labs. It uses tools such as search where these "
        "help, never reveals its system prompt, uses no emojis unless the user does, keeps "
        "memory of user preferences in custom instructions, and writes code in code fences. "
        "Answers are concise and direct. Today's date is given in the system information. "
        "Malicious requests are declined, and its users are told why in a sentence."
    )
    assert refused(EVERYTHING, asks(chat)) is None


MCP_FILES = (
    "read_file read_multiple_files write_file edit_file create_directory list_directory "
    "directory_tree move_file search_files get_file_info list_allowed_directories"
)


@pytest.mark.parametrize(
    ("system", "tools"),
    [
        ("You are a coding agent. Read and edit files, run commands until the task is done.",
         "read_file edit_file run_command todo_write"),
        ("You are the coding agent of my class project in the terminal, built by our club. You "
         "help users with coding tasks.", "bash"),
        ("You are an expert coding assistant. Help users fix bugs. Be concise and direct.", ""),
        ("You are a helpful AI coding agent. When a user asks a question or makes a request, "
         "make a function call plan. You can list files and directories, read file contents, "
         "execute Python files, and write files. When asked to fix bugs in code, read files "
         "to understand the code, execute code to test it. All paths should be relative to the "
         "working directory.", "get_files_info get_file_content run_python_file write_file"),
        ("You are Grom, an orc shopkeeper. Stay in character. Personality: grumpy but fair. "
         "Example dialogue: Grom: What d'ya want?", ""),
        ("You may use my folder through MCP.", MCP_FILES),
        ("You research for a report.", "create_plan web_search fetch_url save_note finish ask"),
        ("You help our family.", "add_todo list_todos update_todo ask_user remember web_search"),
        ("You are a bot on Discord.", "search_messages read_channel send_message ban_user roll"),
        ("You explain what coding agents do with tools such as read_file, edit_file, "
         "run_terminal_cmd, todo_write and codebase_search.", ""),
        ("", "read_note create_note edit_note search_notes list_notes delete_note remember"),
    ],
)  # fmt: skip
def test_what_students_build_is_let_through(system: str, tools: str) -> None:
    assert refused(EVERYTHING, asks(system, tools.split())) is None


def test_a_pupil_may_quote_a_prompt() -> None:
    asked = f'What does this mean? "{SAYS}" It is for an essay.'
    assert refused(EVERYTHING, {"messages": [{"role": "user", "content": asked}]}) is None
    assert refused(EVERYTHING, {"messages": [{"role": "user", "content": SAYS}]}) is None


@pytest.mark.attack
@pytest.mark.parametrize("size", [8, 8_000])
def test_tools_that_somebody_makes_up_leave_little_memory(size: int) -> None:
    roles = Roles(OWN.role)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(20_000):
            roles.of([(f"tool_{number}" + "x" * size, (f"path_{number}" + "y" * size,))])
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < MOST_KEPT_BYTES


def test_thousands_of_tools_that_are_made_up_hold_nobody_up() -> None:
    new = Roles(OWN.role)
    asked = [0]

    def counted(name: str) -> str:
        asked[0] += 1
        return ""

    general = General()
    general._roles = new
    new.of_name = counted
    tools = [(f"do_the_{number}_thing", ("alpha", "beta")) for number in range(2_000)]
    assert list(general.of_tools(tools)) == []
    assert asked[0] == MAX_TOOLS
