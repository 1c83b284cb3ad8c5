"""What the bytes of texts and payloads cost. The same bytes cost the same in every reading, so they are remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import orjson

from dumpfix.detection import prices
from dumpfix.json.validity import is_valid, scan_value

_DIGITS = b"0123456789"
_OPENERS = (b"{", b"[")
_CLOSERS = (b"}", b"]")
_BLANKS = b" \t\r\n"
_EDGES = frozenset(b" \t,:|;=>#-~")
#: a member that stands beside them in an envelope
_HELD = frozenset({"key", "value", "payload", "k", "v"})
_BESIDE = _HELD | {"topic"}
#: what tools call the partition, or at least the topic, and the offset in it
_PLACE = (("partition", "partitionid", "partition_id", "p", "topic"), ("offset", "o"))
_LARGEST_ENVELOPE = 1 << 16
#: objects around the one that has them
MOST_AROUND = 2
#: a document has to go on for so many bytes to be one that breaks off, and not a bracket
SHORTEST_BROKEN = 6
#: documents looked for in one text
MOST_DOCUMENTS = 8
#: words of a log's line in front of its message: date, time, level, logger, thread
_LOG_WORDS = 6
_DATE_BYTES = b"0123456789-:.,/TZ+[]"
LEVELS = frozenset({b"TRACE", b"DEBUG", b"INFO", b"WARN", b"WARNING", b"ERROR", b"FATAL", b"CRITICAL", b"NOTICE"})


class Payload(NamedTuple):
    """What a payload is, and its price. ``kind``: container, envelope, null, string, scalar, broken or other."""

    kind: str
    bits: float


class Prose(NamedTuple):
    """A line of plain text or of a log: ``bits`` for all but its words. These are words and their prices where they
    were not seen before, no word for a part of a log's date and time."""

    bits: float
    words: tuple[tuple[bytes, float], ...]


_Price = TypeVar("_Price")


class _Remembered(dict[bytes, _Price]):
    """What is told of a text, made when it is asked for first."""

    def __init__(self, made: Callable[[bytes], _Price]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, text: bytes) -> _Price:
        known = self[text] = self._made(text)
        return known


class Texts:
    """Prices of texts and payloads of one head.

    ``documents``: where objects and arrays stand in a line. ``bits``: the bytes of a text, documents in it at their own
    price. ``prose``: a line that is not blank, without its end, as plain text. ``text``: a key, or any other text that
    was not seen before at its place. ``payload``: one that is not known to be null.
    """

    def __init__(self) -> None:
        self.documents = _Remembered(lambda line: documents_in(line, 0, len(line))).__getitem__
        self.bits = _Remembered(_bits).__getitem__
        self.prose = _Remembered(self._prose).__getitem__
        self.text = _Remembered(self._text).__getitem__
        self.payload = _Remembered(self._payload).__getitem__

    def _prose(self, line: bytes) -> Prose:
        bits = prices.PLAIN_TAB * line.count(b"\t") + prices.NAMED_RECORD * _names_a_record(line)
        documents = 0.0
        before: list[bytes] = []
        at = 0
        for start, end in self.documents(line):
            before.append(line[at:start])
            document = line[start:end]
            bits += prices.DOCUMENT_BYTE * len(document)
            if b"{" in document or b'"' in document:
                documents += document_bits(document)
            at = end
        words = b" ".join([*before, line[at:]]).split()
        is_log = any(word.strip(b"[]:|()") in LEVELS for word in words[:_LOG_WORDS])
        bits += prices.LOG_LINE if is_log else prices.PLAIN_LINE + documents
        priced: list[tuple[bytes, float]] = []
        for index, word in enumerate(words):
            is_time = is_log and index < _LOG_WORDS and not word.strip(_DATE_BYTES)
            priced.append((b"", 0.0) if is_time else (word, self.bits(word) + prices.WORD_END))
        return Prose(bits, tuple(priced))

    def _text(self, text: bytes) -> float:
        bits = prices.NEW_TEXT + self.bits(text) + prices.TAB * text.count(b"\t")
        if text.startswith(_OPENERS):
            if is_valid(text):
                return bits + prices.DOCUMENT_TEXT
            if scan_value(text, 0, len(text)).at >= min(len(text), SHORTEST_BROKEN):
                return bits + prices.HALF_DOCUMENT
        elif text.endswith(_CLOSERS) and documents_in(text, 0, len(text)):
            bits += prices.DOCUMENT_IN_TEXT
        if is_piece(text):
            bits += prices.UNBALANCED
        if text and (text[0] in _EDGES or text[-1] in _EDGES):
            bits += prices.EDGE
        return bits

    def _payload(self, payload: bytes) -> Payload:
        text = payload.strip(_BLANKS)
        if not text:
            return Payload("null", prices.NULL + prices.EDGE * bool(payload))
        edge = prices.EDGE if len(text) != len(payload.rstrip(b"\r\n")) else 0.0
        if text.startswith(_OPENERS):
            if is_valid(text) and not _are_numbers(text):
                bits = prices.CONTAINER + edge + len(text) * prices.DOCUMENT_BYTE
                around = objects_around_place(text)
                kind = "container" if around is None else "envelope"
                # Over several lines it would rather fall to pieces than be what another tool printed.
                is_dear = around == 0 or (around is not None and b"\n" not in text)
                return Payload(kind, bits + prices.ENVELOPE * is_dear)
            if is_valid(text):
                # Numbers in brackets: logs begin so.
                return Payload("scalar", prices.SCALAR + edge + self.bits(text))
            if is_of_python(text):
                return Payload("broken", prices.BROKEN + edge + len(text) * prices.DOCUMENT_BYTE)
            found = scan_value(text, 0, len(text))
            is_broken = found.state != "complete" and found.at >= min(len(text), SHORTEST_BROKEN)
            kind, bits = ("broken", prices.BROKEN) if is_broken else ("other", prices.OTHER)
            return Payload(kind, bits + edge + self.bits(text))
        if text == b"null":
            return Payload("null", prices.NULL + edge)
        if is_valid(text):
            kind, bits = ("string", prices.STRING) if text[:1] == b'"' else ("scalar", prices.SCALAR)
            return Payload(kind, bits + edge + self.bits(text))
        return Payload("other", prices.OTHER + edge + self.bits(text))


def _names_a_record(line: bytes) -> bool:
    """Whether words with a colon or an equals sign name a partition, an offset, and a key or a payload in it."""
    low = line.lower()
    return all(any(name + sign in low for name in names for sign in (b":", b"=")) for names in _OF_A_RECORD)


_OF_A_RECORD = (b"partition",), (b"offset",), (b"key", b"value", b"payload", b"message")


def is_piece(text: bytes) -> bool:
    """Whether a text has brackets that it does not close, or that nothing opens: a piece of a document.

    Documents are no words: their bytes cost the same however often they were seen. So do those of their pieces, or
    whatever documents have in common would be an argument for cutting them in two.
    """
    return any(text.count(opener) != text.count(closer) for opener, closer in zip(_OPENERS, _CLOSERS, strict=True))


def document_bits(text: bytes) -> float:
    """That a document stands in plain text, beside its bytes; one with a record's coordinates is rather a record."""
    return prices.PLAIN_DOCUMENT + prices.ENVELOPE * (objects_around_place(text) == 0)


def is_of_python(text: bytes) -> bool:
    """Whether this is a dictionary or a list of some as Python writes it, with no quote in its strings."""
    if not text.startswith((b"{'", b"[{'")) or b'"' in text:
        return False
    for word, its in ((b"'", b'"'), (b": True", b":true"), (b": False", b":false"), (b": None", b":null")):
        text = text.replace(word, its)
    return is_valid(text)


def _are_numbers(text: bytes) -> bool:
    """Whether a valid JSON text holds numbers in brackets, and nothing else."""
    rest = text.translate(None, b"[], \t\r\n")
    return bool(rest) and not rest.strip(_DIGITS + b"+-.eE")


def objects_around_place(text: bytes) -> int | None:
    """How many objects there are around the one that has a record's partition and offset, in a valid JSON text that is
    an object or an array of them; None where none has."""
    low = text[:_LARGEST_ENVELOPE].lower()
    if not all(any(b'"%b"' % name.encode() in low for name in names) for names in _PLACE):
        return None
    try:
        parsed = orjson.loads(text)
    except ValueError:
        return None
    return _around_place(parsed, 0, is_beside=False)


def _around_place(value: object, around: int, *, is_beside: bool) -> int | None:
    """The same for a value with so many objects around it. Beside a partition and an offset, or around them, stands
    what a record has as well (``is_beside``: it was seen)."""
    if isinstance(value, list) and value:
        return _around_place(value[0], around, is_beside=is_beside)
    if not isinstance(value, dict) or around > MOST_AROUND:
        return None
    members = {name.lower(): one for name, one in value.items()}
    is_beside = is_beside or bool(_BESIDE & members.keys())
    partition, offset = (next((members[name] for name in names if name in members), None) for names in _PLACE)
    # A topic alone may be the subject of an event, where no text beside it holds a document.
    is_topic = isinstance(partition, str) and any(_holds_a_document(members.get(name)) for name in _HELD)
    is_place = is_topic or (isinstance(partition, int) and partition >= 0)
    if is_beside and is_place and isinstance(offset, int) and offset >= 0:
        return around
    inside = (_around_place(one, around + 1, is_beside=is_beside) for one in members.values())
    return next((found for found in inside if found is not None), None)


def _holds_a_document(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("{", "["))


def _bits(text: bytes) -> float:
    """Documents and JSON strings at the price of documents, up to where they break; the rest as text."""
    if text[:1] == b'"' and is_valid(text):
        return len(text) * prices.DOCUMENT_BYTE
    documents = 0
    rest: list[bytes] = []
    at = 0
    for start, end in documents_in(text, 0, len(text)):
        rest.append(text[at:start])
        documents += end - start
        at = end
    rest.append(text[at:])
    plain = b"".join(rest)
    letters = len(plain.translate(None, _DIGITS))
    return (
        documents * prices.DOCUMENT_BYTE
        + letters * prices.TEXT_BYTE
        + (len(plain) - letters) * prices.DIGIT
    )  # fmt: skip


def documents_in(text: bytes, at: int, stop: int) -> list[tuple[int, int]]:
    """Where objects and arrays stand in text[at:stop], those that break off up to where they do."""
    found: list[tuple[int, int]] = []
    for _ in range(MOST_DOCUMENTS):
        starts = [start for start in (text.find(b"{", at, stop), text.find(b"[", at, stop)) if start >= 0]
        if not starts:
            break
        start = min(starts)
        last = max(text.rfind(b"}", start, stop), text.rfind(b"]", start, stop)) + 1
        if last and text[start:last].count(b"\n") == 0 and is_valid(text[start:last]):
            end = last
        else:
            end = scan_value(text, start, stop).at
        if end - start >= SHORTEST_BROKEN:
            found.append((start, end))
            at = end
        else:
            at = start + 1
    return found
