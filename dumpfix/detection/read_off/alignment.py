"""Records side by side: the words and separators that all of them have, and the columns between these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from string import ascii_letters, digits

from dumpfix.detection.lines import (
    KNOWN,
    LABELS,
    OTHER_LABELS,
    PAYLOADS,
    Line,
    Token,
    is_number,
    is_word,
    label_at,
    own_label_at,
    tokens,
)
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

#: the share of rows that have to hold as many documents, for that to be no accident
FEW_DOCUMENTS = 0.15
#: words that name something wherever they stand; a letter may be a key
_WORDS = frozenset(word for word in KNOWN if len(word) > 1)
_WORDS_OR_OF_SENTENCES = _WORDS | OF_SENTENCES
#: the kinds of lines that begin with a word for the payload
_PAYLOAD_KINDS = frozenset(word + b":" for word in PAYLOADS)
_TEXTS = frozenset({"KEY", "HEADERS"})
_QUOTES = (b'"', b"'")
_LETTERS = ascii_letters.encode()
_DIGITS = digits.encode()
#: signs that texts begin with, where another sign separates them
_BEGINNINGS = (b"/", b"#", b"@", b"~", b".", b"$")
_CLOSERS = {b"}": b"{", b"]": b"[", b")": b"(", b">": b"<"}
#: what may stand between two, the strongest first; so often in one text
_SEPARATORS = (b"\t", b" | ", b"|", b"#", b" - ", b"; ", b";", b", ", b",", b" ")
_STRONG = (b"\t", b" | ", b"|", b"#", b";")
MOST_CUTS = 3
#: what may stand between words and what they name
_COLONS = b" \t:="


def alike_rows(rows: Sequence[Sequence[Line]]) -> tuple[Sequence[Sequence[Line]], int]:
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


def parts_of(rows: Sequence[Sequence[Line]], payload: int, *, front: str, behind: str) -> tuple[Part, ...]:
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
    return tuple(_with_padding(_with_listed_labels(_joined(out))))


def _is_ruler(texts: Sequence[bytes]) -> bool:
    """Whether a line, the same in all of some records, is drawn of signs: it separates them, and says nothing."""
    text = texts[0].strip(BLANKS)
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


def _with_listed_labels(parts: Sequence[Part]) -> list[Part]:
    """The parts; where words stand in a list (``topic/partition/offset``), and behind it columns with the same
    separators, each has its word."""
    out = list(parts)
    for index, part in enumerate(parts):
        words = tokens(part.rstrip(_COLONS)) if isinstance(part, bytes) else []
        signs = words[-2:-1]
        names = words[-1:]
        while len(words) > (at := 2 * len(names)) and [words[-at]] == signs and words[-at - 1].lower() in LABELS:
            names.insert(0, words[-at - 1])
        columns = parts[index + 1 : index + 2 * len(names) : 2]
        between = parts[index + 2 : index + 2 * len(names) : 2]
        if 1 < len(names) == len(columns) and list(between) == signs * len(between):
            for at, (name, column) in enumerate(zip(names, columns, strict=True)):
                if isinstance(column, Column):
                    out[index + 1 + 2 * at] = column._replace(label=name.lower())
    return out


def _with_padding(parts: Sequence[Part]) -> list[Part]:
    """The parts; where blanks fill up a number or a key that a label names, each for itself."""
    out: list[Part] = []
    for part in parts:
        before = out[-1] if out else b""
        if isinstance(part, bytes) and part[:1] == b" " and isinstance(before, Column) and _is_padded(before):
            numbers = tuple(text.rstrip(b" ") for text in before.texts)
            blanks = tuple(text[len(number) :] for text, number in zip(before.texts, numbers, strict=True))
            out[-1:] = [before._replace(texts=numbers), b" ", Column(blanks)]
            part = part.lstrip(b" ")
        out.append(part)
    return out


def with_empty_columns(parts: Sequence[Part], rows: int) -> Iterator[Part]:
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
    return name in INTEGERS and column._replace(texts=bare).are_numbers


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
    known = SIZE_WORDS if LABELS.get(label) in _TEXTS else _WORDS_OR_OF_SENTENCES
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
    while all(rows) and len({row[-1] for row in rows}) == 1 and _is_opened_before(rows):
        # The bracket that a separator has opened (``t1[0],``).
        back.insert(0, rows[0][-1])
        rows = [row[:-1] for row in rows]
    if any(rows) or (label and label not in OTHER_LABELS):
        texts = tuple(b"".join(row) for row in rows)
        whole = Column(texts, label)
        front += _split(texts, label) if how == "separators" and not whole.are_times else [whole]
    return [*front, *back]


def _ends_before(row: Sequence[Token], named: str | None) -> bool:
    """Whether a text ends before its last token, which all texts have: a separator, or behind a key a word between two
    parts of a sentence."""
    return _is_separator(row[-1]) or (named == "KEY" and row[-2:-1] == [b" "] and row[-1] in OF_SENTENCES)


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


def _is_opened_before(rows: Sequence[Sequence[Token]]) -> bool:
    """Whether all texts end with a bracket that none of them has opened."""
    opener = _CLOSERS.get(rows[0][-1])
    return opener is not None and not any(row.count(opener) >= row.count(row[-1]) for row in rows)


def _split(texts: Sequence[bytes], label: bytes) -> Iterator[Part]:
    """Texts cut at the strongest separator that all of them hold as often; the first is what the label names."""
    # What a word names is one text, blanks and commas in it or not.
    for separator in _STRONG if LABELS.get(label) in _TEXTS else _SEPARATORS:
        counts = {text.count(separator) for text in texts}
        is_list = separator == b"," and all(map(is_header_list, texts))
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
