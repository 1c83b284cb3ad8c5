"""Payloads that are valid and may trip a consumer: what common parsers choke on, and what Kafka's tools do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dumpfix.json import hazards as json_hazards

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
#: payloads above this are refused by ``kcat -P`` unless message.max.bytes is raised (measured with 1.7.1)
OVERSIZE = 998_000

_NULL = b"null"


def hazards_of(payload: bytes, *, shows_null: bool, thorough: bool) -> tuple[str, ...]:
    """The hazards of one valid payload, sorted by name; the same as :func:`hazards_of_many` would give for it."""
    found = hazards_of_many((payload,), payload, shows_null=shows_null, thorough=thorough)
    return found[0][1] if found else ()


def hazards_of_many(
    payloads: Sequence[bytes | None], text: bytes, *, shows_null: bool, thorough: bool
) -> list[tuple[int, tuple[str, ...]]]:
    """(index, kinds) of the payloads that have hazards. Those of THOROUGH only if ``thorough`` asks for them.

    ``shows_null``: the dump shows nulls, so the text ``null`` is no doubt. ``text``: see :func:`json_hazards.in_bulk`.
    """
    found: dict[int, tuple[str, ...]] = {}
    for index, kind in _hazards(payloads, text, shows_null=shows_null, thorough=thorough):
        others = found.get(index, ())
        if kind not in others:
            found[index] = tuple(sorted((*others, kind))) if others else (kind,)
    return sorted(found.items())


def _hazards(
    payloads: Sequence[bytes | None], text: bytes, *, shows_null: bool, thorough: bool
) -> Iterator[tuple[int, str]]:
    """(index, kind) in any order, a pair perhaps twice."""
    if thorough:
        for index, payload in enumerate(payloads):
            yield from ((index, kind) for kind in (json_hazards.hazards(payload) if payload else ()))
    else:
        yield from json_hazards.in_bulk(payloads, text)
    if len(text) > OVERSIZE:
        yield from ((i, "oversize") for i, payload in enumerate(payloads) if payload and len(payload) > OVERSIZE)
    if not shows_null and _NULL in payloads:
        yield from ((i, "scalar_null") for i, payload in enumerate(payloads) if payload == _NULL)
