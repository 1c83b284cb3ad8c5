"""Find the layout of a dump in its head, by what each layout would leave unexplained.

A layout explains the bytes of its literals, the digits of its numbers, and payloads that are JSON. What it takes
for a key or for headers it merely tolerates; what is no JSON where a payload should be, and what belongs to no
record, speaks against it. The layout with the lowest cost per byte is the dump's. Decisions depend on bytes only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from dumpfix.framing.elements import Cut, PartialMatch, fixed_run, sized_ends
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import scanner_for
from dumpfix.framing.notices import Notices
from dumpfix.framing.window import Window
from dumpfix.json.validity import is_valid, scan_value
from dumpfix.layout.load import literal_text
from dumpfix.layout.model import (
    Alternation,
    AnyLayout,
    Element,
    Field,
    Grammar,
    HeaderSpelling,
    Layout,
    Literal,
    ObjectLayout,
)
from dumpfix.layout.vocabulary import FREE_TEXT, Kind, is_schema_id

#: so much of the head is looked at first, to leave most layouts out; then the rest of it for those that are left
SAMPLE = 1 << 12
HEAD = 1 << 16

#: records of a head that tell all that it can
ENOUGH = 200
#: so many beginnings of records are kept, to look for labels in them
PREFIXES = 8
#: records of a sample that tell nothing yet: one that is broken refuses every layout
FEW = 2

# Costs per byte.
GARBAGE = 3.0
#: a stretch that belongs to no record, however short: `ts=` before what another layout reads behind it
STRETCH = 20.0
NOT_JSON = 1.5
CUT = 0.1
UNEXPLAINED = 1.0
NAME = 0.1
NUMBER = 0.005
#: at most so much for a whole key that is a document
DOCUMENT = 2.0
#: a payload that begins or ends with a blank: rather a separator that was cut too short
BLANK_EDGE = 3.0
#: a size that is not the length of what follows
WRONG_SIZE = 30.0
#: the rules of a tool's own notices begin so
_KCAT = ("kcat", "rdkafka")
_JAVA = ("console_consumer", "log4j", "java")
#: what the members of an envelope say
_ENVELOPE = frozenset({"topic", "partition", "offset", "value"})
#: keys alone in front of a tab: kafka-console-consumer; anything else without labels: kcat
UNUSUAL = 0.01
#: lines that are looked at for a separator, and how long one may be
MOST_LINES = 20
LONGEST = 8
#: something that the tool would hardly print
AGAINST = 20.0
#: a field of the layout: of two that explain the same, the simpler one
FIELD = 0.001
#: a byte of an object that has all the members of an envelope: lines of JSON it is as well, but not only
ENVELOPE = -3.0
#: of a dump without labels one payload in so many is an object or an array, or the beginning of one
LEAST_CONTAINERS = 4
#: a literal byte explained
LITERAL = -0.01
#: what a JSON text begins with that cannot be anything else
_TELLING = (b"{", b"[", b'"')
_BLANKS = (b" ", b"\t")
#: one row in so many may be what its tool never prints: it is damaged
MOST_IMPOSSIBLE = 8
#: how much dearer than the best a layout may be and still be looked at in the whole head
NEAR = 1.5
NEAR_PER_BYTE = 0.5


@dataclass(slots=True)
class Reading:
    """What came of reading a head with one layout."""

    grammar: Grammar
    layout: AnyLayout
    cost: float = 0.0
    length: int = 0
    records: int = 0
    json_payloads: int = 0
    containers: int = 0
    payloads: int = 0
    garbage: int = 0
    #: the rules of the notices that were seen
    notices: set[str] = field(default_factory=set)
    containers_cut: int = 0
    documents_as_keys: int = 0
    shows_no_headers: bool = False
    #: rows that no tool prints like this: a text in the place of a schema id, or of headers, that can be none
    impossible: int = 0
    envelopes: int = 0
    #: payloads that begin or end with a blank
    blank_edges: int = 0
    #: the first record has begun as the layout says, and more lines have to come before it can be read
    is_pending: bool = False
    #: what stands before each payload
    prefixes: list[bytes] = field(default_factory=list)
    #: what this reading would put out: payload and coordinates of each record
    says: list[tuple[object, ...]] = field(default_factory=list)
    partitions: set[bytes] = field(default_factory=set)
    schema_ids: set[bytes] = field(default_factory=set)

    @property
    def cost_per_byte(self) -> float:
        """The measure by which layouts are compared."""
        return self.cost / max(self.length, 1)

    @property
    def bad(self) -> int:
        """Payloads that are no JSON."""
        return self.payloads - self.json_payloads

    @property
    def trusts_bare_numbers(self) -> bool:
        """Whether partition, offset or timestamp are taken from numbers that no label names."""
        layout = self.layout
        if isinstance(layout, ObjectLayout) or not {"PARTITION", "OFFSET", "TIMESTAMP"} & set(layout.fields):
            return False
        has_label = any(isinstance(e, Alternation) for e in layout.elements)
        return not has_label and not any(
            isinstance(e, Literal) and any(map(_is_wordlike, e.text)) for e in layout.elements
        )

    @property
    def ends_with_bare_number(self) -> bool:
        """Whether a number that no label names stands behind the payload."""
        match self.layout.suffix if isinstance(self.layout, Layout) else ():
            case (Literal(text=text), Field() as last, Literal()):
                return last.kind in (Kind.INTEGER, Kind.WORD) and not any(map(_is_wordlike, text))
        return False

    @property
    def shows_its_tool(self) -> bool:
        """Whether a Java tool's own notices are among the records."""
        return any(name.startswith(_JAVA) for name in self.notices)

    @property
    def is_delimited(self) -> bool:
        """Whether something stands between one record and the next."""
        return isinstance(self.layout, ObjectLayout) or bool(self.layout.suffix) or not self.layout.has_value

    def agrees_with(self, other: Reading) -> bool:
        """Whether both say the same of the records that both have read."""
        shared = min(len(self.says), len(other.says))
        return shared > 0 and self.says[:shared] == other.says[:shared]


def readings(head: bytes, grammars: Sequence[Grammar], *, final: bool) -> list[Reading]:
    """What each layout that could be meant makes of the head, the best first. At most a few dozen."""
    size = SAMPLE
    while True:
        sample = head if len(head) <= size else head[: _line_end(head, size)]
        first = _read_sample(sample, grammars, final=final and len(sample) == len(head))
        if len(sample) == len(head) or any(reading.records > FEW for reading in first):
            break
        size *= 4
    if len(sample) == len(head) or not first:
        return first
    bound = first[0].cost_per_byte + abs(first[0].cost_per_byte) * (NEAR - 1) + NEAR_PER_BYTE
    near = [read(r.grammar, r.layout, head, final=final) for r in first if r.cost_per_byte <= bound or r.is_pending]
    return _ranked(near)


def _read_sample(sample: bytes, grammars: Sequence[Grammar], *, final: bool) -> list[Reading]:
    return _ranked(
        read(grammar, layout, sample, final=final)
        for grammar in grammars
        for layout in grammar.layouts
        if _could_be(layout, sample)
    )


def _ranked(readings: Iterable[Reading]) -> list[Reading]:
    """Those that found a record, the cheapest first, then those whose first record is not whole yet."""
    kept = [reading for reading in readings if reading.records or reading.is_pending]
    return sorted(kept, key=lambda reading: (reading.is_pending, reading.cost_per_byte))


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end + 1


def _could_be(layout: AnyLayout, sample: bytes) -> bool:
    """Whether the sample holds the literals of the layout: most layouts are left out here.

    Of a record over several lines the later ones may not be here yet.
    """
    if isinstance(layout, ObjectLayout):
        return all(b'"' + name + b'"' in sample for name in layout.path_of("value") or ())
    literals = [e.text.strip(b"\n") for e in layout.elements if isinstance(e, Literal)]
    if _is_one_line(layout):
        return all(text in sample for text in literals)
    return not literals or literals[0] in sample


def _is_one_line(layout: Layout) -> bool:
    literals = [e.text for e in layout.elements if isinstance(e, Literal)]
    return not any(b"\n" in text.rstrip(b"\n") for text in literals) and b"\n" not in b"".join(literals[:-1])


def read(grammar: Grammar, layout: AnyLayout, head: bytes, *, final: bool) -> Reading:
    """Read a head with one layout and add up what it costs."""
    reading = Reading(grammar, layout, length=len(head))
    at = 0
    scanner = scanner_for(layout, grammar.notices)
    scanner.rule.is_thorough = False
    for item in scanner.items(head, 0, final=final):
        if reading.records > ENOUGH:
            break
        at = item.end
        if isinstance(item, Span):
            _add_span(reading, item, head)
        else:
            frames = item.frames() if isinstance(item, Batch) else (item,)
            for frame in frames:
                _add_record(reading, layout, frame, head[frame.start : frame.end])
                value = frame.fields.get("value")
                if value and frame.is_valid and len(reading.prefixes) < PREFIXES:
                    record = head[frame.start : frame.end]
                    reading.prefixes.append(record[: max(record.rfind(value), 0)])
    if at < len(head):
        # The last record is not decided: that speaks for no layout, unless there is no other record, or it is most of
        # the head: another layout may get further.
        undecided = len(head) - at
        reading.length = at if reading.records else len(head)
        if not reading.records:
            reading.cost += undecided * NOT_JSON
        elif undecided * 2 > len(head):
            reading.cost += undecided * CUT
        reading.is_pending = not reading.records and not reading.garbage and _has_begun(layout, head, at)
    if not isinstance(layout, ObjectLayout):
        reading.cost += len(layout.fields) * FIELD * max(reading.records, 1)
    if isinstance(layout, Layout):
        reading.cost += _last_number(reading) + _implausible(reading, layout)
    return reading


def _has_begun(layout: AnyLayout, head: bytes, at: int) -> bool:
    """Whether a record of several lines may have begun at ``at``."""
    if isinstance(layout, ObjectLayout):
        return head[at : at + 1] in (b"{", b"[")
    if not layout.is_anchored or _is_one_line(layout):
        return False
    return _may_go_on(layout.elements, (), head, at)


def _may_go_on(elements: Sequence[Element], cuts: tuple[Cut, ...], head: bytes, at: int) -> bool:
    """Whether the head ends before these elements can be told not to stand at ``at``.

    Where a length is printed, what stands behind the text either fits by now or never will.
    """
    taken = fixed_run(elements, Window(head), at)
    if taken is None or isinstance(taken, PartialMatch):
        return taken is not None
    cuts, at = (*cuts, *taken[0]), taken[1]
    texts = (i for i, e in enumerate(elements) if isinstance(e, Field) and e.kind in FREE_TEXT)
    index = next(texts, None)
    if index is None:
        return True
    text = elements[index]
    assert isinstance(text, Field)
    ends = sized_ends(text, cuts, head, at, None)
    rest = elements[index + 1 :]
    return not ends or any(end > len(head) or _may_go_on(rest, cuts, head, end) for end in ends)


def _last_number(reading: Reading) -> float:
    """A bare number behind the payload is a partition (console-consumer 2.5) or a schema id (Confluent)."""
    if not isinstance(reading.layout, Layout) or reading.records < 1:
        return 0.0
    last = [e.terminal for e in reading.layout.suffix if isinstance(e, Field)]
    if last == ["VALUE_SCHEMA_ID"] and (b"0" in reading.schema_ids or len(reading.schema_ids) > 2):
        return AGAINST
    if last == ["PARTITION"] and len(reading.partitions) == 1 and b"0" not in reading.partitions:
        return AGAINST
    return 0.0


def _add_span(reading: Reading, span: Span, head: bytes) -> None:
    length = span.end - span.start
    if span.role == "notice":
        reading.notices.add(span.name)
    elif span.role == "garbage":
        reading.garbage += length
        reading.cost += length * GARBAGE + STRETCH
    elif span.end - span.start > 2 and isinstance(reading.layout, Layout):
        reading.cost += head.count(b"\n", span.start, span.end) * FIELD


def _add_record(reading: Reading, layout: AnyLayout, frame: Frame, record: bytes) -> None:
    reading.records += 1
    fields = frame.fields
    value = fields.get("value")
    explained = frame.end - frame.start
    if "value" not in fields and (layout.has_value or not frame.complete):
        # A record that breaks off before its payload: the layout did not get far here.
        reading.cost += explained * NOT_JSON
        return
    if isinstance(layout, Layout):
        explained -= _add_texts(reading, layout, frame, value)
        _add_schema_ids(reading, frame)
    reading.says.append(
        (value and value.strip(), *(fields.get(n) for n in ("topic", "partition", "offset", "timestamp")))
    )
    reading.partitions.add(fields.get("partition") or b"")
    reading.schema_ids.add(fields.get("value_schema_id") or b"")
    if isinstance(layout, ObjectLayout):
        # Events have members called payload or topic too: only all of an envelope's members make one.
        is_envelope = fields.keys() >= _ENVELOPE and all(_is_number(fields[n]) for n in ("partition", "offset"))
        reading.envelopes += is_envelope
        # What it names costs as in other layouts; what it passes over says that this is another tool's record.
        unnamed = max(_members(record) - len(fields), 0)
        reading.cost += (len(fields) + 2 * unnamed) * FIELD
        reading.cost += explained * (ENVELOPE if is_envelope else NOT_JSON)
    if value is not None:
        explained -= len(value)
        _add_payload(reading, layout, frame, value)
    reading.cost += explained * LITERAL


def _members(record: bytes) -> int:
    """How many members an object has; 0 where it is none that can be read."""
    try:
        found = orjson.loads(record.strip(b", \t\r\n[]"))
    except ValueError:
        return 0
    return len(found) if isinstance(found, dict) else 0


def _add_texts(reading: Reading, layout: Layout, frame: Frame, value: bytes | None) -> int:
    """What the key, the headers and the coordinates cost; how many bytes are merely tolerated."""
    fields = frame.fields
    taken = 0
    looks_like_json = isinstance(layout.elements[0], Literal) and layout.elements[0].text[:1] == b"{"
    headers = fields.get("headers")
    spelling = layout.headers
    has_no_headers = headers is not None and headers == (spelling.none if spelling else b"")
    reading.shows_no_headers |= has_no_headers
    if headers is not None and not has_no_headers and spelling is not None and not _may_be_headers(headers, spelling):
        reading.cost += AGAINST
        reading.impossible += bool(spelling.none)
    for name in ("key", "headers"):
        text = fields.get(name)
        if text and not (has_no_headers and name == "headers"):
            explains_itself = name == "key" and text[:1] in _TELLING and is_valid(text)
            if explains_itself:
                reading.cost += 0 if looks_like_json else min(len(text) * NAME, DOCUMENT)
            else:
                reading.cost += 0 if looks_like_json else len(text) * UNEXPLAINED
            taken += len(text)
            if not any(map(_is_wordlike, text)) or (name == "key" and text.startswith(reading.grammar.labels)):
                reading.cost += AGAINST
            if b'{"' in text and value and value[:1] not in (b"{", b"[") and not _names_its_payload(layout):
                # Rather a payload with something behind it.
                reading.documents_as_keys += 1
                reading.cost += AGAINST
            if text[:1] in (b" ", b"\t", b"\n") or text[-1:] in (b" ", b"\t", b"\n"):
                reading.cost += BLANK_EDGE
    topic = fields.get("topic")
    reading.cost += len(topic or b"") * NAME
    reading.cost += sum(len(fields.get(n) or b"") for n in ("partition", "offset", "timestamp")) * NUMBER
    if layout.is_sized and frame.has_wrong_size:
        reading.cost += WRONG_SIZE
    return taken


def _may_be_headers(text: bytes, spelling: HeaderSpelling) -> bool:
    """Whether a text is one that the tool prints for headers, and not the one for none."""
    if not text:
        return not spelling.none
    first = text.split(spelling.separator, 1)[0] if spelling.separator else text
    return spelling.value_separator in first


def _names_its_payload(layout: Layout) -> bool:
    """Whether a word stands in front of the payload: what is behind it is the payload, whatever it looks like."""
    last = layout.prefix[-1] if layout.prefix else None
    return isinstance(last, Literal) and any(map(_is_wordlike, last.text))


def _add_schema_ids(reading: Reading, frame: Frame) -> None:
    """A schema id is a number or a GUID; Confluent's tools print ``null`` for it where they do so for the rest."""
    for name in ("key", "value"):
        text = frame.fields.get(f"{name}_schema_id")
        if text is None or is_schema_id(text):
            continue
        if text == b"null" and frame.fields.get(name) is None:
            continue
        reading.cost += AGAINST
        # What is JSON is a payload itself, and what stands before it the key.
        reading.impossible += is_valid(text)


def _add_payload(reading: Reading, layout: AnyLayout, frame: Frame, value: bytes) -> None:
    """What a payload costs, and what it is evidence for."""
    reading.payloads += bool(value)
    if not value:
        if layout.null_literal is not None:
            # A console-consumer prints null for null; an empty value is rare there.
            reading.cost += 1
    elif frame.is_valid or (not frame.complete and value[:1] in _TELLING and is_valid(value)):
        # What the dump does not show of a record's end says nothing of a document that shows its own.
        reading.json_payloads += 1
        reading.containers += value.lstrip()[:1] in (b"{", b"[")
        if isinstance(layout, Layout) and not layout.is_sized and (value[:1] in _BLANKS or value[-1:] in _BLANKS):
            reading.cost += BLANK_EDGE
            reading.blank_edges += 1
    elif isinstance(layout, ObjectLayout):
        # Members with these names are evidence enough; what the payload is does not matter.
        pass
    else:
        begin = len(value) - len(value.lstrip())
        looks_cut = value[begin : begin + 1] in _TELLING and scan_value(value, begin, len(value)).state != "complete"
        reading.containers_cut += looks_cut
        reading.cost += len(value) * (CUT if looks_cut else NOT_JSON)


def _is_number(text: bytes | None) -> bool:
    return text is not None and text.removeprefix(b"-").isdigit()


def _is_wordlike(byte: int) -> bool:
    return byte >= 0x80 or chr(byte).isalnum()


def _implausible(reading: Reading, layout: Layout) -> float:
    """What speaks against numbers that no label names: offsets that go down, timestamps of no time."""
    cost = 0.0
    highest: dict[object, int] = {}
    for _, topic, partition, offset, timestamp in reading.says:
        if isinstance(offset, bytes) and offset.isdigit():
            key = (topic, partition)
            if "PARTITION" in layout.fields and int(offset) <= highest.get(key, -1):
                cost += AGAINST
            highest[key] = int(offset)
        if (
            isinstance(timestamp, bytes)
            and timestamp != b"0"
            and timestamp.isdigit()
            and len(timestamp) not in (12, 13)
        ):
            cost += AGAINST
        if isinstance(partition, bytes) and len(partition) > 6:
            cost += AGAINST
    # What a command asks for comes first among its layouts, and needs no evidence.
    is_first = reading.grammar.layouts[0] == layout
    if "HEADERS" in layout.fields and not reading.shows_no_headers and not is_first:
        # Printed less often than keys, and not seen to be headers: nothing but a colon says so.
        cost += AGAINST if not layout.is_anchored or "KEY" not in layout.fields else 0.0
    cost += AGAINST * sum(len(o) == 13 for _, _, _, o, _ in reading.says if isinstance(o, bytes))
    unlabelled = [offset for _, _, partition, offset, _ in reading.says if offset is not None and partition is None]
    if len(set(unlabelled)) * 3 < len(unlabelled):
        cost += AGAINST * len(unlabelled)
    return cost + _unusual(reading, layout)


def _unusual(reading: Reading, layout: Layout) -> float:
    """Of a layout of keys and values alone: whether the other tool would rather have printed it."""
    if any(
        isinstance(e, Alternation) or (isinstance(e, Field) and e.meaning not in ("key", "value"))
        for e in layout.elements
    ):
        return 0.0
    literals = [e.text for e in layout.elements if isinstance(e, Literal)]
    by_kcat = any(name.startswith(_KCAT) for name in reading.notices)
    is_java = reading.shows_its_tool or (literals == [b"\t", b"\n"] and not by_kcat)
    return UNUSUAL * reading.records if (layout.null_literal is not None) != is_java else 0.0


def best(
    head: bytes, grammars: Sequence[Grammar], *, final: bool, is_asked_for: bool = False
) -> tuple[list[Reading], list[str]]:
    """The readings that may be meant, the best first, and in words why others that looked near are out.

    ``is_asked_for``: the user named the grammar, so that lines without any JSON may be what is meant.
    """
    tried: list[str] = []
    kept: list[Reading] = []
    notices = Notices.of(tuple(dict.fromkeys(notice for grammar in grammars for notice in grammar.notices)))
    for reading in readings(notices.first(head), grammars, final=final):
        if reading.is_pending and final:
            continue
        why = None if is_asked_for or reading.is_pending else objection(reading)
        if why is None:
            kept.append(reading)
        else:
            tried.append(f"{describe(reading.layout)}: {why}")
    return kept, tried


def objection(reading: Reading) -> str | None:
    """Why a reading cannot be what the dump is; None where it can."""
    layout = reading.layout
    if reading.garbage * 2 > reading.length:
        return "most of the dump would belong to no record"
    if isinstance(layout, ObjectLayout):
        return None if reading.envelopes * 2 > reading.records else "hardly any object has what an envelope has"
    if reading.impossible * MOST_IMPOSSIBLE > reading.records:
        return "a schema id would be no number, or headers would be none"
    if not reading.is_delimited and not reading.containers:
        return "records with nothing between them would hold no object or array"
    if not reading.is_delimited and (reading.json_payloads < reading.payloads or reading.blank_edges):
        return "records with nothing between them would not all be JSON"
    has_words = layout.is_anchored and any(map(_holds_words, layout.anchor))
    if layout.is_anchored and reading.cost_per_byte < 1.0 and (has_words or reading.json_payloads):
        return None
    if has_words and reading.payloads and reading.garbage * 10 <= reading.length:
        # Words at the beginning of every record are evidence enough: the topic holds something else than JSON.
        return None
    numbers = reading.json_payloads - reading.containers
    if reading.containers and numbers * 3 > reading.payloads > 3:
        return "every second or third payload would be a bare number: rather fields on lines of their own"
    if reading.documents_as_keys and not reading.containers:
        return "the keys would be documents and the payloads numbers"
    if reading.containers:
        is_dump = (reading.containers + reading.containers_cut) * LEAST_CONTAINERS >= reading.payloads
        return None if is_dump else "hardly any payload would be JSON"
    if not reading.json_payloads:
        return "no payload would be JSON"
    if reading.json_payloads < reading.payloads or reading.garbage:
        return "not every payload would be JSON, and none an object or an array"
    if reading.blank_edges:
        return "every payload would be a number, with a blank beside it"
    separators = [e.text for e in layout.prefix if isinstance(e, Literal)]
    if separators and all(text.isspace() and text != b"\t" for text in separators):
        return "numbers behind a blank are no payloads"
    return None


def _holds_words(element: Element) -> bool:
    """Whether an element tells more than numbers do."""
    return isinstance(element, Alternation) or (isinstance(element, Literal) and any(map(_is_wordlike, element.text)))


def key_separator(grammar: Grammar, head: bytes) -> bytes | None:
    """What stands behind the first labelled column of the first line that has one, where it is not the usual.

    Taken for a separator: what reaches up to the next label, else the longest of those that the grammar lists
    between a key and a value. None where the usual one stands there, or no such column is seen.
    """
    labelled = [
        (layout.elements[0], layout.elements[1].text)
        for layout in grammar.layouts
        if isinstance(layout, Layout)
        and len(layout.elements) > 1
        and isinstance(layout.elements[0], Alternation)
        and isinstance(layout.elements[1], Literal)
    ]
    usual = grammar.named.get("KEY_SEPARATOR")
    if not labelled or usual is None:
        return None
    labels = {text.removeprefix(usual) for _, text in labelled} - {b"", b"\n"}
    for line in head.splitlines(keepends=True)[:MOST_LINES]:
        taken = fixed_run((labelled[0][0],), Window(line), 0)
        if taken is None or isinstance(taken, PartialMatch):
            continue
        end = taken[1]
        if line.startswith(usual, end):
            return None
        near = [at for label in labels if (at := line.find(label, end, end + LONGEST + len(label))) > 0]
        listed = [text for text in _listed_separators(grammar) if line.startswith(text, end)]
        return line[end : min(near)] if near else max(listed, key=len, default=None)
    return None


def _listed_separators(grammar: Grammar) -> Iterator[bytes]:
    """The literals that stand between a key and a value in the layouts that have nothing else."""
    for layout in grammar.layouts:
        match layout.elements if isinstance(layout, Layout) else ():
            case (Field(terminal="KEY"), Literal(text=text), Field(terminal="VALUE"), Literal()):
                yield text


def describe(layout: AnyLayout) -> str:
    """A layout in one line: literals quoted, fields by name."""
    if isinstance(layout, ObjectLayout):
        return (
            "{"
            + ", ".join(b".".join(member.path).decode("utf-8", "backslashreplace") for member in layout.members)
            + "}"
        )
    lead = [literal_text(b"\n" * layout.blank_lines)] if layout.blank_lines else []
    return " ".join(lead + [_shown(element) for element in layout.elements])


def _shown(element: Element) -> str:
    if isinstance(element, Literal):
        return literal_text(element.text)
    return element.terminal if isinstance(element, Field) else element.rule
