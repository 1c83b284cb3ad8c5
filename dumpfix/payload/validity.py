"""What is JSON and what is not: strict UTF-8 and the language of `grammars/json.lark` (RFC 8259), at any depth.

An iterative automaton decides. Two C parsers are gates in front of it, each in one direction (checked by property
tests): a yes of orjson is a yes here, its no decides nothing, because orjson 3 refuses lone surrogates, 1e400 and more
than 1024 levels, all of which RFC 8259's grammar takes. A syntax error of the standard library's json is a no here, its
yes decides nothing, because it takes NaN.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import orjson

from dumpfix.payload.lexer import (
    DIGITS,
    WHITE_SPACE,
    literal_end,
    number_end,
    string_end,
    utf8_fault,
    white_space_end,
)
from dumpfix.payload.model import ScanResult, SyntaxFault

# States of the automaton: what may stand next. `_walk` uses their order (keys from FIRST_KEY on, then AFTER_MEMBER).
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
_OPEN_ARRAY, _CLOSE_ARRAY = 0x5B, 0x5D
_QUOTE, _COMMA, _COLON, _MINUS, _BACKSLASH = 0x22, 0x2C, 0x3A, 0x2D, 0x5C
_DEEP = 1000


def is_valid(payload: bytes) -> bool:
    """Whether `payload` is UTF-8 and one RFC 8259 JSON text, of any kind and depth.

    A byte order mark and NaN are refused; 1e400, lone surrogate escapes and duplicate keys are taken, as the RFC's
    grammar takes them.
    """
    try:
        orjson.loads(payload)
    except ValueError:
        return not _is_surely_broken(payload) and _automaton_accepts(payload)
    return True


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
    try:
        orjson.loads(payload)
    except ValueError:
        return False
    return True


def all_valid(payloads: Iterable[bytes]) -> bool:
    """Whether `is_valid` holds for each of `payloads` by itself; no bytecode runs per payload as long as it does."""
    kept = payloads if isinstance(payloads, Sequence) else list(payloads)
    try:
        deque(map(orjson.loads, kept), 0)
    except ValueError:
        return all(map(is_valid, kept))
    return True


def first_invalid(payloads: Sequence[bytes]) -> int | None:
    """The index of the first payload that is not valid; None if all are."""
    if all_valid(payloads):
        return None
    return next(index for index, payload in enumerate(payloads) if not is_valid(payload))


def _automaton_accepts(payload: bytes) -> bool:
    result = scan_value(payload, 0, len(payload))
    return result.state == "complete" and white_space_end(payload, result.at, len(payload)) == len(payload)


def scan_value(data: bytes, start: int, stop: int) -> ScanResult:
    """Read one JSON value, white space before it allowed, from data[start:stop].

    Linear in the length of the value (not of the range), without recursion; see `ScanResult` for the answer. The UTF-8
    of the value counts: a string with a byte that is no UTF-8 makes the value broken at that byte.
    """
    at, state = _walk(data, start, stop)
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


def _walk(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """Run the automaton over one value: (offset behind it, END), or (~offset of the first bad byte, state there)."""
    stack = bytearray()
    state = VALUE
    while True:
        if at >= stop:
            return ~stop, state
        byte = data[at]
        if byte in WHITE_SPACE:
            at = white_space_end(data, at, stop)
            continue
        if state >= AFTER_MEMBER:
            if byte == _COMMA:
                state = KEY if state == AFTER_MEMBER else VALUE
                at += 1
                continue
            if byte != (_CLOSE_OBJECT if state == AFTER_MEMBER else _CLOSE_ARRAY):
                return ~at, state
            stack.pop()
            at += 1
        elif state == COLON:
            if byte != _COLON:
                return ~at, state
            state = VALUE
            at += 1
            continue
        elif state >= FIRST_KEY:
            if byte == _QUOTE:
                at = string_end(data, at, stop)
                if at < 0:
                    return at, state
                state = COLON
                continue
            if byte != _CLOSE_OBJECT or state == KEY:
                return ~at, state
            stack.pop()
            at += 1
        elif byte == _QUOTE:
            at = string_end(data, at, stop)
        elif byte in b"{[":
            stack.append(byte)
            state = FIRST_KEY if byte == _OPEN_OBJECT else FIRST_ELEMENT
            at += 1
            continue
        elif byte == _MINUS or byte in DIGITS:
            at = number_end(data, at, stop)
        elif byte in b"tfn":
            at = literal_end(data, at, stop)
        elif byte == _CLOSE_ARRAY and state == FIRST_ELEMENT:
            stack.pop()
            at += 1
        else:
            return ~at, state
        if at < 0:
            return at, state
        if not stack:
            return at, END
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


# ---------------------------------------------------------------------------------------------------- hazards

_DIGITS_TO_ZERO = bytes(0x30 if byte in DIGITS else 0x65 if byte == 0x45 else byte for byte in range(256))
_OVERFLOW_MARKS = (b"0e000", b"0e+000")
_INTEGER_MARKS = (b"0" * 20, b"-" + b"0" * 19)


def cheap_hazards_possible(chunk: bytes) -> bool:
    """Whether `chunk` (any bytes that hold whole payloads) may hold a lone_surrogate, number_overflow, big_integer or
    nul_escape. C speed, no false negatives; a yes means only that `hazards` has to look at each payload.

    Why these marks suffice: a lone surrogate needs an escape `\\uD…`; an integer beyond 64 bits has 20 digits, or 19
    behind a minus; fewer than 20 digits reach beyond a double only by an exponent of three digits.
    """
    if b"\\ud" in chunk or b"\\uD" in chunk or gated_hazards_possible(chunk):
        return True
    shape = chunk.translate(_DIGITS_TO_ZERO)
    return any(mark in shape for mark in _OVERFLOW_MARKS)


def gated_hazards_possible(chunk: bytes) -> bool:
    """`cheap_hazards_possible` for payloads that orjson has taken: it refuses lone surrogates and numbers beyond a
    double, so only big_integer and nul_escape are left to look for."""
    if b"\\u0000" in chunk:
        return True
    shape = chunk.translate(_DIGITS_TO_ZERO)
    return any(mark in shape for mark in _INTEGER_MARKS)


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


def string_text(token: bytes) -> str:
    """The text of a STRING token, quotes included; lone surrogates stay as they are (a Python str can hold them)."""
    body = token[1:-1]
    if _BACKSLASH not in body:
        return body.decode()
    pieces: list[str] = []
    at = 0
    while (backslash := body.find(b"\\", at)) >= 0:
        pieces.append(body[at:backslash].decode())
        letter = body[backslash + 1]
        if letter == 0x75:
            pieces.append(chr(int(body[backslash + 2 : backslash + 6], 16)))
            at = backslash + 6
        else:
            pieces.append(_UNESCAPED.get(letter, chr(letter)))
            at = backslash + 2
    pieces.append(body[at:].decode())
    # Two escapes that form a pair become one character; a lone one survives this round trip unchanged.
    return "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


_UNESCAPED = {0x62: "\b", 0x66: "\f", 0x6E: "\n", 0x72: "\r", 0x74: "\t"}


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
    digits = token.removeprefix(b"-")
    # Twenty digits are enough to know; int() of thousands of digits is refused by Python and quadratic elsewhere.
    if digits.isdigit() and (len(digits) > 20 or not -(2**63) <= int(token) < 2**64):
        yield "big_integer"


def _holds_document(text: str) -> bool:
    try:
        inner = text.encode()
    except UnicodeEncodeError:
        return False
    return inner.lstrip(WHITE_SPACE)[:1] in (b"{", b"[") and is_valid(inner)
