"""A layout for a dump that no grammar has: read off what repeats between one payload and the next.

The payloads show themselves, since they are JSON. What stands between them is cut into words and the rest; what all
records share is the skeleton of the layout, what differs are its fields. ``offset=5 partition=0 key=ada value={…}``
names its fields itself: only what a label names is taken for a field of Kafka's, and a number that is the length of
every payload for its size. Without labels nothing is read out of a key, since keys may well be made of parts
(``tenant:user``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from dumpfix.detection.told.kcat_format import HEADER_SPELLING
from dumpfix.json.validity import scan_value
from dumpfix.layout.load import literal_text
from dumpfix.layout.vocabulary import TOPIC_BYTES

#: words in front of a field, in small letters, and the terminal that they announce
LABELS = {
    "topic": "TOPIC",
    "partition": "PARTITION",
    "part": "PARTITION",
    "p": "PARTITION",
    "offset": "OFFSET",
    "off": "OFFSET",
    "o": "OFFSET",
    "timestamp": "TIMESTAMP",
    "ts": "TIMESTAMP",
    "time": "TIMESTAMP",
    "createtime": "TIMESTAMP",
    "logappendtime": "TIMESTAMP",
    "t": "TIMESTAMP",
    "key": "KEY",
    "k": "KEY",
    "headers": "HEADERS",
    "header": "HEADERS",
    "hdrs": "HEADERS",
    "hdr": "HEADERS",
    "h": "HEADERS",
}
_INTEGERS = frozenset({"PARTITION", "OFFSET", "TIMESTAMP"})
_TEXTS = frozenset({"KEY", "HEADERS"})
#: what announces the payload itself, or something that is of no use here
_OTHER_LABELS = frozenset({"value", "payload", "message", "msg", "data", "body", "v", "size", "bytes", "length", "len"})
#: what announces the payload itself, and is no part of a key in front of it
_PAYLOAD_LABELS = frozenset({"value", "payload", "message", "msg", "data", "body"})
_KNOWN = LABELS.keys() | _OTHER_LABELS
#: what announces a number, and is hardly a part of a key (as ``p:0`` and ``t/17`` may be)
_NUMBER_LABELS = frozenset({"offset", "partition", "timestamp", "createtime", "logappendtime"})
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") | frozenset(range(0x80, 0x100))

#: records that are compared
MOST_ROWS = 8
#: what stands between two payloads is no longer than this, and no field longer than that
LONGEST_GAP = 2048
LONGEST_FIELD = 512
#: a payload that is looked for: no shorter array or object tells anything (``[0]`` is a partition)
SHORTEST_DOCUMENT = 5
#: the places of a head at which a document is looked for
MOST_TRIED = 256


@dataclass(frozen=True, slots=True)
class _Slot:
    """What stands at one place of each record: the same text in all of them, or a text of its own in each."""

    texts: tuple[bytes, ...]
    is_label: bool = True

    @property
    def constant(self) -> bytes | None:
        """The text that all records have here."""
        return self.texts[0] if len(set(self.texts)) == 1 else None

    @property
    def label(self) -> str | None:
        """The known label that stands here in every record."""
        text = self.constant
        word = text.decode("utf-8", "replace").lower() if text else ""
        return word if self.is_label and word in _KNOWN else None

    @property
    def is_separator(self) -> bool:
        """Whether something that is no word stands here in every record."""
        text = self.constant
        return text is not None and text[0] not in _WORD

    @property
    def are_numbers(self) -> bool:
        """Whether each record has a number here."""
        return all(text.isdigit() or (text[:1] == b"-" and text[1:].isdigit()) for text in self.texts)

    @property
    def are_words(self) -> bool:
        """Whether each record has one word of the kind that topics are made of here."""
        return all(text and TOPIC_BYTES.issuperset(text) for text in self.texts)


def grammar_for(head: bytes) -> str | None:
    """A grammar for the dump that begins like this; None where nothing repeats that could be one."""
    documents = list(islice(_documents(head), MOST_ROWS + 1))
    gaps = [head[before[1] : after[0]] for before, after in pairwise(documents)]
    if not gaps or any(len(gap) > LONGEST_GAP for gap in gaps):
        return None
    slots = _skeleton([_tokens(gap) for gap in gaps])
    if slots is None:
        return None
    first = documents[0][0]
    if not _are_named(slots):
        slots = [_Slot(slot.texts, is_label=False) for slot in slots]
    cut = _cut(slots, head[max(0, first - LONGEST_GAP) : first])
    if cut is None:
        return None
    sizes = [end - start for start, end in documents]
    # What stands before a payload in a gap belongs to the one behind the gap, the rest to the one before it.
    return _written([*_parts(slots[cut:], sizes[1:]), "VALUE", *_parts(slots[:cut], sizes[:-1])])


def _are_named(slots: Sequence[_Slot]) -> bool:
    """Whether labels say so much that they are no parts of keys: two different ones, or one that is unmistakable.

    ``key:5 {…}`` and ``k - {…}`` may be keys as they stand. ``offset=5 {…}`` and ``payload: {…}`` name what follows.
    """
    labels = [(index, slot.label) for index, slot in enumerate(slots) if slot.label]
    if len({LABELS.get(label, label) for _, label in labels}) > 1:
        return True
    return any(_is_unmistakable(slots, index, label) for index, label in labels)


def _is_unmistakable(slots: Sequence[_Slot], index: int, label: str) -> bool:
    """Whether this label stands where only a label does: before the payload, or before numbers that it names."""
    rest = slots[index + 1 :]
    if label in _PAYLOAD_LABELS:
        return len(rest) == 1 and rest[0].is_separator and (rest[0].constant or b"").strip() in (b":", b"=")
    return label in _NUMBER_LABELS and len(rest) > 1 and rest[0].is_separator and rest[1].are_numbers


def shows_labels(prefix: bytes) -> bool:
    """Whether a word that may be a label stands in front of a payload."""
    return any(token.decode("utf-8", "replace").lower() in _KNOWN for token in _tokens(prefix))


def _documents(head: bytes) -> Iterator[tuple[int, int]]:
    """Where objects, and arrays that hold some, stand in the head."""
    at = 0
    for _ in range(MOST_TRIED):
        starts = [found for found in (head.find(b"{", at), head.find(b"[", at)) if found >= 0]
        if not starts:
            return
        start = min(starts)
        found = scan_value(head, start, len(head))
        is_payload = head[start] == 0x7B or b"{" in head[start : found.at]
        if found.state == "complete" and found.at - start >= SHORTEST_DOCUMENT and is_payload:
            yield start, found.at
            at = found.at
        else:
            at = start + 1


def _skeleton(rows: Sequence[list[bytes]]) -> list[_Slot] | None:
    """What all rows share, and what differs between; None where a difference is no field: too long, or lines."""
    common: list[bytes] = rows[0]
    for row in rows[1:]:
        common = _common(common, row)
    if b"\n" not in common:
        return None
    slots: list[_Slot] = []
    columns = list(zip(*(_between(common, row) for row in rows), strict=True))
    for index, texts in enumerate(columns):
        if any(b"\n" in text or len(text) > LONGEST_FIELD for text in texts):
            return None
        if any(texts):
            slots.append(_Slot(texts))
        if index == len(common):
            break
        token = common[index]
        before = slots[-1].constant if slots else None
        is_more = before is not None and slots[-1].is_separator and token[0] not in _WORD
        if before is not None and is_more and (token == b"\n" or not before.endswith(b"\n")):
            slots[-1] = _Slot((before + token,) * len(rows))
        else:
            slots.append(_Slot((token,) * len(rows)))
    return slots


def _common(one: Sequence[bytes], other: Sequence[bytes]) -> list[bytes]:
    """The longest common subsequence of two rows of tokens."""
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            here = lengths[i + 1][j + 1] + 1 if one[i] == other[j] else 0
            lengths[i][j] = max(here, lengths[i + 1][j], lengths[i][j + 1])
    out = []
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j] and lengths[i][j] == lengths[i + 1][j + 1] + 1:
            out.append(one[i])
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return out


def _between(common: Sequence[bytes], row: Sequence[bytes]) -> list[bytes]:
    """What stands in a row before each of the common tokens, and behind the last.

    A separator that stands right before the next common token is meant, not one of its like inside the field.
    """
    places: list[int] = []
    at = 0
    for token in common:
        at = row.index(token, at) + 1
        places.append(at - 1)
    for index in range(len(common) - 2, -1, -1):
        near = places[index + 1] - 1
        if row[near] == common[index] and common[index][0] not in _WORD:
            places[index] = near
    ends = [*places, len(row)]
    begins = [0, *(place + 1 for place in places)]
    return [b"".join(row[begin:end]) for begin, end in zip(begins, ends, strict=True)]


def _cut(slots: Sequence[_Slot], before: bytes) -> int | None:
    """Where a record begins between two payloads: as many slots from the end as what stands before the first payload.

    Line feeds that lead the first record may be missing. None where the first record begins otherwise.
    """
    found: int | None = None
    for cut in range(len(slots), -1, -1):
        begin = _read_back(slots[cut:], before)
        if begin is not None and (not begin or before[begin - 1] == 0x0A):
            found = cut
    return found


def _read_back(slots: Sequence[_Slot], text: bytes) -> int | None:
    """Where ``text`` begins to read like these slots, when it is read from its end; None where it does not."""
    at = len(text)
    for index in range(len(slots) - 1, -1, -1):
        slot = slots[index]
        if slot.is_separator or slot.label:
            constant = slot.constant or b""
            if not text.endswith(constant, 0, at):
                return None
            at -= len(constant)
            continue
        # A field, or a word that may be one: up to what stands before it, or the beginning of its line.
        previous = slots[index - 1].constant if index else b"\n"
        begin = text.rfind(previous or b"\n", 0, at)
        begin = begin + len(previous or b"\n") if begin >= 0 else 0
        if b"\n" in text[begin:at] or (index and not begin):
            return None
        at = begin
    return at


def _parts(slots: Sequence[_Slot], sizes: Sequence[int]) -> list[str]:
    """The slots as they are written in a grammar. ``sizes`` are the lengths of the payloads that they belong to."""
    parts: list[str] = []
    taken: set[str] = set()
    key_begins = -1
    index = 0
    while index < len(slots):
        slot = slots[index]
        label = slots[index - 2].label if index >= 2 and slots[index - 1].is_separator else None
        is_sized = index == key_begins
        named = "KEY" if is_sized else LABELS.get(label or "")
        end = _field_end(slots, index)
        if slot.label or slot.is_separator:
            part, end = literal_text(slot.constant or b""), index + 1
        elif slot.texts == tuple(b"%d" % size for size in sizes):
            part, end = "VALUE_SIZE", index + 1
        elif named == "KEY" and not is_sized and (size_of := _sized(slots, index)):
            part, end, key_begins = "KEY_SIZE", index + 1, size_of
        elif named in _INTEGERS and named not in taken and slot.are_numbers:
            part, end = named, index + 1
        elif named in _TEXTS and named not in taken:
            part = named
        elif named == "TOPIC" and named not in taken and slot.are_words:
            part, end = named, index + 1
        elif slot.constant is not None and not slot.are_numbers:
            part, end = literal_text(slot.constant), index + 1
        else:
            part, end = ("INTEGER" if slot.are_numbers else "WORD" if slot.are_words else "TEXT"), index + 1
        parts.append(part)
        taken.add(part)
        index = end
    return parts


def _field_end(slots: Sequence[_Slot], index: int) -> int:
    """Where a field that begins here ends: with its line, or at the last separator before the next label."""
    for at in range(index + 1, len(slots)):
        if b"\n" in (slots[at].constant or b""):
            return at
        if slots[at].label:
            return max(at - 1, index + 1)
    return max(len(slots) - 1, index + 1)


def _sized(slots: Sequence[_Slot], index: int) -> int:
    """Where the key begins whose length stands here (``Key (3 bytes): ada``); 0 where nothing is that long."""
    begin = index + 4
    if not slots[index].are_numbers or begin >= len(slots) or not slots[index + 2].label:
        return 0
    texts = _joined(slots[begin : _field_end(slots, begin)])
    lengths = tuple(b"%d" % len(text) for text in texts)
    return begin if lengths == tuple(text.replace(b"-1", b"0") for text in slots[index].texts) else 0


def _joined(slots: Sequence[_Slot]) -> list[bytes]:
    return [b"".join(texts) for texts in zip(*(slot.texts for slot in slots), strict=True)]


def _written(parts: Sequence[str]) -> str | None:
    """The parts as a grammar; None where a field would touch another, or no line end stands behind the payload."""
    joined: list[str] = []
    for part in parts:
        if joined and part.startswith('"') and joined[-1].startswith('"'):
            joined[-1] = joined[-1][:-1] + part[1:]
        else:
            joined.append(part)
    if any(not one.startswith('"') and not other.startswith('"') for one, other in pairwise(joined)):
        return None
    # Blank lines between records are nothing that a record needs.
    while joined[-1].endswith('\\n\\n"'):
        joined[-1] = joined[-1][:-3] + '"'
    fields = dict.fromkeys(part for part in joined if not part.startswith('"'))
    if not joined[-1].endswith('\\n"') or len(fields) == 1:
        return None
    headers = HEADER_SPELLING if "HEADERS" in fields else ""
    return (
        f'start: record*\nrecord: {" ".join(joined)}\nNULL_OR_EMPTY_LITERAL: "NULL"\n'
        f"{headers}%declare {' '.join(fields)}\n"
    )


def _tokens(text: bytes) -> list[bytes]:
    """Words, and the single bytes between them."""
    out: list[bytes] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or text[at] not in _WORD or text[start] not in _WORD:
            out.append(text[start:at])
            start = at
    return out
