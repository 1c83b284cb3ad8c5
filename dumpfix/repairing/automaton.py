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
    Tokens,
)

VALUE, FIRST_ELEMENT, FIRST_KEY, KEY, AFTER_KEY, AFTER = range(6)
_VALUES = 1 << VALUE | 1 << FIRST_ELEMENT
_KEYS = 1 << KEY | 1 << FIRST_KEY
ERROR = -1


class Effort:
    """How much a repair has done: bytes cut and compared, places tried. No clock anywhere, so it is the same each time,
    and a test can see that it grows no faster than the input."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        self.steps = 0


class Stacks:
    """All stacks of open containers met so far, as a tree: a stack is a number, 0 the empty one.

    `parent[s]` is s without its innermost container, `is_object[s]` whether that one is an object. The same sequence
    of containers always has the same number.
    """

    __slots__ = ("_arrays", "_objects", "depth", "is_object", "parent")

    def __init__(self) -> None:
        self.parent = array("i", (0,))
        self.is_object = [False]
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

    def __init__(self) -> None:
        self.states = bytearray()
        self.stacks = array("i")
        self.stop = 0


def step(kind: int, state: int, stack: int, table: Stacks) -> tuple[int, int]:
    """One token: the state and stack after it; the state is ERROR if it cannot stand there."""
    if kind == STRING:
        if state <= FIRST_ELEMENT:
            return AFTER, stack
        return (AFTER_KEY if state <= KEY else ERROR), stack
    if kind == COMMA:
        if state != AFTER or not stack:
            return ERROR, stack
        return (KEY if table.is_object[stack] else VALUE), stack
    if kind == COLON:
        return (VALUE if state == AFTER_KEY else ERROR), stack
    if kind == ATOM:
        return (AFTER if state <= FIRST_ELEMENT else ERROR), stack
    if kind in (OPEN_OBJECT, OPEN_ARRAY):
        if state > FIRST_ELEMENT:
            return ERROR, stack
        is_object = kind == OPEN_OBJECT
        return (FIRST_KEY if is_object else FIRST_ELEMENT), table.push(stack, is_object)
    if kind == CLOSE_OBJECT:
        if stack and table.is_object[stack] and state in (AFTER, FIRST_KEY):
            return AFTER, table.parent[stack]
    elif kind == CLOSE_ARRAY and stack and not table.is_object[stack] and state in (AFTER, FIRST_ELEMENT):
        return AFTER, table.parent[stack]
    return ERROR, stack


def read_front(tokens: Tokens, table: Stacks) -> Front:
    """Run the automaton from the first token to the first that cannot stand where it does."""
    front = Front()
    states, stacks, push = front.states, front.stacks, table.push
    is_object, parent = table.is_object, table.parent
    state, stack = VALUE, 0
    for kind in tokens.kinds:
        states.append(state)
        stacks.append(stack)
        if kind == STRING:
            if state <= FIRST_ELEMENT:
                state = AFTER
            elif state <= KEY:
                state = AFTER_KEY
            else:
                break
        elif kind == COMMA:
            if state != AFTER or not stack:
                break
            state = KEY if is_object[stack] else VALUE
        elif kind == COLON:
            if state != AFTER_KEY:
                break
            state = VALUE
        elif kind == ATOM:
            if state > FIRST_ELEMENT:
                break
            state = AFTER
        elif kind == CLOSE_OBJECT and stack and is_object[stack] and state in (AFTER, FIRST_KEY):
            stack = parent[stack]
            state = AFTER
        elif kind in (OPEN_OBJECT, OPEN_ARRAY) and state <= FIRST_ELEMENT:
            state = FIRST_KEY if kind == OPEN_OBJECT else FIRST_ELEMENT
            stack = push(stack, kind == OPEN_OBJECT)
        else:
            state, stack = step(kind, state, stack, table)
            if state == ERROR:
                break
    else:
        front.stop = len(tokens)
        states.append(state)
        stacks.append(stack)
        return front
    front.stop = len(states) - 1
    return front


class Back:
    """`masks[i]`: bit s is set if tokens i… to the end are well formed when met in state s inside `needs[i]`.

    Entry len(tokens) is the end of the text. `first` is the first token that makes sense; entries before it are 0.
    """

    __slots__ = ("first", "masks", "needs", "tokens")

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        size = len(tokens)
        self.masks = bytearray(size)
        self.masks.append(1 << AFTER)
        self.needs = array("i", (0,)) * (size + 1)
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
    lowest = 0 if most is None else max(0, len(kinds) - most)
    for index in range(len(kinds) - 1, lowest - 1, -1):
        kind = kinds[index]
        if kind == STRING:
            mask = (_VALUES if mask >> AFTER & 1 else 0) | (_KEYS if mask >> AFTER_KEY & 1 else 0)
        elif kind == COMMA:
            wanted = KEY if is_object[need] else VALUE
            mask = 1 << AFTER if need and mask >> wanted & 1 else 0
        elif kind == COLON:
            mask = 1 << AFTER_KEY if is_object[need] and mask >> VALUE & 1 else 0
        elif kind == ATOM:
            mask = _VALUES if mask >> AFTER & 1 else 0
        elif kind in (CLOSE_OBJECT, CLOSE_ARRAY):
            if mask >> AFTER & 1:
                need = push(need, kind == CLOSE_OBJECT)
                mask = 1 << AFTER | 1 << (FIRST_KEY if kind == CLOSE_OBJECT else FIRST_ELEMENT)
            else:
                mask = 0
        elif kind in (OPEN_OBJECT, OPEN_ARRAY):
            opens_object = kind == OPEN_OBJECT
            inner = FIRST_KEY if opens_object else FIRST_ELEMENT
            if need and is_object[need] == opens_object and mask >> inner & 1:
                need = parent[need]
                mask = _VALUES
            else:
                mask = 0
        else:
            mask = 0
        if not mask:
            break
        masks[index] = mask
        needs[index] = need
        back.first = index
    return back
