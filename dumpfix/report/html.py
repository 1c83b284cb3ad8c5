"""The report as one HTML file: no script, nothing from elsewhere; what a support engineer sends to somebody.

Whatever a dump holds is text here: Jinja2 escapes it, and what does not print was made visible before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dumpfix.report.finding import judgement_of, reason_of, shown_text
from dumpfix.report.model import Picture, Report
from dumpfix.report.partitions import MOST_GAPS
from dumpfix.report.picture import drawing
from dumpfix.report.shapes import EditEntry, Finding, JsonObject, PartitionEntry
from dumpfix.report.text import place, shown

#: edits of one payload that are shown
MOST_EDITS = 10


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
        partitions=[_partition(*one) for one in zip(report.partitions, report.pictures, strict=True)],
        most_shown=MOST_GAPS,
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


def _partition(row: PartitionEntry, picture: Picture) -> JsonObject:
    return {**row, "name": place(row["topic"], row["partition"], None), "drawing": drawing(row, picture)}


def _finding(finding: Finding) -> JsonObject:
    where = f"{finding['path']}:{finding['line']}"
    coordinates = place(finding["topic"], finding["partition"], finding["offset"])
    key = "" if finding["key"] is None else f"key {shown_text(finding['key'], 60)}"
    return {
        "where": "  ".join(filter(None, (shown(where), coordinates, key))),
        "emitted": finding["emitted"],
        "judgement": judgement_of(finding),
        "reason": reason_of(finding),
        "edits": [_edit(edit) for edit in finding["edits"][:MOST_EDITS]],
        "more": max(len(finding["edits"]) - MOST_EDITS, 0),
    }


def _edit(edit: EditEntry) -> JsonObject:
    texts = {"delete": shown_text(edit["delete"], 120), "insert": shown_text(edit["insert"], 120)}
    around = {"before": shown(edit.get("before", "")), "after": shown(edit.get("after", ""))}
    return {"at": edit["at"], "why": shown(edit["why"]), **texts, **around}
