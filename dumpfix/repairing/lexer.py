"""The lexer of the repairer: it cuts any bytes into tokens and cannot fail.

Structure decides where tokens end, so strings are taken from quote to unescaped quote whatever stands between, and
everything that is neither structure nor string nor white space is a run up to the next of these. A comma before a
closer becomes nothing, what other languages write (`dialect`) the token that was meant. Linear: `bytes.find` on a mask
of the delimiters, no patterns.
"""

from typing import NamedTuple

from dumpfix.json.lexer import WHITE_SPACE, white_space_end
from dumpfix.repairing.atoms import is_atom
from dumpfix.repairing.dialect import CUTTING, is_number_as_key, read_dialect
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.tokens import ATOM, COMMA, OPEN_STRING, STRING, STRUCTURE, WORD, Text, Tokens, prepare

LAST_COMMA = "comma before a closing bracket"
_WHITE_SPACES = frozenset(bytes((byte,)) for byte in WHITE_SPACE)


def lex(text: Text, at: int = 0, dialect: bool = True) -> Tokens:
    """The tokens of `text` from `at`, which must be outside of strings. Without `dialect` nothing but JSON is known."""
    tokens = Tokens(len(text.data) - at)
    if dialect:
        return _lex_in_dialect(text, at, tokens)
    kinds, starts, ends = tokens.kinds, tokens.starts, tokens.ends
    add_start, add_end = starts.append, ends.append
    # Every quote is one: what is between two is a string, what is before and behind them is not.
    pieces = text.plain[at:].translate(_SHAPES).split(b'"')
    for shape, inside in zip(pieces[::2], pieces[1::2], strict=False):
        signs, begins, stops, zeros = _GAPS.get(shape) or _gap(shape)
        if not signs or (zeros and any(text.data[at + first] == _ZERO for first in zeros)):
            at = _lex_run(text, at, at + len(shape), tokens, dialect=False)
            kinds.append(STRING)
            add_start(at)
        elif len(shape) == 1 == len(stops):
            kinds += signs
            add_start(at)
            at += 1
            add_start(at)
            add_end(at)
        else:
            kinds += signs
            starts.extend([at + begin for begin in begins])
            ends.extend([at + stop for stop in stops])
            at += len(shape)
        at += len(inside) + 2
        add_end(at)
    if len(pieces) & 1:
        _lex_run(text, at, len(text.data), tokens, dialect=False)
    else:
        kinds[-1], ends[-1] = OPEN_STRING, len(text.data)
    return tokens


def lex_in_dialect(text: Text, known: Tokens, count: int, takes_prefix: bool = True) -> Tokens:
    """The tokens of `text` in dialect, the first `count` of which, of JSON alone, are known. Without `takes_prefix` a
    letter before a string is a word, no `u"…"` of Python."""
    at = known.starts[count]
    tokens = Tokens(len(text.data), takes_prefix)
    tokens.kinds, tokens.starts, tokens.ends = known.kinds[:count], known.starts[:count], known.ends[:count]
    tokens.changes = [change for change in known.changes if change.at < at]
    return _lex_in_dialect(text, at, tokens)


def _lex_in_dialect(text: Text, at: int, tokens: Tokens) -> Tokens:
    tokens.cutting = tuple(mark for mark in CUTTING if mark in text.data)
    _lex_run(text, at, len(text.data), tokens, dialect=True)
    return tokens


class _Gap(NamedTuple):
    """What stands between two strings, and the string behind it, in tokens, offsets from its beginning; the string's
    end is not known. No `signs`: it is to be read byte by byte. `zeros`: where a zero would make a number none, since
    more digits follow."""

    signs: bytes = b""
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    zeros: tuple[int, ...] = ()


#: all digits are alike to the shape of a gap, so that few shapes are nearly all there are
_SHAPES = bytes(0x31 if byte in b"0123456789" else byte for byte in range(256))
_ZERO, _MINUS = 0x30, 0x2D
_OF_GAPS = STRUCTURE + WHITE_SPACE + b"1.-+eE"
_LONGEST_GAP, _MOST_GAPS = 64, 4096
_GAPS: dict[bytes, _Gap] = {}


def _gap(shape: bytes) -> _Gap:
    """The gap of this shape, kept for the next time unless it is rare."""
    if len(shape) > _LONGEST_GAP or shape.translate(None, _OF_GAPS) not in (b"", b"tru", b"fals", b"null"):
        return _Gap()
    tokens = Tokens()
    _lex_run(prepare(shape), 0, len(shape), tokens, dialect=False)
    if tokens.changes:
        return _Gap()
    digits = [start + (shape[start] == _MINUS) for start in tokens.starts]
    zeros = tuple(at for at in digits if shape[at : at + 2] == b"11")
    if len(_GAPS) >= _MOST_GAPS:
        _GAPS.clear()
    gap = _Gap(bytes(tokens.kinds) + b'"', (*tokens.starts, len(shape)), tuple(tokens.ends), zeros)
    return _GAPS.setdefault(shape, gap)


def _lex_run(text: Text, at: int, stop: int, tokens: Tokens, dialect: bool) -> int:
    """Add the tokens of `text[at:stop]`, byte by byte; the offset behind them."""
    data, mask, plain = text
    kinds = tokens.kinds
    add_kind, add_start, add_end = kinds.append, tokens.starts.append, tokens.ends.append
    while at < stop:
        byte = data[at]
        if byte in STRUCTURE:
            if byte in b"}]" and kinds and kinds[-1] == COMMA:
                _drop_comma(tokens)
            add_kind(byte)
            add_start(at)
            at += 1
            add_end(at)
        elif byte == STRING:
            quote = plain.find(b'"', at + 1)
            add_kind(STRING if quote >= 0 else OPEN_STRING)
            add_start(at)
            at = quote + 1 if quote >= 0 else stop
            add_end(at)
        elif byte in WHITE_SPACE:
            at += 1
            if data[at : at + 1] in _WHITE_SPACES:
                at = white_space_end(data, at, stop)
        else:
            end = mask.find(1, at)
            if end < 0:
                end = stop
            if is_atom(data[at:end]) and not (dialect and is_number_as_key(data, end, stop, kinds)):
                add_kind(ATOM)
                add_start(at)
                add_end(end)
                at = end
            elif not dialect:
                tokens.add(WORD, at, end)
                at = end
            else:
                at = read_dialect(data, at, end, stop, tokens)
    return at


def _drop_comma(tokens: Tokens) -> None:
    """The last token is a comma and a closer follows it: JSON has no such comma."""
    at = tokens.starts.pop()
    tokens.kinds.pop()
    tokens.ends.pop()
    grade = Grade.CHOICE if not tokens.kinds or tokens.kinds[-1] in b"{[" else Grade.SYNTAX
    tokens.changes.append(Change(at, at + 1, b"", LAST_COMMA, grade))
