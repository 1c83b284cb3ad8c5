"""The report as JSON, written piece by piece: findings go from the spool to the file, never into memory."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from dumpfix.report.model import Report


def json_report(report: Report) -> Iterator[bytes]:
    """The text of ``--report x.json`` and ``check --json``, in pieces."""
    for position, (name, value) in enumerate(report.parts()):
        yield b"{" if position == 0 else b",\n"
        yield orjson.dumps(name) + b": " + orjson.dumps(value)
    yield b',\n"findings": ['
    for position, line in enumerate(report.findings.lines()):
        yield (b"\n" if position == 0 else b",\n") + line
    yield b"]}\n"
