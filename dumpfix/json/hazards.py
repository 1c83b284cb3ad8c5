"""What makes common parsers choke on valid JSON: found for many payloads in bulk, or exactly for one."""

from collections.abc import Iterator

from dumpfix.json.lexer import DIGITS, WHITE_SPACE, number_end, string_end, white_space_end
from dumpfix.json.strings import string_text
from dumpfix.json.validity import is_valid

#: more levels than this are too many for common parsers
_DEEP = 1000
_OPEN_OBJECT = 0x7B
_QUOTE, _COLON, _MINUS = 0x22, 0x3A, 0x2D
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
