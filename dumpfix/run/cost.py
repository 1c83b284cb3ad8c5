"""What it costs, in bits, to say some bytes of a dump by a layout; JSON apart, which costs the same in any.

The prices are those by which layouts are found (:mod:`dumpfix.detection.prices`), fewer of them: this runs along the
whole of a dump.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dumpfix.detection import prices
from dumpfix.detection.work import ITEM, Known, Searching, Work
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.framing.framer import frame
from dumpfix.json.lexer import OPENERS
from dumpfix.layout.model import AnyLayout, Layout, Literal

#: a byte that nothing explains
UNEXPLAINED_BYTE = prices.UNEXPLAINED_BYTE + prices.TEXT_BYTE
#: a record: its coordinates go on from those before
RECORD = 4.0


class Cost(NamedTuple):
    """``total`` bits, of which ``unexplained`` are for garbage and for payloads that are no JSON.

    ``documents`` counts payloads that are whole objects or arrays, ``garbage`` the bytes that belong to no record.
    """

    total: float
    unexplained: float
    documents: int
    records: int
    garbage: int = 0


def cost_of(
    layout: AnyLayout, notices: Sequence[Layout], data: bytes, *, is_shipped: bool, work: Work | None = None
) -> Cost:
    """The cost of some bytes, of which nothing follows. Raises ExhaustedError where ``work`` allows no more."""
    total = prices.SHIPPED if is_shipped else prices.LITERAL_BYTE * _literal_bytes(layout)
    unexplained = 0.0
    documents = records = garbage = 0
    words: set[bytes] = set()
    known = Known()
    known.show(data)
    counter = None if work is None else Searching(work, known)
    for item, _, _ in frame([data], layout, notices, work=counter):
        if work is not None:
            work.add(ITEM)
        text, bits, count, whole = _item(item, words)
        total += text + bits
        unexplained += bits
        records += count
        documents += whole
        if isinstance(item, Span) and item.role == "garbage":
            garbage += item.end - item.start
    return Cost(total, unexplained, documents, records, garbage)


def _literal_bytes(layout: AnyLayout) -> int:
    elements = layout.elements if isinstance(layout, Layout) else ()
    return sum(len(element.text) for element in elements if isinstance(element, Literal))


def _item(item: Batch | Frame | Span, words: set[bytes]) -> tuple[float, float, int, int]:
    """Bits for what is said, bits for what is not explained, records, whole documents."""
    if isinstance(item, Span):
        if item.role == "garbage":
            return 0.0, unexplained(item), 0, 0
        return (prices.NOTICE if item.role == "notice" else 0.0), 0.0, 0, 0
    if isinstance(item, Batch):
        texts = _texts((text for name in ("key", "headers") for text in item.columns.get(name, ())), words)
        documents = sum(value is not None and value[:1] in OPENERS for value in item.values)
        return RECORD * len(item) + texts, 0.0, len(item), documents
    fields = item.fields
    texts = _texts((fields.get(name) for name in ("key", "headers")), words)
    value = fields.get("value")
    is_document = bool(value) and value is not None and value.lstrip()[:1] in OPENERS and item.is_valid
    return RECORD + texts, unexplained(item), 1, int(is_document)


def unexplained(item: Frame | Span) -> float:
    """Bits for what a record or a stretch has that the layout does not explain."""
    if isinstance(item, Span):
        return prices.UNEXPLAINED + UNEXPLAINED_BYTE * (item.end - item.start) if item.role == "garbage" else 0.0
    value = item.fields.get("value")
    if item.is_valid or not value:
        return 0.0
    if value.lstrip()[:1] not in OPENERS:
        return prices.OTHER + prices.TEXT_BYTE * len(value)
    # A document that breaks off; what stands on further lines is hardly its own.
    more = len(value) - (value.find(b"\n") + 1 or len(value))
    return prices.BROKEN + prices.TEXT_BYTE * more


def _texts(texts: Iterable[bytes | None], words: set[bytes]) -> float:
    bits = 0.0
    for text in texts:
        if text is None or text in words:
            bits += 1.0
        else:
            words.add(text)
            bits += prices.NEW_TEXT + prices.TEXT_BYTE * len(text)
    return bits
