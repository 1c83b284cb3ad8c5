"""The price of one reading of a head, in bits: a sum over the tiles that the scanner gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dumpfix.detection import prices
from dumpfix.detection.columns import Columns, Words
from dumpfix.detection.least import Least
from dumpfix.detection.plain import line_bits
from dumpfix.detection.texts import Payload, Texts, is_piece
from dumpfix.detection.work import ITEM, PRICED, ROW, Known, Searching, Work
from dumpfix.framing.elements import PartialMatch, fixed_run
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import scanner_for
from dumpfix.framing.window import Window
from dumpfix.layout.model import Alternation, AnyLayout, Element, Layout, Literal, ObjectLayout
from dumpfix.layout.model import Field as FieldElement
from dumpfix.layout.vocabulary import JSON_VALUES, Kind

_BLANKS = b" \t\r\n"
_OPENERS = (b"{", b"[")
#: the rules of a tool's own notices begin so
_KEY_AND_SIZE = ("KEY", "KEY_SIZE")
#: the share of payloads that are no JSON from which on all are taken for text; where the others are numbers and the
#: like, which any text holds
MOSTLY, PARTLY = 0.75, 0.25
_KCAT = ("kcat", "rdkafka")
_JAVA = ("console_consumer", "log4j", "java")
#: the fields of a key and a payload alone
KEYED = ("KEY", "VALUE")
_ALONE = ("VALUE",)
#: the attributes in which two readings can differ
SAID = ("value", "key", "partition", "offset", "topic", "timestamp", "headers")


@dataclass(slots=True)
class Reading:
    """What one layout makes of a head, and its price.

    ``unexplained`` counts bytes; ``kinds`` the payloads of each kind; ``says`` is what each record would put out.
    ``is_pending``: no record is whole yet, and one may have begun; ``pending_bits`` are those of a record that may go
    on behind the head. ``rest_is_text``: what goes on behind it is no document.
    """

    layout: AnyLayout
    notices: tuple[Layout, ...]
    grammar: str
    bits: float
    records: int = 0
    unexplained: int = 0
    seen: set[str] = field(default_factory=set)
    kinds: dict[str, int] = field(default_factory=dict)
    says: list[dict[str, bytes | None]] = field(default_factory=list)
    is_pending: bool = False
    pending_bits: float = 0.0
    layout_bits: float = 0.0
    rest_is_text: bool = False

    def at_the_end(self, bits: float) -> Reading:
        """The same as it stands now, at this price."""
        says, kinds = list(self.says), dict(self.kinds)
        return replace(self, bits=bits, says=says, kinds=kinds, seen=set(self.seen))

    @property
    def is_by_java(self) -> bool:
        """Whether notices of Kafka's own tools, or of what runs them, stand in it."""
        return any(name.startswith(_JAVA) for name in self.seen)

    @property
    def is_by_kcat(self) -> bool:
        """Whether notices of kcat, or of its library, stand in it."""
        return any(name.startswith(_KCAT) for name in self.seen)

    @property
    def is_text(self) -> bool:
        """Whether most of its payloads are no JSON, nor were meant to be."""
        others, scalars = self.kinds.get("other", 0), self.kinds.get("scalar", 0)
        return others > PARTLY * self.records and others + scalars > MOSTLY * self.records

    @property
    def may_be_text(self) -> bool:
        """Whether most of its payloads are no JSON, or all are numbers and strings behind keys alone, as the words and
        numbers of any text and the cells of any table may be."""
        scalars = self.kinds.get("scalar", 0) + self.kinds.get("string", 0)
        is_all = scalars + self.kinds.get("null", 0) == self.records
        return self.is_text or (scalars > 0 and is_all and self.layout.fields == KEYED)

    @property
    def documents(self) -> int:
        """Payloads that are JSON, or were meant to be."""
        return sum(self.kinds.get(kind, 0) for kind in ("container", "envelope", "string", "scalar", "broken"))


class Pricer:
    """Adds up the price of one reading."""

    def __init__(self, reading: Reading, texts: Texts) -> None:
        self.reading = reading
        self.texts = texts
        self.head = b""
        self.columns = Columns(reading.layout, texts)
        self.values = Words()
        self._nulls_alone = prices.MOST_NULLS_ALONE if reading.layout.fields == _ALONE else 0
        #: the words of the lines that nothing explains, by their places
        self.lines: dict[int, Words] = {}
        layout = reading.layout
        self.blank_lines = layout.blank_lines if isinstance(layout, Layout) else 0
        self.is_object = isinstance(layout, ObjectLayout)
        self.is_anchored = self.is_object or (isinstance(layout, Layout) and layout.is_anchored)
        #: what it prints need not have had a partition and an offset
        self.may_lack_place = any(FieldElement(name).kind is Kind.JSON_FLAG for name in layout.fields)
        self.required = (
            frozenset() if isinstance(layout, Layout) else frozenset(m.field.meaning for m in layout.members)
        )
        self.has_extra = isinstance(layout, Layout) and any(
            isinstance(e, FieldElement) and not e.meaning for e in layout.elements
        )

    def span(self, span: Span) -> None:
        """What stands between two records."""
        if span.role == "notice":
            self.reading.seen.add(span.name)
            self.reading.bits += prices.NOTICE
        elif span.role == "garbage":
            self._unexplained(span.start, span.end)
        else:
            text = self.head[span.start : span.end]
            if text.strip(_BLANKS if not self.is_object else _BLANKS + b"[,]"):
                self._unexplained(span.start, span.end)
            else:
                self.reading.bits += prices.BLANK_LINE * max(0, text.count(b"\n") - self.blank_lines)

    def _unexplained(self, start: int, end: int) -> None:
        text = self.head[start:end]
        self.reading.unexplained += len(text)
        plain = sum(line_bits(line, self.texts, self.lines) for line in text.splitlines())
        self.reading.bits += prices.UNEXPLAINED + prices.UNEXPLAINED_BYTE * len(text)
        self.reading.bits += min(self.texts.bits(text), plain)

    def batch(self, batch: Batch) -> Iterator[int]:
        """The records of a batch, one after the other; the bytes of each."""
        names = [e for e in batch.elements if isinstance(e, FieldElement)]
        unneeded = [(f"{e.terminal} {i}", i) for i, e in enumerate(names) if not e.meaning]
        length = batch.lengths
        for index in range(len(batch)):
            fields = batch.fields(index)
            extra = {name: batch.cells[column][index] for name, column in unneeded}
            self._record(fields, extra, self._payload(fields, length[index]), is_whole=True)
            yield length[index]

    def frame(self, frame: Frame) -> None:
        """A record as the rule reads it: what stands between its elements has to be explained as well."""
        reading, fields, layout = self.reading, frame.fields, self.reading.layout
        if "value" not in fields and (layout.has_value or not frame.complete):
            self._unexplained(frame.start, frame.end)
            return
        extra: dict[str, bytes] = {}
        for index, span in enumerate(frame.spans):
            if span.role == "garbage" or (span.role == "separator" and self.head[span.start : span.end].strip(_BLANKS)):
                self._unexplained(span.start, span.end)
            elif span.role == "field" and self.has_extra and not FieldElement(span.name).meaning:
                extra[f"{span.name} {index}"] = self.head[span.start : span.end]
        sizes = {span.name: self.head[span.start : span.end] for span in frame.spans if span.name in _KEY_AND_SIZE}
        size = sizes.get("KEY_SIZE")
        if size is not None and size != b"-1" and size != b"%d" % len(sizes.get("KEY", b"")):
            reading.bits += prices.WRONG_SIZE
        payload = self._payload(fields, frame.end - frame.start)
        if not frame.complete and frame.end < len(self.head):
            reading.bits += prices.INCOMPLETE
        if frame.has_wrong_size:
            reading.bits += prices.WRONG_SIZE
        self._record(fields, extra, payload, is_whole=frame.complete and payload.kind != "other")

    def _payload(self, fields: dict[str, bytes | None], length: int) -> Payload:
        if not self.reading.layout.has_value:
            return Payload("none", prices.OTHER)
        value = fields.get("value")
        known = self._like_before(value)
        if not self.is_object:
            return known
        place = [fields.get(name) or b"" for name in ("partition", "offset") if name in self.required]
        if not all(map(bytes.isdigit, place)) and (any(place) or not self.may_lack_place):
            # An event has a member of that name as well.
            return Payload("other", prices.ENVELOPE + prices.DOCUMENT_BYTE * length)
        # All of the object is one document but for the coordinates, which are priced as such.
        said = sum(len(text) for name, text in fields.items() if text and name not in ("value", "timestamp_type"))
        bits = max(known.bits - self.texts.bits(value or b""), prices.CONTAINER)
        return Payload(known.kind, bits + prices.DOCUMENT_BYTE * max(length - said, 0))

    def _like_before(self, value: bytes | None) -> Payload:
        """A payload; one that was seen before is cheap."""
        known = Payload("null", prices.NULL) if value is None else self.texts.payload(value)
        seen = b"null" if value is None else value
        if known.kind == "other" and is_piece(seen):
            return known
        # That it is no document does not become likelier by being seen again.
        kept = 0.0 if known.kind in ("container", "envelope", "null") else known.bits - self.texts.bits(seen)
        said = known.bits - kept
        if known.kind == "other" and self.is_anchored and not any(map(seen.__contains__, _OPENERS)):
            # A long text repeats its words, as it does in plain text.
            words: dict[int, Words] = {}
            said = min(said, sum(line_bits(line, self.texts, words) for line in seen.splitlines()))
        bits = kept + self.values.bits(seen, said)
        self.values.learn(seen)
        if known.kind == "null" and self._nulls_alone:
            self._nulls_alone -= 1
            bits += prices.NULL_ALONE
        return Payload(known.kind, bits)

    def _record(
        self, fields: dict[str, bytes | None], extra: dict[str, bytes], payload: Payload, *, is_whole: bool
    ) -> None:
        reading = self.reading
        reading.records += 1
        reading.kinds[payload.kind] = reading.kinds.get(payload.kind, 0) + 1
        reading.bits += payload.bits + self.columns.price(fields, extra)
        reading.says.append(fields)
        if is_whole:
            self.columns.learn(fields, extra)


class Scan:
    """One layout read along a head of which more and more is shown; what was priced is not priced again."""

    def __init__(
        self,
        layout: AnyLayout,
        notices: tuple[Layout, ...],
        grammar: str,
        texts: Texts,
        work: Work,
        known: Known | None = None,
    ) -> None:
        self.layout = layout
        self.work = work
        self.priced = Reading(layout, notices, grammar, 0.0)
        self._scanner = scanner_for(layout, notices)
        self._scanner.rule.is_thorough = False
        self._counter = Searching(work, known)
        #: what was shown, and what is known of it
        self._window: Window | None = None
        self._pricer = Pricer(self.priced, texts)
        self._at = 0
        #: whether it has no words for what stands in documents
        self.pays_for_documents = isinstance(layout, Layout) and not any(map(_is_of_json, layout.elements))

    def read(self, head: bytes, bits: float, *, final: bool, most: float, least: Least | None = None) -> Reading | None:
        """The reading of ``head``, whose layout costs ``bits``; None where it costs more than ``most``.

        ``head`` begins with what was shown before. ``final`` says that the dump is over. ``least`` is what any layout
        of lines pays for it.
        """
        last = self._window
        self._window = Window(head, self._counter, is_all=final) if last is None else last.grown(head, is_all=final)
        if not self._go_to_end(self._window, most - bits, least if self.pays_for_documents else None):
            return None
        reading = self.priced.at_the_end(bits + self.priced.bits + _tool_bits(self.priced))
        reading.layout_bits = bits
        if self._at < len(head):
            is_garbage = self._scanner.rule.garbage_from == self._at
            _undecided(reading, head, self._at, self._pricer.texts, is_garbage=is_garbage)
        return reading if reading.bits <= most else None

    def _go_to_end(self, window: Window, most: float, least: Least | None) -> bool:
        priced, pricer = self.priced, self._pricer

        def is_behind(at: int) -> bool:
            return priced.bits + (least.behind(at) if least is not None else 0.0) > most

        if is_behind(self._at):
            return False
        pricer.head = window.data
        work = self.work
        for item in self._scanner.items(window, self._at):
            work.add(ITEM + (item.end - self._at) / PRICED)
            if isinstance(item, Span):
                pricer.span(item)
            elif isinstance(item, Frame):
                pricer.frame(item)
            else:
                end = item.start - item.gap
                for length in pricer.batch(item):
                    end += item.gap + length
                    work.add(ROW)
                    if is_behind(end):
                        self._at = end
                        return False
            self._at = item.end
            if is_behind(self._at):
                return False
        return True


def _is_of_json(element: Element) -> bool:
    """Whether this prints JSON, or holds a bracket of it."""
    if isinstance(element, Alternation):
        return any(any(map(_is_of_json, way)) for way in element.alternatives)
    if isinstance(element, FieldElement):
        return element.kind in JSON_VALUES
    return any(map(element.text.__contains__, _OPENERS))


def _tool_bits(reading: Reading) -> float:
    """What speaks against the tool that a layout is of: notices of the other; where none tells, how often it is so."""
    layout = reading.layout
    if not isinstance(layout, Layout) or any(not isinstance(e, Literal | FieldElement) for e in layout.elements):
        return 0.0
    if any(isinstance(e, FieldElement) and e.meaning not in ("key", "value") for e in layout.elements):
        return 0.0
    by_java = reading.is_by_java
    by_kcat = reading.is_by_kcat
    is_usual = [e.text for e in layout.elements if isinstance(e, Literal)] == [b"\t", b"\n"]
    if (layout.null_literal is not None) == (by_java or (is_usual and not by_kcat)):
        return 0.0
    return prices.OTHER_TOOL if by_java != by_kcat else prices.UNUSUAL_TOOL


def _undecided(reading: Reading, head: bytes, at: int, texts: Texts, *, is_garbage: bool) -> None:
    """What the end of the head holds of a record that goes on, or of nothing."""
    rest = head[at:]
    if is_garbage or not _may_begin(reading.layout, head, at):
        reading.unexplained += len(rest)
        reading.bits += prices.UNEXPLAINED + prices.UNEXPLAINED_BYTE * len(rest) + texts.bits(rest)
        return
    reading.is_pending = not reading.records
    if isinstance(reading.layout, Layout) and reading.layout.is_anchored:
        reading.pending_bits = prices.BROKEN + texts.bits(rest)
        reading.bits += reading.pending_bits
    else:
        payload = texts.payload(rest)
        reading.bits += payload.bits
        # What goes on there is no document yet: it may be another layout that begins.
        reading.rest_is_text = payload.kind == "other"


def _may_begin(layout: AnyLayout, head: bytes, at: int) -> bool:
    if isinstance(layout, ObjectLayout):
        return head[at : at + 1] in (b"{", b"[")
    if not layout.is_anchored:
        return True
    taken = fixed_run(layout.anchor, Window(head), at)
    return taken is not None and (not isinstance(taken, PartialMatch) or bool(taken.cuts))


def payloads(reading: Reading) -> list[bytes]:
    """The payloads of a reading's records."""
    return [(fields.get("value") or b"").strip(_BLANKS) for fields in reading.says]


def differs(one: Reading, other: Reading) -> bool:
    """Whether the records of two readings say something else: other payloads, keys, coordinates."""
    if len(one.says) != len(other.says):
        return True
    return any(_said(a) != _said(b) for a, b in zip(one.says, other.says, strict=True))


def says_less(one: Reading, other: Reading) -> bool:
    """Whether one reading's records say nothing that the other's do not say as well."""
    pairs = zip(one.says, other.says, strict=False)
    return len(one.says) == len(other.says) and all(
        said in (b"", its) for a, b in pairs for said, its in zip(_said(a), _said(b), strict=True)
    )


def _said(fields: dict[str, bytes | None]) -> list[bytes]:
    value = fields.get("value") or b""
    # What is null for one tool is a text for the other: that is told by the tool, not by the layout.
    said = [value.strip(_BLANKS), *(fields.get(name) or b"" for name in SAID[1:])]
    return [b"" if text == b"null" else text for text in said]
