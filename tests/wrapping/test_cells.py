"""Rows of CSV, written by Python's own module, come out as their cells; every byte is found in the row again."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dumpfix.wrapping.cells import Cells, cells_of
from tests.cli.program import dumpfix

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n\0"), max_size=12)
ROWS = st.integers(1, 4).flatmap(lambda count: st.lists(st.lists(TEXTS, min_size=count, max_size=count), min_size=1))


def written(rows: list[list[Any]], delimiter: str, *, all_quoted: bool, end: str = "\n") -> bytes:
    out = io.StringIO()
    quoting: Literal[0, 1] = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


@given(ROWS, st.sampled_from(",;|"), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_rows_are_their_cells_and_each_byte_has_its_place(
    rows: list[list[str]], delimiter: str, all_quoted: bool, end: str
) -> None:
    dump = written(rows, delimiter, all_quoted=all_quoted, end=end)
    lines = dump.splitlines(keepends=True) if end == "\n" else [line + b"\n" for line in dump.split(b"\n")[:-1]]
    assume(len(lines) == len(rows))
    cells = Cells(delimiter.encode(), len(rows[0]))
    for line, row in zip(lines, rows, strict=True):
        bare = cells.unwrapped(line)
        assert bare == "\t".join(row).encode() + end.encode()
        places = [cells.place(line, at) for at in range(len(bare))]
        assert places == sorted(set(places))
        of_cells = [(byte, line[place]) for byte, place in zip(bare, places, strict=True) if byte != 0x09]
        assert all(one == other for one, other in of_cells)


@given(st.lists(TEXTS, min_size=2, max_size=4), st.integers(0, 3))
def test_a_row_of_another_number_of_cells_or_with_a_tab_stays_as_it_is(row: list[str], more: int) -> None:
    line = written([row], ",", all_quoted=True)
    assert (Cells(b",", len(row) + more).unwrapped(line) is None) == (more > 0)
    row[0] += "\t"
    assert Cells(b",", len(row)).unwrapped(written([row], ",", all_quoted=True)) is None


def test_documents_without_doubled_quotes_are_no_cells() -> None:
    assert cells_of([b'{"":1,"":2}', b'k,{"a":"b"}', b'"{\\"a\\":1}"', b"plain, text"]) is None


def records(count: int) -> list[dict[str, Any]]:
    return [
        {
            "partition": n % 2,
            "offset": 17 + n // 2,
            "timestamp": 1_700_000_000_000 + n,
            "key": f"u;{n * 7 % 5}",
            "value": {"n": n, "note": 'a, "b"; c|d'},
        }
        for n in range(count)
    ]


ORDERS = [
    ["partition", "offset", "timestamp", "key", "value"],
    ["offset", "partition", "key", "value", "timestamp"],
    ["key", "value", "offset", "partition", "timestamp"],
]


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
@pytest.mark.parametrize("all_quoted", [True, False])
@pytest.mark.parametrize("order", ORDERS)
def test_the_line_that_names_the_columns_says_which_is_which(
    order: list[str], all_quoted: bool, delimiter: str
) -> None:
    rows = [[json.dumps(r[name]) if name == "value" else r[name] for name in order] for r in records(6)]
    dump = written([[name.title() for name in order], *rows], delimiter, all_quoted=all_quoted)
    done = dumpfix("convert", "--to", "envelope", stdin=dump)
    assert (done.status, [json.loads(line) for line in done.lines]) == (0, records(6))
    assert "csv taken off 7 lines" in done.stderr


def test_without_names_the_cells_tell_what_they_are() -> None:
    rows = [[r["partition"], r["offset"], r["key"], json.dumps(r["value"])] for r in records(6)]
    done = dumpfix("convert", "--to", "envelope", stdin=written(rows, ",", all_quoted=False))
    wanted = [{name: text for name, text in r.items() if name != "timestamp"} for r in records(6)]
    assert (done.status, [json.loads(line) for line in done.lines]) == (0, wanted)


def test_names_over_columns_that_no_quotes_are_around() -> None:
    rows = "".join(f'{17 + n}\t0\tk{n}\t{{"n":{n}}}\n' for n in range(4))
    done = dumpfix("convert", "--to", "envelope", stdin=("offset\tpartition\tkey\tvalue\n" + rows).encode())
    found = [(r["offset"], r["partition"], r["key"]) for r in map(json.loads, done.lines)]
    assert (done.status, found) == (0, [(17 + n, 0, f"k{n}") for n in range(4)])


def test_a_row_that_is_cut_is_named_where_it_stands() -> None:
    rows = written([[n, json.dumps({"n": n, "text": "a b c"})] for n in range(4)], ",", all_quoted=False)
    done = dumpfix("convert", stdin=rows[: rows.rfind(b"b c")])
    assert (done.status, len(done.lines)) == (1, 3)
    assert ":4  key 3  repaired (partial), withheld" in done.stderr
