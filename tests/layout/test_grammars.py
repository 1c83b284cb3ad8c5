"""Grammars hold strings and declared terminals, nothing else, and dumpfix holds no regular expression."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from lark import Lark
from lark.lexer import Lexer, PatternRE

import dumpfix
from dumpfix.errors import GrammarError, UsageError
from dumpfix.layout.load import folder, load, names, path_of, shipped
from dumpfix.layout.model import AnyLayout, Grammar, Literal, ObjectLayout
from dumpfix.layout.vocabulary import TERMINALS
from dumpfix.layout.write import describe, grammar_of
from tests.reading import reference, scan
from tests.samples import for_lark, samples_of

ROOT = Path(__file__).resolve().parents[2]
GRAMMARS = sorted(folder().glob("*.lark"))


class NoLexer(Lexer):
    """Lark asks for a lexer; none of these grammars is lexed here."""

    def __init__(self, _: object) -> None:
        pass

    def lex(self, *_: object) -> None:  # type: ignore[override]
        raise AssertionError


@pytest.mark.parametrize("path", GRAMMARS, ids=lambda path: path.name)
def test_lark_finds_no_pattern_in_a_shipped_grammar(path: Path) -> None:
    # LALR tables of a grammar with hundreds of layouts are of no use here; Earley's front end only loads it.
    lark = Lark(for_lark(path.read_text("utf-8")), parser="earley", lexer=NoLexer, start="start")
    patterns = [t.name for t in lark.terminals if isinstance(t.pattern, PatternRE)]
    assert not patterns
    assert lark.terminals or "declare" in path.read_text("utf-8")


def test_dumpfix_imports_no_regular_expressions() -> None:
    guilty = []
    for path in (ROOT / "dumpfix").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names_of = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if {"re", "regex", "sre_compile", "fnmatch"} & {n.split(".")[0] for n in [*names_of, module or ""]}:
                guilty.append(path.name)
    assert not guilty


RECORD = "start: record*\nrecord: "
#: a grammar, the line that it is refused for, and why
REFUSED = [
    (RECORD + "/a+/ VALUE\n%declare VALUE\n", 2, "is a pattern: a grammar holds strings only"),
    (RECORD + '"a".."z" VALUE\n%declare VALUE\n', 2, "strings and declared terminals only"),
    (RECORD + 'WORDS VALUE\nWORDS: "a" | "b"\n%declare VALUE\n', 3, "WORDS is not one string"),
    (RECORD + "WORDS VALUE\nWORDS: /a/\n%declare VALUE\n", 3, "pattern"),
    (RECORD + '"k"i VALUE\n%declare VALUE\n', 2, "flag"),
    (RECORD + '"\\u00e9" VALUE\n%declare VALUE\n', 2, "unknown escape .u"),
    (RECORD + '"\\x4" VALUE\n%declare VALUE\n', 2, "two hexadecimal digits"),
    (RECORD + '"" VALUE\n%declare VALUE\n', 2, "an empty string says nothing"),
    (RECORD + '"open VALUE\n%declare VALUE\n', 2, "does not end on its line"),
    (RECORD + "PAYLOAD\n%declare PAYLOAD\n", 3, "unknown terminal PAYLOAD"),
    (RECORD + "KEY VALUE\n%declare VALUE\n", 2, "KEY is neither declared nor given"),
    (RECORD + "VALUE+\n%declare VALUE\n", 2, "must not repeat"),
    (RECORD + "VALUE ~ 3\n%declare VALUE\n", 2, "must not repeat"),
    (RECORD + '("a" VALUE "b")*\n%declare VALUE\n', 2, "a record that is an object is"),
    ("start: row*\nrow: VALUE\n%declare VALUE\n", 1, "begins with `start: record"),
    ('start: "head" record*\nrecord: VALUE\n%declare VALUE\n', 1, "what stands before or between the records is"),
    ("start: record\nrecord: VALUE\n%declare VALUE\n", 1, "begins with `start: record"),
    ("record: VALUE\n%declare VALUE\n", None, "begins with `start: record"),
    ("start: record*\n", 1, "no rule called record"),
    (RECORD + "(VALUE\n%declare VALUE\n", 2, r"the line ends where . should be"),
    (RECORD + "[" * 40 + "VALUE" + "]" * 40 + "\n%declare VALUE\n", 2, "brackets within brackets"),
    (RECORD + "thing VALUE\n%declare VALUE\n", 2, "no rule called thing"),
    (RECORD + '"(" record ")" | VALUE "\\n"\n%declare VALUE\n', 2, "must not contain itself .record → record"),
    (RECORD + '"(" a VALUE\na: "x" b | "y"\nb: "[" a "]"\n%declare VALUE\n', 4, "itself .a → b → a."),
    (RECORD + "a\na: b\nb: a | VALUE\n%declare VALUE\n", 4, "itself .a → b → a."),
    (RECORD + 'KEY "=" VALUE VALUE "\\n"\n%declare KEY VALUE\n', 2, "one payload, not VALUE and VALUE"),
    (
        RECORD + 'JSON_PAYLOAD ";" VALUE "\\n"\n%declare JSON_PAYLOAD VALUE\n',
        2,
        "one payload, not JSON_PAYLOAD and VALUE: declare what is not the payload as TEXT",
    ),
    (RECORD + 'KEY ";" KEY ";" VALUE\n%declare KEY VALUE\n', 2, "says its key once, not by KEY and KEY"),
    (
        RECORD + 'OFFSET ";" each{o} VALUE\no: "o" OFFSET |\neach{p}: p\n%declare OFFSET VALUE\n',
        2,
        "its offset once",
    ),
    (RECORD + 'each{o} VALUE\no: OFFSET ":" OFFSET | "x"\neach{p}: p\n%declare OFFSET VALUE\n', 2, "offset once"),
    (RECORD + 'KEY "\\n"\n%declare KEY\n', 2, "no record of this grammar has a payload: put VALUE"),
    (RECORD + 'OFFSET ";" JSON_VALUE "\\n"\n%declare OFFSET JSON_VALUE\n', 2, "has a payload"),
    (RECORD + "PARTITION OFFSET VALUE\n%declare PARTITION OFFSET VALUE\n", 2, "between PARTITION and OFFSET"),
    (RECORD + "OFFSET KEY VALUE\n%declare OFFSET KEY VALUE\n", 2, "nothing stands between OFFSET and KEY"),
    (RECORD + 'KEY HEADERS "|" VALUE\n%declare KEY HEADERS VALUE\n', 2, "nothing stands between KEY and HEADERS"),
    (RECORD + "VALUE\n%declare VALUE KEY\n", 3, "KEY is declared and used nowhere"),
    (RECORD + 'VALUE\nother: "x"\n%declare VALUE\n', 3, "rule other is used nowhere"),
    (RECORD + 'VALUE\nSEPARATOR: "x"\n%declare VALUE\n', 3, "SEPARATOR is used nowhere"),
    (RECORD + 'VALUE\nKEY_SEPARATOR: "x"\n%declare VALUE\n', 3, "KEY_SEPARATOR is used nowhere"),
    (RECORD + 'VALUE\nnotice: "x" NOTICE "\\n"\n%declare VALUE NOTICE\n', 3, "notice is not in start"),
    (RECORD + 'VALUE\nHEADERS_SEPARATOR: ","\n%declare VALUE\n', 3, "HEADERS_SEPARATOR says how HEADERS are spelled"),
    (RECORD + 'HEADERS "|" VALUE\nHEADERS_SEPARATOR: ","\n%declare HEADERS VALUE\n', 3, "nothing without HEADER_VALUE"),
    (
        RECORD + 'JSON_PAYLOAD "\\n"\nNULL_LITERAL: "null"\n%declare JSON_PAYLOAD\n',
        3,
        "NULL_LITERAL is said of no text",
    ),
    (RECORD + "VALUE\n%declare VALUE\n%declare WHITESPACE\n%ignore WHITESPACE\n", 5, "only WHITESPACE may be ignored"),
    (RECORD + "VALUE\n%import common.WS\n%declare VALUE\n", 3, "%import is not for grammars of dumps"),
    (RECORD + "VALUE\n%override record: VALUE\n%declare VALUE\n", 3, "%override is not for grammars of dumps"),
    (RECORD + "VALUE\nrecord: VALUE\n%declare VALUE\n", 3, "rule record is said twice, the first time in line 2"),
    (RECORD + 'A VALUE\nA: "x"\nA: "y"\n%declare VALUE\n', 4, "A is said twice, the first time in line 3"),
    (RECORD + 'A VALUE\nA: "x"\n%declare VALUE A\n', 4, "A is declared and given as a string"),
    ("start: record*\nrecord.2: VALUE\n%declare VALUE\n", 2, "a rule with a priority"),
    (RECORD + "both{value}\nboth{a}: a a\nvalue: VALUE\n%declare VALUE\n", 2, "the one rule with a parameter is"),
    (RECORD + 'each{o} VALUE\no: "o" | "p"\neach{a}: "x" a\n%declare VALUE\n', 4, "the one rule with a parameter is"),
    (RECORD + 'each{o} VALUE\no: "o" | "p"\n%declare VALUE\n', 2, "add the line `each{part}: part`"),
    (RECORD + '"{" (VALUE -> x) "}"\n%declare VALUE\n', 2, "a name behind an arrow is for a whole alternative"),
    (
        'start: record*\nrecord: KEY " " VALUE\nnull_key: "n" | KEY\n%declare KEY VALUE\n',
        3,
        "texts that stand for no key",
    ),
    ('start: record*\nrecord: VALUE\nnull_key: "n"\n%declare VALUE\n', 3, "what stands for no KEY, and no record has"),
    (
        "start: (record | notice)*\nrecord: VALUE\nnotice: NOTICE\n%declare VALUE NOTICE\n",
        3,
        "a notice .notice. begins with a string",
    ),
    (
        'start: (record | notice)*\nrecord: VALUE\nnotice: "x" TEXT "\\n"\n%declare VALUE TEXT\n',
        3,
        "a notice .notice. holds no text but NOTICE",
    ),
    (
        'start: (record | notice)*\nrecord: VALUE\nnotice: "x\\n"\ninner_notice: "y\\n"\n%declare VALUE\n',
        4,
        "an inner_notice has to be a notice as well",
    ),
]
MEMBERS = 'start: record*\nrecord: "{" [member ("," member)*] "}" "\\n"\n%declare JSON_NAME JSON_VALUE WHITESPACE\n'
MEMBERS += (
    '%declare JSON_PAYLOAD\n%ignore WHITESPACE\nmember: JSON_NAME ":" JSON_VALUE\n| "\\"value\\"" ":" JSON_PAYLOAD'
)
#: what may not be said of members: behind MEMBERS, the line, and why
REFUSED_MEMBERS = [
    ('| "\\"value\\"" ":" JSON_VALUE', 8, "a member is said twice: value"),
    ('| "\\"v\\"" ":" JSON_PAYLOAD', 8, "says its value once, not by JSON_PAYLOAD and JSON_PAYLOAD"),
    ('| "\\"key\\"" ":" KEY\n%declare KEY', 8, "the value of a member is JSON: KEY is not"),
    ('| "\\"key\\"" JSON_KEY\n%declare JSON_KEY', 8, "a member is "),
    ('| "key" ":" JSON_KEY\n%declare JSON_KEY', 8, "the name of a member stands in its quotes"),
    (
        '| "\\"key\\"" ":" JSON_KEY -> absent\n%declare JSON_KEY',
        8,
        "absent_is_null or empty_may_be_null may stand, not absent",
    ),
    ('| "\\"o\\"" ":" OFFSET -> absent_is_null\n%declare OFFSET', 8, "is for the key and the payload"),
    ('| "\\"m\\"" ":" "{" [part ("," part)*] "}"\npart: "\\"k\\"" ":" JSON_VALUE', 9, "add JSON_NAME"),
    ('\nNULL_LITERAL: "null"', 9, "NULL_LITERAL is said of no text"),
]


@pytest.mark.parametrize(("text", "line", "why"), REFUSED)
def test_what_no_layout_can_be_made_of_is_refused_in_words(text: str, line: int | None, why: str) -> None:
    with pytest.raises(GrammarError, match=why) as caught:
        load(text, "mine")
    assert caught.value.line == line


@pytest.mark.parametrize(("more", "line", "why"), REFUSED_MEMBERS)
def test_what_no_member_can_be_is_refused_in_words(more: str, line: int, why: str) -> None:
    assert load(MEMBERS + "\n", "mine").layouts
    with pytest.raises(GrammarError, match=why) as caught:
        load(f"{MEMBERS}\n{more}\n", "mine")
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("without", "why"),
    [
        ('JSON_NAME ":" JSON_VALUE\n|', "add JSON_NAME"),
        ("%ignore WHITESPACE\n", "%ignore WHITESPACE"),
        ('| "\\"value\\"" ":" JSON_PAYLOAD', "no member of this object is the payload"),
    ],
)
def test_what_an_object_needs_is_asked_for(without: str, why: str) -> None:
    assert without in MEMBERS
    with pytest.raises(GrammarError, match=why):
        load(MEMBERS.replace(without, "") + "\n", "mine")


def test_what_is_left_open_is_decided_for_the_dump_and_by_each_record_where_that_is_said() -> None:
    grammar = load(
        'start: record*\nrecord: [each{when} " "] ["p" PARTITION " "] VALUE "\\n"\neach{part}: part\n'
        'when: "at " TIMESTAMP | "never"\n%declare PARTITION TIMESTAMP VALUE\n',
        "mine",
    )
    assert [describe(layout) for layout in grammar.layouts] == [
        'when " p" PARTITION " " VALUE "\\n"',
        'when " " VALUE "\\n"',
        '"p" PARTITION " " VALUE "\\n"',
        'VALUE "\\n"',
    ]
    dump = b'at 5 p0 {"a":1}\nnever p1 {"a":2}\nat 7 p0 {"a":3}\n'
    found = scan(dump, grammar.layouts[0], grammar.notices)
    assert [(r.get("timestamp"), r["partition"], r["value"]) for r in found.records] == [
        (b"5", b"0", b'{"a":1}'),
        (None, b"1", b'{"a":2}'),
        (b"7", b"0", b'{"a":3}'),
    ]


@pytest.mark.parametrize("name", names())
def test_a_changed_literal_changes_what_both_readers_read(name: str) -> None:
    """The mutation check: no other place than the grammar knows what a record looks like."""
    text = path_of(name).read_text("utf-8")
    changed = text.replace('"\\n"', '"<end>\\n"')
    before, after = load(text, name), load(changed, name)
    pairs = [
        (sample, old, new)
        for sample in samples_of(path_of(name))
        for old, new in zip(before.layouts, after.layouts, strict=True)
        if sample.text.count(b"\n") == len(sample.says)
        and ends_its_line(old)
        and scan(sample.text, old, ()).records == sample.says
    ]
    assert pairs
    for sample, old, new in pairs[:4]:
        rows = sample.text.removesuffix(b"\n").split(b"\n")
        for layout, end in ((old, b"\n"), (new, b"<end>\n")):
            dump = b"".join(row + end for row in rows * 5)
            found = scan(dump, layout, before.notices)
            assert found.records == sample.says * 5
            # Of records that decide what they show the second reader knows nothing.
            if isinstance(layout, ObjectLayout) or not layout.variants:
                assert reference(layout, before.notices).spans(dump) == found.spans
        assert not scan(b"".join(row + b"<end>\n" for row in rows * 5), old, before.notices).batched


def ends_its_line(layout: AnyLayout) -> bool:
    """Whether a record is one line whose end is a literal of its own, in the grammar too."""
    if isinstance(layout, ObjectLayout):
        return layout.separator == b"\n"
    *others, last = layout.elements
    # The second is a bracket and the line's end, side by side in the grammar.
    ends = last in (Literal(b"\n"), Literal(b")\n")) or layout.suffix == (Literal(b"\n", "LINE_SEPARATOR"),)
    return ends and not any(isinstance(e, Literal) and b"\n" in e.text for e in others)


def test_a_new_tool_is_a_new_grammar_and_no_line_of_python() -> None:
    text = (
        'start: (record | notice)*\nrecord: "<" TOPIC "#" PARTITION "@" OFFSET "> " KEY " :: " VALUE " </>\\n"\n'
        'notice: "-- " NOTICE "\\n"\n%declare TOPIC PARTITION OFFSET KEY VALUE NOTICE\n'
    )
    grammar = load(text, "tapedeck")
    dump = b'-- tape 1\n<events#0@17> ada :: {"n": 1} </>\n<events#1@9>  :: {"n":\n 2} </>\n-- end\n'
    found = scan(dump, grammar.layouts[0], grammar.notices)
    assert [(r["topic"], r["offset"], r["key"], r["value"]) for r in found.records] == [
        (b"events", b"17", b"ada", b'{"n": 1}'),
        (b"events", b"9", None, b'{"n":\n 2}'),
    ]
    assert len(found.of_role("notice")) == 2
    assert reference(grammar.layouts[0], grammar.notices).spans(dump) == found.spans


def mine(record: str, *terminals: str) -> Grammar:
    return load(f"start: record*\nrecord: {record}\n%declare {' '.join(terminals)}\n", "mine")


def test_a_json_value_in_a_line_ends_by_itself() -> None:
    grammar = mine('OFFSET ";" JSON_VALUE ";" VALUE "\\n"', "OFFSET", "JSON_VALUE", "VALUE")
    dump = b'1;{"a":";"};{"n": 1}\n2;";\\";";2\n3;null;{"n":\n 3}\n4;-1e5;[]\n'
    found = scan(dump, grammar.layouts[0], grammar.notices)
    assert found.values == [b'{"n": 1}', b"2", b'{"n":\n 3}', b"[]"]
    assert [dump[s.start : s.end] for s in found.spans if s.name == "JSON_VALUE"] == [
        b'{"a":";"}',
        b'";\\";"',
        b"null",
        b"-1e5",
    ]
    assert reference(grammar.layouts[0], grammar.notices).spans(dump) == found.spans


ENVELOPE = mine('"{\\"k\\":" JSON_KEY ",\\"v\\":" JSON_PAYLOAD "}\\n"', "JSON_KEY", "JSON_PAYLOAD")


def test_a_payload_in_a_json_string_is_its_content() -> None:
    dump = (
        b'{"k":"a\\tb","v":"{\\"n\\": 1}"}\n{"k":null,"v":null}\n{"k":"","v":""}\n{"k":7,"v":{"n":\n[2]}}\n'
        b'{"k":"\xff\\u0001","v":"null"}\n'
    )
    (layout,) = ENVELOPE.layouts
    found = scan(dump, layout, ENVELOPE.notices)
    assert [(r["key"], r["value"]) for r in found.records] == [
        (b"a\tb", b'{"n": 1}'),
        (None, None),
        (b"", b""),
        (b"7", b'{"n":\n[2]}'),
        (b"\xff\x01", b"null"),
    ]
    assert reference(layout, ENVELOPE.notices).spans(dump) == found.spans


def test_a_string_may_hold_what_looks_like_the_next_record() -> None:
    grammar = mine('"@" OFFSET " " JSON_PAYLOAD', "OFFSET", "JSON_PAYLOAD")
    dump = b'@1 "@2 x"@3 {"a":"@4 y"}@5 null'
    (layout,) = grammar.layouts
    found = scan(dump, layout, grammar.notices)
    assert [(r["offset"], r["value"]) for r in found.records] == [
        (b"1", b"@2 x"),
        (b"3", b'{"a":"@4 y"}'),
        (b"5", None),
    ]
    assert reference(layout, grammar.notices).spans(dump) == found.spans
    for cut in range(len(dump)):
        assert scan([dump[:cut], dump[cut:]], layout, grammar.notices).spans == found.spans


def test_such_a_payload_is_known_to_be_null_or_empty(tmp_path: Path) -> None:
    file = tmp_path / "mine.lark"
    file.write_text(ENVELOPE.text)
    dump = b'{"k":"a","v":null}\n{"k":"","v":""}\n{"k":"b","v":"[1]"}\n{"k":"c","v":"[[]"}\n{"k":"d","v":"[1]\n'
    told = list(dumpfix.records(dump, grammar=str(file)))
    assert [(r.key, r.verdict, r.judgement.ambiguous, r.judgement.reason) for r in told[:3]] == [
        (b"a", "tombstone", False, None),
        (b"", "irrecoverable", False, "empty"),
        (b"b", "valid", False, None),
    ]
    # The line ends where the layout goes on: what the payload was is not told.
    assert [(r.key, r.verdict) for r in told[3:]] == [(b"c", "repaired"), (b"d", "irrecoverable")]


def test_every_terminal_of_the_vocabulary_says_what_it_is() -> None:
    assert all(what for _, _, what in TERMINALS.values())
    assert {"TOPIC", "PARTITION", "OFFSET", "TIMESTAMP", "HEADERS", "KEY", "VALUE"} <= set(TERMINALS)


def test_an_unknown_grammar_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(UsageError, match=f"there are: {', '.join(names())}"):
        shipped("kafka-cat")


@pytest.mark.parametrize("name", names())
def test_a_layout_written_as_a_grammar_is_the_same_layout_when_it_is_read(name: str) -> None:
    # One without a payload is known, so that it can be told what the dump is, but is no grammar by itself.
    shown = [layout for layout in shipped(name).layouts if layout.has_value]
    for layout in shown[:: max(1, len(shown) // 40)]:
        (again,) = load(grammar_of([layout]), name).layouts
        assert describe(again) == describe(layout)
        assert (again.null_literal, again.null_or_empty_literal) == (layout.null_literal, layout.null_or_empty_literal)
        assert getattr(again, "headers", None) == getattr(layout, "headers", None)
        if isinstance(layout, ObjectLayout):
            assert isinstance(again, ObjectLayout)
            assert (again.members, again.separator) == (layout.members, layout.separator)
