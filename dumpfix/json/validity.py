"""What is JSON and what is not: strict UTF-8 and the language of `grammars/json.lark` (RFC 8259), at any depth.

An iterative automaton decides. Two C parsers are gates in front of it, each in one direction (checked by property
tests): a yes of orjson is a yes here, its no decides nothing, because orjson 3 refuses lone surrogates, 1e400 and more
than 1024 levels, all of which RFC 8259's grammar takes. A syntax error of the standard library's json is a no here, its
yes decides nothing, because it takes NaN.
"""

import json
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Protocol

import orjson

from dumpfix.json.lexer import (
    DIGITS,
    WHITE_SPACE,
    literal_end,
    number_end,
    string_end,
    utf8_fault,
    white_space_end,
)

# States of the automaton: what may stand next. `walk` uses their order (keys from FIRST_KEY on, then AFTER_MEMBER).
VALUE, FIRST_ELEMENT, FIRST_KEY, KEY, COLON, AFTER_MEMBER, AFTER_ELEMENT, END = range(8)

EXPECTED = {
    VALUE: "a value",
    FIRST_ELEMENT: "a value or ']'",
    FIRST_KEY: "a key in double quotes or '}'",
    KEY: "a key in double quotes",
    COLON: "':' after a key",
    AFTER_MEMBER: "',' or '}' after a member",
    AFTER_ELEMENT: "',' or ']' after an element",
    END: "the end of the text",
}

_OPEN_OBJECT, _CLOSE_OBJECT = 0x7B, 0x7D
_CLOSE_ARRAY = 0x5D
#: what every JSON text begins with, behind white space: of most texts that are none it settles the matter
_BEGINNINGS = (b"{", b"[", b'"', b"-", b"true", b"false", b"null", *(bytes([digit]) for digit in DIGITS))
#: state -> the byte that ends the innermost container there
_CLOSES = {
    FIRST_KEY: _CLOSE_OBJECT,
    AFTER_MEMBER: _CLOSE_OBJECT,
    FIRST_ELEMENT: _CLOSE_ARRAY,
    AFTER_ELEMENT: _CLOSE_ARRAY,
}
#: what an object, an array and a string end with, by what they begin with
_ENDS = {b"{": b"}", b"[": b"]", b'"': b'"'}
_FIRST = frozenset(text[:1] for text in _BEGINNINGS)
#: bytes of a payload that is large, and of its beginning that is looked at before all of it is
_LARGE, _SOON = 1 << 22, 1 << 12
_QUOTE, _COMMA, _COLON, _MINUS, _BACKSLASH = 0x22, 0x2C, 0x3A, 0x2D, 0x5C
_OF_NUMBERS = b"0123456789+-.eE"


class ScanResult(NamedTuple):
    """What an attempt to read one JSON value from the front of a byte range found.

    `state` is "complete" (the value is data[start:at], leading white space included), "incomplete" (the range is a
    proper prefix of a JSON text; `at` is where it stops) or "broken" (`at` is the offset of the first byte that no
    JSON text can have there). `expected` says in plain words what could have stood at `at`; it is empty when complete.
    `touches_end`: the value is a number at the top level that ends exactly where the range does, so more digits could
    follow.
    """

    state: Literal["complete", "incomplete", "broken"]
    at: int
    expected: str = ""
    touches_end: bool = False


class SyntaxFault(NamedTuple):
    """Where a payload stops being JSON. `at` counts bytes from 0; `line` counts U+000A from 1; `column` counts bytes in
    that line from 1. `expected` is the grammar's side of it, `message` the whole sentence."""

    at: int
    line: int
    column: int
    message: str
    expected: str


def is_valid(payload: bytes) -> bool:
    """Whether `payload` is UTF-8 and one RFC 8259 JSON text, of any kind and depth.

    A byte order mark and NaN are refused; 1e400, lone surrogate escapes and duplicate keys are taken, as the RFC's
    grammar takes them.
    """
    # An exception takes longer than most payloads do, and a walk over a deep one much longer.
    if not _has_both_ends(payload.strip(WHITE_SPACE)) or (len(payload) > _LARGE and _breaks_soon(payload)):
        return False
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        if error.msg.startswith(_SURE):
            return False
        return not _is_surely_broken(payload) and _automaton_accepts(payload)
    return True


#: how orjson begins to say that something stands where no JSON text has it, or is not there; what it says of numbers,
#: surrogates and depth begins otherwise, and what another version might say is only slower
_SURE = ("unexpected ",)


def _has_both_ends(text: bytes) -> bool:
    """Whether a text without blanks around it begins as a JSON text does and, if it is an object, an array or a string,
    ends as one: most texts that are none are told so, cut ones among them, however deep."""
    return text.startswith(_BEGINNINGS) and text[-1:] == _ENDS.get(text[:1], text[-1:])


def _breaks_soon(payload: bytes) -> bool:
    """Whether the first bytes of a large payload show that it is none: the parsers in C make a copy of all of it."""
    result = scan_value(payload, 0, _SOON)
    if result.state == "complete":
        return white_space_end(payload, result.at, _SOON) < _SOON
    return result.state == "broken"


def _is_surely_broken(payload: bytes) -> bool:
    """Whether the payload is no UTF-8, or json finds a syntax error. What json cannot digest (too deep, too many
    digits) is not decided here."""
    try:
        json.loads(payload.decode())
    except (UnicodeDecodeError, json.JSONDecodeError):
        return True
    except (ValueError, RecursionError):
        return False
    return False


def passes_gate(payload: bytes) -> bool:
    """Whether orjson vouches for `payload`: yes means valid, no means nothing. For where a no is answered otherwise."""
    if payload.lstrip(WHITE_SPACE)[:1] not in _FIRST or (len(payload) > _LARGE and _breaks_soon(payload)):
        # An exception takes longer than most payloads do.
        return False
    try:
        orjson.loads(payload)
    except ValueError:
        return False
    return True


def all_pass_gate(payloads: Iterable[bytes]) -> bool:
    """Whether orjson vouches for each of `payloads` by itself; no bytecode runs per payload."""
    try:
        deque(map(orjson.loads, payloads), 0)
    except ValueError:
        return False
    return True


def all_valid(payloads: Iterable[bytes]) -> bool:
    """Whether `is_valid` holds for each of `payloads` by itself; no bytecode runs for those orjson takes."""
    kept = payloads if isinstance(payloads, Sequence) else list(payloads)
    return all_pass_gate(kept) or all(map(is_valid, kept))


def _automaton_accepts(payload: bytes) -> bool:
    result = scan_value(payload, 0, len(payload))
    return result.state == "complete" and white_space_end(payload, result.at, len(payload)) == len(payload)


def scan_value(data: bytes, start: int, stop: int) -> ScanResult:
    """Read one JSON value, white space before it allowed, from data[start:stop].

    Linear in the length of the value (not of the range), without recursion; see `ScanResult` for the answer. The UTF-8
    of the value counts: a string with a byte that is no UTF-8 makes the value broken at that byte.
    """
    at, state = walk(data, start, stop)
    if at >= 0:
        fault = utf8_fault(data, start, at)
        if fault is not None:
            return ScanResult("broken", fault, "UTF-8")
        touches_end = at == stop and data[at - 1] in DIGITS
        return ScanResult("complete", at, touches_end=touches_end)
    bad = ~at
    fault = utf8_fault(data, start, bad)
    # A character that is cut short by a byte which could not stand there anyway is no second fault.
    if fault is not None and fault < bad:
        return ScanResult("broken", fault, "UTF-8")
    return ScanResult("incomplete" if bad >= stop else "broken", bad, EXPECTED[state])


class Containers(Protocol):
    """What is told of each object and array that :func:`walk` comes by."""

    def open(self, at: int) -> None:
        """One begins at this offset."""

    def close(self, at: int) -> None:
        """The innermost open one ends before this offset."""


class _Walked(NamedTuple):
    """What the automaton came by: ``text`` is a whole value, or the beginning of one, behind which it goes on with
    ``state`` and ``stack``."""

    text: bytes
    is_whole: bool
    state: int
    stack: bytes = b""


#: values of so many bytes are remembered, and so many of them
_LONG, _LONGEST, _MOST = 1 << 10, 1 << 21, 4
#: the last ones first: a broken payload is walked over by each who asks about it, in a longer head and a shorter one
_walked: tuple[_Walked, ...] = ()


def walk(data: bytes, at: int, stop: int, containers: Containers | None = None) -> tuple[int, int]:
    """Run the automaton over one value: (offset behind it, END), or (~offset of the first bad byte, state there).

    The bytes of long values that it came by last are not walked over again, unless somebody is told of the containers
    in them.
    """
    if containers is not None:
        return _run(data, at, stop, VALUE, bytearray(), containers)[:2]
    start, state, stack = at, VALUE, bytearray()
    for known in _walked:
        size = len(known.text)
        if size > at - start and stop - start >= size and data.startswith(known.text, start):
            if known.is_whole:
                return start + size, known.state
            at, state, stack = start + size, known.state, bytearray(known.stack)
    end, state, last = _run(data, at, stop, state, stack, None)
    if _LONG <= (end if end >= 0 else ~end) - start <= _LONGEST:
        _remember(data, start, (end, state), last, stack)
    return end, state


def _remember(data: bytes, start: int, found: tuple[int, int], last: int, stack: bytearray) -> None:
    """What :func:`_run` found from ``start`` on; ``last`` is where its last terminal begins."""
    global _walked
    end, state = found
    if end >= 0:
        # A number may go on.
        walked = _Walked(data[start:end], True, state) if data[end - 1] not in DIGITS else None
    else:
        if state >= AFTER_MEMBER and data[last - 1] in DIGITS:
            last = len(data[:last].rstrip(_OF_NUMBERS))
            state = FIRST_ELEMENT if data[:last].rstrip(WHITE_SPACE).endswith(b"[") else VALUE
        walked = _Walked(data[start:last], False, state, bytes(stack)) if last - start >= _LONG else None
    if walked is not None:
        _walked = (walked, *(known for known in _walked[: _MOST - 1] if known.text != walked.text))


def _run(
    data: bytes, at: int, stop: int, state: int, stack: bytearray, containers: Containers | None
) -> tuple[int, int, int]:
    """The automaton, from one state on: what :func:`walk` says, and where the last terminal begins."""
    while True:
        begin = at
        if at < stop and data[at] in WHITE_SPACE:
            at = white_space_end(data, at, stop)
        if at >= stop:
            return ~stop, state, begin
        byte = data[at]
        if byte == _CLOSES.get(state):
            stack.pop()
            at += 1
            if containers is not None:
                containers.close(at)
        elif state >= AFTER_MEMBER:
            if byte != _COMMA:
                return ~at, state, begin
            state = KEY if state == AFTER_MEMBER else VALUE
            at += 1
            continue
        elif state == COLON:
            if byte != _COLON:
                return ~at, state, begin
            state = VALUE
            at += 1
            continue
        elif state >= FIRST_KEY:
            if byte != _QUOTE:
                return ~at, state, begin
            at = string_end(data, at, stop)
            if at < 0:
                return at, state, begin
            state = COLON
            continue
        elif byte == _QUOTE:
            at = string_end(data, at, stop)
        elif byte in b"{[":
            stack.append(byte)
            if containers is not None:
                containers.open(at)
            state = FIRST_KEY if byte == _OPEN_OBJECT else FIRST_ELEMENT
            at += 1
            continue
        elif byte == _MINUS or byte in DIGITS:
            at = number_end(data, at, stop)
        elif byte in b"tfn":
            at = literal_end(data, at, stop)
        else:
            return ~at, state, begin
        if at < 0:
            return at, state, begin
        if not stack:
            return at, END, begin
        state = AFTER_MEMBER if stack[-1] == _OPEN_OBJECT else AFTER_ELEMENT


def first_error(payload: bytes) -> SyntaxFault | None:
    """Where and how `payload` stops being JSON; None if it is valid."""
    result = scan_value(payload, 0, len(payload))
    if result.state == "complete":
        at = white_space_end(payload, result.at, len(payload))
        if at == len(payload):
            return None
        expected = EXPECTED[END]
    else:
        at, expected = result.at, result.expected
    line = payload.count(b"\n", 0, at) + 1
    column = at - (payload.rfind(b"\n", 0, at) + 1) + 1
    return SyntaxFault(at, line, column, f"{_found(payload, at)}, expected {expected}", expected)


def _found(payload: bytes, at: int) -> str:
    """The byte at `at` in words that are safe to print."""
    if at >= len(payload):
        return "the text ends"
    byte = payload[at]
    return f"found '{chr(byte)}'" if 0x20 <= byte < 0x7F else f"found byte 0x{byte:02x}"


def join_lines(payload: bytes) -> bytes:
    """A valid payload on one line: each CR and LF is dropped with the blanks (space, tab) that follow it.

    A valid payload has raw line ends only outside its strings, so nothing else can change.
    """
    if b"\n" not in payload and b"\r" not in payload:
        return payload
    lines = payload.replace(b"\r", b"\n").split(b"\n")
    return lines[0] + b"".join(line.lstrip(b" \t") for line in lines[1:])
