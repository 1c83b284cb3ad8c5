"""The fixtures are what the writer models print for the records of their manifests."""

from __future__ import annotations

import base64
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from .writers import kcat
from .writers.records import KafkaRecord

FIXTURES = Path(__file__).parent.parent / "fixtures"
KCAT = json.loads((FIXTURES / "kcat" / "MANIFEST.json").read_text())


def decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def records_of(manifest: dict[str, Any], name: str, topic: str = "events") -> list[KafkaRecord]:
    return [
        KafkaRecord(
            topic,
            row["partition"],
            row["offset"],
            row["timestamp"],
            row["timestamp_type"],
            tuple((name, decoded(value)) for name, value in row["headers"]),
            decoded(row["key"]),
            decoded(row["value"]),
        )
        for row in manifest["records"][name]
    ]


def printed_by_kcat(command: str, record: KafkaRecord) -> bytes:
    """What the model says for a command of the manifest."""
    tool, *filters = command.split(" | ")
    arguments = shlex.split(tool)
    option = {name: arguments[arguments.index(name) + 1].encode() for name in ("-f", "-K", "-D") if name in arguments}
    if "-J" in arguments:
        printed = kcat.render_json(record, delimiter=option.get("-D", b"\n"), format_string=option.get("-f"))
        if filters == ["jq -r .payload"]:
            return b"null\n" if record.value is None else record.value + b"\n"
        return kcat.jq(printed, "compact" if "-c" in filters[0] else "pretty") if filters else printed
    if "-f" in option:
        pack = "q" if "key=q" in arguments else None
        return kcat.render(option["-f"], record, null_as_NULL="-Z" in arguments, key_pack=pack)
    return kcat.render_default(record, option.get("-K"), option.get("-D", b"\n"), "-Z" in arguments)


@pytest.mark.parametrize("entry", KCAT["fixtures"], ids=lambda entry: entry["file"])
def test_a_kcat_fixture_holds_what_the_model_prints_for_its_records(entry: dict[str, Any]) -> None:
    dump = (FIXTURES / "kcat" / entry["file"]).read_bytes()
    records = records_of(KCAT, entry["records"])
    if entry["streams"] == "stdout" and entry["in_order"] and not entry["cut"]:
        assert dump == b"".join(printed_by_kcat(entry["command"], record) for record in records)
    elif entry["streams"] == "stdout" and entry["cut"]:
        assert b"".join(printed_by_kcat(entry["command"].split(" | ")[0], record) for record in records).startswith(
            dump
        )
    elif entry["streams"] == "stdout":
        # Partitions may follow one another in any order, but none of them is torn apart by the model.
        partitions = [
            b"".join(printed_by_kcat(entry["command"], record) for record in records if record.partition == partition)
            for partition in {record.partition for record in records}
        ]
        assert len(dump) == sum(map(len, partitions))
        for record in records:
            assert printed_by_kcat(entry["command"], record) in dump
    else:
        assert b"% Reached end of topic events [3] at offset 0" in dump


def test_every_file_of_the_fixtures_is_in_its_manifest() -> None:
    for manifest in FIXTURES.glob("*/MANIFEST.json"):
        listed = {entry["file"] for entry in json.loads(manifest.read_text())["fixtures"]}
        assert listed == {path.name for path in manifest.parent.iterdir()} - {"MANIFEST.json"}
