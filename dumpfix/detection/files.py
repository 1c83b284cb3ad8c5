"""What a file is that is no dump, where that is plain to see: said in place of a guess at its layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dumpfix.detection.lines import PYTHON_BYTES
from dumpfix.json.validity import is_valid

#: bytes at the beginning that are looked at
_LOOKED_AT = 1 << 12
#: bytes that stand in no text
_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r\f\x1b")
#: the share of them, and of bytes above 0x7F that are no UTF-8, from which on a head is binary
_BINARY = 0.1
_COLOUR = b"\x1b["


class _File(NamedTuple):
    """A kind of file, by how it begins: ``magic`` at byte ``at``. ``advice`` says how a dump is got from it."""

    name: str
    magic: bytes
    advice: str = ""
    at: int = 0


_UNPACK = "unpack it, and give what is in it"
#: file(1) and the formats' own specifications say these
_FILES = (
    _File("a zip archive", b"PK\x03\x04", _UNPACK),
    _File("a 7z archive", b"7z\xbc\xaf\x27\x1c", _UNPACK),
    _File("a rar archive", b"Rar!\x1a\x07", _UNPACK),
    _File("a tar archive", b"ustar", "tar -xOf FILE | dumpfix convert", at=257),
    _File("a PNG image", b"\x89PNG\r\n\x1a\n"),
    _File("a JPEG image", b"\xff\xd8\xff"),
    _File("a GIF image", b"GIF8"),
    _File(
        "a Parquet file", b"PAR1", "DuckDB reads it: duckdb -c \"copy (from 'FILE') to '/dev/stdout' (format json)\""
    ),
    _File("an Avro container", b"Obj\x01", "avro-tools tojson FILE | dumpfix convert"),
    _File("an ORC file", b"ORC"),
    _File("a PDF document", b"%PDF-"),
    _File("an SQLite database", b"SQLite format 3\x00"),
    _File("an ELF program", b"\x7fELF"),
    _File("a Java class", b"\xca\xfe\xba\xbe"),
)


def file_kind(head: bytes) -> str | None:
    """What a file is whose first bytes are those of no text, in a sentence or two; None where it may be one."""
    for kind in _FILES:
        if head.startswith(kind.magic, kind.at):
            return f"this is {kind.name}, and no dump" + (f"\n{kind.advice}" if kind.advice else "")
    # A batch of records, version 2: offset, length, epoch, then the version (Kafka's DefaultRecordBatch).
    if len(head) > 61 and head[:1] == b"\0" and head[16] == 2 and 49 <= int.from_bytes(head[8:12], "big") < 1 << 30:
        return (
            "this is a segment of Kafka's own log, and no dump\n"
            "kafka-dump-log --print-data-log --files FILE shows what is in it; a consumer prints it as a dump"
        )
    return None


def text_kind(head: bytes) -> str | None:
    """What a text is that no layout explains, in a sentence or two; None where it is nothing of the kind."""
    shown = head[:_LOOKED_AT]
    begin = shown.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for says, is_so in _TEXTS:
        if is_so(shown, begin):
            return says
    return None


def are_elements(lines: Sequence[bytes]) -> bool:
    """Whether each of these lines but the last is a document and a comma, with nothing else but what is around an array
    of them."""
    texts = [text for line in lines if (text := line.strip(b" \t\r")) and text not in (b"[", b"]")]
    if len(texts) < 2 or not all(text.startswith((b"{", b"[{")) and text.endswith(b"},") for text in texts[:-1]):
        return False
    return all(is_valid(text.removeprefix(b"[").removesuffix(b",")) for text in texts[:-1])


def _is_binary(shown: bytes, _: bytes) -> bool:
    odd = len(shown) - len(shown.translate(None, _CONTROLS))
    return odd + shown.decode("utf-8", "replace").count("\ufffd") > _BINARY * len(shown)


def _is_utf_16(shown: bytes, _: bytes) -> bool:
    """Whether nearly each byte at odd places, or at even ones, is NUL, and hardly any of the others."""
    fewer, more = sorted((shown[::2].count(0), shown[1::2].count(0)))
    return more > len(shown) * _BINARY * 4 and fewer < more * _BINARY


#: documents in the quotes of Python's bytes
_PYTHON = tuple(quote + opener for quote in PYTHON_BYTES for opener in (b"{", b"["))

#: what is said of a text, and whether it is one: by its first bytes, as they are and in small letters without blanks
_TEXTS: tuple[tuple[str, Callable[[bytes, bytes], bool]], ...] = (
    (
        "this is a page of HTML, and no dump: a login, an error or a console in place of the records\n"
        "download the records again, or copy them as text",
        lambda _, begin: begin.startswith((b"<!doctype html", b"<html", b"<head", b"<body")),
    ),
    ("this is XML, and no dump", lambda _, begin: begin.startswith((b"<?xml", b"<svg", b"<!--"))),
    (
        "every second byte is NUL: this is UTF-16 without the mark that says so\n"
        "iconv -f UTF-16LE -t UTF-8 DUMP | dumpfix convert (UTF-16BE, where the first byte is the NUL)",
        _is_utf_16,
    ),
    (
        "these are binary bytes, and no layout fits them\n"
        "where the payloads are Avro or Protobuf, dump again with kcat -J -s value=avro -r REGISTRY",
        _is_binary,
    ),
    (
        "ANSI colours or control sequences of a terminal stand in it, and no layout fits\n"
        "dump again into a file; or take them out: sed 's/\\x1b\\[[0-9;?]*[A-Za-z]//g' DUMP | dumpfix convert",
        lambda shown, _: _COLOUR in shown,
    ),
    (
        "this is one JSON array of documents, and no layout fits\n"
        "where each of them is a payload: jq -c '.[]' DUMP | dumpfix convert (jq before 1.7 changes long numbers)",
        lambda _, begin: begin[:1] == b"[" and begin[1:].lstrip()[:1] == b"{",
    ),
    (
        "each line is a document and a comma: elements of a JSON array\n"
        "where each of them is a payload: sed 's/,$//' DUMP | dumpfix convert",
        lambda shown, _: are_elements(shown.split(b"\n")),
    ),
    (
        "values stand in it as Python writes them (b'…', {'…'}), and no layout fits\n"
        "where each line is one payload: --from jsonl mends them; else --kcat-format '…' says what stands beside it",
        lambda shown, begin: begin.startswith((b"'{", b"{'")) or any(map(shown.__contains__, _PYTHON)),
    ),
)
