"""Wrapped and concatenated dumps are read as what they were before, and every place is the file's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dumpfix
from dumpfix.detection.choose import Told, choose
from dumpfix.run.unwrapping import Finder
from tests.reading import chunked
from tests.wrapping.wrap import WRAPPINGS, prefixed

pytestmark = pytest.mark.slow

PROSE = b"".join(b'Topic ev [%d] at offset %d: key k%d: {"n":%d,"t":"a: b"}\n' % (n % 2, n, n, n) for n in range(1, 13))
BROKEN = b'Topic ev [0] at offset 13: key k13: {"n":"cut\n'
NOTICE = b"% Reached end of topic ev [0] at offset 14\n"
CONSOLE = b"".join(
    b'CreateTime:170000000%04d\tPartition:0\tOffset:%d\tkey-%d\t{"m":%d}\n' % (n, n, n, n) for n in range(9)
)
VALUES = b"".join(b'{"id":%d,"name":"n%d"}\n' % (n, n) for n in range(7))
PRETTY = b"".join(b'{\n  "id": %d,\n  "tags": [\n    "a",\n    "b"\n  ]\n}\n' % n for n in range(5))
KCAT_JSON = b"".join(
    b'{"topic":"t","partition":0,"offset":%d,"tstype":"create","ts":1700000000000,"broker":1,"key":"k",'
    b'"payload":"{\\"p\\":%d}"}\n' % (n, n)
    for n in range(6)
)
DUMPS = {
    "prose": PROSE + BROKEN + NOTICE,
    "prose alone": PROSE,
    "console": CONSOLE,
    "values": VALUES,
    "pretty": PRETTY,
    "kcat -J": KCAT_JSON,
}


def records(dump: bytes | Iterable[bytes]) -> list[tuple[object, ...]]:
    return [(r.topic, r.partition, r.offset, r.key, r.value, r.verdict) for r in dumpfix.records(dump)]


@pytest.mark.parametrize("name", DUMPS)
@pytest.mark.parametrize("kind", WRAPPINGS)
def test_a_wrapped_dump_is_read_as_the_dump(kind: str, name: str) -> None:
    assert records(WRAPPINGS[kind].wrap(DUMPS[name])) == records(DUMPS[name])


@pytest.mark.parametrize(("kind", "name"), [("compose", "prose"), ("nested", "values"), ("docker", "pretty")])
@settings(max_examples=4)
@given(data=st.data())
def test_it_is_so_in_any_pieces(kind: str, name: str, data: st.DataObject) -> None:
    wrapped = WRAPPINGS[kind].wrap(DUMPS[name])
    assert records(data.draw(chunked(wrapped))) == records(DUMPS[name])


def places(dump: bytes) -> Iterator[tuple[int, int | None, int | None, int, int]]:
    for r in dumpfix.records(dump):
        yield r.line, r.payload_line, r.payload_column, r.byte_start, r.byte_end


@pytest.mark.parametrize("name", ["prose", "console", "values"])
@pytest.mark.parametrize("kind", [kind for kind in WRAPPINGS if kind != "docker"])
def test_places_are_those_of_the_file(kind: str, name: str) -> None:
    bare = DUMPS[name]
    wrapped = WRAPPINGS[kind].wrap(bare)
    lines = wrapped.split(b"\n")
    for line, payload_line, column, start, end in places(wrapped):
        text = lines[line - 1]
        begin = wrapped.find(text + b"\n")
        assert payload_line == line
        assert column is not None
        assert text[column - 1 :].startswith(b"{")
        assert begin <= start < end <= begin + len(text) + 1
        assert wrapped[start:end] in (bare.split(b"\n")[line - 1] + b"\n", bare.split(b"\n")[line - 1])


@pytest.mark.parametrize("kind", ["compose", "kubectl --timestamps", "nested", "compose with colours"])
def test_rejects_and_garbage_say_where_they_lie(kind: str, tmp_path: Path) -> None:
    noise = b'noise {"whole":[1]}\n'
    wrapped = WRAPPINGS[kind].wrap(PROSE + noise + BROKEN + PROSE)
    rejects = tmp_path / "rejects.jsonl"
    report = dumpfix.convert(wrapped, tmp_path / "out", rejects=rejects, repair="none")
    assert [entry["kind"] for entry in report.inputs[0].wrappers] == [w.kind for w in WRAPPINGS[kind].wrappers()]
    found = [json.loads(line) for line in rejects.read_bytes().splitlines()]
    texts = [wrapped[entry["byte_start"] : entry["byte_end"]] for entry in found]
    assert texts == [b'{"whole":[1]}', BROKEN]
    assert [entry["line"] for entry in found] == [13, 14]


def test_lines_that_lack_the_prefix_are_not_lost(tmp_path: Path) -> None:
    lines = WRAPPINGS["compose"].wrap(PROSE).splitlines(keepends=True)
    lines.insert(3, b"docker: a word on standard error\n")
    lines.insert(5, NOTICE)
    report = dumpfix.check(b"".join(lines))
    totals = report.totals
    assert (totals.valid, totals.notices, totals.garbage_bytes) == (12, 1, len(lines[3]))


def test_a_document_keeps_the_blanks_inside_its_strings() -> None:
    pretty = b'{\n    "a": "x    y"\n}\n' * 3
    indented = prefixed(lambda _: b"    ", pretty)
    assert records(indented) == records(pretty)


@pytest.mark.parametrize("key", [b"user-1", b"kafka_1", b"1", b"[a]", b"a@b"])
@pytest.mark.parametrize("separator", [b"\t", b":", b": ", b" | "])
def test_a_key_is_no_wrapper(key: bytes, separator: bytes) -> None:
    dump = b"".join(b'%s%s{"n":%d}\n' % (key, separator, n) for n in range(8))
    report = dumpfix.check(dump)
    assert not report.inputs[0].wrappers


def test_keys_that_count_up_are_no_line_numbers() -> None:
    dump = b"".join(b'%d:{"n":%d}\n' % (n, n) for n in range(1, 20))
    assert not dumpfix.check(dump).inputs[0].wrappers
    assert [r.key for r in dumpfix.records(dump)][:2] == [b"1", b"2"]


SECTIONS = {"prose": PROSE, "console": CONSOLE, "values": VALUES, "kcat -J": KCAT_JSON}


#: kcat -J with values behind it in one head is taken for values alone: that is for the choice of the layout to mend
PAIRS = [(a, b) for a in SECTIONS for b in SECTIONS if a != b and (a, b) != ("kcat -J", "values")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_dumps_in_one_file_are_two_sections(first: str, second: str) -> None:
    dump = SECTIONS[first] + SECTIONS[second]
    assert records(dump) == records(SECTIONS[first]) + records(SECTIONS[second])
    sections = dumpfix.check(dump).inputs[0].sections
    line = SECTIONS[first].count(b"\n")
    assert [(s["first_line"], s["last_line"]) for s in sections] == [
        (1, line),
        (line + 1, line + SECTIONS[second].count(b"\n")),
    ]
    assert sum(s["records"] for s in sections) == len(records(dump))


@given(names=st.lists(st.sampled_from(["prose", "console", "values"]), min_size=2, max_size=4), data=st.data())
@settings(max_examples=6)
def test_sections_are_the_same_in_any_pieces(names: list[str], data: st.DataObject) -> None:
    dump = b"".join(DUMPS[name] for name in names)
    assert records(data.draw(chunked(dump))) == records(dump)


def test_a_wrapped_section_behind_a_bare_one() -> None:
    dump = CONSOLE + WRAPPINGS["kubectl --timestamps"].wrap(PROSE)
    assert records(dump) == records(CONSOLE) + records(PROSE)
    report = dumpfix.check(dump)
    assert report.inputs[0].wrappers == [{"kind": "time", "count": 12, "first_line": 10}]


def test_a_stray_document_is_no_section() -> None:
    dump = PROSE + b'error: {"code":1}\n' + PROSE
    report = dumpfix.check(dump)
    assert len(report.inputs[0].sections) == 1
    assert report.totals.garbage_payloads == 1
    assert report.needs_a_look


def test_the_work_of_looking_anew_is_bounded() -> None:
    from dumpfix.run.sections import ALLOWED, SHARE, Budget

    for size in (10_000, 100_000, 1_000_000):
        budget = Budget()
        for at in range(0, size, 50):
            budget.allows(5_000, at)
        assert budget.spent <= ALLOWED + size // SHARE


def test_a_section_longer_than_what_is_looked_at_is_one() -> None:
    values = b"".join(b'{"id":%d,"text":"%s"}\n' % (n, b"y" * 300) for n in range(1000))
    sections = dumpfix.check(PROSE + values).inputs[0].sections
    assert [(s["first_line"], s["records"]) for s in sections] == [(1, 12), (13, 1000)]


@pytest.mark.parametrize("between", ["\n", "\nnull\n"])
@pytest.mark.parametrize("records", [20, 40, 200])
def test_what_only_looks_wrapped_is_explained_as_if_nothing_had_looked_so(records: int, between: str) -> None:
    """Documents over several lines are indented: that is looked at on the first lines, the layout in more of them."""
    documents = (json.dumps({"id": n, "tags": ["a", "b"], "in": {"x": n}}, indent=2) for n in range(records))
    dump = "".join(f"k{n} - {document}{between}" for n, document in enumerate(documents)).encode()
    found, bare = Finder(Told()).look(dump, final=True), choose(dump, Told(), final=True)
    assert found is not None
    assert (found.choice, found.wrappers) == (bare, ())
