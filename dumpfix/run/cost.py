"""What it costs, in bits, to say some bytes of a dump by a layout; JSON apart, which costs the same in any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dumpfix.detection.work import ITEM, Searching, Work
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import frame
from dumpfix.layout.model import AnyLayout, Layout, Literal

#: bits for a byte that nothing explains, and for a stretch of them
GARBAGE, GARBAGE_BYTE = 24.0, 8.0
#: bits for a byte of free text, in a key or a payload alike
TEXT_BYTE = 6.0
NOTICE = 6.0
#: a record; one whose payload breaks off; one whose payload is no JSON
RECORD, CUT, NO_JSON = 4.0, 20.0, 30.0
#: a word that was not seen before
NEW_WORD = 4.0
#: naming a layout that is shipped; a byte of one that was read off the dump
SHIPPED, READ_OFF_BYTE = 10.0, 8.0
_DOCUMENTS = (b"{", b"[")


class Cost(NamedTuple):
    """``total`` bits, of which ``unexplained`` are for garbage and for payloads that are no JSON.

    ``documents`` counts payloads that are whole objects or arrays.
    """

    total: float
    unexplained: float
    documents: int
    records: int


def cost_of(
    layout: AnyLayout, notices: Sequence[Layout], data: bytes, *, is_shipped: bool, work: Work | None = None
) -> Cost:
    """The cost of some bytes, of which nothing follows. Raises ExhaustedError where ``work`` allows no more."""
    total = SHIPPED if is_shipped else READ_OFF_BYTE * _literal_bytes(layout)
    unexplained = 0.0
    documents = records = 0
    words: set[bytes] = set()
    counter = None if work is None else Searching(work)
    for item, _, _ in frame([data], layout, notices, work=counter):
        if work is not None:
            work.add(ITEM)
        text, bits, count, whole = _item(item, words)
        total += text + bits
        unexplained += bits
        records += count
        documents += whole
    return Cost(total, unexplained, documents, records)


def _literal_bytes(layout: AnyLayout) -> int:
    elements = layout.elements if isinstance(layout, Layout) else ()
    return sum(len(element.text) for element in elements if isinstance(element, Literal))


def _item(item: Batch | Frame | Span, words: set[bytes]) -> tuple[float, float, int, int]:
    """Bits for what is said, bits for what is not explained, records, whole documents."""
    if isinstance(item, Span):
        if item.role == "garbage":
            return 0.0, unexplained(item), 0, 0
        return (NOTICE if item.role == "notice" else 0.0), 0.0, 0, 0
    if isinstance(item, Batch):
        texts = _texts((text for name in ("key", "headers") for text in item.columns.get(name, ())), words)
        documents = sum(value is not None and value[:1] in _DOCUMENTS for value in item.values)
        return RECORD * len(item) + texts, 0.0, len(item), documents
    fields = item.fields
    texts = _texts((fields.get(name) for name in ("key", "headers")), words)
    value = fields.get("value")
    is_document = bool(value) and value is not None and value.lstrip()[:1] in _DOCUMENTS and item.is_valid
    return RECORD + texts, unexplained(item), 1, int(is_document)


def unexplained(item: Frame | Span) -> float:
    """Bits for what a record or a stretch has that the layout does not explain."""
    if isinstance(item, Span):
        return GARBAGE + GARBAGE_BYTE * (item.end - item.start) if item.role == "garbage" else 0.0
    value = item.fields.get("value")
    if item.is_valid or not value:
        return 0.0
    if value.lstrip()[:1] not in _DOCUMENTS:
        return NO_JSON + TEXT_BYTE * len(value)
    # A document that breaks off; what stands on further lines is hardly its own.
    more = len(value) - (value.find(b"\n") + 1 or len(value))
    return CUT + TEXT_BYTE * more


def _texts(texts: Iterable[bytes | None], words: set[bytes]) -> float:
    bits = 0.0
    for text in texts:
        if text is None or text in words:
            bits += 1.0
        else:
            words.add(text)
            bits += NEW_WORD + TEXT_BYTE * len(text)
    return bits
