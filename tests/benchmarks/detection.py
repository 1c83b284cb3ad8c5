"""How often the layout of a dump is found without a word from the user, and how often `sure` is true.

    python -m tests.benchmarks.detection [CELLS] [SEED]

A cell is a format × a kind of key × a kind of payload × a count, damage, notices; drawn at random, the same for
the same seed. Right: payloads, keys and coordinates that the format prints come out as they went
in, and nothing else does.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dumpfix.detection.choose import HEAD, MOST_RIVALS, Told, choose
from dumpfix.errors import LayoutError
from dumpfix.json.validity import is_valid
from dumpfix.layout.model import AnyLayout, Layout
from dumpfix.layout.write import describe
from tests.reading import scan
from tests.writers import kcat
from tests.writers.records import KafkaRecord

#: formats that no grammar has, with labels and without; {} stands for the separator
UNKNOWN = [
    rb"offset=%o partition=%p key=%k value=%s\n",
    rb"Topic: %t, Partition: %p, Offset: %o, Key: %k, Value: %s\n",
    rb"p=%p o=%o t=%T k=%k v=%s\n",
    rb"Partition: %p\nOffset: %o\nPayload: %s\n\n",
    rb"[%t] offset=%o key=%k value=%s\n",
    rb"Message: %s\nKey: %k\nPartition: %p\nOffset: %o\nTimestamp: %T\n-----\n",
    rb"topic=%t partition=%p offset=%o\nkey=%k\nvalue=%s\n--------\n",
    rb"ts=%T|part=%p|off=%o|key=%k|hdr=%h|%s\n",
    rb"Key (%K bytes): %k\nValue (%S bytes): %s\nPartition: %p\nOffset: %o\nHeaders: %h\n--\n",
]
#: nothing between records, or nothing but a number for a name
UNDECIDABLE = (rb"%s", rb"%k - %s", rb"%S%s", rb"%T %p %o %s", rb'{"%o": %T, "v": %s}\n')
COLUMNS = [b"%p{}%o{}%T{}%k{}%s\\n", b"%p{}%o{}%k{}%s\\n", b"%t{}%p{}%o{}%k{}%s\\n", b"%o{}%k{}%s\\n", b"%p{}%k{}%s\\n"]
SEPARATORS = [b",", b"|", b"\\t", b";", b" ", b" | ", b"/", b"#"]
KEYED = [b"\\t", b":", b",", b"|", b" - ", b" => ", b"###", b": ", b"@@", b";"]

KEYS: dict[str, Callable[[int, random.Random], bytes | None]] = {
    "plain": lambda n, r: b"key-%d" % r.randrange(1000),
    "word": lambda n, r: r.choice([b"ada", b"bob", b"eve", b"mallory", b"trent"]),
    "number": lambda n, r: b"%d" % r.randrange(100, 99999),
    "uuid": lambda n, r: (
        b"%08x-%04x-4%03x-8%03x-%012x"
        % (r.randrange(1 << 32), r.randrange(1 << 16), r.randrange(1 << 12), r.randrange(1 << 12), r.randrange(1 << 48))
    ),
    "mail": lambda n, r: b"user-%d@example.com" % r.randrange(5000),
    "tenant": lambda n, r: b"tenant:%d" % r.randrange(50),
    "blank": lambda n, r: b"user %d" % r.randrange(500),
    "json": lambda n, r: b'{"id":%d,"t":"x"}' % n,
    "quoted": lambda n, r: b'"k%d"' % n,
    "null": lambda n, r: None,
    "some null": lambda n, r: None if n % 3 == 0 else b"k%d" % n,
}
PAYLOADS: dict[str, Callable[[int, random.Random], bytes]] = {
    "small": lambda n, r: b'{"id":%d,"e":"x"}' % n,
    "event": lambda n, r: (
        b'{"id": %d, "name": "user %d", "tags": ["a", "b: c"], "note": "x|y - d => e, f=g", "at": null}'
        % (n, r.randrange(100))
    ),
    "array": lambda n, r: b'["a %d",{"b":1}]' % n,
    # What is the same in all, in front and behind, holds what separates columns: a reason to cut there, and none.
    "constant": lambda n, r: (
        b'{"specversion": "1.0", "type": "order.created", "source": "/shop, eu: 1", "data": {"id": %d, "n": [%d, 2]}, '
        b'"note": "the same - in each | of them => k=v; a, b: c # d", "schema": {"name": "orders", "fields": [1, 2]}}'
        % (n, r.randrange(10**6))
    ),
    "compact": lambda n, r: (
        b'{"uuid":"%012x","event":"$pageview","properties":{"$url":"https://example.com/?n=%d","screen":[1920,1080],'
        b'"utm":{"campaign":"autumn: second, last"},"padding":"%b"}}' % (r.randrange(1 << 48), n, b"x" * 240)
    ),
    "escaped": lambda n, r: (
        b'{"id":%d,"body":"{\\"to\\": \\"user %d\\", \\"tags\\": [1, 2]}","ok":true}' % (n, r.randrange(99))
    ),
    "pretty": lambda n, r: b'{\n  "id": %d,\n  "x": [\n    1\n  ]\n}' % n,
}


@dataclass(frozen=True)
class Cell:
    """One dump and what it was made of."""

    name: str
    format_string: bytes
    records: tuple[KafkaRecord, ...]
    broken: frozenset[int]
    dump: bytes
    is_labelled: bool = False


def formats() -> list[bytes]:
    """Those that people use, those that no grammar has, columns without labels, keys with a separator."""
    from tests.detection.test_detection import FORMATS

    columns = [form.replace(b"{}", separator) for form in COLUMNS for separator in SEPARATORS]
    keyed = [b"%k" + separator + b"%s\\n" for separator in KEYED]
    known = [form for form in FORMATS if form not in UNDECIDABLE]
    return [*known, *UNKNOWN, *columns, *keyed, b"-J"]


def cell(seed: int) -> Cell:
    """The cell of this number."""
    r = random.Random(seed)
    form = r.choice(formats())
    # A line that begins with nothing begins like one inside a document.
    key = r.choice(sorted(KEYS if not form.startswith(b"%k") else KEYS.keys() - {"null", "some null"}))
    payload = r.choice(sorted(PAYLOADS))
    count = r.choice([1, 2, 3, 4, 5, 8, 12, 30, 100, 300])
    damage = r.choice([0, 0, 0, 0.05, 0.1, 0.3])
    null = r.choice([0, 0, 0, 0.1, 0.3])
    partitions = r.choice([1, 1, 2, 6])
    next_offset = [r.randrange(10 ** r.randrange(1, 7)) for _ in range(partitions)]
    records: list[KafkaRecord] = []
    broken: set[int] = set()
    rows: list[bytes] = []
    at = 1_700_000_000_000
    for n in range(count):
        p = r.randrange(partitions)
        at += r.randrange(20_000)
        value: bytes | None = PAYLOADS[payload](n, r)
        if r.random() < null:
            value = None
        elif r.random() < damage and value is not None:
            value = value[: r.randrange(max(len(value) // 2, 3), len(value))].rstrip(b"\n ")
            broken.add(n)
        headers = (("src", b"web"), ("trace", b"%d" % r.randrange(10**6)))
        record = KafkaRecord("orders", p, next_offset[p], at, "create", headers, KEYS[key](n, r), value)
        next_offset[p] += 1
        records.append(record)
        rows.append(_row(form, record))
    if r.random() < 0.4:
        for _ in range(r.randrange(1, 4)):
            p = r.randrange(partitions)
            rows.insert(r.randrange(len(rows) + 1), kcat.reached_end("orders", p, next_offset[p]))
    name = f"{form.decode()} key={key} payload={payload} n={count} damage={damage} null={null}"
    return Cell(name, form, tuple(records), frozenset(broken), b"".join(rows))


def _row(form: bytes, record: KafkaRecord) -> bytes:
    return kcat.render_json(record) if form == b"-J" else kcat.render(form, record)


SHOWN: dict[bytes, Callable[[KafkaRecord], tuple[str, bytes | None]]] = {
    b"%t": lambda r: ("topic", r.topic.encode()),
    b"%p": lambda r: ("partition", b"%d" % r.partition),
    b"%o": lambda r: ("offset", b"%d" % r.offset),
    b"%T": lambda r: ("timestamp", b"%d" % (r.timestamp or 0)),
    b"%k": lambda r: ("key", r.key),
}


def judged(one: Cell) -> tuple[str, Any]:
    """``right``, ``wrong`` or ``refused``, and the choice; right as well where one of the layouts is that an unclear
    choice names."""
    try:
        choice = choose(one.dump[:HEAD], Told(), final=len(one.dump) <= HEAD)
    except LayoutError:
        return "refused", None
    named = [choice.layout, *choice.rivals[:MOST_RIVALS]]
    return ("right" if any(is_right(one, layout, choice.notices) for layout in named) else "wrong"), choice


def is_right(one: Cell, layout: AnyLayout, notices: Sequence[Layout]) -> bool:
    """Whether a layout gives back what the cell was made of."""
    found = scan(one.dump, layout, notices)
    wanted: list[dict[str, bytes | None]] = []
    for record in one.records:
        tokens = [*SHOWN] if one.format_string == b"-J" else [t for t in SHOWN if t in one.format_string]
        row = dict(SHOWN[token](record) for token in tokens)
        wanted.append({name: text or None for name, text in row.items()})
    names = ("key", "topic", "partition", "offset", "timestamp")
    read = [
        {name: text for name in names if (text := record.get(name)) or name in wanted[0]} for record in found.records
    ]
    values = [(value or b"").strip() for value in found.values]
    good = [(r.value or b"") for n, r in enumerate(one.records) if n not in one.broken]
    if len(read) == len(wanted):
        rows = zip(one.records, wanted, read, values, strict=True)
        for n, (record, want, got, value) in enumerate(rows):
            if record.value is None and b":" in (record.key or b"") and not is_valid(value):
                # It may as well be a payload that ends with the separator: withheld, and named.
                continue
            if n not in one.broken and (
                value != (record.value or b"") or want != {k: v or None for k, v in got.items()}
            ):
                return False
        return True
    if not one.broken:
        return False
    # A broken payload may take its neighbour with it where nothing else tells records; what is whole has to be right.
    whole = {(value, *sorted((k, v or None) for k, v in got.items())) for value, got in zip(values, read, strict=True)}
    kept = [
        ((record.value or b""), *sorted(want.items()))
        for n, (record, want) in enumerate(zip(one.records, wanted, strict=True))
        if n not in one.broken
    ]
    del good
    return sum(row in whole for row in kept) * 2 >= len(kept)


def main(cells: int = 1000, seed: int = 0) -> None:
    """Print the counts, and the cells that were wrong and sure."""
    counts: Counter[tuple[str, str]] = Counter()
    for number in range(seed, seed + cells):
        one = cell(number)
        verdict, choice = judged(one)
        confidence = choice.confidence if choice else "-"
        counts[verdict, confidence] += 1
        if verdict != "right":
            print(f"{number}\t{verdict}\t{confidence}\t{one.name}\n\t\t{describe(choice.layout) if choice else ''}")
    for counted, count in sorted(counts.items()):
        print(*counted, count, sep="\t")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
