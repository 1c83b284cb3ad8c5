"""What was told of a dump is held against what it looks like, in the same way however the dump arrives."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dumpfix
from tests.writers import kcat
from tests.writers.records import KafkaRecord

FORMATS = (
    b"%p\\t%o\\t%k\\t%s\\n",
    b"Partition: %p, Offset: %o, Key: %k, Value: %s\\n",
    b"%t/%p/%o/%k: %s\\n",
    b"%k:%s\\n",
    b"%k %p %o %s\\n",
    b"%s\\n",
)


def record(n: int, key: bytes = b"user-%d") -> KafkaRecord:
    return KafkaRecord("events", n % 2, 40 + n // 2, 1_700_000_000_000 + n, "create", (), key % (n * 7 % 5), b'{"n":1}')


def dump(format_string: bytes, count: int) -> bytes:
    return b"".join(kcat.render(format_string, record(n)) for n in range(count))


def doubt(data: bytes, folder: Path, told: bytes) -> str | None:
    return dumpfix.convert(data, folder / "out", kcat_format=told).inputs[0].doubt


@given(st.sampled_from(FORMATS), st.integers(1, 60))
def test_the_layout_that_a_dump_has_is_not_doubted(
    tmp_path_factory: pytest.TempPathFactory, told: bytes, n: int
) -> None:
    assert doubt(dump(told, n), tmp_path_factory.mktemp("told"), told) is None


@pytest.mark.parametrize(
    ("told", "has"),
    [
        (b"%s\\n", b"%p\\t%o\\t%k\\t%s\\n"),
        (b"%k\\t%s\\n", b"%p\\t%o\\t%k\\t%s\\n"),
        (b"%o\\t%p\\t%k\\t%s\\n", b"%p\\t%o\\t%k\\t%s\\n"),
        (b"%k: %s\\n", b"%t/%p/%o/%k: %s\\n"),
        (b"%k, Value: %s\\n", b"Partition: %p, Offset: %o, Key: %k, Value: %s\\n"),
    ],
)
def test_another_layout_that_says_much_more_is_named(tmp_path: Path, told: bytes, has: bytes) -> None:
    """The records are read as told all the same, and the exit status is what it is without the doubt."""
    data = dump(has, 30)
    report = dumpfix.convert(data, tmp_path / "out", kcat_format=told)
    said = report.inputs[0].doubt
    assert said is not None
    assert report.inputs[0].confidence == "told"
    assert dumpfix.detect(data).layout in said
    # However it arrives.
    (tmp_path / "dump").write_bytes(data)
    pieces = iter([data[at : at + 7] for at in range(0, len(data), 7)])
    for way in (tmp_path / "dump", pieces):
        assert dumpfix.convert(way, tmp_path / "out", kcat_format=told).inputs[0].doubt == said


def test_milliseconds_that_go_up_by_one_are_no_keys(tmp_path: Path) -> None:
    rows = [record(n) for n in range(3000)]
    told = b"%t %p %o %T %s\\n"
    assert doubt(b"".join(kcat.render(told, row) for row in rows), tmp_path, told) is None


def test_a_layout_that_says_nothing_of_most_of_the_dump_is_refused(tmp_path: Path) -> None:
    data = dump(b"%p\\t%o\\t%k\\t%s\\n", 20)
    with pytest.raises(dumpfix.LayoutError, match="looks like PARTITION"):
        dumpfix.convert(data, tmp_path / "out", kcat_format=b"Key: %k, Value: %s\\n")
    # Where no other says more, all of it is garbage that is named.
    report = dumpfix.convert(b"so it goes\n" * 20, tmp_path / "out", kcat_format=b"Key: %k, Value: %s\\n")
    assert report.totals.garbage_bytes == 220


def test_garbage_in_front_of_what_was_told_is_no_reason_to_refuse(tmp_path: Path) -> None:
    garbage = b"starting up\nlistening on 0.0.0.0\n" * 4
    data = garbage + dump(FORMATS[1], 20)
    report = dumpfix.convert(data, tmp_path / "out", kcat_format=FORMATS[1])
    assert (report.totals.emitted, report.totals.garbage_bytes) == (20, len(garbage))
