"""When another layout is looked for: not where the present one says of every record where it ends."""

from __future__ import annotations

import pytest

from dumpfix.detection.choose import Told
from dumpfix.io.source import Source
from dumpfix.run import sections
from dumpfix.run.conversion import records_of
from dumpfix.run.watch import WORTH_A_LOOK
from tests.cli.program import dumpfix

SIZED = b"\nKey (%d bytes): %b\t\nValue (%d bytes): %b\nTimestamp: 1\tPartition: 0\tOffset: %d\n--\n"


def test_a_measured_payload_is_no_reason_to_look_for_another_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = b'{"cut": "over\nseveral: lines\nof text'
    payloads = [b'{"n":%d}' % n if n % 5 else broken for n in range(1, 60)]
    dump = b"".join(SIZED % (1, b"k", len(one), one, n) for n, one in enumerate(payloads))
    looked: list[float] = []

    def look(_sections: sections.Sections, *run: object, **_final: object) -> bool:
        looked.append(run[2].cost)  # type: ignore[attr-defined]
        return False

    monkeypatch.setattr(sections.Sections, "_is_another", look)
    found = [record.raw_value for record in records_of(Source("x", [dump]), Told())]
    assert found == payloads
    assert all(cost < WORTH_A_LOOK for cost in looked)


SECOND = [
    "CreateTime:17000000000{n:02}\t{key}\t{value}\n",
    "CreateTime:17000000000{n:02}\tPartition:0\tOffset:{n}\t{key}\t{value}\n",
    "CreateTime:17000000000{n:02}\tPartition:0\tOffset:{n}\tNO_HEADERS\t{key}\t{value}\n",
]


@pytest.mark.parametrize("form", SECOND)
@pytest.mark.parametrize("first", [2, 3, 9])
@pytest.mark.parametrize("second", [3, 8])
@pytest.mark.parametrize("key", ["ada{n}", "5f0c1a52-9d1e-4c7a-9d0e-0000000000{n:02}"])
def test_a_second_capture_is_not_swallowed_by_the_keys_of_the_first(
    form: str, first: int, second: int, key: str
) -> None:
    """Its columns fit in front of the separator of the first one; nor is the first taken for all of the dump."""

    def lines(form: str, count: int) -> str:
        rows = (form.format(n=n, key=key.format(n=n), value=f'{{"n":{n}}}') for n in range(count))
        return "".join(rows) + f"Processed a total of {count} messages\n"

    for one, other, counts in (
        ("{key}\t{value}\n", form, (first, second)),
        (form, "{key}\t{value}\n", (second, first)),
    ):
        dump = (lines(one, counts[0]) + lines(other, counts[1])).encode()
        found = [record.key for record in records_of(Source("x", [dump]), Told())]
        assert found == [key.format(n=n).encode() for count in counts for n in range(count)]


@pytest.mark.parametrize(("sign", "is_told"), [(":", False), ("\t", False), ("|", False), (":", True)])
def test_columns_in_front_of_the_separator_from_some_line_on_are_not_surely_keys(sign: str, is_told: bool) -> None:
    first = "".join(f'user-{n}{sign}{{"n":{n}}}\n' for n in range(4))
    second = "".join(f'{n * 7 % 9}{sign}user-{n}{sign}{{"n":{n}}}\n' for n in range(9))
    told = ["--kcat-format", f"%k{sign}%s\\n"] if is_told else []
    done = dumpfix("convert", "--to", "kcat", *told, stdin=(first + second).encode())
    assert (done.status, len(done.lines)) == ((0, 13) if is_told else (2, 4))
    assert ("unclear from line 5 on" in done.stderr) is not is_told


def test_keys_of_two_words_from_some_line_on_are_keys() -> None:
    first = "".join(f'ada:{{"n":{n}}}\n' for n in range(4))
    second = "".join(f'user:{n}:{{"n":1}}\n' for n in range(9))
    done = dumpfix("convert", "--to", "kcat", stdin=(first + second).encode())
    assert (done.status, done.lines[-1][:7]) == (0, b"user:8\t")


@pytest.mark.parametrize("second", [b"%b => ", b"%b ~ ", b"key=%b value="])
def test_what_a_dump_began_with_is_not_made_a_key_by_what_follows(second: bytes) -> None:
    rows = [(100 + n, b"user-%d@x.org" % (n * 7 % 10), b'{"n":%d}' % n) for n in range(12)]
    dump = b"".join(b"%d#%b#%b\n" % row for row in rows) + b"".join(second % k + v + b"\n" for _, k, v in rows)
    found = [(r.offset, r.key, r.value) for r in records_of(Source("x", [dump]), Told())]
    assert found == [*rows, *((None, k, v) for _, k, v in rows)]


def test_two_layouts_of_which_none_explains_the_other_are_both_read() -> None:
    rows = [(b"u%d" % (n * 7 % 5), b'{"n":%d}' % n) for n in range(12)]
    first = b"".join(b"Key:    %b\nValue:  %b\n" % row for row in rows)
    for second in (b"%b@@%b\n", b"Message with key %b: %b\n"):
        dump = first + b"".join(second % row for row in rows)
        assert [(r.key, r.value) for r in records_of(Source("x", [dump]), Told())] == rows * 2


@pytest.mark.parametrize(("first", "second", "status"), [
    ("", "{n}: ", 1),
    ("", "0|5{n}|ada{n}|", 0),
    ("", "ada{n}\t", 0),
    ("", "Topic events [0] at offset {n}: key ada{n}: ", 0),
    ("ada{n} ", "events/0/50{n}/ada{n}: ", 0),
])  # fmt: skip
def test_what_follows_values_or_keys_is_a_section_of_its_own(first: str, second: str, status: int) -> None:
    """Unclear where its prefix may be several things: but never text before a document, and gone."""
    rows = [first + f'{{"n":{n}}}\n' for n in range(4)] + [second + f'{{"n":{n}}}\n' for n in range(4)]
    dump = "".join(row.replace("{n}", str(n % 4)) for n, row in enumerate(rows)).replace("{{", "{").replace("}}", "}")
    done = dumpfix("convert", "--to", "envelope", stdin=dump.encode())
    assert (done.status, len(done.lines)) == (status, 8)
    assert "lines 5 to 8: 4 records" in done.stderr
    assert "text before the document" not in done.stderr


def test_a_number_before_some_documents_is_none_of_the_lines() -> None:
    dump = "".join(f'{50 + n}: {{"n":{n}}}\n' for n in range(6)) + "".join(f'{{"n":{n}}}\n' for n in range(6))
    done = dumpfix("convert", "--to", "envelope", stdin=dump.encode())
    assert (done.status, "taken off" in done.stderr) == (1, False)


@pytest.mark.parametrize("numbers", [(3, 1), (1, 1, 2), (7, 9, 12)])
@pytest.mark.parametrize("width", [4, 7])
def test_how_often_each_line_came_is_no_number_of_a_line(numbers: tuple[int, ...], width: int) -> None:
    dump = "".join(f'{count:{width}} {{"n":{n}}}\n' for n, count in enumerate(numbers))
    done = dumpfix("convert", stdin=dump.encode())
    assert (done.status, "uniq -c" in done.stderr, done.lines) == (2, True, [])
