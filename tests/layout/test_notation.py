"""The notation of grammars is Lark's: what is taken here Lark takes too, and reads the same trees from it."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Token
from lark.exceptions import LarkError
from lark.grammar import NonTerminal, Terminal
from lark.load_grammar import _literal_to_pattern, load_grammar

from dumpfix.errors import DumpfixError, GrammarError
from dumpfix.layout.literals import literal_bytes, literal_text
from dumpfix.layout.load import folder, load, load_file
from dumpfix.layout.notation import Group, Name, Part, Sequence, String, parse
from tests.samples import for_lark

GRAMMARS = sorted(folder().glob("*.lark"))

#: a tree as nested tuples: ("text", …), ("name", …), ("each", …), (how often, alternative, …)
Shape = tuple[Any, ...]


def ours(text: str) -> dict[str, Shape]:
    notation = parse(text)
    rules = {name: tuple(map(sequence, rule.alternatives)) for name, rule in notation.rules.items()}
    strings = {name: ("text", string.text.decode("latin-1")) for name, string in notation.strings.items()}
    return {**rules, **strings, **dict.fromkeys(notation.declared, ("declared",))}


def sequence(alternative: Sequence) -> Shape:
    return (tuple(map(part, alternative.parts)), alternative.alias)


def part(one: Part) -> Shape:
    match one:
        case String(text=text):
            return ("text", text.decode("latin-1"))
        case Name():
            return ("each" if one.is_each else "name", one.name)
        case Group():
            return (one.how_often, *map(sequence, one.alternatives))
    raise AssertionError


def larks(text: str) -> dict[str, Shape]:
    grammar, _ = load_grammar(text, "text", [], False)  # type: ignore[no-untyped-call]
    rules = {str(name): alternatives(tree) for name, _, tree, _ in grammar.rule_defs if name != "each"}
    terminals = {str(name): ("declared",) if tree is None else string(tree) for name, (tree, _) in grammar.term_defs}
    return {**rules, **terminals}


def string(tree: Any) -> Shape:
    (token,) = tree.scan_values(lambda value: isinstance(value, Token))
    pattern: Any = _literal_to_pattern(token)  # type: ignore[no-untyped-call]
    return ("text", pattern.value.encode().decode("latin-1"))


def alternatives(tree: Any) -> Shape:
    """The alternatives of a Lark tree, each a pair of parts and alias."""
    if tree.data == "expansions":
        return tuple(one for child in tree.children for one in alternatives(child))
    if tree.data == "alias":
        ((parts, _),) = alternatives(tree.children[0])
        return ((parts, None if tree.children[1] is None else str(tree.children[1].name)),)
    if tree.data == "expansion":
        return ((tuple(map(larks_part, tree.children)), None),)
    return (((larks_part(tree),), None),)


def larks_part(tree: Any) -> Shape:
    if tree.data == "value":
        (inner,) = tree.children
        if isinstance(inner, (NonTerminal, Terminal)):
            return ("name", str(inner.name))
        if inner.data == "template_usage":
            assert inner.children[0].name == "each"
            return ("each", str(inner.children[1].children[0].name))
        return string(inner)
    if tree.data == "maybe":
        return ("at most once", *alternatives(tree.children[0]))
    if tree.data == "expr":
        sign = str(tree.children[1])
        return ({"?": "at most once", "*": "any number"}[sign], *alternatives(tree.children[0]))
    return ("once", *alternatives(tree))


@pytest.mark.parametrize("path", GRAMMARS, ids=lambda path: path.name)
def test_lark_reads_a_shipped_grammar_as_we_do(path: Path) -> None:
    text = path.read_text("utf-8")
    assert ours(for_lark(text)) == larks(for_lark(text))


def test_a_name_may_stand_for_the_empty_string_which_lark_does_not_take() -> None:
    text = 'record: KEY "|" VALUE "\\n"\n%declare KEY VALUE\nNULL_LITERAL: "NULL"\nNULL_OR_EMPTY_LITERAL: ""\n'
    assert ours(text) == {**larks(for_lark(text)), "NULL_OR_EMPTY_LITERAL": ("text", "")}
    with pytest.raises(LarkError, match="Empty terminals"):
        larks(text)


NAMES = st.sampled_from(["record", "part_1", "member", "a"])
TERMINALS = st.sampled_from(["KEY", "VALUE", "OFFSET", "SEPARATOR", "_X1"])
TEXTS = st.text('ab"\\\n\t ,:|[]{}()#/%x', min_size=1, max_size=4).map(lambda text: literal_text(text.encode()))
ATOMS = st.one_of(NAMES, TERMINALS, TEXTS, NAMES.map("each{{{}}}".format))


def bracketed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    ways = st.lists(st.lists(inner, max_size=3).map(" ".join), min_size=1, max_size=3).map(" | ".join)
    repeated = st.tuples(inner, st.sampled_from(["?", "*"])).map("".join)
    groups = st.tuples(ways, st.sampled_from(["({})", "[{}]", "({})?", "( {} )*"])).map(
        lambda one: one[1].format(one[0])
    )
    return st.one_of(repeated.filter(lambda text: text[-2] not in "?*"), groups)


PARTS = st.recursive(ATOMS, bracketed, max_leaves=6)
ALTERNATIVES = st.lists(
    st.tuples(st.lists(PARTS, max_size=4).map(" ".join), st.sampled_from(["", "", " -> name"])).map("".join),
    min_size=1,
    max_size=3,
)
BARS = st.sampled_from([" | ", "\n     | ", "\n// why\n| ", "\n//> {}\n\n  # more\n  |"])


@st.composite
def grammars(draw: st.DrawFn) -> str:
    lines = ["each{part}: part"]
    for name in draw(st.permutations(["record", "part_1", "member", "a"])):
        lines.append(f"{name}: " + draw(BARS).join(draw(ALTERNATIVES)))
    for name in draw(st.permutations(["KEY", "VALUE", "OFFSET", "SEPARATOR", "_X1"])):
        lines.append(f"{name}: {draw(TEXTS)}" if draw(st.booleans()) else f"%declare {name}")
    return draw(st.sampled_from(["\n", "\n\n", " // a comment\n", "\n  \n"])).join(lines) + "\n"


@pytest.mark.slow
@given(grammars())
@settings(max_examples=settings().max_examples * 2)
def test_lark_reads_any_grammar_as_we_do(text: str) -> None:
    assert ours(text) == larks(text)


@pytest.mark.slow
@given(grammars(), st.data())
@settings(max_examples=settings().max_examples * 2)
@example("a: (\n| b)\nb:\n", None)
@example("each{b}: b\na: each{b}\nb: \n", None)
@example("a: B\n%ignore B\n", None)
def test_what_is_taken_here_lark_takes_too(text: str, data: st.DataObject | None) -> None:
    if data is not None:
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = text[:at] + data.draw(st.text('ab:|()[]{}"?*->%/.!,\n\\A ', max_size=3)) + text[at + cut :]
    try:
        mine = ours(text)
    except GrammarError:
        return
    try:
        theirs = larks(text)
    except LarkError as error:
        raise AssertionError(f"Lark refuses {text!r}") from error
    assert mine == theirs


@given(st.binary(max_size=12))
def test_literals_are_written_and_read_back(text: bytes) -> None:
    assert literal_bytes(literal_text(text)) == text


TWICE = "".join(f"r{n}: r{n - 1} r{n - 1}\n" for n in range(1, 31))
MANY = " | ".join(f'"\\"{n}\\"" ":" JSON_KEY' for n in range(9_000))
HOSTILE = {
    "exponential": 'record: r30 VALUE\nr0: "a" | "b"\n' + "".join(f"r{n}: r{n - 1} r{n - 1}\n" for n in range(1, 31)),
    "of one way": 'record: r30 VALUE\nr0: "aaaa"\n' + "".join(f"r{n}: r{n - 1} r{n - 1}\n" for n in range(1, 31)),
    "flat": "record: " + '("a" | "b")' * 40 + " VALUE\n",
    "optional": "record: " + '["a"]' * 2_000 + " VALUE\n",
    "of each": "record: each{e} VALUE\neach{p}: p\ne: " + '["a" | "b"]' * 40 + "\n",
    "deep rules": 'record: r5000 VALUE\nr0: "a"\n' + "".join(f"r{n}: r{n - 1}\n" for n in range(1, 5_001)),
    "deep brackets": "record: " + "(" * 60_000 + "VALUE" + ")" * 60_000 + "\n",
    "wide": "record: VALUE " + " | ".join(['"a" VALUE'] * 20_000) + "\n",
    "long": 'record: "' + "a" * 10_000_000 + '" VALUE\n',
    "of backslashes": 'record: "' + "\\\\" * 60_000 + '\\q" VALUE\n',
    "of notices": "record: VALUE\nnotice: " + '["a"]' * 30 + "\n",
    "of rules": "record: VALUE\n" + "".join(f"r{n}: r{n + 1}\n" for n in range(20_000)),
    "imports": "%import .kafkacat (record)\n",
    "members": 'record: "{" [m ("," m)*] "}"\nm: '
    + " | ".join(f'"\\"{n}\\"" ":" JSON_KEY' for n in range(9_000))
    + "\n",
    "members in members": 'record: "{" [m0 ("," m0)*] "}"\n'
    + "".join(f'm{n}: "\\"a\\"" ":" "{{" [m{n + 1} ("," m{n + 1})*] "}}"\n' for n in range(3_000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_grammar_is_refused_at_once_and_in_little_memory(name: str) -> None:
    text = "start: record*\n" + HOSTILE[name] + "%declare VALUE JSON_KEY\n"
    tracemalloc.start()
    begin = time.process_time()
    with pytest.raises(GrammarError) as caught:
        load(text, "hostile")
    taken = time.process_time() - begin
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(str(caught.value)) < 400
    # Under a second, and tracing memory takes four times as long.
    assert taken < 4
    assert most < 64 << 20


def test_a_file_that_is_no_grammar_is_refused_by_its_length(tmp_path: Path) -> None:
    file = tmp_path / "dump.lark"
    with file.open("wb") as out:
        out.truncate(100_000_000)
    begin = time.process_time()
    with pytest.raises(DumpfixError, match="a grammar of more than"):
        load_file(str(file))
    assert time.process_time() - begin < 1
