"""The oracle is one: for each way of breaking the scanner's rule on purpose, it disagrees on some dump.

Each mutant is a change of the source of one module of framing, made in memory; the dumps are made of pieces that the
rule has an opinion on, with a fixed seed.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import dumpfix.framing
from dumpfix.layout.load import shipped
from dumpfix.layout.model import Grammar
from tests.oracles.framing import Reference, coalesced
from tests.reading import kcat_grammar, spans_of

pytestmark = pytest.mark.slow

FOLDER = Path(dumpfix.framing.__file__).parent
#: in the order in which they import one another
MODULES = ["window", "json_fields", "elements", "interpret", "columns", "talk", "notices", "starts", "endings", "again"]
MODULES += ["rule", "scanner", "objects", "object_scanner", "framer"]

#: (module, what stands there, what is put in its place)
MUTANTS = [
    ("rule", "count == 0 or is_null or self._may_tell", "True or self._may_tell"),
    (
        "rule",
        "if not first.is_closed:\n            return way.is_closed",
        "if not first.is_closed:\n            return False",
    ),
    ("rule", "data.startswith(OPENERS, way.end) and", "False and"),
    ("rule", "if count or not self.may_be_key(", "if True or not self.may_be_key("),
    ("rule", 'if scan.state != "incomplete":', "if False:"),
    ("rule", "if again >= 0:\n            stop = again", "if False:\n            stop = again"),
    ("rule", "if mended is not None:\n            return mended", "if False:\n            return mended"),
    ("endings", "MOST_LAST_PLACES = 8", "MOST_LAST_PLACES = 0"),
    ("endings", "MOST_BLANKS = 16", "MOST_BLANKS = 0"),
    ("endings", "not payload or payload in self.null_texts or is_valid(payload)", "is_valid(payload)"),
    ("endings", 'is_container and scan.state == "complete"', 'False and scan.state == "complete"'),
    ("endings", "while end > value and data[end - 1] in _LINE_ENDS", "while False"),
    ("starts", '_INSIDE_A_DOCUMENT = b" \\t\\r\\n}],"', '_INSIDE_A_DOCUMENT = b""'),
    ("starts", "if self.behind_payload and", "if False and"),
    ("starts", "or self.notices.match(window, at) is not None", ""),
    ("starts", "for _ in range(starts.more_lines):", "for _ in range(0):"),
    ("starts", "yield line_end + 1\n", "yield line_end + 1\n            return\n"),
    ("columns", "for wants_closed in (True, False):", "for wants_closed in (False,):"),
    ("columns", "return not self._braces and not self._brackets and not self._quotes % 2", "return True"),
    ("columns", "elif by_size or bound.allows(end):", "elif True:"),
    ("again", "if rule.starts.is_telling and not here.is_quoted(start):", "if rule.starts.is_telling:"),
    ("again", "if frame is not None and _is_evidence(rule, frame):", "if frame is not None:"),
    ("again", "if window.data[start] in _BLANKS:", "if False:"),
    ("again", "begins_empty = first.role ==", "begins_empty = True or first.role =="),
    (
        "elements",
        'if data[at : at + 1] == b"-":\n        return _literal_end(NULL_SIZE, data, at)',
        "if False:\n        pass",
    ),
    ("objects", "if byte == _LINE_END and", "if False and"),
    ("objects", "MOST_OF_AN_ARRAY = 3", "MOST_OF_AN_ARRAY = 1"),
    ("scanner", "if not is_closed_text(text))", "if False)"),
    ("scanner", "text.startswith(beginnings))", "False)"),
]

FORMATS = [
    rb"Topic %t [%p] at offset %o: key %k: %s\n",
    rb"\nKey (%K bytes): %k\t\nValue (%S bytes): %s\nTimestamp: %T\n--\n",
    rb"%k\t%s\n",
    rb"%s|%o\n",
    rb"%s\n",
    rb"%k\n%s\n",
    rb"%k %s\n",
    rb"%h|%k|%s\n",
    rb"%S%s",
    rb"%T %p %o %K %S\n%k%s\n",
    rb"%t/%p/%o/%k: %s\n",
    rb"[%p] %k: %s\n",
]
PIECES = [
    *(
        b'{"a":1}',
        b'{"a":"x',
        b"[1,\n  2]",
        b'{"a":{"b":1}',
        b"null",
        b"12",
        b'"s"',
        b"",
        b"NULL",
        b"-1",
        b"-17",
        b"{}",
    ),
    *(
        b"\n",
        b"\t",
        b": ",
        b"|",
        b" ",
        b"\r\n",
        b"> ",
        b"$ ",
        b"k",
        b"a{b",
        b'"',
        b"[",
        b"]",
        b"}",
        b"\n\n",
        b"7 3 9 3 2\n",
    ),
    *(
        b"Topic t [0] at offset 1: key ",
        b"Topic t [0] at offset 1: key k: ",
        b'Topic t [0] at offset 2: key k: {"a":1}\n',
    ),
    *(
        b"% Reached end of topic t [0] at offset 1\n",
        b"Key (1 bytes): ",
        b"\t\nValue (2 bytes): {}\nTimestamp: 1\n--\n",
    ),
    *(
        b"t/0/1/k: ",
        b'[1] k: {"x":2}\n',
        b"[0] ",
        b'k\t{"b":2}\n',
        b'\t{"b":2}\n',
        b'{"d":4}|6\n',
        b"2{}",
        b"1 0 2 1 2\nk{}\n",
    ),
]
OBJECTS = [
    b'{"topic":"t","payload":"{}"}\n',
    b'{"topic":',
    b'"payload":',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"\n",
    b'"x"',
    b" ",
]

PROSE = FORMATS[0]
#: dumps that chance makes seldom
RARE = [
    (rb"%k\t%s\n", b'a{b\tc}\t{"a":"x\n'),
    (PROSE, b'Topic t [0] at offset 1: key k: {"a":"x\n> Topic t [0] at offset 2: key k: {"a":1}\n'),
    (rb"%k %s\n", b"user 1 \n"),
    (rb"%h|%k|%s\n", b'{x|y}|k|{"a":1}\n'),
    (rb"%T %p %o %K %S\n%k%s\n", b"9 4 4 2 1\n7 3 9 3 2\n"),
    (rb"%s|%o\n", b'{"b":2}\n {"c":3}\n{"d":4}|6\n'),
    (PROSE, b'x" Topic t [0] at offset 2: key x: \n'),
    (rb"%k\t%s\n", b'k1\t{"a":"x\n x\t{"b":2}\n'),
    (rb"%s\n--\n", b'{"a":1}\n--\n{"a":\n--\n{"a":2}\n--\n'),
    (rb"%k\t%s\n", b'% Group x\t{"a":1}\nk\t{"a":1}\n'),
]
RARE_OBJECTS = [b'{"topic":[\n{"topic":"t","payload":"{}"}\n]}\n']


def dumps() -> Iterator[tuple[Grammar, bytes]]:
    dice = random.Random(9)
    notices = shipped("kafkacat").notices
    for format_string, dump in RARE:
        grammar = kcat_grammar(format_string)
        yield Grammar(grammar.name, "", grammar.layouts, notices), dump
    for dump in RARE_OBJECTS:
        yield shipped("kcat-json"), dump
    for _ in range(60):
        for format_string in FORMATS:
            grammar = kcat_grammar(format_string)
            pieces = dice.choices(PIECES, k=dice.randint(2, 9))
            yield Grammar(grammar.name, "", grammar.layouts, notices), b"".join(pieces)
        yield shipped("kcat-json"), b"".join(dice.choices(OBJECTS, k=dice.randint(2, 9)))


@pytest.fixture(scope="module")
def expected() -> list[tuple[Grammar, bytes, object]]:
    return [(one, dump, Reference(one.layouts[0], one.notices).spans(dump)) for one, dump in dumps()]


def scanned(framer: ModuleType, grammar: Grammar, dump: bytes) -> object:
    tiles = []
    for item, _, base in framer.frame([dump], grammar.layouts[0], grammar.notices):
        spans = spans_of(item) if hasattr(item, "lengths") else getattr(item, "spans", [item])
        tiles += [span._replace(start=span.start + base, end=span.end + base) for span in spans]
    return coalesced(tiles)


@pytest.fixture
def fresh() -> Iterator[None]:
    kept = {name: module for name, module in sys.modules.items() if name.startswith("dumpfix.framing")}
    yield
    for name, module in kept.items():
        sys.modules[name] = module
        setattr(dumpfix.framing, name.rpartition(".")[2], module)


def mutated(name: str, old: str, new: str) -> ModuleType:
    for module in MODULES:
        sys.modules.pop(f"dumpfix.framing.{module}", None)
    for module in MODULES:
        path = FOLDER / f"{module}.py"
        source = path.read_text()
        if module == name:
            assert source.count(old) >= 1, f"{name} has no {old!r} any more"
            source = source.replace(old, new, 1)
        made = ModuleType(f"dumpfix.framing.{module}")
        made.__file__ = str(path)
        sys.modules[made.__name__] = made
        exec(compile(source, str(path), "exec"), made.__dict__)
        setattr(dumpfix.framing, module, made)
    return importlib.import_module("dumpfix.framing.framer")


def test_the_rule_as_it_is_agrees(expected: list[tuple[Grammar, bytes, object]]) -> None:
    from dumpfix.framing import framer

    for grammar, dump, tiles in expected:
        assert scanned(framer, grammar, dump) == tiles, (grammar.layouts[0], dump)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(("name", "old", "new"), MUTANTS, ids=[f"{m[0]}: {m[1][:40]}" for m in MUTANTS])
def test_a_rule_that_is_broken_on_purpose_is_noticed(
    name: str, old: str, new: str, expected: list[tuple[Grammar, bytes, object]]
) -> None:
    framer = mutated(name, old, new)
    for grammar, dump, tiles in expected:
        try:
            if scanned(framer, grammar, dump) != tiles:
                return
        except Exception:
            return
    pytest.fail("no dump tells this rule from the one that is written")
