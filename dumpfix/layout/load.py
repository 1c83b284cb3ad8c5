"""Read ``.lark`` files into :class:`Grammar` values.

Lark itself parses the file (``lark.load_grammar``); here its rule trees are expanded. Two conventions make a
dump's shape finite:

* what the brackets, bars and question marks of ``record`` leave open is decided once for the whole dump: each
  way is a layout of its own;
* what a named rule used inside ``record`` leaves open is decided anew by each record: it is a ``Alternation``.

A ``record`` that repeats a rule of members (``"{" [member ("," member)*] "}"``) is an ``ObjectLayout``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import resources
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dumpfix.errors import GrammarError, UsageError
from dumpfix.layout.model import (
    Alternation,
    AnyLayout,
    Element,
    Field,
    Grammar,
    HeaderSpelling,
    Layout,
    Literal,
    Member,
    ObjectLayout,
)
from dumpfix.layout.vocabulary import FREE_TEXT, JSON_VALUES, MARKERS, NAMED_LITERALS, TERMINALS

if TYPE_CHECKING:
    from lark import Token, Tree

#: layouts of one record rule; more would mean a rule that is not what its author thinks it is
MOST_LAYOUTS = 4096


def folder() -> Path:
    """The folder of the shipped grammars: inside an installed package, or at the top of the repository."""
    inside = Path(str(resources.files("dumpfix"))) / "grammars"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / "grammars"


def names() -> list[str]:
    """The names that ``--from`` takes."""
    return sorted(p.stem.replace("_", "-") for p in folder().glob("*.lark") if p.stem not in ("json", "notices"))


def automatic() -> list[str]:
    """The grammars among which ``auto`` chooses: all, but for the one of which kafkacat's says the same."""
    return [name for name in names() if name != "jsonl"]


def path_of(name: str) -> Path:
    """The file of a shipped grammar. Raises UsageError, with the names that exist, for any other name."""
    path = folder() / f"{name.replace('-', '_')}.lark"
    if not path.is_file():
        known = ", ".join(names())
        raise UsageError(f"there is no grammar called {name!r}; there are: {known}. A file of yours: --grammar FILE")
    return path


def shipped(name: str, overrides: Mapping[str, bytes] | None = None) -> Grammar:
    """A shipped grammar by name, with some of its named literals replaced. Raises UsageError for an unknown name."""
    return _shipped(name, tuple(sorted((overrides or {}).items())))


@functools.lru_cache(maxsize=16)
def _shipped(name: str, overrides: tuple[tuple[str, bytes], ...]) -> Grammar:
    """The same, read once: where a dump arrives slowly its head is looked at again and again."""
    path = path_of(name)
    return load(path.read_text("utf-8"), name, dict(overrides), path=str(path))


def load(text: str, name: str, overrides: Mapping[str, bytes] | None = None, *, path: str | None = None) -> Grammar:
    """The grammar that ``text`` describes.

    ``overrides`` gives other bytes to named literals (KEY_SEPARATOR …). Raises GrammarError, with the line where
    Lark tells it, for a text that is no grammar, holds a pattern, or declares a terminal that dumpfix does not know.
    """
    definitions = _definitions(text, path or f"<{name}>")
    return _Expander(name, text, definitions, dict(overrides or {}), path).grammar()


@functools.cache
def shared_notices() -> tuple[Layout, ...]:
    """The notices of ``notices.lark``, which a dump of any layout may hold."""
    path = folder() / "notices.lark"
    text = path.read_text("utf-8")
    return tuple(dict.fromkeys(_Expander("notices", text, _definitions(text, str(path)), {}, str(path)).notices()))


@dataclass(frozen=True, slots=True)
class _Definitions:
    rules: Mapping[str, Tree[Any]]
    terminals: Mapping[str, Tree[Any] | None]


@functools.lru_cache(maxsize=64)
def _definitions(text: str, path: str) -> _Definitions:
    from lark.exceptions import GrammarError as LarkGrammarError
    from lark.exceptions import LarkError
    from lark.load_grammar import load_grammar

    try:
        loaded, _ = load_grammar(text, path, [str(folder())], False)  # type: ignore[no-untyped-call]
    except (LarkGrammarError, LarkError, OSError) as error:
        first_line = str(error).strip().split("\n", 1)[0]
        raise GrammarError(f"not a grammar that Lark can read: {first_line}", path=path) from error
    rules = {str(name): tree for name, _, tree, _ in loaded.rule_defs}
    terminals = {str(name): tree for name, (tree, _) in loaded.term_defs}
    return _Definitions(rules, terminals)


def _base(name: str) -> str:
    """The name of a terminal without what Lark puts before it when another grammar imports it."""
    return name.rpartition("__")[2]


def literal_bytes(token: str, path: str | None = None) -> bytes:
    r"""The bytes that a quoted string of a grammar stands for: UTF-8, ``\n \t \r \f \\ \" \xHH``."""
    if not token.endswith('"'):
        raise GrammarError(f"a literal with a flag ({token}): dumpfix compares bytes, write them out", path=path)
    source = token[1:-1].encode()
    out = bytearray()
    at = 0
    simple = {0x6E: 10, 0x74: 9, 0x72: 13, 0x66: 12, 0x5C: 0x5C, 0x22: 0x22}
    while at < len(source):
        byte = source[at]
        follower = source[at + 1] if byte == 0x5C and at + 1 < len(source) else None
        if follower is None:
            out.append(byte)
            at += 1
        elif follower in simple:
            out.append(simple[follower])
            at += 2
        elif follower == 0x78:
            try:
                out.append(int(source[at + 2 : at + 4], 16))
            except ValueError:
                raise GrammarError(f"\\x needs two hexadecimal digits in {token}", path=path) from None
            at += 4
        else:
            raise GrammarError(f"unknown escape \\{chr(follower)} in {token}", path=path)
    return bytes(out)


def literal_text(text: bytes) -> str:
    """How these bytes are written in a grammar: the inverse of :func:`literal_bytes`."""
    names = {10: "\\n", 9: "\\t", 13: "\\r", 12: "\\f", 0x5C: "\\\\", 0x22: '\\"'}
    return '"' + "".join(names.get(b) or (chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}") for b in text) + '"'


class _Expander:
    """Walks the rule trees of one grammar. Raises GrammarError for what a layout cannot be made of."""

    def __init__(
        self, name: str, text: str, definitions: _Definitions, overrides: dict[str, bytes], path: str | None
    ) -> None:
        self.name = name
        self.text = text
        self.rules = definitions.rules
        self.terminals = definitions.terminals
        self.overrides = overrides
        self.path = path
        #: the rules that are being expanded, the outermost first
        self.open: list[str] = []

    def grammar(self) -> Grammar:
        for terminal, tree in self.terminals.items():
            self._check_terminal(terminal, tree)
        unknown = set(self.overrides) - set(NAMED_LITERALS)
        if unknown:
            raise GrammarError(f"no such named literal: {', '.join(sorted(unknown))}", path=self.path)
        if "record" not in self.rules:
            raise GrammarError("there is no rule called record", path=self.path)
        layouts = tuple(dict.fromkeys(self._layouts()))
        if not any(layout.has_value for layout in layouts):
            raise GrammarError(
                "no record of this grammar has a payload: put VALUE where it stands (JSON_PAYLOAD where it is printed "
                "in a JSON string)",
                path=self.path,
            )
        notices = tuple(dict.fromkeys(self.notices())) + shared_notices()
        named = {name: text for name in NAMED_LITERALS if (text := self._named(name)) is not None}
        return Grammar(self.name, self.text, layouts, notices, named, _labels(layouts))

    # -- terminals -------------------------------------------------------------------------------------------

    def _check_terminal(self, name: str, tree: Tree[Any] | None) -> None:
        base = _base(name)
        if tree is None:
            if base not in TERMINALS:
                raise GrammarError(
                    f"unknown terminal {base}; `dumpfix grammar --vocabulary` lists those that may be declared",
                    path=self.path,
                )
        else:
            self._string(tree, name)

    def _string(self, tree: Tree[Any], name: str) -> bytes:
        """The bytes of a named string terminal: one string, nothing else."""
        strings = list(tree.scan_values(lambda v: getattr(v, "type", None) == "STRING"))
        others = list(tree.scan_values(lambda v: getattr(v, "type", None) != "STRING"))
        if len(strings) != 1 or others:
            raise GrammarError(f"{_base(name)} is not one string: a grammar holds no pattern", path=self.path)
        return literal_bytes(str(strings[0]), self.path)

    def _named(self, base: str) -> bytes | None:
        if base in self.overrides:
            return self.overrides[base]
        for name, tree in self.terminals.items():
            if tree is not None and _base(name) == base:
                return self._string(tree, name)
        return None

    def _terminal(self, name: str) -> Element:
        base = _base(name)
        if self.terminals.get(name) is None:
            return Field(base)
        text = self.overrides.get(base)
        if text is None:
            tree = self.terminals[name]
            assert tree is not None
            text = self._string(tree, name)
        return Literal(text, base)

    # -- rules -----------------------------------------------------------------------------------------------

    def _sequences(self, tree: Tree[Any]) -> Iterator[tuple[Element, ...]]:
        """Every sequence of elements that this part of a rule stands for."""
        match str(tree.data):
            case "expansions":
                for child in tree.children:
                    yield from self._sequences(child)
            case "expansion":
                yield from (
                    tuple(e for part in parts for e in part)
                    for parts in product(*[tuple(self._sequences(child)) for child in tree.children])
                )
            case "alias":
                yield from self._sequences(tree.children[0])
            case "maybe":
                yield from self._sequences(tree.children[0])
                yield ()
            case "expr":
                if str(tree.children[1]) != "?":
                    raise GrammarError("a record must not repeat a part of itself", path=self.path)
                yield from self._sequences(tree.children[0])
                yield ()
            case "value":
                yield (self._value(tree.children[0]),)
            case other:
                raise GrammarError(f"a grammar holds strings and declared terminals only, not {other}", path=self.path)

    def _value(self, item: Tree[Any] | Token) -> Element:
        from lark import Tree
        from lark.grammar import NonTerminal, Terminal

        if isinstance(item, Terminal):
            return self._terminal(item.name)
        if isinstance(item, NonTerminal):
            return self._choice(item.name)
        if isinstance(item, Tree) and str(item.data) != "literal":
            raise GrammarError(
                f"a grammar holds strings and declared terminals only, not a {item.data}", path=self.path
            )
        token = item.children[0] if isinstance(item, Tree) else item
        if getattr(token, "type", None) != "STRING":
            line = getattr(token, "line", None)
            raise GrammarError(f"{token} is a pattern: a grammar holds strings only", path=self.path, line=line)
        return Literal(literal_bytes(str(token), self.path))

    @contextmanager
    def _within(self, rule: str) -> Iterator[None]:
        """While a rule is expanded. Raises GrammarError where that has led back to it."""
        if rule in self.open:
            raise self._endless((*self.open[self.open.index(rule) :], rule))
        self.open.append(rule)
        yield
        self.open.pop()

    def _endless(self, rules: Sequence[str]) -> GrammarError:
        way = " → ".join(map(_base, rules))
        return GrammarError(f"a record must not contain itself ({way}): write out what it holds", path=self.path)

    def _choice(self, rule: str) -> Alternation:
        if rule not in self.rules:
            raise GrammarError(f"there is no rule called {rule}", path=self.path)
        with self._within(rule):
            alternatives = [flat for sequence in self._sequences(self.rules[rule]) for flat in _flattened(sequence)]
        for flat in alternatives:
            if any(isinstance(e, Field) and e.kind in FREE_TEXT for e in flat) and len(flat) > 1:
                raise GrammarError(f"rule {rule}: text and payload belong into record itself", path=self.path)
        return Alternation(_base(rule), tuple(alternatives))

    def _alternatives(self, rule: str, inside: tuple[str, ...] = ()) -> Iterator[tuple[str, Tree[Any]]]:
        """The alternatives of a rule, each with the name of its layout; a lone rule name is looked into."""
        from lark.grammar import NonTerminal

        if rule in inside:
            raise self._endless((*inside, rule))
        for tree in self.rules[rule].children:
            name = _base(rule)
            if str(tree.data) == "alias":
                name, tree = str(tree.children[1] or name), tree.children[0]
            only = tree.children[0] if len(tree.children) == 1 else None
            if only is not None and str(only.data) == "value" and isinstance(only.children[0], NonTerminal):
                lone = only.children[0].name
                if lone not in self.rules:
                    raise GrammarError(f"there is no rule called {lone}", path=self.path)
                yield from self._alternatives(lone, (*inside, rule))
            else:
                yield name, tree

    # -- layouts ---------------------------------------------------------------------------------------------

    def _layouts(self) -> Iterator[AnyLayout]:
        count = 0
        for name, tree in self._alternatives("record"):
            if any(str(t.data) == "expr" and str(t.children[1]) == "*" for t in tree.iter_subtrees()):
                yield self._object(name, tree)
                continue
            for sequence in self._sequences(tree):
                layout = self._linear(name, sequence)
                if layout.elements:
                    count += 1
                    if count > MOST_LAYOUTS:
                        raise GrammarError(f"record expands to more than {MOST_LAYOUTS} layouts", path=self.path)
                    yield layout

    def _linear(self, name: str, sequence: tuple[Element, ...]) -> Layout:
        elements = _merged(sequence)
        blank_lines = 0
        if elements and isinstance(elements[0], Literal):
            stripped = elements[0].text.lstrip(b"\n")
            if len(elements) > 1 or stripped:
                blank_lines = len(elements[0].text) - len(stripped)
                elements = (Literal(stripped, elements[0].name), *elements[1:]) if stripped else elements[1:]
        self._check_payload(elements)
        null, null_or_empty = self._named("NULL_LITERAL"), self._named("NULL_OR_EMPTY_LITERAL")
        # Beside a text for null, an empty one for both says that the tool may not be the one that prints the text.
        empty_may_be_null = null is not None and null_or_empty == b""
        texts = [e.kind for e in elements if isinstance(e, Field) and e.meaning in ("key", "value")]
        if null is None and texts and all(kind in JSON_VALUES for kind in texts):
            # JSON has a null of its own, so that an empty string is known to be empty.
            null = b"null"
        return Layout(
            self.name,
            name,
            elements,
            null_literal=null,
            null_or_empty_literal=None if empty_may_be_null else null_or_empty,
            headers=self._header_spelling(),
            blank_lines=blank_lines,
            empty_may_be_null=empty_may_be_null,
        )

    def _check_payload(self, elements: tuple[Element, ...]) -> None:
        """Raise GrammarError for a record with two payloads, or with one that only some records have."""
        payloads = [e.terminal for e in elements if isinstance(e, Field) and e.meaning == "value"]
        if len(payloads) > 1:
            raise GrammarError(
                f"a record has one payload, not {' and '.join(payloads)}: declare what is not the payload as TEXT",
                path=self.path,
            )
        for element in elements:
            if not isinstance(element, Alternation):
                continue
            if any(isinstance(e, Field) and e.meaning == "value" for way in element.alternatives for e in way):
                raise GrammarError(f"rule {element.rule}: the payload belongs into record itself", path=self.path)

    def _header_spelling(self) -> HeaderSpelling | None:
        value_separator = self._named("HEADER_VALUE_SEPARATOR")
        if value_separator is None:
            return None
        null = self._named("NULL_HEADER_LITERAL")
        return HeaderSpelling(
            value_separator,
            self._named("HEADERS_SEPARATOR") or b"",
            self._named("AMBIGUOUS_HEADERS_SEPARATOR") or b"",
            self._named("NULL_LITERAL") if null is None else null,
            self._named("NO_HEADERS") or b"",
        )

    def notices(self) -> Iterator[Layout]:
        cutting = {elements for _, elements in self._lines("inner_notice")}
        for name, elements in self._lines("notice"):
            yield Layout(self.name, name, elements, may_cut_records=elements in cutting)

    def _lines(self, base: str) -> Iterator[tuple[str, tuple[Element, ...]]]:
        """Every line that the rule of this name stands for, each choice taken."""
        for name, tree in (pair for rule in self.rules if _base(rule) == base for pair in self._alternatives(rule)):
            for flat in (flat for sequence in self._sequences(tree) for flat in _flattened(sequence)):
                elements = _merged(flat)
                if not elements or not isinstance(elements[0], Literal):
                    raise GrammarError(f"a notice ({name}) begins with a string", path=self.path)
                yield name, elements

    def _object(self, name: str, tree: Tree[Any]) -> ObjectLayout:
        from lark.grammar import NonTerminal

        rules = {str(v.name) for v in tree.scan_values(lambda v: isinstance(v, NonTerminal))}
        if len(rules) != 1:
            raise GrammarError("a record that is an object repeats one rule, its member", path=self.path)
        members: list[Member] = []
        for _, member in self._alternatives(rules.pop()):
            for sequence in self._sequences(member):
                match sequence:
                    case (Literal(text=quoted), Literal(text=b":"), Field() as value):
                        members.append(Member((quoted.strip(b'"'),), value))
                    case (Field(terminal="JSON_NAME"), Literal(text=b":"), Field(terminal="JSON_VALUE")):
                        pass
                    case _:
                        raise GrammarError('a member is "\\"name\\"" ":" TERMINAL', path=self.path)
        last = tree.children[-1].children[0] if str(tree.children[-1].data) == "value" else None
        separator = None
        if last is not None:
            element = self._value(last)
            if isinstance(element, Literal) and element.text != b"}":
                separator = element.text
        return ObjectLayout(self.name, name, tuple(members), separator)


def _labels(layouts: Sequence[AnyLayout]) -> tuple[bytes, ...]:
    """The words, colon and all, with which a literal of these layouts ends: they announce a field."""
    elements = {id(e): e for layout in layouts if isinstance(layout, Layout) for e in layout.elements}
    literals = {
        one.text
        for element in elements.values()
        for way in (element.alternatives if isinstance(element, Alternation) else ((element,),))
        for one in way
        if isinstance(one, Literal)
    }
    words = {text.split()[-1] for text in literals if text.endswith(b":") and text != b":"}
    return tuple(sorted(word for word in words if word[:1].isalpha()))


def _flattened(sequence: tuple[Element, ...]) -> Iterator[tuple[Literal | Field, ...]]:
    """Every way of taking one alternative of each choice."""
    ways = [e.alternatives if isinstance(e, Alternation) else ((e,),) for e in sequence]
    for taken in product(*ways):
        yield tuple(element for alternative in taken for element in alternative)


def _inlined(sequence: tuple[Element, ...]) -> Iterator[Element]:
    """The sequence with every rule that has one alternative written out."""
    for element in sequence:
        if isinstance(element, Alternation) and len(element.alternatives) == 1:
            yield from element.alternatives[0]
        else:
            yield element


def _merged(sequence: tuple[Element, ...]) -> tuple[Element, ...]:
    """Neighbouring literals made one, empty ones dropped, rules with one alternative written out."""
    out: list[Element] = []
    for element in _inlined(sequence):
        if isinstance(element, Literal):
            if not element.text:
                continue
            previous = out[-1] if out else None
            if isinstance(previous, Literal) and previous.name not in MARKERS and element.name not in MARKERS:
                out[-1] = replace(previous, text=previous.text + element.text, name=None)
                continue
        out.append(element)
    return tuple(out)
