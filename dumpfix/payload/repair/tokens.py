"""The lexer of the repairer: it cuts any bytes into tokens and cannot fail.

Structure decides where tokens end, so strings are taken from quote to unescaped quote whatever stands between, and
everything that is neither structure nor string nor white space is a run up to the next of these. What other dialects
write (comments, single quotes, True, bare keys, a comma before a closer) becomes the token that was meant, with the
changes that respell it. Linear: `bytes.find` on a mask of the delimiters, no patterns.
"""

from collections.abc import Iterator
from typing import NamedTuple

from dumpfix.payload.lexer import HEX_DIGITS, WHITE_SPACE, number_end, run_end, white_space_end
from dumpfix.payload.repair.pieces import Change, Grade

OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, COMMA, COLON = b"{}[],:"
STRING = 0x22
ATOM, WORD, OPEN_STRING, END = 1, 2, 3, 4

STRUCTURE = b"{}[],:"
DELIMITERS = STRUCTURE + b'"' + WHITE_SPACE
_MASK = bytes(byte in DELIMITERS for byte in range(256))
_LITERALS = frozenset((b"true", b"false", b"null"))
_BACKSLASH = 0x5C
_APOSTROPHE = 0x27

# The closed table of respelled atoms. The first three only change the dialect, the others give up what was meant.
DIALECT_ATOMS = {b"True": b"true", b"False": b"false", b"None": b"null"}
VALUES_WITHOUT_JSON = frozenset(
    sign + name
    for sign in (b"", b"-", b"+")
    for name in (b"NaN", b"nan", b"Infinity", b"inf", b"Inf", b"INF", b"undefined")
)
_IDENTIFIER = bytes(byte for byte in range(256) if chr(byte).isalnum() and byte < 128) + b"_$-.@"
ELLIPSES = (b"...", "…".encode())
OMISSION = "something was left out here"
_MOST_APOSTROPHES = 64
_LEAST_PATIENCE = 1024


class Tokens:
    """Parallel lists of the kinds, starts and ends of tokens, and the changes that respell dialect.

    Two things keep the lexer linear: `patience`, how many apostrophes may still be looked at as closing ones, and
    `endless`, the ends of comments that do not occur any more.
    """

    __slots__ = ("changes", "endless", "ends", "kinds", "patience", "starts")

    def __init__(self, patience: int = 0) -> None:
        self.patience = patience
        self.endless: set[bytes] = set()
        self.kinds: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.changes: list[Change] = []

    def __len__(self) -> int:
        return len(self.kinds)


class Text(NamedTuple):
    """Bytes prepared for cutting: `mask` is 1 where a delimiter stands, in `plain` the escapes of quotes and
    backslashes are blotted out, so that every quote in it is a bare one. All three have the same length."""

    data: bytes
    mask: bytes
    plain: bytes

    def quote(self, begin: int) -> int:
        """The offset of the first bare quote from `begin` on; -1 if there is none."""
        return self.plain.find(b'"', begin)


def prepare(data: bytes) -> Text:
    """`data` as a Text, at C speed."""
    plain = data
    if b"\\" in data:
        plain = data.replace(b"\\\\", b"\0\0").replace(b'\\"', b"\0\0")
    return Text(data, plain.translate(_MASK), plain)


def lex(text: Text, at: int = 0, dialect: bool = True) -> Tokens:
    """The tokens of `text` from `at`, which must be outside of strings. Without `dialect` nothing but JSON is known."""
    data, mask, plain = text
    stop = len(data)
    tokens = Tokens(patience=_LEAST_PATIENCE + (stop - at) // 32)
    kinds, starts, ends = tokens.kinds, tokens.starts, tokens.ends
    while at < stop:
        byte = data[at]
        if byte == STRING:
            quote = plain.find(b'"', at + 1)
            kinds.append(STRING if quote >= 0 else OPEN_STRING)
            starts.append(at)
            at = quote + 1 if quote >= 0 else stop
            ends.append(at)
        elif byte in STRUCTURE:
            if byte in b"}]" and kinds and kinds[-1] == COMMA:
                _drop_comma(tokens)
            kinds.append(byte)
            starts.append(at)
            at += 1
            ends.append(at)
        elif byte in WHITE_SPACE:
            at += 1
            if at < stop and data[at] in WHITE_SPACE:
                at = white_space_end(data, at, stop)
        else:
            end = mask.find(1, at)
            if end < 0:
                end = stop
            if is_atom(data[at:end]):
                kinds.append(ATOM)
                starts.append(at)
                ends.append(end)
                at = end
            elif not dialect:
                _add(tokens, WORD, at, end)
                at = end
            else:
                at = _lex_dialect(data, at, end, stop, tokens)
    return tokens


def speaks_dialect(data: bytes, tokens: Tokens, index: int) -> bool:
    """Whether token `index`, a word to JSON, means something in a dialect: then the text is to be read in that."""
    at, end = tokens.starts[index], tokens.ends[index]
    if tokens.kinds[index] != WORD:
        return False
    probe = Tokens(patience=_MOST_APOSTROPHES)
    if index:
        _add(probe, tokens.kinds[index - 1], at, at)
    stop = _lex_dialect(data, at, end, len(data), probe)
    return bool(probe.changes) or (stop < end and b"/*" in data[at:end])


def is_atom(text: bytes) -> bool:
    """Whether `text` is a JSON number or literal."""
    if text.isdigit():
        return text[0] != 0x30 or len(text) == 1
    return text in _LITERALS or (text[0] in b"-0123456789" and number_end(text, 0, len(text)) == len(text))


def _drop_comma(tokens: Tokens) -> None:
    """The last token is a comma and a closer follows it: JSON has no such comma."""
    at = tokens.starts.pop()
    tokens.kinds.pop()
    tokens.ends.pop()
    tokens.changes.append(Change(at, at + 1, b"", "comma before a closing bracket"))


def _lex_dialect(data: bytes, at: int, end: int, stop: int, tokens: Tokens) -> int:
    """Read something that is no JSON token, at `at`; `end` is the next delimiter. The offset behind it."""
    previous = tokens.kinds[-1] if tokens.kinds else COLON
    comment = _comment_end(data, at, stop, tokens.endless)
    if comment and tokens.patience > 0:
        # Many comments in one long run would have it looked at again and again.
        tokens.patience -= (end - at) >> 6
        tokens.changes.append(Change(at, comment, b"", "comment"))
        return comment
    if data.startswith(ELLIPSES, at):
        return _drop_ellipsis(data, at, stop, previous, tokens)
    if data[at] == _APOSTROPHE and previous in b"{[,:":
        close = _closing_apostrophe(data, at, stop, previous, tokens)
        if close:
            _add(tokens, STRING, at, close + 1)
            tokens.changes.extend(_respelled_apostrophes(data, at, close))
            return close + 1
    inner = data.find(b"/*", at, end)
    if inner > at:
        end = inner
    text = data[at:end]
    kind, changes = _meaning(data, text, at, end, stop, previous)
    _add(tokens, kind, at, end)
    tokens.changes.extend(changes)
    return end


def _drop_ellipsis(data: bytes, at: int, stop: int, previous: int, tokens: Tokens) -> int:
    """An author left something out, nobody knows how much: the dots go, with a comma where two would be left."""
    end = run_end(data, at, stop, b".\xe2\x80\xa6")
    behind = white_space_end(data, end, stop)
    if previous in b"{[," and data[behind : behind + 1] == b",":
        end = behind + 1
    tokens.changes.append(Change(at, end, b"", OMISSION, Grade.LOSS))
    return end


def _add(tokens: Tokens, kind: int, start: int, end: int) -> None:
    tokens.kinds.append(kind)
    tokens.starts.append(start)
    tokens.ends.append(end)


def _meaning(data: bytes, text: bytes, at: int, end: int, stop: int, previous: int) -> tuple[int, tuple[Change, ...]]:
    """The kind of token that a run stands for, and the changes that respell it."""
    if is_atom(text):
        return ATOM, ()
    if previous in b"{," and not text.translate(None, _IDENTIFIER):
        behind = white_space_end(data, end, stop)
        if behind < stop and data[behind] == COLON:
            why = "key without quotes"
            return STRING, (Change(at, at, b'"', why), Change(end, end, b'"', why))
    if text in DIALECT_ATOMS:
        return ATOM, (Change(at, end, DIALECT_ATOMS[text], "Python literal"),)
    if text in VALUES_WITHOUT_JSON and previous in b"[:,":
        return ATOM, (Change(at, end, b"null", "a value that JSON does not have", Grade.CHOICE),)
    return WORD, ()


def _comment_end(data: bytes, at: int, stop: int, endless: set[bytes]) -> int:
    """The offset behind the comment that begins at `at`; 0 if none does, or if nothing ends it."""
    if data.startswith(b"/*", at, stop):
        mark = b"*/"
    elif data.startswith((b"//", b"#"), at, stop):
        mark = b"\n"
    else:
        return 0
    close = data.find(mark, at + 2, stop) if mark not in endless else -1
    if close < 0:
        endless.add(mark)
        return 0
    return close + len(mark)


def _closing_apostrophe(data: bytes, at: int, stop: int, previous: int, tokens: Tokens) -> int:
    """The offset of the apostrophe that closes the one at `at`: unescaped, and what follows it is structure."""
    followers = b":" if previous == OPEN_OBJECT else b",}]" if previous in b":[" else b",:}]"
    close = at
    for _ in range(_MOST_APOSTROPHES):
        close = data.find(b"'", close + 1, stop)
        tokens.patience -= 1
        if close < 0 or tokens.patience < 0:
            return 0
        first = close
        while data[first - 1] == _BACKSLASH:
            first -= 1
        if (close - first) % 2:
            continue
        behind = white_space_end(data, close + 1, stop)
        if behind >= stop or data[behind] in followers:
            return close
    return 0


def _respelled_apostrophes(data: bytes, at: int, close: int) -> Iterator[Change]:
    """The changes that make a JSON string of a single-quoted one."""
    why = "single quotes"
    yield Change(at, at + 1, b'"', why)
    position = at + 1
    while position < close:
        byte = data[position]
        if byte == _BACKSLASH:
            if data[position + 1] == _APOSTROPHE:
                yield Change(position, position + 1, b"", why)
            position += 2
        elif byte == STRING:
            yield Change(position, position, b"\\", why)
            position += 1
        else:
            nearest = [found for mark in (b"\\", b'"') if (found := data.find(mark, position, close)) >= 0]
            position = min(nearest, default=close)
    yield Change(close, close + 1, b'"', why)


def hex_pair(data: bytes, at: int) -> bool:
    """Whether two hexadecimal digits stand at `at`."""
    return len(data) >= at + 2 and data[at] in HEX_DIGITS and data[at + 1] in HEX_DIGITS
