"""How a dump arrives: small pieces cost no more than large ones, and a record without end does not stop the run."""

from __future__ import annotations

import pytest

from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import frame
from dumpfix.framing.window import WorkCounter
from tests.reading import kcat_grammar, scan

PROSE = rb"Topic %t [%p] at offset %o: key %k: %s\n"


@pytest.mark.parametrize("format_string", [PROSE, rb"%s\n", rb"%k\t%s\n", rb"%s"])
def test_small_pieces_are_not_looked_at_again_and_again(format_string: bytes) -> None:
    (layout,) = kcat_grammar(format_string).layouts
    work: list[int] = []
    for length in (4_000, 8_000):
        counter = WorkCounter()
        dump = b'{"a":[' + b"1," * (length // 2)
        items = list(frame((dump[i : i + 1] for i in range(len(dump))), layout, (), work=counter))
        assert items[-1].base + items[-1].item.end == len(dump)
        work.append(counter.steps)
    assert work[1] <= 2.5 * work[0]


def test_a_live_dump_is_not_held_back() -> None:
    grammar = kcat_grammar(PROSE)
    lines = [b'Topic t [0] at offset %d: key k: {"n":%d}\n' % (n, n) for n in range(50)]
    arrived: list[bytes] = []
    seen: list[tuple[int, int]] = []

    def pieces() -> object:
        for line in lines:
            arrived.append(line)
            yield line

    for item, _, base in frame(pieces(), grammar.layouts[0], grammar.notices):  # type: ignore[arg-type]
        seen.append((base + item.end, sum(map(len, arrived))))
    assert all(end == here for end, here in seen)


def test_a_record_that_is_too_long_is_named_and_the_dump_goes_on() -> None:
    grammar = kcat_grammar(PROSE)
    line = b'Topic t [0] at offset %d: key k: {"n":"%b"}\n'
    dump = line % (1, b"x") + line % (2, b"y" * 50_000) + line % (3, b"z")
    chunks = [dump[i : i + 1000] for i in range(0, len(dump), 1000)]
    found: list[Frame] = []
    end = 0
    for item, _, base in frame(chunks, grammar.layouts[0], grammar.notices, max_record=5_000):
        assert base + item.start == end
        end = base + item.end
        if isinstance(item, Batch):
            found += item.frames()
        elif isinstance(item, Frame):
            found.append(item)
        else:
            assert isinstance(item, Span)
    assert end == len(dump)
    assert [(one.fields.get("offset"), one.fault is None) for one in found] == [
        (b"1", True),
        (b"2", False),
        (b"3", True),
    ]
    assert found[1].fields.get("value") is None


def test_without_a_bound_it_is_read() -> None:
    grammar = kcat_grammar(PROSE)
    dump = b'Topic t [0] at offset 2: key k: {"n":"' + b"y" * 50_000 + b'"}\n'
    assert len(scan([dump[:100], dump[100:]], grammar.layouts[0], grammar.notices).values) == 1


@pytest.mark.parametrize(
    ("key_size", "key", "value_size", "value", "is_taken"),
    [
        (3, "ada", 7, '{"a":1}', True),
        (3, "ada", 9, '{"a":1}', False),
        (3, "ada", 8, '{"é":1}', True),
        (3, "ada", 7, '{"é":1}', True),
        (3, "ada", 9, '{"é":1}', False),
        (3, "ada", 5, '{"decoded":1}', True),
        (3, "ada", 9, '{\n"a":1}', True),
        (8, "ada", 7, '{"a":1}', False),
        (3, "adalbert", 7, '{"a":1}', True),
        (-1, "", 7, '{"a":1}', True),
    ],
)
def test_a_text_that_is_shorter_than_the_dump_says_is_not_taken(
    key_size: int, key: str, value_size: int, value: str, is_taken: bool
) -> None:
    """But for line ends: what was cut or collapsed inside a string is valid JSON as well."""
    grammar = kcat_grammar(rb"key(%K)=%k value(%S)=%s;\n")
    rows = [(3, "ada", 7, '{"a":1}'), (key_size, key, value_size, value), (3, "bob", 7, '{"b":1}')]
    dump = "".join(f"key({k})={one} value({v})={other};\n" for k, one, v, other in rows).encode()
    found = [item for item, _, _ in frame([dump], grammar.layouts[0], grammar.notices)]
    faults = [
        one.fault is None
        for item in found
        for one in (item.frames() if isinstance(item, Batch) else [item])
        if isinstance(one, Frame)
    ]
    assert faults == [True, is_taken, True]
