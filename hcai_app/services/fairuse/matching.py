"""Finds the rules that a call's headers and its content match; compiled once.

There is no search for a word anywhere: a host is compared by its labels, a title and a product as
wholes, instructions from their start on, tools as a set whose letters keep their case.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from hcai_app.services.fairuse import beginnings, disguises, folding, tool_names
from hcai_app.services.fairuse.beginnings import MAX_OPENING
from hcai_app.services.fairuse.general import FEW_TOOLS, SIGNALS, WHOLE_PROMPT, General, Match
from hcai_app.services.fairuse.openings import SHORTEST, Openings
from hcai_app.services.fairuse.roles import Tool
from hcai_app.services.fairuse.rules import Rule, Signal

MAX_HEADER = 512
# Of a text as it begins, for marks of a tool syntax.
MAX_MARKED = 12_000
_URL = re.compile(
    r"\s*(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/?#@]*@)?([^/?#:\s]+)[^/?#]*([^?#]*)", re.I
)
# Of `Name-1.2` the name.
_PRODUCT = re.compile(r"\s*([^/\s]+?)(?:-v?\d[\w.-]*)?(?=[/\s]|$)")
PLAY = "role-play front end"
# What comes after the first, as browsers and those who embed one write it.
_LATER_PRODUCT = re.compile(r"(?<=[\s;,(])([\w.-]+)/")
URLS = (b"http-referer", b"referer", b"origin")
TITLES = (b"x-openrouter-title", b"x-title")
CATEGORIES = b"x-openrouter-categories"
USER_AGENT = b"user-agent"
# Tags and edit markers, among which those of the rules are.
_TAGS = re.compile(r"<+ ?[a-z][\w' .-]{2,40}>?")
_MARK = "search/replace"


class Content(NamedTuple):
    """What a call says before its user speaks, the user's first words, and its tools' names."""

    instructions: list[str]
    users: list[str]
    tools: frozenset[str]
    # The same tools with what their parameters are called, as far as they were read.
    declared: tuple[Tool, ...] = ()
    # How the descriptions of its tools begin.
    described: tuple[str, ...] = ()


# What instructions tell of work says nothing beside few tools: a student's own agent has it, too.
OF_WORK = ("habits", "acts")
# A program says and sends the same each time: what so many of these match is kept.
MAX_KNOWN = 4_096
Reader = Callable[[bytes, str], Iterable[Match]]
T = TypeVar("T")


def _keep(known: dict[int, T], name: int, found: T) -> T:
    if len(known) >= MAX_KNOWN:
        known.clear()
    known[name] = found
    return found


def _match(rule: Rule) -> Match:
    return Match(rule, rule.weight == "strong")


class Matcher:
    """Compiled rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._hosts: dict[str, list[tuple[list[str], Match]]] = {}
        self._words: dict[tuple[Signal, str], list[Match]] = {}
        self._headers: dict[bytes, list[tuple[re.Pattern[str], Match]]] = {}
        # By how names of headers begin.
        self._begun: dict[bytes, list[tuple[re.Pattern[str], Match]]] = {}
        self._openings = Openings()
        self._turns = Openings()
        # By a hash with a secret of this process: no text is kept, and no header.
        self._instructions: dict[int, list[Match]] = {}
        self._users: dict[int, list[Match]] = {}
        self._declared: dict[int, list[Match]] = {}
        self._said: dict[int, list[Match]] = {}
        self._read_of: dict[int, list[tuple[bytes, Reader]]] = {}
        self._tools: list[tuple[frozenset[str], frozenset[str], Match]] = []
        self._syntaxes: list[tuple[list[str], Match]] = []
        self._general = General()
        for rule in rules:
            if rule.mode != "off":
                self._add(rule, _match(rule))
        self._readers: dict[bytes, Reader] = {
            **dict.fromkeys(self._headers, self._of_header),
            **dict.fromkeys(URLS, self._of_url),
            **dict.fromkeys(TITLES, self._of_title),
            CATEGORIES: self._of_categories,
            USER_AGENT: self._of_user_agent,
        }
        self._beginnings = tuple(self._begun)
        # What a user's text begins with that a rule looks at.
        personas = {persona[:SHORTEST] for persona in self._general.personas}
        self._first = self._openings.first | self._turns.first | personas
        self._brief = tuple(persona for persona in personas if len(persona) < SHORTEST)
        self._known = frozenset(name for names, _, _ in self._tools for name in names)

    def _add(self, rule: Rule, match: Match) -> None:
        for pattern in rule.pattern:
            match rule.signal:
                case "host":
                    host, *path = pattern.casefold().split("/")
                    self._hosts.setdefault(host, []).append((path, match))
                case "header":
                    name, _, value = pattern.partition(": ")
                    wanted = re.compile(re.escape(value).replace(r"\*", ".*"), re.I)
                    headers = self._begun if name.endswith("*") else self._headers
                    headers.setdefault(name.rstrip("*").encode(), []).append((wanted, match))
                case "opening":
                    self._openings.add(pattern, match)
                case "turn":
                    self._turns.add(pattern, match)
                case "title":
                    self._words.setdefault(("title", folding.fold(pattern)), []).append(match)
                case "user-agent" | "category":
                    self._words.setdefault((rule.signal, pattern.casefold()), []).append(match)
                case _:
                    pass
        if rule.signal in SIGNALS:
            self._general.add(rule, match)
        elif rule.signal == "tools":
            self._tools.append(
                (tool_names.of_rule(rule.pattern), tool_names.of_rule(rule.beside), match)
            )
        elif rule.signal == "syntax":
            self._syntaxes.append(([mark.casefold() for mark in rule.pattern], match))

    def of_headers(self, headers: Mapping[bytes, bytes]) -> list[Match]:
        """Return the matches of a request's headers (lower-case names)."""
        sent = hash(tuple(headers))
        readers = self._read_of.get(sent)
        if readers is None:
            readers = _keep(self._read_of, sent, self._readers_of(headers))
        found: list[Match] = []
        for name, read in readers:
            said = hash((name, value := headers[name][:MAX_HEADER]))
            matches = self._said.get(said)
            if matches is None:
                shown = value.decode(errors="replace")
                matches = _keep(self._said, said, list(read(name, shown)))
            found += matches
        return found

    def _readers_of(self, headers: Mapping[bytes, bytes]) -> list[tuple[bytes, Reader]]:
        """Return those of some headers that tell something, each with what reads it."""
        known = [(name, self._readers[name]) for name in sorted(headers.keys() & self._readers)]
        begun = [name for name in headers if name.startswith(self._beginnings)]
        return [*known, *((name, self._of_beginning) for name in begun)]

    def _of_header(self, name: bytes, value: str) -> list[Match]:
        return _valued(self._headers[name], value)

    def _of_beginning(self, name: bytes, value: str) -> list[Match]:
        begun = (wanted for start, wanted in self._begun.items() if name.startswith(start))
        return [match for wanted in begun for match in _valued(wanted, value)]

    def _of_url(self, _name: bytes, value: str) -> list[Match]:
        parsed = _URL.match(value)
        if parsed is None:
            return []
        labels = parsed[1].casefold().rstrip(".").split(".")
        path = [part.removesuffix(".git") for part in parsed[2].casefold().strip("/").split("/")]
        hosts = (".".join(labels[at:]) for at in range(len(labels) - 1))
        known = (pair for host in hosts for pair in self._hosts.get(host, ()))
        return [match for wanted, match in known if path[: len(wanted)] == wanted]

    def _of_title(self, _name: bytes, value: str) -> list[Match]:
        return self._words.get(("title", folding.fold(value)), [])

    def _of_categories(self, _name: bytes, value: str) -> list[Match]:
        words = (word.strip().casefold() for word in value.split(","))
        return [match for word in words for match in self._words.get(("category", word), ())]

    def _of_user_agent(self, _name: bytes, value: str) -> list[Match]:
        product = _PRODUCT.match(value)
        found = self._words.get(("user-agent", product[1].casefold()), []) if product else []
        later = (name.casefold() for name in _LATER_PRODUCT.findall(value))
        more = (match for name in later for match in self._words.get(("user-agent", name), ()))
        return [*found, *(Match(match.rule, False) for match in more)]

    def of_content(self, content: Content) -> list[Match]:
        """Return the matches of what a call says; what its user says is weak."""
        found = list(self._of_declared(content)) if content.tools else []
        for text in _wholes(content.instructions):
            found += self._of_instructions(text)
        if 0 < len(content.tools) < FEW_TOOLS:
            found = [match for match in found if match.rule.signal not in OF_WORK]
        users = content.users
        # A long text begins alone as it does with what follows.
        for text in users if users and len(users[0]) >= MAX_OPENING else _wholes(users):
            found += self._of_user(text)
        return found

    def _of_user(self, text: str) -> list[Match]:
        name = hash(text)
        found = self._users.get(name)
        if found is None:
            found = _keep(self._users, name, list(self._of_new_user(disguises.read(text))))
        return found

    def _of_new_user(self, text: str) -> Iterable[Match]:
        first = beginnings.first_letters(text, SHORTEST)
        is_sought = first in self._first or first.startswith(self._brief) or len(first) < SHORTEST
        if not is_sought and beginnings.begins_plainly(text):
            return
        starts = beginnings.starts(text)
        yield from self._turns.of(starts)
        yield from self._general.of_turn(text, starts)
        if opened := self._openings.of(starts):
            seconds = (*self._of_syntax(text), *_of_whole(text, self._general.of_text(text)))
            strong = (match for match in seconds if match.is_strong)
            yield from (Match(match.rule, False) for match in (*opened, *strong))

    def _of_declared(self, content: Content) -> list[Match]:
        declared = content.declared or tuple((name, ()) for name in sorted(content.tools))
        name = hash((declared, content.described))
        found = self._declared.get(name)
        if found is None:
            found = [
                *self._of_tools(tool_names.of_call(content.tools)),
                *self._general.of_tools(declared),
                *self._general.of_descriptions(content.described),
            ]
            _keep(self._declared, name, found)
        return found

    def _of_instructions(self, text: str) -> list[Match]:
        name = hash(text)
        found = self._instructions.get(name)
        if found is None:
            said = disguises.read(text)
            opened = self._openings.of([*beginnings.starts(said), *beginnings.second_start(said)])
            found = [*opened, *self._of_syntax(said), *self._general.of_text(said)]
            _keep(self._instructions, name, found)
        return found

    def _of_syntax(self, text: str) -> list[Match]:
        if "<" not in text and "/" not in text:
            return []
        said = _lowered(text[:MAX_MARKED])
        marked = " ".join(set(_TAGS.findall(said))) if "<" in said else ""
        marked += _MARK if _MARK in said else ""
        if not marked:
            return []
        return [
            match
            for marks, match in self._syntaxes
            if sum(mark in marked for mark in marks) >= match.rule.least
        ]

    def _of_tools(self, tools: frozenset[str]) -> Iterable[Match]:
        if self._known.isdisjoint(tools):
            return
        for names, beside, match in self._tools:
            rule = match.rule
            if len(names & tools) >= rule.least and len(beside & tools) >= rule.beside_least:
                yield match


def _valued(wanted: list[tuple[re.Pattern[str], Match]], value: str) -> list[Match]:
    tokens = [token.strip() for token in value.split(",")]
    return [match for want, match in wanted if any(map(want.fullmatch, tokens))]


def _wholes(texts: list[str]) -> list[str]:
    """Return texts, and what they say together: an agent's may be cut into several."""
    return [*texts, " ".join(texts)] if len(texts) > 1 else texts


def _lowered(text: str) -> str:
    """Return a text with its plain letters lowered: a tenth of what `lower` takes for others."""
    return text.encode(errors="replace").lower().decode()


def _of_whole(text: str, found: Iterable[Match]) -> Iterable[Match]:
    """Return what counts of a user's text: few quote the frame of a role play to ask about it."""
    is_whole = len(text) >= WHOLE_PROMPT
    return [match for match in found if is_whole or match.rule.category == PLAY]
