"""A text in tokens and what the automaton makes of it; what may come of a repair."""

from dataclasses import dataclass, field

from dumpfix.json.lexer import WHITE_SPACE
from dumpfix.json.validity import passes_gate
from dumpfix.repairing import quotes
from dumpfix.repairing.automaton import AFTER, KEY, Back, Effort, Front, Stacks, read_back, read_front
from dumpfix.repairing.dialect import COMMENT, OMISSION, PREFIX, SEPARATOR, speaks_dialect
from dumpfix.repairing.lexer import LAST_COMMA, lex, lex_in_dialect
from dumpfix.repairing.model import Fragment
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.quotes import TRIPLE
from dumpfix.repairing.surroundings import unmatched
from dumpfix.repairing.tokens import OPEN_STRING, PRINTABLE, STRING, WORD, Text, Tokens, prepare

# A run that stands for lost bytes: a single NUL may be a byte like any other.
NULS = b"\0\0"
# How many tokens before an error are looked at for the quote that is wrong.
NEAR_QUOTE = 8
# How many bytes a list has that is held against the one beside it.
_LONGEST_LIST = 1024
# A text that is a document is one for more tokens than these.
FEW_TOKENS = 2


@dataclass
class Outcome:
    """A structurally sound text, and what to say about it. `prices`: what each alternative costs, if that was weighed.
    `undecided`: nothing at all speaks for this reading rather than for several others, so that it would more likely be
    wrong than right."""

    changes: list[Change]
    grade: Grade
    cost: float
    fragments: list[Fragment] = field(default_factory=list)
    alternatives: list[bytes] = field(default_factory=list)
    lost: list[tuple[int, int | None]] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)
    undecided: bool = False


def worst(changes: list[Change]) -> Grade:
    """The worst grade of several changes."""
    return max((change.grade for change in changes), default=Grade.SYNTAX)


def outcome_of(changes: list[Change], cost: float) -> Outcome:
    """The outcome of changes, graded as the worst of them."""
    changes = sorted(changes)
    outcome = Outcome(changes, worst(changes), cost)
    outcome.lost.extend((change.at, change.at) for change in changes if change.why == OMISSION)
    return outcome


@dataclass(slots=True)
class Reading:
    """A text in tokens, with what the automaton made of it from the front, and, once asked for, from the back."""

    data: bytes
    text: Text
    tokens: Tokens
    front: Front
    table: Stacks
    effort: Effort
    dialect: bool
    requoted: bool = False
    _back: Back | None = None

    def back(self) -> Back:
        """The automaton from the back, over tokens that pair the quotes from the end: the front's own, unless a quote
        is missing or too many."""
        if self._back is None:
            odd = bool(self.tokens.kinds) and self.tokens.kinds[-1] == OPEN_STRING
            self._back = read_back(other_tokens(self) if odd else self.tokens, self.table)
        return self._back


def is_sound_but_for_strings(data: bytes, effort: Effort) -> bool:
    """Whether nothing is wrong but what stands inside strings, and no run of NULs stands there for lost bytes. A parser
    in C says so at once; its no decides nothing."""
    if data[:1] not in (b"{", b"[") or NULS in data:
        return False
    effort.steps += len(data)
    return passes_gate(prepare(data).plain.translate(PRINTABLE).replace(b"\\", b"x"))


def read(data: bytes, effort: Effort) -> Reading:
    """Cut `data` into tokens and run the automaton over them: as plain JSON, and only if what stops it there means
    something in a dialect, as that. In plain JSON what looks like a comment is the inside of a string."""
    effort.steps += len(data)
    text = prepare(data)
    table = Stacks()
    tokens = plain = lex(text, dialect=False)
    front = json = read_front(tokens, table)
    if front.stop < len(tokens) and speaks_dialect(data, tokens, front.stop):
        effort.steps += len(data)
        tokens = lex_in_dialect(text, plain, json.stop)
        front = read_front(tokens, table, json)
        prefixes = [at for at, change in enumerate(tokens.changes) if change.why == PREFIX]
        if len(prefixes) == 1:
            # One alone may be a letter that changed places with the quote, or has lost one; it explains nothing where
            # other strings have none, or the rest is not sound either.
            at = prefixes[0]
            tokens.changes[at] = tokens.changes[at]._replace(grade=Grade.CHOICE)
            if tokens.kinds.count(STRING) > 1 or front.stop < len(tokens) or front.stacks[front.stop]:
                tokens = lex_in_dialect(text, plain, json.stop, takes_prefix=False)
                front = read_front(tokens, table, json)
        _doubt_one_comma(data, tokens)
        if front.stop < len(tokens) or front.stacks[front.stop]:
            _doubt_comments(data, tokens)
        return Reading(data, text, tokens, front, table, effort, dialect=True)
    _doubt_one_comma(data, tokens)
    return Reading(data, text, tokens, front, table, effort, dialect=False)


def _doubt_one_comma(data: bytes, tokens: Tokens) -> None:
    """A single comma before a bracket, right behind a number of one digit: one more may have been lost there. A single
    semicolon between digits may be one with a flipped bit. So may the last of a list have been lost where the list
    beside it has one more."""
    for why in (LAST_COMMA, SEPARATOR):
        found = [at for at, change in enumerate(tokens.changes) if change.why == why]
        if len(found) != 1:
            continue
        change = tokens.changes[found[0]]
        before, behind = data[max(0, change.at - 2) : change.at], data[change.end : change.end + 1]
        is_one_digit = before[:1] in (b",", b"[", b" ") and behind == b"]"
        is_doubtful = before[1:].isdigit() and (is_one_digit if why == LAST_COMMA else behind.isdigit())
        if is_doubtful or (why == LAST_COMMA and _is_one_short(data, change.at)):
            tokens.changes[found[0]] = change._replace(grade=Grade.CHOICE)


def _is_one_short(data: bytes, comma: int) -> bool:
    """Whether a list that ends in a comma stands beside one that has an element more: ``[[12,],[3,4]]``."""
    begin, end = data.rfind(b"[", max(0, comma - _LONGEST_LIST), comma), data.find(b"]", comma, comma + _LONGEST_LIST)
    if begin < 0 or end < 0:
        return False
    commas = data.count(b",", begin, end)
    before = data[max(0, begin - _LONGEST_LIST) : begin].rstrip(b"," + WHITE_SPACE)
    behind = data[end + 1 : end + _LONGEST_LIST].lstrip(b"," + WHITE_SPACE)
    others = (before[before.rfind(b"[") :] if before[-1:] == b"]" else b"", behind[: behind.find(b"]") + 1])
    return any(other[:1] == b"[" and other.count(b",") == commas for other in others)


def _doubt_comments(data: bytes, tokens: Tokens) -> None:
    """Where something else is wrong too, a comment that opens or closes brackets of a document may be a part of it."""
    for at, change in enumerate(tokens.changes):
        if change.why == COMMENT and unmatched(data[change.at : change.end]) != (0, 0):
            tokens.changes[at] = change._replace(grade=Grade.CHOICE)


def in_double_quotes(reading: Reading) -> list[Change] | None:
    """The changes that put strings in double quotes where the reading was stopped by others, or by three in a row."""
    tokens, stop = reading.tokens, reading.front.stop
    if stop >= len(tokens):
        return None
    at = tokens.starts[stop]
    if stop and tokens.ends[stop - 1] == at and tokens.ends[stop - 1] - tokens.starts[stop - 1] == len(b'""'):
        at = tokens.starts[stop - 1]
    changes = quotes.in_double_quotes(reading.data, at)
    if not changes:
        return None
    if changes[0].at != tokens.starts[stop] and STRING in tokens.kinds[:stop]:
        # Where strings are in double quotes, others stand inside of them.
        return changes if changes[0].why == TRIPLE else None
    reading.effort.steps += len(reading.data)
    before = reading.data[: changes[0].at].rstrip(WHITE_SPACE)[-1:]
    return changes if stop or before in (b"{", b"[") else None


def is_whole(reading: Reading) -> bool:
    """Whether the automaton took one value and nothing is left."""
    front = reading.front
    return front.stop == len(reading.tokens) > 0 and front.states[front.stop] == AFTER and not front.stacks[front.stop]


def reaches_the_end(reading: Reading) -> bool:
    """Whether the front took everything but, at most, a last token that the end of the text cut."""
    tokens, stop = reading.tokens, reading.front.stop
    if stop == len(tokens):
        return True
    return stop == len(tokens) - 1 and tokens.kinds[stop] in (OPEN_STRING, WORD) and reading.front.states[stop] <= KEY


def only_stops_early(reading: Reading) -> bool:
    """Whether a cut explains everything, and nothing else does: no closing bracket stands at the end that may be what
    is left of a sound one."""
    if not reaches_the_end(reading):
        return False
    bare = reading.data.rstrip(WHITE_SPACE)
    if bare[-1:] not in (b"}", b"]"):
        return True
    front = reading.front
    if front.stop < len(reading.tokens):
        # Inside a string one bracket is text as well as not; several that close everything are no accident.
        return bare[:-1].rstrip(WHITE_SPACE)[-1:] not in (b"}", b"]")
    return reading.table.depth[front.stacks[front.stop]] != 1


def may_be_surrounded(reading: Reading) -> bool:
    """Whether a document may begin later than the text does, or be over before the text is: the text does not begin
    like one, is no more one right behind its first bracket (``[INFO] {…}``), or goes on behind one that is over."""
    front = reading.front
    begins = reading.data.lstrip(WHITE_SPACE)[:1] in (b"{", b"[")
    if not begins:
        return True
    return front.stop < len(reading.tokens) and (front.stop <= FEW_TOKENS or not front.stacks[front.stop])


def other_tokens(reading: Reading) -> Tokens:
    """The tokens of the text if it began inside a string: quotes change places."""
    tokens, data = reading.tokens, reading.data
    near = max(0, reading.front.stop - NEAR_QUOTE)
    quote = next(
        (tokens.starts[at] for at in range(near, len(tokens)) if data[tokens.starts[at]] == STRING),
        len(data) - 1,
    )
    reading.effort.steps += len(data) - quote
    return lex(reading.text, quote + 1, reading.dialect)
