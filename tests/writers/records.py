"""Kafka records and hypothesis strategies for them.

A reader can be exact only where the format allows it, so every strategy has knobs that keep out what a format cannot
carry:
``avoid`` lists byte strings that must not occur (a separator, a newline), the others say which kinds are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from hypothesis import strategies as st

TimestampType = Literal["create", "log_append", "none"]
Header = tuple[str, bytes | None]

# 2023-11-14T22:13:20Z: a fixed day, so that no test depends on the one it runs on.
BASE_TIMESTAMP = 1_700_000_000_000


@dataclass(frozen=True, slots=True)
class KafkaRecord:
    """One record as a broker keeps it. ``timestamp``: milliseconds, None where ``timestamp_type`` is "none"."""

    topic: str
    partition: int
    offset: int
    timestamp: int | None
    timestamp_type: TimestampType
    headers: tuple[Header, ...]
    key: bytes | None
    value: bytes | None
    broker: int = 1


# Texts that look like something else: separators, heads of records, notices, null in three spellings.
AWKWARD_TEXTS: tuple[str, ...] = (
    "\t",
    ": ",
    ":",
    ",",
    " ",
    "|",
    "=",
    "--",
    "\n",
    "\r\n",
    "\n--\n",
    "\n\n",
    "%",
    "%s\\n",
    "\\",
    '"',
    "{}",
    "null",
    "NULL",
    "-1",
    "NO_HEADERS",
    "% Reached end of topic t [0] at offset 5",
    "\n% Reached end of topic t [0] at offset 5\n",
    "% Auto-selecting Consumer mode (use -P or -C to override)\n",
    "%3|1700000000.123|FAIL|rdkafka#consumer-1| [thrd:host:9092/1]: down",
    "Processed a total of 3 messages\n",
    "[2023-11-14 22:13:20,001] ERROR Error processing message (kafka.tools.ConsoleConsumer$)",
    "Topic t [0] at offset 3: key k: {}\n",
    "\nKey (1 bytes): k\t\nValue (2 bytes): {}\nTimestamp: 1700000000000\tPartition: 0\tOffset: 3\n--\n",
    "t/0/3/k: {}\n",
    "CreateTime:1700000000000\tPartition:0\tOffset:3\tNO_HEADERS\tk\t{}\n",
    "h1:a,h2:null",
    "h1=a,h2=NULL",
    '{"topic":"t","partition":0,"offset":3,"tstype":"create","ts":1700000000000,"broker":1,"key":"k","payload":"{}"}\n',
    "\u00e9",
    "\u20ac",
    "\U0001f600",
    "\u2028",
    "\u0085",
    "\x7f",
    "\x00",
    "\x1b[0m",
    "^C",
)

# Bytes that are no UTF-8: a stray continuation, UTF-16, an encoded surrogate, Avro with a schema id, gzip's head.
AWKWARD_BYTES: tuple[bytes, ...] = (
    b"\x80",
    b"\xff\xfe{\x00}\x00",
    b"\xed\xa0\x80",
    b"\x00\x00\x00\x00\x07\x06abc",
    b"\x1f\x8b\x08\x00",
    b"\xc3",
    b"\x00",
)


def _free_of(avoid: Sequence[bytes], data: bytes | None) -> bool:
    return data is None or not any(part in data for part in avoid)


def awkward_bytes(*, avoid: Sequence[bytes] = (), binary: bool = True, max_parts: int = 4) -> st.SearchStrategy[bytes]:
    """Any bytes, often made of texts that look like something else; without ``binary``, UTF-8 only."""
    texts = [text.encode() for text in AWKWARD_TEXTS]
    pieces = [piece for piece in (*texts, *(AWKWARD_BYTES if binary else ())) if _free_of(avoid, piece)]
    parts = st.sampled_from(pieces) | st.text(max_size=8).map(str.encode)
    if binary:
        parts = parts | st.binary(max_size=8)
    return st.lists(parts, max_size=max_parts).map(b"".join).filter(lambda data: _free_of(avoid, data))


# ---------------------------------------------------------------------------------------------------------------- JSON

JsonStyle = Literal["compact", "spaced", "pretty", "tabs", "crlf", "blank_lines"]
JSON_STYLES: tuple[JsonStyle, ...] = ("compact", "spaced", "pretty", "tabs", "crlf", "blank_lines")
ONE_LINE_STYLES: tuple[JsonStyle, ...] = ("compact", "spaced")

# Spellings that a parser which re-prints would change: a verbatim reader must not.
_NUMBERS = (
    "0",
    "-0",
    "1.0",
    "1E5",
    "1e+400",
    "-1.5e-7",
    "0.10",
    "12345678901234567890",
    "1.7976931348623157e308",
    "9007199254740993",
)
_ESCAPES = (
    "\\u0000",
    "\\u000a",
    "\\n",
    "\\t",
    "\\/",
    "\\\\",
    '\\"',
    "\\ud83d\\ude00",
    "\\u00E9",
    "\\ud800",
    "\\b\\f\\r",
)


@dataclass(frozen=True, slots=True)
class _Scalar:
    text: str


@dataclass(frozen=True, slots=True)
class _Array:
    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Object:
    members: tuple[tuple[str, Any], ...]


def _escape(text: str) -> str:
    """A JSON string's content for ``text``, only with the escapes that RFC 8259 demands."""
    out = []
    for char in text:
        if char in '"\\':
            out.append("\\" + char)
        elif char < " ":
            out.append({"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char, f"\\u{ord(char):04x}"))
        else:
            out.append(char)
    return "".join(out)


def _json_strings(avoid: Sequence[bytes]) -> st.SearchStrategy[str]:
    awkward = [text for text in map(_escape, AWKWARD_TEXTS) if _free_of(avoid, text.encode())]
    escapes = [text for text in _ESCAPES if _free_of(avoid, text.encode())]
    plain = st.text(max_size=8).map(_escape)
    parts = st.one_of(plain, *(st.sampled_from(some) for some in (awkward, escapes) if some))
    return st.lists(parts, max_size=3).map(lambda texts: '"' + "".join(texts) + '"')


def _json_trees(max_leaves: int, avoid: Sequence[bytes]) -> st.SearchStrategy[Any]:
    strings = _json_strings(avoid)
    numbers = (
        st.integers().map(str) | st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.sampled_from(_NUMBERS)
    )
    scalars = st.sampled_from(("null", "true", "false")) | numbers | strings
    return st.recursive(
        scalars.map(_Scalar),
        lambda children: (
            st.lists(children, max_size=4).map(lambda items: _Array(tuple(items)))
            # A list of pairs, not a dict: duplicate keys are legal JSON and have to survive.
            | st.lists(st.tuples(strings, children), max_size=4).map(lambda members: _Object(tuple(members)))
        ),
        max_leaves=max_leaves,
    )


def _print_json(tree: Any, style: JsonStyle, depth: int = 0) -> str:
    if isinstance(tree, _Scalar):
        return tree.text
    colon = ":" if style == "compact" else ": "
    opening, closing = ("{", "}") if isinstance(tree, _Object) else ("[", "]")
    if isinstance(tree, _Object):
        items = [name + colon + _print_json(value, style, depth + 1) for name, value in tree.members]
    else:
        items = [_print_json(item, style, depth + 1) for item in tree.items]
    if style == "compact":
        return opening + ",".join(items) + closing
    if style == "spaced":
        return opening + " " + " , ".join(items) + " " + closing
    if not items:
        return opening + closing
    newline = {"pretty": "\n", "tabs": "\n", "crlf": "\r\n", "blank_lines": "\n\n"}[style]
    indent = "\t" if style == "tabs" else "  "
    inner = newline + indent * (depth + 1)
    return opening + inner + ("," + inner).join(items) + newline + indent * depth + closing


def json_payloads(
    *,
    styles: Sequence[JsonStyle] = JSON_STYLES,
    avoid: Sequence[bytes] = (),
    containers_only: bool = False,
    max_leaves: int = 10,
) -> st.SearchStrategy[bytes]:
    """Valid RFC 8259 texts in UTF-8 of every kind, printed in one of ``styles``.

    ``styles=ONE_LINE_STYLES`` and ``avoid=(b"\\n",)`` both keep newlines out. ``containers_only``: objects and
    arrays, as most topics have.
    """
    # What a style always prints must not be drawn just to be thrown away.
    sample = _Array((_Object((('"a"', _Scalar("1")), ('"b"', _Scalar("2")))),))
    styles = [style for style in styles if _free_of(avoid, _print_json(sample, style).encode())]
    if not styles:
        raise ValueError(f"every style prints one of {avoid!r}")
    trees = _json_trees(max_leaves, avoid)
    if containers_only:
        trees = trees.map(lambda tree: _Array((tree,)) if isinstance(tree, _Scalar) else tree)
    return (
        st.tuples(trees, st.sampled_from(list(styles)))
        .map(lambda pair: _print_json(*pair).encode())
        .filter(lambda payload: _free_of(avoid, payload))
    )


# Ready-made payloads, each with one thing that a reader may stumble over: they cost a tenth of a drawn one.
_DOCUMENTS: tuple[tuple[JsonStyle, Any], ...] = tuple(
    (
        style,
        _Object(
            (('"text"', _Scalar(f'"{_escape(text)}"')), ('"list"', _Array((_Scalar("1"), _Object(()), _Array(())))))
        ),
    )
    for number, text in enumerate(AWKWARD_TEXTS)
    for style in (JSON_STYLES[number % len(JSON_STYLES)], ONE_LINE_STYLES[number % 2])
)


def _ready_made(styles: Sequence[JsonStyle], avoid: Sequence[bytes], containers_only: bool) -> list[bytes]:
    payloads = [_print_json(tree, style).encode() for style, tree in _DOCUMENTS if style in styles]
    payloads += [b"{}", b"[]"] + ([] if containers_only else [b"null", b"true", b"0", b'""', b'"text"', b"-1"])
    return [payload for payload in payloads if _free_of(avoid, payload)]


def broken_payloads(
    *, avoid: Sequence[bytes] = (), styles: Sequence[JsonStyle] = JSON_STYLES
) -> st.SearchStrategy[bytes]:
    """JSON texts that were cut somewhere (so most are no JSON any more, and some are: ``12`` of ``123``)."""
    whole = json_payloads(styles=styles, containers_only=True, avoid=avoid)
    # A share, not a size: one draw for all lengths.
    return st.tuples(whole, st.integers(1, 999)).map(lambda cut: cut[0][: max(1, len(cut[0]) * cut[1] // 1000)])


# ------------------------------------------------------------------------------------------------------------- records


def keys(
    *, null: bool = True, empty: bool = True, binary: bool = True, avoid: Sequence[bytes] = ()
) -> st.SearchStrategy[bytes | None]:
    """Keys: mostly short and plain, now and then awkward; ``avoid`` what the format frames by."""
    plain = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=12).map(str.encode)
    some: st.SearchStrategy[bytes | None] = plain | plain | awkward_bytes(avoid=avoid, binary=binary).filter(bool)
    some = some.filter(lambda key: _free_of(avoid, key))
    if null:
        some = some | st.none()
    if empty:
        some = some | st.just(b"")
    return some


def values(
    *,
    null: bool = True,
    empty: bool = True,
    broken: bool = True,
    binary: bool = True,
    styles: Sequence[JsonStyle] = JSON_STYLES,
    containers_only: bool = False,
    avoid: Sequence[bytes] = (),
) -> st.SearchStrategy[bytes | None]:
    """Values of every kind; with all knobs off, only JSON payloads."""
    payloads = json_payloads(styles=styles, avoid=avoid, containers_only=containers_only)
    ready = st.sampled_from(_ready_made(styles, avoid, containers_only))
    some: st.SearchStrategy[bytes | None] = ready | ready | payloads
    if broken:
        some = some | broken_payloads(styles=styles, avoid=avoid)
    if binary:
        some = some | awkward_bytes(avoid=avoid).filter(bool)
    if null:
        some = some | st.none()
    if empty:
        some = some | st.just(b"")
    return some


def headers(
    *, null: bool = True, binary: bool = True, avoid: Sequence[bytes] = (), max_size: int = 3
) -> st.SearchStrategy[tuple[Header, ...]]:
    """Headers in order, names may repeat. A name is a C string in librdkafka: never with NUL."""
    awkward_names = st.sampled_from(["h,2", "h=3", "h:4", "h 5", "NO_HEADERS", "\u00e9", "h\n6", "h\t7"])
    names = (st.sampled_from(["h1", "h2", "trace-id", "content-type"]) | awkward_names).filter(
        lambda name: _free_of(avoid, name.encode())
    )
    contents: st.SearchStrategy[bytes | None] = awkward_bytes(avoid=avoid, binary=binary, max_parts=2)
    if null:
        contents = contents | st.none()
    return st.just(()) | st.lists(st.tuples(names, contents), max_size=max_size).map(tuple)


def timestamps(
    *, types: Sequence[TimestampType] = ("create", "log_append", "none")
) -> st.SearchStrategy[tuple[int | None, TimestampType]]:
    """Pairs of milliseconds and type; None goes with "none" and only with it."""
    milliseconds = st.integers(BASE_TIMESTAMP, BASE_TIMESTAMP + 9_999_999_999) | st.integers(0, 99)
    return st.tuples(milliseconds, st.sampled_from(list(types))).map(
        lambda pair: (None, pair[1]) if pair[1] == "none" else pair
    )


def records(
    *,
    topic: str = "events",
    partitions: int = 3,
    offset: st.SearchStrategy[int] | None = None,
    key: st.SearchStrategy[bytes | None] | None = None,
    value: st.SearchStrategy[bytes | None] | None = None,
    header: st.SearchStrategy[tuple[Header, ...]] | None = None,
    timestamp: st.SearchStrategy[tuple[int | None, TimestampType]] | None = None,
) -> st.SearchStrategy[KafkaRecord]:
    """Single records with any offset; each part's strategy can be given."""
    return st.builds(
        lambda partition, place, when, heads, a_key, a_value: KafkaRecord(
            topic, partition, place, when[0], when[1], heads, a_key, a_value
        ),
        st.integers(0, partitions - 1),
        st.integers(0, 2**40) if offset is None else offset,
        timestamps() if timestamp is None else timestamp,
        headers() if header is None else header,
        keys() if key is None else key,
        values() if value is None else value,
    )


def topics_of_records(
    *,
    topic: str = "events",
    max_partitions: int = 3,
    min_size: int = 0,
    max_size: int = 12,
    first_offsets: st.SearchStrategy[int] | None = None,
    interleaved: bool = True,
    **parts: Any,
) -> st.SearchStrategy[list[KafkaRecord]]:
    """The records of one topic in the order in which a consumer may print them: offsets consecutive in each partition.

    ``interleaved=False`` gives one partition after the other. ``parts``: the strategies of :func:`records`.
    """

    def numbered(drawn: list[KafkaRecord], starts: list[int], partitions: int) -> list[KafkaRecord]:
        # Not a flatmap over the number of partitions: it would build all strategies anew for each example.
        placed = [replace(record, partition=record.partition % partitions) for record in drawn]
        following = dict(enumerate(starts))
        result = []
        for record in placed if interleaved else sorted(placed, key=lambda record: record.partition):
            result.append(replace(record, offset=following[record.partition]))
            following[record.partition] += 1
        return result

    starts = st.integers(0, 3) | st.sampled_from([9, 99, 999_999, 2**40]) if first_offsets is None else first_offsets
    return st.builds(
        numbered,
        st.lists(
            records(topic=topic, partitions=max_partitions, offset=st.just(0), **parts),
            min_size=min_size,
            max_size=max_size,
        ),
        st.lists(starts, min_size=max_partitions, max_size=max_partitions),
        st.integers(1, max_partitions),
    )
