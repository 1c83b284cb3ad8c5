r"""The text of a grammar as trees: the part of Lark's notation that holds no pattern.

What it takes, Lark takes too and means the same by it (tests/layout compares the two); what of Lark's it does not
take is refused with its line. Lark itself is not asked, since building its parser takes longer than converting a dump
does, and since a grammar from anywhere must not cost more than it is long.

    file: (rule | string | "%declare" TERMINAL+ | "%ignore" TERMINAL)*      // one a line; // begins a comment
    rule: name ":" alternatives                   // goes on in the next line if that begins with |
    string: TERMINAL ":" text
    alternatives: alternative ("|" alternative)*
    alternative: part* ["->" name]
    part: text | TERMINAL | name | name "{" name "}" | "(" alternatives ")" ["?" | "*"] | "[" alternatives "]"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, NoReturn

from dumpfix.errors import GrammarError
from dumpfix.layout.literals import literal_bytes

#: bytes of a grammar; the longest of those that are shipped has a tenth of it
LARGEST = 1 << 18
#: brackets within brackets; no tool's options are nested deeper than three
DEEPEST = 12
#: the one rule with a parameter: ``each{name}`` is what ``name`` stands for, decided anew by each record
EACH = "each"

_SMALL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_CAPITAL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_PUNCTUATION = frozenset(":|()[]{}?*,+~.")


class String(NamedTuple):
    """A string: the bytes that it stands for."""

    text: bytes
    line: int


class Name(NamedTuple):
    """A rule (in small letters) or a terminal (in capitals); ``is_each`` where each record decides it anew."""

    name: str
    line: int
    is_each: bool = False

    @property
    def is_terminal(self) -> bool:
        """Whether this names a terminal."""
        return self.name.lstrip("_")[:1].isupper()


class Group(NamedTuple):
    """Alternatives in brackets: one of them; or none, or any number of them."""

    alternatives: tuple[Sequence, ...]
    line: int
    how_often: Literal["once", "at most once", "any number"]


Part = String | Name | Group


class Sequence(NamedTuple):
    """One alternative: parts in order, and the name behind its arrow."""

    parts: tuple[Part, ...]
    line: int
    alias: str | None = None


class Rule(NamedTuple):
    """A rule: its alternatives."""

    name: str
    alternatives: tuple[Sequence, ...]
    line: int


class Notation(NamedTuple):
    """A grammar as it is written. ``declared`` and ``ignored`` are names of terminals with their lines."""

    rules: Mapping[str, Rule]
    strings: Mapping[str, String]
    declared: Mapping[str, int]
    ignored: Mapping[str, int]


def parse(text: str, path: str | None = None) -> Notation:
    """The trees of a grammar. Raises GrammarError with the line for what is no grammar, or none without patterns."""
    if len(text) > LARGEST:
        raise GrammarError(
            f"a grammar of more than {LARGEST} bytes: it says what one record looks like, the dump is another file",
            path=path,
        )
    return _Parser(text, path).file()


class _Token(NamedTuple):
    """``kind``: ``name``, ``terminal``, ``string``, ``directive``, ``line end``, ``end``, else the sign itself."""

    kind: str
    text: str
    line: int


def _tokens(text: str, path: str | None) -> Iterator[_Token]:
    """The tokens of a grammar. A line end before a ``|`` is none."""
    at = 0
    line = 1
    stop = len(text)
    pending_end = 0
    while at < stop:
        char = text[at]
        if char == "\n":
            pending_end = pending_end or line
            line += 1
            at += 1
            continue
        if char in " \t\r\f":
            at += 1
            continue
        if char == "#" or text.startswith("//", at):
            at = text.find("\n", at)
            if at < 0:
                break
            continue
        if pending_end and char != "|":
            yield _Token("line end", "", pending_end)
        pending_end = 0
        token = _token(text, at, line, path)
        at += len(token.text)
        yield token
    yield _Token("line end", "", line)
    yield _Token("end", "", line)


def _token(text: str, at: int, line: int, path: str | None) -> _Token:
    """The token at ``at``, where neither a blank nor a comment stands."""
    char = text[at]
    if char == '"':
        return _Token("string", text[at : _string_end(text, at, line, path)], line)
    if char == "/":
        end = text.find("\n", at)
        shown = text[at : end if end >= 0 else len(text)][:40].rstrip()
        raise GrammarError(f"{shown} is a pattern: a grammar holds strings only", path=path, line=line)
    if text.startswith("->", at):
        return _Token("->", "->", line)
    if char == "%":
        return _Token("directive", "%" + _word(text, at + 1, _SMALL), line)
    prefix = (
        "!?" if char in "!?" and text[at + 1 : at + 2] in _SMALL and not text[at - 1 : at].strip(" \t\n\r|") else ""
    )
    if prefix:
        # Lark's marks for the shape of its trees; a record has none.
        return _Token("mark", char, line)
    if char in _PUNCTUATION:
        return _Token(char, char, line)
    letters = _CAPITAL if text[at : at + 2].lstrip("_")[:1].isupper() else _SMALL
    word = _word(text, at, letters)
    if not word or word[0].isdigit():
        raise GrammarError(f"{text[at : at + 20].split(chr(10))[0]!r} is no part of a grammar", path=path, line=line)
    return _Token("terminal" if letters is _CAPITAL else "name", word, line)


def _word(text: str, at: int, letters: frozenset[str]) -> str:
    end = at
    while end < len(text) and text[end] in letters:
        end += 1
    return text[at:end]


def _string_end(text: str, at: int, line: int, path: str | None) -> int:
    """Behind the string at ``at``, its flag included."""
    line_end = text.find("\n", at)
    stop = line_end if line_end >= 0 else len(text)
    end = at + 1
    while (end := text.find('"', end, stop)) >= 0:
        backslashes = end - len(text[at:end].rstrip("\\")) - at
        end += 1
        if backslashes % 2 == 0:
            return end + (text[end : end + 1] == "i")
    raise GrammarError(f"a string that does not end on its line: {text[at:stop][:40]}", path=path, line=line)


class _Parser:
    """Reads tokens from the first to the last, never back."""

    def __init__(self, text: str, path: str | None) -> None:
        self.path = path
        self.tokens = _tokens(text, path)
        self.token = next(self.tokens)
        self.depth = 0
        #: the names that stand in rules, and the line of the first use of each
        self.named: dict[str, int] = {}
        #: the line of the first use of ``each``, and the name of its parameter where it is defined
        self.each = 0
        self.parameter_name = ""

    def fail(self, message: str, line: int | None = None) -> NoReturn:
        raise GrammarError(message, path=self.path, line=self.token.line if line is None else line)

    def take(self, *kinds: str) -> _Token:
        """The token at hand, which has to be of one of these kinds."""
        token = self.token
        if token.kind not in kinds:
            found = "the line ends" if token.kind == "line end" else f"there is {token.text!r}"
            wanted = " or ".join(kinds)
            self.fail(f"not a grammar: {found} where {wanted} should be")
        if token.kind != "end":
            self.token = next(self.tokens)
        return token

    def file(self) -> Notation:
        rules: dict[str, Rule] = {}
        strings: dict[str, String] = {}
        declared: dict[str, int] = {}
        ignored: dict[str, int] = {}
        while self.token.kind != "end":
            match self.token.kind:
                case "line end":
                    self.take("line end")
                case "mark":
                    self.take("mark")
                case "directive":
                    self.directive(declared, ignored)
                case "terminal":
                    name = self.take("terminal")
                    self.demand_new(name, strings.get(name.text))
                    strings[name.text] = self.string(name)
                case _:
                    rule = self.rule()
                    if rule is not None:
                        rules[rule.name] = self.demand_new_rule(rule, rules)
        self.demand_defined(rules, {**strings, **declared})
        for both in strings.keys() & declared.keys():
            self.fail(f"{both} is declared and given as a string: it can be only one of them", declared[both])
        return Notation(rules, strings, declared, ignored)

    def demand_defined(self, rules: Mapping[str, Rule], terminals: Mapping[str, object]) -> None:
        """Refuse a name that stands somewhere and means nothing."""
        for name, line in self.named.items():
            if name not in rules and name not in terminals:
                is_terminal = name.lstrip("_")[:1].isupper()
                why = f"{name} is neither declared nor given as a string" if is_terminal else "there is no rule called "
                self.fail(why if is_terminal else why + name, line)
        if self.each and not self.parameter_name:
            self.fail("add the line `each{part}: part`, so that Lark knows it too", self.each)
        if self.parameter_name in rules:
            self.fail(
                "a rule has the name of the parameter of each: write `each{x}: x`, or call the rule otherwise",
                rules[self.parameter_name].line,
            )

    def demand_new(self, name: _Token, before: String | None) -> None:
        if before is not None:
            self.fail(f"{name.text} is said twice, the first time in line {before.line}", name.line)

    def demand_new_rule(self, rule: Rule, rules: Mapping[str, Rule]) -> Rule:
        if rule.name in rules:
            self.fail(f"rule {rule.name} is said twice, the first time in line {rules[rule.name].line}", rule.line)
        return rule

    def directive(self, declared: dict[str, int], ignored: dict[str, int]) -> None:
        directive = self.take("directive")
        if directive.text not in ("%declare", "%ignore"):
            self.fail(f"{directive.text} is not for grammars of dumps: write out what a record holds", directive.line)
        names = declared if directive.text == "%declare" else ignored
        while True:
            if self.token.kind != "terminal":
                self.fail(f"{directive.text} takes names of terminals")
            name = self.take("terminal")
            names.setdefault(name.text, name.line)
            if self.token.kind == "line end":
                return

    def string(self, name: _Token) -> String:
        if self.token.kind == ".":
            self.fail("a terminal with a priority: dumpfix reads in the order of the grammar")
        self.take(":")
        if self.token.kind != "string":
            self.fail(f"{name.text} is not one string: a grammar holds no pattern")
        text = self.take("string")
        if self.token.kind != "line end":
            self.fail(f"{name.text} is not one string: a grammar holds no pattern")
        return String(literal_bytes(text.text, self.path, text.line), name.line)

    def rule(self) -> Rule | None:
        """A rule; None for the definition of ``each``."""
        if self.token.kind != "name":
            self.fail(f"not a grammar: {self.token.text!r} begins no rule")
        name = self.take("name")
        if self.token.kind == ".":
            self.fail("a rule with a priority: dumpfix reads in the order of the grammar")
        if self.token.kind == "{":
            self.template(name)
            return None
        self.take(":")
        return Rule(name.text, self.alternatives("line end"), name.line)

    def template(self, name: _Token) -> None:
        """The definition of ``each``."""
        parameter = self.parameter()
        self.take(":")
        named = self.named.copy()
        alternatives = self.alternatives("line end")
        self.named = named
        same = len(alternatives) == 1 and [type(part) for part in alternatives[0].parts] == [Name]
        if name.text != EACH or not same or alternatives[0].parts[0][0] != parameter:
            self.fail(f"the one rule with a parameter is `{EACH}{{part}}: part`", name.line)
        self.parameter_name = parameter

    def parameter(self) -> str:
        self.take("{")
        name = self.take("name")
        self.take("}")
        return name.text

    def alternatives(self, end: str) -> tuple[Sequence, ...]:
        """Alternatives up to the closing ``end``."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"brackets within brackets, more than {DEEPEST} deep")
        found = [self.sequence(end)]
        while self.token.kind == "|":
            self.take("|")
            found.append(self.sequence(end))
        self.take(end)
        self.depth -= 1
        return tuple(found)

    def sequence(self, end: str) -> Sequence:
        line = self.token.line
        parts: list[Part] = []
        while self.token.kind not in ("|", end, "->", "line end", "end"):
            parts.append(self.part())
        alias = None
        if self.token.kind == "->":
            self.take("->")
            alias = self.take("name").text
            if end != "line end":
                self.fail("a name behind an arrow is for a whole alternative of a rule, not for one in brackets")
        return Sequence(tuple(parts), line, alias)

    def part(self) -> Part:
        token = self.take("string", "terminal", "name", "(", "[")
        found: Part
        if token.text == '""':
            self.fail("an empty string says nothing: leave it out")
        if token.kind == "string":
            found = String(literal_bytes(token.text, self.path, token.line), token.line)
        elif token.kind == "[":
            found = Group(self.alternatives("]"), token.line, "at most once")
        elif token.kind == "(":
            found = Group(self.alternatives(")"), token.line, "once")
        elif self.token.kind == "{":
            if token.text != EACH:
                self.fail(f"the one rule with a parameter is `{EACH}{{part}}: part`", token.line)
            found = Name(self.parameter(), token.line, is_each=True)
            self.each = self.each or token.line
        else:
            found = Name(token.text, token.line)
        if isinstance(found, Name):
            self.named.setdefault(found.name, found.line)
        return self.repeated(found, token.line)

    def repeated(self, part: Part, line: int) -> Part:
        """The part with what stands behind it: ``?`` or ``*``."""
        if self.token.kind == ".":
            self.fail("a grammar holds strings and declared terminals only, not a range")
        if self.token.kind in ("+", "~"):
            self.fail("a record must not repeat a part of itself")
        if self.token.kind not in ("?", "*"):
            return part
        sign = self.take("?", "*").kind
        inner = part.alternatives if isinstance(part, Group) and part.how_often == "once" else None
        alternatives = inner or (Sequence((part,), line),)
        return Group(alternatives, line, "at most once" if sign == "?" else "any number")
