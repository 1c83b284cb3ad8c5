"""Layouts read off a dump: what stands around the payloads, aligned over all records of the head.

Lines are told apart by what they begin with; how often they come round gives the lines of a record. In each of these,
words that name what follows (``offset=``) and separators are constant, what stands between is a column. Which field a
column without a name is, is left to the prices: several layouts are proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby, islice, pairwise
from string import ascii_letters, digits

from dumpfix.detection import prices
from dumpfix.detection.candidates import READ_OFF, Candidate
from dumpfix.detection.columns import MOST_PARTITIONS
from dumpfix.detection.lines import (
    BLANK,
    KNOWN,
    LABELS,
    OTHER_LABELS,
    PAYLOADS,
    Line,
    Token,
    is_number,
    is_word,
    label_at,
    lines_of,
    own_label_at,
    tokens,
)
from dumpfix.framing.notices import Notices
from dumpfix.layout.conversions import milliseconds, time_end
from dumpfix.layout.model import Element, Field, HeaderSpelling, Layout, Literal
from dumpfix.layout.vocabulary import SIZES, TOPIC_BYTES

#: lines of a record
MOST_LINES = 16
#: records that are aligned, spread over the head
MOST_ROWS = 48
#: layouts that come of columns that nothing names
MOST_LAYOUTS = 16
#: ways to say what the columns are that are looked at, of which those layouts are made
MOST_WAYS = 256
#: a record with more columns is none
MOST_COLUMNS = 32
#: in so many rows keys are hardly all the same
LEAST_ROWS = 4
#: of ten rows two may be damaged
ROWS = 0.8
#: the share of rows that have to hold as many documents, for that to be no accident
FEW_DOCUMENTS = 0.15
#: of the lines that come round so many have to be of the same kind; a longer round has to be that much better
ALIKE, BETTER = 0.4, 0.1

#: words that name something wherever they stand; a letter may be a key
_WORDS = frozenset(word for word in KNOWN if len(word) > 1)
#: words that are no field's, where all records have them
_OF_SENTENCES = frozenset(b"at with and on in from of for".split())
_WORDS_OR_OF_SENTENCES = _WORDS | _OF_SENTENCES
_SAYS_NOTHING = KNOWN | _OF_SENTENCES
_SIZE_WORDS = frozenset(b"size length len bytes".split())
#: the kinds of lines that begin with a word for the payload
_PAYLOAD_KINDS = frozenset(word + b":" for word in PAYLOADS)
_INTEGERS = frozenset({"PARTITION", "OFFSET", "TIMESTAMP"})
_TEXTS = frozenset({"KEY", "HEADERS"})
_QUOTES = (b'"', b"'")
_BLANKS = b" \t"
_LETTERS = ascii_letters.encode()
_DIGITS = digits.encode()
_OPENERS = (b"{", b"[")
#: signs that texts begin with, where another sign separates them
_BEGINNINGS = (b"/", b"#", b"@", b"~", b".", b"$")
_CLOSERS = {b"}": b"{", b"]": b"[", b")": b"(", b">": b"<"}
#: what a layout may hold more than once: literals, and what the record does not need
_MANY = frozenset({"", "TEXT", "INTEGER", "BLANKS"})
_ORDER = ("TOPIC", "PARTITION", "OFFSET")
_COORDINATES = frozenset((*_ORDER, "TIMESTAMP"))
#: ways to tell columns apart in front of the payload and behind it
_HOW = (("numbers", "numbers"), ("words", "words"), ("separators", "separators"), ("separators", "words"))
#: what may stand between two, the strongest first; so often in one text
_SEPARATORS = (b"\t", b" | ", b"|", b"#", b" - ", b"; ", b";", b", ", b",", b" ")
MOST_CUTS = 3
#: numbers above this may be milliseconds since 1970; below this, partitions
MILLISECONDS = 1_000_000_000_000
#: digits of milliseconds; a date has more bytes
LONGEST_NUMBER = 13
_SPELLING = HeaderSpelling(b"=", ambiguous_separator=b",", null=b"NULL")


@dataclass(frozen=True, slots=True)
class Column:
    """What stands at one place of all records; ``label`` is the word that names it, in small letters."""

    texts: tuple[bytes, ...]
    label: bytes = b""
    is_payload: bool = False

    @property
    def are_numbers(self) -> bool:
        """Whether each record has a number here."""
        return all(map(is_number, self.texts))

    @property
    def are_dates(self) -> bool:
        """Whether each record has a date with its time and zone here."""
        return all(len(text) > LONGEST_NUMBER and milliseconds(text) is not None for text in self.texts)

    @property
    def are_times(self) -> bool:
        """Whether each record has a date with its time here, and no zone."""
        return all(len(text) > LONGEST_NUMBER and time_end(text, 0) == len(text) for text in self.texts)

    @property
    def are_names(self) -> bool:
        """Whether each record has what may be the name of a topic here."""
        return all(text and TOPIC_BYTES.issuperset(text) and not text.isdigit() for text in self.texts)


Part = bytes | Column


def candidates(head: bytes, notices: Notices) -> Iterator[Candidate]:
    """Layouts that the dump which begins with ``head`` may have, each with its price."""
    lines = lines_of(head, notices)
    if not any(line.has_document for line in lines):
        return
    if spaced := _spaced_documents(lines):
        bits = prices.VALUES_ALONE + prices.KNOWN_LITERAL
        yield Candidate(Layout(READ_OFF, "", spaced), notices.given, READ_OFF, bits)
    seen: set[tuple[Element, ...]] = set()
    for period in _periods(lines):
        found = _rows(lines, period)
        if not found:
            continue
        rows, payload = _alike_rows(found)
        ways = [_parts(rows, payload, front=front, behind=behind) for front, behind in _HOW]
        ways += [tuple(_with_empty_columns(parts, len(rows))) for parts in ways]
        for elements, bits in chain.from_iterable(islice(typed(parts), MOST_LAYOUTS) for parts in dict.fromkeys(ways)):
            if elements not in seen:
                seen.add(elements)
                spelling = _SPELLING if Field("HEADERS") in elements else None
                layout = Layout(READ_OFF, "", elements, null_or_empty_literal=b"NULL", headers=spelling)
                yield Candidate(layout, notices.given, READ_OFF, bits)


def _spaced_documents(lines: Sequence[Line]) -> tuple[Element, ...]:
    """Documents alone with as many blank lines behind each; nothing where there are none, or others."""
    runs = [len(list(run)) if is_blank else -1 for is_blank, run in groupby(lines, lambda line: line.kind == BLANK)]
    documents = [line for line in lines if line.kind != BLANK]
    are_alone = all(line.has_document and not line.before and not line.after for line in documents)
    between = set(runs[1 : 2 * len(documents) - 2 : 2])
    is_regular = len(runs) >= 2 * len(documents) - 1 and len(between) == 1 < len(documents)
    return (Field("VALUE"), Literal(b"\n" * (1 + between.pop()))) if are_alone and is_regular else ()


# -- the lines of a record ---------------------------------------------------------------------------------------------


def _periods(lines: Sequence[Line]) -> list[int]:
    """After how many lines the same kinds of lines come round again; the likeliest first."""
    kinds = [line.kind for line in lines]
    found: list[int] = []
    best = ALIKE - BETTER
    for period in range(1, min(MOST_LINES, len(kinds) - 1) + 1):
        # That blank lines are alike says nothing.
        pairs = Counter(zip(kinds, kinds[period:], strict=False))
        count = pairs.total() - pairs.pop((BLANK, BLANK), 0)
        share = sum(times for (one, other), times in pairs.items() if one == other) / max(count, 1)
        if share > best + BETTER:
            found.append(period)
            best = share
    if not found and len(kinds) <= MOST_LINES:
        found.append(len(kinds))
    # Of few lines a round of many comes out well by chance.
    return list(dict.fromkeys([*found[::-1][:2], *found[:1]]))


def _rows(lines: Sequence[Line], period: int) -> list[Sequence[Line]]:
    """The records: the lines from one beginning to the next, those that have the kinds of most."""
    first = next(index for index, line in enumerate(lines) if line.has_document)
    kinds: dict[tuple[bytes, ...], list[Sequence[Line]]] = {}
    for at in range(len(lines) - period + 1):
        row = lines[at : at + period]
        if any(line.has_document for line in row):
            kinds.setdefault(tuple(line.kind for line in row), []).append(row)
    most = max(kinds.values(), key=len, default=[])
    rows = most
    # The first line of the dump begins a record, or else what leads up to the first document does.
    for begin in (max(first - period + 1, 0), 0):
        # Its payload may be broken: what begins like it is asked for.
        alike = (found for kind, found in kinds.items() if kind[0] == lines[begin].kind)
        found = max(alike, key=len, default=[])
        rows = found if len(found) * 2 >= len(most) else rows
    # The first ones side by side: what comes round again is not left out by the step between the others.
    near, far = rows[: MOST_ROWS // 2], rows[MOST_ROWS // 2 :]
    return [*near, *far[:: len(far) // MOST_ROWS * 2 + 1]]


# -- constants and columns ---------------------------------------------------------------------------------------------


def _alike_rows(rows: Sequence[Sequence[Line]]) -> tuple[Sequence[Sequence[Line]], int]:
    """The records that have what most have, and which of their lines holds the payload."""
    period = range(len(rows[0]))
    holds = [sum(row[k].has_document for row in rows) for k in period]
    named = [k for k in period if holds[k] and rows[0][k].kind in _PAYLOAD_KINDS]
    payload = max(named or (k for k in period if holds[k] * 2 >= max(holds)))
    # A key that is a document stands alone where the payload is null.
    held = [row[payload] for row in rows if row[payload].has_document]
    counts = Counter(line.documents for line in held if not line.is_broken) or Counter(line.documents for line in held)
    documents = max(count for count, times in counts.items() if times >= counts.total() * FEW_DOCUMENTS)
    rows = [row for row in rows if row[payload].documents == documents]
    rows = [row for row in rows if not row[payload].is_broken] or rows
    for k in period:
        rows = _alike(rows, [tokens(row[k].before) for row in rows])
    return rows, payload


def _parts(rows: Sequence[Sequence[Line]], payload: int, *, front: str, behind: str) -> tuple[Part, ...]:
    """What the records share, as bytes, and what differs, as columns.

    How columns are told apart that nothing names, in ``front`` of the payload, in other lines, and ``behind`` it: only
    ``numbers``; ``words`` too; or, with the numbers, texts with the ``separators`` that all of them hold.
    """
    out: list[Part] = []
    for k in range(len(rows[0])):
        if k != payload and _is_ruler([row[k].text for row in rows]):
            out += [rows[0][k].text, b"\n"]
        elif k != payload:
            out += [*_aligned([tokens(row[k].text) for row in rows], how=front), b"\n"]
        else:
            out += _aligned([tokens(row[k].before) for row in rows], how=front)
            out.append(Column(tuple(row[k].document for row in rows), is_payload=True))
            out += [*_aligned([tokens(row[k].after) for row in rows], how=behind), b"\n"]
    return tuple(_with_padding(_joined(out)))


def _is_ruler(texts: Sequence[bytes]) -> bool:
    """Whether a line, the same in all of some records, is drawn of signs: it separates them, and says nothing."""
    text = texts[0].strip(_BLANKS)
    without_letters = text.translate(None, _LETTERS)
    signs = without_letters.translate(None, _DIGITS)
    is_drawn = len(signs) * 2 > len(text) == len(without_letters) and text.isascii()
    return is_drawn and 1 < len(texts) == texts.count(texts[0])


def _joined(parts: Sequence[Part]) -> list[Part]:
    """The parts; what stands between two columns of a line is one."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, bytes) and isinstance(last, bytes) and b"\n" not in (part, last):
            joined[-1] = last + part
        else:
            joined.append(part)
    return joined


def _with_padding(parts: Sequence[Part]) -> list[Part]:
    """The parts; where blanks fill up a number or a key that a label names, each for itself."""
    out: list[Part] = []
    for part in parts:
        before = out[-1] if out else b""
        if isinstance(part, bytes) and part[:1] == b" " and isinstance(before, Column) and _is_padded(before):
            numbers = tuple(text.rstrip(b" ") for text in before.texts)
            blanks = tuple(text[len(number) :] for text, number in zip(before.texts, numbers, strict=True))
            out[-1:] = [replace(before, texts=numbers), b" ", Column(blanks)]
            part = part.lstrip(b" ")
        out.append(part)
    return out


def _with_empty_columns(parts: Sequence[Part], rows: int) -> Iterator[Part]:
    """The parts; where a separator stands twice, with an empty column in between: keys that are null."""
    is_named = any(isinstance(part, Column) and LABELS.get(part.label) == "KEY" for part in parts)
    between = {
        part
        for before, part, after in zip(parts, parts[1:], parts[2:], strict=False)
        if isinstance(part, bytes) and isinstance(before, Column) and isinstance(after, Column)
    }
    for part in parts:
        half = part[: len(part) // 2] if isinstance(part, bytes) else b""
        if half in between.union(_SEPARATORS) and half + half == part and not is_named:
            yield from (half, Column((b"",) * rows), half)
            is_named = True
        else:
            yield part


def _is_padded(column: Column) -> bool:
    """Whether blanks stand behind some texts: numbers, as in place of a tab, or keys that are as wide as all others."""
    name, bare = LABELS.get(column.label), tuple(text.rstrip(b" ") for text in column.texts)
    if bare == column.texts:
        return False
    if name == "KEY":
        return len(set(map(len, column.texts))) == 1 < len(set(map(len, bare)))
    return name in _INTEGERS and replace(column, texts=bare).are_numbers


def _labels(row: Sequence[Token]) -> tuple[Token, ...]:
    return tuple(label for at in range(len(row)) if (label := label_at(row, at)))


def _alike(rows: Sequence[Sequence[Line]], texts: Sequence[list[Token]]) -> list[Sequence[Line]]:
    """The rows whose texts hold the words that name something in nearly all."""
    common = _common(texts)
    held = [(*(label for label in _labels(text) if label in common), *_beginning(text)) for text in texts]
    wanted = Counter(held).most_common(1)[0][0]
    return [row for row, labels in zip(rows, held, strict=True) if labels == wanted]


def _beginning(text: Sequence[Token]) -> tuple[Token, ...]:
    """How a text begins that no label tells: a number or not, and what separates it from the rest."""
    return (b"9" if text[0].isdigit() else b"w", *text[1:2]) if len(text) > 1 and is_word(text[0]) else ()


def _own_labels(row: Sequence[Token]) -> tuple[Token, ...]:
    return tuple(label for at in range(len(row)) if (label := own_label_at(row, at)))


def _common(
    texts: Sequence[list[Token]], labels: Callable[[Sequence[Token]], tuple[Token, ...]] = _labels
) -> set[Token]:
    """The words that name something in nearly all of these texts."""
    counts = Counter(label for text in texts for label in set(labels(text)))
    return {label for label, count in counts.items() if count >= ROWS * len(texts)}


def _aligned(texts: Sequence[list[Token]], *, how: str) -> list[Part]:
    """The parts of one line: cut at the words that name something in all of these texts."""
    common = _common(texts)
    own = _common(texts, _own_labels) if common and len(texts) > 1 else set()
    places = [
        _named(text, [at for at in range(len(text)) if label_at(text, at) in common or own_label_at(text, at) in own])
        for text in texts
    ]
    out: list[Part] = []
    count = min(map(len, places))
    for index in range(count + 1):
        pieces: list[list[Token]] = []
        for text, at in zip(texts, places, strict=True):
            start = at[index - 1] + 1 if index else 0
            pieces.append(text[start : at[index] if index < count else len(text)])
        label = texts[0][places[0][index - 1]].lower() if index else b""
        out += _columns(pieces, label, how=how)
        if index < count:
            out.append(texts[0][places[0][index]])
    return out


def _named(text: Sequence[Token], places: Sequence[int]) -> list[int]:
    """The places of labels; a word that was there before names nothing inside a key or headers, nor does one that is
    not known inside headers."""
    kept: list[int] = []
    for at in places:
        word = text[at].lower()
        around = LABELS.get(text[kept[-1]].lower()) if kept else None
        taken = {_meant(text[before].lower()) for before in kept}
        is_of_headers = around == "HEADERS" and word not in KNOWN
        if not is_of_headers and (around not in _TEXTS or _meant(word) not in taken):
            kept.append(at)
    return kept


def _meant(word: bytes) -> str | bytes:
    """The terminal that a word announces, or itself."""
    return LABELS.get(word, word)


def _columns(rows: Sequence[list[Token]], label: bytes, *, how: str) -> list[Part]:
    """What stands between two labels: separators that all have, words between; the rest is one text."""
    rows = [list(row) for row in rows]
    signs: list[Token] = []
    back: list[Token] = []
    known = _SIZE_WORDS if LABELS.get(label) in _TEXTS else _WORDS_OR_OF_SENTENCES
    while (
        all(rows) and len({row[0] for row in rows}) == 1 and (_is_separator(rows[0][0]) or rows[0][0].lower() in known)
    ):
        signs.append(rows[0][0])
        rows = [row[1:] for row in rows]
    while all(rows) and _begins_the_text(signs) and (LABELS.get(label) == "KEY" or not _is_at_numbers(signs, rows)):
        begin = signs.pop()
        rows = [[begin, *row] for row in rows]
    front: list[Part] = [*signs]
    if b"(" in signs and (separator := _cut(rows, ())) and all(is_number(row[0]) for row in rows):
        # A length between the label and what it names.
        lengths = tuple(row[0] for row in rows)
        front += [Column(lengths), *separator]
        rows = [row[1 + len(separator) :] for row in rows]
        behind = _columns(rows, label, how=how)
        if any(length != b"-1" for length in lengths):
            # Where nothing stands behind the length, what it measures begins in the next line.
            behind = [part for part in behind if isinstance(part, bytes) or any(part.texts)]
        return [*front, *behind]
    while all(rows) and len({row[-1] for row in rows}) == 1 and _ends_before(rows[0], LABELS.get(label)):
        back.insert(0, rows[0][-1])
        rows = [row[:-1] for row in rows]
    while all(rows) and back and all(_closes(back[0], row) for row in rows):
        end = back.pop(0)
        rows = [[*row, end] for row in rows]
    used: list[list[bytes]] = []
    if LABELS.get(label) == "TOPIC" and (separator := _cut(rows, None)):
        used.append(separator)
        front += [Column(tuple(row[0] for row in rows), label), *separator]
        label = b""
        rows = [row[1 + len(separator) :] for row in rows]
    while LABELS.get(label) not in _TEXTS and (separator := _cut(rows, used if how == "words" else ())):
        used.append(separator)
        front += [Column(tuple(row[0] for row in rows), label), *separator]
        label = b""
        rows = [row[1 + len(separator) :] for row in rows]
    if any(rows) or (label and label not in OTHER_LABELS):
        texts = tuple(b"".join(row) for row in rows)
        whole = Column(texts, label)
        front += _split(texts, label) if how == "separators" and not whole.are_times else [whole]
    return [*front, *back]


def _ends_before(row: Sequence[Token], named: str | None) -> bool:
    """Whether a text ends before its last token, which all texts have: a separator, or behind a key a word between two
    parts of a sentence."""
    return _is_separator(row[-1]) or (named == "KEY" and row[-2:-1] == [b" "] and row[-1] in _OF_SENTENCES)


def _begins_the_text(separator: Sequence[Token]) -> bool:
    """Whether the last sign of a separator stands at the beginning of texts rather: paths do begin alike."""
    return len(separator) > 1 and separator[-1] in _BEGINNINGS and separator[-1] != separator[-2]


def _is_at_numbers(separator: Sequence[Token], rows: Sequence[Sequence[Token]]) -> bool:
    """Whether an @ stands before a number in each of them, as before an offset or a time."""
    return separator[-1] == b"@" and all(is_number(b"".join(row[:1])) for row in rows)


def _closes(end: Token, row: Sequence[Token]) -> bool:
    """Whether a bracket closes one that a text has opened."""
    opener = _CLOSERS.get(end)
    return opener is not None and row.count(opener) > row.count(end)


def _split(texts: Sequence[bytes], label: bytes) -> Iterator[Part]:
    """Texts cut at the strongest separator that all of them hold as often; the first is what the label names."""
    for separator in _SEPARATORS:
        counts = {text.count(separator) for text in texts}
        is_list = separator == b"," and all(map(_is_header_list, texts))
        pieces = [piece for text in texts for piece in text.split(separator)]
        are_whole = all(piece.count(b"{") == piece.count(b"}") for piece in pieces)
        if len(counts) == 1 and 0 < max(counts) <= MOST_CUTS and are_whole and not is_list:
            columns = list(zip(*(text.split(separator) for text in texts), strict=True))
            yield Column(columns[0], label)
            for column in columns[1:]:
                yield separator
                yield Column(column)
            return
    yield Column(tuple(texts), label)


def _cut(rows: Sequence[list[Token]], used: Sequence[list[bytes]] | None) -> list[bytes]:
    """What stands behind the first word of each text, where that may be a column of its own; nothing where not.

    A word that is no number may be a part of a text, unless numbers follow, or one that a bracket closes
    (``orders [0]``, ``orders@17)``), or the same separator was ``used`` before, or a label says what it is (None).
    """
    if not all(len(row) > 1 and is_word(row[0]) and not is_word(row[1]) for row in rows):
        return []
    separator: list[bytes] = []
    for column in zip(*(row[1:] for row in rows), strict=False):
        if len(set(column)) > 1 or not _is_separator(column[0]):
            break
        separator.append(column[0])
    while _begins_the_text(separator) and not _is_at_numbers(separator, [row[1 + len(separator) :] for row in rows]):
        separator.pop()
    behind = 1 + len(separator)
    if not separator or not any(len(row) > behind for row in rows):
        return []
    are_numbers = all(is_number(row[0]) or _is_numbered(row, behind) for row in rows)
    numbers_follow = all(sum(map(is_number, row[behind : 3 * behind])) > 1 for row in rows)
    return separator if used is None or are_numbers or numbers_follow or separator in used else []


def _is_numbered(row: Sequence[Token], at: int) -> bool:
    """Whether a number stands at this place, and a bracket closes it."""
    return len(row) > at + 1 and is_number(row[at]) and row[at + 1] in (b"]", b")")


def _is_separator(token: Token) -> bool:
    return not is_word(token) and token not in _QUOTES


# -- which field a column is -------------------------------------------------------------------------------------------


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
                if terminal == "KEY" and not part.label and all(map(_is_header_list, part.texts)):
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
    sign = behind.strip(_BLANKS)[:1] if isinstance(behind, bytes) else b"|"
    is_log = is_first and (not sign or is_word(sign))
    if part.are_dates and (named == "TIMESTAMP" or (named is None and not is_log)):
        return ["TIMESTAMP_DATE"]
    if part.are_times and named in (None, "TIMESTAMP"):
        return ["TEXT"]
    if named in _INTEGERS:
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
    if not any(isinstance(other, Column) and other.label in (b"key", b"k", b"offset", b"o") for other in parts):
        # Of several topics the name comes first, and comes again.
        is_topic = part.are_names and is_first and different * 2 < len(part.texts) + 2
        is_numbered = is_topic and _are_numbered(part)
        return ["KEY", "HEADERS", *(["TOPIC-PARTITION"] if is_numbered else []), *(["TOPIC"] if is_topic else [])]
    if part.are_names and _are_numbered(part):
        return ["TOPIC-PARTITION", "TOPIC", "KEY"]
    is_behind = any(isinstance(before, Column) and before.is_payload for before in parts[:index])
    return [*(["TOPIC"] if part.are_names else []), "KEY", "HEADERS", *(["TEXT"] if is_behind else [])]


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
    return part.label in _SIZE_WORDS or (isinstance(before, bytes) and before.endswith(b"(")) or is_alone


def _is_called_size(parts: Sequence[Part], index: int) -> bool:
    """Whether the word before a number, or behind one in brackets, is one for a length (``valueSize: 12``)."""
    before, after = (parts[at] if 0 <= at < len(parts) else b"" for at in (index - 1, index + 1))
    words = [list(filter(is_word, tokens(part))) if isinstance(part, bytes) else [] for part in (before, after)]
    near = words[0][-1:] + (words[1][:1] if isinstance(before, bytes) and before.endswith(b"(") else [])
    return any(word.lower().endswith(tuple(_SIZE_WORDS)) for word in near)


def _is_length(number: bytes, text: bytes) -> bool:
    return number == b"%d" % len(text) or (number == b"-1" and not text)


def _is_header_list(text: bytes) -> bool:
    """Whether a text is names with values, more than one."""
    pairs = text.split(b",")
    return len(pairs) > 1 and all(0 < pair.find(b"=") < len(pair) for pair in pairs)
