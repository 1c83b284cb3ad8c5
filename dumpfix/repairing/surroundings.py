"""A document in other text: log prefixes and suffixes, several documents, one written into another.

What stands around a document is dropped for sure only where it is a frame that is known: signs, a fence, the rest of a
log's line. No bracket in it is left open or closes what it did not open, and no key or element of a document is in it:
else the text around is what is left of another document, and is kept as a fragment.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from dumpfix.json.documents import opener
from dumpfix.json.lexer import WHITE_SPACE
from dumpfix.json.validity import is_valid, scan_value
from dumpfix.repairing.atoms import is_atom
from dumpfix.repairing.model import Fragment
from dumpfix.repairing.pieces import Change, Grade, apply_changes

_PREFIX_REACH = 4096
_MOST_FAILURES = 48
_SCAN_BUDGET = 6
_SEPARATORS = WHITE_SPACE + b",;\x1e-\x00"
_QUOTES = b"\"'`"
_OPENERS, _CLOSERS = b"{[", b"}]"
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in _OPENERS + _CLOSERS)
#: a key, or two strings side by side
_OF_A_DOCUMENT = (b'":', b"':", b'","', b"','")
_EMPTY = (b"{}", b"[]")
BEFORE, BEHIND = "text before the document", "text behind the document"


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
        at = opener(text, at, len(text))
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


class Surrounded(NamedTuple):
    """How a document is taken out of the text around it; the other documents in that text; what was dropped and is no
    prose; bytes looked at."""

    changes: list[Change]
    alternatives: list[bytes]
    fragments: list[Fragment]
    work: int


def surrounded(text: bytes) -> Surrounded | None:
    """Take one document out of the text around it, or list several; None if there is none, or it is part of more."""
    found = documents(text)
    spans = _telling(text, found.spans)
    if not spans:
        return None
    gaps = [text[begin:end] for begin, end in pairwise([0, *(at for span in spans for at in span), len(text)])][::2]
    before, *between, behind = gaps
    is_quoted = _are_quotes(before, behind)
    if is_quoted:
        # One quote, or three as Python has them.
        before, behind = before.rstrip(WHITE_SPACE + _QUOTES), behind.lstrip(WHITE_SPACE + _QUOTES)
    if _ends_open(before) or _begins_closed(behind):
        return None
    begins = text.lstrip(WHITE_SPACE)[:1] in (b"{", b"[")
    if begins and before.strip(WHITE_SPACE) and not _is_prose(before):
        return None
    if between and all(not gap.strip(_SEPARATORS) for gap in between):
        return _listed(text, spans, found.work)
    if any(_begins_closed(gap) for gap in between):
        return None
    longest = max(spans, key=lambda span: span[1] - span[0])
    start, end = longest
    others = [text[span[0] : span[1]] for span in spans if span != longest]
    rivals = [other for other in others if len(other) * 4 > end - start or _holds_key(other)]
    odd = [gap for gap in gaps if not _is_prose(gap)]
    # Between quotes backslashes may have been doubled, and are those of the document else.
    is_doubtful = bool(rivals or odd) or (is_quoted and b"\\\\" in text[start:end])
    is_doubtful = is_doubtful or not (_leads_to(before) and _follows(behind, _is_of_a_log(before)))
    is_doubtful = is_doubtful or any(gap.strip(WHITE_SPACE)[:2] in _EMPTY for gap in gaps)
    grade = Grade.CHOICE if is_doubtful else Grade.SYNTAX
    changes = [Change(0, start, b"", BEFORE, grade)] if start else []
    if end < len(text):
        changes.append(Change(end, len(text), b"", BEHIND, grade))
    return Surrounded(changes, rivals, [Fragment("", gap.strip(WHITE_SPACE)) for gap in odd], found.work)


def _telling(text: bytes, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The documents that are documents beyond doubt: with a key in them. Where there is none, one that is most of the
    text; ``[3]`` in a sentence is none."""
    telling = [span for span in spans if _holds_key(text[span[0] : span[1]])]
    if telling:
        return telling
    size = len(text.strip(WHITE_SPACE))
    return [span for span in spans if (span[1] - span[0]) * 2 >= size and span[1] - span[0] > 2]


def _holds_key(document: bytes) -> bool:
    return b'":' in document or (document[:1] == b"{" and b":" in document)


def _listed(text: bytes, spans: list[tuple[int, int]], work: int) -> Surrounded:
    why = "several documents, listed"
    changes = [Change(0, spans[0][0], b"[", why, Grade.CHOICE)]
    changes.extend(Change(before[1], behind[0], b",", why, Grade.CHOICE) for before, behind in pairwise(spans))
    changes.append(Change(spans[-1][1], len(text), b"]", why, Grade.CHOICE))
    ends = [text[: spans[0][0]], text[spans[-1][1] :]]
    odd = [Fragment("", end.strip(WHITE_SPACE)) for end in ends if not _is_prose(end)]
    return Surrounded(changes, [text[start:end] for start, end in spans[:4]], odd, work)


def unmatched(text: bytes) -> tuple[int, int]:
    """How many brackets close what the text did not open, and how many it leaves open."""
    closed = depth = 0
    for bracket in text.translate(None, _NO_BRACKETS):
        if bracket in _OPENERS:
            depth += 1
        elif depth:
            depth -= 1
        else:
            closed += 1
    return closed, depth


def _is_prose(text: bytes) -> bool:
    """Whether nothing in a text looks like a part of a document."""
    return unmatched(text) == (0, 0) and not any(mark in text for mark in _OF_A_DOCUMENT) and b"[]" not in text


def _leads_to(before: bytes) -> bool:
    """Whether a text before a document is a frame that is known to stand there: signs, a fence with the name of a
    language, the magic byte of a schema registry with an id, the beginning of a log's line."""
    bare = before.strip(WHITE_SPACE)
    is_fence = bare[: len(_FENCE)] == _FENCE and bare[len(_FENCE) :].isalnum()
    is_schema = before[:1] == b"\0" and len(before) == _SCHEMA_ID
    return not bare.strip(_OPENING) or is_fence or is_schema or _is_of_a_log(before)


def _is_of_a_log(before: bytes) -> bool:
    """Whether a text begins as the lines of logs do: with a name or a number in brackets, or a time, a date or a level
    among its first words; and is set apart from what follows it."""
    words = before.split(None, _MOST_WORDS)[:_MOST_WORDS]
    levels = b" ".join(words).translate(_CAPITALS_ALONE).split()
    inside = before.lstrip().partition(b"]")[0]
    # Two numbers in brackets may be a partition and an offset.
    is_name = inside[:1] == b"[" and (inside[1:].isdigit() or inside.strip(b"[0123456789:,.@- ") != b"")
    begins = is_name or not _LEVELS.isdisjoint(levels) or any(map(_tells_when, words))
    return begins and before[-1:] in _APART


def _tells_when(word: bytes) -> bool:
    """Whether a word is a date or a time of the day."""
    signs = word.translate(None, b"0123456789")
    minutes = word.partition(b":")[2]
    is_time = minutes[:2].isdigit() and len(minutes[:2]) == 2 and not minutes[2:3].isdigit()
    is_either = is_time or b"--" in signs or b"//" in signs
    return is_either and not signs.strip(b"[](),.TZ+-:/") and len(word) - len(signs) >= _DIGITS_OF_A_TIME


def _follows(behind: bytes, is_log: bool) -> bool:
    """Whether a text behind a document is one that is known to stand there: closing signs, or, in a log's line, words
    set apart from it that do not begin with a value."""
    bare = behind.strip(WHITE_SPACE)
    if not bare.strip(_CLOSING) or bare == _FENCE:
        return True
    # Blanks to everybody but JSON may be all that there is.
    first = b"".join(bare.split(None, 1)[:1]).strip(b",")
    is_value = not first or is_atom(first) or first[:1] in (b'"', b"'")
    return is_log and behind[:1] in _BLANKS and not is_value


#: the magic byte of a schema registry and an id
_SCHEMA_ID = 5
_APART = tuple(bytes((byte,)) for byte in b" \t\r\n=:>|(;`'\"\xbf")
_BLANKS = (b" ", b"\t", b"\r", b"\n")
_OPENING, _CLOSING = b"(>|#*$`'\"-:=" + WHITE_SPACE, b");." + WHITE_SPACE
_FENCE = b"```"
_LEVELS = frozenset((b"TRACE", b"DEBUG", b"INFO", b"WARN", b"WARNING", b"ERROR", b"FATAL", b"CRITICAL", b"SEVERE"))
_CAPITALS_ALONE = bytes(byte if 0x41 <= byte <= 0x5A else 0x20 for byte in range(256))
_MOST_WORDS, _DIGITS_OF_A_TIME = 4, 4


def _ends_open(before: bytes) -> bool:
    """Whether what follows this text belongs to something that it began: it leaves a bracket open, or ends in a key."""
    bare = before.rstrip(WHITE_SPACE)
    return bool(unmatched(before)[1]) or bare.endswith((b'":', b"':", b",", b'"'))


def _are_quotes(before: bytes, behind: bytes) -> bool:
    """Whether the document stands between quotes."""
    quote = before.rstrip(WHITE_SPACE)[-1:]
    return quote != b"" and quote in _QUOTES and behind.lstrip(WHITE_SPACE)[:1] == quote


def _begins_closed(behind: bytes) -> bool:
    """Whether this text goes on with something that began before it: it closes a bracket that it did not open."""
    if unmatched(behind)[0]:
        return True
    bare = behind.strip(WHITE_SPACE)
    return bare[:1] in (b",", b":") or (bare[:1] == b'"' and len(bare) > 1)


def prefix(text: bytes) -> list[Change] | None:
    """Text before a document that is broken itself: it begins at the first bracket that looks like it."""
    at = 0
    limit = min(len(text), _PREFIX_REACH)
    while (at := opener(text, at, len(text))) >= 0 and at < limit:
        inner = text[at + 1 : at + 64].lstrip(WHITE_SPACE)
        if inner[:1] in ((b'"', b"'") if text[at] == 0x7B else (b"{",)):
            before = text[:at]
            if not before.strip(WHITE_SPACE) or _ends_open(before) or not _is_prose(before):
                return None
            return [Change(0, at, b"", BEFORE, Grade.SYNTAX if _leads_to(before) else Grade.CHOICE)]
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
