"""What documents of one topic look like: which kinds of value stand at which paths.

A shape never makes a value. It only tells which of several readings, all of which repair a payload at nearly the same
cost, looks like the intact payloads beside it, or, where there are none, like the rest of the same document.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from dumpfix.repairing.automaton import FIRST_KEY, KEY, Stacks, read_front
from dumpfix.repairing.tokens import ATOM, COMMA, OPEN_ARRAY, OPEN_OBJECT, STRING, lex, prepare

MOST_PAYLOADS = 1000
MOST_PATHS = 20_000
LONGEST_PAYLOAD = 1 << 16
LONGEST_TEXT = 1 << 15
DEEPEST = 64
FEWEST_PAIRS = 8
FEWEST_SIBLINGS = 3

Trait = tuple[bytes, int]
"""A path (keys as spelled, `*` for any array index, each after a NUL) and the first byte of the kind that stands there;
kind 0 marks the set of keys of one object, spelled into the path."""


class Profile:
    """The traits of one document, and what its objects are like wherever they stand: `successions` are the pairs of
    keys that follow one another (with an empty one before the first and behind the last), `descents` how many of its
    `pairs` of neighbours are not in alphabetical order, `duplicates` how many keys occur twice in one object."""

    __slots__ = ("descents", "duplicates", "pairs", "successions", "traits")

    def __init__(self, document: bytes) -> None:
        self.traits: dict[Trait, int] = {}
        self.successions: set[tuple[bytes, bytes]] = set()
        self.duplicates = self.descents = self.pairs = 0
        for trait in self._walk(document):
            self.traits[trait] = self.traits.get(trait, 0) + 1

    def _walk(self, document: bytes) -> Iterator[Trait]:
        """The traits of each value in order; nothing is deeper than DEEPEST."""
        tokens = lex(prepare(document))
        front = read_front(tokens, Stacks())
        paths: list[bytes] = [b""]
        keys: list[set[bytes] | None] = []
        last: list[bytes] = []
        path = b""
        for index in range(front.stop):
            kind = tokens.kinds[index]
            if kind == STRING and front.states[index] in (KEY, FIRST_KEY):
                key = document[tokens.starts[index] : tokens.ends[index]]
                names = keys[-1]
                if names is not None:
                    self.duplicates += key in names
                    names.add(key)
                before = last[-1]
                if before:
                    self.pairs += 1
                    self.descents += key < before
                self.successions.add((before, key))
                last[-1] = key
                path = paths[-1] + b"\0" + key
            elif kind in (STRING, ATOM):
                yield path, _kind_of(document[tokens.starts[index]])
            elif kind in (OPEN_OBJECT, OPEN_ARRAY):
                yield path, kind
                paths.append(path)
                keys.append(set() if kind == OPEN_OBJECT else None)
                last.append(b"")
                if len(paths) > DEEPEST:
                    return
                if kind == OPEN_ARRAY:
                    path += b"\0*"
            elif kind in b"}]":
                path = paths.pop()
                names = keys.pop()
                final = last.pop()
                if names is not None:
                    self.successions.add((final, b""))
                    yield path + b"\0" + b"\0".join(sorted(names)), 0
                if keys and keys[-1] is None:
                    path = paths[-1] + b"\0*"
            elif kind == COMMA and keys[-1] is None:
                path = paths[-1] + b"\0*"


def _kind_of(byte: int) -> int:
    """One letter for string, number, boolean or null."""
    if byte in b"-0123456789":
        return 0x30
    return 0x74 if byte == 0x66 else byte


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
        for trait in Profile(payload).traits:
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
    kinds: dict[bytes, int] = {}
    for path, kind in profile.traits:
        if kind:
            kinds[path] = kinds.get(path, 0) + 1
    mixed = sum(count - 1 for count in kinds.values())
    # Where keys are sorted nearly everywhere, one that is not is a sign; where they are not, it says nothing.
    descents = min(profile.descents, 0.15 * profile.pairs + 1) if profile.pairs >= FEWEST_PAIRS else 0
    return (
        0.12 * len(profile.traits)
        + 0.3 * len(profile.successions)
        + 0.3 * mixed
        + 0.8 * descents
        + 3.0 * profile.duplicates
    )


class _TwiceError(ValueError):
    """An object has one key twice."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _TwiceError
    return members


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_int=len, parse_float=len)


def looks_spliced(document: bytes) -> bool:
    """Whether a valid document shows that two parts of it were joined which do not belong together: one key twice in an
    object, or an object in an array that lacks what all the others there have."""
    try:
        left = [_DECODER.decode(document.decode())]
    except _TwiceError:
        return True
    except (RecursionError, ValueError):
        return False
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left.extend(each for each in value.values() if isinstance(each, dict | list))
            continue
        inner = [each for each in value if isinstance(each, dict | list)]
        left.extend(inner)
        if len(inner) >= FEWEST_SIBLINGS:
            kinds = Counter(frozenset(each) for each in inner if isinstance(each, dict))
            if len(kinds) == 2:
                (usual, _), (odd, count) = kinds.most_common()
                if count == 1 and odd < usual:
                    return True
    return False
