"""The report as one HTML file: no script, nothing from elsewhere; what a support engineer sends to somebody.

Whatever a dump holds is text here: Jinja2 escapes it, and what does not print was made visible before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dumpfix.report.finding import judgement_of, reason_of
from dumpfix.report.model import Report
from dumpfix.report.shapes import EditEntry, Finding, JsonObject, PartitionEntry, Text
from dumpfix.report.text import place, shown

#: edits of one payload that are shown
MOST_EDITS = 10
#: units of the pictures: how wide they are, and how wide an offset is at least
_WIDTH = 1000.0
_LEAST = 1.5


def html_report(report: Report, plan: Sequence[str]) -> Iterator[bytes]:
    """The text of ``--report x.html``, in pieces: findings are read from the disk one by one. ``plan`` are lines."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("dumpfix", "report/templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["shown"] = shown
    stream = environment.get_template("report.html").stream(
        title=", ".join(shown(account.path, 80) for account in report.inputs) or "no dump",
        counts=_counts(report),
        inputs=report.inputs,
        partitions=[_partition(row) for row in report.partitions],
        plan="\n".join(map(shown, plan)),
        finding_count=len(report.findings),
        findings=map(_finding, report.findings),
        hazards=list(report.hazard_counts.items()),
    )
    stream.enable_buffering(200)
    return (piece.encode("utf-8", "backslashreplace") for piece in stream)


def _counts(report: Report) -> list[tuple[str, int, str]]:
    totals = report.totals
    rows = [
        ("records", totals.records, ""),
        ("valid", totals.valid, "good"),
        ("repaired", totals.repaired, "warn" if totals.repaired else ""),
        ("tombstones", totals.tombstones, ""),
        ("irrecoverable", totals.irrecoverable, "bad" if totals.irrecoverable else ""),
        ("emitted", totals.emitted, ""),
        ("withheld", totals.withheld, "bad" if totals.withheld else ""),
        ("notices", totals.notices, ""),
        ("bytes of garbage", totals.garbage_bytes, "warn" if totals.garbage_bytes else ""),
    ]
    others = (("not asked for", totals.left_out, ""), ("emitted before", totals.emitted_before, ""))
    return [*rows, *(row for row in others if row[1])]


def _partition(row: PartitionEntry) -> JsonObject:
    return {**row, "name": place(row["topic"], row["partition"], None), "bars": _bars(row)}


def _bars(row: PartitionEntry) -> list[tuple[str, float, float]]:
    """A picture of the offsets, from left to right: what is there, what is missing over it, poison over both."""
    first, last = row["first_offset"], row["last_offset"]
    if first is None or last is None:
        return []
    scale = _WIDTH / (last - first + 1)

    def bar(kind: str, start: int, end: int) -> tuple[str, float, float]:
        x = (start - first) * scale
        width = max((end - start + 1) * scale, _LEAST)
        return kind, round(min(x, _WIDTH - width), 2), round(width, 2)

    gaps = [bar("gap", gap[0], gap[1]) for gap in row["gaps"]]
    return [bar("present", first, last), *gaps, *(bar("poison", offset, offset) for offset in row["poison"])]


def _finding(finding: Finding) -> JsonObject:
    where = f"{finding['path']}:{finding['line']}"
    coordinates = place(finding["topic"], finding["partition"], finding["offset"])
    key = finding["key"]
    return {
        "where": "  ".join(filter(None, (shown(where), coordinates, "" if key is None else f"key {_text(key)}"))),
        "emitted": finding["emitted"],
        "judgement": judgement_of(finding),
        "reason": reason_of(finding),
        "edits": [_edit(edit) for edit in finding["edits"][:MOST_EDITS]],
        "more": max(len(finding["edits"]) - MOST_EDITS, 0),
    }


def _edit(edit: EditEntry) -> JsonObject:
    texts = {name: _text(edit[name], 120) for name in ("delete", "insert")}
    return {"at": edit["at"], "why": shown(edit["why"]), **texts}


def _text(value: Text, most: int = 60) -> str:
    return shown(value if isinstance(value, str) else f"base64 {value['base64']}", most)
