"""The fast reader: a linear layout compiled into a few calls in C per column, no bytecode per field.

A region of the dump is split once into records, at the end of one and the beginning of the next; each column is
then cut off by ``bytes.partition`` under ``map``. What comes out is taken only where it provably is what the rule
(:mod:`dumpfix.framing.rule`) says: every separator found, integers all digits, sizes equal to lengths, every
payload a JSON text by itself, texts that close what they open and hold no line end. A record for which one of
these fails is left to the rule, which hands back as soon as it stands at the beginning of a record again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise, repeat
from typing import cast

from dumpfix.framing.columns import is_closed_text
from dumpfix.framing.elements import NULL_SIZE
from dumpfix.framing.frame import Batch
from dumpfix.framing.interpret import null_texts
from dumpfix.framing.rule import Item, LinearRule
from dumpfix.framing.talk import may_be_command
from dumpfix.framing.varied import VariedRule
from dumpfix.framing.window import Window
from dumpfix.json.validity import all_valid, is_valid
from dumpfix.layout.model import Alternation, Field, Layout, Literal, merged
from dumpfix.layout.vocabulary import JSON_VALUES, MARKERS, SIZES, TOPIC_BYTES, Kind

#: a region is looked at in pieces of this size, so that one damaged record costs no more than its neighbourhood
REGION = 1 << 18
#: bytes of a record that is left to the rule, which copies no more of it than its fields
LARGE = 1 << 23

_INTEGERS = (Kind.INTEGER, Kind.SIZE)
_NAME = bytes(TOPIC_BYTES)
_BRACKETS_AND_QUOTES = b'{}[]"'
_LINE_ENDS = (b"\n", b"\r")
_BLANK_LINE = b"\r\n"


class LinearScanner:
    """Reads items from a buffer: batches where the columns prove it, the rule's items elsewhere."""

    def __init__(self, layout: Layout, notices: Sequence[Layout] = ()) -> None:
        self.layout = layout
        self.rule = VariedRule(layout, notices) if layout.variants else LinearRule(layout, notices)
        # A JSON value and blanks end by themselves, not at what separates columns, and a date is converted: the rule
        # does all three.
        left_to_rule = {*JSON_VALUES, Kind.DATE, Kind.BLANKS}
        is_left = bool(layout.variants) or any(Field(name).kind in left_to_rule for name in layout.fields)
        self.has_columns = layout.has_value and not is_left
        last = layout.elements[-1]
        #: whether nothing is decided of a line before its end is here, however long it is
        self.ends_lines = not layout.variants and isinstance(last, Literal) and last.text.endswith(b"\n")

    def items(self, window: Window, at: int) -> Iterator[Item | Batch]:
        """The items from ``at`` on in order, as far as the bytes of the window decide.

        The caller goes on behind the last item with more of them.
        """
        plan: _Plan | None = None
        data = window.data
        waits_for_lines = self.ends_lines and not window.is_all
        while at < window.size:
            if waits_for_lines and window.line_end(at) == window.size and data[at] not in _BLANK_LINE:
                return
            if plan is None and self.has_columns:
                plan = _Plan.of(self.rule, window, at)
            rows = plan.rows(window, at) if plan is not None else None
            if plan is not None and rows is not None:
                for item in self._region(plan, window, rows):
                    yield item
                    at = item.end
                if rows.is_undecided:
                    return
                continue
            decided = self.rule.decided_item(window, at)
            if decided is None:
                return
            yield decided
            at = decided.end

    def _region(self, plan: _Plan, window: Window, rows: _Rows) -> Iterator[Item | Batch]:
        """Batches of the records that the columns prove, and what the rule says of the others, in order."""
        window.work.steps += rows.end - rows.first
        columns = _Columns(plan, rows)
        count = len(rows.texts)
        begin = 0
        for row in [*sorted(columns.bad), count]:
            if row < begin:
                continue
            if row > begin:
                yield columns.batch(begin, row)
            if row == count:
                return
            # Behind a batch the line ends that lead this record in are still to be accounted for.
            at = rows.starts[row] - (rows.gap if row > begin else 0)
            begin = row + 1
            while begin == row + 1 or begin < count or at < rows.end:
                item = self.rule.decided_item(window, at)
                if item is None:
                    rows.is_undecided = True
                    return
                yield item
                at = item.end
                while begin < count and rows.starts[begin] < at:
                    begin += 1
                if begin == count and at >= rows.end:
                    return
                if begin < count and rows.starts[begin] == at:
                    break


class _Rows:
    """The texts of the records of a region, without the first literal of each and the last."""

    __slots__ = ("_starts", "end", "first", "gap", "is_undecided", "outer", "texts")

    def __init__(self, texts: list[bytes], first: int, end: int, outer: int, gap: int) -> None:
        self.texts = texts
        self.first = first
        self.end = end
        self.outer = outer
        self.gap = gap
        self.is_undecided = False
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """Where each record begins; reckoned only where something is wrong."""
        if self._starts is None:
            step = self.outer + self.gap
            lengths = [len(text) + step for text in self.texts]
            self._starts = list(accumulate(lengths[:-1], initial=self.first))
        return self._starts


class _Plan:
    """How to cut the records of one layout into columns, with each choice settled."""

    def __init__(self, rule: LinearRule, elements: Sequence[Literal | Field]) -> None:
        layout = self.layout = rule.layout
        self.blank_separator = rule.blank_separator
        self.constants = dict(MARKERS[e.name] for e in elements if isinstance(e, Literal) and e.name in MARKERS)
        self.elements = merged([e if isinstance(e, Field) else Literal(e.text) for e in elements])
        body = list(self.elements)
        head = body[0]
        self.head = head.text if isinstance(head, Literal) else b""
        if self.head:
            del body[0]
        last = body.pop()
        assert isinstance(last, Literal)
        self.end = last.text
        self.fields = [e for e in body if isinstance(e, Field)]
        self.separators = [e.text for e in body if isinstance(e, Literal)]
        #: what the line feeds are in the dump that stand between one record and the next
        self.gap = (b"\r\n" if self.end.endswith(b"\r\n") else b"\n") * layout.blank_lines
        self.delimiter = self.end + self.gap + self.head
        self.value_column = next(i for i, f in enumerate(self.fields) if f.kind is Kind.PAYLOAD)
        #: a line that is no record may look like one
        self.is_text_first = not self.head and self.fields[0].kind in (Kind.TEXT, Kind.NAME, Kind.WORD)
        self.notice_beginnings = rule.notices.beginnings if self.is_text_first else ()
        #: notices that a blank line belongs to, where a record may be one
        is_blank_record = rule.is_value_first and self.end[:1] in (b"\n", b"\r")
        self.behind_blank = tuple(text[1:] for text in rule.notices.beginnings if is_blank_record and text[:1] == b"\n")

    @staticmethod
    def of(rule: LinearRule, window: Window, at: int) -> _Plan | None:
        """The plan for the records that begin at ``at``; None where the layout cannot be cut this way."""
        layout = rule.layout
        if any(isinstance(e, Alternation) for e in layout.suffix):
            return None
        before = rule.first_elements(window, at)
        if before is None:
            return None
        elements = (*before, Field("VALUE"), *(e for e in layout.suffix if not isinstance(e, Alternation)))
        neighbours = pairwise(elements)
        if any(isinstance(one, Field) and isinstance(other, Field) for one, other in neighbours):
            return None
        if any(isinstance(e, Field) and e.kind is Kind.BINARY_SIZE for e in elements):
            return None
        if not isinstance(elements[-1], Literal) or b"\n" not in elements[-1].text:
            return None
        return _Plan(rule, elements)

    def rows(self, window: Window, at: int) -> _Rows | None:
        """The whole records from ``at`` on, up to a region's length; None where none is whole."""
        data = window.data
        if not data.startswith(self.head, at) or window.place(self.delimiter, at) == window.size:
            return None
        stop = window.place(self.delimiter, at + REGION)
        if stop == window.size:
            stop = data.rfind(self.delimiter, at, at + REGION + len(self.delimiter))
        first = at + len(self.head)
        if stop < first or stop - first > LARGE:
            return None
        texts = data[first:stop].split(self.delimiter)
        return _Rows(texts, at, stop + len(self.end), len(self.head) + len(self.end), len(self.gap))


class _Columns:
    """The fields of many records. ``bad`` are the records for which a column is not what the rule would say."""

    def __init__(self, plan: _Plan, rows: _Rows) -> None:
        self.plan = plan
        self.rows = rows
        self.bad: set[int] = set()
        self.cells = self._cut(rows.texts)
        self.columns: list[Sequence[bytes | None]] = list(self.cells)
        self._check_first()
        self._check_kinds()
        self._check_sizes()
        self._check_values()

    def _cut(self, texts: Sequence[bytes]) -> list[Sequence[bytes]]:
        cells: list[Sequence[bytes]] = []
        for separator in self.plan.separators:
            left, found, texts = zip(*map(bytes.partition, texts, repeat(separator)), strict=True)
            if b"" in found:
                self.bad.update(i for i, text in enumerate(found) if not text)
            cells.append(left)
        cells.append(texts)
        return cells

    def _check_first(self) -> None:
        """A row may be a notice, or begin with line ends that are a separator: the rule tells."""
        beginnings = (*self.plan.notice_beginnings, *_LINE_ENDS)
        first = self.cells[0]
        if not self.plan.head and any(map(bytes.startswith, first, repeat(beginnings))):
            self.bad.update(i for i, text in enumerate(first) if text.startswith(beginnings))
        if self.plan.is_text_first and b" " in b"".join(first):
            self.bad.update(i for i, text in enumerate(first) if b" " in text and may_be_command(text))

    def _check_kinds(self) -> None:
        for element, cells in zip(self.plan.fields, self.cells, strict=True):
            if element.kind in _INTEGERS:
                if not b"".join(cells).isdigit() or b"" in cells or max(map(len, cells)) > 19:
                    holds = _is_size if element.kind is Kind.SIZE else _is_integer
                    self.bad.update(i for i, text in enumerate(cells) if not holds(text))
            elif element.kind is Kind.TEXT:
                self._check_text(cells)
            elif element.kind is not Kind.PAYLOAD and (b"".join(cells).translate(None, _NAME) or b"" in cells):
                self.bad.update(i for i, text in enumerate(cells) if not text or text.translate(None, _NAME))

    def _check_text(self, cells: Sequence[bytes]) -> None:
        joined = b"".join(cells)
        if b"\n" in joined:
            self.bad.update(i for i, text in enumerate(cells) if b"\n" in text)
        if joined.translate(None, _BRACKETS_AND_QUOTES) != joined:
            self.bad.update(i for i, text in enumerate(cells) if not is_closed_text(text))

    def _check_sizes(self) -> None:
        for sizes, element in zip(self.cells, self.plan.fields, strict=True):
            if element.kind not in SIZES:
                continue
            name = element.meaning.removesuffix("_size")
            column = next((i for i, f in enumerate(self.plan.fields) if f.meaning == name), None)
            if column is None:
                continue
            cells = self.cells[column]
            if self.bad:
                wanted = [int(text) if i not in self.bad else 0 for i, text in enumerate(sizes)]
            else:
                wanted = list(map(int, sizes))
            if wanted != list(map(len, cells)):
                self._take_nulls(column, wanted)

    def _take_nulls(self, column: int, wanted: Sequence[int]) -> None:
        nulls: list[bytes | None] = list(self.cells[column])
        for row, (size, text) in enumerate(zip(wanted, self.cells[column], strict=True)):
            if size == -1 and not text:
                nulls[row] = None
            elif size != len(text):
                self.bad.add(row)
        self.columns[column] = nulls

    def _check_values(self) -> None:
        layout = self.plan.layout
        column = self.plan.value_column
        for index, element in enumerate(self.plan.fields):
            if element.meaning in ("key", "value"):
                for null_text in null_texts(layout, element.meaning):
                    if null_text in self.cells[index]:
                        self.columns[index] = [None if text == null_text else text for text in self.columns[index]]
        values = self.columns[column]
        texts = [text for text in values if text] if b"" in values or None in values else values
        if not all_valid(cast("Sequence[bytes]", texts)):
            bad = self.bad
            self.bad.update(i for i, text in enumerate(values) if text and i not in bad and not is_valid(text))
        if self.plan.behind_blank and b"" in values:
            followers = [*values[1:], self.plan.behind_blank[0]]
            self.bad.update(
                i
                for i, (text, follower) in enumerate(zip(values, followers, strict=True))
                if not text and follower is not None and follower.startswith(self.plan.behind_blank)
            )
        separator = self.plan.blank_separator
        if separator and any(map(bytes.endswith, self.cells[column], repeat(separator))):
            # The last separator of the line may be the one that counts.
            self.bad.update(i for i, text in enumerate(self.cells[column]) if text.endswith(separator))
        if not layout.is_sized and any(map(bytes.startswith, self.cells[column], repeat(self.plan.end))):
            # The first place where nothing stands before the end counts: that is an empty payload.
            self.bad.update(i for i, text in enumerate(self.cells[column]) if text.startswith(self.plan.end))
        if not layout.is_sized and any(map(bytes.endswith, self.cells[column], repeat(b"\n"))):
            # Where such a payload ends depends on what follows it.
            self.bad.update(i for i, text in enumerate(self.cells[column]) if text.endswith(b"\n"))

    def batch(self, begin: int, stop: int) -> Batch:
        """The records ``begin`` to ``stop`` as a batch."""
        plan, rows = self.plan, self.rows
        whole = begin == 0 and stop == len(rows.texts)
        cells = self.cells if whole else [column[begin:stop] for column in self.cells]
        columns: dict[str, Sequence[bytes | None]] = {
            element.meaning: column if whole else column[begin:stop]
            for element, column in zip(plan.fields, self.columns, strict=True)
            if element.meaning and element.kind not in SIZES
        }
        lengths = [length + rows.outer for length in map(len, rows.texts[begin:stop])]
        start = rows.first if begin == 0 else rows.starts[begin]
        values, nulls = columns["value"], plan.layout.null_keys
        return Batch(start, plan.elements, cells, columns, plan.constants, values, lengths, rows.gap, nulls)


def _is_integer(text: bytes) -> bool:
    digits = text[1:] if text[:1] == b"-" else text
    return digits.isdigit() and len(digits) <= 20


def _is_size(text: bytes) -> bool:
    return text == NULL_SIZE or (text.isdigit() and len(text) <= 20)
