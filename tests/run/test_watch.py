"""When another layout is looked for: not where the present one says of every record where it ends."""

from __future__ import annotations

import pytest

from dumpfix.detection.choose import Told
from dumpfix.io.source import Source
from dumpfix.run import sections
from dumpfix.run.conversion import records_of
from dumpfix.run.watch import WORTH_A_LOOK

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
