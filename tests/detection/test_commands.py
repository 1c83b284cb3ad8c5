"""A command that stands in the dump says its layout, unless the records say otherwise."""

from __future__ import annotations

import pytest

import dumpfix

CONSOLE = b"kafka-console-consumer --bootstrap-server localhost:9092 --topic t --property print.headers=true\n"


def test_a_format_that_nobody_else_uses_is_told_by_the_command() -> None:
    dump = b"$ kcat -b localhost -t ev -C -f '%o~%p~%k~%s\\n'\n" + b'3~0~a~b~{"a":1}\n4~0~a~c~{"a":2}\n'
    detected = dumpfix.detect(dump)
    records = list(dumpfix.records(dump, layout=detected))
    assert (detected.grammar, detected.layout) == ("its command", r'OFFSET "~" PARTITION "~" KEY "~" VALUE "\n"')
    assert [(r.line, r.offset, r.partition, r.key) for r in records] == [(2, 3, 0, b"a~b"), (3, 4, 0, b"a~c")]


def test_one_record_is_enough_where_the_command_names_its_columns() -> None:
    detected = dumpfix.detect(CONSOLE + b'NO_HEADERS\t{"a":1}\n')
    assert (detected.layout, detected.confidence) == (r'HEADERS "\t" VALUE "\n"', "sure")


@pytest.mark.parametrize("command", [b"", CONSOLE, b"$ kcat -C -b localhost -t ev -f '%s\\n'\n", b"$ kcat -L -b b\n"])
def test_a_command_that_made_something_else_is_talk(command: bytes) -> None:
    dump = command + b"".join(b'Topic ev [0] at offset %d: key k%d: {"a":%d}\n' % (n, n, n) for n in range(3))
    assert [(r.offset, r.key) for r in dumpfix.records(dump)] == [(n, b"k%d" % n) for n in range(3)]
