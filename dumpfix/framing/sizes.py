"""Whether texts are shorter than the dump says they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dumpfix.framing.elements import Cut
from dumpfix.layout.model import Field
from dumpfix.layout.vocabulary import Kind


def wrong_size(cuts: Sequence[Cut], data: bytes, fields: Mapping[str, bytes | None]) -> str | None:
    """What speaks against a record of which a text is shorter than what stands before it; None where none is.

    It may have lost the carriage returns of its lines. One that is longer was decoded (``kcat -s value=avro``,
    kafka-dump-log's decoders): JSON is longer than what it was made of.
    """
    for cut in cuts:
        if not isinstance(cut.element, Field) or cut.element.kind is not Kind.SIZE:
            continue
        name = cut.element.meaning.removesuffix("_size")
        told, text = int(data[cut.start : cut.end]), fields.get(name)
        if text and told > len(text) and told != len(text) + text.count(b"\n"):
            what = "payload" if name == "value" else name
            return f"the dump says that the {what} has {told} bytes, and {len(text)} are here"
    return None
