"""Documents of another style than those that the repairer was built on, and small damages to texts in other spellings.

`held_out_documents` differ from `repair_documents` in what they hold: GeoJSON, tweets, log events, an event with a
document in a string. `damaged_styles` writes documents minified, indented, as Python's repr and as JavaScript, and
damages one sign in each: only signs outside of texts, since nothing shows that a letter of a text is gone.
"""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.benchmarks.repair_damage import Damaged
from tests.benchmarks.repair_documents import CITIES, NAMES, identifier, sentence


def feature(random_: random.Random) -> dict[str, Any]:
    """A GeoJSON feature: numbers in nested arrays."""
    ring = [[round(random_.uniform(-180, 180), 6), round(random_.uniform(-90, 90), 6)] for _ in range(5)]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "name": random_.choice(CITIES),
            "pop": random_.randrange(10**6),
            "capital": random_.random() < 0.5,
        },
    }


def tweet(random_: random.Random) -> dict[str, Any]:
    """Texts in several languages, long ids, nulls."""
    return {
        "created_at": "Wed Oct 10 20:19:24 +0000 2018",
        "id": random_.getrandbits(60),
        "text": f"{sentence(random_)} 😀 #{random_.choice(CITIES)}",
        "user": {"id": random_.getrandbits(40), "name": random_.choice(NAMES), "verified": False, "url": None},
        "entities": {"hashtags": [{"text": random_.choice(CITIES), "indices": [3, 9]}], "urls": []},
        "coordinates": None,
    }


def log_event(random_: random.Random) -> dict[str, Any]:
    """Short, flat, all strings."""
    return {
        "ts": "2026-02-03T04:05:06.789Z",
        "lvl": random_.choice(["INFO", "WARN", "ERROR"]),
        "msg": sentence(random_),
        "thread": f"pool-{random_.randrange(9)}",
        "ms": random_.randrange(10**4),
    }


def with_inner_document(random_: random.Random) -> dict[str, Any]:
    """A document in a string, as capture libraries write it."""
    return {"uuid": identifier(random_, "e"), "elements": json.dumps([log_event(random_)]), "n": random_.randrange(99)}


def held_out_documents(count: int, seed: int) -> list[bytes]:
    """`count` documents, minified, the same for the same seed."""
    random_ = random.Random(f"held out {seed}")
    makers = [feature, tweet, log_event, with_inner_document]
    made = (makers[at % len(makers)](random_) for at in range(count))
    return [json.dumps(each, ensure_ascii=False, separators=(",", ":")).encode() for each in made]


# ------------------------------------------------------------------------------------------------------------ styles

Pieces = list[tuple[str, bool]]
"""A text in pieces, and whether each is the inside of a string."""


def _string(text: str, quote: str) -> Pieces:
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    if quote == "'":
        inner = inner.replace('\\"', '"').replace("'", "\\'")
    return [(quote, False), (inner, True), (quote, False)]


def _pieces(value: Any, style: str, indent: int = 0) -> Iterator[tuple[str, bool]]:
    """The pieces of a value: minified, indented, as Python's repr or as a JavaScript literal."""
    quote = "'" if style in ("python", "javascript") else '"'
    blank = "" if style == "minified" else " "
    line = "\n" + "  " * (indent + 1) if style == "indented" else ""
    if isinstance(value, (dict, list)):
        yield ("{" if isinstance(value, dict) else "["), False
        for at, each in enumerate(value):
            if at:
                yield ",", False
                yield ("" if line else blank), True
            yield line, True
            if isinstance(value, dict):
                is_bare = style == "javascript" and each.isidentifier()
                yield from [(each, True)] if is_bare else _string(each, quote)
                yield ":", False
                yield blank, True
            yield from _pieces(value[each] if isinstance(value, dict) else each, style, indent + 1)
        if value and line:
            yield line[:-2], True
        yield ("}" if isinstance(value, dict) else "]"), False
    elif isinstance(value, str):
        yield from _string(value, quote)
    elif style == "python":
        yield repr(value), True
    else:
        yield json.dumps(value), True


def _gone(signs: list[int], text: bytes, random_: random.Random) -> bytes:
    at = random_.choice(signs)
    return text[:at] + text[at + 1 :]


def _slipped_in(signs: list[int], text: bytes, random_: random.Random) -> bytes:
    # Not inside a text or as the element of an empty list, where nothing would show it.
    between = [
        at
        for before, at in zip([-1, *signs], signs, strict=False)
        if at == before + 1 and not (text[at] in b"\"'" and text[at - 1] == text[at]) and text[before : at + 1] != b"[]"
    ]
    at = random_.choice(between)
    return text[:at] + bytes((random_.choice(b"{}[],:\"'x0"),)) + text[at:]


def _flipped(signs: list[int], text: bytes, random_: random.Random) -> bytes:
    at = random_.choice(signs)
    return text[:at] + bytes((text[at] ^ 1 << random_.randrange(7),)) + text[at + 1 :]


def _swapped(signs: list[int], text: bytes, random_: random.Random) -> bytes:
    at = random_.choice(signs)
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


STYLES = ("minified", "indented", "python", "javascript")
DAMAGES: dict[str, Callable[[list[int], bytes, random.Random], bytes]] = {
    "sign gone": _gone,
    "byte slipped in": _slipped_in,
    "bit flipped": _flipped,
    "neighbours swapped": _swapped,
}


def damaged_styles(documents: list[bytes], count: int, seed: int) -> dict[str, list[Damaged]]:
    """`count` damaged texts of each style and damage; none that is still sound is left out but valid JSON."""
    found: dict[str, list[Damaged]] = {}
    for style in STYLES:
        for name, damage in DAMAGES.items():
            random_ = random.Random(f"{style} {name} {seed}")
            made = found.setdefault(f"{style}, {name}", [])
            for document in random_.choices(documents, k=count):
                text, signs = bytearray(), []
                for piece, is_inside in _pieces(json.loads(document), style):
                    if not is_inside:
                        signs.append(len(text))
                    text += piece.encode()
                broken = damage(signs, bytes(text), random_)
                if not _is_json(broken):
                    made.append(Damaged(broken, document))
    return found


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text.decode())
    except ValueError:
        return False
    return True
