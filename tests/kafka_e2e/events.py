"""Ten thousand awkward events, the same ones every time, and what each tool's format can show of them.

Not hypothesis: here the number counts, not the smallest example, and ten thousand drawn records take a minute.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice

from tests.writers.records import AWKWARD_BYTES, AWKWARD_TEXTS, BASE_TIMESTAMP, Header, KafkaRecord

from .judge import is_json

PARTITIONS = 3

# Spellings that a parser which prints again would change.
_NUMBERS = ("0", "-0", "1.0", "1E5", "1e+400", "0.10", "12345678901234567890", "-1.5e-7", "9007199254740993")
_STRINGS = (
    '""',
    '"\\u0000"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\u00E9 \\/ \\b"',
    '"a, b"',
    '"\\\\"',
    '"\\""',
    '"{\\"a\\": [1,"',
)
_STYLES = ("compact", "compact", "compact", "spaced", "pretty", "tabs", "crlf", "blank_lines", "bare_cr")
_NEWLINES = {"pretty": "\n", "tabs": "\n", "crlf": "\r\n", "blank_lines": "\n\n", "bare_cr": "\r"}


def _string(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return chance.choice(_STRINGS)
    text = chance.choice(AWKWARD_TEXTS) + chance.choice(("", "x", "user 17"))
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(char):04x}" if char < " " else char for char in escaped) + '"'


def _json(chance: random.Random, style: str, depth: int = 0) -> str:
    kind = chance.random()
    if depth > 0 and (depth > 3 or kind < 0.6):
        return _string(chance) if kind < 0.3 else chance.choice((*_NUMBERS, "true", "false", "null"))
    # The same name may come twice: a duplicate key is legal and has to survive.
    colon = ":" if style == "compact" else ": "
    items = [
        (_string(chance) + colon if kind < 0.9 else "") + _json(chance, style, depth + 1)
        for _ in range(chance.randrange(5))
    ]
    opening, closing = "{}" if kind < 0.9 else "[]"
    if style == "compact" or not items:
        return opening + ",".join(items) + closing
    if style == "spaced":
        return f"{opening} {' , '.join(items)} {closing}"
    newline = _NEWLINES[style]
    indent = newline + ("\t" if style == "tabs" else "  ") * depth
    inner = indent + ("\t" if style == "tabs" else "  ")
    return opening + inner + ("," + inner).join(items) + indent + closing


def _awkward(chance: random.Random) -> bytes:
    pieces = [*(text.encode() for text in AWKWARD_TEXTS), *AWKWARD_BYTES]
    return b"".join(chance.choice(pieces) for _ in range(chance.randrange(1, 4)))


def _value(chance: random.Random) -> bytes | None:
    kind = chance.random()
    if kind < 0.03:
        return None
    if kind < 0.06:
        return b""
    if kind < 0.12:
        return _awkward(chance)
    if kind < 0.15:
        return chance.choice((b"null", b"NULL", b"true", b"17", b"-0.5e3", b'"text"', b"NaN", b"-1", b" {} "))
    text = _json(chance, chance.choice(_STYLES)).encode()
    if kind < 0.25:
        return text[: chance.randrange(1, len(text) + 1)]
    if kind < 0.26:
        return text[:-1] + b"\xff" + text[-1:]
    return text


def _key(chance: random.Random) -> bytes | None:
    kind = chance.random()
    if kind < 0.05:
        return None
    if kind < 0.08:
        return b""
    if kind < 0.20:
        return _awkward(chance)
    return b"user-%d" % chance.randrange(1000)


def _headers(chance: random.Random) -> tuple[Header, ...]:
    if chance.random() < 0.7:
        return ()
    names = ("h1", "h2", "trace-id", "content-type", "NO_HEADERS", "\u00e9", "h,2", "h:4", "h 5", "h\t6")
    contents = (None, b"", b"a", b"a:b", b"17", b"null", b"\xc3\xa9", b"\xff", b"a,b", b"x\ty", b"a\nb", b"a\rb", b" ")
    # The first ones of either are the common ones.
    return tuple(
        (names[min(chance.randrange(30), chance.randrange(30)) % len(names)], chance.choice(contents))
        for _ in range(chance.randrange(1, 4))
    )


def _large(size: int) -> bytes:
    return b'{"large":"' + b"x" * (size - 12) + b'"}'


def _awkward_events() -> Iterator[KafkaRecord]:
    """Without end; ``partition``, ``offset`` and ``topic`` are given later."""
    chance = random.Random(5)
    # A key that a null marker could have been, early enough to be seen when the marker is chosen.
    yield KafkaRecord("", 0, 0, None, "create", (), b"@NULL@", b'{"first":1}')
    # Larger than any tool's buffer, and first in its partition; larger than kcat -P takes by itself, and still less
    # than a broker takes.
    large = {0: 70_000, 2500: 990_000, 3000: 1_010_000}
    for number in count():
        if number in large:
            yield KafkaRecord("", 0, 0, None, "create", (), b"large", _large(large[number]))
        yield KafkaRecord("", 0, 0, None, "create", _headers(chance), _key(chance), _value(chance))


def events(topic: str, number: int, can_show: Callable[[KafkaRecord], bool]) -> list[KafkaRecord]:
    """The first ``number`` awkward events that a format can show, spread over the partitions of ``topic``.

    The last ones are plain: what a dump ends with is another story, told in the tests of the reader.
    """
    following: Counter[int] = Counter()
    result = []
    plain = [KafkaRecord("", 0, 0, None, "create", (), b"last", b'{"last":true}')] * PARTITIONS
    for at, event in enumerate([*islice(filter(can_show, _awkward_events()), number - PARTITIONS), *plain]):
        partition = at % PARTITIONS
        result.append(
            replace(event, topic=topic, partition=partition, offset=following[partition], timestamp=BASE_TIMESTAMP + at)
        )
        following[partition] += 1
    return result


# ---------------------------------------------------------------------------------------- what a format can show at all

# In the text of a value that is no JSON these lines are what they look like, for any reader.
_LOOKS_LIKE_A_LINE_OF_A_TOOL = (b"% ", b"%3|", b"Processed a total", b"[2023-11-14", b"CreateTime:", b"Topic ", b"^C")


def _ends_with_its_line(value: bytes | None) -> bool:
    """Without a size in front, a value is over where its JSON is, or else where its line is.

    So an empty line in front of the JSON is an empty value.
    """
    if value is None or is_json(value):
        return value is None or value[:1] not in (b"\n", b"\r")
    return not any(part in value for part in (b"\n", b"\r", *_LOOKS_LIKE_A_LINE_OF_A_TOOL))


def exact_formats_show(_: KafkaRecord) -> bool:
    """kcat's README format prints sizes, ``-J`` escapes: they show whatever there is."""
    return True


def prose_shows(event: KafkaRecord) -> bool:
    """``Topic %t [%p] at offset %o: key %k: %s``: no key with what stands around it."""
    key = event.key or b""
    return not any(part in key for part in (b"\n", b": ")) and _ends_with_its_line(event.value)


def tab_separated_shows(event: KafkaRecord) -> bool:
    """``-K '\\t'``: no key with the separator, or which makes its line one of the tool's own.

    A record without a key begins with the separator, and a key may begin with a comma: behind a cut payload either
    is the next line of indented JSON.
    """
    key = event.key or b""
    unfit = key[:1] in (b"", b" ", b",", b"]", b"}") or any(
        part in key for part in (b"\t", b"\n", b"\r", *_LOOKS_LIKE_A_LINE_OF_A_TOOL)
    )
    return not unfit and _ends_with_its_line(event.value)


def console_consumer_shows(event: KafkaRecord) -> bool:
    """All columns, separated by tabs: no column but the last may hold one, no header's name or value a comma."""
    texts = [event.key or b""]
    for name, value in event.headers:
        if ":" in name or b"," in (value or b"") or "," in name:
            return False
        texts += [name.encode(), value or b""]
    return not any(part in text for text in texts for part in (b"\t", b"\n")) and _ends_with_its_line(event.value)
