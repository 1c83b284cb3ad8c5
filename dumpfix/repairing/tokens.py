"""Tokens: what kinds there are, where they begin and end, and a text made ready to be cut into them."""

from array import array
from typing import NamedTuple, TypeAlias

from dumpfix.json.lexer import WHITE_SPACE
from dumpfix.repairing.pieces import Change

OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, COMMA, COLON = b"{}[],:"
STRING = 0x22
ATOM, WORD, OPEN_STRING, END = 1, 2, 3, 4

STRUCTURE = b"{}[],:"
DELIMITERS = STRUCTURE + b'"' + WHITE_SPACE
_MASK = bytes(byte in DELIMITERS for byte in range(256))
#: what JSON does not allow in strings, as a letter or a blank: what is left says how a text is built, and no more
PRINTABLE = bytes(0x20 if byte in b"\t\r\n" else byte if 0x20 <= byte < 0x7F else 0x78 for byte in range(256))
_LEAST_PATIENCE = 1024
#: texts up to so many bytes keep their offsets in lists, which are faster, longer ones in arrays, which are smaller
_SHORT = 1 << 16

Offsets: TypeAlias = "list[int] | array[int]"


def offsets(size: int) -> Offsets:
    """Room for the offsets in a text of `size` bytes."""
    return [] if size <= _SHORT else array("i")


class Tokens:
    """Parallel lists of the kinds, starts and ends of tokens, and the changes that respell dialect.

    Two things keep the lexer linear: `patience`, how many pieces long runs may still be cut into, and `endless`, the
    ends of comments that do not occur any more.
    """

    __slots__ = ("changes", "cutting", "endless", "ends", "kinds", "patience", "starts", "takes_prefix")

    def __init__(self, size: int = 0, takes_prefix: bool = True) -> None:
        self.patience = _LEAST_PATIENCE + size // 32
        self.takes_prefix = takes_prefix
        #: of what ends a run of other bytes before a delimiter does, what occurs in the text at all
        self.cutting: tuple[bytes, ...] = ()
        self.endless: set[bytes] = set()
        self.kinds = bytearray()
        self.starts = offsets(size)
        self.ends = offsets(size)
        self.changes: list[Change] = []

    def add(self, kind: int, start: int, end: int) -> None:
        """One more token."""
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)

    def __len__(self) -> int:
        return len(self.kinds)


class Text(NamedTuple):
    """Bytes prepared for cutting: `mask` is 1 where a delimiter stands, in `plain` the escapes of quotes and
    backslashes are blotted out, so that every quote in it is a bare one. All three have the same length."""

    data: bytes
    mask: bytes
    plain: bytes


def prepare(data: bytes) -> Text:
    """`data` as a Text, at C speed."""
    plain = data
    if b"\\" in data:
        plain = data.replace(b"\\\\", b"\0\0").replace(b'\\"', b"\0\0")
    return Text(data, plain.translate(_MASK), plain)
