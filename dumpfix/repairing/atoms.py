"""Numbers and literals: JSON's own, and what other languages have for them."""

from dumpfix.json.lexer import HEX_DIGITS, number_end
from dumpfix.repairing.pieces import Grade

LITERALS = (b"true", b"false", b"null")
_OF_NUMBERS = b"0123456789.-+eE"

# The closed table of respelled atoms: what stands there, what it is, and whether that is sure.
_PYTHON, _UPPER, _NO_VALUE = "Python literal", "a literal in other letters", "a value that JSON does not have"
OTHER_ATOMS = {
    b"True": (b"true", _PYTHON, Grade.SYNTAX),
    b"False": (b"false", _PYTHON, Grade.SYNTAX),
    b"None": (b"null", _PYTHON, Grade.SYNTAX),
    b"TRUE": (b"true", _UPPER, Grade.SYNTAX),
    b"FALSE": (b"false", _UPPER, Grade.SYNTAX),
    b"NULL": (b"null", _UPPER, Grade.SYNTAX),
    b"Null": (b"null", _UPPER, Grade.SYNTAX),
    **dict.fromkeys((b"nil", b"NIL", b"none", b"undefined", b"N/A"), (b"null", _NO_VALUE, Grade.CHOICE)),
    **{
        sign + name: (b"null", _NO_VALUE, Grade.CHOICE)
        for sign in (b"", b"-", b"+")
        for name in (b"NaN", b"nan", b"Infinity", b"inf", b"Inf", b"INF")
    },
}


def other_number(text: bytes) -> bytes:
    """The JSON spelling of a number as other languages write it; empty if it is none, or if nobody can say which.

    `+5`, `.5`, `5.`, `00.5`, `0xFF`, `1_000`, `10L`, `5n`; not `0123`, which is 83 to some.
    """
    sign = b"-" if text[:1] == b"-" else b""
    bare = text[1:] if text[:1] in (b"-", b"+") else text
    if bare[:2] in (b"0x", b"0X") and bare[2:] and not bare[2:].translate(None, HEX_DIGITS):
        return sign + str(int(bare[2:], 16)).encode() if len(bare) <= _LONGEST_HEX else b""
    if not bare[:1].isdigit() and not (bare[:1] == b"." and bare[1:2].isdigit()):
        return b""
    if bare[-1:] in (b"L", b"n") and bare[:-1].isdigit():
        bare = bare[:-1]
    if b"_" in bare and all(part.isdigit() for part in bare.split(b"_")):
        bare = bare.replace(b"_", b"")
    whole, point, rest = bare.partition(b".")
    if point:
        bare = (whole.lstrip(b"0") or b"0") + point + (rest or b"0")
    return sign + bare if bare != text and is_atom(sign + bare) else b""


_LONGEST_HEX = 18


def is_atom(text: bytes) -> bool:
    """Whether `text` is a JSON number or literal."""
    if text.isdigit():
        return text[0] != 0x30 or len(text) == 1
    if text in LITERALS:
        return True
    whole, _, fraction = text.partition(b".")
    if whole.isdigit() and fraction.isdigit():
        return whole[0] != 0x30 or len(whole) == 1
    is_of_numbers = text[0] in b"-0123456789" and not text.translate(None, _OF_NUMBERS)
    return is_of_numbers and number_end(text, 0, len(text)) == len(text)
