"""JSON values as tools print them into their records: where they end, and what they say."""

from __future__ import annotations

import orjson

from dumpfix.framing.window import Window
from dumpfix.json.lexer import escape_end
from dumpfix.json.strings import MISMATCH, PARTIAL, unescape
from dumpfix.layout.conversions import from_base64, milliseconds
from dumpfix.layout.model import Field
from dumpfix.layout.vocabulary import Kind

_QUOTE = 0x22


def json_end(element: Field, window: Window, at: int, stop: int | None = None) -> int:
    """Where the JSON value of this field ends that begins at ``at``; MISMATCH, or PARTIAL where the data ends first.

    It has to end before ``stop``; where none is given, on its line, so that one that does not end costs no more.
    """
    data = window.data
    if stop is None:
        stop = window.line_end(at)
    cut = PARTIAL if stop == len(data) else MISMATCH
    if at >= stop:
        return cut
    if data[at] == _QUOTE:
        end = window.string_end(at)
        return cut if end == PARTIAL or end > stop else end
    if data[at] in b" \t\r\n":
        return MISMATCH
    scan = window.scan(at, stop)
    if scan.state != "complete":
        return cut if scan.state == "incomplete" else MISMATCH
    if element.kind is Kind.JSON_STRING and data[at : scan.at] != b"null":
        return MISMATCH
    # Where a number stands at the end of the data, more digits may follow.
    return cut if scan.touches_end and stop == len(data) else scan.at


def json_content(element: Field, text: bytes, *, is_whole: bool = True) -> bytes | None:
    """What a value says: a string's content, None for null, else the JSON text itself.

    A date is told in milliseconds, None where it is none; base64 as its bytes, as it stands where it is none.
    """
    if element.kind in (Kind.JSON_VALUE, Kind.JSON_FLAG):
        return text
    if text == b"null":
        return None
    if element.kind is Kind.JSON_TEXT and text[:1] == b"{":
        inner = base64_member(text)
        return text if inner is None else inner
    if text[:1] != b'"':
        return text
    content = unescape(text[1:-1] if is_whole else text[1:])
    if element.kind is Kind.JSON_DATE:
        return milliseconds(content)
    if element.kind is Kind.JSON_BASE64 and (decoded := from_base64(content)) is not None:
        return decoded
    return content


def take_json(fields: dict[str, bytes | None], element: Field, text: bytes, *, is_whole: bool = True) -> None:
    """Put what a value says among the fields of its record, and what is wrong with it as ``payload_error``."""
    fields[element.meaning] = json_content(element, text, is_whole=is_whole)
    if element.kind is Kind.JSON_TEXT and text[:1] == b"{" and base64_member(text) is None:
        fields["payload_error"] = f"the {element.meaning} is no base64".encode()
    if element.kind is Kind.JSON_BASE64 and text != b"null":
        content = unescape(text[1:-1]) if text[:1] == b'"' and is_whole else b"?"
        if from_base64(content) is None:
            name = "payload" if element.meaning == "value" else element.meaning
            fields["payload_error"] = f"the {name} is no base64".encode()


def base64_member(text: bytes) -> bytes | None:
    """The bytes that an object with nothing but a member ``base64`` stands for; None for any other."""
    try:
        parsed = orjson.loads(text)
    except ValueError:
        return None
    return base64_of(parsed)


def base64_of(parsed: object) -> bytes | None:
    """The same for one that is parsed."""
    inner = parsed.get("base64") if isinstance(parsed, dict) and len(parsed) == 1 else None
    return from_base64(inner.encode()) if isinstance(inner, str) else None


def has_malformed_escape(text: bytes, *, is_whole: bool = True) -> bool:
    """Whether a string in this JSON text holds an escape that JSON does not know, or one that is cut.

    Where the text is not whole its end may be cut: that is no fault of the escape.
    """
    at = text.find(b"\\")
    while at >= 0:
        end = escape_end(text, at, len(text))
        if end < 0:
            return is_whole or ~end < len(text)
        at = text.find(b"\\", end)
    return False
