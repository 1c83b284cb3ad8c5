"""Valid payloads that make common parsers choke, found at the cost of a glance where there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dumpfix.json.hazards import hazards

#: everything that ``--withhold-hazards`` takes
KINDS = (
    "big_integer",
    "deep",
    "duplicate_key",
    "lone_surrogate",
    "nul_escape",
    "number_overflow",
    "oversize",
    "scalar_null",
    "string_document",
)
#: those that are looked for only where each payload is read token by token
THOROUGH = frozenset({"duplicate_key", "string_document"})

#: payloads above this are refused by ``kcat -P`` unless message.max.bytes is raised (measured with 1.7.1)
OVERSIZE = 998_000

_DEEP = 1000
#: no payload that nests deeper than _DEEP is shorter
_SHORTEST_DEEP = 2 * _DEEP

#: both kinds of bracket look the same to the count of levels
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_NULL = b"null"
_NUMBER_BEGINS = b"-0123456789"


def hazards_of(payload: bytes, *, shows_null: bool, thorough: bool) -> tuple[str, ...]:
    """The hazards of one valid payload, sorted by name; the same as :func:`hazards_of_many` would give for it."""
    found = hazards_of_many((payload,), payload, shows_null=shows_null, thorough=thorough)
    return next((kinds for _, kinds in found), ())


def hazards_of_many(
    payloads: Sequence[bytes | None], text: bytes, *, shows_null: bool, thorough: bool
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(index, kinds) of the payloads that have hazards. Those of THOROUGH only if ``thorough`` asks for them.

    ``shows_null``: the dump shows nulls, so the text ``null`` is no doubt.

    ``text`` is what was made of these payloads for an output: it holds all of them, each but the first behind a
    bracket, a comma, a colon or a blank, so that they need not be joined for this once more.
    """
    texts = payloads if None not in payloads else list(filter(None, payloads))
    if not texts:
        return
    longest = max(map(len, texts))  # type: ignore[arg-type]
    first = texts[0] or b""
    is_suspect = _is_suspect(text) or (first[:1] in _NUMBER_BEGINS and _is_suspect(b"\n" + first))
    has_null = not shows_null and _NULL in texts
    if not (thorough or is_suspect or has_null or longest > _SHORTEST_DEEP):
        return
    for index, payload in enumerate(payloads):
        if not payload:
            continue
        kinds: set[str] = set()
        if thorough or (is_suspect and _is_suspect(b"\n" + payload)):
            kinds.update(hazards(payload))
            if not thorough:
                kinds -= THOROUGH
        elif _is_deep(payload):
            kinds.add("deep")
        if len(payload) > OVERSIZE:
            kinds.add("oversize")
        if has_null and payload == _NULL:
            kinds.add("scalar_null")
        if kinds:
            yield index, tuple(sorted(kinds))


def _is_deep(payload: bytes) -> bool:
    """Whether a valid payload nests deeper than _DEEP, in C: without its strings, brackets alone, peeled by level."""
    if len(payload) <= _SHORTEST_DEEP or payload.count(b"[") + payload.count(b"{") <= _DEEP:
        return False
    if b"\\" in payload:
        payload = payload.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = b"".join(payload.split(b'"')[::2]).translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(_DEEP):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return False
    return True


#: digits become 0, what may stand before a number becomes a colon
_SHAPE = bytes(
    0x30 if byte in b"0123456789" else 0x3A if byte in b"[,: \t\r\n" else 0x65 if byte == 0x45 else byte
    for byte in range(256)
)
#: letters that no number holds are left out, so that less has to be searched; those of hexadecimal ids stay, or their
#: digits would run together
_LEFT_OUT = b"+ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ_"
#: how far back the beginning of a number is looked for; a longer one is suspect by its length
_LOOK_BACK = 64


def _is_suspect(texts: bytes) -> bool:
    r"""Whether payloads, each behind a line feed, may hold a lone_surrogate, nul_escape, big_integer, number_overflow.

    Never misses one, and what it passes over is what many topics have in each payload, where
    ``cheap_hazards_possible`` would send all of them to the slow reader: long digits in strings, hexadecimal ids that
    look like exponents, and unsigned 64-bit numbers. Fewer than 20 digits (19 behind a minus) stay within 64 bits,
    and go beyond a double only by an exponent of three digits.
    """
    # A search for one byte is many times faster than one for two.
    if b"\\" in texts and any(mark in texts for mark in (b"\\ud", b"\\uD", b"\\u0000")):
        return True
    shape = texts.translate(_SHAPE, _LEFT_OUT)
    return (
        _has_big_integer(texts, shape, b":" + b"0" * 20, 20, 2**64 - 1)
        or _has_big_integer(texts, shape, b":-" + b"0" * 19, 19, 2**63)
        or _has_exponent(shape)
    )


def _has_big_integer(texts: bytes, shape: bytes, mark: bytes, digits: int, largest: int) -> bool:
    """Whether a number of at least so many digits is larger than that; ``mark`` is how it looks in the shape."""
    at = shape.find(mark)
    if at >= 0:
        texts = texts.translate(None, _LEFT_OUT)
    while at >= 0:
        end = at + len(mark)
        if shape[end : end + 1] == b"0" or int(texts[end - digits : end]) > largest:
            return True
        at = shape.find(mark, end)
    return False


def _has_exponent(shape: bytes) -> bool:
    """Whether an exponent of three digits belongs to a number: before it digits and a point, and nothing else."""
    at = shape.find(b"0e000")
    while at >= 0:
        before = shape[max(at - _LOOK_BACK, 0) : at + 1].rstrip(b"0.").removesuffix(b"-")
        if not before or before.endswith(b":"):
            return True
        at = shape.find(b"0e000", at + 1)
    return False
