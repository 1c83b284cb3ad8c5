"""What the fields of a record cost, learnt along the records in their order."""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import pairwise
from math import log2
from string import punctuation

from dumpfix.detection import prices
from dumpfix.detection.texts import Texts, is_piece
from dumpfix.layout.model import AnyLayout, Field, HeaderSpelling, Layout, Literal
from dumpfix.layout.vocabulary import is_schema_id

#: milliseconds since 1970 of 2005 and of 2040
EARLIEST, LATEST = 1_104_000_000_000, 2_209_000_000_000
#: partitions above this are none
MOST_PARTITIONS = 4096
#: offsets are below it; of a larger number the parser of JSON makes a float
LARGEST = 1 << 63
_OPENERS = (b"{", b"[")
_DIGITS = b"0123456789"
_MOST_DIGITS = 18
#: what may separate columns
_SIGNS = punctuation.encode() + b" \t"
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
#: words in a text that name a record's coordinates, and what stands behind a word that names something
_COORDINATES = (b"topic", b"partition", b"offset", b"timestamp", b"createtime", b"ts", b"off", b"part")
_NAMING = (b":", b"=", b" ", b"(", b"[")
#: what console tools call coordinates with the sign that stands between a header and its value
_NO_HEADERS = frozenset(b"partition offset createtime logappendtime".split())
#: so many offsets further on, it is still the same partition that goes on
_FEW_MISSING = 16
#: words that name a field, and are hardly a key
LABELS = frozenset(b"topic partition offset timestamp createtime headers key value payload message".split())


class Words:
    """Words at one place: what was seen before is cheap, the more often the cheaper."""

    __slots__ = ("count", "last", "seen")

    def __init__(self) -> None:
        self.seen: dict[bytes, int] = {}
        self.count = 0
        self.last = b""

    def bits(self, word: bytes, new: float) -> float:
        """The price of a word that costs ``new`` where it was not seen before."""
        times = self.seen.get(word)
        return new if times is None else min(new, log2((self.count + 1) / times))

    def copy(self) -> Words:
        """The same words, to learn more beside these."""
        other = Words()
        other.seen, other.count, other.last = dict(self.seen), self.count, self.last
        return other

    def learn(self, word: bytes) -> None:
        """Remember that this word stood here."""
        self.seen[word] = self.seen.get(word, 0) + 1
        self.count += 1
        self.last = word


class Columns:
    """The fields of the records of one reading. ``price`` and then, where the record is whole, ``learn``."""

    def __init__(self, layout: AnyLayout, texts: Texts) -> None:
        self.texts = texts
        self.spelling: HeaderSpelling | None = layout.headers if isinstance(layout, Layout) else None
        self.is_object = not isinstance(layout, Layout)
        self._words: dict[str, Words] = {}
        #: the last offset of each partition
        self._offsets: dict[object, int] = {}
        #: the last offsets of partitions that are not shown
        self._ends: list[int] = []
        self._timestamp: int | None = None
        self._counters = prices.MOST_COUNTING_KEYS
        self._behind_key = behind(layout, "key")
        self._inside = prices.MOST_SEPARATORS_INSIDE

    def price(self, fields: dict[str, bytes | None], extra: dict[str, bytes]) -> float:
        """The price of a record's attributes but for its payload, and of the texts that it does not need."""
        bits = 0.0
        for name, text in fields.items():
            if text is None or not text:
                bits += self._words_at("key").bits(b"", prices.NULL) if name == "key" else 0.0
            elif name == "offset":
                bits += self._offset(text, _partition(fields))
            elif name == "timestamp":
                bits += self._time(text)
            elif name == "key":
                bits += self._key(text)
            elif name != "value" and name != "timestamp_type":
                bits += self._word(name, text)
        for name, text in extra.items():
            bits += self._like_before(name, text)
        return bits

    def learn(self, fields: dict[str, bytes | None], extra: dict[str, bytes]) -> None:
        """Remember what a whole record holds."""
        for name, text in fields.items():
            if name == "value" or (text is None and name != "key"):
                continue
            text = text or b""
            number = _number(text)
            if name == "offset":
                partition = _partition(fields)
                if partition is not None:
                    self._offsets[partition] = max(number or 0, self._offsets.get(partition, 0))
                elif number is not None:
                    nearest = bisect_left(self._ends, number)
                    if nearest and number - self._ends[nearest - 1] <= _FEW_MISSING:
                        del self._ends[nearest - 1]
                    insort(self._ends, number)
            elif name == "timestamp":
                self._timestamp = number if number and EARLIEST < number < LATEST else self._timestamp
            else:
                self._words_at(name).learn(text)
        for name, text in extra.items():
            self._words_at(name).learn(text)

    def _words_at(self, name: str) -> Words:
        words = self._words.get(name)
        if words is None:
            words = self._words[name] = Words()
        return words

    def _text(self, text: bytes) -> float:
        """A text; inside a JSON object its bytes are those of a document."""
        return prices.NEW_TEXT + len(text) * prices.DOCUMENT_BYTE if self.is_object else self.texts.text(text)

    def _word(self, name: str, text: bytes) -> float:
        """A word at this place. What cannot be there is no likelier for being seen again."""
        if name == "partition":
            number = _number(text)
            if number is None or not 0 <= number < MOST_PARTITIONS:
                return prices.IMPLAUSIBLE + self._text(text)
            return self._words_at(name).bits(text, prices.NEW_PARTITION + 2 * log2(number + 1))
        if name == "topic" and text.isdigit():
            return prices.IMPLAUSIBLE + self._text(text)
        if name == "topic" and not self.is_object and (seen := self._words_at(name).seen) and text not in seen:
            return prices.ANOTHER_TOPIC + self._like_before(name, text)
        if name.endswith("schema_id"):
            if not is_schema_id(text) or text == b"0":
                return prices.IMPLAUSIBLE + self._text(text)
            return self._words_at(name).bits(text, prices.NEW_SCHEMA_ID if text.isdigit() else self._text(text))
        if name == "headers" and not self.is_object and self.spelling is not None:
            if text == self.spelling.none:
                return self._words_at(name).bits(text, prices.NULL)
            if not _may_be_headers(text, self.spelling):
                return prices.IMPLAUSIBLE + self._text(text)
        return self._like_before(name, text)

    def _like_before(self, name: str, text: bytes) -> float:
        """A text at a place where texts begin and end alike: what it shares with the one before it is known."""
        words = self._words_at(name)
        new = self._text(text)
        if not self.is_object and is_piece(text):
            return new
        bare, before = _without_documents(text), _without_documents(words.last)
        begin = _common(before, bare)
        shared = self.texts.bits(begin)
        if bare == text:
            end = _common(before[len(begin) :][::-1], bare[len(begin) :][::-1])
            shared += self.texts.bits(end) if any(map(_LETTERS.__contains__, end)) else 0.0
        elif not bare and words.last and not before:
            # One more that is a document.
            shared += prices.DOCUMENT_TEXT
        return words.bits(text, max(prices.NEW_TEXT, new - shared))

    def _key(self, text: bytes) -> float:
        bits = self._like_before("key", text)
        separator = one_of_two(self._behind_key) or self._behind_key
        if self._inside and separator and separator in text:
            inside = min(prices.SEPARATOR_INSIDE * text.count(separator), self._inside)
            self._inside -= inside
            bits += inside
        if not self.is_object and names_a_field(text):
            return bits + prices.LABEL_KEY
        if self.spelling is not None and text == self.spelling.none:
            return bits + prices.IMPLAUSIBLE
        up, is_bare = _counted_up(self._words_at("key").last, text, self._behind_key)
        if _without_documents(text) != text:
            return bits
        is_time = is_bare and EARLIEST < (_number(text) or 0) < LATEST
        apart = _times_apart(up)
        if up > 0:
            counter = prices.COUNTING_KEY if is_bare else 0.0
            if text.isdigit():
                # The last of several columns that counts up is no key, however long it does.
                counter = min(counter, self._counters)
                self._counters -= counter
            bits = min(bits, counter + (apart if is_time else min(apart, _step(up))))
        # Milliseconds are no likelier to be a key than a timestamp, nor for going up by one.
        return max(bits, apart) if is_time else bits

    def _offset(self, text: bytes, partition: object) -> float:
        number = _number(text)
        if number is None or not 0 <= number < LARGEST:
            # A member of an object has its name: it is damaged, and hardly something else.
            is_named = self.is_object and text.isdigit()
            return (prices.BROKEN if is_named else prices.IMPLAUSIBLE) + self._text(text)
        first = max(prices.FIRST_OFFSET, 1.5 * log2(number + 1))
        if partition is None:
            # Of partitions that the dump does not show, any may be the one that goes on.
            another = first + (prices.OFFSET_UP if self._ends else 0.0)
            nearest = bisect_left(self._ends, number)
            if not nearest:
                return another
            return min(another, _step(number - self._ends[nearest - 1]) + log2(len(self._ends)))
        last = self._offsets.get(partition)
        if last is None:
            return first
        return _step(number - last)

    def _time(self, text: bytes) -> float:
        number = _number(text)
        if number in (-1, 0):
            return prices.NO_TIME
        if number is None or not EARLIEST < number < LATEST:
            return prices.IMPLAUSIBLE + prices.DIGIT * len(text)
        if self._timestamp is None:
            return prices.FIRST_TIMESTAMP
        return _times_apart(number - self._timestamp)


def literal_behind(layout: AnyLayout, attribute: str) -> bytes:
    """The literal that ends a key, or headers; empty where none does."""
    elements = layout.elements if isinstance(layout, Layout) else ()
    for one, other in pairwise(elements):
        if isinstance(one, Field) and one.meaning == attribute and isinstance(other, Literal):
            return other.text
    return b""


def behind(layout: AnyLayout, attribute: str) -> bytes:
    """The same without blanks around it, unless it is blank."""
    text = literal_behind(layout, attribute)
    return text.strip() or text


def names_a_field(text: bytes) -> bool:
    """Whether a key is, or holds in front of something, a word that names a field elsewhere, or looks as if it did."""
    low = text.lower()
    if low.rstrip(b":= ") in LABELS or _holds_a_label(text):
        return True
    return any(_names(low, low.find(word), word) for word in _COORDINATES)


def _names(low: bytes, at: int, word: bytes) -> bool:
    """Whether a word that begins there is one by itself (no ``events:1``), and names what follows."""
    return at >= 0 and not low[:at][-1:].isalnum() and low[at + len(word) :][:1] in _NAMING


def _holds_a_label(text: bytes) -> bool:
    """Whether a word stands in it behind a blank, and an equals sign or a colon and a blank behind that."""
    for sign in (b"=", b": "):
        for piece in text.split(sign)[:-1]:
            before, _, word = piece.rpartition(b" ")
            if before and word.isalpha():
                return True
    return False


def _counted_up(before: bytes, text: bytes, separator: bytes) -> tuple[int, bool]:
    """By how much the number in a text is larger than that in the one before, if nothing else differs; 0 else.

    And whether the text, or its last column, is nothing but that number.
    """
    begin = _common(before, text).rstrip(_DIGITS)
    numbers = [one[len(begin) :] for one in (before, text)]
    ends = [number.lstrip(_DIGITS) for number in numbers]
    digits = [number[: len(number) - len(end)] for number, end in zip(numbers, ends, strict=True)]
    if ends[0] != ends[1] or not all(digits) or max(map(len, digits)) > _MOST_DIGITS:
        return 0, False
    # An empty column in front of what ends the key, and the number is the column before it.
    one = one_of_two(separator) or (separator if ends[1] == separator else b"")
    is_column = not begin or (one != b"" and begin.endswith(one))
    # Two numbers at the end, as in topic/0:17.
    column = begin.rstrip(_SIGNS)
    sign = begin[len(column) :].strip(b" ")
    are_two = column != begin and column[-1:].isdigit() and ends[1].strip(b" ") in (b"", sign)
    return int(digits[1]) - int(digits[0]), are_two or (is_column and ends[1] in (b"", separator))


def one_of_two(separator: bytes) -> bytes:
    """The separator of which this is two, with an empty column between them; empty where it is not."""
    half = separator[: len(separator) // 2]
    return half if half * 2 == separator else b""


def _without_documents(text: bytes) -> bytes:
    """A text up to the first bracket: documents cost the same wherever they stand."""
    places = [place for opener in _OPENERS if (place := text.find(opener)) >= 0]
    return text[: min(places)] if places else text


def _common(one: bytes, other: bytes) -> bytes:
    """What both begin with."""
    most = min(len(one), len(other))
    return one[: next((i for i in range(most) if one[i] != other[i]), most)]


def _step(up: int) -> float:
    """The price of an offset that is so much larger than the last of its partition."""
    if up == 1:
        return prices.NEXT_OFFSET
    if up == 2:
        return prices.OVER_MARKER
    return prices.OFFSET_UP + 2 * log2(up) if up > 0 else prices.OFFSET_DOWN + 2 * log2(1 - up)


def _times_apart(milliseconds: int) -> float:
    """The price of a timestamp so far from the one before it."""
    return prices.NEXT_TIMESTAMP + prices.APART * log2(abs(milliseconds) + 1)


def _partition(fields: dict[str, bytes | None]) -> object:
    """The partition of a record; None where the dump does not show it."""
    return None if fields.get("partition") is None else (fields.get("topic"), fields["partition"])


def _may_be_headers(text: bytes, spelling: HeaderSpelling) -> bool:
    """Whether a text is a list of names and values, the first no word of a record's own coordinates."""
    separator = spelling.separator or spelling.ambiguous_separator
    first = text.split(separator, 1)[0] if separator else text
    name, found, _ = first.partition(spelling.value_separator)
    return bool(found and name) and name[:1] not in b'{["' and name.lower() not in _NO_HEADERS


def _number(text: bytes) -> int | None:
    """The number that these digits are; None where they are none, too many, or begin with a zero as no tool prints."""
    digits = text[1:] if text[:1] == b"-" else text
    is_number = digits.isdigit() and len(digits) < 20 and (digits[:1] != b"0" or len(digits) == 1)
    return int(text) if is_number else None
