"""Valid payloads that make common parsers choke, found at the cost of a glance where there are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dumpfix.payload.validity import cheap_hazards_possible, hazards

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

_NULL = b"null"


def hazards_of(payload: bytes, *, shows_null: bool) -> tuple[str, ...]:
    """All hazards of one valid payload. ``shows_null``: the dump shows nulls, so the text ``null`` is no doubt."""
    found = list(hazards(payload))
    if len(payload) > OVERSIZE:
        found.append("oversize")
    if payload == _NULL and not shows_null:
        found.append("scalar_null")
    return tuple(sorted(found))


def hazards_of_many(
    payloads: Sequence[bytes | None], *, shows_null: bool, thorough: bool
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(index, kinds) of the payloads that have hazards. Those of THOROUGH only if ``thorough`` asks for them."""
    texts = list(filter(None, payloads))
    if not texts:
        return
    longest = max(map(len, texts))
    is_suspect = cheap_hazards_possible(b"\n".join(texts))
    has_null = not shows_null and _NULL in texts
    if not (thorough or is_suspect or has_null or longest > _SHORTEST_DEEP):
        return
    for index, payload in enumerate(payloads):
        if not payload:
            continue
        kinds: tuple[str, ...] = ()
        if thorough or (is_suspect and _is_suspect(payload)) or _may_be_deep(payload):
            kinds = hazards_of(payload, shows_null=shows_null)
            if not thorough:
                kinds = tuple(kind for kind in kinds if kind not in THOROUGH)
        elif len(payload) > OVERSIZE:
            kinds = ("oversize",)
        elif has_null and payload == _NULL:
            kinds = ("scalar_null",)
        if kinds:
            yield index, kinds


def _may_be_deep(payload: bytes) -> bool:
    return len(payload) > _SHORTEST_DEEP and payload.count(b"[") + payload.count(b"{") > _DEEP


def _is_suspect(payload: bytes) -> bool:
    return cheap_hazards_possible(payload) and (b"\\" in payload or _has_long_number(payload))


def _has_long_number(payload: bytes) -> bool:
    """Whether a number may have 19 digits or an exponent of three: long digits in strings (ids) are passed over.

    A number stands behind a bracket, a comma, a colon, a blank or a sign; digits behind anything else are text.
    """
    shape = payload.translate(_SHAPE)
    for mark in (b"0" * 20, b"-" + b"0" * 19):
        at = shape.find(mark)
        while at >= 0:
            if at == 0 or shape[at - 1] in b"[,: \t\r\n-":
                return True
            at = _run_end(shape, at + 1)
            at = shape.find(mark, at)
    return b"0e000" in shape or b"0e+000" in shape


_SHAPE = bytes(0x30 if byte in b"0123456789" else 0x65 if byte == 0x45 else byte for byte in range(256))


def _run_end(shape: bytes, at: int) -> int:
    rest = shape[at : at + 4096].lstrip(b"0")
    return at + len(shape[at : at + 4096]) - len(rest)
