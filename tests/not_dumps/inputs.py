"""Files of many kinds that are no dumps, each as small as its kind allows; written for these tests.

Logs that are one JSON document a line are not among them: read as values they are right.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from tests.not_dumps import consoles, logs, prose, sources


@dataclass(frozen=True, slots=True)
class NotDump:
    """``sees`` are words of which the message has to hold one (in any case), where what it is is plain to see.

    ``may_hold_nothing``: lines that a Kafka tool prints about itself stand in it, so that it may as well be read as a
    dump without records. ``is_document``: it is one JSON document and nothing else. Nobody can tell that from the one
    value that somebody fetched and sent through ``jq .``, so it may be read as that: whole, and alone.
    """

    name: str
    content: bytes
    sees: tuple[str, ...] = ()
    may_hold_nothing: bool = False
    is_document: bool = False


def _zipped(method: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        text = "".join(f'{{"id":{n},"note":"{n * n}"}}\n' for n in range(40))
        archive.writestr(zipfile.ZipInfo("events.jsonl"), text, compress_type=method)
    return packed.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _picture() -> bytes:
    rows = b"".join(b"\x00" + bytes(range(0, 192, 3)) for _ in range(8))
    size = struct.pack(">IIBBBBB", 64, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", size) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _avro_container() -> bytes:
    schema = b'{"type":"record","name":"Order","fields":[{"name":"id","type":"long"}]}'
    head = b"Obj\x01\x04\x16avro.schema" + bytes([len(schema) * 2 & 0x7F | 0x80, len(schema) * 2 >> 7]) + schema
    mark = bytes(range(16, 32))
    return head + b"\x14avro.codec\x08null\x00" + mark + b"\x06\x06\x02\x04\x06" + mark


_PARQUET = b"PAR1" + b"\x15\x04\x15\x10\x15\x14\x4c\x15\x04\x15\x00\x12\x00\x00" * 6 + b"\x19\x2c\x48\x06schema\x15\x02"
_NOISE = bytes(zlib.crc32(b"%d" % n) >> 11 & 0xFF for n in range(600))

#: what is no text at all: the message has to say what it is
BINARY = (
    NotDump("zip", _zipped(zipfile.ZIP_DEFLATED), ("zip",)),
    NotDump("zip-stored", _zipped(zipfile.ZIP_STORED), ("zip",)),
    NotDump("png", _picture(), ("png", "picture", "image")),
    NotDump(
        "jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x48\x00\x48\x00\x00" + _NOISE, ("jpeg", "image")
    ),
    NotDump("parquet", _PARQUET + b"\x40\x00\x00\x00PAR1", ("parquet",)),
    NotDump("avro-container", _avro_container(), ("avro",)),
    NotDump(
        "pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type /Catalog>>\nendobj\nstartxref\n9\n%%EOF\n", ("pdf",)
    ),
    NotDump("sqlite", b"SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20" + bytes(80) + _NOISE, ("sqlite",)),
    NotDump(
        "elf", b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00\x01" + bytes(40) + _NOISE, ("elf", "program")
    ),
    NotDump("class-file", b"\xca\xfe\xba\xbe\x00\x00\x00\x41\x00\x1d\x0a" + _NOISE, ("binary", "class")),
    NotDump("noise", _NOISE, ("binary",)),
    NotDump("nothing-but-nul", bytes(4096), ("binary",)),
    NotDump("utf-16-without-a-mark", 'ada\t{"a":1}\r\nbob\t{"a":2}\r\n'.encode("utf-16-le"), ("utf-16",)),
)

TEXTS = (
    *(NotDump(name, text.encode(), sees) for name, text, sees in (*prose.ALL, *sources.ALL, *logs.ALL, *consoles.ALL)),
    *(NotDump(name, text.encode(), may_hold_nothing=True) for name, text in (*logs.NOTICES, *consoles.NOTICES)),
    *(NotDump(name, text.encode(), is_document=True) for name, text in sources.DOCUMENTS),
    NotDump("readme-utf-16", prose.README.encode("utf-16")),
    NotDump("readme-crlf", prose.README.replace("\n", "\r\n").encode()),
    NotDump("latin-1", "Prix : 12,50 €\nÉtat : reçu\nDélai : 3 à 5 jours\n".encode("cp1252")),
)

ALL = (*BINARY, *TEXTS)
