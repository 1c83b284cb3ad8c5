"""Every alternative of a grammar carries its command, a sample and what that says: here they are held together."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from dumpfix.detection.told.calls import CONSOLE_CONSUMERS
from dumpfix.detection.told.command import grammar_of
from dumpfix.framing.notices import Notices
from dumpfix.framing.window import Window
from dumpfix.layout.load import shipped
from dumpfix.layout.model import AnyLayout, Layout
from tests.reading import scan
from tests.samples import ALL, GRAMMARS, Sample, alternatives_of, samples_by_alternative
from tests.writers import console_consumer, kcat
from tests.writers.records import KafkaRecord

PLACED = [
    (sample, layouts)
    for path in GRAMMARS
    for _, line, layouts in alternatives_of(path)
    for sample in samples_by_alternative(path)[line]
]
RECORDS = [(sample, layouts) for sample, layouts in PLACED if not sample.notices]


@pytest.mark.parametrize("path", GRAMMARS, ids=lambda path: path.stem)
def test_every_alternative_has_a_sample_with_its_command(path: Path) -> None:
    samples = samples_by_alternative(path)
    assert not [f"{path.name}:{line} ({name})" for name, line, _ in alternatives_of(path) if not samples[line]]
    assert not [sample.id for found in samples.values() for sample in found if not sample.command]
    assert not [sample.id for found in samples.values() for sample in found if not sample.says]


@pytest.mark.parametrize(("sample", "layouts"), RECORDS, ids=lambda one: one.id if isinstance(one, Sample) else "")
def test_a_sample_says_what_stands_behind_it(sample: Sample, layouts: tuple[AnyLayout, ...]) -> None:
    assert any(reads(sample, layout) for layout in layouts), difference(sample, layouts)


@pytest.mark.parametrize("sample", [s for s in ALL if s.notices], ids=lambda sample: sample.id)
def test_a_notice_is_one(sample: Sample) -> None:
    (layouts,) = (layouts for other, layouts in PLACED if other is sample or other.id == sample.id)
    notices = Notices.of(tuple(layout for layout in layouts if isinstance(layout, Layout)))
    at = 0
    for _ in range(sample.notices):
        notice = notices.match(Window(sample.text), at)
        assert notice is not None
        at = notice.end
    assert at == len(sample.text)


def reads(sample: Sample, layout: AnyLayout) -> bool:
    """Whether a layout makes of a sample just what stands behind it."""
    found = scan(sample.text, layout, ())
    return found.records == sample.says and not found.of_role("garbage")


def difference(sample: Sample, layouts: Sequence[AnyLayout]) -> str:
    """What a sample says, and what is read of it by each layout of its alternative."""
    lines = [f"grammars/{sample.grammar}.lark, the sample at line {sample.line}", f"  says  {records_in(sample.says)}"]
    for layout in layouts:
        found = scan(sample.text, layout, ())
        garbage = b"".join(sample.text[span.start : span.end] for span in found.of_role("garbage"))
        lines.append(f"  reads {records_in(found.records)}" + (f", and garbage {garbage!r}" if garbage else ""))
    return "\n".join(lines)


def records_in(records: Sequence[dict[str, bytes | None]]) -> str:
    """Records as ``//=`` lines spell them, names in order."""
    rows = (
        " ".join(f"{name} is null" if text is None else f"{name}={text!r}" for name, text in sorted(record.items()))
        for record in records
    )
    return " / ".join(rows) or "no record"


def test_a_sample_that_says_something_else_is_shown_beside_what_is_read() -> None:
    sample, layouts = next((one, found) for one, found in RECORDS if one.grammar == "kafkacat" and len(one.says) == 1)
    wrong = Sample(sample.grammar, sample.line, sample.command, sample.text, [{"key": None}])
    shown = difference(wrong, layouts)
    assert f"grammars/kafkacat.lark, the sample at line {sample.line}" in shown
    assert "says  key is null" in shown
    assert records_in(sample.says) in shown


def told() -> Iterator[Sample]:
    tools = {"kcat", "kafkacat", *CONSOLE_CONSUMERS}
    for sample, _ in RECORDS:
        name = shlex.split(sample.command)[0].removesuffix(".sh")
        if name in tools and all("value" in record for record in sample.says):
            yield sample


@pytest.mark.parametrize("sample", list(told()), ids=lambda sample: sample.id)
def test_the_command_tells_a_layout_that_reads_its_sample(sample: Sample) -> None:
    assert any(reads(sample, layout) for layout in grammar_of(sample.command).layouts)


@pytest.mark.parametrize("sample", [s for s, _ in RECORDS if s.grammar == "kafkacat"], ids=lambda sample: sample.id)
def test_kcat_prints_the_sample_for_what_it_says(sample: Sample) -> None:
    words = shlex.split(sample.command)
    options = dict(pairwise(words))
    for_default = (options.get("-K"), options.get("-D", "\\n"))
    out = b""
    for said in sample.says:
        record = record_of(said, header_value=b"=")
        if "-f" in options:
            out += kcat.render(options["-f"].encode(), record)
        else:
            key_separator = None if for_default[0] is None else for_default[0].encode()
            out += kcat.render_default(record, key_separator, for_default[1].encode())
    assert out == sample.text


@pytest.mark.parametrize(
    "sample", [s for s, _ in RECORDS if s.command.startswith("kafka-console")], ids=lambda sample: sample.id
)
def test_a_version_of_the_console_consumer_prints_the_sample_for_what_it_says(sample: Sample) -> None:
    options = options_of(sample.command)
    records = [record_of(said, header_value=b":") for said in sample.says]
    printed = [
        b"".join(console_consumer.render(record, options, version) for record in records)
        for version in console_consumer.FAMILIES
    ]
    assert sample.text in printed


def options_of(command: str) -> console_consumer.Options:
    words = shlex.split(command)
    pairs = [second.split("=", 1) for first, second in pairwise(words) if first.endswith("property")]
    known = {field.name: field.default for field in fields(console_consumer.Options)}
    given = {name.replace(".", "_"): value for name, value in pairs if name.replace(".", "_") in known}
    return console_consumer.Options(
        **{name: value == "true" if known[name] in (True, False) else value.encode() for name, value in given.items()}  # type: ignore[arg-type]
    )


def record_of(said: dict[str, bytes | None], *, header_value: bytes) -> KafkaRecord:
    """The record that a sample is of; what its tool does not print is anything."""
    headers = []
    for piece in (said.get("headers") or b"").split(b","):
        name, found, value = piece.partition(header_value)
        if found:
            headers.append((name.decode(), None if value in (b"null", b"NULL") else value))
    has_timestamp = said.get("timestamp_type", b"create") != b"none"
    return KafkaRecord(
        (said.get("topic") or b"events").decode(),
        int(said.get("partition") or 0),
        int(said.get("offset") or 0),
        int(said.get("timestamp") or 1) if has_timestamp else None,
        {b"log_append": "log_append", b"none": "none"}.get(said.get("timestamp_type") or b"", "create"),  # type: ignore[arg-type]
        tuple(headers),
        said.get("key", b"ada"),
        said.get("value", b'{"n": 1}'),
    )


def test_the_shipped_grammars_are_those_that_have_samples() -> None:
    assert {path.stem.replace("_", "-") for path in GRAMMARS} - {"notices"} == set(shipped_names())


def shipped_names() -> list[str]:
    from dumpfix.layout.load import names

    return [name for name in names() if shipped(name).layouts]
