"""How far bytes can be read as one JSON value: told byte by byte, with nothing of dumpfix in it."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

_SPACE = re.compile(rb"[ \t\r\n]*")
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
#: everything that a number can begin with, the longest first
_NUMBER_PART = re.compile(rb"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:(?<=[0-9])[eE][+-]?[0-9]*)?)?")
_CHARACTER = re.compile(rb'[^\x00-\x1f"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}', re.DOTALL)
_ESCAPE_PART = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?")
#: first bytes of characters that take more than one, what the second may be, and how many follow the first
_LONG = (
    (rb"[\xc2-\xdf]", rb"[\x80-\xbf]", 1),
    (rb"\xe0", rb"[\xa0-\xbf]", 2),
    (rb"[\xe1-\xec\xee\xef]", rb"[\x80-\xbf]", 2),
    (rb"\xed", rb"[\x80-\x9f]", 2),
    (rb"\xf0", rb"[\x90-\xbf]", 3),
    (rb"[\xf1-\xf3]", rb"[\x80-\xbf]", 3),
    (rb"\xf4", rb"[\x80-\x8f]", 3),
)
_UTF8 = re.compile(
    rb"(?:[\x00-\x7f]|" + rb"|".join(f + s + rb"[\x80-\xbf]" * (n - 1) for f, s, n in _LONG) + rb")*", re.DOTALL
)
_WORDS = (b"true", b"false", b"null")


class Read(NamedTuple):
    """``at`` is the end of a value, the end of the bytes, or the first byte that no JSON text has there."""

    state: Literal["complete", "incomplete", "broken"]
    at: int
    touches_end: bool = False


class _StopError(Exception):
    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def read(data: bytes, start: int, stop: int) -> Read:
    """Read one value from the front of ``data[start:stop]``, white space before it allowed."""
    text = data[start:stop]
    try:
        end, found = _value(text), True
    except _StopError as stopped:
        end, found = stopped.at, False
    fault = _utf8_fault(text[:end])
    if fault is not None:
        return Read("broken", start + fault)
    if found:
        return Read("complete", start + end, touches_end=end == len(text) and text[end - 1 : end].isdigit())
    return Read("incomplete" if end >= len(text) else "broken", start + end)


def is_json(text: bytes) -> bool:
    """Whether bytes are one JSON text."""
    result = read(text, 0, len(text))
    return result.state == "complete" and _SPACE.fullmatch(text, result.at) is not None


def _utf8_fault(text: bytes) -> int | None:
    """The first byte that no UTF-8 has where it stands (RFC 3629, section 4); a character that is cut is none."""
    whole = _UTF8.match(text)
    assert whole
    at = whole.end()
    for first, second, more in _LONG:
        if re.match(first, text[at : at + 1]):
            for index in range(1, 4):
                wanted = second if index == 1 else rb"[\x80-\xbf]"
                byte = text[at + index : at + index + 1]
                if index > more or not byte or not re.match(wanted, byte, re.DOTALL):
                    return at + index if byte else None
    return at if at < len(text) else None


def _skip(text: bytes, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found
    return found.end()


def _value(text: bytes) -> int:
    """Where the value ends; no recursion, since hypothesis nests deeply."""
    stack: list[int] = []
    at = _skip(text, 0)
    wants = "value"
    while True:
        byte = text[at : at + 1]
        if not byte:
            raise _StopError(len(text))
        if wants in ("key", "first key"):
            if byte == b'"':
                at = _skip(text, _string(text, at))
                if text[at : at + 1] != b":":
                    raise _StopError(at)
                at, wants = _skip(text, at + 1), "value"
                continue
            if wants == "key" or byte != b"}":
                raise _StopError(at)
        if wants == "more":
            closer = b"}" if stack[-1] == 0x7B else b"]"
            if byte == b",":
                at, wants = _skip(text, at + 1), "key" if stack[-1] == 0x7B else "value"
                continue
            if byte != closer:
                raise _StopError(at)
        if byte in (b"}", b"]") and (wants in ("more", "first key") or (wants == "first" and byte == b"]")):
            stack.pop()
            at += 1
        elif byte in (b"{", b"["):
            stack.append(byte[0])
            at, wants = _skip(text, at + 1), "first key" if byte == b"{" else "first"
            continue
        else:
            at = _scalar(text, at)
        if not stack:
            return at
        at, wants = _skip(text, at), "more"


def _scalar(text: bytes, at: int) -> int:
    byte = text[at : at + 1]
    if byte == b'"':
        return _string(text, at)
    if byte == b"-" or byte.isdigit():
        whole, part = _NUMBER.match(text, at), _NUMBER_PART.match(text, at)
        assert part
        if whole is None or part.end() > whole.end():
            # A point, an exponent or a sign with nothing behind it.
            raise _StopError(part.end())
        return whole.end()
    for word in _WORDS:
        if word[:1] == byte:
            for index in range(len(word)):
                if text[at + index : at + index + 1] != word[index : index + 1]:
                    raise _StopError(at + index)
            return at + len(word)
    raise _StopError(at)


def _string(text: bytes, at: int) -> int:
    at += 1
    while text[at : at + 1] != b'"':
        one = _CHARACTER.match(text, at)
        if one is None:
            part = _ESCAPE_PART.match(text, at)
            raise _StopError(part.end() if part else at)
        at = one.end()
    return at + 1
