"""Layouts read off a dump: what stands around the payloads, aligned over all records of the head.

Lines are told apart by what they begin with; how often they come round gives the lines of a record. In each of these,
words that name what follows (``offset=``) and separators are constant, what stands between is a column. Which field a
column without a name is, is left to the prices: several layouts are proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, islice

from dumpfix.detection import prices
from dumpfix.detection.candidates import READ_OFF, Candidate
from dumpfix.detection.lines import BLANK, Line, lines_of
from dumpfix.detection.read_off.alignment import alike_rows, parts_of, with_empty_columns
from dumpfix.detection.read_off.fields import typed
from dumpfix.detection.read_off.header import are_column_names, with_column_names
from dumpfix.framing.notices import Notices
from dumpfix.layout.model import Element, Field, HeaderSpelling, Layout, Literal

#: lines of a record
MOST_LINES = 16
#: records that are aligned, spread over the head
MOST_ROWS = 48
#: layouts that come of columns that nothing names
MOST_LAYOUTS = 16
#: of the lines that come round so many have to be of the same kind; a longer round has to be that much better
ALIKE, BETTER = 0.4, 0.1
#: ways to tell columns apart in front of the payload and behind it
_HOW = (("numbers", "numbers"), ("words", "words"), ("separators", "separators"), ("separators", "words"))
_SPELLING = HeaderSpelling(b"=", ambiguous_separator=b",", null=b"NULL")


def candidates(head: bytes, notices: Notices) -> Iterator[Candidate]:
    """Layouts that the dump which begins with ``head`` may have, each with its price."""
    lines = lines_of(head, notices)
    if not any(line.has_document for line in lines):
        return
    if spaced := _spaced_documents(lines):
        bits = prices.VALUES_ALONE + prices.KNOWN_LITERAL
        yield Candidate(Layout(READ_OFF, "", spaced), notices.given, READ_OFF, bits)
    ends_with_carriage_returns = head[: head.find(b"\n") + 1].endswith(b"\r\n")
    given, header = notices.given, lines[0].text if are_column_names(lines[0]) else b""
    if header:
        # The line that names the columns is none of the records'.
        lines = lines[1:]
        given = (*given, Layout(READ_OFF, "column_names", (Literal(header + b"\n"),)))
    seen: set[tuple[Element, ...]] = set()
    for period in _periods(lines):
        found = _rows(lines, period)
        if not found:
            continue
        rows, payload = alike_rows(found)
        ways = [parts_of(rows, payload, front=front, behind=behind) for front, behind in _HOW]
        if header:
            ways = [named for parts in ways if (named := with_column_names(parts, header))]
        ways += [tuple(with_empty_columns(parts, len(rows))) for parts in ways]
        for elements, bits in chain.from_iterable(islice(typed(parts), MOST_LAYOUTS) for parts in dict.fromkeys(ways)):
            if elements not in seen:
                seen.add(elements)
                spelling = _SPELLING if Field("HEADERS") in elements else None
                layout = Layout(READ_OFF, "", elements, null_or_empty_literal=b"NULL", headers=spelling)
                layout = layout.with_carriage_returns() if ends_with_carriage_returns else layout
                yield Candidate(layout, given, READ_OFF, bits)


def _spaced_documents(lines: Sequence[Line]) -> tuple[Element, ...]:
    """Documents alone with as many blank lines behind each; nothing where there are none, or others."""
    runs = [len(list(run)) if is_blank else -1 for is_blank, run in groupby(lines, lambda line: line.kind == BLANK)]
    documents = [line for line in lines if line.kind != BLANK]
    are_alone = all(line.has_document and not line.before and not line.after for line in documents)
    between = set(runs[1 : 2 * len(documents) - 2 : 2])
    is_regular = len(runs) >= 2 * len(documents) - 1 and len(between) == 1 < len(documents)
    return (Field("VALUE"), Literal(b"\n" * (1 + between.pop()))) if are_alone and is_regular else ()


# -- the lines of a record ---------------------------------------------------------------------------------------------


def _periods(lines: Sequence[Line]) -> list[int]:
    """After how many lines the same kinds of lines come round again; the likeliest first."""
    kinds = [line.kind for line in lines]
    found: list[int] = []
    best = ALIKE - BETTER
    for period in range(1, min(MOST_LINES, len(kinds) - 1) + 1):
        # That blank lines are alike says nothing.
        pairs = Counter(zip(kinds, kinds[period:], strict=False))
        count = pairs.total() - pairs.pop((BLANK, BLANK), 0)
        share = sum(times for (one, other), times in pairs.items() if one == other) / max(count, 1)
        if share > best + BETTER:
            found.append(period)
            best = share
    if not found and len(kinds) <= MOST_LINES:
        found.append(len(kinds))
    # Of few lines a round of many comes out well by chance.
    return list(dict.fromkeys([*found[::-1][:2], *found[:1]]))


def _rows(lines: Sequence[Line], period: int) -> list[Sequence[Line]]:
    """The records: the lines from one beginning to the next, those that have the kinds of most."""
    first = next(index for index, line in enumerate(lines) if line.has_document)
    kinds: dict[tuple[bytes, ...], list[Sequence[Line]]] = {}
    for at in range(len(lines) - period + 1):
        row = lines[at : at + period]
        if any(line.has_document for line in row):
            kinds.setdefault(tuple(line.kind for line in row), []).append(row)
    most = max(kinds.values(), key=len, default=[])
    rows = most
    # The first line of the dump begins a record, or else what leads up to the first document does.
    for begin in (max(first - period + 1, 0), 0):
        # Its payload may be broken: what begins like it is asked for.
        alike = (found for kind, found in kinds.items() if kind[0] == lines[begin].kind)
        found = max(alike, key=len, default=[])
        rows = found if len(found) * 2 >= len(most) else rows
    # The first ones side by side: what comes round again is not left out by the step between the others.
    near, far = rows[: MOST_ROWS // 2], rows[MOST_ROWS // 2 :]
    return [*near, *far[:: len(far) // MOST_ROWS * 2 + 1]]
