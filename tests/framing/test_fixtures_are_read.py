"""Every fixture (a dump that a real tool printed) is read back to the payloads that were produced."""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import dumpfix
from dumpfix.detection.choose import HEAD, Told, choose
from dumpfix.errors import LayoutError, UsageError
from dumpfix.json.validity import is_valid
from dumpfix.record.verdict import one_line
from tests.reading import scan

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

#: what becomes of a dump, in `auto` and by the command that made it, where that is not all of its payloads:
#: refused; nothing, since it holds no payload; a part, which has to be said
NOT_ALL = {
    # the command says that it prints no payloads
    "3.9.1_plain_timestamp_only.txt": ("refused", "refused"),
    "3.9.1_plain_key_only.txt": ("refused", "refused"),
    "2.6.3_friendly_partition_without_value.txt": ("refused", "refused"),
    # the tool stopped before the first payload
    "3.9.1_friendly_long_deserializer_2and1.txt": ("refused", "nothing"),
    "3.9.1_friendly_skip_on_error_2and1.txt": ("refused", "nothing"),
    # four bytes of a length look like any others
    "plain_f_binary_size.txt": ("refused", "all"),
    "awkward_f_binary_size.txt": ("part", "all"),
    # nothing ends a record
    "plain_f_no_newline.txt": ("refused", "all"),
    "awkward_f_no_newline.txt": ("refused", "all"),
    # key and value are glued together
    "3.9.1_friendly_key_separator_empty.txt": ("refused", "all"),
}


def manifest(folder: str) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    loaded = json.loads((FIXTURES / folder / "MANIFEST.json").read_text("utf-8"))
    return loaded["fixtures"], loaded["records"]


CASES = [
    pytest.param(folder, fixture, records[fixture["records"]], id=f"{folder}/{fixture['file']}")
    for folder in ("kcat", "console_consumer")
    for fixtures, records in [manifest(folder)]
    for fixture in fixtures
]


def payloads(records: list[dict[str, Any]]) -> Counter[bytes]:
    values = [base64.b64decode(record["value"]) for record in records if record["value"] is not None]
    return Counter(one_line(value) for value in values if value and is_valid(value))


def emitted(dump: bytes, told: Told) -> Counter[bytes]:
    choice = choose(dump[:HEAD], told, final=len(dump) <= HEAD)
    values = scan(dump, choice.layout, choice.notices).values
    return Counter(one_line(value) for value in values if value and is_valid(value))


@pytest.mark.parametrize("how", [pytest.param("auto", marks=pytest.mark.slow), "command"])
@pytest.mark.parametrize(("folder", "fixture", "records"), CASES)
def test_the_payloads_of_a_fixture_come_out(
    folder: str, fixture: dict[str, Any], records: list[dict[str, Any]], how: str
) -> None:
    name = fixture["file"]
    dump = (FIXTURES / folder / name).read_bytes()
    told = Told(command=fixture["command"]) if how == "command" else Told()
    produced = payloads(records)
    becomes = dict(zip(("auto", "command"), NOT_ALL.get(name, ("all", "all")), strict=True))[how]
    if becomes == "refused":
        with pytest.raises((LayoutError, UsageError)):
            emitted(dump, told)
        return
    found = emitted(dump, told)
    if becomes == "nothing":
        assert not found
        return
    if becomes == "part":
        assert 0 < found.total() < len(records) // 2
        assert dumpfix.check(dump).needs_a_look
        return
    # Of values alone nobody can tell a tombstone from the text null: it comes out, with a hazard (CLI contract).
    del produced[b"null"], found[b"null"]
    if fixture["records"] == "awkward" and not _is_exact(fixture["command"]):
        # Values that look like several records cannot be told from several records where no size is printed; all that
        # the format can frame has to be there.
        framable = Counter({value: n for value, n in produced.items() if b"\n" not in value and value[:1] in b"{["})
        if how == "command" and not fixture["cut"]:
            assert not framable - found
        return
    assert not found - produced
    if not fixture["cut"]:
        assert not produced - found


def _is_exact(command: str) -> bool:
    """Whether the format says where every value ends."""
    return " -J" in command or "%S" in command or "%R" in command


def test_what_is_not_all_is_a_fixture() -> None:
    assert set(NOT_ALL) <= {str(case.id).rpartition("/")[2] for case in CASES}
