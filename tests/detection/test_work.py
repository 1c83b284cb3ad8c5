"""Finding a layout is bounded: whatever a head holds, a head of twice the length is at most twice the work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from dumpfix.detection import read_off
from dumpfix.detection.candidates import Shipped, notices_of, told_grammars
from dumpfix.detection.choose import HEAD, Choice, Search, Told
from dumpfix.detection.least import Least
from dumpfix.detection.reading import Scan
from dumpfix.detection.texts import Texts
from dumpfix.detection.work import MOST, MOST_WRAPPED, Work
from dumpfix.errors import LayoutError
from dumpfix.framing.framer import frame
from dumpfix.layout.model import AnyLayout, Layout
from dumpfix.run import turned
from dumpfix.run.unwrapping import Finder
from tests.benchmarks.detection import cell
from tests.framing.test_work import LENGTH, SHAPES, layouts
from tests.reading import kcat_grammar

pytestmark = pytest.mark.slow

#: a head may end in the middle of the last thing that is let through
LET_THROUGH = 4 * MOST
MORE_SHAPES = {
    "text behind keys": b"k\ttext\n",
    "tabs": b"\t\t\t\n",
    "a line of a log": b"2023-11-14 22:13:20,001 INFO foo - bar baz\n",
    "prose": b"The quick brown fox jumps over the lazy dog.\n",
    "prompts": b"% ",
    "nested": b'{"a":',
    "braces": b"{",
    "lines of prompts": b"> x\n",
    "documents in one line": b"[]{}",
    "documents in a log": b'2023-11-14 22:13:20,001 INFO got {"a":1,"b":[1,2]} done\n',
    "columns and documents cut": b'CreateTime:1\tPartition:0\tOffset:1\tk\t{"a":{"b":[\n',
    "a table of documents cut": b'| 1 | k | {"a":1 |\n',
    "pretty-printed and cut": b'{\n  "a": 1,\n  "b": [\n    1,\n  "c": "x\n',
    "objects of Python": b"ConsumerRecord(topic='t', offset=1, value=b'{\"a\": [\n",
    "escapes": b'{"a":"\\\\\\"\n',
}
EVERY = {**SHAPES, **MORE_SHAPES}


def priced(head: bytes, layout: AnyLayout, notices: tuple[Layout, ...]) -> float:
    """Steps that it takes to price one reading of all of a head."""
    scan = Scan(layout, notices, "test", Texts(), Work(float("inf")))
    scan.read(head, 0.0, final=True, most=float("inf"))
    return scan.work.steps


@pytest.mark.parametrize("shape", EVERY)
def test_twice_the_head_is_at_most_twice_the_work_for_a_reading(shape: str) -> None:
    once = EVERY[shape] * (LENGTH // len(EVERY[shape]))
    for layout, notices in layouts():
        single, double = priced(once, layout, notices), priced(once * 2, layout, notices)
        # As for framing: a command of up to 64 lines is no share of the head.
        assert double <= 2.2 * single + LENGTH / 2, (layout, single, double)


@pytest.mark.parametrize("shape", MORE_SHAPES)
def test_no_head_is_more_work_than_is_allowed(shape: str) -> None:
    head = MORE_SHAPES[shape] * (HEAD // len(MORE_SHAPES[shape]))
    finder = Finder(Told())
    try:
        finder.look(head, final=True)
    except LayoutError:
        pass
    assert finder.steps <= MOST + MOST_WRAPPED + LET_THROUGH


@pytest.mark.parametrize("shape", ["text behind keys", "nested", "objects", "prose", "a line of a log"])
def test_a_head_that_was_too_much_work_gives_the_same_answer_however_it_arrives(shape: str) -> None:
    head = EVERY[shape] * (HEAD // 8 // len(EVERY[shape]))

    def answers(cuts: list[int]) -> str:
        finder = Finder(Told())
        try:
            for cut in cuts:
                if (found := finder.look(head[:cut], final=False)) is not None:
                    return repr(found.choice.layout)
            found = finder.look(head, final=True)
            return "" if found is None else repr(found.choice.layout)
        except LayoutError as error:
            return str(error)

    assert answers([]) == answers(list(range(0, len(head), 500)))


@pytest.mark.parametrize("shape", [b"[]{}", b'{"a":1}', b"[1] "])
def test_where_no_more_lines_begin_no_records_are_read_for_their_layout_to_turn(shape: bytes) -> None:
    framed = 0

    def counted(*arguments: Any) -> Iterator[Any]:
        nonlocal framed
        for item in frame(*arguments):
            framed += 1
            yield item

    grammar = kcat_grammar(rb"%s")
    choice = Choice(grammar.layouts[0], grammar.notices, grammar.name)
    for line in (b"", b'{"a":2}\n{"a":3}\n'):
        framed = 0
        with patch.object(turned, "frame", counted):
            turned._last_turn(choice, line + shape * 500)
        assert framed <= 3 + 2 * line.count(b"\n"), line


def test_what_is_too_much_work_is_not_called_sure() -> None:
    dump = b"".join(b'k%d\t{"a":%d}\n' % (n, n) for n in range(20))
    assert (found := Search(Told()).look(dump, final=True)) is not None
    assert found.confidence == "sure"
    exhausted = Search(Told(), Work(500)).look(dump, final=True)
    assert exhausted is not None
    assert exhausted.confidence != "sure"


@pytest.mark.parametrize("seed", range(40))
def test_any_reading_pays_at_least_for_the_documents(seed: int) -> None:
    """Else one would be given up that is the cheapest at the end."""
    head = cell(seed).dump[:HEAD]
    grammars = told_grammars(Told(), head)
    notices = notices_of(grammars)
    least = Least(head, notices, Texts()).behind(0)
    work = Work(float("inf"))
    for candidate in (*Shipped(work).of_grammars(grammars, head), *read_off.candidates(head, notices)):
        scan = Scan(candidate.layout, candidate.notices, candidate.grammar, Texts(), work)
        if scan.pays_for_documents:
            reading = scan.read(head, 0.0, final=True, most=float("inf"))
            assert reading is not None
            assert reading.bits >= least, candidate.layout


def test_readings_are_given_up_where_they_fall_behind() -> None:
    """Of more than a hundred that may begin like the dump all but three are read no further than a few records."""
    row = b'CreateTime:%d\tPartition:1\tkey-%d\t{"n":%d,"text":"some words and some more"}\n'
    dump = b"".join(row % (1700000000000 + n, n, n) for n in range(400))
    finder = Finder(Told())
    finder.look(dump, final=True)
    assert finder.steps < MOST / 5
