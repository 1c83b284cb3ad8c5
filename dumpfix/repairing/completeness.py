"""What every intact payload of a topic has, and what a repaired one lacks of it.

A member is named by its path: the keys on the way to it, ``*`` for any element of an array. A payload has a path if it
has it anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson

#: missing members that a reason names
MOST_NAMED = 3

Path = tuple[str, ...]


class Common:
    """The paths that all payloads seen so far have. ``count`` is how many those are."""

    def __init__(self) -> None:
        self.count = 0
        self._paths: set[Path] | None = None

    def add(self, payload: bytes) -> None:
        """One more intact payload. One that no parser here takes apart (too deep) says nothing."""
        paths = paths_of(payload)
        if paths is None:
            return
        self.count += 1
        self._paths = paths if self._paths is None else self._paths & paths

    def lacking(self, payload: bytes) -> list[str]:
        """The members that all have and ``payload`` has not, outermost first, each as ``user.items[].price``."""
        if not self._paths:
            return []
        missing = self._paths - (paths_of(payload) or set())
        outermost = [path for path in missing if not any(path[:end] in missing for end in range(1, len(path)))]
        return [spelled(path) for path in sorted(outermost, key=lambda path: (len(path), path))]

    def objection(self, payload: bytes) -> str | None:
        """In words what ``payload`` lacks; None where it lacks nothing that all have."""
        lacking = self.lacking(payload)
        if not lacking:
            return None
        named = ", ".join(lacking[:MOST_NAMED])
        if len(lacking) > MOST_NAMED:
            named += f" and {len(lacking) - MOST_NAMED} more"
        who = f"all {self.count} intact payloads have" if self.count > 1 else "the one intact payload beside it has"
        return f"lacks {named}, which {who}"


def spelled(path: Path) -> str:
    """A path for people; half of a pair of surrogates in a key is spelled as JSON spells it."""
    text = ""
    for part in path:
        text += "[]" if part == "*" else f".{part}" if text else part
    return text.encode("utf-8", "backslashreplace").decode()


def paths_of(payload: bytes) -> set[Path] | None:
    """The paths of all members of a valid payload; None where it cannot be taken apart."""
    document = _parsed(payload)
    if document is _UNREADABLE:
        return None
    return set(_paths(document))


_UNREADABLE = object()


def _parsed(payload: bytes) -> Any:
    try:
        return orjson.loads(payload)
    except ValueError:
        # Lone surrogates, numbers beyond a double: valid, and rare.
        pass
    try:
        return json.loads(payload, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return _UNREADABLE


def _paths(document: Any) -> Iterator[Path]:
    left: list[tuple[Path, Any]] = [((), document)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                yield (*path, key)
                if isinstance(inner, dict | list):
                    left.append(((*path, key), inner))
        elif isinstance(value, list):
            inside = (*path, "*")
            left.extend((inside, inner) for inner in value if isinstance(inner, dict | list))
