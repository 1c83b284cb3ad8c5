"""Framing is linear: twice the dump, at most twice the work, whatever the layout and however hostile the bytes."""

from __future__ import annotations

import pytest

from dumpfix.framing.framer import scanner_for
from dumpfix.framing.window import Window, WorkCounter
from dumpfix.layout.load import load, shipped
from dumpfix.layout.model import AnyLayout, Layout
from tests.reading import kcat_grammar

pytestmark = pytest.mark.slow

FORMATS = [
    rb"Topic %t [%p] at offset %o: key %k: %s\n",
    rb"\nKey (%K bytes): %k\t\nValue (%S bytes): %s\nTimestamp: %T\tPartition: %p\tOffset: %o\n--\n",
    rb"Key: %k\nValue: %s\n",
    rb"%t/%p/%o/%k: %s\n",
    rb"%T %p %o %K %S %h|%k|%s\n",
    rb"%k\t%s\n",
    rb"%s\n",
    rb"%s",
    rb"%s|%o\n",
    rb"%k\n%s\n",
    rb"%K%k%S%s",
    rb"%p:%o:%k=%s",
    rb"%k|%k|%k|%k|%k#%s\n",
    rb" %h %p %o %s %k \n",
]
TEXTS = 'start: record*\nrecord: TEXT " " TEXT " " TEXT " " TEXT " " KEY ": " VALUE "\\n"\n%declare TEXT KEY VALUE\n'
JSON = 'start: record*\nrecord: "@" OFFSET " " JSON_PAYLOAD "\\n"\n%declare OFFSET JSON_PAYLOAD\n'

#: what a dump is full of; each is repeated until the dump is long enough
SHAPES: dict[str, bytes] = {
    "almost records": b"Topic t [0] at offset 1: ky k: {}\n",
    "anchors without records": b"Topic t [0] at offset 1: key ",
    "anchors in lines": b'x"Topic t [0] at offset 1: key k: {"a":\n',
    "anchors in one line": b'"Topic t [0] at offset 1: key k: {"',
    "sized anchors": b"Key (1 bytes): k\t\nValue (7 bytes): {}\n",
    "sizes that lie": b"\nKey (9 bytes): k\t\nValue (99999 bytes): {}\nTimestamp: 1\tPartition: 0\tOffset: 1\n--\n",
    "keys and no values": b"Key: k\nKey: k\n",
    "notices": b"% Reached end of topic t [0] at offset 1\n",
    "notices in lines": b"CreateTime:1\t% Reached end of topic t [0] at offset 1\n,",
    "notices in records": b'Topic t [0] at offset 1: key k: {"a% Reached end of topic t [0] at offset 1\n":1\n',
    "notices cut": b"% Reached end of topic t [0] at off",
    "time stamps": b'[2023-11-14 22:13:20,001] k\t{"a":1}\n',
    "garbage": b"2023-11-14T22:13:20Z noise\n",
    "garbage between records": b'noise\nTopic t [0] at offset 1: key k: {"a":1}\n',
    "lines of documents cut": b'k\t{"a":[1,\n',
    "broken and whole": b'k1\t{"a":"cut\n\t{"b":2}\n',
    "indented": b'\t{"b":[\n',
    "separators": b"||||| : :\t\t##",
    "words": b"w w w w ",
    "brackets": b"[[[[",
    "brackets in lines": b"[[[[\n",
    "objects": b'{"topic":[\n',
    "objects cut": b'{"topic":"t","payload":"{\\"a\\":\n',
    "objects in one line": b'{"topic":"t","partition":0,',
    "zeros": b"0000",
    "lines of zeros": b"0000\n",
    "nul": b"\0",
    "ff": b"\xff",
    "quotes": b'"',
    "backslashes": b"\\",
    "blank lines": b"\n",
    "carriage returns": b"\r\n",
    "blanks": b" ",
    "numbers and colons": b"1:2:k=[",
    "strings without end": b'@1 "abc\n',
    "commands": b"$ kcat -C \\\n",
    "producers": b"$ kafka-console-producer --topic t\n",
    "words of commands": b"a $ b ",
}
#: what stands once before the rest
HEADS: dict[str, bytes] = {
    "": b"",
    "a string opened": b'Topic t [0] at offset 0: key k: {"a":"',
}
LONG_FIRST = b'Topic t [0] at offset 0: key k: {"a":"' + b"x" * 70_000 + b'"}\n'


def layouts() -> list[tuple[AnyLayout, tuple[Layout, ...]]]:
    grammars = [*(kcat_grammar(one) for one in FORMATS), load(TEXTS, "texts"), load(JSON, "json"), shipped("kcat-json")]
    notices = shipped("kafkacat").notices
    return [(grammar.layouts[0], notices) for grammar in grammars]


def work(dump: bytes, layout: AnyLayout, notices: tuple[Layout, ...]) -> int:
    counter = WorkCounter()
    at = 0
    for item in scanner_for(layout, notices).items(Window(dump, counter), 0):
        assert item.end > at
        at = item.end
    assert at == len(dump)
    return counter.steps


LENGTH = 4_000


@pytest.mark.parametrize("head", HEADS, ids=lambda name: name or "nothing first")
@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_dump_is_at_most_twice_the_work(shape: str, head: str) -> None:
    grows_alike(HEADS[head], SHAPES[shape])


@pytest.mark.parametrize("shape", ["garbage", "time stamps", "notices in lines", "objects"])
def test_a_long_payload_at_the_beginning_changes_nothing_of_that(shape: str) -> None:
    grows_alike(LONG_FIRST, SHAPES[shape])


def grows_alike(head: bytes, shape: bytes) -> None:
    once = shape * (LENGTH // len(shape))
    for layout, notices in layouts():
        base = work(head, layout, notices) if head else 0
        single = work(head + once, layout, notices) - base
        double = work(head + once * 2, layout, notices) - base
        # What is looked at once for a dump, or for a line of any length, is no share of it.
        assert double <= 2.2 * max(single, 0) + 4 * LENGTH + len(head), (layout, single, double)
