"""Notice where a layout no longer explains what is read: runs of items with no good record between them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import compress, repeat

from dumpfix.detection import prices
from dumpfix.detection.columns import behind, names_a_field
from dumpfix.detection.named import is_labelled
from dumpfix.framing.frame import Batch, Frame, Span
from dumpfix.layout.load import automatic, shipped
from dumpfix.layout.model import AnyLayout, Layout, ObjectLayout
from dumpfix.run.cost import UNEXPLAINED_BYTE, unexplained

#: bits that a run has to cost before another layout is looked for: more than it costs to name one
WORTH_A_LOOK = 120.0
#: how much longer than the longest key of the first a key may be before it is looked at twice
LONGER, MORE = 2, 32
#: records from which it is learnt how long keys are, and whether payloads look like another tool's records
FIRST = 3
#: what separates columns where it is not what ends a key
SEPARATORS = (b"\t", b"|", b"/", b"#", b";", b",", b":", b" ")
#: what tells a record printed as a JSON object from a payload
COORDINATES = frozenset({"JSON_TOPIC", "PARTITION", "OFFSET"})

Item = Batch | Frame | Span


class Watch:
    """Weighs the items of one section. What its keys and payloads are like is learnt from its first records.

    Keys are looked at only where no words stand in a record, nor its lengths: there what another tool prints before the
    payload may be taken for a key. Payloads are looked at where the layout has no coordinates: another tool's
    record with its coordinates may be taken for a payload.
    """

    def __init__(self, layout: AnyLayout) -> None:
        self.is_anchored = not isinstance(layout, Layout) or layout.is_anchored
        self._is_sized = isinstance(layout, Layout) and layout.is_sized and not layout.is_json
        self._looks_at_keys = "KEY" in layout.fields and not (self._is_sized or is_labelled(layout))
        self._looks_at_values = not COORDINATES.intersection(layout.fields)
        #: what separates columns, what ends a key first, as far as no key holds it
        self._separators = [*filter(None, (behind(layout, "key"), *SEPARATORS))] if self._looks_at_keys else []
        self._trusts_keys = False
        self._learnt = 0
        self._longest = 0

    def doubts(self, batch: Batch) -> bool:
        """Whether one of many records may be more than that: its key is long, or its payload another tool's record."""
        if not (self._looks_at_keys or self._looks_at_values):
            return False
        for index in range(min(FIRST - self._learnt, len(batch))):
            fields = batch.fields(index)
            if self._doubt(fields.get("key") or b"", fields.get("value") or b""):
                return True
        if self._looks_at_keys:
            keys = [key for key in batch.columns.get("key", ()) if key]
            if keys and (max(map(len, keys)) > self._bound or self._holds_more(b"\n".join(keys))):
                return True
        return self._looks_at_values and any(map(_is_envelope, _beginning(batch.values, _beginnings())))

    @property
    def _bound(self) -> int:
        return LONGER * self._longest + MORE

    def weigh(self, item: Item) -> float | None:
        """Bits that the layout does not explain; 0 for a good record, None for what is neither good nor bad."""
        if isinstance(item, Span):
            return unexplained(item) if item.role == "garbage" else None
        if isinstance(item, Batch):
            return 0.0
        if not item.fields:
            # An object that has no member of a record.
            return prices.UNEXPLAINED + UNEXPLAINED_BYTE * (item.end - item.start)
        value = item.fields.get("value")
        if item.is_valid and (doubt := self._doubt(item.fields.get("key") or b"", value or b"")):
            return doubt
        if self.is_anchored and item.complete and (self._is_measured(item) or not value or b"\n" not in value):
            # Whatever its payload is, it is a record of this layout.
            return 0.0
        return unexplained(item)

    def _is_measured(self, item: Frame) -> bool:
        """Whether a printed length says where its payload ends, and what follows it stands there."""
        return self._is_sized and not item.has_wrong_size

    def _doubt(self, key: bytes, value: bytes) -> float:
        is_envelope = self._looks_at_values and value.startswith(_beginnings()) and _is_envelope(value)
        if self._looks_at_keys and not self._trusts_keys and names_a_field(key):
            return prices.TEXT_BYTE * len(key)
        if self._learnt < FIRST:
            self._learnt += 1
            self._longest = max(self._longest, len(key))
            self._separators = [sign for sign in self._separators if sign not in key]
            self._looks_at_values = self._looks_at_values and not is_envelope
            return 0.0
        if self._looks_at_keys and (len(key) > self._bound or self._holds_more(key)):
            return prices.TEXT_BYTE * len(key)
        return UNEXPLAINED_BYTE * len(value) if is_envelope else 0.0

    def _holds_more(self, keys: bytes) -> bool:
        """Whether what ends a key or separates columns stands in keys, and did not in the first ones."""
        return any(map(keys.__contains__, self._separators))

    def are_columns(self, keys: Sequence[bytes]) -> bool:
        """Whether keys that were doubted are rather columns of another capture: what ends a key or separates columns
        stands in all of them as often, and before the last of it a number."""
        return any(_are_columns(keys, sign) for sign in self._separators)

    def trust(self, length: int) -> None:
        """Keys as long as this turned out to be keys, whatever they hold."""
        self._longest = max(self._longest, length)
        self._separators = []
        self._trusts_keys = True


def _are_columns(keys: Sequence[bytes], sign: bytes) -> bool:
    columns = [*zip(*(key.split(sign) for key in keys), strict=False)]
    is_even = len({key.count(sign) for key in keys}) == 1
    return is_even and any(all(map(bytes.isdigit, column)) for column in columns[:-1])


def _beginning(values: Sequence[bytes | None], beginnings: tuple[bytes, ...]) -> Iterator[bytes]:
    texts = [value for value in values if value]
    return compress(texts, map(bytes.startswith, texts, repeat(beginnings)))


def _is_envelope(value: bytes) -> bool:
    """Whether an object has members for a partition and an offset: few payloads have."""
    return any(all(name in value for name in names) for _, names in _envelopes())


@functools.cache
def _envelopes() -> tuple[tuple[tuple[bytes, ...], tuple[bytes, ...]], ...]:
    """Of each shipped layout that is an object: how its records may begin, and its members with numbers of a place."""
    layouts = (layout for name in automatic() for layout in shipped(name).layouts)
    found = []
    for layout in layouts:
        if isinstance(layout, ObjectLayout):
            names = {member.field.terminal: member.path[-1] for member in layout.members}
            first = {member.path[0] for member in layout.members if member.field.terminal in COORDINATES}
            numbers = [names[terminal] for terminal in ("PARTITION", "OFFSET") if terminal in names]
            if numbers:
                begin = tuple(b'{"%s":' % name for name in sorted(first))
                found.append((begin, tuple(b'"%s":' % name for name in numbers)))
    return tuple(found)


@functools.cache
def _beginnings() -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(text for begin, _ in _envelopes() for text in begin))
