"""``--repair safe``: the siblings of a lossy repair are the same however the dump arrives, and whoever reads it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dumpfix
from dumpfix.api import Level
from dumpfix.detection.choose import Told
from dumpfix.io.output import FileObject
from dumpfix.io.source import open_dump
from dumpfix.repairing.completeness import Common, paths_of, spelled
from dumpfix.run import parallel, safety
from dumpfix.run.job import Job, perform
from tests.cli.program import PROSE, prose

pytestmark = pytest.mark.slow

Row = tuple[str, bytes]

WHOLE = b'{"id":"1","data":{"n":1,"text":"some"}}'
PAYLOADS = (
    WHOLE,
    b'{"id":"2","data":{"n":1,"text":"some"},"more":[{"a":1}]}',
    b'{"id":"3","data":{"n":2}}',
    b'{"id":"4"}',
    WHOLE[:18],
    WHOLE[:28],
    WHOLE[:-2],
    b"Struct{id=1}",
    b"",
    b"17",
)


def dump_of(rows: Iterable[Row]) -> bytes:
    return b"".join(prose((at, b"k", value), topic=topic) for at, (topic, value) in enumerate(rows))


def converted(dump: Any, repair: Level = "safe") -> tuple[bytes, list[Any]]:
    out = io.BytesIO()
    report = dumpfix.convert(dump, out, kcat_format=PROSE, repair=repair)
    return out.getvalue(), [dict(finding, path="") for finding in report.findings]


def paths(value: Any, before: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The members of a document, told by the standard library and recursion."""
    if isinstance(value, dict):
        return {(*before, key) for key in value}.union(*(paths(one, (*before, key)) for key, one in value.items()))
    return set().union(*(paths(one, (*before, "*")) for one in value)) if isinstance(value, list) else set()


def foretold(rows: list[Row]) -> list[bytes]:
    """What may go out: written down without a word of dumpfix but for the repair itself."""
    out = []
    for topic, value in rows:
        try:
            json.loads(value)
            out.append(value)
            continue
        except ValueError:
            pass
        mended = dumpfix.convert(dump_of([(topic, value)]), buffer := io.BytesIO(), kcat_format=PROSE, repair="partial")
        if not mended.totals.emitted or not value:
            continue
        document = json.loads(buffer.getvalue())
        intact = []
        for _, other in [row for row in rows if row[0] == topic][:4]:
            try:
                intact.append(paths(json.loads(other)))
            except ValueError:
                pass
        level = mended.findings[0]["level"]
        if level == "lossless" or not intact or set.intersection(*intact) <= paths(document):
            out.append(buffer.getvalue().rstrip(b"\n"))
    return out


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(PAYLOADS)), max_size=14), st.integers(1, 300))
def test_a_lossy_repair_goes_out_if_it_has_what_all_its_siblings_have(rows: list[Row], size: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(safety, "MOST_RECORDS", 4)
        dump = dump_of(rows)
        whole = converted(dump)
        assert whole[0].splitlines() == foretold(rows)
        pieces = [dump[at : at + size] for at in range(0, len(dump), size)]
        assert converted(pieces) == whole
        incomplete = [one for one in whole[1] if one["withheld_because"] == "incomplete"]
        assert all("lacks" in one["reason"] and not one["emitted"] for one in incomplete)


def test_no_more_of_the_dump_waits_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Siblings that begin too far behind the first record of the topic do not count; what goes out is not held back."""
    monkeypatch.setattr(safety, "MOST_BYTES", 2000)
    rows = [("a", WHOLE[:18]), *[("b", WHOLE)] * 60, ("a", WHOLE)]
    dump = dump_of(rows)
    seen = 0

    def pieces() -> Iterable[bytes]:
        nonlocal seen
        for at in range(0, len(dump), 50):
            seen = at
            yield dump[at : at + 50]

    class Output(io.BytesIO):
        first: int | None = None

        def write(self, data: Any) -> int:
            if self.first is None and data:
                self.first = seen
            return super().write(data)

    out = Output()
    report = dumpfix.convert(pieces(), out, kcat_format=PROSE)
    assert report.totals.withheld == 0, "it has no sibling near it"
    assert out.first is not None
    assert out.first <= 2200


def test_several_processes_decide_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A topic that is first seen in the middle is learnt from in whatever process reads it."""
    monkeypatch.setattr(parallel, "REGION", 1 << 14)
    monkeypatch.setattr(parallel, "SMALLEST", 1 << 15)
    monkeypatch.setattr(parallel, "WINDOW", 1 << 10)
    late = [("late", payload) for payload in (WHOLE[:18], WHOLE, WHOLE[:28], WHOLE)]
    rows = [*[("a", WHOLE)] * 3000, ("a", WHOLE[:18]), *late, *[("a", WHOLE)] * 2000, *late, ("b", WHOLE[:18])]
    path = tmp_path / "dump.txt"
    path.write_bytes(dump_of(rows))
    found = []
    for jobs in (1, 2, 3):
        output = io.BytesIO()
        with contextlib.closing(open_dump(path)) as source:
            done = perform(Job(Told(kcat_format=PROSE.encode()), output=FileObject(output), jobs=jobs), [source])
        found.append((output.getvalue(), list(done.report.findings)))
    assert found[0] == found[1] == found[2]
    reasons = [(one["topic"], one["reason"]) for one in found[0][1] if not one["emitted"]]
    assert reasons == [
        ("a", "cut: lacks data, which all 1000 intact payloads have"),
        *[("late", f"cut: lacks {what}, which all 4 intact payloads have") for what in ("data", "data.text")] * 2,
    ]
    assert [one["topic"] for one in found[0][1] if one["emitted"]] == ["b"]


json_values = st.recursive(
    st.none() | st.integers(0, 9) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3),
    max_leaves=12,
)


@given(json_values)
def test_paths_are_those_that_another_reader_finds(value: Any) -> None:
    assert paths_of(json.dumps(value).encode()) == paths(value)


def test_what_is_missing_is_named_outermost_first_and_in_words() -> None:
    common = Common()
    assert common.objection(b"{}") is None, "nothing speaks against it"
    common.add(b'{"user":{"id":1,"name":"x"},"items":[{"price":1},{}],"e":1}')
    assert common.objection(b'{"user":{"id":2},"items":[]}') == (
        "lacks e, user.name, items[].price, which the one intact payload beside it has"
    )
    common.add(b'{"user":{"id":1},"items":[{"price":1}],"c":1,"\\ud800":1e999}')
    assert common.objection(b'{"items":[{"price":3}]}') == "lacks user, which all 2 intact payloads have"
    assert common.objection(b'{"user":{"id":7,"x":1},"items":[{},{"price":3}]}') is None
    assert spelled(("*", "a", "*", "b")) == "[].a[].b"


def test_half_a_pair_of_surrogates_in_a_key_is_spelled(tmp_path: Path) -> None:
    """A reason is text that goes into JSON and onto a terminal."""
    rows = [("t", b'{"a\\ud83d":1,"b":2}')] * 2 + [("t", b'{"b":2,"c":"x')]
    out = io.BytesIO()
    report = dumpfix.convert(dump_of(rows), out, kcat_format=PROSE, rejects=tmp_path / "rejects")
    assert (report.totals.emitted, report.totals.withheld) == (2, 1)
    assert b"lacks a\\\\ud83d" in (tmp_path / "rejects").read_bytes()
