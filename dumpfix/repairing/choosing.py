"""Which of several repairs: cost first, shape where costs are near, and when it was a choice."""

import orjson

from dumpfix.json.lexer import WHITE_SPACE
from dumpfix.repairing import prices
from dumpfix.repairing.losses import all_changes
from dumpfix.repairing.pieces import Change, Grade, apply_changes
from dumpfix.repairing.reading import Outcome, outcome_of, worst
from dumpfix.repairing.shape import LONGEST_PAYLOAD, Profile, ShapeModel, irregularity
from dumpfix.repairing.site import Candidate, Site

# Shape may overrule a difference of costs of at most NEAR.
NEAR = 1.5
# How many readings are compared by shape, and how many bytes that may take.
MOST_COMPARED = 48
FEWEST_COMPARED = 8
COMPARED_BYTES = 1 << 17
MOST_ALTERNATIVES = 4
# Readings that differ by less than EVEN are equal; with TOO_MANY equals none is taken (measured: right in one of five).
# Where a bracket may be missing at the end or before it, their shapes must differ by more than one succession of keys.
EVEN, EVEN_AT_END = 0.01, 0.31
TOO_MANY_EQUALS = 3
# A bracket that may be missing at the end is, unless there are TELLING tokens whose shape is CONVINCING.
TELLING = 64
CONVINCING = 0.5


def cheapest(site: Site, found: list[Candidate], shape: ShapeModel | None) -> Outcome:
    """Choose among candidates: cost first, shape where costs are near, and say when it was a choice."""
    near = [candidate for candidate in found if candidate.cost <= found[0].cost + NEAR]
    readings: dict[bytes, tuple[float, list[Change]]] = {}
    most = max(FEWEST_COMPARED, min(MOST_COMPARED, COMPARED_BYTES // (len(site.text.data) + 1)))
    for candidate in near[:most]:
        changes = all_changes(site, candidate)
        output = apply_changes(site.text.data, changes)
        site.effort.steps += len(output)
        known = readings.get(output)
        if known is None or worst(changes) < worst(known[1]):
            readings[output] = (min(candidate.cost, known[0] if known else candidate.cost), changes)
    if len(readings) == 1:
        cost, changes = next(iter(readings.values()))
        return outcome_of(changes, cost)
    ranked = sorted(
        (cost + _shape_cost(output, shape), order, output) for order, (output, (cost, _)) in enumerate(readings.items())
    )
    at_end = [entry for entry in ranked if closes_the_end(site, readings[entry[2]][1])]
    told = shape is not None or len(site.tokens) >= TELLING
    if at_end and _may_be_cut(readings, at_end[0], ranked[0], told):
        # As for any cut text, the bracket is missing where the text ends, unless its shape tells otherwise.
        ranked.remove(at_end[0])
        ranked.insert(0, at_end[0])
    chosen = ranked[0][2]
    cost, changes = readings[chosen]
    total = next(total for total, _, output in ranked if output == chosen)
    near_by = [
        output
        for other, _, output in ranked[1:]
        if readings[output][0] <= cost + prices.NEAR and other <= total + prices.NEAR_BY_SHAPE
    ]
    same = {output for output in near_by if says_the_same(output, chosen)}
    # Of several ways to one value the surest tells how sure it is.
    changes = min([changes, *(readings[output][1] for output in near_by if output in same)], key=worst)
    outcome = outcome_of(changes, cost)
    near_by = [output for output in near_by if output not in same]
    if near_by:
        outcome.grade = Grade.CHOICE
        outcome.alternatives = near_by[:MOST_ALTERNATIVES]
        outcome.prices = [readings[output][0] for output in outcome.alternatives]
    even = EVEN_AT_END if closes_the_end(site, changes) else EVEN
    equals: list[bytes] = []
    for total, _, output in ranked:
        if total - ranked[0][0] < even and not any(says_the_same(output, other) for other in equals):
            equals.append(output)
    outcome.undecided = len(equals) >= TOO_MANY_EQUALS
    return outcome


def _may_be_cut(
    readings: dict[bytes, tuple[float, list[Change]]],
    at_end: tuple[float, int, bytes],
    best: tuple[float, int, bytes],
    told: bool,
) -> bool:
    """Whether nothing convinces that a bracket which may be missing at the end is missing elsewhere: the shape, where
    there is enough to show one, else the lines."""
    if told:
        return at_end[0] - best[0] < CONVINCING
    return readings[at_end[2]][0] - readings[best[2]][0] < CONVINCING


def says_the_same(one: bytes, other: bytes) -> bool:
    """Whether two readings have one value."""
    try:
        return bool(orjson.loads(one) == orjson.loads(other))
    except ValueError:
        return one.translate(None, WHITE_SPACE) == other.translate(None, WHITE_SPACE)


def closes_the_end(site: Site, changes: list[Change]) -> bool:
    """Whether nothing was wrong before the end of the text, and the last change is a bracket there."""
    whole = site.front.stop == len(site.tokens)
    return whole and bool(changes) and changes[-1].at == len(site.text.data.rstrip(WHITE_SPACE))


def _shape_cost(output: bytes, shape: ShapeModel | None) -> float:
    if len(output) > LONGEST_PAYLOAD:
        return 0.0
    profile = Profile(output)
    if not profile.traits:
        # Not sound after all (or too deep to tell, as the others are).
        return prices.NEVER
    return shape.strangeness(profile) + irregularity(profile) / 4 if shape else irregularity(profile)
