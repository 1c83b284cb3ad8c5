"""What the texts of a record's fields mean: nulls that a tool does not show, headers taken apart, timestamp types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from dumpfix.framing.json_fields import base64_of
from dumpfix.json.strings import closing_quote, unescape
from dumpfix.layout.conversions import from_base64
from dumpfix.layout.model import AnyLayout, Field, HeaderSpelling, Layout
from dumpfix.layout.vocabulary import JSON_HEADERS

#: name and value, None for null. A name with bytes that are no UTF-8 holds them as surrogate escapes.
Headers = tuple[tuple[str, bytes | None], ...]

#: the tools' words for the type of a timestamp
TIMESTAMP_TYPES = {
    b"create": "create",
    b"CreateTime": "create",
    b"logappend": "log_append",
    b"log_append": "log_append",
    b"LogAppendTime": "log_append",
    b"unknown": "none",
    b"none": "none",
    b"NoTimestampType": "none",
    b"NO_TIMESTAMP": "none",
}

#: members of a record that have no place of their own in the envelope
EXTRA = ("broker", "epoch", "delivery", "key_schema_id", "value_schema_id", "key_error")


#: what is said of a record whose dump says that it may be another
UNCLEAR = "the layout of its dump was unclear: its key and coordinates may be others"

#: names of members that hold a header's name, and its value, in an object for each header
_NAME_MEMBERS = ("key", "name")
_VALUE_MEMBER = "value"


class Reading:
    """How the fields of one layout are to be understood."""

    def __init__(self, layout: AnyLayout) -> None:
        self.layout = layout
        self.empty_key_is_null = layout.empty_key_is_null
        self.shows_null = layout.shows_null
        terminals = {Field(name).meaning: name for name in layout.fields}
        self.has_key = "key" in terminals
        self.has_headers = "headers" in terminals
        self._are_json = terminals.get("headers") in JSON_HEADERS
        self._are_base64 = terminals.get("headers") == "JSON_HEADERS_BASE64"
        #: pairs, of which null says that they are not known
        self.are_pairs = terminals.get("headers") == "JSON_HEADERS_PAIRS"
        self.no_headers = layout.headers.none if isinstance(layout, Layout) and layout.headers is not None else b""

    def key(self, text: bytes | None) -> bytes | None:
        """The key that a text of the dump stands for."""
        return None if self.empty_key_is_null and not text else text

    def keys(self, column: Sequence[bytes | None]) -> Sequence[bytes | None]:
        """The same for many."""
        return [text or None for text in column] if self.empty_key_is_null and b"" in column else column

    def headers(self, text: bytes | None) -> Headers | None:
        """The headers that a text of the dump stands for; None where it can be read in more ways than one."""
        if not text:
            return ()
        if self.are_pairs:
            return header_pairs(text)
        if self._are_json:
            return json_headers(text, are_base64=self._are_base64)
        return (
            None
            if not isinstance(self.layout, Layout) or self.layout.headers is None
            else headers_of(text, self.layout.headers)
        )


def headers_of(text: bytes, spelling: HeaderSpelling) -> Headers | None:
    """Headers that a tool printed as one text, taken apart; None where that can be done in more ways than one.

    A separator in a name is too rare to matter: the first one ends the name.
    """
    if text == spelling.none:
        return ()
    if spelling.ambiguous_separator and spelling.ambiguous_separator in text:
        return None
    pairs = []
    for piece in text.split(spelling.separator) if spelling.separator else [text]:
        name, found, value = piece.partition(spelling.value_separator)
        if not found:
            return None
        pairs.append((_name(name), None if value == spelling.null else value))
    return tuple(pairs)


def json_headers(text: bytes, *, are_base64: bool = False) -> Headers | None:
    """Headers that a tool prints as JSON; None where that says nothing of names and values.

    A flat array of names and values, an array of objects with a member ``key`` or ``name`` and one called ``value``
    (in any letters), or one object. ``are_base64``: names that are values of members, and values, are base64. Read
    byte by byte where the strings of a flat array hold bytes that are no UTF-8.
    """
    try:
        parsed = orjson.loads(text)
    except ValueError:
        return None if are_base64 else _flat_array(text)
    if parsed is None:
        return ()
    if isinstance(parsed, dict):
        flat = [part for pair in parsed.items() for part in pair]
    elif isinstance(parsed, list) and parsed and all(isinstance(one, dict) for one in parsed):
        pairs = [_name_and_value(one) for one in parsed]
        if None in pairs:
            return None
        flat = [part for pair in pairs if pair is not None for part in pair]
    elif isinstance(parsed, list):
        flat = parsed
    else:
        return None
    if len(flat) % 2 or not all(part is None or isinstance(part, str) for part in flat) or None in flat[::2]:
        return None
    texts = [None if part is None else part.encode() for part in flat]
    if are_base64:
        texts = [None if part is None else from_base64(part) for part in texts]
        if any(part is None and shown is not None for part, shown in zip(texts, flat, strict=True)):
            return None
    return tuple((_name(name or b""), value) for name, value in zip(texts[::2], texts[1::2], strict=True))


def header_pairs(text: bytes) -> Headers | None:
    """Headers that are an array of pairs, each part a string or ``{"base64": …}``; None where they are not."""
    try:
        parsed = orjson.loads(text)
    except ValueError:
        return None
    pairs = []
    for pair in parsed or () if parsed is None or isinstance(parsed, list) else (None,):
        if not isinstance(pair, list) or len(pair) != 2:
            return None
        name, value = map(_part, pair)
        if name is None or (value is None and pair[1] is not None):
            return None
        pairs.append((_name(name), value))
    return tuple(pairs)


def _part(shown: object) -> bytes | None:
    return shown.encode() if isinstance(shown, str) else base64_of(shown)


def _name_and_value(header: dict[str, object]) -> tuple[object, object] | None:
    """Name and value of a header that is an object; None where it has no name, or something else beside them."""
    members = {name.lower(): value for name, value in header.items()}
    name = next((members[known] for known in _NAME_MEMBERS if known in members), None)
    if name is None or len(members) != len(header) or not members.keys() <= {*_NAME_MEMBERS, _VALUE_MEMBER}:
        return None
    return name, members.get(_VALUE_MEMBER)


def _flat_array(text: bytes) -> Headers | None:
    parts: list[bytes | None] = []
    at, stop = 0, len(text)
    while at < stop:
        byte = text[at]
        if byte == 0x22:
            end = closing_quote(text, at)
            if end < 0:
                return None
            parts.append(unescape(text[at + 1 : end - 1]))
            at = end
        elif text.startswith(b"null", at):
            parts.append(None)
            at += 4
        elif byte in b"[], \t\r\n":
            at += 1
        else:
            return None
    if len(parts) % 2:
        return None
    pairs = []
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        if name is None:
            return None
        pairs.append((_name(name), value))
    return tuple(pairs)


def timestamp_type(text: bytes | None) -> str | None:
    """The type of a timestamp in one vocabulary; None where the dump does not tell, or says something unheard of."""
    return None if text is None else TIMESTAMP_TYPES.get(text)


#: bits of the signed integers that Kafka's protocol has for these fields
BITS = {"partition": 32, "offset": 64, "timestamp": 64}


def integer(name: str, text: bytes | None) -> int | None:
    """The number that the text of a field is; None where it is none that Kafka could have for it."""
    try:
        number = int(text) if text is not None and len(text) <= 20 else None
    except ValueError:
        return None
    largest = 1 << (BITS[name] - 1)
    return number if number is not None and -largest <= number < largest else None


def doubts_of(fields: Mapping[str, bytes | None]) -> tuple[str, ...]:
    """What a record shows for its coordinates and that they cannot be, in words."""
    unclear = (UNCLEAR,) if fields.get("unclear") == b"true" else ()
    return unclear + tuple(
        f"its {name} cannot be {text.decode('utf-8', 'backslashreplace')}: Kafka has {bits} bits for it"
        for name, bits in BITS.items()
        if (text := fields.get(name)) is not None and integer(name, text) is None
    )


def are_integers(name: str, column: Sequence[bytes | None]) -> bool:
    """Whether none of many texts gives doubts; in C as long as all are short enough to be far from the limits."""
    most = len(str(1 << (BITS[name] - 1))) - 1
    texts = list(filter(None, column)) if None in column else column
    if max(map(len, texts), default=0) <= most:  # type: ignore[arg-type]
        return True
    return all(integer(name, text) is not None for text in texts)


def _name(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")
