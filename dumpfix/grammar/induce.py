"""A layout for a dump that no grammar has: read off the labels that repeat in front of every payload.

``offset=5 partition=0 key=ada value={…}`` names its fields itself. Only what a label names is taken for a field of
Kafka's; without labels nothing is read out of a key, since keys may well be made of parts (``tenant:user``).
"""

from __future__ import annotations

from collections.abc import Sequence

from dumpfix.grammar.load import literal_text

#: words in front of a field, in small letters, and the terminal that they announce
LABELS = {
    "topic": "TOPIC",
    "partition": "PARTITION",
    "part": "PARTITION",
    "p": "PARTITION",
    "offset": "OFFSET",
    "off": "OFFSET",
    "o": "OFFSET",
    "timestamp": "TIMESTAMP",
    "ts": "TIMESTAMP",
    "time": "TIMESTAMP",
    "t": "TIMESTAMP",
    "key": "KEY",
    "k": "KEY",
    "headers": "HEADERS",
    "header": "HEADERS",
}
_INTEGERS = frozenset({"PARTITION", "OFFSET", "TIMESTAMP"})
#: what announces the payload itself
_VALUE_LABELS = frozenset({"value", "payload", "message", "msg", "data", "body", "v"})
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") | frozenset(range(0x80, 0x100))


def grammar_for(prefixes: Sequence[bytes], end: bytes) -> str | None:
    """A grammar for records that begin with these texts, followed by the payload and ``end``; None without labels.

    ``prefixes`` are what stands before the payload in the first records of a dump, one line each.
    """
    rows = [_tokens(prefix) for prefix in prefixes]
    if len(rows) < 2 or len({len(row) for row in rows}) != 1:
        return None
    columns = list(zip(*rows, strict=True))
    parts: list[str] = []
    seen: set[str] = set()
    label = ""
    for column in columns:
        first = column[0]
        is_word = first[:1] != b"" and first[0] in _WORD
        is_same = len(set(column)) == 1
        if is_same and not (is_word and (label in LABELS or first.isdigit())):
            parts.append(literal_text(first))
            if is_word:
                label = first.decode("utf-8", "replace").lower()
            continue
        if not is_word:
            return None
        terminal = _terminal(label, column, seen)
        seen.add(terminal)
        parts.append(terminal)
        label = ""
    if not seen & set(LABELS.values()) and label not in _VALUE_LABELS:
        return None
    fields = " ".join(dict.fromkeys([*(part for part in parts if not part.startswith('"')), "VALUE"]))
    record = " ".join([*parts, "VALUE", literal_text(end)])
    return f'start: record*\nrecord: {record}\nNULL_OR_EMPTY_LITERAL: "NULL"\n%declare {fields}\n'


def shows_labels(prefix: bytes) -> bool:
    """Whether a word that may be a label stands in front of a payload."""
    return any(token.decode("utf-8", "replace").lower() in LABELS.keys() | _VALUE_LABELS for token in _tokens(prefix))


def _terminal(label: str, column: Sequence[bytes], seen: set[str]) -> str:
    named = LABELS.get(label)
    are_numbers = all(text.isdigit() or text == b"-1" for text in column)
    if named is None or named in seen or (named in _INTEGERS and not are_numbers):
        return "INTEGER" if are_numbers else "TEXT"
    return named


def _tokens(text: bytes) -> list[bytes]:
    """Words and what stands between them, in turn."""
    out: list[bytes] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or (text[at] in _WORD) != (text[start] in _WORD):
            out.append(text[start:at])
            start = at
    return out
