"""Object layouts read off a dump: which members of its JSON objects are a record's coordinates, by what they do.

Tools print records as objects (``rpk topic consume``, ``kt``, what UIs export, ``jq '{key, payload}'``), and events are
objects too. A member is a partition or an offset where its name says so and its numbers do as those do; the payload is
what a member holds whose name says so, or whose texts are documents. What an event hardly has speaks for a record, as
so many bits; what is left over speaks against one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any

import orjson

from dumpfix.detection import prices
from dumpfix.detection.candidates import READ_OFF, Candidate
from dumpfix.detection.members import FITS
from dumpfix.framing.notices import Notices
from dumpfix.json.documents import documents
from dumpfix.layout.model import Field, Member, ObjectLayout
from dumpfix.layout.vocabulary import Kind

#: objects of a head that are compared
MOST_OBJECTS = 64
#: objects that show what their members hold
FEW_OBJECTS = 8
#: members of one object, and members inside them, that are looked at
MOST_MEMBERS = 40
#: a longer head says no more, nor does one with more brackets that open something
MOST_BRACKETS = 1 << 12
_LONGEST_HEAD = 1 << 18

#: what tools call the attributes of a record, in small letters and without what joins words
NAMES = {
    "topic": ("topic", "topicname"),
    "partition": ("partition", "partitionid", "partitionnumber", "part"),
    "offset": ("offset", "recordoffset", "messageoffset"),
    "timestamp": ("timestamp", "ts", "time", "createtime", "timestampms"),
    "timestamp_type": ("timestamptype", "tstype"),
    "headers": ("headers", "header", "recordheaders", "messageheaders"),
    "key": ("key", "messagekey", "recordkey", "keytext", "keystring"),
    "value": ("value", "payload", "message", "msg", "body", "content", "messagevalue", "recordvalue", "payloadtext"),
}
_SHORT = {"t": "topic", "p": "partition", "o": "offset", "ts": "timestamp", "h": "headers", "k": "key", "v": "value"}
#: what tools print beside them
_BESIDE = frozenset(
    [
        "broker",
        "brokerid",
        "epoch",
        "leaderepoch",
        "delivery",
        "deliverycount",
        "size",
        "keysize",
        "valuesize",
        "headerssize",
        "keyformat",
        "valueformat",
        "keyserde",
        "valueserde",
        "keyschemaid",
        "valueschemaid",
        "schemaid",
        "serializedkeysize",
        "serializedvaluesize",
        "extra",
        "keyerror",
        "payloaderror",
        "consumergroup",
        "index",
    ]
)
_ATTRIBUTE = {name: attribute for attribute, names in NAMES.items() for name in names}

Row = Mapping[tuple[str, ...], Any]


def rows_of(head: bytes) -> list[Row]:
    """The first objects that begin a line or stand in an array: their members by the names that lead to them."""
    stop = min(len(head), _LONGEST_HEAD)
    while head.count(b"{", 0, stop) + head.count(b"[", 0, stop) > MOST_BRACKETS:
        stop //= 2
    # What a payload holds that is no UTF-8 does not hide the members around it.
    text = head[:stop].decode("utf-8", "replace").encode()
    return list(islice(_rows(text), MOST_OBJECTS))


def held_against(rows: Sequence[Row], known: Iterable[Candidate], *, is_auto: bool) -> Iterator[Candidate]:
    """The same; a layout of objects costs as much more as these have members that it does not name, less for none.

    One whose payloads are values of their own looks like an event: it costs less for each member that an event hardly
    has, and it is left out where most of the objects cannot be of it.
    """
    names = {path[0].encode() for row in rows for path in row}
    for candidate in known:
        if isinstance(candidate.layout, ObjectLayout):
            is_particular = any(map(_is_particular, candidate.layout.members))
            if is_particular and is_auto and not _are_of(candidate.layout, rows):
                continue
            others = names - {member.path[0] for member in candidate.layout.members}
            bits = candidate.bits + prices.OTHER_MEMBER * len(others) - _evidence(candidate.layout, rows)
            bits -= prices.JUST_THOSE if not others and rows and _have_place(rows) else 0.0
            candidate = candidate._replace(bits=bits)
        yield candidate


def leaves_out(layout: ObjectLayout, rows: Sequence[Row]) -> bool:
    """Whether these objects have members that no tool prints, and neither a partition nor an offset."""
    used = {member.path[0].decode() for member in layout.members}
    has_place = all(field in layout.fields for field in ("PARTITION", "OFFSET"))
    return not has_place and any(attribute_of(name) is None for name in _unprinted(rows, used))


def are_surely(rows: Sequence[Row], known: Iterable[Candidate]) -> bool:
    """Whether a grammar that takes care of the types of its members has all that these objects hold."""
    layouts = [one.layout for one in known if isinstance(one.layout, ObjectLayout)]
    return any(
        any(map(_is_particular, layout.members))
        and {path[0].encode() for row in rows for path in row} <= {member.path[0] for member in layout.members}
        and _have_place(rows)
        for layout in layouts
    )


_PLACE = ("partition", "offset")
#: what tools leave out of a record that has none of it
_LEFT_OUT = {"key": "JSON_KEY", "headers": "JSON_HEADERS"}
#: an object with none of them is an event
_TELLING = ("partition", "offset", "key", "timestamp_type", "headers")
_PARTICULAR: dict[Kind, Callable[[Any, Row], bool]] = {
    Kind.JSON_TEXT: lambda value, _: value is None or isinstance(value, str) or _is_base64(value),
    Kind.JSON_FLAG: lambda value, _: isinstance(value, bool),
    Kind.JSON_DOCUMENT: lambda value, row: not isinstance(value, str) or ("payload_text",) in row,
}


def _is_particular(member: Member) -> bool:
    return member.field.kind in _PARTICULAR


def _is_base64(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["base64"]


def _are_of(layout: ObjectLayout, rows: Sequence[Row]) -> bool:
    """Whether most of these objects have members that this layout has, of its types; one in ten may be changed."""
    members = [
        (tuple(name.decode() for name in member.path), _PARTICULAR[member.field.kind])
        for member in layout.members
        if _is_particular(member)
    ]
    known = {member.path[0].decode() for member in layout.members}
    wrong = sum(
        any(path[0] not in known for path in row)
        or any(path in row and not fits(row[path], row) for path, fits in members)
        for row in rows
    )
    has_more = all(any((name,) in row for name in _TELLING) for row in rows)
    return has_more and wrong * 10 <= len(rows)


def _evidence(layout: ObjectLayout, rows: Sequence[Row]) -> float:
    """How seldom an event has the members that nearly all of these objects have."""
    if not rows or not any(map(_is_particular, layout.members)):
        return 0.0
    paths = {member.field.meaning: tuple(name.decode() for name in member.path) for member in layout.members}
    if "kept_verdict" in paths:
        is_kept = all(paths[name] in row for row in rows for name in ("kept_verdict", "kept_is_record"))
        return prices.KEPT if is_kept else 0.0
    common = (name for name, path in paths.items() if sum(path in row for row in rows) * 10 >= len(rows) * 9)
    # Nor does any other text look like that.
    return sum(prices.MEMBER.get(name, 0.0) for name in common) + prices.ENVELOPE * _have_place(rows)


def _have_place(rows: Sequence[Row]) -> bool:
    """Whether all of these objects have a partition and an offset."""
    return all((name,) in row for row in rows for name in _PLACE)


def candidates(rows: Sequence[Row], notices: Notices) -> Iterator[Candidate]:
    """The object layout that a dump of such objects may have, with its price; none for most."""
    paths = list(dict.fromkeys(path for row in rows for path in row))
    found: dict[str, tuple[tuple[str, ...], Field]] = {}
    bits = prices.READ_OFF_OBJECT
    for attribute, fits in FITS.items():
        for path, is_short in _named(paths, attribute):
            present = [row[path] for row in rows if path in row]
            terminal = fits(present, [row.get(_path(found, "partition"), 0) for row in rows if path in row])
            # Half of the records may be deletes, which say so by having no payload.
            most = 5 if attribute == "value" and found.keys() >= set(_PLACE) else 9
            is_common = len(present) * 10 >= len(rows) * most
            if terminal and (is_common or attribute in _LEFT_OUT):
                found[attribute] = path, Field(terminal)
                if is_common:
                    bits -= prices.MEMBER[attribute] / (2 if is_short else 1)
                break
    if "value" not in found and (path := _holding_documents(rows, paths)):
        found["value"] = path, Field("JSON_PAYLOAD")
    if "value" not in found:
        return
    for attribute, terminal in (("key", "JSON_KEY"), ("value", "JSON_PAYLOAD")):
        # Some print what they know of a key or a payload around it.
        inner = (*_path(found, attribute), "payload")
        if len(inner) == 2 and all(isinstance(row.get(inner[:1]), dict) and inner in row for row in rows):
            found[attribute] = inner, Field(terminal)
    if not found.keys() & {"partition", "offset", "key"}:
        return
    value = found["value"][0]
    if all(_is_document_text(row.get(value)) for row in rows):
        bits -= prices.DOCUMENT_IN_MEMBER
    others = _unprinted(rows, {path[0] for path, _ in found.values()})
    bits = max(bits, prices.READ_OFF_AT_LEAST) + prices.OTHER_MEMBER * len(others)
    for attribute, terminal in _LEFT_OUT.items():
        # Later records may have one; it is spelled as the payload is.
        path = ((attribute.title() if value[0][:1].isupper() else attribute),)
        if attribute not in found and path not in paths and found.keys() >= set(_PLACE):
            found[attribute] = path, Field(terminal)
    yield Candidate(ObjectLayout(READ_OFF, "", _members(rows, paths, found)), notices.given, READ_OFF, bits)


def _rows(head: bytes) -> Iterator[Row]:
    for start, end in documents(head):
        before = head[head.rfind(b"\n", 0, start) + 1 : start]
        if before.strip(b" \t,["):
            continue
        try:
            parsed = orjson.loads(head[start:end])
        except ValueError:
            continue
        for one in parsed if isinstance(parsed, list) else [parsed]:
            if isinstance(one, dict):
                yield dict(islice(flat(one), MOST_MEMBERS))


def flat(value: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Members, and those of members that are objects, by the names that lead to them."""
    for name, inner in value.items():
        yield (name,), inner
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from (((name, below), deep) for below, deep in inner.items())


def attribute_of(name: str) -> str | None:
    """The attribute of a record that a member is called like; None where it is called otherwise."""
    return _ATTRIBUTE.get(_plain(name))


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _named(paths: Sequence[tuple[str, ...]], attribute: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Members that are called like this attribute, the outermost first; whether by one letter.

    Inside a member only where that holds a partition and an offset, and is no payload.
    """
    for path in paths:
        if len(path) == 1 and attribute_of(path[0]) == attribute:
            yield path, False
    for path in paths:
        if len(path) == 1 and _SHORT.get(path[0].lower()) == attribute:
            yield path, True
    inner = [path for path in paths if len(path) == 2 and _plain(path[0]) not in _ATTRIBUTE]
    places = [{path[0] for path in inner if attribute_of(path[1]) == name} for name in _PLACE]
    for path in inner:
        if path[0] in set.intersection(*places) and attribute_of(path[1]) == attribute:
            yield path, False


def _path(found: Mapping[str, tuple[tuple[str, ...], Field]], attribute: str) -> tuple[str, ...]:
    return found[attribute][0] if attribute in found else ()


def _holding_documents(rows: Sequence[Row], paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The one member whose texts are all documents."""
    found = [path for path in paths if len(path) == 1 and all(_is_document_text(row.get(path)) for row in rows)]
    return found[0] if len(found) == 1 else ()


def _is_document_text(value: Any) -> bool:
    """Whether a value is a string that holds an object or array, or the beginning of one."""
    return isinstance(value, str) and value.lstrip()[:1] in ("{", "[")


def _unprinted(rows: Sequence[Row], used: Set[str]) -> set[str]:
    """The members of these objects, beside those that are used, that no tool prints."""
    return {path[0] for row in rows for path in row if path[0] not in used and _plain(path[0]) not in _BESIDE}


def _members(
    rows: Sequence[Row], paths: Sequence[tuple[str, ...]], found: Mapping[str, tuple[tuple[str, ...], Field]]
) -> tuple[Member, ...]:
    """The members in the order in which the first object has them; one that is not needed may be the first."""
    fields = dict(found.values())
    first = paths[0][:1]
    if not any(path[:1] == first for path in fields):
        fields[first] = Field("JSON_VALUE")
    key, value = _path(found, "key"), _path(found, "value")
    # A whole object that says where a record stands, and nothing of its payload, is that of a delete.
    may_be_null: set[tuple[str, ...]] = {value} if found.keys() >= set(_PLACE) and len(value) == 1 else set()
    # Where no record has a key nobody knows whether there are any.
    if 0 < sum(key in row for row in rows) < len(rows):
        may_be_null.add(key)
    return tuple(
        Member(
            tuple(orjson.dumps(name)[1:-1] for name in path),
            fields[path],
            absent_is_null=path in may_be_null,
        )
        for path in dict.fromkeys((*paths, *fields))
        if path in fields
    )
