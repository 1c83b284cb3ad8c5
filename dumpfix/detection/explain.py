"""The cheapest explanation of a head among its candidates, and how far the next one that says otherwise is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from itertools import pairwise
from typing import NamedTuple

from dumpfix.detection import prices
from dumpfix.detection.candidates import COMMANDED, READ_OFF, Candidate
from dumpfix.detection.columns import MOST_PARTITIONS, behind
from dumpfix.detection.least import Least
from dumpfix.detection.lines import KNOWN, LABELS, PYTHON_BYTES, is_word, tokens
from dumpfix.detection.plain import PlainText
from dumpfix.detection.reading import KEYED, SAID, Reading, Scan, differs, payloads, says_less
from dumpfix.detection.texts import LEVELS, Texts
from dumpfix.detection.work import LAYOUT, ExhaustedError, Known, Work
from dumpfix.framing.notices import Notices
from dumpfix.layout.model import Alternation, AnyLayout, Field, Layout, Literal, ObjectLayout
from dumpfix.layout.vocabulary import SIZES

_KEYED = set(KEYED)
#: readings that are read to the end, however much work that is
MOST_NEAR = 4
#: records that show a layout by themselves
SEVERAL = 3
#: keys that are looked at for columns, and what separates these
MOST_KEYS = 48
_COLUMN_SEPARATORS = (b"\t", b"|", b";", b" ", b",")
_STRONG_SEPARATORS = _COLUMN_SEPARATORS[:3]
_CONTAINERS = (b"{", b"[")
_OPENERS = (*_CONTAINERS, b'"')
_ENDS = (b"}", b"]", b'"')
_DIGITS = frozenset(b"0123456789")
#: digits as they are, and a blank for everything else
_NUMBERS_ALONE = bytes(byte if byte in _DIGITS else 0x20 for byte in range(256))
_BRACKETS = ((b"(", b")"), (b"<", b">"), (b"[", b"]"))
#: how words end that name a length
_SIZES = (b"size", b"length", b"len", b"bytes")
#: what stands between a word and what it names, hardly in a key
_NAMING_SIGNS = (b"=", b": ")


class Explanation(NamedTuple):
    """What a head may be. ``readings`` are those that come near the cheapest, that first; ``plain`` is no dump at all.

    ``gap`` is the distance in bits from the cheapest reading to the nearest explanation that says something else;
    negative where plain text is cheaper.
    """

    readings: tuple[Reading, ...]
    plain: float
    gap: float
    is_open: bool = False

    @property
    def best(self) -> Reading | None:
        """The cheapest reading that found a record or nothing but notices."""
        return self.readings[0] if self.readings else None

    @property
    def careful(self) -> Reading | None:
        """The cheapest reading; where that is unclear, of those that come near the one that drops nothing: it has the
        most payloads, and what stands before these is a key and nothing else, whole."""
        best = self.best
        if best is None or self.confidence != "unclear":
            return best
        most = min(best.bits + prices.LIKELY, self.plain)
        near = [r for r in self.readings if r.bits < most and set(r.layout.fields) <= _KEYED]
        near = [r for r in near if r.records > best.records or payloads(r) == payloads(best)]
        return max(near, key=lambda r: (r.records, -r.bits), default=best)

    def rivals(self, taken: Reading) -> list[Reading]:
        """What else the head may be: readings that come near the cheapest and say something else, and not the same."""
        found = [taken]
        for reading in self.readings:
            if reading.bits < self.readings[0].bits + prices.LIKELY and all(differs(r, reading) for r in found):
                found.append(reading)
        return found[1:]

    @property
    def confidence(self) -> str:
        """``sure``, ``likely`` or ``unclear``."""
        return "sure" if self.gap >= prices.SURE else "likely" if self.gap >= prices.LIKELY else "unclear"


class Explaining:
    """Explains a head of which more and more is shown; what was priced is not priced again."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._data = b""
        self._forget()
        self._likely: dict[AnyLayout, int] = {}
        #: the best layout when all were read that came near, and by how much
        self._best: AnyLayout | None = None
        self._gap = 0.0

    def _forget(self) -> None:
        texts = self._texts = Texts()
        self._known = Known()
        self._plain = PlainText(texts)
        self._scans: dict[tuple[AnyLayout, int], Scan] = {}

    def explain(self, head: bytes, candidates: Iterable[Candidate], notices: Notices, *, final: bool) -> Explanation:
        """The readings of ``head`` that come near the cheapest. ``final`` says that the dump is over.

        ``notices`` are those of all candidates. Where that is too much work, only those are read to the end that came
        nearest before, and nothing is sure.
        """
        if not head.startswith(self._data):
            self._forget()
        self._data = head
        self._known.show(head)
        plain = self._plain.price(head)
        least = Least(head, notices, self._texts)
        likely = self._likely
        best = plain
        readings: list[Reading] = []
        for candidate in sorted(candidates, key=lambda c: (likely.get(c.layout, len(likely)), c.bits)):
            # Those that came nearest before are read to the end, whatever work it is: one of them is the answer.
            with self.work.free() if likely.get(candidate.layout, MOST_NEAR) < MOST_NEAR else nullcontext():
                try:
                    self.work.add(LAYOUT)
                    if candidate.bits > best + prices.NEAR:
                        continue
                    scan, most = self._scan(candidate), best + prices.NEAR
                    reading = scan.read(head, candidate.bits, final=final, most=most, least=least)
                except ExhaustedError:
                    break
            if reading is not None and (reading.records or reading.is_pending or reading.seen):
                readings.append(reading)
                best = min(best, reading.bits)
        near = (reading for reading in readings if reading.bits <= best + prices.NEAR)
        readings = sorted(near, key=lambda r: (r.bits, r.grammar == READ_OFF, len(r.layout.fields)))
        self._likely = {reading.layout: index for index, reading in enumerate(readings)}
        explanation = _compared(readings, plain)
        layout = readings[0].layout if readings else None
        if self.work.is_exhausted:
            # Not all was read that may come near: what was known of a shorter head is.
            most = max(self._gap if layout == self._best else 0.0, prices.SURE - 1)
            explanation = explanation._replace(gap=min(explanation.gap, most))
        else:
            self._best, self._gap = layout, explanation.gap
        return explanation

    def _scan(self, candidate: Candidate) -> Scan:
        # The notices by their place in memory, where a scan keeps them: there are many, and they are seldom others.
        key = candidate.layout, id(candidate.notices)
        scan = self._scans.get(key)
        if scan is None:
            scan = self._scans[key] = Scan(
                candidate.layout, candidate.notices, candidate.grammar, self._texts, self.work, self._known
            )
        return scan


def _compared(readings: list[Reading], plain: float) -> Explanation:
    if not readings:
        return Explanation((), plain, -prices.NEAR)
    best = readings[0]
    rival = next((r for r in readings[1:] if differs(best, r) and not _leaves_members_out(r, best)), None)
    gap = (plain if rival is None else min(plain, rival.bits)) - best.bits
    if rival is None:
        # Those that were given up are at least as far away.
        gap = min(gap, prices.NEAR) if plain - best.bits >= prices.NEAR else gap
    if _may_be_something_else(best):
        gap = min(gap, prices.LIKELY - 1)
    if best.grammar == READ_OFF and _may_be_of_its_key(best.layout):
        # What a word stands beside that names something else is hardly a key.
        gap = min(gap, (prices.SURE if is_named(best.layout) else prices.LIKELY) - 1)
    # A record that goes on behind the head is no doubt of a layout of which one with a document in it is whole.
    doubtful = readings if not best.kinds.get("container") else [r for r in readings if differs(best, r)]
    is_open = any(r.pending_bits and r.bits - r.pending_bits < best.bits + prices.NEAR for r in doubtful)
    if best.records != 1 or not _is_told_by_one_record(best):
        gap = min(gap, prices.MOST_OF_ONE_RECORD * max(best.records, 1))
    return Explanation(tuple(readings), plain, gap, is_open)


def _may_be_something_else(reading: Reading) -> bool:
    """Whether its keys or payloads look like what no other reading says."""
    layout, keys = reading.layout, [key for said in reading.says[:MOST_KEYS] if (key := said.get("key"))]
    if not is_labelled(layout) and (reading.may_be_text or _may_be_columns(layout, keys) or _turn(layout, keys)):
        # Text under nothing but separators may be anything; so may numbers behind words.
        return True
    if reading.grammar == READ_OFF and not is_named(layout) and b"null" in keys:
        # What a tool that nobody knows prints for no key, or a text.
        return True
    if keys and isinstance(layout, Layout) and (_are_in_quotes(keys, reading) or _may_be_headers(layout, keys)):
        return True
    if keys and not is_named(layout) and _are_of_a_line(keys):
        return True
    if reading.grammar == READ_OFF and isinstance(layout, Layout) and _leaves_columns_out(layout):
        return True
    # Nothing is called b'ada', which is read as the text that it is.
    are_python_bytes = bool(keys) and all(key.startswith(PYTHON_BYTES) and key[-1:] == key[1:2] for key in keys)
    return _may_be_two_events(layout, keys) or (reading.grammar == READ_OFF and are_python_bytes)


def _may_be_headers(layout: AnyLayout, keys: Sequence[bytes]) -> bool:
    """Whether keys behind headers may be more of these, or these another column: what ends the headers stands between
    them too, and in keys; or nothing names them, and the keys are one word and a number each
    (``shard:0<TAB>seq:118<TAB>…``)."""
    if ends_headers_as_each(layout):
        return any(behind(layout, "headers") in key for key in keys)
    names = {key.partition(b":")[0] for key in keys}
    are_numbered = len(names) == 1 and all(key.partition(b":")[2].isdigit() for key in keys)
    return are_numbered and "HEADERS" in layout.fields and not is_labelled(layout)


def ends_headers_as_each(layout: AnyLayout) -> bool:
    """Whether what stands behind the headers stands between them, too."""
    end = behind(layout, "headers")
    return end != b"" and isinstance(layout, Layout) and layout.headers is not None and end == layout.headers.separator


def _is_of_a_log(key: bytes) -> bool:
    """Whether a log's level stands in it, among other words."""
    words = list(filter(is_word, tokens(key)))
    return len(words) > 1 and not LEVELS.isdisjoint(words)


def _are_of_a_line(keys: Sequence[bytes]) -> bool:
    """Whether what stands before the payloads is rather the beginning of a line than a key: words of a log, the same
    sentence, signs alone, one of two brackets, a word and what it names, or numbers of which two do what a partition
    and an offset do."""
    first = keys[0]
    if all(map(_is_of_a_log, keys)) or not any(map(_holds_a_word, keys)) or _hold_places(keys):
        return True
    if any(all(key.count(opener) != key.count(closer) for key in keys) for opener, closer in _BRACKETS):
        return True
    if len(keys) == 1:
        return False
    words = {key.partition(sign)[0] for sign in _NAMING_SIGNS for key in keys if sign in first}
    return (b" " in first and keys.count(first) == len(keys)) or (
        len(words) == 1 and all(word.decode(errors="replace").isalpha() for word in words)
    )


def _hold_places(keys: Sequence[bytes]) -> bool:
    """Whether all keys hold as many numbers, and two side by side are a partition and an offset that goes up in it."""
    rows = [key.translate(_NUMBERS_ALONE).split() for key in keys]
    if len(keys) < SEVERAL or len(set(map(len, rows))) > 1 or any(n[:1] == b"0" != n for row in rows for n in row):
        return False
    numbers = [list(map(int, column)) for column in zip(*rows, strict=True)]
    return any(_go_up(partitions, offsets) for partitions, offsets in pairwise(numbers))


def _go_up(partitions: Sequence[int], offsets: Sequence[int]) -> bool:
    """Whether these numbers go up for each of those, of which some come again."""
    last: dict[int, int] = {}
    for partition, offset in zip(partitions, offsets, strict=True):
        if partition >= MOST_PARTITIONS or offset <= last.get(partition, -1):
            return False
        last[partition] = offset
    return len(last) < len(offsets)


def _leaves_columns_out(layout: Layout) -> bool:
    """Whether a word that names no field stands before a text where there is no key, or before a number where there is
    no offset: these may be it."""
    missing = {"TEXT": "KEY" not in layout.fields, "INTEGER": "OFFSET" not in layout.fields}
    for literal, field in pairwise(layout.elements):
        if isinstance(literal, Literal) and isinstance(field, Field) and missing.get(field.terminal):
            text = literal.text.rstrip(b" ")
            word = tokens(text[:-1])[-1].lower() if text[:-1] and text[-1:] in (b"=", b":") else b""
            if word.isalpha() and word not in KNOWN and not word.endswith(_SIZES):
                return True
    return False


def _holds_a_word(key: bytes) -> bool:
    """Whether a letter or a digit stands in it: signs alone (``>>>``, ``--``) stand before a line rather than name."""
    return any(byte >= 0x80 or chr(byte).isalnum() for byte in key)


def _are_in_quotes(keys: Sequence[bytes], reading: Reading) -> bool:
    """Whether all keys stand in single quotes, or the payloads stand in the same as they: who printed them put them
    there."""
    quotes = {key[:1] for key in keys if len(key) > 1 and key[:1] == key[-1:]}
    values = [value for said in reading.says[:MOST_KEYS] if (value := said.get("value"))]
    if len(quotes) != 1 or any(key[:1] != key[-1:] for key in keys):
        return False
    (quote,) = quotes
    return quote == b"'" or (quote == b'"' and bool(values) and all(v.startswith((b'"{', b'"[')) for v in values))


def _leaves_members_out(reading: Reading, best: Reading) -> bool:
    """Whether it takes the same objects for records, and has no word for members that a tool's grammar names."""
    are_objects = isinstance(reading.layout, ObjectLayout) and isinstance(best.layout, ObjectLayout)
    return are_objects and best.grammar != READ_OFF and says_less(reading, best)


def _is_told_by_one_record(reading: Reading) -> bool:
    """Whether one record shows which field is which: the layout is somebody's, or each field has its name."""
    layout = reading.layout
    if reading.grammar == COMMANDED:
        return True
    if reading.grammar != READ_OFF:
        return is_labelled(layout) or layout.fields == ("VALUE",)
    return is_named(layout)


def is_named(layout: AnyLayout) -> bool:
    """Whether each field that says something of a record but its payload has its own word right before it."""
    if isinstance(layout, ObjectLayout):
        return True
    said = b""
    for part in (*layout.prefix, *layout.suffix):
        if isinstance(part, Literal):
            said += part.text
        elif isinstance(part, Field) and part.kind not in SIZES:
            # A length may stand between the word and what it measures.
            if part.meaning in SAID and all(LABELS.get(word.lower()) != part.terminal for word in tokens(said)):
                return False
            said = b""
    return True


def _may_be_two_events(layout: AnyLayout, keys: Sequence[bytes]) -> bool:
    """Whether the keys are documents, and between them and the payloads stands what stands between any two."""
    if not isinstance(layout, Layout) or layout.fields != KEYED:
        return False
    is_weak = any(isinstance(one, Literal) and not one.text.strip(b", ") for one in layout.elements[1:2])
    return is_weak and bool(keys) and all(key.startswith(_CONTAINERS) for key in keys)


def _may_be_columns(layout: AnyLayout, keys: Sequence[bytes]) -> bool:
    """Whether the keys of all records are cut by as many separators, two or more, or have a number before the first, or
    by the one that stands behind them: columns that were taken for a key look like that, and few keys do. Of one whose
    length is printed it is known where it ends."""
    if "KEY_SIZE" in layout.fields:
        return False
    separator = behind(layout, "key")
    texts = [key for key in keys if not (key.startswith(_OPENERS) and key.endswith(_ENDS))]
    if not texts:
        return False
    for sign in _COLUMN_SEPARATORS:
        counts = {text.count(sign) for text in texts}
        if len(counts) == 1 and counts != {0}:
            has_numbers = all(any(map(_DIGITS.__contains__, text.partition(sign)[0])) for text in texts)
            return counts != {1} or has_numbers or (sign == separator and sign in _STRONG_SEPARATORS)
    return False


def _turn(layout: AnyLayout, keys: Sequence[bytes]) -> bool:
    """Whether the first keys, several of them, may be columns, or are numbers, and none of the others: rather a layout
    that changed on the way than keys."""
    first = next((at for at, key in enumerate(keys) if _outline(key) != _outline(keys[0])), len(keys))
    if not SEVERAL <= first < len(keys) or _outline(keys[0]) in map(_outline, keys[first:]):
        return False
    return keys[0].isdigit() or _may_be_columns(layout, keys[:first])


def _outline(key: bytes) -> tuple[bool, list[int]]:
    """Whether a key is a number, and how often each separator of columns stands in it."""
    return key.isdigit(), [key.count(sign) for sign in _COLUMN_SEPARATORS]


def _may_be_of_its_key(layout: AnyLayout) -> bool:
    """Whether a word that names nothing stands beside a key, blanks apart: what all keys share may be theirs; or one
    number before it, and another separator than behind it: the number may be its beginning."""
    elements = layout.elements if isinstance(layout, Layout) else ()
    match elements:
        case (Field(terminal="PARTITION" | "OFFSET"), Literal() as sign, Field(terminal="KEY"), Literal() as end, *_):
            if sign.text != end.text:
                return True
    for one, blank, other in zip(elements, elements[1:], elements[2:], strict=False):
        is_word_apart = isinstance(one, Field) and one.terminal in ("TEXT", "TOPIC")
        if is_word_apart and blank == Literal(b" ") and isinstance(other, Field) and other.meaning == "key":
            return True
    for one, other in pairwise(elements):
        literal, field = (one, other) if isinstance(one, Literal) else (other, one)
        if not isinstance(literal, Literal) or not isinstance(field, Field) or field.meaning != "key":
            continue
        said = [token.lower() for token in tokens(literal.text) if token.strip(b" ")]
        is_named = any(LABELS.get(word) == "KEY" for word in said) if literal is one else KNOWN.issuperset(said[:1])
        if any(map(is_word, said[-1:] if literal is one else said[:1])) and not is_named:
            return True
    return False


def is_labelled(layout: AnyLayout) -> bool:
    """Whether words of the layout name what stands in its fields."""
    if isinstance(layout, ObjectLayout):
        return True
    return any(map(_holds_words, layout.prefix))


def _holds_words(element: object) -> bool:
    if isinstance(element, Alternation):
        return True
    return isinstance(element, Literal) and any(byte >= 0x80 or chr(byte).isalpha() for byte in element.text)
