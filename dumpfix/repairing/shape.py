"""What documents of one topic look like: which kinds of value stand at which paths.

A shape never makes a value. It only tells which of several readings, all of which repair a payload at nearly the same
cost, looks like the intact payloads beside it, or, where there are none, like the rest of the same document.
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from dumpfix.repairing.tokens import prepare

MOST_PAYLOADS = 1000
MOST_PATHS = 20_000
LONGEST_PAYLOAD = 1 << 16
LONGEST_TEXT = 1 << 15
DEEPEST = 64
FEWEST_PAIRS = 8
FEWEST_SIBLINGS = 3

Trait = tuple[str, str]
"""A path (keys, `*` for any array index, each after a NUL) and the kind that stands there; the kind "" marks the set of
keys of one object, spelled into the path."""

Members = tuple[tuple[str, Any], ...]
"""An object as it is written: its members in order, the same key twice too."""

# Nothing of a number but that it is one.
_DECODER = json.JSONDecoder(object_pairs_hook=tuple, parse_int=len, parse_float=len, strict=False)
_KINDS = {str: "s", int: "n", bool: "b", type(None): "z", tuple: "o", list: "a"}
_CONTAINERS = (tuple, list)


def structure_of(document: bytes) -> Any:
    """A structurally sound text with its objects as Members, whatever stands in its strings; None if it is too deep."""
    try:
        return _DECODER.decode(prepare(document).plain.replace(b"\\", b"/").decode("utf-8", "replace"))
    except (RecursionError, ValueError):
        return None


class Profile:
    """The traits of one document, and what its objects are like wherever they stand: `successions` are the pairs of
    keys that follow one another (with an empty one before the first and behind the last), `descents` how many of its
    `pairs` of neighbours are not in alphabetical order, `duplicates` how many keys occur twice in one object. All are
    empty where the text is not sound."""

    __slots__ = ("descents", "duplicates", "pairs", "successions", "traits")

    def __init__(self, document: bytes) -> None:
        self.traits: set[Trait] = set()
        self.successions: set[tuple[str, str]] = set()
        self.duplicates = self.descents = self.pairs = 0
        structure = structure_of(document)
        if structure is not None:
            self._walk("", structure, DEEPEST)

    def _walk(self, path: str, value: Any, depth: int) -> None:
        """Take in the value at `path`, and what is in it down to `depth` levels."""
        kind = _KINDS[type(value)]
        self.traits.add((path, kind))
        if not depth or kind not in "oa":
            return
        if kind == "a":
            inside = path + "\0*"
            for inner in value:
                if type(inner) in _CONTAINERS:
                    self._walk(inside, inner, depth - 1)
                else:
                    self.traits.add((inside, _KINDS[type(inner)]))
            return
        before = ""
        for key, inner in value:
            if before:
                self.pairs += 1
                self.descents += key < before
            self.successions.add((before, key))
            before = key
            if type(inner) in _CONTAINERS:
                self._walk(f"{path}\0{key}", inner, depth - 1)
            else:
                self.traits.add((f"{path}\0{key}", _KINDS[type(inner)]))
        self.successions.add((before, ""))
        names = {key for key, _ in value}
        self.duplicates += len(value) - len(names)
        self.traits.add((path + "\0" + "\0".join(sorted(names)), ""))


class ShapeModel:
    """The shape of a topic: every trait of its intact payloads. Built once, passed around, may be pickled.

    At most 1000 payloads of at most 64 KiB give at most 20 000 traits, so its size is bounded. `text` is the first
    32 KiB of them, in which damaged words may be looked up.
    """

    __slots__ = ("payloads", "text", "traits")

    def __init__(self) -> None:
        self.traits: dict[Trait, int] = {}
        self.payloads = 0
        self.text = b""

    @classmethod
    def from_payloads(cls, payloads: Iterable[bytes]) -> "ShapeModel":
        """The shape of `payloads`, which must be valid JSON; what is too long is passed over."""
        model = cls()
        for payload in payloads:
            model.add(payload)
        return model

    def add(self, payload: bytes) -> None:
        """Learn one more intact payload."""
        if self.payloads >= MOST_PAYLOADS or len(payload) > LONGEST_PAYLOAD:
            return
        self.payloads += 1
        if len(self.text) + len(payload) <= LONGEST_TEXT:
            self.text += b"\n" + payload
        for trait in sorted(Profile(payload).traits):
            if trait in self.traits or len(self.traits) < MOST_PATHS:
                self.traits[trait] = self.traits.get(trait, 0) + 1

    def strangeness(self, profile: Profile) -> float:
        """How little a document looks like the topic: a cost to set beside the cost of edits.

        Half a point for each value at a path that no payload has with that kind, capped at four; a key set that
        payloads have takes 0.3 off; a duplicate key costs three.
        """
        unseen = sum(1 for trait in profile.traits if trait[1] and trait not in self.traits)
        known_sets = sum(1 for trait in profile.traits if not trait[1] and trait in self.traits)
        return min(4.0, 0.5 * unseen) - 0.3 * min(known_sets, 10) + 3.0 * profile.duplicates


def irregularity(profile: Profile) -> float:
    """How little a document looks like itself: readings that put elements of one array, or members of objects of one
    kind, at paths of their own have more distinct traits. The same scale as `ShapeModel.strangeness`."""
    paths = [path for path, kind in profile.traits if kind]
    mixed = len(paths) - len(set(paths))
    # Where keys are sorted nearly everywhere, one that is not is a sign; where they are not, it says nothing.
    descents = min(profile.descents, 0.15 * profile.pairs + 1) if profile.pairs >= FEWEST_PAIRS else 0
    return (
        0.12 * len(profile.traits)
        + 0.3 * len(profile.successions)
        + 0.3 * mixed
        + 0.8 * descents
        + 3.0 * profile.duplicates
    )


def looks_spliced(document: bytes) -> bool:
    """Whether a valid document shows that two parts of it were joined which do not belong together: one key twice in an
    object, or an object in an array that lacks what all the others there have."""
    left = [structure_of(document)]
    while left:
        value = left.pop()
        if isinstance(value, tuple):
            if len(dict(value)) < len(value):
                return True
            left.extend([inner for _, inner in value if type(inner) in _CONTAINERS])
        elif isinstance(value, list):
            left.extend([each for each in value if type(each) in _CONTAINERS])
            if _has_an_odd_one([each for each in value if isinstance(each, tuple)]):
                return True
    return False


def _has_an_odd_one(objects: list[Members]) -> bool:
    """Whether one object lacks what all the others have."""
    if len(objects) < FEWEST_SIBLINGS:
        return False
    kinds = Counter([frozenset(dict(each)) for each in objects])
    if len(kinds) != 2:
        return False
    (usual, _), (odd, count) = kinds.most_common()
    return count == 1 and odd < usual
