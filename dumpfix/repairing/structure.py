"""From a text whose structure is broken to one whose structure is sound: front, back, and what makes them meet."""

from dumpfix.json.lexer import WHITE_SPACE
from dumpfix.repairing import ending, holes, prices
from dumpfix.repairing.automaton import KEY, Ahead, Back
from dumpfix.repairing.candidates import NO_JSON, candidates
from dumpfix.repairing.choosing import MOST_ALTERNATIVES, cheapest, closes_the_end
from dumpfix.repairing.dialect import BARE_KEY
from dumpfix.repairing.lexer import LAST_COMMA
from dumpfix.repairing.losses import (
    all_changes,
    bad_scalars,
    closed_at,
    document_behind_nuls,
    head_lost,
    mixed,
    nul_hole,
    two_documents,
    with_fragments,
)
from dumpfix.repairing.model import Fragment
from dumpfix.repairing.pieces import Change, Draft, Grade, apply_changes
from dumpfix.repairing.quoting import BARE_QUOTES
from dumpfix.repairing.reading import (
    Outcome,
    Reading,
    is_whole,
    only_stops_early,
    other_tokens,
    outcome_of,
    reaches_the_end,
    read,
)
from dumpfix.repairing.rivals import LOST_QUOTE, SLIPPED_IN, rivals
from dumpfix.repairing.shape import ShapeModel, looks_spliced
from dumpfix.repairing.site import Candidate, Site
from dumpfix.repairing.tokens import ATOM, COMMA, STRING

# An outcome up to CHEAP is one small edit; above it, holes and several errors are weighed against it.
CHEAP = 2.6
ONE_MORE = 1.2
# How many errors are repaired one after another, and how many bytes are read for that, since the text is read anew
# after each; after FEW it must look as if that would reach the end.
MOST_ERRORS = 8
READ_AGAIN = 1 << 20
FEW_ERRORS = 3
# How many tokens before an error are looked at for the first of several, and how many places of one repair are judged.
NEAR_ERROR = 16
MOST_PLACES = 4


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
        if outcome is None and only_stops_early(reading):
            break
        if outcome is None or outcome.cost > CHEAP:
            outcome = bad_scalars(reading) or two_documents(reading) or mixed(reading) or outcome or head_lost(reading)
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
    hole = document_behind_nuls(reading) or nul_hole(reading)
    if hole is not None:
        return hole
    if is_whole(reading):
        return outcome_of(reading.tokens.changes, 0.0)
    if only_stops_early(reading):
        return _ended(reading)
    return _meeting(reading, shape) or (_ended(reading) if reaches_the_end(reading) else None)


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
    outcome.prices = [price + cost for price in outcome.prices]
    return outcome


def _first_of_several(reading: Reading) -> Outcome | None:
    """The repair of the first error after which the automaton gets furthest."""
    tokens, front = reading.tokens, reading.front
    if front.stop >= len(tokens):
        return None
    error = tokens.starts[front.stop]
    best: tuple[float, Candidate] | None = None
    for ahead_tokens in (tokens, other_tokens(reading)):
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


def cut_before_anything(reading: Reading) -> Fragment | None:
    """What is left of a text that was cut before its first leaf was whole; None for any other text."""
    tokens = reading.tokens
    if not len(tokens) or not only_stops_early(reading) or _ended(reading) is not None:
        return None
    last = max(0, min(reading.front.stop, len(tokens) - 1))
    path = ending.path_of(reading.data, tokens, reading.front, reading.table, last)
    return Fragment(path, reading.data[tokens.starts[last] :])


def _ended(reading: Reading) -> Outcome | None:
    closed = ending.close(reading.data, reading.tokens, reading.front, reading.table)
    if closed is None:
        return None
    outcome = closed_at(reading, closed, 0.5)
    if _may_be_no_cut(reading):
        outcome.grade = Grade.CHOICE
    return outcome


def _may_be_no_cut(reading: Reading) -> bool:
    """Whether something else may be wrong with a text that stops too early: few cuts fall right behind a closing
    bracket, so that something may be missing before it; or the last quote changed places with the brackets that the
    text lacks."""
    tokens, front = reading.tokens, reading.front
    if front.stop < len(tokens):
        return False
    if tokens.kinds[-1] in b"}]":
        return True
    lacking = reading.table.closers(front.stacks[-1])
    return tokens.kinds[-1] == STRING and reading.data.endswith(lacking, 0, tokens.ends[-1] - 1)


def _meeting(reading: Reading, shape: ShapeModel | None) -> Outcome | None:
    back = reading.back()
    site = Site(reading.text, reading.tokens, reading.front, back, reading.table, reading.effort)
    if reading.requoted:
        site = site._replace(quote=0x27)
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
        places.append(reading.tokens.ends[reading.front.stop - 1] if reading.front.stop else 0)
    damages = list(rivals(site, places, min(found[0].cost, CHEAP) + prices.NEAR))
    found.extend(each for each in damages if each.back_index >= 0)
    found.sort(key=lambda candidate: candidate.cost)
    outcome = cheapest(site, found, shape)
    hole = _hole_for_quotes(reading, site, outcome) if outcome.grade is Grade.CHOICE else None
    if hole is not None:
        return hole
    if any(each.back_index < 0 and each.cost <= outcome.cost + prices.NEAR for each in damages):
        # A byte of data may have been lost here, of which nothing is known.
        outcome.grade = Grade.CHOICE
    is_other = reading.requoted or any(change.why == BARE_KEY for change in reading.tokens.changes)
    if is_other and any("quote" in each.why != BARE_KEY for each in outcome.changes):
        # Which quotes of a text in other quotes are missing is told by quotes that may be apostrophes.
        outcome.grade = Grade.CHOICE
    if outcome.grade is Grade.SYNTAX and (
        _have_moved(reading.data, outcome.changes)
        or any(_is_torn_number(reading.data, change.at) for change in outcome.changes[:MOST_PLACES])
        or looks_spliced(apply_changes(reading.data, outcome.changes))
    ):
        # Lines may have changed places, or a stretch may be missing here rather than one sign.
        outcome.grade = Grade.CHOICE
    if closes_the_end(site, outcome.changes):
        # Closed where the text ends: more than the bracket may be missing.
        outcome.grade = Grade(max(outcome.grade, Grade.LOSS))
        outcome.lost.append((outcome.changes[-1].at, None))
    return with_fragments(site, outcome)


def _hole_for_quotes(reading: Reading, site: Site, outcome: Outcome) -> Outcome | None:
    """A hole in the place of strings of which nobody can say where they begin and end: a quote was missing, or the
    letter there is one with a flipped bit; bare quotes stand among structure, or where strings have other quotes. None
    where there is no such doubt."""
    whys = {change.why for change in outcome.changes}
    has_others = reading.dialect or reading.requoted
    is_even = outcome.alternatives and outcome.cost >= prices.LOST[STRING] and whys & _WHYS_OF_QUOTES
    is_doubtful = is_even or SLIPPED_IN in whys or (has_others and any(map(_says_little, whys)))
    if not is_doubtful:
        return None
    assert isinstance(site.back, Back)
    trusted = max(reading.front.stop - 1, 0)
    offset = reading.tokens.starts[trusted] if trusted < len(reading.tokens) else len(reading.data)
    for joined in holes.joins(site, site.back, trusted, offset):
        hole = with_fragments(site, outcome_of(all_changes(site, joined), outcome.cost))
        hole.alternatives = [apply_changes(reading.data, outcome.changes), *outcome.alternatives][:MOST_ALTERNATIVES]
        hole.prices = [outcome.cost, *outcome.prices][:MOST_ALTERNATIVES]
        return hole
    return None


def _says_little(why: str) -> bool:
    """Whether a reason, bytes that were dropped or quotes that may stand anywhere, says little of a text in other
    quotes."""
    return why in (BARE_QUOTES, LOST_QUOTE) or why.endswith(NO_JSON)


_WHYS_OF_QUOTES = {BARE_QUOTES, "a closing quote was missing", "an opening quote was missing"}


def _have_moved(data: bytes, changes: list[Change]) -> bool:
    """Whether one comma is too many and one is missing, and not just on the wrong side of a bracket."""
    extra = [change.at for change in changes if change.why == LAST_COMMA]
    lost = [change.at for change in changes if change.insert == b","]
    return any(
        data[min(one, other) : max(one, other)].strip(b",}]" + WHITE_SPACE) for one in extra for other in lost[:1]
    )


def _is_torn_number(data: bytes, at: int) -> bool:
    """Whether the number that ends at `at` is shorter by digits than all others behind the same key."""
    number = data[max(0, at - _LONGEST_NUMBER) : at]
    head = number.rstrip(b"0123456789")
    begin = at - len(number) + len(head)
    key = data.rfind(b'"', 0, max(0, begin - len(b'":')))
    if begin == at or key < 0 or not head.endswith(b'":'):
        return False
    rests = data[:key], data[at:]
    others = [rest for each in rests for rest in each.split(data[key:begin], _MOST_NUMBERS)[1:]]
    sizes = [len(other) - len(other.lstrip(b"0123456789")) for other in others]
    return bool(sizes) and min(sizes) >= at - begin + _DIGITS_FEWER


_LONGEST_NUMBER, _MOST_NUMBERS, _DIGITS_FEWER = 32, 64, 2


def _digits_apart(reading: Reading) -> int:
    """How many tokens before the error belong to a number that commas cut up (``1,234.50``): none of it is kept."""
    tokens, stop, data = reading.tokens, reading.front.stop, reading.data
    if stop < 2 or stop >= len(tokens) or tokens.kinds[stop - 2 : stop + 1] != bytes((ATOM, COMMA, ATOM)):
        return 0
    is_key_wanted = reading.front.states[stop] == KEY
    starts_with_digit = data[tokens.starts[stop]] in b"0123456789" and data[tokens.starts[stop - 2]] in b"-0123456789"
    return 1 if is_key_wanted and starts_with_digit and tokens.ends[stop - 1] == tokens.starts[stop] else 0
