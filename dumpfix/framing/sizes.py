"""Whether texts are as long as the dump says they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dumpfix.framing.elements import Cut
from dumpfix.layout.model import Field
from dumpfix.layout.vocabulary import Kind

#: bytes of UTF-8 that go on with a character, and that begin one which is two units of UTF-16
_CONTINUATIONS = [bytes([byte]) for byte in range(0x80, 0xC0)]
_LONG = [bytes([byte]) for byte in range(0xF0, 0xF8)]


def wrong_size(cuts: Sequence[Cut], data: bytes, fields: Mapping[str, bytes | None]) -> str | None:
    """What speaks against a record of which a text has not the length that stands before it; None where all have.

    Where a text was written again in another way its length was not: characters may be more bytes than they were, and
    line ends may have lost or got a carriage return. Anything else has changed what the text was.
    """
    for cut in cuts:
        if not isinstance(cut.element, Field) or cut.element.kind is not Kind.SIZE:
            continue
        name = cut.element.meaning.removesuffix("_size")
        told, text = int(data[cut.start : cut.end]), fields.get(name)
        if text and told >= 0 and not _may_be_as_long(text, told):
            what = "payload" if name == "value" else name
            return f"the dump says that the {what} has {told} bytes, and {len(text)} are here"
    return None


def _may_be_as_long(text: bytes, told: int) -> bool:
    """Whether a text had this length, in bytes, before it was written in another encoding or with other line ends."""
    if len(text) == told:
        return True
    characters = len(text) - sum(map(text.count, _CONTINUATIONS))
    lengths = {len(text), characters, characters + sum(map(text.count, _LONG))}
    lines, returns = text.count(b"\n"), text.count(b"\r")
    return told in lengths | {n + lines for n in lengths} | {n - returns for n in lengths}
