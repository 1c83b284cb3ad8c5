"""Kinds of damage, each a function (document, random) -> Damaged or None where it does not apply.

`goal` says what the best answer is: "exact" the document itself; "prefix" its whole leaves before a cut; "rest" what is
left where bytes are gone elsewhere; "list" both documents of two. `lost` is the byte range of the document that is
missing from the damaged text.
"""

import itertools
import json
import random
from collections.abc import Callable
from typing import NamedTuple


class Damaged(NamedTuple):
    """A damaged text and the truth about it."""

    text: bytes
    truth: bytes
    goal: str = "exact"
    lost: tuple[int, int] | None = None


class Token(NamedTuple):
    """A token of a minified document; `kind` is its first byte, strings before a colon have the kind `k`."""

    kind: str
    start: int
    end: int


def tokens(document: bytes) -> list[Token]:
    """The tokens of a valid document."""
    found: list[Token] = []
    at = 0
    while at < len(document):
        start = at
        letter = chr(document[at])
        if letter in "{}[]:,":
            at += 1
        elif letter == '"':
            at += 1
            while document[at] != 0x22:
                at += 2 if document[at] == 0x5C else 1
            at += 1
            letter = "k" if document[at : at + 1] == b":" else '"'
        else:
            while at < len(document) and document[at] not in b"{}[]:,":
                at += 1
            letter = "1" if letter in "-0123456789" else "t"
        found.append(Token(letter, start, at))
    return found


Damage = Callable[[bytes, random.Random], Damaged | None]
KINDS: dict[str, Damage] = {}


def kind(function: Damage) -> Damage:
    KINDS[function.__name__] = function
    return function


def pick(document: bytes, random_: random.Random, kinds: str, skip: int = 0) -> Token | None:
    found = [token for token in tokens(document)[skip:] if token.kind in kinds]
    return random_.choice(found) if found else None


def without(document: bytes, start: int, end: int) -> Damaged:
    return Damaged(document[:start] + document[end:], document)


def cut(document: bytes, at: int) -> Damaged:
    return Damaged(document[:at], document, "prefix", (at, len(document)))


@kind
def cut_anywhere(document: bytes, random_: random.Random) -> Damaged | None:
    return cut(document, random_.randrange(20, len(document)))


@kind
def cut_in_a_string(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, '"', 4)
    return cut(document, random_.randrange(token.start + 1, token.end)) if token else None


@kind
def cut_in_a_key(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, "k", 4)
    return cut(document, random_.randrange(token.start + 1, token.end + 1)) if token else None


@kind
def cut_in_a_number(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, "1", 4)
    return cut(document, random_.randrange(token.start + 1, token.end + 1)) if token else None


@kind
def cut_in_a_literal(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, "t", 4)
    return cut(document, random_.randrange(token.start + 1, token.end)) if token else None


@kind
def cut_and_padded_with_nuls(document: bytes, random_: random.Random) -> Damaged | None:
    at = random_.randrange(len(document) // 3, len(document))
    return cut(document, at)._replace(text=document[:at] + b"\0" * (len(document) - at))


@kind
def cut_pretty_printed(document: bytes, random_: random.Random) -> Damaged | None:
    pretty = json.dumps(json.loads(document), ensure_ascii=False, indent=2).encode()
    at = random_.randrange(20, len(pretty))
    return Damaged(pretty[:at], pretty, "prefix", (at, len(pretty)))


@kind
def comma_missing(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, ",")
    return without(document, token.start, token.end) if token else None


@kind
def colon_missing(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, ":")
    return without(document, token.start, token.end) if token else None


@kind
def opening_quote_missing(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, '"k')
    return without(document, token.start, token.start + 1) if token else None


@kind
def closing_quote_missing(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, '"k')
    return without(document, token.end - 1, token.end) if token else None


@kind
def opening_bracket_missing(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, "{[", 1)
    return without(document, token.start, token.end) if token else None


@kind
def closing_bracket_missing(document: bytes, random_: random.Random) -> Damaged | None:
    inner = document.rstrip(b"}]")
    token = pick(inner, random_, "}]")
    return without(document, token.start, token.end) if token else None


@kind
def bracket_too_many(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, "}]")
    if token is None:
        return None
    return Damaged(document[: token.end] + random_.choice([b"}", b"]"]) + document[token.end :], document)


@kind
def brackets_exchanged(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, "}]")
    if token is None:
        return None
    other = b"]" if token.kind == "}" else b"}"
    return Damaged(document[: token.start] + other + document[token.end :], document)


@kind
def trailing_commas(document: bytes, random_: random.Random) -> Damaged | None:
    found = tokens(document)
    ends = [
        token.start for before, token in itertools.pairwise(found) if before.kind not in "{[" and token.kind in "}]"
    ]
    if not ends:
        return None
    text = document
    for at in sorted(random_.sample(ends, k=random_.randint(1, len(ends))), reverse=True):
        text = text[:at] + b"," + text[at:]
    return Damaged(text, document)


@kind
def two_errors(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, ",:")
    if token is None:
        return None
    first = without(document, token.start, token.end).text
    far = [other for other in tokens(document) if other.kind in ",:" and abs(other.start - token.start) > 40]
    if not far:
        return None
    other = random_.choice(far)
    at = other.start - (other.start > token.start)
    return Damaged(first[:at] + first[at + 1 :], document)


def respelled(document: bytes, spell: Callable[[Token, bytes], bytes]) -> bytes:
    return b"".join(spell(token, document[token.start : token.end]) for token in tokens(document))


@kind
def python_repr(document: bytes, _random: random.Random) -> Damaged | None:
    return Damaged(repr(json.loads(document)).encode("utf-8", "surrogatepass"), document)


@kind
def single_quotes(document: bytes, _random: random.Random) -> Damaged | None:
    def spell(token: Token, text: bytes) -> bytes:
        inner = text[1:-1].replace(b'\\"', b'"').replace(b"'", b"\\'")
        return b"'" + inner + b"'" if token.kind in '"k' else text

    return Damaged(respelled(document, spell), document)


@kind
def bare_keys(document: bytes, _random: random.Random) -> Damaged | None:
    def spell(token: Token, text: bytes) -> bytes:
        bare = text[1:-1]
        return bare if token.kind == "k" and bare.replace(b"_", b"a").isalpha() else text

    return Damaged(respelled(document, spell), document)


@kind
def comments(document: bytes, random_: random.Random) -> Damaged | None:
    def spell(token: Token, text: bytes) -> bytes:
        note = random_.choice([b"", b"", b"", b"/* x, y */", b" // see {1}\n"])
        return text + note if token.kind in ",[{" else text

    return Damaged(respelled(document, spell), document)


@kind
def nan(document: bytes, random_: random.Random) -> Damaged | None:
    token = pick(document, random_, "1")
    if token is None:
        return None
    word = random_.choice([b"NaN", b"Infinity", b"-Infinity", b"undefined"])
    truth = document[: token.start] + b"null" + document[token.end :]
    return Damaged(document[: token.start] + word + document[token.end :], truth)


@kind
def bare_quotes(document: bytes, _random: random.Random) -> Damaged | None:
    plain = document.replace(b'\\"', b'"')
    return Damaged(plain, document) if plain != document else None


@kind
def raw_line_ends(document: bytes, _random: random.Random) -> Damaged | None:
    plain = document.replace(b"\\n", b"\n")
    return Damaged(plain, document) if plain != document and b"\\\\n" not in document else None


@kind
def wrapped(document: bytes, random_: random.Random) -> Damaged | None:
    width = random_.choice([72, 80, 100, 132])
    lines = [document[at : at + width] for at in range(0, len(document), width)]
    return Damaged(random_.choice([b"\n", b"\r\n"]).join(lines), document)


@kind
def escaped(document: bytes, _random: random.Random) -> Damaged | None:
    return Damaged(document.replace(b"\\", b"\\\\").replace(b'"', b'\\"'), document)


@kind
def text_around(document: bytes, random_: random.Random) -> Damaged | None:
    before = random_.choice(
        [b"12:00:01 INFO [pool-1] got: ", b"user-7\t", b"\x00\x00\x00\x00\x09", b"\xef\xbb\xbf", b"> "]
    )
    return Damaged(before + document + random_.choice([b"", b" (2 ms)", b"\r\n", b" -- end"]), document)


@kind
def two_documents(document: bytes, random_: random.Random) -> Damaged | None:
    other = b'{"id":%d,"s":"%s"}' % (random_.randint(0, 99), random_.choice([b"x", b"y z"]))
    return Damaged(document + random_.choice([b"", b"\n", b","]) + other, b"[" + document + b"," + other + b"]", "list")


@kind
def head_missing(document: bytes, random_: random.Random) -> Damaged | None:
    at = random_.randrange(1, len(document) * 2 // 3)
    return Damaged(document[at:], document, "rest", (0, at))


@kind
def middle_missing(document: bytes, random_: random.Random) -> Damaged | None:
    size = random_.randrange(3, max(4, len(document) // 3))
    at = random_.randrange(1, len(document) - size)
    return Damaged(document[:at] + document[at + size :], document, "rest", (at, at + size))


@kind
def byte_deleted(document: bytes, random_: random.Random) -> Damaged | None:
    at = random_.randrange(len(document))
    return without(document, at, at + 1)


@kind
def byte_inserted(document: bytes, random_: random.Random) -> Damaged | None:
    at = random_.randrange(len(document))
    return Damaged(document[:at] + bytes([random_.randrange(256)]) + document[at:], document)


@kind
def bit_flipped(document: bytes, random_: random.Random) -> Damaged | None:
    at = random_.randrange(len(document))
    return Damaged(document[:at] + bytes([document[at] ^ 1 << random_.randrange(8)]) + document[at + 1 :], document)


@kind
def latin_1(document: bytes, _random: random.Random) -> Damaged | None:
    try:
        plain = document.decode().encode("latin-1")
    except UnicodeEncodeError:
        return None
    return Damaged(plain, document) if plain != document else None
