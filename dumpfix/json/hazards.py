"""What makes common parsers choke on valid JSON: exactly for one payload, and in C for many of which few have any."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, compress, repeat
from operator import contains, eq
from typing import cast

from dumpfix.json.lexer import DIGITS, OPENERS, WHITE_SPACE, number_end, string_end, white_space_end
from dumpfix.json.strings import string_text
from dumpfix.json.validity import all_pass_gate, is_valid, passes_gate

#: those that only :func:`hazards` finds, which reads a payload token by token
THOROUGH = frozenset({"duplicate_key", "string_document"})

#: more levels than this are too many for common parsers
_DEEP = 1000
#: no payload that nests deeper than _DEEP is shorter
_SHORTEST_DEEP = 2 * _DEEP
_OPEN_OBJECT = 0x7B
_QUOTE, _COLON, _MINUS = 0x22, 0x3A, 0x2D


def hazards(payload: bytes) -> tuple[str, ...]:
    """What in a valid payload makes common parsers choke, sorted by name; exact.

    lone_surrogate (an escape that pairs with nothing), number_overflow (beyond a double), big_integer (outside
    -2**63 … 2**64-1), deep (more than 1000 levels), nul_escape (backslash u0000), duplicate_key (compared after
    unescaping), string_document (the payload is a string whose text is an object or array). Raises ValueError for a
    payload that is not valid.
    """
    if not is_valid(payload):
        raise ValueError("hazards are defined for valid payloads only")
    found: set[str] = set()
    keys: list[set[str] | None] = []
    for kind, start, end in _tokens(payload):
        if kind in b"{[":
            keys.append(set() if kind == _OPEN_OBJECT else None)
            if len(keys) > _DEEP:
                found.add("deep")
        elif kind in b"}]":
            keys.pop()
        elif kind == _MINUS:
            found.update(_number_hazards(payload[start:end]))
        elif kind in b'":':
            text = string_text(payload[start:end])
            found.update(_string_hazards(text))
            if kind == _COLON:
                names = keys[-1]
                if names is not None and text in names:
                    found.add("duplicate_key")
                elif names is not None:
                    names.add(text)
            elif not keys and _holds_document(text):
                found.add("string_document")
    return tuple(sorted(found))


def _tokens(payload: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, start, end) of each container bracket, string and number of a VALID payload; the kind of a bracket is its
    byte, of a value string `"`, of a key `:`, of a number `-`."""
    at = 0
    stop = len(payload)
    while at < stop:
        byte = payload[at]
        start = at
        at += 1
        if byte == _QUOTE:
            at = string_end(payload, start, stop)
            behind = white_space_end(payload, at, stop)
            is_key = behind < stop and payload[behind] == _COLON
            yield (_COLON if is_key else _QUOTE), start, at
        elif byte == _MINUS or byte in DIGITS:
            at = number_end(payload, start, stop)
            yield _MINUS, start, at
        elif byte in b"{}[]":
            yield byte, start, at


def _string_hazards(text: str) -> Iterator[str]:
    if "\0" in text:
        yield "nul_escape"
    try:
        text.encode()
    except UnicodeEncodeError:
        yield "lone_surrogate"


def _number_hazards(token: bytes) -> Iterator[str]:
    if len(token) < 3 or (token.isdigit() and len(token) < 19):
        return
    if float(token) in (float("inf"), float("-inf")):
        yield "number_overflow"
    if _is_big(token):
        yield "big_integer"


def _is_big(token: bytes) -> bool:
    """Whether a number is an integer outside of 64 bits."""
    digits = token.removeprefix(b"-")
    # Twenty digits are enough to know; int() of thousands of digits is refused by Python and quadratic elsewhere.
    return digits.isdigit() and (len(digits) > 20 or not -(2**63) <= int(token) < 2**64)


def _holds_document(text: str) -> bool:
    try:
        inner = text.encode()
    except UnicodeEncodeError:
        return False
    return inner.lstrip(WHITE_SPACE)[:1] in OPENERS and is_valid(inner)


# -- many payloads -----------------------------------------------------------------------------------------------------

#: digits become 0, what may stand before a number becomes a colon
_SHAPE = bytes(
    0x30 if byte in DIGITS else 0x3A if byte in b"[,: \t\r\n" else 0x65 if byte == 0x45 else byte for byte in range(256)
)
#: letters that no number holds are left out, so that less has to be searched; those of hexadecimal ids stay, or their
#: digits would run together
_LEFT_OUT = b"+ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ_"
#: how integers outside of 64 bits look at least: 20 digits, or 19 behind a minus
_BIG = (b":" + b"0" * 20, b":-" + b"0" * 19)
_SHORTEST_BIG = 20
#: an exponent of three digits: with fewer than 20 digits before it no number reaches beyond a double otherwise
_EXPONENT = b"0e000"
#: so many digits reach beyond a double by themselves, or with an exponent of two digits
_HUGE = b"0" * 200
#: how far back the beginning of a number is looked for; a longer one is suspect by its length
_LOOK_BACK = 64
_NUMBER_BEGINS = (b"-", *(b"%d" % digit for digit in range(10)))
_NUL = b"\\u0000"

#: by how many levels a bracket goes down
_LEVELS = {0x5B: 1, 0x7B: 1, 0x5D: -1, 0x7D: -1}
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
#: what stands between numbers, as blanks
_TO_BLANKS = bytes(0x20 if byte in b"[]{},:\t\r\n" else byte for byte in range(256))


def in_bulk(payloads: Sequence[bytes | None], text: bytes) -> Iterator[tuple[int, str]]:
    """(index, kind) for the hazards of valid payloads, in any order, a pair perhaps twice.

    All kinds but THOROUGH. Told in C; only a payload that orjson refuses (a lone surrogate, a number
    beyond a double) is read token by token.

    ``text`` is what was made of these payloads for an output: it holds all of them, each but the first behind a
    bracket, a comma, a colon or a blank, so that they need not be joined for this once more.
    """
    rows = cast("Sequence[bytes]", payloads) if None not in payloads else [payload or b"" for payload in payloads]
    if max(map(len, rows), default=0) > _SHORTEST_DEEP:
        yield from ((index, "deep") for index, row in enumerate(rows) if len(row) > _SHORTEST_DEEP and _is_deep(row))
    first = next(filter(None, rows), b"")
    if first[:1] in _NUMBER_BEGINS:
        text = b":" + first + b":" + text
    shape = text.translate(_SHAPE, _LEFT_OUT)
    has_big = any(mark in shape for mark in _BIG)
    # A search for one byte is many times faster than one for two.
    has_escapes = b"\\" in text
    is_suspect = has_escapes and (b"\\ud" in text or b"\\uD" in text)
    if (is_suspect or _HUGE in shape or _has_exponent(shape)) and not all_pass_gate(filter(None, rows)):
        for index, payload in enumerate(rows):
            if payload and not passes_gate(payload):
                yield from ((index, kind) for kind in hazards(payload) if kind not in THOROUGH)
    if has_escapes and _NUL in text:
        for index in compress(range(len(rows)), map(contains, rows, repeat(_NUL))):
            if _NUL in rows[index].replace(b"\\\\", b""):
                yield index, "nul_escape"
    if has_big:
        yield from _big_integers(rows)


def _big_integers(rows: Sequence[bytes]) -> Iterator[tuple[int, str]]:
    # No valid payload holds a NUL, so that it can stand between them.
    numbers = _without_strings(b" \0 ".join(rows)).translate(_TO_BLANKS)
    words = numbers.split()
    indices = accumulate(map(eq, words, repeat(b"\0")))
    for index, word in compress(zip(indices, words, strict=True), map(_SHORTEST_BIG.__le__, map(len, words))):
        if _is_big(word):
            yield index, "big_integer"


def _without_strings(text: bytes) -> bytes:
    """What stands outside strings in one or many valid payloads."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(text.split(b'"')[::2])


def _is_deep(payload: bytes) -> bool:
    """Whether a valid payload nests deeper than _DEEP: its brackets alone, counted."""
    if payload.count(b"[") + payload.count(b"{") <= _DEEP:
        return False
    brackets = _without_strings(payload).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_LEVELS.__getitem__, brackets)), default=0) > _DEEP


def _has_exponent(shape: bytes) -> bool:
    """Whether an exponent of three digits belongs to a number: before it digits and a point, and nothing else."""
    at = shape.find(_EXPONENT)
    while at >= 0:
        before = shape[max(at - _LOOK_BACK, 0) : at + 1].rstrip(b"0.").removesuffix(b"-")
        if not before or before.endswith(b":"):
            return True
        at = shape.find(_EXPONENT, at + 1)
    return False
