"""What is left where bytes are gone, or another document is in between: holes, lost heads, two documents in one."""

from bisect import bisect_left, bisect_right

from dumpfix.json.lexer import WHITE_SPACE, run_end
from dumpfix.repairing import ending, holes, prices, surroundings
from dumpfix.repairing.automaton import AFTER, read_back, read_front
from dumpfix.repairing.lexer import lex
from dumpfix.repairing.model import Fragment
from dumpfix.repairing.pieces import Change, Grade
from dumpfix.repairing.reading import NULS, Outcome, Reading, outcome_of
from dumpfix.repairing.site import Candidate, Site
from dumpfix.repairing.tokens import (
    ATOM,
    COLON,
    COMMA,
    OPEN_ARRAY,
    OPEN_OBJECT,
    STRING,
    WORD,
    Tokens,
)


def two_documents(reading: Reading) -> Outcome | None:
    """The outcome for a text into which another whole document was written."""
    tokens, front = reading.tokens, reading.front
    if front.stop >= len(tokens):
        return None
    found = list(surroundings.nested(reading.data, tokens.starts[front.stop]))
    if not found:
        return None
    changes, other = min(found, key=lambda each: each[0][0].at)
    outcome = outcome_of(changes, 3.0)
    outcome.alternatives.append(other)
    outcome.fragments.append(Fragment("", other))
    return outcome


def mixed(reading: Reading) -> Outcome | None:
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
    outcome = closed_at(reading, closed, 3.0)
    outcome.grade = Grade.CHOICE
    return outcome


def closed_at(reading: Reading, closed: ending.Ending, cost: float) -> Outcome:
    """The outcome for a text that is closed where an ending says."""
    kept = [change for change in reading.tokens.changes if change.end <= closed.kept]
    outcome = outcome_of([*kept, *closed.changes], cost)
    outcome.lost.append((closed.kept, None))
    if closed.fragment:
        outcome.fragments.append(closed.fragment)
    return outcome


def head_lost(reading: Reading) -> Outcome | None:
    """The outcome for a text whose beginning is gone: what containers are left, listed."""
    back = reading.back()
    depth = reading.table.depth[back.needs[back.first]]
    if depth < (2 if reading.data.lstrip(WHITE_SPACE)[:1] in (b"{", b"[") else 1):
        return None
    changes = holes.islands(reading.data, back, reading.table)
    if not changes:
        return None
    begins = changes[0].end
    outcome = outcome_of([*changes, *(each for each in back.tokens.changes if each.at >= begins)], 4.0)
    outcome.lost.append((0, begins))
    outcome.fragments.append(Fragment("", reading.data[:begins]))
    return outcome


def nul_hole(reading: Reading) -> Outcome | None:
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
            return with_fragments(site, outcome_of(all_changes(site, candidate), candidate.cost - 2.6))
    return None


def with_fragments(site: Site, outcome: Outcome) -> Outcome:
    """The outcome with what was dropped at its holes."""
    for change in outcome.changes:
        if change.why == holes.WHY:
            outcome.lost.append((change.at, change.end))
            kept = bisect_left(site.tokens.starts, change.at)
            path = ending.path_of(site.text.data, site.tokens, site.front, site.table, min(kept, site.front.stop))
            outcome.fragments.append(Fragment(path, site.text.data[change.at : change.end]))
    return outcome


def all_changes(site: Site, candidate: Candidate) -> list[Change]:
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


def bad_scalars(reading: Reading) -> Outcome | None:
    """The outcome where nothing is wrong but values that are none: each goes with its member, one hole for each."""
    tokens, data = reading.tokens, reading.data
    words = [at for at in range(1, len(tokens)) if tokens.kinds[at] == WORD and _stands_for_a_value(tokens.kinds, at)]
    if not words:
        return None
    kinds = tokens.kinds.copy()
    for at in words:
        kinds[at] = ATOM
    whole = Tokens()
    whole.kinds, whole.starts, whole.ends = kinds, tokens.starts, tokens.ends
    front = read_front(whole, reading.table)
    if front.stop < len(whole) or front.states[front.stop] != AFTER or front.stacks[front.stop]:
        return None
    changes: list[Change] = []
    lost: list[Fragment] = []
    for at in words:
        first = at if kinds[at - 1] != COLON else at - 2
        if first < 1 or kinds[first - 1] not in (OPEN_OBJECT, OPEN_ARRAY, COMMA):
            return None
        begin, end = tokens.starts[first], tokens.ends[at]
        if kinds[first - 1] == COMMA and not (changes and changes[-1].end > tokens.starts[first - 1]):
            begin = tokens.starts[first - 1]
        elif at + 1 < len(kinds) and kinds[at + 1] == COMMA:
            end = tokens.starts[at + 2] if at + 2 < len(kinds) else tokens.ends[at + 1]
        word = data[tokens.starts[at] : tokens.ends[at]].decode("utf-8", "replace")
        changes.append(Change(begin, end, b"", f"{NO_VALUE}: {word[:_SHOWN]}", Grade.CHOICE))
        lost.append(Fragment(ending.path_of(data, whole, front, reading.table, at), data[begin:end]))
    kept = [each for each in tokens.changes if not any(hole.at <= each.at < hole.end for hole in changes)]
    outcome = outcome_of([*kept, *changes], prices.BAD_SCALAR * len(changes))
    outcome.fragments.extend(lost)
    outcome.lost.extend((change.at, change.end) for change in changes)
    return outcome


_SHOWN = 24
NO_VALUE = "not a JSON value"


def _stands_for_a_value(kinds: bytearray, at: int) -> bool:
    return kinds[at - 1] in (COLON, COMMA, OPEN_ARRAY) and bytes(kinds[at + 1 : at + 2]) in (b",", b"}", b"]")


def document_behind_nuls(reading: Reading) -> Outcome | None:
    """The outcome for a text that NULs cut off, behind which another document stands: that one, and a fragment."""
    data = reading.data
    start = data.find(NULS)
    end = run_end(data, start, len(data), b"\0" + WHITE_SPACE) if start > 0 else 0
    if not end or data[end : end + 1] not in (b"{", b"["):
        return None
    found = surroundings.documents(data, end)
    reading.effort.steps += found.work
    if not found.spans or found.spans[0][0] != end or data[found.spans[0][1] :].strip(WHITE_SPACE + b"\0"):
        return None
    why = "another record before the document, cut off by NULs"
    outcome = outcome_of([Change(0, end, b"", why, Grade.CHOICE)], prices.OTHER_RECORD)
    if found.spans[0][1] < len(data):
        outcome.changes.append(Change(found.spans[0][1], len(data), b"", why, Grade.CHOICE))
    outcome.fragments.append(Fragment("", data[:start]))
    outcome.lost.append((start, end))
    return outcome
