"""What the records of a head share, and the columns in which they differ."""

from __future__ import annotations

from typing import NamedTuple

from dumpfix.detection.lines import is_number
from dumpfix.layout.conversions import milliseconds, time_end
from dumpfix.layout.vocabulary import TOPIC_BYTES

#: of ten rows two may be damaged
ROWS = 0.8
INTEGERS = frozenset({"PARTITION", "OFFSET", "TIMESTAMP"})
#: words that are no field's, where all records have them
OF_SENTENCES = frozenset(b"at with and on in from of for".split())
SIZE_WORDS = frozenset(b"size length len bytes".split())
BLANKS = b" \t"
#: of what a name has something else
_NO_LETTERS = b"0123456789._-"
#: digits of milliseconds; a date has more bytes
LONGEST_NUMBER = 13


class Column(NamedTuple):
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
        return all(TOPIC_BYTES.issuperset(text) and text.strip(_NO_LETTERS) for text in self.texts)


Part = bytes | Column


def is_header_list(text: bytes) -> bool:
    """Whether a text is names with values, more than one."""
    pairs = text.split(b",")
    return len(pairs) > 1 and all(0 < pair.find(b"=") < len(pair) for pair in pairs)
