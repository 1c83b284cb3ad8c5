"""An attack on framing: damaged dumps in the shipped layouts and in those that people write, in any pieces.

What the records are is told by the oracle of tests/oracles. Under the `fuzz` profile it goes on until the time is up:

    HYPOTHESIS_PROFILE=fuzz DUMPFIX_FUZZ_SECONDS=600 python -m pytest tests/properties/test_attack.py
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dumpfix.layout.load import automatic, shipped
from dumpfix.layout.model import Alternation, AnyLayout, Element, Field, Grammar, Layout, Literal
from dumpfix.layout.vocabulary import JSON_VALUES, Kind
from tests.properties.test_reading import FORMATS, JSON_RECORDS, json_grammar
from tests.reading import kcat_grammar, reference, scan, tiles
from tests.writers import kcat
from tests.writers.records import KafkaRecord, keys, values

pytestmark = pytest.mark.slow

MORE_FORMATS = [
    rb"%t\t%p\t%o\t%k\t%s\n",
    rb"%k\n%s\n",
    rb"%o %s",
    rb"%p;%o;%h;%k;%s;%T\n",
    rb"key=%k value=%s ts=%T\n",
    rb"--- %k ---\n%s\n\n",
    rb"%S:%s\n",
    rb"%s\t%k\n",
]


def layouts() -> list[tuple[AnyLayout, tuple[Layout, ...]]]:
    """Every shipped layout that has a payload, and told ones, each with the notices of its tool."""
    notices = shipped("kafkacat").notices
    told = [kcat_grammar(text) for text in (*FORMATS, *MORE_FORMATS)]
    grammars: Sequence[Grammar] = [*told, *map(json_grammar, JSON_RECORDS), *map(shipped, automatic())]
    return [
        (layout, grammar.notices or notices)
        for grammar in grammars
        for layout in grammar.layouts
        if layout.has_value and not (isinstance(layout, Layout) and layout.variants)
    ]


LAYOUTS = layouts()
PAYLOADS = values(binary=False).map(lambda value: b"" if value is None else value)
KEYS = keys(binary=False).map(lambda key: b"" if key is None else key)
NOISE = st.sampled_from(
    [
        b"",
        b"\n",
        b"\r\n",
        b" ",
        b"\t",
        b"> ",
        b"$ kcat -C -t t\n",
        b"garbage\n",
        b"\xff",
        b"{",
        b"}",
        b'"',
        b"\\",
        b"NULL",
    ]
)


def written(draw: st.DrawFn, elements: Sequence[Element]) -> bytes:
    """A record as these elements print it; sizes are right as often as not."""
    out: list[bytes] = []
    sized: list[tuple[int, str]] = []
    for element in elements:
        if isinstance(element, Literal):
            out.append(element.text)
        elif isinstance(element, Alternation):
            out.append(written(draw, draw(st.sampled_from(element.alternatives))))
        else:
            if element.kind in (Kind.SIZE, Kind.BINARY_SIZE):
                sized.append((len(out), element.meaning.removesuffix("_size")))
            text = field(draw, element)
            out.append(text)
            for at, meaning in sized:
                if meaning == element.meaning and draw(st.booleans()):
                    is_binary = not out[at].lstrip(b"-").isdigit()
                    out[at] = len(text).to_bytes(4, "big") if is_binary else b"%d" % len(text)
    return b"".join(out)


def field(draw: st.DrawFn, element: Field) -> bytes:
    match element.kind:
        case Kind.INTEGER | Kind.SIZE:
            return draw(st.sampled_from([b"0", b"7", b"12", b"-1", b"1700000000000"]))
        case Kind.BINARY_SIZE:
            return draw(st.sampled_from([b"\0\0\0\2", b"\xff\xff\xff\xff"]))
        case Kind.NAME | Kind.WORD:
            return draw(st.sampled_from([b"events", b"my-topic-0", b"t"]))
        case Kind.DATE_TIME:
            return b"2023-11-14 22:13:20,001"
        case Kind.DATE:
            return b"2023-11-14T22:13:20Z"
        case Kind.PAYLOAD:
            return draw(PAYLOADS)
        case kind if kind in JSON_VALUES:
            return draw(st.sampled_from([b"null", b"7"]) | KEYS.map(kcat.json_string))
        case _:
            return draw(KEYS)


@st.composite
def attacked(draw: st.DrawFn) -> tuple[AnyLayout, tuple[Layout, ...], bytes, list[bytes]]:
    """A layout with its notices, a damaged dump in it, and the same in pieces."""
    layout, notices = draw(st.sampled_from(LAYOUTS))
    count = draw(st.integers(1, 6))
    if isinstance(layout, Layout):
        dump = b"".join(written(draw, layout.elements) for _ in range(count))
    else:
        records = [KafkaRecord("t", 0, n, n, "create", (), draw(keys()), draw(values())) for n in range(count)]
        dump = b"".join(map(kcat.render_json, records))
    for _ in range(draw(st.integers(0, 5))):
        at, length = draw(st.integers(0, len(dump))), draw(st.integers(0, 20))
        piece = draw(NOISE | kcat.notices() | st.just(dump[at : at + length] * 2))
        dump = dump[:at] + piece + dump[at + length :]
    cuts = sorted(draw(st.lists(st.integers(0, len(dump)), max_size=5)))
    pieces = [dump[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(dump)], strict=True)]
    return layout, notices, dump, draw(st.sampled_from([pieces, [dump[at : at + 1] for at in range(len(dump))]]))


@given(attacked())
def test_the_oracle_finds_the_same_in_any_pieces(
    attack: tuple[AnyLayout, tuple[Layout, ...], bytes, list[bytes]],
) -> None:
    layout, notices, dump, pieces = attack
    whole = scan(dump, layout, notices)
    assert tiles(whole, dump)
    expected = reference(layout, notices).read(dump)
    assert (whole.spans, whole.extents) == (expected.tiles, expected.extents)
    arrived = scan(pieces, layout, notices)
    assert (arrived.records, arrived.spans, arrived.extents) == (whole.records, whole.spans, whole.extents)
