"""What has to become of an event, told by the tables of the command line's contract. Not one line of dumpfix is used.

The standard library's parser is a judge once NaN and Infinity are taken from it, its numbers are left as texts (it
refuses to convert long ones) and the bytes are decoded before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.writers.records import Header, KafkaRecord


def _refuse(name: str) -> None:
    raise ValueError(name)


def is_json(value: bytes) -> bool:
    """Strict UTF-8 and RFC 8259."""
    try:
        json.loads(value.decode(), parse_constant=_refuse, parse_int=str, parse_float=str)
    except ValueError:
        return False
    return True


_STRING_OR_LINE_END = re.compile(rb'("(?:[^"\\]|\\.)*")|[\r\n][ \t\r\n]*')


def on_one_line(value: bytes) -> bytes:
    """Line ends and the blanks that follow them are dropped outside strings; nothing else changes."""
    return _STRING_OR_LINE_END.sub(lambda found: found[1] or b"", value)


@dataclass(frozen=True, slots=True)
class Withheld:
    """What may not go out, and why (``withheld_because``)."""

    because: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What the second topic has to hold."""

    headers: tuple[Header, ...]
    key: bytes | None
    value: bytes | None


Fate = Carried | Withheld


@dataclass(frozen=True, slots=True)
class Shown:
    """How a format shows null: as nothing (like what is empty), as a word, or exactly. And whether it shows headers."""

    nothing_is_null: bool = False
    word: bytes | None = None
    headers: bool = False
    #: words that a program may have printed for a key that is null, where nobody knows which one printed
    key_words: tuple[bytes, ...] = ()

    def of_key(self, key: bytes | None) -> bytes | None:
        return None if key in self.key_words else self.of(key)

    def of(self, text: bytes | None) -> bytes | None:
        if (text == b"" and self.nothing_is_null) or (text is not None and text == self.word):
            return None
        return text


def shown(event: KafkaRecord, how: Shown) -> KafkaRecord:
    """The event as somebody sees it who has only the dump."""
    headers = tuple((name, None if value == how.word else value) for name, value in event.headers)
    return replace(event, key=how.of_key(event.key), value=how.of(event.value), headers=headers if how.headers else ())


def _verdict(value: bytes | None) -> Withheld | None:
    """With ``--repair none``: valid JSON and tombstones go out. Nothing, where it is not null, is no JSON."""
    return None if value is None or is_json(value) else Withheld("irrecoverable")


def to_kcat(event: KafkaRecord) -> Fate:
    """``--to kcat``: a key and a value, both may be null; no empty key, no tab or newline in a key; no headers."""
    refused = _verdict(event.value)
    if refused:
        return refused
    if event.key is not None and (not event.key or b"\t" in event.key or b"\n" in event.key):
        return Withheld("not_representable")
    return Carried((), event.key, None if event.value is None else on_one_line(event.value))


def to_console_producer(marker: bytes) -> Callable[[KafkaRecord], Fate]:
    """``--to console-producer``: text lines, so no CR or LF, no separators inside headers or keys, UTF-8 only."""

    def fits(text: bytes | None, *separators: bytes) -> bool:
        if text is None:
            return True
        try:
            text.decode()
        except UnicodeDecodeError:
            return False
        return text != marker and not any(part in text for part in (b"\n", b"\r", b"\t", *separators))

    def fate(event: KafkaRecord) -> Fate:
        refused = _verdict(event.value)
        if refused:
            return refused
        names_fit = all(fits(name.encode(), b",", b":") for name, _ in event.headers)
        if not names_fit or not fits(event.key) or not all(fits(value, b",") for _, value in event.headers):
            return Withheld("not_representable")
        return Carried(event.headers, event.key, None if event.value is None else on_one_line(event.value))

    return fate
