"""What was done to the whole of a document: a byte order mark, padding, terminal wraps, and one more level of escaping
than there should be.

Each function takes the current text and returns the changes that undo one such cause, or None where it does not apply.
"""

from dumpfix.json.lexer import WHITE_SPACE, run_end
from dumpfix.json.validity import is_valid
from dumpfix.repairing.not_json import PERCENT_ENCODED
from dumpfix.repairing.pieces import Change, Grade, apply_changes
from dumpfix.repairing.tokens import hex_pair

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NARROWEST_WRAP = 16
_COMMON_WIDTHS = frozenset((72, 80, 100, 120, 132))


def byte_order_mark(text: bytes) -> list[Change] | None:
    """A byte order mark before the document."""
    if not text.startswith(BYTE_ORDER_MARK):
        return None
    return [Change(0, len(BYTE_ORDER_MARK), b"", "byte order mark")]


def terminal_sequences(text: bytes) -> list[Change] | None:
    """What moves a cursor or colours a text: `ESC [ … m`, or `^[[A` as a terminal echoes it. Inside strings they may be
    what a program logged; so it is a choice where the text is not sound without them."""
    changes: list[Change] = []
    for introducer in _INTRODUCERS:
        at = 0
        while (at := text.find(introducer, at)) >= 0:
            end = run_end(text, at + len(introducer), len(text), b"0123456789;?")
            if end < len(text) and chr(text[end]).isalpha() and text[end] < 0x80:
                changes.append(Change(at, end + 1, b"", "terminal sequence"))
            at = end
    if not changes:
        return None
    changes.sort()
    bare = apply_changes(text, changes).strip(WHITE_SPACE)
    if bare not in text and not is_valid(bare):
        return [change._replace(grade=Grade.CHOICE) for change in changes]
    return changes


_INTRODUCERS = (b"\x1b[", b"^[[")


def padding(text: bytes) -> list[Change] | None:
    """A run of NULs behind the document: storage that was never written."""
    end = len(text.rstrip(b"\0"))
    if end == len(text) or not end:
        return None
    return [Change(end, len(text), b"", "NULs where the end should be")]


def bytes_literal(text: bytes) -> list[Change] | None:
    """A Python `b'…'` that holds the document, with Python's escapes inside: alone, cut before its closing quote, or in
    a printed record (`ConsumerRecord(…, value=b'{"a": 1}', …)`)."""
    begin = _literal_begin(text)
    if begin < 0:
        return None
    quote = text[begin + 1 : begin + 2]
    why = "Python bytes literal"
    changes = [Change(0, begin + 2, b"", why)]
    at = begin + 2
    while True:
        backslash = text.find(b"\\", at)
        end = text.find(quote, at, backslash if backslash >= 0 else len(text))
        if end >= 0:
            changes.append(Change(end, len(text), b"", why))
            return changes
        if backslash < 0 or backslash + 1 >= len(text):
            # The literal was cut: what is missing is the end of the document as well.
            return changes
        letter = text[backslash + 1]
        if letter == 0x78 and hex_pair(text, backslash + 2):
            byte = bytes((int(text[backslash + 2 : backslash + 4], 16),))
            changes.append(Change(backslash, backslash + 4, byte, why))
            at = backslash + 4
            continue
        plain = {0x6E: b"\n", 0x72: b"\r", 0x74: b"\t", 0x5C: b"\\", 0x27: b"'", 0x22: b'"'}.get(letter)
        if plain is None:
            return None
        changes.append(Change(backslash, backslash + 2, plain, why))
        at = backslash + 2


def _literal_begin(text: bytes) -> int:
    """Where a `b'` stands that a document follows: first of all, or behind what a document does not begin with."""
    found = [at for mark in _LITERALS if (at := text.find(mark)) >= 0]
    at = min(found, default=-1)
    is_inside = any(bracket in text[:at] for bracket in (b'{"', b'["', b"[{", b"{'")) if at > 0 else False
    return -1 if is_inside else at


_LITERALS = (b"b'{", b"b'[", b'b"{', b'b"[')


def quoted_for_sql(text: bytes) -> list[Change] | None:
    """A document in single quotes, in which SQL writes every single quote twice."""
    begin, end = text.find(b"'"), text.rfind(b"'")
    inner = text[begin + 1 : end]
    if begin < 0 or b"''" not in inner or inner.strip(WHITE_SPACE)[:1] not in (b"{", b"[") or b'"' not in inner:
        return None
    if inner.replace(b"''", b"").count(b"'") or b'"' in text[:begin] or b"{" in text[:begin]:
        return None
    why = "SQL's quotes"
    changes = [
        Change(0, begin + 1, b"", why),
        *_halved(text, b"''", why, begin + 1, end),
        Change(end, len(text), b"", why),
    ]
    return [change._replace(grade=Grade.CHOICE) for change in changes]


def doubled_quotes(text: bytes) -> list[Change] | None:
    """Every quote written twice, as in a field of a CSV file, with or without the quotes around the field."""
    start = len(text) - len(text.lstrip(WHITE_SPACE))
    end = len(text.rstrip(WHITE_SPACE))
    is_field = text[start : start + 1] == b'"' and text[end - 1 : end] == b'"' and end - start > 2
    begin, stop = (start + 1, end - 1) if is_field else (start, end)
    inner = text[begin:stop]
    if inner[:1] not in (b"{", b"[") or not inner.lstrip(b"{[" + WHITE_SPACE).startswith(b'""'):
        return None
    if inner.replace(b'""', b"").count(b'"'):
        return None
    why = "quotes were doubled"
    changes = _halved(text, b'""', why, begin, stop)
    return [Change(start, begin, b"", why), *changes, Change(stop, end, b"", why)] if is_field else changes


def entities(text: bytes) -> list[Change] | None:
    """HTML's entities for quotes, and then for the other signs that it escapes."""
    if not text.lstrip(b"{[" + WHITE_SPACE).startswith(_QUOTE_ENTITIES) or b'"' in text:
        return None
    changes: list[Change] = []
    for entity, plain in _ENTITIES.items():
        changes += _replaced(text, entity, plain, "HTML entity")
    return sorted(changes)


_QUOTE_ENTITIES = (b"&quot;", b"&#34;", b"&#x22;")
_ENTITIES = {
    **dict.fromkeys(_QUOTE_ENTITIES, b'"'),
    **dict.fromkeys((b"&#39;", b"&#x27;", b"&apos;"), b"'"),
    **{b"&amp;": b"&", b"&lt;": b"<", b"&gt;": b">"},
}


def percent_encoded(text: bytes) -> list[Change] | None:
    """A document as a part of a URL."""
    if text[:3].upper() not in PERCENT_ENCODED or b'"' in text:
        return None
    return _decoded(text, b"%", "percent encoding")


def quotes_as_unicode_escapes(text: bytes) -> list[Change] | None:
    """`\\u0022` for every quote: an escape of a string where no string is."""
    if not text.lstrip(b"{[" + WHITE_SPACE).startswith(b"\\u0022") or b'"' in text:
        return None
    return _replaced(text, b"\\u0022", b'"', "quotes written as escapes")


def escaped_document(text: bytes) -> list[Change] | None:
    """A document whose quotes are escaped as if it stood inside a string: `{\\"a\\":1}`, with or without the quotes."""
    body = text.strip(WHITE_SPACE + b'"')
    if body[:1] not in (b"{", b"[") or not _begins_escaped(body):
        return None
    start = text.find(body)
    why = "the document was escaped"
    changes = [Change(0, start, b"", why)] if start else []
    at = start
    end = start + len(body)
    while (backslash := text.find(b"\\", at, end)) >= 0:
        letter = text[backslash + 1 : backslash + 2]
        plain = {b'"': b'"', b"\\": b"\\", b"/": b"/", b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(letter)
        if plain is None:
            at = backslash + 2
            continue
        changes.append(Change(backslash, backslash + 2, plain, why))
        at = backslash + 2
    if end < len(text):
        changes.append(Change(end, len(text), b"", why))
    return changes


def _begins_escaped(body: bytes) -> bool:
    """Whether the first quote of a document is an escaped one."""
    inner = body.lstrip(b"{[" + WHITE_SPACE)
    return inner[:1] == b"\\" and inner.lstrip(b"\\")[:1] in (b'"', b"n", b"r")


def hex_escapes(text: bytes) -> list[Change] | None:
    """nginx's `\\x22` for every quote (`escape=default`): bytes outside strings spelled in hexadecimal."""
    body = text.lstrip(WHITE_SPACE)
    if not body.lstrip(b"{[" + WHITE_SPACE).startswith(b"\\x22") and not body.startswith((b"\\x7B", b"\\x5B")):
        return None
    return _decoded(text, b"\\x", "hexadecimal escape") or None


def doubled_backslashes(text: bytes) -> list[Change] | None:
    """Every backslash written twice; undone only if that makes the whole text valid."""
    if b'\\\\"' not in text or text.replace(b"\\\\", b"").count(b"\\"):
        return None
    if not is_valid(text.replace(b"\\\\", b"\\")):
        return None
    return _halved(text, b"\\\\", "backslashes were doubled", 0, len(text))


def _halved(text: bytes, pair: bytes, why: str, begin: int, end: int) -> list[Change]:
    """The changes that leave one byte of every `pair` in `text[begin:end]`."""
    changes: list[Change] = []
    at = begin
    while (at := text.find(pair, at, end)) >= 0:
        changes.append(Change(at, at + 1, b"", why))
        at += len(pair)
    return changes


def _replaced(text: bytes, spelling: bytes, plain: bytes, why: str) -> list[Change]:
    """The changes that put `plain` for every `spelling` of it."""
    changes: list[Change] = []
    at = 0
    while (at := text.find(spelling, at)) >= 0:
        changes.append(Change(at, at + len(spelling), plain, why))
        at += len(spelling)
    return changes


def _decoded(text: bytes, mark: bytes, why: str) -> list[Change]:
    """The changes that put the byte itself for every `mark` with two hexadecimal digits behind it."""
    changes: list[Change] = []
    at = 0
    while (begin := text.find(mark, at)) >= 0:
        at = begin + len(mark)
        if hex_pair(text, at):
            changes.append(Change(begin, at + 2, bytes((int(text[at : at + 2], 16),)), why))
            at += 2
    return changes


def hard_wrap(text: bytes) -> list[Change] | None:
    """Line ends that a terminal put in at its width: every line but the last has the same one."""
    if b"\n" not in text:
        return None
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if len(lines) < 2:
        return None
    bare = [line[:-1] if line.endswith(b"\r") else line for line in lines]
    indent = min(len(line) - len(line.lstrip(b" ")) for line in bare[1:])
    if _common_width(bare):
        indent = 0
    shown = [bare[0], *(line[indent:] for line in bare[1:])]
    width = _common_width(shown)
    if not width or (len(bare) == 2 and width not in _COMMON_WIDTHS):
        return None
    grade = Grade.SYNTAX if len(bare) > 2 else Grade.CHOICE
    changes: list[Change] = []
    at = 0
    for line, plain in zip(lines, bare, strict=True):
        end = at + len(line)
        start = at + len(plain)
        if end < len(text):
            behind = end + 1 + (indent if end + 1 < len(text) else 0)
            changes.append(Change(start, behind, b"", "wrapped by a terminal", grade))
        at = end + 1
    return changes


def _common_width(lines: list[bytes]) -> int:
    """The width that all lines but the last have, in bytes or in characters; 0 if there is none."""
    for measure in (len, _columns):
        width = measure(lines[0])
        if (
            width >= _NARROWEST_WRAP
            and all(measure(line) == width for line in lines[1:-1])
            and measure(lines[-1]) <= width
        ):
            return width
    return 0


def _columns(line: bytes) -> int:
    return len(line.decode("utf-8", "replace"))
