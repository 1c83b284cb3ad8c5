"""What other languages write for JSON: comments, bare keys, True, a semicolon, a call.

Each becomes the token that was meant, with the changes that respell it, or a word that means nothing.
"""

from dumpfix.json.lexer import WHITE_SPACE, first_of, run_end, white_space_end
from dumpfix.repairing.atoms import OTHER_ATOMS, is_atom, other_number
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.tokens import (
    ATOM,
    CLOSE_ARRAY,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    OPEN_OBJECT,
    STRING,
    STRUCTURE,
    WORD,
    Tokens,
)

# Blanks of other alphabets, which JSON does not take for blanks.
_OTHER_BLANKS = tuple(each.encode() for each in "\u00a0\u2028\u2029\u202f\u3000\ufeff")
_SPECIAL_BYTES = frozenset(b"/#.=;") | {0xE2} | {blank[0] for blank in _OTHER_BLANKS}
# What may begin behind a semicolon that stands for a comma.
_BEGINNINGS = b"\"'{[-0123456789tfnTFN"
_LAST_CHANGES = 4
_BEGINNINGS_OF_VALUES = b"\"'{[-0123456789"
_VALUE_ENDS = frozenset((STRING, ATOM, CLOSE_OBJECT, CLOSE_ARRAY))

_IDENTIFIER = bytes(byte for byte in range(256) if chr(byte).isalnum() and byte < 128) + b"_$-.@"
ELLIPSES = (b"...", "…".encode())
OMISSION = "something was left out here"
COMMENT = "comment"
BARE_KEY = "key without quotes"
SEPARATOR = "a separator of another language"
PREFIX = "a prefix of Python's strings"
# What ends a run of other bytes before the next delimiter does.
_LONGEST_PIECE = 64
_OF_COUNTS = bytes(byte for byte in range(128) if chr(byte).isalnum()) + b" \t()+"
CUTTING = (b"/*", b";", b"=", *_OTHER_BLANKS)
_BEGINNINGS_OF_COMMENTS = (b" ", b"\t", b'"', b"'")


def speaks_dialect(data: bytes, tokens: Tokens, index: int) -> bool:
    """Whether token `index`, a word to JSON, or a literal behind it, means something in a dialect: then the text is to
    be read in that."""
    at = index
    while (at := tokens.kinds.find(WORD, at)) >= 0:
        if data[tokens.starts[at] : tokens.ends[at]] in OTHER_ATOMS:
            return True
        at += 1
    return _means_something(data, tokens, index)


def _means_something(data: bytes, tokens: Tokens, index: int) -> bool:
    at, end = tokens.starts[index], tokens.ends[index]
    if tokens.kinds[index] == ATOM:
        return is_number_as_key(data, end, len(data), tokens.kinds[:index])
    if tokens.kinds[index] != WORD:
        return False
    probe = Tokens()
    probe.cutting = CUTTING
    for before in range(max(0, index - 2), index):
        probe.add(tokens.kinds[before], at, at)
    stop = read_dialect(data, at, end, len(data), probe)
    # A run that was cut short was cut before a comment, a blank or a semicolon; a call goes on behind its bracket.
    return bool(probe.changes) or stop != end


def is_number_as_key(data: bytes, end: int, stop: int, before: bytes | bytearray) -> bool:
    """Whether a number that ends at `end` is a key, as in Python's `{1: 'a'}`."""
    if not before or before[-1] not in (OPEN_OBJECT, COMMA):
        return False
    behind = white_space_end(data, end, stop)
    return behind < stop and data[behind] == COLON


def read_dialect(data: bytes, at: int, end: int, stop: int, tokens: Tokens) -> int:
    """Read something that is no token of JSON, at `at`; `end` is the next delimiter. The offset behind it."""
    previous = tokens.kinds[-1] if tokens.kinds else COLON
    # Many pieces in one long run would have it looked at again and again.
    tokens.patience -= (end - at) >> 6
    if tokens.patience < 0 and end - at > _LONGEST_PIECE:
        tokens.add(WORD, at, end)
        return end
    # The first byte tells what it may be.
    byte = data[at]
    special = _lex_special(data, at, end, stop, previous, tokens) if byte in _SPECIAL_BYTES else 0
    if special:
        return special
    if previous in b"{[,:" and byte in b"ub" and data[at + 1 : at + 2] == b'"' and tokens.takes_prefix:
        tokens.changes.append(Change(at, at + 1, b"", PREFIX))
        return at + 1
    call = _call_end(data, at, end) if tokens.kinds and previous in b"[,:" else 0
    if call:
        tokens.add(WORD, at, call)
        return call
    if end - at > 1 and tokens.cutting:
        reach = min(end, at + _LONGEST_PIECE)
        end = min((found for mark in tokens.cutting if (found := data.find(mark, at + 1, reach)) > 0), default=end)
    among_keys = any(change.why == BARE_KEY for change in tokens.changes[-_LAST_CHANGES:])
    kind, changes = _meaning(data, data[at:end], at, end, stop, previous, among_keys)
    end = changes[-1].end if kind == STRING else end
    tokens.add(kind, at, end)
    tokens.changes.extend(changes)
    return end


def _call_end(data: bytes, at: int, end: int) -> int:
    """The offset behind a value that a call makes, like `ObjectId("65a1")`; 0 if none begins at `at`."""
    bracket = data.find(b"(", at, end)
    if bracket <= at or data[at:bracket].translate(None, _IDENTIFIER):
        return 0
    close = data.find(b")", bracket, bracket + _LONGEST_PIECE) + 1
    return close if close and data[close : close + _LONGEST_PIECE].lstrip(WHITE_SPACE)[:1] in (b",", b"}", b"]") else 0


def _lex_special(data: bytes, at: int, end: int, stop: int, previous: int, tokens: Tokens) -> int:
    """Read a comment, an ellipsis, a blank or a separator that JSON does not know; 0 if none stands at `at`."""
    comment = _comments_end(data, at, stop, tokens.endless)
    if comment and tokens.patience > 0:
        tokens.changes.append(Change(at, comment, b"", COMMENT))
        return comment
    if data.startswith(ELLIPSES, at):
        return _drop_ellipsis(data, at, end, stop, previous, tokens)
    blank = next((blank for blank in _OTHER_BLANKS if data.startswith(blank, at)), b"")
    if blank:
        tokens.changes.append(Change(at, at + len(blank), b"", "a blank that JSON does not know"))
        return at + len(blank)
    separator = _other_separator(data, at, stop, tokens.kinds)
    if separator:
        kind, size = separator
        tokens.add(kind, at, at + size)
        tokens.changes.append(Change(at, at + size, bytes((kind,)), SEPARATOR))
        return at + size
    return 0


def _other_separator(data: bytes, at: int, stop: int, before: bytes | bytearray) -> tuple[int, int] | None:
    """What another language has for a colon or a comma: the kind of token and how long it is there."""
    previous = before[-1] if before else COLON
    if previous == STRING and data.startswith((b"=>", b"="), at):
        return COLON, 2 if data.startswith(b"=>", at) else 1
    # A semicolon behind what may be a key may as well be a colon with a flipped bit.
    is_behind_value = previous in _VALUE_ENDS and (previous != STRING or before[-2:-1] == b":")
    if data[at] == 0x3B and is_behind_value:
        behind = white_space_end(data, at + 1, stop)
        if behind < stop and data[behind] in _BEGINNINGS:
            return COMMA, 1
    return None


def _drop_ellipsis(data: bytes, at: int, end: int, stop: int, previous: int, tokens: Tokens) -> int:
    """An author left something out, nobody knows how much: the dots go, with a comma where two would be left.

    What touches the dots is the rest of something, and is left as a word that is no JSON.
    """
    dots = run_end(data, at, stop, b".\xe2\x80\xa6")
    if dots < end or data[dots : dots + 1] == b'"':
        tokens.add(WORD, at, max(end, dots))
        return max(end, dots)
    rest = data[dots : _next_sign(data, dots, stop)]
    if rest[:1] in (b" ", b"\t") and any(chr(byte).isalpha() for byte in rest) and not rest.translate(None, _OF_COUNTS):
        # `... 97 more`
        dots += len(rest)
    behind = white_space_end(data, dots, stop)
    if previous == ATOM and tokens.ends[-1] < at and data[tokens.starts[-1]] in b"-0123456789":
        # A number right before them may have had more digits.
        tokens.kinds[-1], tokens.ends[-1] = WORD, dots
        return dots
    if previous in b"{[," and data[behind : behind + 1] == b",":
        dots = behind + 1
    tokens.changes.append(Change(at, dots, b"", OMISSION, Grade.LOSS))
    return dots


def _next_sign(data: bytes, at: int, stop: int) -> int:
    """The offset of the next bracket, comma, colon or quote near `at`; of the last byte looked at if there is none."""
    near = min(stop, at + _LONGEST_PIECE)
    return first_of(data, at, near, STRUCTURE + b'"')


def _meaning(
    data: bytes, text: bytes, at: int, end: int, stop: int, previous: int, among_keys: bool
) -> tuple[int, tuple[Change, ...]]:
    """The kind of token that a run stands for, and the changes that respell it. `among_keys`: a key near by has no
    quotes either."""
    if is_atom(text) and not (previous in b"{," and is_number_as_key(data, end, stop, bytes((previous,)))):
        return ATOM, ()
    if (previous in b"{," or (among_keys and previous in _VALUE_ENDS)) and not text.translate(None, _IDENTIFIER):
        # Behind a value a comma is missing before it, and between a key and a value a colon.
        behind = white_space_end(data, end, stop)
        lacks_colon = previous in b"{," and among_keys and end < behind < stop and data[behind] in _BEGINNINGS_OF_VALUES
        if behind < stop and (data[behind] == COLON or lacks_colon):
            # What may be the colon with a flipped bit at its end is left for the structure to tell.
            if lacks_colon and len(text) > 1 and (text[-1] ^ COLON).bit_count() == 1:
                end -= 1
            grade = Grade.CHOICE if lacks_colon else Grade.SYNTAX
            return STRING, (Change(at, at, b'"', BARE_KEY, grade), Change(end, end, b'"', BARE_KEY, grade))
    if text in OTHER_ATOMS and (previous in b"[:," or OTHER_ATOMS[text][2] is Grade.SYNTAX):
        return ATOM, (Change(at, end, *OTHER_ATOMS[text]),)
    number = other_number(text) if previous in b"[:," and end - at <= _LONGEST_PIECE else b""
    if number:
        return ATOM, (Change(at, end, number, "a number of another language", Grade.CHOICE),)
    return WORD, ()


def _comments_end(data: bytes, at: int, stop: int, endless: set[bytes]) -> int:
    """The offset behind the comments that begin at `at` and follow one another; 0 if none does."""
    end = more = _comment_end(data, at, stop, endless)
    while more:
        end = more
        behind = white_space_end(data, end, stop) if end < stop and data[end] in WHITE_SPACE else end
        more = _comment_end(data, behind, stop, endless) if behind < stop and data[behind] in b"/#" else 0
    return end


def _comment_end(data: bytes, at: int, stop: int, endless: set[bytes]) -> int:
    """The offset behind the comment that begins at `at`; 0 if none does, or if nothing ends it."""
    if data.startswith(b"/*", at, stop):
        mark = b"*/"
    elif data.startswith((b"//", b"#"), at, stop):
        mark = b"\n"
    else:
        return 0
    close = data.find(mark, at + (1 if data[at] == 0x23 else 2), stop) if mark not in endless else -1
    if data[at] == 0x23 and data[at + 1 : at + 2] not in _BEGINNINGS_OF_COMMENTS:
        text = data[at:close].rstrip(b"," + WHITE_SPACE)
        if b'":' in text or text.endswith(b'"'):
            # A string whose opening quote has a flipped bit.
            return 0
    if close < 0:
        endless.add(mark)
        return 0
    return close + len(mark)
