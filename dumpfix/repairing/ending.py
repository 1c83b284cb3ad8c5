"""A text that only stops too early: what can be kept, and how it is closed.

Nothing cut is passed off as whole. A cut string, key or number goes; a literal inside a container is completed,
because it has only one completion; a container that had been opened but holds no whole value yet goes as well, so
that every leaf of the output is a leaf of what the text once was.
"""

from typing import NamedTuple

from dumpfix.json.strings import string_text
from dumpfix.repairing.atoms import LITERALS
from dumpfix.repairing.automaton import AFTER, FIRST_ELEMENT, FIRST_KEY, KEY, Front, Stacks
from dumpfix.repairing.model import Fragment
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.tokens import ATOM, COMMA, OPEN_ARRAY, OPEN_STRING, STRING, WORD, Tokens

_DEEPEST_PATH = 1000


class Ending(NamedTuple):
    """How a cut text is closed: the change at its end, where the loss begins, what was left over."""

    changes: tuple[Change, ...]
    kept: int
    fragment: Fragment | None


def close(data: bytes, tokens: Tokens, front: Front, table: Stacks) -> Ending | None:
    """Close a text whose tokens the automaton took up to the last one at most; None if no whole leaf is in it."""
    count = min(front.stop, len(tokens))
    completion = b""
    if count < len(tokens) and tokens.kinds[count] == WORD:
        completion = _completion(data[tokens.starts[count] : tokens.ends[count]], front, count)
    elif count and count == len(tokens) and _is_cut_number(data, tokens, count - 1):
        count -= 1
    if completion:
        stack = front.stacks[count]
        end = tokens.ends[count]
        insert = completion + table.closers(stack)
        change = Change(end, len(data), insert, "cut inside a literal; closed", Grade.LOSS)
        return Ending((change,), end, None)
    return close_before(data, tokens, front, table, count)


def close_before(data: bytes, tokens: Tokens, front: Front, table: Stacks, cut: int) -> Ending | None:
    """Keep the whole leaves before token `cut` and close what is open; None if there is none."""
    count = cut
    # States before an opener are those of a value, so the walk back steps over containers without a leaf.
    while count and front.states[count] != AFTER:
        count -= 1
    if not count:
        return None
    end = tokens.ends[count - 1]
    why = _reason(tokens, cut)
    change = Change(end, len(data), table.closers(front.stacks[count]), why, Grade.LOSS)
    return Ending((change,), end, _fragment(data, tokens, front, table, cut, count))


def _completion(text: bytes, front: Front, index: int) -> bytes:
    """What is missing from a literal that was cut; empty if `text` is no cut literal inside a container."""
    if front.states[index] > FIRST_ELEMENT or not front.stacks[index]:
        return b""
    return next((literal[len(text) :] for literal in LITERALS if literal.startswith(text)), b"")


def _is_cut_number(data: bytes, tokens: Tokens, index: int) -> bool:
    """Whether the token is a number that nothing ends: more digits could have followed. A line end alone ends nothing,
    since whoever wrote the text to a file may have added it; blanks do."""
    if tokens.kinds[index] != ATOM or data[tokens.starts[index]] not in b"-0123456789":
        return False
    return not data[tokens.ends[index] :].strip(b"\r\n")


def _reason(tokens: Tokens, cut: int) -> str:
    kind = tokens.kinds[cut] if cut < len(tokens) else None
    place = {OPEN_STRING: "inside a string", WORD: "inside a token", ATOM: "inside a number"}.get(kind or 0)
    return f"cut {place or 'between tokens'}; closed"


def _fragment(data: bytes, tokens: Tokens, front: Front, table: Stacks, cut: int, count: int) -> Fragment | None:
    """What stood between the last whole leaf and the cut, if it is more than structure."""
    if cut >= len(tokens):
        rest = [index for index in range(count, cut) if tokens.kinds[index] == STRING]
        if not rest:
            return None
        cut = rest[-1]
    start = tokens.starts[cut]
    return Fragment(path_of(data, tokens, front, table, cut), data[start:])


def path_of(data: bytes, tokens: Tokens, front: Front, table: Stacks, index: int) -> str:
    """The JSON Pointer of token `index`: the keys and indexes of the containers that are open there; empty where they
    are more than anyone would read."""
    if table.depth[front.stacks[index]] > _DEEPEST_PATH:
        return ""
    # Of an array how many elements are before, of an object the last key, or none behind a comma: ~token.
    steps: list[int | None] = []
    for before, kind in enumerate(tokens.kinds[:index]):
        if kind == STRING:
            if front.states[before] in _KEYS:
                steps[-1] = ~before
        elif kind == COMMA:
            last = steps[-1]
            steps[-1] = last + 1 if last is not None and last >= 0 else None
        elif kind in b"{[" and table.depth[front.stacks[before + 1]] > table.depth[front.stacks[before]]:
            steps.append(0 if kind == OPEN_ARRAY else None)
        elif kind in b"}]":
            steps.pop()
    if steps and steps[-1] is None and front.states[index] in _KEYS:
        steps.pop()
    keys = ("" if step is None else str(step) if step >= 0 else _key(data, tokens, ~step) for step in steps)
    return "".join(f"/{key}" for key in keys)


_KEYS = (FIRST_KEY, KEY)


def _key(data: bytes, tokens: Tokens, index: int) -> str:
    token = data[tokens.starts[index] : tokens.ends[index]]
    try:
        text = string_text(token) if token[:1] == b'"' else token.decode()
    except (UnicodeDecodeError, ValueError):
        text = token.decode("utf-8", "replace")
    return text.replace("~", "~0").replace("/", "~1").encode("utf-8", "replace").decode()
