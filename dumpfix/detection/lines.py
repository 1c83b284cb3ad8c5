"""The lines of a head as they are compared: what stands before a document, behind it, and of which kind the line is."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from dumpfix.detection.texts import documents_in
from dumpfix.framing.notices import Notices
from dumpfix.framing.window import Window
from dumpfix.json.validity import is_valid, scan_value
from dumpfix.layout.conversions import date_end, time_end
from dumpfix.layout.vocabulary import TOPIC_BYTES

Token = bytes

#: lines of a head that are compared
MOST = 512
#: what stands around a payload is no longer than this
LONGEST = 512
#: texts of which is remembered what they are made of: each look at a longer head asks again
MOST_KEPT = 1 << 12
LONGEST_DOCUMENT = 1 << 14
#: the kind of lines that hold nothing
BLANK = b"\n"
#: bytes behind their lines in which documents are followed that then break off
MOST_FOLLOWED = 1 << 17
#: how lines begin that are the inside of a document
_INSIDE_A_DOCUMENT = tuple(bytes([byte]) for byte in b" \t}],")

_WORD = TOPIC_BYTES | frozenset(range(0x80, 0x100))
_OTHER = b"\0"
#: which bytes are those of words
_SHAPE = bytes(byte in _WORD for byte in range(256))
_QUOTES = (b'"', b"'")
_OPENERS = (b"{", b"[")
#: bytes that tools print between fields only if they are told to
_NOT_PRINTED = frozenset(range(0x20)) - frozenset(b"\t\r\n\x1b\x1c\x1d\x1e\x1f\x01")
#: bytes in front of what a Schema Registry knows: a zero, and the id
_FRAMED = 5
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ALPHANUMERIC = _LETTERS | frozenset(b"0123456789") | frozenset(range(0x80, 0x100))
_NAMING = (b":", b"=", b"(")
_NAMING_WORDS = (b" ", b"-", b"[", b"+", b"@")


class Line(NamedTuple):
    """A line without its end, or the lines of one document: ``before``, ``after`` stand around the last ``document``.

    ``kind`` is what lines of the same kind share: the word that they begin with, or what kind of thing it is.
    """

    before: bytes
    after: bytes
    kind: bytes
    document: bytes = b""
    is_broken: bool = False
    documents: int = 0

    @property
    def text(self) -> bytes:
        """All of it."""
        return self.before + self.document + self.after

    @property
    def has_document(self) -> bool:
        """Whether a document stands in it, or the beginning of one, or what a word names as the payload."""
        return self.documents > 0


def lines_of(head: bytes, notices: Notices) -> list[Line]:
    """The lines that are no notices; a document over several lines makes one of them."""
    out: list[Line] = []
    at = 0
    window = Window(head)
    following = _Following(head)
    while at < len(head) and len(out) < MOST:
        notice = notices.match(window, at)
        if notice is not None and notice.end > at:
            at = notice.end
            continue
        line_end = head.find(b"\n", at)
        line_end = len(head) if line_end < 0 else line_end
        line, at = _line(following, at, line_end)
        if line is None:
            continue
        if line.document and not line.before:
            label = next((at for at in range(len(out) - 1, -1, -1) if out[at].kind != BLANK), -1)
            if label >= 0 and out[label].documents and _names_nothing(out[label]):
                # What a word names as the payload stands below it.
                out[label] = out[label]._replace(before=out[label].text, document=b"", documents=0)
        out.append(line)
    return out


def _names_nothing(line: Line) -> bool:
    """Whether a line with a word for the payload has none behind it, or the rest of a sentence (``Message on …:``)."""
    return not line.document or (not is_valid(line.document) and line.before.rstrip()[-1:].isalpha())


#: how Python begins what it prints of bytes, and of a string that holds double quotes
PYTHON_BYTES = (b"b'", b'b"')
_PYTHON = (*PYTHON_BYTES, b"'")


class _Following:
    """Follows the documents of a head that go on behind the ends of their lines."""

    def __init__(self, head: bytes) -> None:
        self.head = head
        self._left = MOST_FOLLOWED

    def end_of_document(self, start: int, line_end: int) -> int:
        """Where a document stops that goes on behind a line end; where it breaks off, the last line is its own."""
        head = self.head
        stop = min(start + LONGEST_DOCUMENT, max(line_end, start) + self._left, len(head))
        scanned = scan_value(head, start, stop)
        if scanned.state == "complete":
            return scanned.at
        self._left -= max(scanned.at - line_end, 0)
        while line_end < scanned.at and head[line_end + 1 : line_end + 2] in _INSIDE_A_DOCUMENT:
            end = head.find(b"\n", line_end + 1)
            line_end = len(head) if end < 0 else end
        return line_end


def _line(following: _Following, at: int, line_end: int) -> tuple[Line | None, int]:
    head = following.head
    text = head[at:line_end].rstrip(b"\r")
    found = documents_in(text, 0, len(text)) if b"{" in text or b"[" in text else []
    if text[-1:] in (b"{", b"[") and not (found and found[-1][1] == len(text)):
        found.append((len(text) - 1, len(text)))
    if not found:
        short = text[:LONGEST]
        if text and (at_payload := _behind_label(text)) >= 0:
            return Line(text[:at_payload], b"", kind_of(short), text[at_payload:], documents=1), line_end + 1
        return Line(short, b"", kind_of(short) if text else BLANK), line_end + 1
    start, end = found[-1]
    is_broken = not is_valid(text[start:end])
    if text[:start].endswith(_PYTHON) and text[end : end + 1] == text[start - 1 : start]:
        # In Python's quotes a backslash stands for itself or not, which the payload's repair knows.
        start, end = start - 1 - text[:start].endswith(PYTHON_BYTES), end + 1
    begin = start
    start = _with_what_nobody_prints(text, start)
    is_broken = is_broken or start < begin
    before, after = text[:start], text[end:]
    if len(before) > LONGEST:
        return None, line_end + 1
    if is_broken and end == len(text):
        # It may go on in the next lines.
        stop = following.end_of_document(at + start, line_end)
        if stop > line_end:
            end = stop if (end := head.find(b"\n", stop)) < 0 else end
            document, after = head[at + start : stop], head[stop:end].rstrip(b"\r")
            return Line(before, after[:LONGEST], kind_of(before), document, not is_valid(document), len(found)), end + 1
    return Line(before, after[:LONGEST], kind_of(before), text[start:end], is_broken, len(found)), line_end + 1


def _with_what_nobody_prints(text: bytes, start: int) -> int:
    """Where a payload begins whose document stands there: what no tool prints in front of one belongs to it, brackets
    that it does not close, control characters, a mark of the byte order, the magic byte with the id of a schema."""
    while True:
        if start >= _FRAMED and text[start - _FRAMED] == 0:
            start -= _FRAMED
        elif start and (text[start - 1] in _NOT_PRINTED or text[start - 1 : start] in _OPENERS):
            start -= 1
        elif text[:start].endswith(BOM_UTF8):
            start -= len(BOM_UTF8)
        else:
            return start


def _behind_label(text: bytes) -> int:
    """Where a payload begins that is no document, or empty: behind the last word that names one; -1 where none does."""
    found = tokens(text[:LONGEST])
    for at in range(len(found) - 1, -1, -1):
        if found[at].lower() in PAYLOADS and label_at(found, at):
            at += 1
            if b"(" in found[at : at + 2] and b")" in found[at:]:
                # A length stands between the word and the payload.
                at = found.index(b")", at)
            while at < len(found) and not is_word(found[at]) and found[at] not in (*_QUOTES, *_OPENERS):
                at += 1
            return sum(map(len, found[:at]))
    return -1


def kind_of(text: bytes) -> bytes:
    """What lines of the same kind share: a word that names something, else what sort of thing stands first."""
    if not text:
        return b""
    found = tokens(text[:64])
    for at in range(min(len(found), 4)):
        if label := label_at(found, at):
            return label.lower() + b":"
    first = found[0]
    if first.isdigit():
        return b"9"
    if first[0] in _WORD:
        return b"w" if is_word(first) else first
    return first


def tokens(text: bytes) -> list[Token]:
    """Words, documents, and the single bytes between them."""
    return list(_tokens(text))


@lru_cache(maxsize=MOST_KEPT)
def _tokens(text: bytes) -> tuple[Token, ...]:
    out: list[bytes] = []
    at = 0
    for start, end in documents_in(text, 0, len(text)) if b"{" in text or b'"]' in text else ():
        out += [*_words(text[at:start]), text[start:end]]
        at = end
    return (*out, *_words(text[at:]))


def _words(text: bytes) -> Iterator[bytes]:
    """Words and single bytes; a date with its time is one word."""
    shape = text.translate(_SHAPE)
    at = 0
    while at < len(text):
        end = shape.find(_OTHER, at)
        if end == at:
            end += 1
        elif end < 0:
            end = len(text)
        if text[at + 4 : at + 5] == b"-" and text[at : at + 4].isdigit():
            end = max(end, date_end(text, at), time_end(text, at))
        yield text[at:end]
        at = end


def is_word(token: Token) -> bool:
    """Whether a token is more than what separates."""
    return len(token) > 1 or token[0] in _ALPHANUMERIC if token.strip(b"-_.") else False


def is_number(token: Token) -> bool:
    """Whether a token is a number as a tool prints it."""
    digits = token.removeprefix(b"-")
    return digits.isdigit() and (digits[:1] != b"0" or len(digits) == 1)


def label_at(row: Sequence[Token], at: int) -> bytes:
    """The word at this place, where it names what follows; empty where it does not."""
    word = row[at]
    if word.lower() not in KNOWN or at + 1 >= len(row):
        return b""
    follower = row[at + 1]
    if follower == b" " and at + 2 < len(row) and row[at + 2].lower() in KNOWN:
        return b""
    if follower in _NAMING or (follower in _NAMING_WORDS and word.lower() in UNMISTAKABLE):
        return word
    behind = row[at + 2] if follower == b" " and at + 2 < len(row) else b""
    return word if behind == b"(" or (word.lower() in _OF_NUMBERS and is_number(behind)) else b""


def own_label_at(row: Sequence[Token], at: int) -> bytes:
    """The word at this place that is not known and stands where one names what follows: behind a blank, and before an
    equals sign, or a colon and a blank. Empty where none does, or another word names this one."""
    word, behind = row[at], list(row[at + 1 : at + 3])
    if at < 2 or row[at - 1] != b" " or not (behind[:1] == [b"="] or behind == [b":", b" "]):
        return b""
    # What stands right behind a label is what that names (``Key: dept=hal``).
    before = row[at - 3] if row[at - 2] in _NAMING and at > 2 else row[at - 2]
    return word if word.isalpha() and not KNOWN.intersection((word.lower(), before.lower())) else b""


#: words that name what follows: behind a colon, an equals sign or a bracket; the unmistakable behind a blank as well
UNMISTAKABLE = frozenset(
    b"topic partition offset timestamp headers key value payload message bytes string data".split()
)
#: words that name a number behind a blank
_OF_NUMBERS = frozenset(b"part off ts time createtime logappendtime".split())
PAYLOADS = frozenset(b"value payload message msg body data".split())
#: words in front of a field, in small letters, and the terminal that they announce
LABELS = {
    **dict.fromkeys((b"topic", b"t"), "TOPIC"),
    **dict.fromkeys((b"partition", b"part", b"p"), "PARTITION"),
    **dict.fromkeys((b"offset", b"off", b"o"), "OFFSET"),
    **dict.fromkeys((b"timestamp", b"ts", b"time", b"createtime", b"logappendtime"), "TIMESTAMP"),
    **dict.fromkeys((b"key", b"k"), "KEY"),
    **dict.fromkeys((b"headers", b"header", b"hdrs", b"hdr", b"h"), "HEADERS"),
}
#: words that name the payload, or say something of a length
OTHER_LABELS = frozenset(
    b"value payload message msg data body v val size bytes length len string record received consumed".split()
)
KNOWN = OTHER_LABELS.union(LABELS)
