"""From a text whose structure is broken to one whose structure is sound: front, back, and what makes them meet."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

import orjson

from dumpfix.json.lexer import WHITE_SPACE, run_end
from dumpfix.repairing import ending, holes, quotes, surroundings
from dumpfix.repairing.automaton import (
    AFTER,
    FIRST_KEY,
    KEY,
    Ahead,
    Back,
    Effort,
    Front,
    Stacks,
    read_back,
    read_front,
)
from dumpfix.repairing.candidates import Candidate, Site, candidates
from dumpfix.repairing.model import Fragment
from dumpfix.repairing.pieces import Change, Draft, Grade, apply_changes
from dumpfix.repairing.quotes import TRIPLE
from dumpfix.repairing.rivals import rivals
from dumpfix.repairing.shape import LONGEST_PAYLOAD, Profile, ShapeModel, irregularity
from dumpfix.repairing.tokens import (
    ATOM,
    COMMA,
    OMISSION,
    OPEN_OBJECT,
    OPEN_STRING,
    PREFIX,
    STRING,
    WORD,
    Text,
    Tokens,
    lex,
    prepare,
    speaks_dialect,
)

# Readings whose costs differ by less than TIE are rivals: the answer is a guess. Shape may overrule at most NEAR.
TIE = 0.5
NEAR = 1.5
# An outcome up to CHEAP is one small edit; above it, holes and several errors are weighed against it.
CHEAP = 2.6
ONE_MORE = 1.2
# How many errors are repaired one after another, and how many bytes are read for that, since the text is read anew
# after each; after FEW it must look as if that would reach the end.
MOST_ERRORS = 8
READ_AGAIN = 1 << 20
FEW_ERRORS = 3
# How many tokens before an error are looked at for the first of several, and for the quote that is wrong.
NEAR_ERROR = 16
NEAR_QUOTE = 8
# How many readings are compared by shape, and how many bytes that may take.
MOST_COMPARED = 48
FEWEST_COMPARED = 8
COMPARED_BYTES = 1 << 17
MOST_ALTERNATIVES = 4
# places of one repair that are judged closely
MOST_PLACES = 4
# Readings that differ by less than EVEN are equal; with TOO_MANY equals none is taken (measured: right in one of five).
EVEN = 0.01
TOO_MANY_EQUALS = 3
# A bracket that may be missing at the end is, unless there are TELLING tokens whose shape is CONVINCING.
TELLING = 64
CONVINCING = 0.5
# A text that is a document is one for more tokens than these.
FEW_TOKENS = 2
# A run that stands for lost bytes: a single NUL may be a byte like any other.
NULS = b"\0\0"


@dataclass
class Outcome:
    """A structurally sound text, and what to say about it. `undecided`: nothing at all speaks for this reading rather
    than for several others, so that it would more likely be wrong than right."""

    changes: list[Change]
    grade: Grade
    cost: float
    fragments: list[Fragment] = field(default_factory=list)
    alternatives: list[bytes] = field(default_factory=list)
    lost: list[tuple[int, int | None]] = field(default_factory=list)
    undecided: bool = False


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
            self._back = read_back(_other_tokens(self) if odd else self.tokens, self.table)
        return self._back


def read(data: bytes, effort: Effort) -> Reading:
    """Cut `data` into tokens and run the automaton over them: as plain JSON, and only if what stops it there means
    something in a dialect, as that. In plain JSON what looks like a comment is the inside of a string."""
    effort.steps += len(data)
    text = prepare(data)
    table = Stacks()
    tokens = lex(text, dialect=False)
    front = read_front(tokens, table)
    if front.stop < len(tokens) and speaks_dialect(data, tokens, front.stop):
        effort.steps += len(data)
        tokens = lex(text)
        front = read_front(tokens, table)
        prefixes = [at for at, change in enumerate(tokens.changes) if change.why == PREFIX]
        if len(prefixes) == 1:
            # One alone may be a letter that changed places with the quote, or has lost one; and it explains nothing
            # where the rest is not sound either.
            at = prefixes[0]
            tokens.changes[at] = tokens.changes[at]._replace(grade=Grade.CHOICE)
            if front.stop < len(tokens) or front.stacks[front.stop]:
                tokens = lex(text, takes_prefix=False)
                front = read_front(tokens, table)
        return Reading(data, text, tokens, front, table, effort, dialect=True)
    return Reading(data, text, tokens, front, table, effort, dialect=False)


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


def may_be_surrounded(reading: Reading) -> bool:
    """Whether a document may begin later than the text does, or be over before the text is: the text does not begin
    like one, is no more one right behind its first bracket (``[INFO] {…}``), or goes on behind one that is over."""
    front = reading.front
    begins = reading.data.lstrip(WHITE_SPACE)[:1] in (b"{", b"[")
    if not begins:
        return True
    return front.stop < len(reading.tokens) and (front.stop <= FEW_TOKENS or not front.stacks[front.stop])


def mend(reading: Reading, shape: ShapeModel | None) -> Outcome | None:
    """The cheapest way to a sound structure, or None if none is known.

    Errors that one edit explains are repaired exactly; where more than one must be, the first is repaired such that
    the automaton gets furthest, and the rest is looked at again.
    """
    draft = Draft(reading.data)
    best: Outcome | None = None
    cost = 0.0
    most = max(1, min(MOST_ERRORS, READ_AGAIN // (len(reading.data) + 1)))
    for count in range(most):
        outcome = _one_cause(reading, shape)
        if outcome is None and _only_stops_early(reading):
            break
        if outcome is None or outcome.cost > CHEAP:
            outcome = _two_documents(reading) or _mixed(reading) or outcome or _head_lost(reading)
        if outcome is not None and (best is None or cost + outcome.cost < best.cost):
            best = _composed(draft, outcome, cost)
        if count + 1 == most or (outcome is not None and outcome.cost <= CHEAP):
            break
        # At the pace so far the end may be out of reach: then it is one error after another all the way.
        if count >= FEW_ERRORS and _error(reading) * most < len(reading.data) * count:
            break
        first = _first_of_several(reading)
        if first is None or (best is not None and cost + first.cost + ONE_MORE >= best.cost):
            break
        cost += first.cost + ONE_MORE
        draft.lay(first.changes)
        reading = read(draft.text, reading.effort)
    return best


def _error(reading: Reading) -> int:
    """The offset of the first token that cannot stand where it does."""
    tokens, stop = reading.tokens, reading.front.stop
    return tokens.starts[stop] if stop < len(tokens) else len(reading.data)


def _one_cause(reading: Reading, shape: ShapeModel | None) -> Outcome | None:
    """The outcome where nothing, the end, or one more cause is all that is wrong."""
    hole = _nul_hole(reading)
    if hole is not None:
        return hole
    if is_whole(reading):
        return _outcome(reading.tokens.changes, 0.0)
    if _only_stops_early(reading):
        return _ended(reading)
    return _meeting(reading, shape) or (_ended(reading) if _reaches_the_end(reading) else None)


def _composed(draft: Draft, outcome: Outcome, cost: float) -> Outcome:
    """An outcome for the draft's text, told in terms of the text that it began with."""
    if not cost:
        return outcome
    outcome.lost = [(draft.origin(start), None if end is None else draft.origin(end)) for start, end in outcome.lost]
    whole = draft.copy()
    whole.lay(outcome.changes)
    outcome.changes = [Change(edit.at, edit.end, edit.insert, edit.why, Grade.CHOICE) for edit in whole.edits()]
    outcome.grade = Grade.CHOICE
    outcome.cost += cost
    return outcome


def _first_of_several(reading: Reading) -> Outcome | None:
    """The repair of the first error after which the automaton gets furthest."""
    tokens, front = reading.tokens, reading.front
    if front.stop >= len(tokens):
        return None
    error = tokens.starts[front.stop]
    best: tuple[float, Candidate] | None = None
    for ahead_tokens in (tokens, _other_tokens(reading)):
        ahead = Ahead(ahead_tokens, reading.table, error)
        site = Site(reading.text, tokens, front, ahead, reading.table, reading.effort, window=NEAR_ERROR)
        for candidate in candidates(site):
            gain = 0.05 * ahead.reach.get(candidate.back_index, 0)
            if best is None or candidate.cost - gain < best[0]:
                best = (candidate.cost - gain, candidate)
        reading.effort.steps += ahead.work
    if best is None:
        return None
    return Outcome(list(best[1].changes), Grade.CHOICE, best[1].cost)


def _two_documents(reading: Reading) -> Outcome | None:
    """The outcome for a text into which another whole document was written."""
    tokens, front = reading.tokens, reading.front
    if front.stop >= len(tokens):
        return None
    found = list(surroundings.nested(reading.data, tokens.starts[front.stop]))
    if not found:
        return None
    changes, other = min(found, key=lambda each: each[0][0].at)
    outcome = _outcome(changes, 3.0)
    outcome.alternatives.append(other)
    outcome.fragments.append(Fragment("", other))
    return outcome


def _mixed(reading: Reading) -> Outcome | None:
    """The outcome for a text that another document was written into, which cannot be told apart any more.

    A sign of it is an opening brace where none can be, or one with a key inside a string; what stands before it is
    kept, everything else is left alone.
    """
    tokens, front, data = reading.tokens, reading.front, reading.data
    stop = front.stop
    if not 1 < stop < len(tokens):
        return None
    at = tokens.starts[stop]
    inside = tokens.kinds[stop - 1] == STRING and data[at - 2 : at] == b'{"'
    if not inside and tokens.kinds[stop] != OPEN_OBJECT:
        return None
    closed = ending.close_before(data, tokens, front, reading.table, stop - 1)
    if closed is None:
        return None
    kept = [change for change in tokens.changes if change.end <= closed.kept]
    outcome = _outcome([*kept, *closed.changes], 3.0)
    outcome.grade = Grade.CHOICE
    outcome.lost.append((closed.kept, None))
    if closed.fragment:
        outcome.fragments.append(closed.fragment)
    return outcome


def _head_lost(reading: Reading) -> Outcome | None:
    """The outcome for a text whose beginning is gone: what containers are left, listed."""
    back = reading.back()
    depth = reading.table.depth[back.needs[back.first]]
    if depth < (2 if reading.data.lstrip(WHITE_SPACE)[:1] in (b"{", b"[") else 1):
        return None
    changes = holes.islands(reading.data, back, reading.table)
    if not changes:
        return None
    begins = changes[0].end
    outcome = _outcome([*changes, *(each for each in back.tokens.changes if each.at >= begins)], 4.0)
    outcome.lost.append((0, begins))
    outcome.fragments.append(Fragment("", reading.data[:begins]))
    return outcome


def _worst(changes: list[Change]) -> Grade:
    return max((change.grade for change in changes), default=Grade.SYNTAX)


def _outcome(changes: list[Change], cost: float) -> Outcome:
    changes = sorted(changes)
    outcome = Outcome(changes, _worst(changes), cost)
    outcome.lost.extend((change.at, change.at) for change in changes if change.why == OMISSION)
    return outcome


def _reaches_the_end(reading: Reading) -> bool:
    """Whether the front took everything but, at most, a last token that the end of the text cut."""
    tokens, stop = reading.tokens, reading.front.stop
    if stop == len(tokens):
        return True
    return stop == len(tokens) - 1 and tokens.kinds[stop] in (OPEN_STRING, WORD) and reading.front.states[stop] <= KEY


def _only_stops_early(reading: Reading) -> bool:
    """Whether a cut explains everything, and nothing else does: no closing bracket stands at the end that may be what
    is left of a sound one."""
    if not _reaches_the_end(reading):
        return False
    bare = reading.data.rstrip(WHITE_SPACE)
    if bare[-1:] not in (b"}", b"]"):
        return True
    front = reading.front
    if front.stop < len(reading.tokens):
        # Inside a string one bracket is text as well as not; several that close everything are no accident.
        return bare[-2:-1] not in (b"}", b"]")
    return reading.table.depth[front.stacks[front.stop]] != 1


def cut_before_anything(reading: Reading) -> Fragment | None:
    """What is left of a text that was cut before its first leaf was whole; None for any other text."""
    tokens = reading.tokens
    if not len(tokens) or not _only_stops_early(reading) or _ended(reading) is not None:
        return None
    last = max(0, min(reading.front.stop, len(tokens) - 1))
    path = ending.path_of(reading.data, tokens, reading.front, reading.table, last)
    return Fragment(path, reading.data[tokens.starts[last] :])


def _ended(reading: Reading) -> Outcome | None:
    closed = ending.close(reading.data, reading.tokens, reading.front, reading.table)
    if closed is None:
        return None
    kept = [change for change in reading.tokens.changes if change.end <= closed.kept]
    outcome = _outcome([*kept, *closed.changes], 0.5)
    outcome.lost.append((closed.kept, None))
    if closed.fragment:
        outcome.fragments.append(closed.fragment)
    if reading.front.stop == len(reading.tokens) and reading.tokens.kinds[-1] in b"}]":
        # Few cuts fall right behind a closing bracket; something may be missing before it instead.
        outcome.grade = Grade.CHOICE
    return outcome


def _other_tokens(reading: Reading) -> Tokens:
    """The tokens of the text if it began inside a string: quotes change places."""
    tokens, data = reading.tokens, reading.data
    near = max(0, reading.front.stop - NEAR_QUOTE)
    quote = next(
        (tokens.starts[at] for at in range(near, len(tokens)) if tokens.kinds[at] in (STRING, OPEN_STRING)),
        len(data) - 1,
    )
    reading.effort.steps += len(data) - quote
    return lex(reading.text, quote + 1, reading.dialect)


def _meeting(reading: Reading, shape: ShapeModel | None) -> Outcome | None:
    back = reading.back()
    site = Site(reading.text, reading.tokens, reading.front, back, reading.table, reading.effort)
    found = sorted(candidates(site), key=lambda candidate: candidate.cost)
    if (not found or found[0].cost > CHEAP) and reading.front.stop > 1:
        trusted = reading.front.stop - 1 - _digits_apart(reading)
        found.extend(holes.joins(site, back, trusted, reading.tokens.starts[trusted]))
        found.sort(key=lambda candidate: candidate.cost)
    if not found:
        return None
    places = [change.at for change in found[0].changes[:MOST_PLACES]]
    if reading.front.stop < len(reading.tokens):
        places.append(reading.tokens.starts[reading.front.stop])
    damages = list(rivals(site, places, min(found[0].cost, CHEAP) + TIE))
    found.extend(each for each in damages if each.back_index >= 0)
    found.sort(key=lambda candidate: candidate.cost)
    outcome = _cheapest(site, found, shape)
    if any(each.back_index < 0 and each.cost <= outcome.cost + TIE for each in damages):
        # A byte of data may have been lost here, of which nothing is known.
        outcome.grade = Grade.CHOICE
    if _closes_the_end(site, outcome.changes):
        # Closed where the text ends: more than the bracket may be missing.
        outcome.grade = Grade(max(outcome.grade, Grade.LOSS))
        outcome.lost.append((outcome.changes[-1].at, None))
    return _with_fragments(site, outcome)


def _digits_apart(reading: Reading) -> int:
    """How many tokens before the error belong to a number that commas cut up (``1,234.50``): none of it is kept."""
    tokens, stop, data = reading.tokens, reading.front.stop, reading.data
    if stop < 2 or stop >= len(tokens) or tokens.kinds[stop - 2 : stop + 1] != [ATOM, COMMA, ATOM]:
        return 0
    is_key_wanted = reading.front.states[stop] == KEY
    starts_with_digit = data[tokens.starts[stop]] in b"0123456789" and data[tokens.starts[stop - 2]] in b"-0123456789"
    return 1 if is_key_wanted and starts_with_digit and tokens.ends[stop - 1] == tokens.starts[stop] else 0


def _nul_hole(reading: Reading) -> Outcome | None:
    """The outcome for a text in the middle of which NULs stand for bytes that were lost."""
    data, tokens = reading.data, reading.tokens
    start = data.find(NULS)
    if start < 0:
        return None
    end = run_end(data, start, len(data), b"\0")
    trusted = min(bisect_right(tokens.starts, start) - 1, reading.front.stop)
    if trusted < 1:
        return None
    for back_tokens in (tokens, lex(reading.text, end, reading.dialect)):
        back = read_back(back_tokens, reading.table)
        site = Site(reading.text, tokens, reading.front, back, reading.table, reading.effort)
        for candidate in holes.joins(site, back, trusted, end):
            return _with_fragments(site, _outcome(_all_changes(site, candidate), candidate.cost - CHEAP))
    return None


def _with_fragments(site: Site, outcome: Outcome) -> Outcome:
    """The outcome with what was dropped at its holes."""
    for change in outcome.changes:
        if change.why == holes.WHY:
            outcome.lost.append((change.at, change.end))
            kept = bisect_left(site.tokens.starts, change.at)
            path = ending.path_of(site.text.data, site.tokens, site.front, site.table, min(kept, site.front.stop))
            outcome.fragments.append(Fragment(path, site.text.data[change.at : change.end]))
    return outcome


def _all_changes(site: Site, candidate: Candidate) -> list[Change]:
    """The candidate's changes with the respellings of the front before and of the back behind it.

    What a hole takes with it needs no respelling: a change that its own changes overlap is left out.
    """
    tokens, back = site.tokens, site.back.tokens
    front_end = tokens.starts[candidate.front_index] if candidate.front_index < len(tokens) else len(site.text.data)
    back_start = back.starts[candidate.back_index] if candidate.back_index < len(back) else len(site.text.data)
    first = min((change.at for change in candidate.changes if change.end > change.at), default=front_end)
    last = max((change.end for change in candidate.changes), default=back_start)
    before = [change for change in tokens.changes if change.end <= min(front_end, first) and change.at < front_end]
    behind = [change for change in back.changes if change.at >= max(back_start, last)]
    return sorted([*before, *candidate.changes, *behind])


def _cheapest(site: Site, found: list[Candidate], shape: ShapeModel | None) -> Outcome:
    """Choose among candidates: cost first, shape where costs are near, and say when it was a choice."""
    near = [candidate for candidate in found if candidate.cost <= found[0].cost + NEAR]
    readings: dict[bytes, tuple[float, list[Change]]] = {}
    for candidate in _worth_comparing(site, near):
        changes = _all_changes(site, candidate)
        output = apply_changes(site.text.data, changes)
        site.effort.steps += len(output)
        known = readings.get(output)
        if known is None or _worst(changes) < _worst(known[1]):
            readings[output] = (min(candidate.cost, known[0] if known else candidate.cost), changes)
    if len(readings) == 1:
        cost, changes = next(iter(readings.values()))
        return _outcome(changes, cost)
    ranked = sorted(
        (cost + _shape_cost(output, shape), order, output) for order, (output, (cost, _)) in enumerate(readings.items())
    )
    at_end = [entry for entry in ranked if _closes_the_end(site, readings[entry[2]][1])]
    told = shape is not None or len(site.tokens) >= TELLING
    if at_end and (not told or at_end[0][0] - ranked[0][0] < CONVINCING):
        # As for any cut text, the bracket is missing where the text ends, unless its shape tells otherwise.
        ranked.remove(at_end[0])
        ranked.insert(0, at_end[0])
    chosen = ranked[0][2]
    cost, changes = readings[chosen]
    outcome = _outcome(changes, cost)
    near_by = [output for _, _, output in ranked[1:] if readings[output][0] <= cost + TIE]
    near_by = [output for output in near_by if not _says_the_same(output, chosen)]
    if near_by:
        outcome.grade = Grade.CHOICE
        outcome.alternatives = near_by[:MOST_ALTERNATIVES]
    equals = sum(1 for total, _, _ in ranked if abs(total - ranked[0][0]) < EVEN)
    outcome.undecided = equals >= TOO_MANY_EQUALS and not _closes_the_end(site, changes)
    return outcome


def _says_the_same(one: bytes, other: bytes) -> bool:
    """Whether two readings have one value."""
    try:
        return bool(orjson.loads(one) == orjson.loads(other))
    except ValueError:
        return one.translate(None, WHITE_SPACE) == other.translate(None, WHITE_SPACE)


def _closes_the_end(site: Site, changes: list[Change]) -> bool:
    """Whether nothing was wrong before the end of the text, and the last change is a bracket there."""
    whole = site.front.stop == len(site.tokens)
    return whole and bool(changes) and changes[-1].at == len(site.text.data.rstrip(WHITE_SPACE))


def _worth_comparing(site: Site, near: list[Candidate]) -> list[Candidate]:
    """As many candidates as may be looked at closely: those first behind a key that ends objects elsewhere, too."""
    most = max(FEWEST_COMPARED, min(MOST_COMPARED, COMPARED_BYTES // (len(site.text.data) + 1)))
    if len(near) <= most:
        return near
    last_keys, finals = _last_keys(site)
    return sorted(
        near,
        key=lambda candidate: candidate.cost - 0.4 * (finals.get(last_keys[candidate.front_index], 0) > 0),
    )[:most]


def _last_keys(site: Site) -> tuple[list[bytes], dict[bytes, int]]:
    """For every token of the front the last key before it in its object, and how often each key ends an object."""
    data, tokens, front = site.text.data, site.tokens, site.front
    finals: dict[bytes, int] = {}
    open_keys = [b""]
    last: list[bytes] = []
    for index in range(front.stop):
        last.append(open_keys[-1])
        kind = tokens.kinds[index]
        if kind in b"{[":
            open_keys.append(b"")
        elif kind in b"}]":
            key = open_keys.pop()
            finals[key] = finals.get(key, 0) + 1
        elif kind == STRING and front.states[index] in (KEY, FIRST_KEY):
            open_keys[-1] = data[tokens.starts[index] : tokens.ends[index]]
    last.append(open_keys[-1])
    finals.pop(b"", None)
    return last, finals


def _shape_cost(output: bytes, shape: ShapeModel | None) -> float:
    if len(output) > LONGEST_PAYLOAD:
        return 0.0
    profile = Profile(output)
    return shape.strangeness(profile) + irregularity(profile) / 4 if shape else irregularity(profile)
