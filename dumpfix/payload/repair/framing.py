"""What stands around a document, or was done to the whole of it: prefixes, suffixes, several documents, padding,
terminal wraps, and one more level of escaping than there should be.

Each function takes the current text and returns the changes that undo one such cause, or None where it does not apply.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from dumpfix.payload.lexer import WHITE_SPACE
from dumpfix.payload.repair.pieces import Change, Grade, apply_changes
from dumpfix.payload.repair.tokens import hex_pair
from dumpfix.payload.validity import is_valid, scan_value

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PREFIX_REACH = 4096
_MOST_FAILURES = 48
_SCAN_BUDGET = 6
_SEPARATORS = WHITE_SPACE + b",;\x1e-\x00"
_NARROWEST_WRAP = 16
_COMMON_WIDTHS = frozenset((72, 80, 100, 120, 132))


def byte_order_mark(text: bytes) -> list[Change] | None:
    """A byte order mark before the document."""
    if not text.startswith(BYTE_ORDER_MARK):
        return None
    return [Change(0, len(BYTE_ORDER_MARK), b"", "byte order mark")]


def padding(text: bytes) -> list[Change] | None:
    """A run of NULs behind the document: storage that was never written."""
    end = len(text.rstrip(b"\0"))
    if end == len(text) or not end:
        return None
    return [Change(end, len(text), b"", "NULs where the end should be")]


def bytes_literal(text: bytes) -> list[Change] | None:
    """A Python `b'…'` around the document, with Python's escapes inside."""
    body = text.strip(WHITE_SPACE)
    if len(body) < 5 or body[:1] != b"b" or body[1:2] not in (b"'", b'"') or body[-1:] != body[1:2]:
        return None
    start = text.find(body)
    end = start + len(body)
    why = "Python bytes literal"
    changes = [Change(0, start + 2, b"", why)]
    at = start + 2
    while (backslash := text.find(b"\\", at, end - 1)) >= 0:
        letter = text[backslash + 1]
        if letter == 0x78 and hex_pair(text, backslash + 2):
            byte = bytes((int(text[backslash + 2 : backslash + 4], 16),))
            changes.append(Change(backslash, backslash + 4, byte, why))
            at = backslash + 4
            continue
        plain = {0x6E: b"\n", 0x72: b"\r", 0x74: b"\t", 0x5C: b"\\", 0x27: b"'", 0x22: b'"'}.get(letter)
        if plain is None:
            return None
        changes.append(Change(backslash, backslash + 2, plain, why))
        at = backslash + 2
    changes.append(Change(end - 1, len(text), b"", why))
    return changes


def escaped_document(text: bytes) -> list[Change] | None:
    """A document whose quotes are escaped as if it stood inside a string: `{\\"a\\":1}`, with or without the quotes."""
    body = text.strip(WHITE_SPACE + b'"')
    if body[:1] not in (b"{", b"[") or not _begins_escaped(body):
        return None
    start = text.find(body)
    why = "the document was escaped"
    changes = [Change(0, start, b"", why)] if start else []
    at = start
    end = start + len(body)
    while (backslash := text.find(b"\\", at, end)) >= 0:
        letter = text[backslash + 1 : backslash + 2]
        plain = {b'"': b'"', b"\\": b"\\", b"/": b"/", b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(letter)
        if plain is None:
            at = backslash + 2
            continue
        changes.append(Change(backslash, backslash + 2, plain, why))
        at = backslash + 2
    if end < len(text):
        changes.append(Change(end, len(text), b"", why))
    return changes


def _begins_escaped(body: bytes) -> bool:
    """Whether the first quote of a document is an escaped one."""
    inner = body.lstrip(b"{[" + WHITE_SPACE)
    return inner[:1] == b"\\" and inner.lstrip(b"\\")[:1] in (b'"', b"n", b"r")


def hex_escapes(text: bytes) -> list[Change] | None:
    """nginx's `\\x22` for every quote (`escape=default`): bytes outside strings spelled in hexadecimal."""
    body = text.lstrip(WHITE_SPACE)
    if not body.lstrip(b"{[" + WHITE_SPACE).startswith(b"\\x22") and not body.startswith((b"\\x7B", b"\\x5B")):
        return None
    changes: list[Change] = []
    at = 0
    while (backslash := text.find(b"\\x", at)) >= 0:
        at = backslash + 2
        if hex_pair(text, at):
            byte = bytes((int(text[at : at + 2], 16),))
            changes.append(Change(backslash, backslash + 4, byte, "hexadecimal escape"))
            at += 2
    return changes or None


def doubled_backslashes(text: bytes) -> list[Change] | None:
    """Every backslash written twice; undone only if that makes the whole text valid."""
    if b'\\\\"' not in text or text.replace(b"\\\\", b"").count(b"\\"):
        return None
    if not is_valid(text.replace(b"\\\\", b"\\")):
        return None
    changes: list[Change] = []
    at = 0
    while (pair := text.find(b"\\\\", at)) >= 0:
        changes.append(Change(pair, pair + 1, b"", "backslashes were doubled"))
        at = pair + 2
    return changes


def hard_wrap(text: bytes) -> list[Change] | None:
    """Line ends that a terminal put in at its width: every line but the last has the same one."""
    if b"\n" not in text:
        return None
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if len(lines) < 2:
        return None
    bare = [line[:-1] if line.endswith(b"\r") else line for line in lines]
    width = _common_width(bare)
    if not width:
        return None
    if len(bare) == 2 and width not in _COMMON_WIDTHS:
        return None
    grade = Grade.SYNTAX if len(bare) > 2 else Grade.CHOICE
    changes: list[Change] = []
    at = 0
    for line, plain in zip(lines, bare, strict=True):
        end = at + len(line)
        start = at + len(plain)
        if end < len(text):
            changes.append(Change(start, end + 1, b"", "wrapped by a terminal", grade))
        at = end + 1
    return changes


def _common_width(lines: list[bytes]) -> int:
    """The width that all lines but the last have, in bytes or in characters; 0 if there is none."""
    for measure in (len, _columns):
        width = measure(lines[0])
        if (
            width >= _NARROWEST_WRAP
            and all(measure(line) == width for line in lines[1:-1])
            and measure(lines[-1]) <= width
        ):
            return width
    return 0


def _columns(line: bytes) -> int:
    return len(line.decode("utf-8", "replace"))


# --------------------------------------------------------------------------------- documents inside other text


class Found(NamedTuple):
    """The complete objects and arrays in a text, as (start, end), and how many bytes were looked at."""

    spans: list[tuple[int, int]]
    work: int


def documents(text: bytes, start: int = 0) -> Found:
    """The complete objects and arrays in text[start:], outermost first, from left to right.

    What begins like one and is none is stepped over; at most 48 such failures and a few times the text's length are
    tried, so the search stays linear.
    """
    spans: list[tuple[int, int]] = []
    size = len(text)
    at, failures, work = start, 0, 0
    while failures < _MOST_FAILURES and work <= _SCAN_BUDGET * size:
        at = _next_opener(text, at)
        if at < 0:
            break
        result = scan_value(text, at, size)
        work += result.at - at
        if result.state == "complete":
            spans.append((at, result.at))
            at = result.at
        else:
            failures += 1
            at += 1
    return Found(spans, work)


def _next_opener(text: bytes, at: int) -> int:
    curly = text.find(b"{", at)
    square = text.find(b"[", at, curly if curly >= 0 else len(text))
    return square if square >= 0 else curly


class Surrounded(NamedTuple):
    """How a document is taken out of the text around it; the other documents in that text; bytes looked at."""

    changes: list[Change]
    alternatives: list[bytes]
    work: int


def surrounded(text: bytes) -> Surrounded | None:
    """Take one document out of the text around it, or list several; None if there is none, or it is part of more."""
    begins = text.lstrip(WHITE_SPACE)[:1] in (b"{", b"[")
    found = documents(text)
    spans = [span for span in found.spans if span[1] - span[0] > 2] or found.spans
    if not spans or (begins and spans[0][0] != len(text) - len(text.lstrip(WHITE_SPACE))):
        return None
    if _continues(text[spans[-1][1] :]) or (not begins and _is_json_like(text[: spans[0][0]])):
        return None
    gaps = [text[a[1] : b[0]] for a, b in pairwise(spans)]
    if len(spans) > 1 and all(not gap.strip(_SEPARATORS) for gap in gaps):
        return _listed(text, spans, found.work)
    longest = max(spans, key=lambda span: span[1] - span[0])
    if any(_continues(gap) for gap in gaps) and longest[1] - longest[0] < len(text) // 2:
        return None
    start, end = longest
    others = [text[span[0] : span[1]] for span in spans if span != longest]
    rivals = any(len(other) * 4 > end - start for other in others)
    changes = _cut_out(text, start, end, Grade.CHOICE if rivals else Grade.SYNTAX)
    return Surrounded(changes, others if rivals else [], found.work)


def _cut_out(text: bytes, start: int, end: int, grade: Grade) -> list[Change]:
    changes = []
    if start:
        changes.append(Change(0, start, b"", "text before the document", grade))
    if end < len(text):
        changes.append(Change(end, len(text), b"", "text behind the document", grade))
    return changes


def _listed(text: bytes, spans: list[tuple[int, int]], work: int) -> Surrounded:
    why = "several documents, listed"
    changes = [Change(0, spans[0][0], b"[", why, Grade.CHOICE)]
    changes.extend(Change(before[1], behind[0], b",", why, Grade.CHOICE) for before, behind in pairwise(spans))
    changes.append(Change(spans[-1][1], len(text), b"]", why, Grade.CHOICE))
    return Surrounded(changes, [text[start:end] for start, end in spans[:4]], work)


def _continues(rest: bytes) -> bool:
    """Whether what follows a document looks like more of the same rather than like text behind it."""
    return rest.lstrip(WHITE_SPACE)[:1] in (b",", b"}", b"]", b":", b'"')


def _is_json_like(prefix: bytes) -> bool:
    """Whether what precedes a document looks like the rest of a bigger one whose beginning is gone."""
    bare = prefix.rstrip(WHITE_SPACE)
    return bare.endswith((b'":', b",", b"[", b"{")) or b'":' in bare or b'","' in bare


def prefix(text: bytes) -> list[Change] | None:
    """Text before a document that is broken itself: it begins at the first bracket that looks like it."""
    bare = text.lstrip(WHITE_SPACE)
    if bare[:1] in (b"{", b"["):
        return None
    at = 0
    limit = min(len(text), _PREFIX_REACH)
    while (at := _next_opener(text, at)) >= 0 and at < limit:
        inner = text[at + 1 : at + 64].lstrip(WHITE_SPACE)
        if inner[:1] in ((b'"', b"'") if text[at] == 0x7B else (b"{",)):
            if _is_json_like(text[:at]):
                return None
            return [Change(0, at, b"", "text before the document")]
        at += 1
    return None


def nested(text: bytes, around: int) -> Iterator[tuple[list[Change], bytes]]:
    """A whole document that was written into the middle of another, near offset `around`: each way to take it out."""
    low = max(0, around - 4096)
    starts = [at for at in range(min(around, len(text) - 1), low - 1, -1) if text[at] in b"{["]
    budget = _SCAN_BUDGET * len(text)
    for start in starts[:_MOST_FAILURES]:
        result = scan_value(text, start, len(text))
        budget -= result.at - start
        if budget < 0:
            return
        if result.state == "complete" and result.at >= around:
            change = Change(start, result.at, b"", "another document was written into this one", Grade.CHOICE)
            if is_valid(apply_changes(text, [change])):
                yield [change], text[start : result.at]
