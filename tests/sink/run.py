"""Dumps of the writer models through the pipeline, in this process."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import dumpfix
from dumpfix.detection.choose import Choice, Told, choose
from dumpfix.detection.told.command import grammar_of
from dumpfix.framing.frame import Batch
from dumpfix.record.events import output_of
from dumpfix.record.model import Record
from dumpfix.report.ledger import Ledger
from dumpfix.report.model import InputAccount, Report
from dumpfix.run.emission import Emission, Policy
from dumpfix.run.pipeline import Pipeline
from dumpfix.sink import Sink, sink_for

SIZED = rb"%t %p %o %T %K %S %h|%k|%s\n"
PROSE = rb"Topic %t [%p] at offset %o: key %k: %s\n"
CONSOLE = (
    "kafka-console-consumer.sh --property print.timestamp=true --property print.partition=true "
    "--property print.offset=true --property print.headers=true --property print.key=true"
)
JSON = "kcat-json"


class OneByOne:
    """A sink that never takes a batch, so that each record goes the slow way."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.emits_tombstones = sink.emits_tombstones

    def batch(self, _: Batch) -> bytes | None:
        return None

    def record(self, record: Record) -> bytes:
        return self.sink.record(record)


@cache
def told_choice(told: Told) -> Choice:
    """The choice for a layout that is told, and needs no dump to be known: of a command's, the newest version's."""
    if told.command is not None:
        grammar = grammar_of(told.command)
        return Choice(grammar.layouts[0], grammar.notices, grammar.name)
    return choose(b"\n", told, final=True)


def converted(
    dump: bytes, told: Told | Choice, to: str, *, bulk: bool = True, policy: Policy | None = None
) -> tuple[bytes, Report]:
    """The output and the report, without a file."""
    ledger = Ledger()
    ledger.begin(InputAccount("dump"))
    pipeline = Pipeline(told if isinstance(told, Choice) else told_choice(told))
    sink = sink_for(to, pipeline.reading)
    emission = Emission(sink if bulk else OneByOne(sink), policy or Policy(), pipeline.reading)
    out = []
    for event in pipeline.events([dump], emission):
        ledger.take(event)
        out.append(output_of(event))
    return b"".join(out), ledger.report()


def lines_of(dump: bytes, to: Any, **told: Any) -> list[bytes]:
    """The lines of the output, through the public API."""
    out = io.BytesIO()
    dumpfix.convert(dump, out, to=to, **told)
    return out.getvalue().splitlines()
