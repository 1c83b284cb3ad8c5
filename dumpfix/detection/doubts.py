"""What keys and payloads look like that no other reading says: then the cheapest reading is not sure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dumpfix.detection.candidates import READ_OFF
from dumpfix.detection.columns import MOST_PARTITIONS, behind, literal_behind
from dumpfix.detection.lines import KNOWN, LABELS, PYTHON_BYTES, is_number, is_word, tokens
from dumpfix.detection.named import is_labelled, is_named
from dumpfix.detection.reading import KEYED, Reading
from dumpfix.detection.texts import LEVELS
from dumpfix.layout.model import AnyLayout, Element, Field, Layout, Literal

#: records that show a layout by themselves
SEVERAL = 3
#: keys side by side that show that they are of one outline
FEW = 2
#: keys that are looked at for columns, and what separates these
MOST_KEYS = 48
_COLUMN_SEPARATORS = (b"\t", b"|", b";", b" ", b",")
_WEAK_SEPARATORS = (b" ", b",")
#: signs that keys hold, and that separate them as well
_OF_KEYS = (b"", b":", b"=", b"-", b"_", b"->")
#: letters, digits and what is no ASCII
_ALPHANUMERIC = bytes(byte for byte in range(256) if byte >= 0x80 or chr(byte).isalnum())
_CONTAINERS = (b"{", b"[")
_OPENERS = (*_CONTAINERS, b'"')
_ENDS = (b"}", b"]", b'"')
_DIGITS = frozenset(b"0123456789")
#: digits as they are, and a blank for everything else
_NUMBERS_ALONE = bytes(byte if byte in _DIGITS else 0x20 for byte in range(256))
#: how a string begins that holds a document
_IN_QUOTES = (b'"{', b'"[')
_BRACKETS = ((b"(", b")"), (b"<", b">"), (b"[", b"]"))
#: letters behind the last dot of a file's name (.json, .jsonl)
LONGEST_ENDING = 5
#: how words end that name a length
_SIZES = (b"size", b"length", b"len", b"bytes")
#: what stands between a word and what it names, hardly in a key
_NAMING_SIGNS = (b"=", b": ")


def may_be_something_else(reading: Reading) -> bool:
    """Whether its keys or payloads look like what no other reading says."""
    layout, keys = reading.layout, [key for said in reading.says[:MOST_KEYS] if (key := said.get("key"))]
    if not is_labelled(layout) and (reading.may_be_text or _may_be_columns(layout, keys) or _changes(layout, keys)):
        # Text under nothing but separators may be anything; so may numbers behind words.
        return True
    if reading.grammar == READ_OFF and not is_named(layout) and b"null" in keys:
        # What a tool that nobody knows prints for no key, or a text.
        return True
    if keys and isinstance(layout, Layout) and (_are_in_quotes(keys, reading) or _may_be_headers(layout, keys)):
        return True
    if reading.grammar == READ_OFF and _may_be_a_key_first(layout):
        return True
    if keys and not is_named(layout) and (_are_of_a_line(keys) or _may_be_of_grep(layout, keys)):
        return True
    # A log writes a document in quotes, with its own escaped: a payload that is such a string is seldom.
    if (
        reading.grammar == READ_OFF
        and isinstance(layout, Layout)
        and (_leaves_columns_out(layout) or are_documents_in_quotes(reading))
    ):
        return True
    # Nothing is called b'ada', which is read as the text that it is.
    are_python_bytes = bool(keys) and all(key.startswith(PYTHON_BYTES) and key[-1:] == key[1:2] for key in keys)
    return _may_be_two_events(layout, keys) or (reading.grammar == READ_OFF and are_python_bytes)


def _may_be_headers(layout: AnyLayout, keys: Sequence[bytes]) -> bool:
    """Whether keys behind headers may be more of these, or these another column: what ends the headers stands between
    them too, and in keys; or nothing names them, and the keys are one word and a number each
    (``shard:0<TAB>seq:118<TAB>…``), or lists of names with values."""
    if ends_headers_as_each(layout):
        return any(behind(layout, "headers") in key for key in keys)
    if all(map(_is_header_list, keys)):
        return True
    names = {key.partition(b":")[0] for key in keys}
    are_numbered = len(names) == 1 and all(key.partition(b":")[2].isdigit() for key in keys)
    return are_numbered and "HEADERS" in layout.fields and not is_labelled(layout)


def _is_header_list(key: bytes) -> bool:
    """Whether a key is names with values, more than one, as the console consumer prints headers."""
    pairs = key.split(b",")
    return len(pairs) > 1 and not key.startswith(_OPENERS) and all(pair.find(b":") > 0 for pair in pairs)


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
    sentence, signs alone, one of two brackets or quotes, a word and what it names, or numbers of which two do what a
    partition and an offset do."""
    first = keys[0]
    if all(map(_is_of_a_log, keys)) or not any(map(_holds_a_word, keys)) or _hold_places(keys):
        return True
    are_half = (all(key.count(opener) != key.count(closer) for key in keys) for opener, closer in _BRACKETS)
    if any(are_half) or all(key.startswith(b'"') and key.count(b'"') % 2 for key in keys):
        return True
    if len(keys) == 1:
        return False
    words = {key.partition(sign)[0] for sign in _NAMING_SIGNS for key in keys if sign in first}
    return (b" " in first and keys.count(first) == len(keys)) or (
        len(words) == 1 and all(word.decode(errors="replace").isalpha() for word in words)
    )


def _may_be_of_grep(layout: AnyLayout, keys: Sequence[bytes]) -> bool:
    """Whether what stands in front of a colon is the same name of a file in all records, or numbers that go up and up:
    grep -H and -n print these so."""
    if layout.fields != KEYED or behind(layout, "key") != b":" or len(keys) < SEVERAL:
        return False
    _, dot, ending = keys[0].rpartition(b".")
    is_file = dot and ending.isalpha() and len(ending) <= LONGEST_ENDING and b"@" not in keys[0]
    if is_file and keys.count(keys[0]) == len(keys):
        return True
    return all(map(is_number, keys)) and all(int(one) < int(other) for one, other in pairwise(keys))


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
    """Whether all keys stand in single quotes, or in double ones as the payloads do, or as a logger puts them: who
    printed them may have put them there."""
    quotes = {key[:1] for key in keys if len(key) > 1 and key[:1] == key[-1:]}
    if len(quotes) != 1 or any(key[:1] != key[-1:] for key in keys):
        return False
    (quote,) = quotes
    is_of_unknown = reading.grammar == READ_OFF and _quotes_values(reading.layout)
    return quote == b"'" or (quote == b'"' and (is_of_unknown or are_documents_in_quotes(reading)))


def are_documents_in_quotes(reading: Reading) -> bool:
    """Whether all payloads are strings that hold a document."""
    values = [value for said in reading.says[:MOST_KEYS] if (value := said.get("value"))]
    return bool(values) and all(value.startswith(_IN_QUOTES) for value in values)


def _may_be_two_events(layout: AnyLayout, keys: Sequence[bytes]) -> bool:
    """Whether the keys are documents, and between them and the payloads stands what stands between any two."""
    if not isinstance(layout, Layout) or layout.fields != KEYED:
        return False
    is_weak = any(isinstance(one, Literal) and not one.text.strip(b", ") for one in layout.elements[1:2])
    return is_weak and bool(keys) and all(key.startswith(_CONTAINERS) for key in keys)


def _may_be_columns(layout: AnyLayout, keys: Sequence[bytes]) -> bool:
    """Whether the keys of all records are cut by as many separators, two or more, or have a number before the first, or
    by the one that stands behind them, or have two numbers between slashes, or one in brackets at their end: columns
    that were taken for a key look like that, and few keys do. Of one whose length is printed it is known where it
    ends."""
    if "KEY_SIZE" in layout.fields:
        return False
    separator = literal_behind(layout, "key")
    texts = [key for key in keys if not (key.startswith(_OPENERS) and key.endswith(_ENDS))]
    if not texts:
        return False
    paths = zip(*(text.split(b"/") for text in texts), strict=False)
    if all(map(_ends_with_a_number_in_brackets, texts)) or sum(all(map(bytes.isdigit, part)) for part in paths) > 1:
        return True
    own = () if separator.strip(b" ") in _OF_KEYS else (separator,)
    for sign in dict.fromkeys((*_COLUMN_SEPARATORS, *own)):
        counts = {text.count(sign) for text in texts}
        if len(counts) == 1 and counts != {0}:
            has_numbers = all(any(map(_DIGITS.__contains__, text.partition(sign)[0])) for text in texts)
            is_strong = sign == separator and sign not in _WEAK_SEPARATORS
            if counts != {1} or has_numbers or is_strong:
                return True
    return False


def _ends_with_a_number_in_brackets(key: bytes) -> bool:
    """Whether a number in brackets stands behind something else (``ada (17)``)."""
    text = key.rstrip(b": ")
    before, _, number = text[:-1].replace(b"[", b"(").rpartition(b"(")
    return text[-1:] in (b")", b"]") and before != b"" and number.isdigit()


def _changes(layout: AnyLayout, keys: Sequence[bytes]) -> bool:
    """Whether the first keys are of one outline and all others of another, and the ones or the others may be columns or
    are numbers: rather a layout that changed on the way than keys."""
    outlines = [_outline(key) for key in keys]
    first = next((at for at, outline in enumerate(outlines) if outline != outlines[0]), len(keys))
    if first < FEW or len(keys) - first < FEW or outlines[0] in outlines[first:]:
        return False
    parts = keys[:first], keys[first:]
    return any(all(key.rstrip(b": ").isdigit() for key in part) or _may_be_columns(layout, part) for part in parts)


def _outline(key: bytes) -> tuple[bool, bytes]:
    """Whether a key is a number, and what stands in it beside letters and digits."""
    return key.isdigit(), key.translate(None, _ALPHANUMERIC)


def _may_be_a_key_first(layout: AnyLayout) -> bool:
    """Whether a document and a number, or anything behind a colon, may be a key that is JSON and its payload; or braces
    that are said to stand around a key may be its own, as some write a UUID."""
    match layout.elements if isinstance(layout, Layout) else ():
        case (Field(terminal="VALUE"), Literal() as sign, Field() as other, *_):
            return other.terminal in ("OFFSET", "TIMESTAMP") or sign.text == b":"
        case elements:
            return any(_may_share_it(one, other) for one, other in pairwise(elements))


def _may_share_it(one: Element, other: Element) -> bool:
    """Whether a sign between a key and what separates it may be one that all keys share; of brackets only braces, as
    some write a UUID, and those behind a key that hold one number (``ada (2)``)."""
    if isinstance(one, Literal) and other == Field("KEY"):
        return one.text[-1:] in _SHARED and one.text[-1:] != b"="
    if not isinstance(other, Literal) or one != Field("KEY"):
        return False
    return (other.text[:1] in _SHARED and other.text not in _ARROWS) or other.text.strip(b" ") in (b"(", b"[")


#: what keys end or begin with, hardly what somebody writes beside them
_SHARED = tuple(b"=~%*+!$&^?{"[at : at + 1] for at in range(11))
_ARROWS = (b"=", b"=>", b"=> ")


def _quotes_values(layout: AnyLayout) -> bool:
    """Whether the layout puts quotes around the payload, or an equals sign before the key, as loggers do that quote."""
    elements = layout.elements if isinstance(layout, Layout) else ()
    ends = {(b"=", "key"), (b'"', "value")}
    return any(
        isinstance(one, Literal) and isinstance(other, Field) and (one.text[-1:], other.meaning) in ends
        for one, other in pairwise(elements)
    )


def may_be_of_its_key(layout: AnyLayout) -> bool:
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
