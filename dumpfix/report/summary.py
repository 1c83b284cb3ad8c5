"""The report in words: for a person on a call (short, on standard error) and as a file (everything)."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dumpfix.record.hazards import OVERSIZE
from dumpfix.report.finding import line_of, shown_text
from dumpfix.report.ledger import Ledger
from dumpfix.report.model import InputAccount, Report, Totals
from dumpfix.report.shapes import Finding, PartitionEntry, SectionEntry
from dumpfix.report.text import PLAIN, Style, counted, place, shown
from dumpfix.sink.console_producer import NULL_MARKER

#: findings that the summary shows
MOST_FINDINGS = 20
#: kcat's own partitioner is not that of the clients that wrote the topic
MURMUR2 = "-X topic.partitioner=murmur2_random"
#: partitions and other lists that the summary shows
MOST_LINES = 10


class Context(NamedTuple):
    """What was asked for, so that the advice fits: the output, and where rejects and report go."""

    to: str = "values"
    level: str = "safe"
    rejects: str | None = None
    report: str | None = None
    is_check: bool = False
    is_repair: bool = False
    is_piped: bool = False
    is_explained: bool = False


def summary(report: Report, ledger: Ledger, context: Context, style: Style = PLAIN) -> Iterator[str]:
    """The lines of the summary: counts, at most 20 findings, then what is worth acting on."""
    yield style.bold(counts(report.totals))
    yield from _inputs(report.inputs)
    for finding in report.findings.first[:MOST_FINDINGS]:
        yield from _findings([finding], style)
        if context.is_repair:
            yield from _edits(finding)
        if context.is_explained:
            yield from _alternatives(finding)
    more = len(report.findings) - MOST_FINDINGS
    if more > 0:
        where = f"all are in {shown(context.report)}" if context.report else "--report FILE lists all"
        yield f"… and {counted(more, 'more finding')}: {where}"
    yield from _advice(report, ledger, context, style)
    if context.is_piped and (report.totals.withheld or ledger.lossy):
        yield style.yellow(_into_the_pipe(report.totals, ledger.lossy))


def _into_the_pipe(totals: Totals, lossy: int) -> str:
    """The last word to somebody whose producer has the records by now."""
    went = f"into the pipe went {counted(totals.emitted, 'record')}"
    if lossy:
        went += f", {lossy} of them mended with loss"
    return f"{went}; {totals.withheld} withheld did not" if totals.withheld else went


def counts(totals: Totals) -> str:
    """The first line: everything that was counted."""
    left_out = totals.records - totals.emitted - totals.withheld
    out = f"{totals.emitted} emitted, {totals.withheld} withheld"
    if left_out:
        out += f", {counted(left_out, 'tombstone')} left out"
    if totals.left_out:
        out += f"; {totals.left_out} more not asked for"
    if totals.emitted_before:
        out += f"; {totals.emitted_before} more left out, emitted before"
    return (
        f"{counted(totals.records, 'record')}: {totals.valid} valid, {totals.repaired} repaired, "
        f"{counted(totals.tombstones, 'tombstone')}, {totals.irrecoverable} irrecoverable; {out}; "
        f"{counted(totals.notices, 'notice')}, {counted(totals.garbage_bytes, 'byte')} of garbage"
    )


def full_text(report: Report, ledger: Ledger, context: Context) -> Iterator[str]:
    """The lines of the text report: the summary with all findings, partitions and hazards."""
    yield counts(report.totals)
    yield from _inputs(report.inputs)
    yield from _findings(report.findings, PLAIN)
    yield from _advice(report, ledger, context, PLAIN)
    for row in report.partitions:
        yield _partition(row)
    for hazard in report.hazards:
        where = place(hazard["topic"], hazard["partition"], hazard["offset"])
        yield "  ".join(filter(None, (f"hazard {hazard['kind']}", f"line {hazard['line']}", where)))


def _inputs(inputs: Iterable[InputAccount]) -> Iterator[str]:
    for account in inputs:
        if account.layout is None:
            yield f"{shown(account.path)}: empty"
            continue
        line = f"{shown(account.path)}: {counted(account.lines, 'line')}, {account.grammar}"
        if account.grammar != "json":
            line += f" {shown(account.layout, 80)}"
        if account.alternatives:
            line += f" (the same output as {shown(', '.join(account.alternatives), 100)})"
        yield line
        if account.doubt is not None:
            heading = "unclear" if account.confidence == "unclear" else "as told, but"
            yield f"  {heading}: {shown(account.doubt, 400)}"
        for wrapper in account.wrappers:
            if wrapper["count"] > 1:
                count = counted(wrapper["count"], "line")
                yield f"  {shown(wrapper['kind'])} taken off {count}, from line {wrapper['first_line']} on"
        if account.unread_members:
            yield f"  {_unread(account.unread_members)}"
        if account.null_keys:
            words = ", ".join(f"{shown(word)} ({count})" for word, count in account.null_keys.items())
            yield f"  keys that are a word for null were taken for none: {words}; {_IF_KCAT}"
        if len(account.sections) > 1:
            yield from _sections(account.sections)
        if account.broken_off is not None:
            yield f"{shown(account.path)}: {shown(account.broken_off)}; the rest of it is not in these counts"


_IF_KCAT = "if the word is the key, say how the dump was made: --command '…', or --kcat-format '…'"


def _unread(members: dict[str, int]) -> str:
    """What records hold that goes nowhere."""
    names = [f"{shown(name, 40)} ({count})" for name, count in members.items()]
    more = ", …" if len(names) > MOST_LINES else ""
    return f"members that the layout does not know are left out: {', '.join(names[:MOST_LINES])}{more}"


def _sections(sections: list[SectionEntry]) -> Iterator[str]:
    for section in sections[:MOST_LINES]:
        lines = f"lines {section['first_line']} to {section['last_line']}"
        layout = f"{section['grammar']} {shown(section['layout'], 80)}, {section['confidence']}"
        yield f"  {lines}: {counted(section['records'], 'record')}, {layout}"
    if len(sections) > MOST_LINES:
        yield f"  … and {counted(len(sections) - MOST_LINES, 'more section')}"


def _findings(findings: Iterable[Finding], style: Style) -> Iterator[str]:
    for finding in findings:
        line = line_of(finding)
        yield style.yellow(line) if finding["emitted"] else style.red(line)


def _edits(finding: Finding) -> Iterator[str]:
    """What was changed, where in the document."""
    for edit in finding["edits"][:MOST_LINES]:
        deleted, inserted = (shown_text(edit[name], 30) for name in ("delete", "insert"))
        change = f"{deleted} becomes {inserted}" if deleted and inserted else f"-{deleted}"
        if not deleted:
            change = f"+{inserted}"
        yield f"    at byte {edit['at']}: {change}  ({shown(edit['why'])})"
    more = len(finding["edits"]) - MOST_LINES
    if more > 0:
        yield f"    … and {counted(more, 'more edit')}"


def _alternatives(finding: Finding) -> Iterator[str]:
    """What else the document may have been, each with its price; the price of the output before them."""
    prices = [f"{price:g}" for price in finding["prices"]]
    if len(prices) > len(finding["alternatives"]):
        yield f"    price {prices.pop(0)}"
    for text, price in zip(finding["alternatives"], prices, strict=True):
        yield f"    or, price {price}: {shown_text(text, 200)}"


def _advice(report: Report, ledger: Ledger, context: Context, style: Style) -> Iterator[str]:
    totals = report.totals
    if totals.holds_nothing:
        yield style.yellow("nothing in it is as the layout says: dumpfix detect DUMP shows what it looks like")
    if totals.garbage_bytes and ledger.first_garbage is not None:
        path, line = ledger.first_garbage
        garbage = counted(totals.garbage_bytes, "byte of garbage belongs", "bytes of garbage belong")
        yield f"{garbage} to no record, first at {shown(path)}:{line}"
    if totals.garbage_payloads:
        yield style.yellow(f"{counted(totals.garbage_payloads, 'whole document')} inside the garbage: {_kept(context)}")
    if ledger.lossy:
        yield style.yellow(
            f"{counted(ledger.lossy, 'record')} emitted with loss (partial, guess): look before you produce"
        )
    if totals.withheld:
        yield style.yellow(f"{counted(totals.withheld, 'record')} withheld: {_kept(context)}")
    bolder = _bolder(report.findings.first, context.level)
    if bolder:
        yield f"some of them could be repaired: --repair {bolder}"
    if report.hazard_counts:
        kinds = ", ".join(f"{kind} {number}" for kind, number in report.hazard_counts.items())
        yield f"hazards (valid JSON that may trip a consumer): {kinds}; --withhold-hazards KIND,… keeps them back"
        if "scalar_null" in report.hazard_counts:
            yield "scalar_null: where null may have been a delete, a dump by kcat -J shows which it is"
    yield from _left_out(ledger, context)
    if not any(account.holds_rejects for account in report.inputs):
        yield from _gaps(report.partitions)
        yield from _poison(report.partitions, style)
    if totals.emitted and not context.is_check and not context.is_repair:
        yield from _receiving(report, ledger.largest_payload, context)


def _kept(context: Context) -> str:
    return f"kept in {shown(context.rejects)}" if context.rejects else "--rejects FILE keeps their bytes"


def _bolder(findings: Iterable[Finding], level: str) -> str | None:
    wanted = {f["level"] for f in findings if f["withheld_because"] in ("level", "incomplete")}
    return next((name for name in ("guess", "partial", "lossless") if name in wanted and name != level), None)


def _left_out(ledger: Ledger, context: Context) -> Iterator[str]:
    if ledger.has_headers and context.to in ("values", "kcat"):
        yield f"headers exist and --to {context.to} leaves them out: --to envelope or console-producer keeps them"
    if ledger.has_keys and context.to == "values":
        yield "keys exist and --to values leaves them out: --to kcat or envelope keeps them"


def _gaps(partitions: Iterable[PartitionEntry]) -> Iterator[str]:
    rows = [row for row in partitions if row["records"] and (row["gap_count"] or row["duplicates"])]
    for row in rows[:MOST_LINES]:
        yield _partition(row)
    if len(rows) > MOST_LINES:
        yield f"… and {counted(len(rows) - MOST_LINES, 'more partition')} with gaps or duplicates"


def _partition(row: PartitionEntry) -> str:
    name = place(row["topic"], row["partition"], None)
    line = f"{name}  {counted(row['records'], 'record')}"
    if row["first_offset"] is not None:
        line += f", offsets {row['first_offset']} to {row['last_offset']}"
    if row["gap_count"]:
        some = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in row["gaps"][:3])
        more = ", …" if row["gap_count"] > 3 else ""
        line += f", {counted(row['gap_count'], 'gap')} ({some}{more})"
    if row["duplicates"]:
        line += f", {counted(row['duplicates'], 'duplicate')}"
    return line


def _poison(partitions: Iterable[PartitionEntry], style: Style) -> Iterator[str]:
    """Where a consumer that parses what it reads gets stuck."""
    rows = [row for row in partitions if row["next_good_offset"] is not None]
    for row in rows[:MOST_LINES]:
        some = ", ".join(map(str, row["poison"][:3])) + (", …" if row["poison_count"] > 3 else "")
        where = place(row["topic"], row["partition"], None)
        yield style.bold(f"no valid JSON in the topic: {where}  {counted(row['poison_count'], 'offset')} ({some})")
    if len(rows) > MOST_LINES:
        yield f"… and {counted(len(rows) - MOST_LINES, 'more partition')}: the report has them (poison)"
    if rows:
        yield "a consumer that is stuck there: dumpfix plan DUMP says what heals its group"


def _receiving(report: Report, largest: int, context: Context) -> Iterator[str]:
    """The command to paste that takes the output."""
    topic = _topic(report.partitions)
    oversize = report.hazard_counts.get("oversize", 0)
    # Room for key and protocol around the largest payload; kcat needs 2 KiB of it itself.
    limit = f"-X message.max.bytes={(largest // 100_000 + 2) * 100_000}"
    if oversize and context.to != "console-producer":
        yield f"{counted(oversize, 'payload')} over {OVERSIZE} bytes, more than kcat -P takes by itself: add {limit}"
    deleting = report.totals.tombstones
    if context.to in ("kcat", "console-producer") and deleting:
        what = (
            "deletes what the topic has under its key"
            if deleting == 1
            else "delete what the topic has under their keys"
        )
        yield f"{counted(deleting, 'record')} {what}"
    if context.to == "kcat":
        yield f"put it back: kcat -P -b BROKER -t {topic} -K '\\t' -Z {MURMUR2}{' ' + limit if oversize else ''}"
    elif context.to == "console-producer":
        properties = ("parse.headers=true", "parse.key=true", f"null.marker={NULL_MARKER.decode()}")
        options = " ".join(f"--property {text}" for text in properties)
        yield f"put it back: kafka-console-producer.sh --bootstrap-server BROKER --topic {topic} {options}"


def _topic(partitions: Iterable[PartitionEntry]) -> str:
    topics = {row["topic"] for row in partitions}
    only = topics.pop() if len(topics) == 1 else None
    return shlex.quote(only) if only else "TOPIC"
