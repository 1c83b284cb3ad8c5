"""Documents whose signs are spelled otherwise: HTML entities, percent encoding and forms, escapes for every sign."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from dumpfix.json.lexer import HEX_DIGITS, WHITE_SPACE, hex_pair
from dumpfix.repairing.pieces import Change, Grade, graded

BEGINNINGS = (b"{", b"[")
_PLUS = 0x2B


def earliest(text: bytes, marks: Iterable[bytes]) -> int:
    """Where the first of several marks stands; -1 if none does."""
    return min((at for mark in marks if (at := text.find(mark)) >= 0), default=-1)


class Spelling(NamedTuple):
    """How the signs of a document may be spelled: `mark` begins each of them, `read` gives what stands at a mark and
    how long it is there. It applies where the text begins with one of `begins`, or its first key with one of `keys`."""

    why: str
    mark: bytes
    read: Callable[[bytes, int], tuple[bytes, int]]
    begins: tuple[bytes, ...]
    keys: tuple[bytes, ...]
    longest: int


_ENTITIES = {b"quot": b'"', b"apos": b"'", b"amp": b"&", b"lt": b"<", b"gt": b">", b"nbsp": b" "} | {
    **dict.fromkeys((b"lcub", b"lbrace"), b"{"),
    **dict.fromkeys((b"rcub", b"rbrace"), b"}"),
    **dict.fromkeys((b"lsqb", b"lbrack"), b"["),
    **dict.fromkeys((b"rsqb", b"rbrack"), b"]"),
    **{b"colon": b":", b"comma": b","},
}
_LONGEST_ENTITY = 9


def _entity(text: bytes, at: int) -> tuple[bytes, int]:
    end = text.find(b";", at, at + _LONGEST_ENTITY)
    name = text[at + 1 : end] if end > 0 else b""
    if name[:1] != b"#":
        return _ENTITIES.get(name, b""), end + 1 - at
    digits, base = (name[2:], 16) if name[1:2] in (b"x", b"X") else (name[1:], 10)
    if not digits or digits.translate(None, HEX_DIGITS if base == 16 else b"0123456789"):
        return b"", 0
    return chr(min(int(digits, base), 0x10FFFF)).encode("utf-8", "replace"), end + 1 - at


def _hex_byte(text: bytes, at: int) -> tuple[bytes, int]:
    begin = at + (1 if text[at] == 0x25 else 2)
    return (bytes((int(text[begin : begin + 2], 16),)), begin + 2 - at) if hex_pair(text, begin) else (b"", 0)


def _unicode_sign(text: bytes, at: int) -> tuple[bytes, int]:
    """`\\u00HH` of ASCII; the document's own escapes had their backslash spelled so as well."""
    if text[at + 2 : at + 4] == b"00" and hex_pair(text, at + 4) and text[at + 4] < 0x38:
        return bytes((int(text[at + 4 : at + 6], 16),)), 6
    return b"", 0


PERCENT = Spelling("percent encoding", b"%", _hex_byte, (b"%7b", b"%5b"), (b"%22",), 3)
HEXADECIMAL = Spelling("hexadecimal escape", b"\\x", _hex_byte, (b"\\x7b", b"\\x5b"), (b"\\x22", b"\\xe2\\x80\\x9c"), 4)
SPELLINGS = (
    Spelling(
        "HTML entity",
        b"&",
        _entity,
        (b"&#123;", b"&#91;", b"&#x7b;", b"&#x5b;", b"&lcub;", b"&lbrace;"),
        (b"&quot;", b"&#34;", b"&#x22;"),
        _LONGEST_ENTITY,
    ),
    PERCENT,
    Spelling("signs written as escapes", b"\\u", _unicode_sign, (b"\\u007b", b"\\u005b"), (b"\\u0022",), 6),
    HEXADECIMAL,
)


def other_spelling(text: bytes) -> list[Change] | None:
    """A document of which every sign that means something elsewhere is spelled otherwise."""
    start = len(text) - len(text.lstrip(WHITE_SPACE))
    head = text[start : start + _LONGEST_ENTITY].lower()
    key = text[start:].lstrip(b"{[" + WHITE_SPACE)[: 2 * _LONGEST_ENTITY].lower() if head[:1] in BEGINNINGS else b""
    for spelling in SPELLINGS:
        if head.startswith(spelling.begins) or (spelling.keys and key.startswith(spelling.keys)):
            if b'"' in text:
                return None
            pluses = _pluses(text, 0, len(text)) if spelling is PERCENT else []
            return sorted([*respelled(text, spelling, 0, len(text)), *pluses])
    return _form_field(text)


def _pluses(text: bytes, begin: int, stop: int) -> list[Change]:
    """Forms have a plus for a blank, and encode one that is meant; addresses encode blanks, and not every plus."""
    spelled = text[begin:stop].lower()
    if b"%20" in spelled and b"%2b" not in spelled:
        return []
    grade = Grade.SYNTAX if b"%2b" in spelled and b"%20" not in spelled else Grade.CHOICE
    return [Change(at, at + 1, b" ", "a form's field", grade) for at in range(begin, stop) if text[at] == _PLUS]


def _form_field(text: bytes) -> list[Change] | None:
    """`payload=%7B…`: a form."""
    at = earliest(text, (b"=%7B", b"=%5B", b"=%7b", b"=%5b"))
    if at < 0 or text[:at].translate(None, _OF_FORMS) or b'"' in text:
        return None
    end = text.find(b"&", at)
    end = end if end >= 0 else len(text.rstrip(WHITE_SPACE))
    grade = Grade.CHOICE if end < len(text.rstrip(WHITE_SPACE)) or b"&" in text[:at] else Grade.SYNTAX
    why = "a form's field"
    inner = sorted([*respelled(text, PERCENT, at, end), *_pluses(text, at, end)])
    return [Change(0, at + 1, b"", why, grade), *inner, Change(end, len(text), b"", why, grade)]


_OF_FORMS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.%+&=[]?/:"


def respelled(text: bytes, spelling: Spelling, begin: int, stop: int) -> list[Change]:
    """The changes that put the sign itself for every spelling of one; a mark that begins none makes it a choice."""
    changes: list[Change] = []
    at, is_sure = begin, True
    while (at := text.find(spelling.mark, at, stop)) >= 0:
        plain, size = spelling.read(text, at)
        if not plain and spelling.longest > stop - at and text[at + 1 : stop].rstrip(b";").isalnum():
            changes.append(Change(at, stop, b"", f"{spelling.why}, cut", Grade.LOSS))
            break
        if plain:
            changes.append(Change(at, at + size, plain, spelling.why))
        elif spelling.mark != b"\\u":
            is_sure = False
        at += size if plain else len(spelling.mark)
    if spelling is HEXADECIMAL and text.count(b"\\", begin, stop) > len(changes):
        # Who writes quotes so writes backslashes so.
        is_sure = False
    return changes if is_sure else graded(changes)
