"""Payloads that were never JSON: what they are instead, in words. They must not be made into JSON."""

from array import array
from codecs import getincrementaldecoder
from itertools import accumulate

from dumpfix.json.lexer import CONTROLS, PIECE, WHITE_SPACE, count_of
from dumpfix.json.validity import scan_value
from dumpfix.repairing.causes import tag

_TEXT_CONTROLS = bytes(byte for byte in CONTROLS if byte not in b"\t\n\r\x0b\x0c\x1b\x1e\x00")
_MAGIC = (
    (b"\x04\x22\x4d\x18", "an LZ4 frame"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard frame"),
    (b"\x1f\x8b", "gzip data"),
    (b"Obj\x01", "an Avro object container"),
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x82SNAPPY\x00", "Snappy data"),
)
#: blanks, padding, and the signs of a transmission
_AROUND = WHITE_SPACE + b"\0\x02\x03\x04\x1a"
#: brackets that may be open at once: for each a repair keeps some 60 bytes
_MOST_OPEN = 1 << 18
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{[]}")
#: what a bracket does to the depth, as a signed byte
_STEPS = bytes(1 if byte in b"{[" else 255 for byte in range(256))
_SHARE = 12
_HEAD = 256
#: how the first bracket of a document may be spelled otherwise
_CODES = (b"7b", b"5b", b"7B", b"5B")
_SPELLED = (
    *(mark + code for mark in (b"%", b"\\x", b"\\u00", b"&#x") for code in _CODES),
    *(b"&#123;", b"&#91;", b"&lcub;", b"&lbrace;"),
)


def reason(payload: bytes) -> str | None:
    """Why the payload is no broken JSON but something else; None if it may be JSON."""
    bare = payload.strip(_AROUND)
    if not bare:
        return "empty" if not payload else "only blanks or NULs"
    for magic, name in _MAGIC:
        if payload.startswith(magic):
            return f"not JSON: {name}"
    if _is_binary(bare) and not _is_utf_16(payload):
        return "not JSON: binary (Avro, Protobuf or compressed)"
    if bare[:1] == b"<" and bare[-1:] == b">" and tag(bare) is None:
        return "not JSON: XML or HTML"
    if _is_java(bare):
        return "not JSON: Java's toString(), in which the types are lost"
    if (
        b"{" not in bare
        and b"[" not in bare
        and not any(each in bare[:256] for each in _SPELLED)
        and not _has_json_tail(bare)
    ):
        if scan_value(bare, 0, len(bare)).state == "incomplete":
            return "cut inside a value at the top level, of which nothing whole is left"
        return "not JSON: plain text"
    if _is_too_deep(bare):
        return f"more than {_MOST_OPEN} brackets are open at once"
    return None


def _is_utf_16(payload: bytes) -> bool:
    """Whether it begins like a document in UTF-16."""
    begin = payload[2:] if payload[:2] in (b"\xff\xfe", b"\xfe\xff") else payload
    return begin[1:2] == b"\0" != begin[:1] in (b"{", b"[") or begin[:1] == b"\0" != begin[1:2] in (b"{", b"[")


def _is_binary(bare: bytes) -> bool:
    """Whether too many bytes are neither text nor padding: a twelfth, where a repairable payload has a few."""
    controls = count_of(bare, _TEXT_CONTROLS)
    foreign = 0 if bare.isascii() else _foreign(bare)
    if foreign and not controls and bare[:1] in (b"{", b"["):
        return False
    return (controls + foreign) * _SHARE > len(bare)


def _is_too_deep(bare: bytes) -> bool:
    """Whether more brackets are open at once, quoted ones among them, than a repair keeps account of."""
    if bare.count(b"{") + bare.count(b"[") <= _MOST_OPEN:
        return False
    return max(accumulate(array("b", bare.translate(_STEPS, _NO_BRACKETS)))) > _MOST_OPEN


def _foreign(bare: bytes) -> int:
    """How many bytes, or beginnings of characters, are no UTF-8."""
    decode = getincrementaldecoder("utf-8")("replace").decode
    starts = range(0, len(bare), PIECE)
    return sum(decode(bare[at : at + PIECE], at + PIECE >= len(bare)).count("\ufffd") for at in starts)


def _is_java(bare: bytes) -> bool:
    """Whether it reads `{a=1, b=x}`, `Name{a=1}` or `Name[a=1]`: a word and an equals sign behind the first bracket."""
    brackets = [at for at in (bare.find(b"{"), bare.find(b"[")) if at >= 0]
    if not brackets:
        return False
    name = (bare[: min(brackets)].split() or [b""])[-1]
    if name and not name.replace(b".", b"").replace(b"$", b"").isalnum():
        return False
    inner = bare[min(brackets) + 1 : min(brackets) + 256].lstrip(WHITE_SPACE)
    equals = inner.find(b"=")
    return equals > 0 and inner[:equals].rstrip().replace(b"_", b"").replace(b".", b"").isalnum()


def _has_json_tail(bare: bytes) -> bool:
    """Whether it may be the end of a document whose beginning is gone."""
    return bare[-1:] in (b"}", b"]") and (b'":' in bare or b'",' in bare or b"," in bare)
