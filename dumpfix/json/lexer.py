"""The terminals of `grammars/json.lark`, read without patterns: STRING, NUMBER, WHITESPACE and the three literals.

Every reader has one contract, `(data, at, stop) -> int`: `at` is the offset of the terminal's first byte, `stop` is
where the text ends. The answer is the offset just behind the terminal, or, when the text is no such terminal, `~bad`
(a negative number): `bad` is the offset of the first byte that cannot stand where it does, and `bad == stop` says that
the text ran out first. Readers are linear, never recurse, and look at no byte at or behind `stop`.

Bytes of strings are not checked for UTF-8 here: one `decode` over the whole text does that at C speed.
"""

from codecs import utf_8_decode

WHITE_SPACE = b" \t\n\r"
DIGITS = b"0123456789"
HEX_DIGITS = b"0123456789abcdefABCDEF"
ESCAPE_LETTERS = b'"\\/bfnrt'
CONTROLS = bytes(range(0x20))
#: how an object and an array begin
OPENERS = (b"{", b"[")
LITERALS = {0x74: b"true", 0x66: b"false", 0x6E: b"null"}

_BACKSLASH = 0x5C
_FIRST_RUN = 32
#: bytes of a long text that are copied at a time: a payload may be as large as half of the memory
PIECE = 1 << 20
#: escapes of a string behind which it is looked at in so many bytes at a time
_MANY_ESCAPES, _SOME = 64, 1 << 12
#: those of two bytes; a backslash stands for itself before anything else
_SHORT_ESCAPES = (b"\\\\", *(b"\\%c" % letter for letter in ESCAPE_LETTERS if letter != _BACKSLASH))
_NOT_IN_STRINGS = CONTROLS + b'"\\'


def run_end(data: bytes, at: int, stop: int, members: bytes) -> int:
    """The offset of the first byte from `at` on that is not one of `members`, or `stop`.

    Slices grow by doubling up to a bound, so that a short run costs a short copy and a long one stays linear.
    """
    size = _FIRST_RUN
    while at < stop:
        piece = data[at : min(at + size, stop)]
        rest = len(piece.lstrip(members))
        at += len(piece) - rest
        if rest:
            return at
        size = min(size * 2, PIECE)
    return at


def white_space_end(data: bytes, at: int, stop: int) -> int:
    """The offset of the first byte that is no JSON white space, or `stop`."""
    return run_end(data, at, stop, WHITE_SPACE)


def first_of(data: bytes, at: int, stop: int, members: bytes) -> int:
    """The offset of the first byte in data[at:stop] that is one of `members`; `stop` if there is none."""
    for begin in range(at, stop, PIECE):
        piece = data[begin : min(begin + PIECE, stop)]
        if len(piece.translate(None, members)) != len(piece):
            return next(begin + index for index, byte in enumerate(piece) if byte in members)
    return stop


def count_of(data: bytes, members: bytes) -> int:
    """How many bytes of ``data`` are one of ``members``."""
    pieces = (data[at : at + PIECE] for at in range(0, len(data), PIECE))
    return sum(len(piece) - len(piece.translate(None, members)) for piece in pieces)


def string_end(data: bytes, at: int, stop: int) -> int:
    """Read a STRING whose opening quote is at `at`."""
    begin = at + 1
    quote = data.find(b'"', begin, stop)
    escapes = 0
    while True:
        if 0 <= quote < begin:
            quote = data.find(b'"', begin, stop)
        backslash = data.find(b"\\", begin, stop if quote < 0 else quote)
        plain_end = backslash if backslash >= 0 else quote if quote >= 0 else stop
        piece = data[begin : min(plain_end, begin + PIECE)]
        if plain_end - begin > PIECE or len(piece.translate(None, CONTROLS)) != len(piece):
            control = first_of(data, begin, plain_end, CONTROLS)
            if control != plain_end:
                return ~control
        if backslash < 0:
            return quote + 1 if quote >= 0 else ~stop
        begin = escape_end(data, backslash, stop)
        if begin < 0:
            return begin
        escapes += 1
        if escapes == _MANY_ESCAPES:
            begin = _behind_escapes(data, begin, stop)


def _behind_escapes(data: bytes, at: int, stop: int) -> int:
    """How far the string that holds ``at``, outside of an escape, surely goes on. Told in C, some bytes at a time: its
    whole escapes are replaced, and no quote, control or backslash may be left."""
    while stop - at > _SOME:
        piece = data[at : at + _SOME]
        for escape in _SHORT_ESCAPES:
            piece = piece.replace(escape, b"__")
        # The last escape may be cut.
        piece = piece.removesuffix(b"\\")
        before, *codes = piece.split(b"\\u")
        if codes and len(codes[-1]) < 4:
            piece = piece[: -2 - len(codes.pop())]
        left = b"".join((before, *codes))
        are_codes = all(len(code) >= 4 and not code[:4].translate(None, HEX_DIGITS) for code in codes)
        if not are_codes or len(left.translate(None, _NOT_IN_STRINGS)) != len(left):
            break
        at += len(piece)
    return at


def escape_end(data: bytes, at: int, stop: int) -> int:
    """Read one escape whose backslash is at `at`: RFC 8259, section 7; a lone surrogate is an escape like any other."""
    if at + 1 >= stop:
        return ~stop
    letter = data[at + 1]
    if letter in ESCAPE_LETTERS:
        return at + 2
    if letter != 0x75:
        return ~(at + 1)
    end = run_end(data, at + 2, min(at + 6, stop), HEX_DIGITS)
    return end if end == at + 6 else ~end


def number_end(data: bytes, at: int, stop: int) -> int:
    """Read a NUMBER (RFC 8259, section 6); it ends before the first byte that cannot continue it."""
    if data[at] == 0x2D:
        at += 1
    if at >= stop:
        return ~stop
    first = data[at]
    if first == 0x30:
        at += 1
    elif first in DIGITS:
        at = run_end(data, at + 1, stop, DIGITS)
    else:
        return ~at
    if at < stop and data[at] == 0x2E:
        end = run_end(data, at + 1, stop, DIGITS)
        if end == at + 1:
            return ~end
        at = end
    if at < stop and data[at] in b"eE":
        at += 1
        if at < stop and data[at] in b"+-":
            at += 1
        end = run_end(data, at, stop, DIGITS)
        if end == at:
            return ~end
        at = end
    return at


def literal_end(data: bytes, at: int, stop: int) -> int:
    """Read `true`, `false` or `null`, told by the byte at `at`, which must be t, f or n."""
    literal = LITERALS[data[at]]
    if data.startswith(literal, at, stop):
        return at + len(literal)
    for index, byte in enumerate(literal):
        if at + index >= stop or data[at + index] != byte:
            return ~(at + index)
    raise AssertionError("startswith and the comparison byte by byte disagree")


def utf8_fault(data: bytes, start: int, stop: int) -> int | None:
    """The offset of the first byte in data[start:stop] that no UTF-8 text has there; `stop` if a character is cut
    short by the end; None if all is well.

    The byte after a truncated sequence is the offender, not the sequence's first byte: `C3 22` fails at 22.
    """
    while start < stop:
        is_last = stop - start <= PIECE
        try:
            start += utf_8_decode(data[start : stop if is_last else start + PIECE], "strict", is_last)[1]
        except UnicodeDecodeError as error:
            if error.reason == "invalid start byte":
                return start + error.start
            return start + error.end
    return None


def hex_pair(data: bytes, at: int) -> bool:
    """Whether two hexadecimal digits stand at `at`."""
    return len(data) >= at + 2 and data[at] in HEX_DIGITS and data[at + 1] in HEX_DIGITS
