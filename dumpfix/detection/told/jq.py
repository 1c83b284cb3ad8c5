"""What jq leaves of a record, where a command pipes its dump through it: told by the filter, as far as it can be.

A filter is cut at its bars. ``.`` and ``select(…)`` keep each record as it is, ``.payload`` leaves the payload alone,
``.payload |= fromjson`` and ``del(…)`` keep the object with less or other members; everything else makes records of
its own, of which only the person who wrote it knows what they hold.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from dumpfix.detection.told.shell import Words
from dumpfix.errors import UsageError
from dumpfix.layout.model import AnyLayout

JQ = frozenset({"jq", "gojq", "jaq"})

#: how many arguments follow these options
_TAKES = {"--arg": 2, "--argjson": 2, "--slurpfile": 2, "--rawfile": 2, "--indent": 1, "--library-path": 1}
_BUILDS_OPTIONS = frozenset({"--from-file", "--slurp", "--null-input", "--stream"})
_PAYLOADS = (".payload", '."payload"', '.["payload"]')
_OPENERS = {"(": ")", "[": "]", "{": "}"}


class Rest(enum.Enum):
    """What a pipe leaves of each record."""

    UNTOUCHED = "as the tool printed it"
    WHOLE = "the same values, printed by jq"
    PAYLOAD = "the payload alone"
    LINES = "something made of the lines as text"
    BUILT = "records that the filter builds"


def rest_of(behind: Sequence[Words]) -> Rest:
    """What the commands behind a tool leave of its records; those that are no jq are taken to leave all."""
    rest = Rest.UNTOUCHED
    for words in behind:
        place = next((i for i, word in enumerate(words) if PurePosixPath(word).name in JQ), None)
        if place is None:
            continue
        rest = _left_by(words[place + 1 :])
        if rest is not Rest.WHOLE:
            break
    return rest


def _left_by(arguments: Words) -> Rest:
    """What one call of jq leaves."""
    words = iter(arguments)
    is_raw = False
    for word in words:
        letters = word[1:] if word[:1] == "-" and word[:2] != "--" else ""
        if word in _BUILDS_OPTIONS or any(letter in letters for letter in "fsn"):
            return Rest.BUILT
        is_raw = is_raw or word == "--raw-input" or "R" in letters
        if word.startswith("-") and len(word) > 1:
            for _ in range(_TAKES.get(word, 1 if letters.endswith("L") else 0)):
                next(words, None)
            continue
        return _left_by_filter(word, is_raw=is_raw)
    return Rest.LINES if is_raw else Rest.WHOLE


def _left_by_filter(text: str, *, is_raw: bool) -> Rest:
    for stage in _stages(text):
        if is_raw:
            # `jq -R 'fromjson? | …'` passes over lines that are no JSON.
            if stage.rstrip("?") != "fromjson":
                return Rest.LINES
            is_raw = False
            continue
        if stage in ("", ".") or _is_call(stage, "select") or _is_call(stage, "del"):
            continue
        name = next((name for name in _PAYLOADS if stage.startswith(name)), None)
        if name is None:
            return Rest.BUILT
        behind = stage[len(name) :]
        if behind[:1].isalnum() or behind[:1] == "_" or _holds_outside(behind, ","):
            return Rest.BUILT
        operator = behind.lstrip().removeprefix("?").lstrip()
        if operator.startswith(("|=", "=", "//=")) and not operator.startswith("=="):
            continue
        return Rest.PAYLOAD
    return Rest.WHOLE


def _stages(text: str) -> Iterator[str]:
    """The filter cut at its outermost bars, parentheses around a part of it taken off."""
    begin = 0
    for at, char in _outside(text):
        if char == "|" and text[at + 1 : at + 2] != "=":
            yield from _unwrapped(text[begin:at])
            begin = at + 1
    yield from _unwrapped(text[begin:])


def _unwrapped(stage: str) -> Iterator[str]:
    stage = stage.strip()
    if stage.startswith("(") and _is_call("x" + stage, "x"):
        yield from _stages(stage[1:-1])
    else:
        yield stage


def _is_call(stage: str, name: str) -> bool:
    """Whether all of a stage is ``name(…)``."""
    if not stage.startswith(name + "(") or not stage.endswith(")"):
        return False
    outside = [at for at, _ in _outside(stage)]
    # Nothing is outside but the name and the two parentheses.
    return outside == [*range(len(name) + 1), len(stage) - 1]


def _holds_outside(text: str, wanted: str) -> bool:
    return any(char == wanted for _, char in _outside(text))


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """The characters of a filter that stand in no string and no bracket, with the outermost brackets themselves."""
    closers: list[str] = []
    is_string = False
    at = 0
    while at < len(text):
        char = text[at]
        if is_string:
            at += char == "\\"
            is_string = char != '"'
        elif char == '"':
            is_string = True
        elif closers and char == closers[-1]:
            closers.pop()
            if not closers:
                yield at, char
        elif char in _OPENERS:
            if not closers:
                yield at, char
            closers.append(_OPENERS[char])
        elif not closers:
            yield at, char
        at += 1


def demand_columns(layouts: Sequence[AnyLayout], rest: Rest) -> None:
    """Refuse a filter of jq that takes more than the payload from the tool: it reads no columns, so they are lost."""
    if rest in (Rest.PAYLOAD, Rest.BUILT) and not any(layout.fields == ("VALUE",) for layout in layouts):
        raise built_by_jq()


def built_by_jq() -> UsageError:
    """The error for records of which only the person who wrote the filter knows what they hold."""
    return UsageError(
        "jq builds records of its own from what the tool printed, so the command does not say what the dump looks "
        "like: leave --command out, or give --grammar with a grammar of yours"
    )
