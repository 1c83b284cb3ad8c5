"""The pushdown automaton over tokens, from the front and from the back.

From the front it says for every token what may stand there and which containers are open; it stops at the first token
that cannot stand. From the back it says for every token in which states, and inside which containers, everything from
there to the end is well formed; it stops at the last token of which nothing makes sense. Both share one table of
container stacks, so that "the front and the back fit together here" is a comparison of two numbers: a single error is
repaired exactly where an edit makes the two meet, and every least-cost edit is found without parsing anything twice.
"""

from array import array
from bisect import bisect_left

from dumpfix.repairing.tokens import (
    ATOM,
    CLOSE_ARRAY,
    CLOSE_OBJECT,
    COLON,
    COMMA,
    OPEN_ARRAY,
    OPEN_OBJECT,
    STRING,
    Offsets,
    Tokens,
    offsets,
)

VALUE, FIRST_ELEMENT, FIRST_KEY, KEY, AFTER_KEY, AFTER = range(6)
_VALUES = 1 << VALUE | 1 << FIRST_ELEMENT


class Effort:
    """How much a repair has done: bytes cut and compared, places tried. No clock anywhere, so it is the same each time,
    and a test can see that it grows no faster than the input."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        self.steps = 0


class Stacks:
    """All stacks of open containers met so far, as a tree: a stack is a number, 0 the empty one.

    `parent[s]` is s without its innermost container, `is_object[s]` whether that one is an object, `rules[s]` the
    automaton in it. The same sequence of containers always has the same number.
    """

    __slots__ = ("_arrays", "_objects", "depth", "is_object", "parent", "rules")

    def __init__(self) -> None:
        self.parent = array("i", (0,))
        self.is_object = [False]
        self.rules = [_OUTSIDE]
        self.depth = array("i", (0,))
        self._objects = array("i", (0,))
        self._arrays = array("i", (0,))

    def push(self, stack: int, is_object: bool) -> int:
        """The stack with one more container inside."""
        children = self._objects if is_object else self._arrays
        child = children[stack]
        if not child:
            child = len(self.parent)
            children[stack] = child
            self.parent.append(stack)
            self.is_object.append(is_object)
            self.rules.append(_IN_OBJECT if is_object else _IN_ARRAY)
            self.depth.append(self.depth[stack] + 1)
            self._objects.append(0)
            self._arrays.append(0)
        return child

    def closers(self, stack: int, until: int = 0) -> bytes:
        """The brackets that close `stack` down to its ancestor `until`."""
        out = bytearray()
        while stack != until:
            out.append(CLOSE_OBJECT if self.is_object[stack] else CLOSE_ARRAY)
            stack = self.parent[stack]
        return bytes(out)

    def contains(self, stack: int, ancestor: int) -> bool:
        """Whether `ancestor` is `stack` or one of the stacks under it."""
        target = self.depth[ancestor]
        while self.depth[stack] > target:
            stack = self.parent[stack]
        return stack == ancestor


class Front:
    """`states[i]`, `stacks[i]`: what token i met. One entry more than tokens were taken; `stop` is the token that
    could not be taken (len(tokens) if all could)."""

    __slots__ = ("stacks", "states", "stop")

    def __init__(self, states: bytearray, stacks: Offsets) -> None:
        self.states = states
        self.stacks = stacks
        self.stop = 0


# What a token does in a state: the state after it, or one of these.
ERROR, _OPENS_OBJECT, _OPENS_ARRAY, _CLOSES = -1, -2, -3, -4


class Rules:
    """The automaton inside one kind of container. `after[state][kind]`: the state after a token, or one of the above;
    `before[kind][mask]`: for a token that is no bracket and the set of states behind it, the set of those before it."""

    __slots__ = ("after", "before")

    def __init__(self, behind_comma: int, closer: int, first: int) -> None:
        rows = [[ERROR] * (CLOSE_OBJECT + 1) for _ in range(AFTER + 1)]
        for state in (VALUE, FIRST_ELEMENT):
            rows[state][STRING] = rows[state][ATOM] = AFTER
            rows[state][OPEN_OBJECT], rows[state][OPEN_ARRAY] = _OPENS_OBJECT, _OPENS_ARRAY
        if behind_comma == KEY:
            rows[KEY][STRING] = rows[FIRST_KEY][STRING] = AFTER_KEY
            rows[AFTER_KEY][COLON] = VALUE
        rows[AFTER][COMMA] = behind_comma
        if closer:
            rows[AFTER][closer] = rows[first][closer] = _CLOSES
        self.after = rows
        self.before = {
            kind: [
                sum(1 << state for state, row in enumerate(rows) if row[kind] >= 0 and mask >> row[kind] & 1)
                for mask in range(1 << len(rows))
            ]
            for kind in (STRING, COMMA, COLON, ATOM)
        }


_OUTSIDE = Rules(ERROR, 0, AFTER)
_IN_OBJECT = Rules(KEY, CLOSE_OBJECT, FIRST_KEY)
_IN_ARRAY = Rules(VALUE, CLOSE_ARRAY, FIRST_ELEMENT)


def step(kind: int, state: int, stack: int, table: Stacks) -> tuple[int, int]:
    """One token: the state and stack after it; the state is ERROR if it cannot stand there."""
    after = table.rules[stack].after[state][kind]
    if after >= ERROR:
        return after, stack
    return _nested(after, stack, table)


def _nested(what: int, stack: int, table: Stacks) -> tuple[int, int]:
    """The state and stack behind a bracket."""
    if what == _CLOSES:
        return AFTER, table.parent[stack]
    is_object = what == _OPENS_OBJECT
    return (FIRST_KEY if is_object else FIRST_ELEMENT), table.push(stack, is_object)


def read_front(tokens: Tokens, table: Stacks, known: Front | None = None) -> Front:
    """Run the automaton from the first token to the first that cannot stand where it does. `known`: what it made of
    tokens that were the same but for those from the last it took on."""
    size = max(0, known.stop - 1) if known else 0
    front = Front(known.states[:size], known.stacks[:size]) if known else Front(bytearray(), offsets(len(tokens)))
    add_state, add_stack = front.states.append, front.stacks.append
    state, stack = (known.states[size], known.stacks[size]) if known else (VALUE, 0)
    rows = table.rules[stack].after
    for kind in tokens.kinds[size:]:
        add_state(state)
        add_stack(stack)
        state = rows[state][kind]
        if state < 0:
            if state == ERROR:
                front.stop = len(front.states) - 1
                return front
            state, stack = _nested(state, stack, table)
            rows = table.rules[stack].after
    front.stop = len(tokens)
    add_state(state)
    add_stack(stack)
    return front


class Back:
    """`masks[i]`: bit s is set if tokens i… to the end are well formed when met in state s inside `needs[i]`.

    Entry len(tokens) is the end of the text. `first` is the first token that makes sense; entries before it are 0.
    """

    __slots__ = ("first", "masks", "needs", "tokens")

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        size = len(tokens)
        self.masks = bytearray(size) + bytes((1 << AFTER,))
        self.needs = [0] * (size + 1) if isinstance(tokens.starts, list) else array("i", (0,)) * (size + 1)
        self.first = size

    def accepts(self, index: int, state: int, stack: int) -> bool:
        """Whether everything from token `index` on is well formed in this state and inside these containers."""
        return self.needs[index] == stack and bool(self.masks[index] >> state & 1) and index >= self.first


class Ahead:
    """What `Back` is, for a text whose end is not known to make sense: a state is accepted at a token if the automaton
    goes on from there past the error, to the end or at least `DISTANCE` tokens further."""

    __slots__ = ("_error", "_table", "first", "reach", "tokens", "work")

    DISTANCE = 6
    FARTHEST = 48

    def __init__(self, tokens: Tokens, table: Stacks, error: int) -> None:
        self.tokens = tokens
        self.first = 0
        self._table = table
        self._error = bisect_left(tokens.starts, error)
        self.reach: dict[int, int] = {}
        self.work = 0

    def accepts(self, index: int, state: int, stack: int) -> bool:
        """Whether the automaton gets far enough from here; `reach[index]` then says how far past the error."""
        kinds, at = self.tokens.kinds, index
        stop = min(len(kinds), self._error + self.FARTHEST)
        while at < stop:
            after, inner = step(kinds[at], state, stack, self._table)
            if after == ERROR:
                break
            state, stack, at = after, inner, at + 1
        self.work += at - index + 1
        passed = at - self._error
        if passed < self.DISTANCE and not (at == len(kinds) and passed > 0):
            return False
        self.reach[index] = max(self.reach.get(index, 0), passed)
        return True


def read_back(tokens: Tokens, table: Stacks, most: int | None = None) -> Back:
    """Run the automaton from the end to the last token that cannot stand before what follows it.

    `most` bounds how many tokens are looked at.
    """
    back = Back(tokens)
    masks, needs, is_object, parent, push = back.masks, back.needs, table.is_object, table.parent, table.push
    kinds = tokens.kinds
    mask, need = 1 << AFTER, 0
    before = _OUTSIDE.before
    lowest = 0 if most is None else max(0, len(kinds) - most)
    for index in range(len(kinds) - 1, lowest - 1, -1):
        kind = kinds[index]
        if kind in before:
            mask = before[kind][mask]
        else:
            is_closer = kind in (CLOSE_OBJECT, CLOSE_ARRAY)
            inner = FIRST_KEY if kind in (OPEN_OBJECT, CLOSE_OBJECT) else FIRST_ELEMENT
            if is_closer and mask >> AFTER & 1:
                need = push(need, kind == CLOSE_OBJECT)
                mask = 1 << AFTER | 1 << inner
            elif kind in (OPEN_OBJECT, OPEN_ARRAY) and need and is_object[need] == (kind == OPEN_OBJECT):
                mask = _VALUES if mask >> inner & 1 else 0
                need = parent[need] if mask else need
            else:
                mask = 0
            before = table.rules[need].before
        if not mask:
            break
        masks[index] = mask
        needs[index] = need
        back.first = index
    return back
