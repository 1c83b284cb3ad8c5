"""Texts of a dump as JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

import orjson

from dumpfix.record.fields import Headers

_PRINTABLE = bytes(byte for byte in range(0x20, 0x7F) if byte not in b'"\\')


def string(text: bytes) -> bytes:
    """A JSON string, or ``{"base64":"…"}`` where the text is no UTF-8."""
    try:
        return orjson.dumps(text.decode())
    except UnicodeDecodeError:
        return b'{"base64":"' + b64encode(text) + b'"}'


def strings(texts: Sequence[bytes]) -> Sequence[bytes]:
    """The same for many, in C where all of them are plain ASCII."""
    if not b"".join(texts).translate(None, _PRINTABLE):
        return (b'"' + b'"\n"'.join(texts) + b'"').split(b"\n")
    return [string(text) for text in texts]


def headers(pairs: Headers) -> bytes:
    """An array of pairs."""
    return b"[" + b",".join(_pair(name, value) for name, value in pairs) + b"]"


def _pair(name: str, value: bytes | None) -> bytes:
    shown = b"null" if value is None else string(value)
    return b"[" + string(name.encode("utf-8", "surrogateescape")) + b"," + shown + b"]"
