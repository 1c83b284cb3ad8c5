"""The fixtures are what the writer models print for the records of their manifests."""

from __future__ import annotations

import base64
import json
import re
import shlex
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from .writers import console_consumer, kcat
from .writers.console_consumer import Options
from .writers.records import KafkaRecord

FIXTURES = Path(__file__).parent.parent / "fixtures"
CONSOLE_CONSUMER = json.loads((FIXTURES / "console_consumer" / "MANIFEST.json").read_text())
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


def console_consumer_options(command: str) -> Options:
    """The formatter's options of a command of the manifest."""
    # What shlex does not know: the shell's $'..' with its escapes.
    plain = re.sub(r"\$'([^']*)'", lambda quoted: shlex.quote(quoted[1].replace(r"\n", "\n")), command)
    arguments = shlex.split(plain)
    pairs = [
        arguments[at + 1].split("=", 1)
        for at, argument in enumerate(arguments)
        if argument in ("--property", "--formatter-property")
    ]
    known = {field.name: field for field in fields(Options)}
    given: dict[str, Any] = {}
    for name, value in pairs:
        if (field := known.get(name.replace(".", "_"))) is not None:
            given[field.name] = value == "true" if isinstance(field.default, bool) else value.encode()
    return Options(**given)


def printed_by_console_consumer(entry: dict[str, Any], record: KafkaRecord) -> bytes:
    options = console_consumer_options(entry["command"])
    posix = entry["command"].startswith("LC_ALL=C ")
    return console_consumer.render(record, options, entry["version"], posix_locale=posix)


@pytest.mark.parametrize("entry", CONSOLE_CONSUMER["fixtures"], ids=lambda entry: entry["file"])
def test_a_console_consumer_fixture_holds_what_the_model_prints_for_its_records(entry: dict[str, Any]) -> None:
    dump = (FIXTURES / "console_consumer" / entry["file"]).read_bytes()
    records = records_of(CONSOLE_CONSUMER, entry["records"], entry["records"])
    if entry["version"].startswith("kcat"):
        if "fallback=0.9" in entry["command"]:
            records = [replace(record, timestamp=None, timestamp_type="none", headers=()) for record in records]
        printed = [printed_by_kcat(entry["command"], record) for record in records]
    else:
        printed = [printed_by_console_consumer(entry, record) for record in records]
    whole = b"".join(printed)
    if entry["cut"] or entry.get("lossy"):
        assert dump
        return
    if entry["streams"] == "stdout":
        # From 4.2 on these come on standard output, before the first record.
        dump = b"".join(line for line in dump.splitlines(keepends=True) if not line.startswith(b"Option --"))
        assert len(dump) == len(whole)
    if entry["version"].startswith("kcat"):
        notice = rb"%% Reached end of topic %s \[\d\] at offset \d+(: exiting)?\n" % entry["records"].encode()
        dump = re.sub(notice, b"", dump)
    if entry["in_order"]:
        assert whole in dump
    for one in printed:
        assert one in dump


@pytest.mark.parametrize(
    "file", ["2.4.1_friendly_2and1.txt", "3.9.1_friendly_2and1.txt", "4.3.1_friendly_deprecated_2and1.txt"]
)
def test_a_dump_with_both_streams_ends_and_begins_as_the_model_says(file: str) -> None:
    entry = next(entry for entry in CONSOLE_CONSUMER["fixtures"] if entry["file"] == file)
    dump = (FIXTURES / "console_consumer" / file).read_bytes()
    records = records_of(CONSOLE_CONSUMER, entry["records"])
    time = re.findall(rb"\[(\S+ \S+)\] ERROR", dump)[0].decode()
    printed = b"".join(printed_by_console_consumer(entry, record) for record in records)
    before = console_consumer.deprecated() if "deprecated" in file else b""
    before += console_consumer.new_protocol_advertised() if entry["version"].startswith("4.3") else b""
    after = console_consumer.timed_out(entry["version"], time=time) + console_consumer.processed(len(records))
    assert dump == before + printed + after


def test_every_file_of_the_fixtures_is_in_its_manifest() -> None:
    for manifest in FIXTURES.glob("*/MANIFEST.json"):
        listed = {entry["file"] for entry in json.loads(manifest.read_text())["fixtures"]}
        assert listed == {path.name for path in manifest.parent.iterdir()} - {"MANIFEST.json"}
