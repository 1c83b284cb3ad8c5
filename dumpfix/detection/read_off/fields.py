"""Which field a column is: a word beside it says so, or what it holds and where it stands; each way has its price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise

from dumpfix.detection import prices
from dumpfix.detection.columns import MOST_PARTITIONS
from dumpfix.detection.lines import KNOWN, LABELS, OTHER_LABELS, is_word, tokens
from dumpfix.detection.read_off.parts import (
    BLANKS,
    INTEGERS,
    OF_SENTENCES,
    ROWS,
    SIZE_WORDS,
    Column,
    Part,
    is_header_list,
)
from dumpfix.layout.model import Element, Field, Literal
from dumpfix.layout.vocabulary import SIZES

#: ways to say what the columns are that are looked at, of which those layouts are made
MOST_WAYS = 256
#: a record with more columns is none
MOST_COLUMNS = 32
#: in so many rows keys are hardly all the same
LEAST_ROWS = 4
_SAYS_NOTHING = KNOWN | OF_SENTENCES
_OPENERS = (b"{", b"[")
#: what a layout may hold more than once: literals, and what the record does not need
_MANY = frozenset({"", "TEXT", "INTEGER", "BLANKS"})
_ORDER = ("TOPIC", "PARTITION", "OFFSET")
_COORDINATES = frozenset((*_ORDER, "TIMESTAMP"))
#: numbers above this may be milliseconds since 1970; below this, partitions
MILLISECONDS = 1_000_000_000_000


def typed(parts: Sequence[Part]) -> Iterator[tuple[tuple[Element, ...], float]]:
    """The parts as the elements of layouts, with the bits that it takes to say them."""
    while parts and parts[0] == b"\n":
        parts = parts[1:]
    while len(parts) > 1 and parts[-1] == parts[-2] == b"\n":
        parts = parts[:-1]
    columns = [index for index, part in enumerate(parts) if isinstance(part, Column)]
    if len(columns) > MOST_COLUMNS:
        return
    every = [part for part in parts if isinstance(part, Column)]
    # That a line comes again, one record does not show.
    alone = prices.CONSTANT * (len(every) == 1 and len(every[0].texts) == 1)
    for chosen in islice(_ways(_options(parts, columns)), MOST_WAYS):
        ways = dict(zip(columns, chosen, strict=True))
        elements: list[Element] = []
        bits = alone
        said: set[bytes] = set()
        is_vague = False
        has_labels = any(isinstance(part, Column) and part.label for part in parts)
        for index, part in enumerate(parts):
            terminal = ways.get(index, "")
            bits += prices.BEGINS_THE_KEY * _may_begin_the_key(parts, index, ways)
            if isinstance(part, bytes):
                for token in tokens(part):
                    bits += prices.LITERAL_AGAIN if token in said else _literal_bits(token)
                    said.add(token)
                _add_literal(elements, part)
            elif terminal == "":
                is_known = part.texts[0].lower() in _SAYS_NOTHING
                bits += 0.0 if is_known else prices.CONSTANT
                is_vague |= not is_known and not has_labels
                bits += _literal_bits(part.texts[0]) + prices.NO_TOPIC * _may_be_a_topic(parts, index, ways)
                _add_literal(elements, part.texts[0])
            elif terminal == "TOPIC-PARTITION":
                bits += prices.NAMELESS_COLUMN + prices.NAMED_COLUMN
                elements += [Field("TOPIC"), Literal(b"-"), Field("PARTITION")]
            else:
                if terminal == "KEY" and not part.label and all(map(is_header_list, part.texts)):
                    bits += prices.HEADERS_AS_KEY
                if Field(terminal).kind in SIZES and not _is_named_size(parts, index):
                    bits += prices.NAMELESS_SIZE
                if terminal == "TEXT" and not part.label:
                    # A word that names nothing, in each record.
                    bits += prices.CONSTANT - prices.NAMELESS_COLUMN
                    bits += prices.NO_TOPIC * _may_be_a_topic(parts, index, ways)
                    is_vague = True
                # A document on a line of its own is a payload, where nothing names it, nor its length.
                is_named = part.is_payload or part.label or (terminal == "KEY" and "KEY_SIZE" in chosen)
                is_vague |= not is_named and any(text[:1] in _OPENERS for text in part.texts)
                if terminal == "KEY" and len(part.texts) > 1 == len(set(part.texts)):
                    bits += prices.NO_TOPIC * _may_be_a_topic(parts, index, ways)
                    is_constant = len(part.texts) >= LEAST_ROWS and any(part.texts) and not part.label
                    bits += prices.CONSTANT_KEY * is_constant
                if not part.is_payload:
                    bits += prices.NAMED_COLUMN if LABELS.get(part.label) == terminal else prices.NAMELESS_COLUMN
                elements.append(Field(terminal))
        # Of several lines, what nothing names would be payloads as well.
        if _holds(elements) and not (is_vague and b"\n" in parts[:-1]):
            yield tuple(elements), bits + _order_bits(every, chosen)


def _may_be_a_topic(parts: Sequence[Part], index: int, ways: Mapping[int, str]) -> bool:
    """Whether a column that was not taken for one stands where topics do: in front of a partition or an offset, and
    first of the three. A word in front of other words is none."""
    column, literal = parts[index], parts[index + 1] if index + 1 < len(parts) else b""
    behind = next((way for at, way in ways.items() if at > index), "")
    if not isinstance(column, Column) or column.label or behind not in ("PARTITION", "OFFSET"):
        return False
    if not isinstance(literal, bytes) or is_word(literal.strip(b" ")[:1] or b" "):
        return False
    is_after = any(at < index and way in _ORDER for at, way in ways.items())
    is_known = any(way.startswith("TOPIC") for way in ways.values())
    return column.are_names and not is_after and not is_known


def _may_begin_the_key(parts: Sequence[Part], index: int, ways: Mapping[int, str]) -> bool:
    """Whether a column holds one word that nothing names, and a key stands behind the blank after it."""
    column, key = parts[index], parts[index + 2] if index + 2 < len(parts) else b""
    if ways.get(index + 2) != "KEY" or parts[index + 1] != b" " or not isinstance(column, Column) or column.is_payload:
        return False
    is_named = bool(column.label) and LABELS.get(column.label) == ways[index]
    if is_named or (isinstance(key, Column) and key.label):
        return False
    return len(set(column.texts)) == 1 and not column.are_numbers


def _ways(options: Sequence[Sequence[str]], taken: frozenset[str] = frozenset()) -> Iterator[tuple[str, ...]]:
    """One option of each part, none that a record has once taken twice."""
    if not options:
        yield ()
        return
    for option in options[0]:
        if option not in taken:
            once = taken if option in _MANY else taken | set(option.split("-")) | {option}
            yield from ((option, *rest) for rest in _ways(options[1:], once))


def _order_bits(columns: Sequence[Column], ways: Sequence[str]) -> float:
    """Columns that nothing names stand in Kafka's order mostly: topic, partition, offset."""
    nameless = [way for column, way in zip(columns, ways, strict=True) if not column.label]
    places = [_ORDER.index(way) for way in nameless if way in _ORDER]
    is_last = "KEY" in ways and ways.index("KEY") > ways.index("VALUE") and len(nameless) == len(ways)
    is_called = any(way == "TOPIC" and column.label in LABELS for column, way in zip(columns, ways, strict=True))
    return (
        prices.KEY_LAST * is_last
        + (0.0 if is_called else _topic_order_bits(nameless, ways))
        + _key_order_bits(nameless)
        + prices.UNUSUAL_ORDER * sum(one > other for one, other in pairwise(places))
    )


def _topic_order_bits(nameless: Sequence[str], ways: Sequence[str]) -> float:
    """Who shows a topic shows partition and offset behind it; one of them may have a name where it has none."""
    beside = {"PARTITION", "OFFSET"}.intersection(ways)
    is_alone = "TOPIC" in nameless and (not beside or (len(beside) == 1 and beside.issubset(nameless)))
    behind = [after for one, after in pairwise(ways) if one == "TOPIC"]
    is_astray = bool(beside and behind) and _COORDINATES.isdisjoint(behind)
    return prices.UNUSUAL_ORDER * is_alone + (prices.NO_TOPIC + prices.UNUSUAL_ORDER) * is_astray


def _key_order_bits(nameless: Sequence[str]) -> float:
    """A key that nothing names stands behind the coordinates mostly, and hardly between them."""
    if "KEY" not in nameless:
        return 0.0
    at = nameless.index("KEY")
    is_before, is_after = (not _COORDINATES.isdisjoint(some) for some in (nameless[at:], nameless[:at]))
    return (prices.KEY_BETWEEN if is_after else prices.KEY_FIRST) if is_before else 0.0


def _literal_bits(text: bytes) -> float:
    known = text.lower() in LABELS or text.lower() in OTHER_LABELS
    return prices.KNOWN_LITERAL if known or not is_word(text) else prices.LITERAL_BYTE * len(text)


def _add_literal(elements: list[Element], text: bytes) -> None:
    last = elements[-1] if elements else None
    if isinstance(last, Literal):
        elements[-1] = Literal(last.text + text)
    else:
        elements.append(Literal(text))


def _holds(elements: Sequence[Element]) -> bool:
    """Whether no field touches another, none is there twice, a line ends behind the payload, and it is not alone."""
    fields = [element.terminal for element in elements if isinstance(element, Field)]
    once = [name for name in fields if name not in _MANY]
    touching = any(isinstance(one, Field) and isinstance(other, Field) for one, other in pairwise(elements))
    literals = [element.text for element in elements if isinstance(element, Literal)]
    is_alone = len(fields) == 1 and b"\n" not in b"".join(literals)[:-1]
    return len(set(once)) == len(once) and not touching and isinstance(elements[-1], Literal) and not is_alone


def _options(parts: Sequence[Part], columns: Sequence[int]) -> list[list[str]]:
    """The terminals that each column may be; a text that all have may be a literal as well, which is empty here.

    What has no name is no field that has one elsewhere.
    """
    named: set[str] = set()
    nameless: list[list[str]] = []
    every: list[list[str]] = []
    for index in columns:
        part = parts[index]
        assert isinstance(part, Column)
        every.append(_may_be(part, parts, index))
        if part.label in LABELS:
            named.update(every[-1])
            if LABELS[part.label] == "TOPIC":
                # It is one in quotes, too.
                named.add("TOPIC")
        else:
            nameless.append(every[-1])
    for options in nameless:
        options[:] = [option for option in options if option not in named or option in _MANY] or ["TEXT"]
    return every


def _may_be(part: Column, parts: Sequence[Part], index: int) -> list[str]:
    """The terminals that a column, which stands at ``index``, may be by itself."""
    if part.is_payload:
        return ["VALUE"]
    if not any(part.texts) and not part.label:
        return ["KEY"]
    if not b"".join(part.texts).strip(b" ") and not part.label:
        return ["BLANKS"]
    named = LABELS.get(part.label)
    # A date before everything else, and a blank behind it, is what logs put there: a wrapper.
    is_first = not any(isinstance(before, Column) for before in parts[:index])
    behind = parts[index + 1] if index + 1 < len(parts) else b""
    sign = behind.strip(BLANKS)[:1] if isinstance(behind, bytes) else b"|"
    is_log = is_first and (not sign or is_word(sign))
    if part.are_dates and (named == "TIMESTAMP" or (named is None and not is_log)):
        return ["TIMESTAMP_DATE"]
    if part.are_times and named in (None, "TIMESTAMP"):
        return ["TEXT"]
    if named in INTEGERS:
        return [named] if part.are_numbers else ["TEXT"]
    sizes = _sizes(parts, index) if named is None and part.are_numbers else []
    if sizes and _is_named_size(parts, index):
        return sizes
    if named == "TOPIC" and part.are_numbers and min(map(int, part.texts)) > MILLISECONDS:
        # kcat's %T has the letter of %t.
        return ["TIMESTAMP"]
    if named == "TOPIC":
        return ["TOPIC"] if part.are_names else ["TEXT"]
    if named == "HEADERS" and any(part.texts) and not any(b"=" in text or b":" in text for text in part.texts):
        # A word that says that there are none.
        return ["TEXT"]
    if named is not None:
        return [named]
    if part.are_numbers:
        # What words call a length is no coordinate, if it is not the length of what is left of the text either.
        return ["INTEGER"] if _is_called_size(parts, index) else [*_number_options(part), *sizes]
    if part.label and part.label not in OTHER_LABELS:
        return ["TEXT"]
    different = len(set(part.texts))
    if different == 1 and part.texts[0].lower() in _SAYS_NOTHING:
        return [""]
    if different == 1 and len(part.texts) > 1:
        return [*(["TOPIC"] if part.are_names else []), "KEY", "", "TEXT"]
    # One name and its value may as well be a file and a line.
    headers = ["HEADERS"] if all(b"=" in text or b"," in text for text in filter(None, part.texts)) else []
    if not any(isinstance(other, Column) and other.label in (b"key", b"k", b"offset", b"o") for other in parts):
        # Of several topics the name comes first, and comes again.
        is_topic = part.are_names and is_first and different * 2 < len(part.texts) + 2
        is_numbered = is_topic and _are_numbered(part)
        return ["KEY", *headers, *(["TOPIC-PARTITION"] if is_numbered else []), *(["TOPIC"] if is_topic else [])]
    if part.are_names and _are_numbered(part):
        return ["TOPIC-PARTITION", "TOPIC", "KEY"]
    is_behind = any(isinstance(before, Column) and before.is_payload for before in parts[:index])
    return [*(["TOPIC"] if part.are_names else []), "KEY", *headers, *(["TEXT"] if is_behind else [])]


def _are_numbered(part: Column) -> bool:
    """Whether each text ends with a number as topics do that have their partition behind them (``orders-0``)."""
    return all(b"-" in text and text.rpartition(b"-")[2].isdigit() for text in part.texts)


def _number_options(part: Column) -> list[str]:
    """What a number may be that is not named, or named by a word that is not known."""
    if part.label and part.label not in OTHER_LABELS:
        return ["INTEGER"]
    numbers = list(map(int, part.texts))
    if min(numbers) > MILLISECONDS:
        return ["TIMESTAMP", "OFFSET", "KEY"]
    return ["PARTITION", "OFFSET", "KEY"] if max(numbers) < MOST_PARTITIONS else ["OFFSET", "KEY"]


def _sizes(parts: Sequence[Part], index: int) -> list[str]:
    """Of which field behind it this number is the length in nearly every record."""
    part = parts[index]
    assert isinstance(part, Column)
    for other in parts[index + 1 :]:
        if isinstance(other, Column) and sum(map(_is_length, part.texts, other.texts)) >= ROWS * len(part.texts):
            return ["VALUE_SIZE" if other.is_payload else "KEY_SIZE"]
    return []


def _is_named_size(parts: Sequence[Part], index: int) -> bool:
    """Whether words say that a number is a length (``(12 bytes)``, ``size: 12``), or it has a line of its own."""
    part, before = parts[index], parts[index - 1] if index else b"\n"
    after = parts[index + 1] if index + 1 < len(parts) else b""
    assert isinstance(part, Column)
    is_alone = before == b"\n" and after == b"\n" and len(part.texts) > 1
    return part.label in SIZE_WORDS or (isinstance(before, bytes) and before.endswith(b"(")) or is_alone


def _is_called_size(parts: Sequence[Part], index: int) -> bool:
    """Whether the word before a number, or behind one in brackets, is one for a length (``valueSize: 12``)."""
    before, after = (parts[at] if 0 <= at < len(parts) else b"" for at in (index - 1, index + 1))
    words = [list(filter(is_word, tokens(part))) if isinstance(part, bytes) else [] for part in (before, after)]
    near = words[0][-1:] + (words[1][:1] if isinstance(before, bytes) and before.endswith(b"(") else [])
    return any(word.lower().endswith(tuple(SIZE_WORDS)) for word in near)


def _is_length(number: bytes, text: bytes) -> bool:
    return number == b"%d" % len(text) or (number == b"-1" and not text)
