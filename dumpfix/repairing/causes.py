"""What was done to the whole of a document: a byte order mark, padding, one more level of escaping or of quoting
than there should be.

Each function takes the current text and returns the changes that undo one such cause, or None where it does not apply.
They are tried in the order of `CAUSES`, and no more once the text is valid.
"""

from collections.abc import Callable

from dumpfix.json.lexer import WHITE_SPACE, hex_pair, run_end
from dumpfix.json.validity import is_valid
from dumpfix.repairing.lines import LINE_CAUSES
from dumpfix.repairing.pieces import Change, Grade, apply_changes, graded
from dumpfix.repairing.spellings import BEGINNINGS, HEXADECIMAL, earliest, other_spelling, respelled

Cause = Callable[[bytes], "list[Change] | None"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_INTRODUCERS = (b"\x1b[", b"^[[")


def byte_order_mark(text: bytes) -> list[Change] | None:
    """A byte order mark before the document."""
    return [Change(0, len(BYTE_ORDER_MARK), b"", "byte order mark")] if text.startswith(BYTE_ORDER_MARK) else None


def utf_16(text: bytes) -> list[Change] | None:
    """UTF-16 with a byte order mark, or without one where a bracket and what follows it show the order of bytes."""
    encoding = _UTF_16.get(text[:2], "")
    begin = 2 if encoding else 0
    if not encoding and text[:1] in BEGINNINGS and text[1:2] == text[3:4] == b"\0" != text[2:3]:
        encoding = "utf-16-le"
    elif not encoding and text[:1] == text[2:3] == b"\0" and text[1:2] in BEGINNINGS and text[3:4] > b"\0":
        encoding = "utf-16-be"
    if not encoding:
        return None
    plain = text[begin:].decode(encoding, "replace")
    spoilt = plain.count("\ufffd") - plain.endswith("\ufffd")
    grade = Grade.CHOICE if spoilt else Grade.SYNTAX
    return [Change(0, len(text), plain.removesuffix("\ufffd").encode("utf-8", "replace"), "UTF-16", grade)]


def terminal_sequences(text: bytes) -> list[Change] | None:
    """What moves a cursor or colours a text: `ESC [ … m`, or `^[[A` as a terminal echoes it. Inside strings it is text
    that a program logged, and left to `strings`."""
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
    plain = text.replace(b"\\\\", b"\0\0").replace(b'\\"', b"\0\0")
    outside, position, quotes = [], 0, 0
    for change in changes:
        quotes += plain.count(b'"', position, change.at)
        position = change.at
        if quotes % 2 == 0:
            outside.append(change)
    if len(outside) == len(changes):
        return changes if is_valid(apply_changes(text, changes)) else graded(changes)
    return graded(outside) or None


def padding(text: bytes) -> list[Change] | None:
    """A run of NULs behind the document: storage that was never written."""
    end = len(text.rstrip(b"\0"))
    return [Change(end, len(text), b"", "NULs where the end should be")] if 0 < end < len(text) else None


def transmission_signs(text: bytes) -> list[Change] | None:
    """The control characters of ASCII that say where a text begins (STX) and ends (ETX, EOT, SUB)."""
    begin = len(text) - len(text.lstrip(b"\x02"))
    end = max(begin, len(text.rstrip(b"\x03\x04\x1a")))
    why = "a sign of a transmission"
    changes = [Change(at, stop, b"", why) for at, stop in ((0, begin), (end, len(text))) if at < stop]
    return changes or None


def guard(text: bytes) -> list[Change] | None:
    """What servers write before a document so that no browser runs it as a script."""
    start = len(text) - len(text.lstrip(WHITE_SPACE))
    mark = next((mark for mark in _GUARDS if text.startswith(mark, start)), b"")
    return [Change(0, start + len(mark), b"", "a guard against scripts")] if mark else None


_GUARDS = (b")]}',", b")]}'", b"while(1);", b"for(;;);", b"for (;;);")


def tag(text: bytes) -> list[Change] | None:
    """A document that is all that stands between two tags, or in a CDATA section."""
    start = len(text) - len(text.lstrip(WHITE_SPACE))
    if text[start : start + 1] != b"<":
        return None
    opening, closing = (b"[", b"]]>") if text.startswith(b"<![", start) else (b">", b"<")
    begin, end = text.find(opening, start + len(b"<![")) + 1, text.rfind(closing)
    inner = text[begin:end].strip(WHITE_SPACE)
    if not begin or inner[:1] not in BEGINNINGS or inner[-1:] not in (b"}", b"]"):
        return None
    why = "tags around the document"
    return graded([Change(0, begin, b"", why), Change(end, len(text), b"", why)])


# ------------------------------------------------------------------------------------------ inside another's string


def bytes_literal(text: bytes) -> list[Change] | None:
    """A Python `b'…'` that holds the document, with Python's escapes inside: alone, cut before its closing quote, or in
    a printed record (`ConsumerRecord(…, value=b'{"a": 1}', …)`)."""
    at = earliest(text, (b"b'{", b"b'[", b'b"{', b'b"['))
    if at < 0 or any(bracket in text[:at] for bracket in (b'{"', b'["', b"[{", b"{'")):
        return None
    changes = _unquoted(text, at + 1, 0, "Python bytes literal", _PYTHON)
    before = text[:at].strip(WHITE_SPACE)
    return changes if changes is None or before[-1:] in (b"", b"=", b"(") else graded(changes)


def string_literal(text: bytes) -> list[Change] | None:
    r"""A string that holds the document, its quotes escaped, in other text: ``msg="{\\"a\\":1}" level=info``."""
    at = earliest(text, _BEGIN_LITERALS)
    if at < 0 or text[at - 1 : at] not in _BEFORE_LITERALS:
        return None
    before = text[:at]
    if not before.strip(WHITE_SPACE) or any(sign in before for sign in (b'"', b"'", b"{", b"[")):
        return None
    changes = _unquoted(text, at, 0, "a string in other text", _ESCAPED)
    if changes is None:
        return None
    behind = text[changes[-1].at + 1 :].strip(WHITE_SPACE)
    is_frame = before[-1:] in (b"=", b"(") and (not behind.strip(b");") or b"=" in behind)
    return changes if is_frame and is_valid(apply_changes(text, changes)) else graded(changes)


_BEGIN_LITERALS = (b'"{\\"', b'"[{\\"', b'"[\\"')
_BEFORE_LITERALS = (b"=", b"(", b" ", b":", b"\t")
_PYTHON = {0x6E: b"\n", 0x72: b"\r", 0x74: b"\t", 0x5C: b"\\", 0x27: b"'", 0x22: b'"'}
_ESCAPED = {0x22: b'"', 0x5C: b"\\", 0x2F: b"/", 0x6E: b"\n", 0x72: b"\r", 0x74: b"\t", 0x27: b"'"}


def _unquoted(text: bytes, quote: int, begin: int, why: str, escapes: dict[int, bytes]) -> list[Change] | None:
    """The changes that leave what stands in a literal whose quote is at `quote`, its escapes undone; None where one is
    unknown. What lies between `begin` and it goes, and what follows its end; a literal that was cut has none."""
    changes = [Change(begin, quote + 1, b"", why)]
    mark, at = text[quote : quote + 1], quote + 1
    while True:
        backslash = text.find(b"\\", at)
        end = text.find(mark, at, backslash if backslash >= 0 else len(text))
        if end >= 0:
            return [*changes, Change(end, len(text), b"", why)]
        if backslash < 0 or backslash + 1 >= len(text):
            return changes
        letter = text[backslash + 1]
        if letter == 0x78 and hex_pair(text, backslash + 2):
            changes.append(
                Change(backslash, backslash + 4, bytes((int(text[backslash + 2 : backslash + 4], 16),)), why)
            )
        elif letter in escapes:
            changes.append(Change(backslash, backslash + 2, escapes[letter], why))
        else:
            return None
        at = changes[-1].end


def doubled_quotes(text: bytes) -> list[Change] | None:
    """Every quote written twice, as in a field of a CSV file: the field alone, without its quotes, cut, or in a row."""
    start = len(text) - len(text.lstrip(WHITE_SPACE))
    begin = start
    if not text.startswith(BEGINNINGS, start):
        begin = earliest(text, (b'"{', b'"[')) + 1
        if (
            not begin
            or (begin > 1 and text[begin - 2] not in b",;\t|\n ")
            or any(each in text[:begin] for each in b"{[")
        ):
            return None
    first = text[begin:].lstrip(b"{[" + WHITE_SPACE)
    if not first.startswith(b'""') or first[2:3] in (b":", b",", b"}", b"]", b'"', b"", b" "):
        return None
    why = "quotes were doubled"
    end = len(text.rstrip(WHITE_SPACE)) if begin == start else text.replace(b'""', b"\0\0").find(b'"', begin)
    end = end if end >= 0 else len(text)
    if b'"' in text[begin:end].replace(b'""', b""):
        return None
    row = text[: begin - 1] + text[end + 1 :] if begin > start else b""
    grade = Grade.CHOICE if row.strip(WHITE_SPACE) and (b'"' in row or end == len(text)) else Grade.SYNTAX
    around = [Change(0, begin, b"", why, grade)] if begin > start else []
    behind = [Change(end, len(text), b"", why, grade)] if end < len(text) and begin > start else []
    return [*around, *_halved(text, b'""', why, begin, end), *behind]


def quoted_for_sql(text: bytes) -> list[Change] | None:
    """A document in single quotes, in which SQL writes every single quote twice, and MySQL escapes with backslashes."""
    begin = earliest(text, (b"'{", b"'[")) + 1
    head = text[: begin - 1]
    if not begin or any(sign in head for sign in (b'"', b"{", b"[")) or b'"' not in text[begin:]:
        return None
    if head.rstrip(WHITE_SPACE).endswith(b":"):
        # A member of an object in other quotes.
        return None
    why = "SQL's quotes"
    if _begins_escaped(text[begin:]) or b"\\'" in text:
        return graded(_unquoted(text, begin - 1, 0, why, _ESCAPED) or []) or None
    end = text.replace(b"''", b"\0\0").find(b"'", begin)
    is_cut = end < 0
    end = len(text) if is_cut else end
    if b"''" not in text[begin:end] and not (head.strip(WHITE_SPACE) and (b"'" in head or is_cut)):
        return None
    behind = text[end + 1 :].strip(WHITE_SPACE)
    if not is_cut and behind[:1] not in (b"", b")", b",", b";", b":") and behind[:5].upper() != b"WHERE":
        return None
    changes = [Change(0, begin, b"", why), *_halved(text, b"''", why, begin, end)]
    return graded(changes if is_cut else [*changes, Change(end, len(text), b"", why)])


def quoted_for_a_shell(text: bytes) -> list[Change] | None:
    r"""A document that stood between single quotes, in which a shell writes a single quote as ``'\\''``."""
    if _OF_SHELLS not in text:
        return None
    why = "a shell's quotes"
    changes: list[Change] = []
    at = -1
    while (at := text.find(_OF_SHELLS, at + 1)) >= 0:
        changes += (Change(at, at + 2, b"", why), Change(at + 3, at + 4, b"", why))
        at += 3
    has_others = b"'" in text.replace(_OF_SHELLS, b"")
    return graded(changes) if has_others else changes


_OF_SHELLS = b"'\\''"


def escaped_document(text: bytes) -> list[Change] | None:
    """A document whose quotes are escaped as if it stood inside a string: `{\\"a\\":1}`, with or without the quotes."""
    body = text.strip(WHITE_SPACE + b'"')
    if body[:1] == body[-1:] == b"'":
        body = body[1:-1]
    if body[:1] not in BEGINNINGS or not _begins_escaped(body):
        return None
    why = "the document was escaped"
    start = text.find(body)
    end = start + len(body)
    changes = [Change(0, start, b"", why)] if start else []
    at, is_sure = start, True
    while (backslash := text.find(b"\\", at, end)) >= 0:
        plain = _ESCAPED.get(text[backslash + 1]) if backslash + 1 < end else None
        if plain is not None:
            changes.append(Change(backslash, backslash + 2, plain, why))
        elif text[backslash + 1 : min(backslash + 2, end)] not in (b"", b"u"):
            # Who escapes a document escapes the backslashes in it.
            is_sure = False
        at = backslash + 2
    if end < len(text):
        changes.append(Change(end, len(text), b"", why))
    # A bare quote between escaped ones belongs to no such document.
    bare = text[start:end].replace(b"\\\\", b"").replace(b'\\"', b"")
    return changes if is_sure and b'"' not in bare else graded(changes)


def _begins_escaped(body: bytes) -> bool:
    """Whether the first quote of a document is an escaped one."""
    inner = body.lstrip(b"{[" + WHITE_SPACE)
    return inner[:1] == b"\\" and inner.lstrip(b"\\")[:1] in (b'"', b"n", b"r")


def doubled_backslashes(text: bytes) -> list[Change] | None:
    """Every backslash written twice; undone only if that makes the whole text valid."""
    if b'\\\\"' not in text or text.replace(b"\\\\", b"").count(b"\\"):
        return None
    if not is_valid(text.replace(b"\\\\", b"\\")):
        return None
    changes = _halved(text, b"\\\\", "backslashes were doubled", 0, len(text))
    # One quote may have slipped in behind a backslash that is one of a pair, as in the paths of Windows.
    is_alone = text.count(b'\\\\"') == 1 < text.count(b"\\\\")
    return graded(changes) if is_alone else changes


def hexadecimal_backslashes(text: bytes) -> list[Change] | None:
    """`\\x5C` for every backslash, as ksqlDB prints it; undone only if that makes the whole text valid."""
    plain = text.replace(b"\\x5C", b"\\").replace(b"\\x5c", b"\\")
    if plain == text or not is_valid(plain):
        return None
    return [change for change in respelled(text, HEXADECIMAL, 0, len(text)) if change.insert == b"\\"]


def _halved(text: bytes, pair: bytes, why: str, begin: int, end: int) -> list[Change]:
    """The changes that leave one byte of every `pair` in `text[begin:end]`."""
    changes: list[Change] = []
    at = begin
    while (at := text.find(pair, at, end)) >= 0:
        changes.append(Change(at, at + 1, b"", why))
        at += len(pair)
    return changes


#: those that spell quotes with several bytes
RESPELLINGS = (other_spelling, doubled_quotes, escaped_document)
_MOST_ESCAPINGS = 3
CAUSES: tuple[Cause, ...] = (
    byte_order_mark,
    utf_16,
    transmission_signs,
    terminal_sequences,
    guard,
    tag,
    bytes_literal,
    string_literal,
    *LINE_CAUSES[:-1],
    other_spelling,
    padding,
    doubled_quotes,
    quoted_for_a_shell,
    quoted_for_sql,
    *(escaped_document,) * _MOST_ESCAPINGS,
    LINE_CAUSES[-1],
    doubled_backslashes,
    hexadecimal_backslashes,
)
#: those of a document that begins with a bracket and a quote; all others are told by another beginning
WITHIN_DOCUMENTS = frozenset(
    (
        utf_16,
        transmission_signs,
        terminal_sequences,
        LINE_CAUSES[1],
        padding,
        quoted_for_a_shell,
        LINE_CAUSES[-1],
        doubled_backslashes,
        hexadecimal_backslashes,
    )
)


def begins_plainly(text: bytes) -> bool:
    """Whether a text begins as a document that nothing was done to: with brackets, and a quote that is not doubled."""
    inner = text.lstrip(b"{[")
    return len(inner) < len(text) and inner[:1] == b'"' != inner[1:2]
