"""A record that was cut into its elements as a frame: what it says, its tiles, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dumpfix.framing.elements import Cut
from dumpfix.framing.endings import Ending, Endings
from dumpfix.framing.frame import Frame, Role, Span, counts_of
from dumpfix.framing.interpret import interpret
from dumpfix.framing.window import Window
from dumpfix.json.documents import documents_at_line_ends
from dumpfix.json.validity import is_valid
from dumpfix.layout.model import Field, Layout, Literal
from dumpfix.layout.vocabulary import Kind

_KEY = Field("KEY")


class FrameBuilder:
    """Builds the frames of one layout."""

    def __init__(self, layout: Layout, endings: Endings) -> None:
        self.layout = layout
        self.endings = endings
        #: a length that is printed with a JSON value is that of its content, and not needed
        self.is_sized = layout.is_sized and not layout.is_json

    def frame(self, window: Window, at: int, cuts: tuple[Cut, ...], value: int | None, ending: Ending) -> Frame:
        """The record at ``at`` with these cuts; its payload begins at ``value`` and ends so."""
        data = window.data
        end, tail, stop = ending.end, ending.tail, ending.stop
        everything = [*cuts, *([] if value is None else [Cut(self.endings.value, value, end)]), *tail]
        fields = interpret(self.layout, everything, data)
        if ending.complete:
            for name in self.layout.null_if_absent:
                fields.setdefault(name, None)
        payload = fields.get("value")
        is_fine = ending.complete and "value" in fields and (not payload or is_valid(payload))
        frame = Frame(at, stop, fields, _spans(everything, at, stop, data), value, ending.complete, is_valid=is_fine)
        frame.is_cut = not ending.complete and stop == window.size
        if self.layout.null_keys and fields.get("key", b"") is None:
            keys = [data[start:end] for element, start, end in everything if element == _KEY]
            frame.null_keys = counts_of(keys, self.layout.null_keys)
        if value is not None and not ending.complete and (self._lacks_fields(ending) or self._goes_on(ending, payload)):
            frame.fault = "what the layout prints behind the payload is not there"
        elif self.is_sized:
            frame.fault = _wrong_size(cuts, data, fields if is_fine else {"key": fields.get("key")})
        return frame

    def without_payload(self, window: Window, at: int, cuts: tuple[Cut, ...], stop: int) -> Frame:
        """The record from ``at`` to ``stop`` of which these cuts are known, and a whole document that stands in it."""
        frame = self.frame(window, at, cuts, None, Ending(stop, (), stop, complete=False))
        text = window.data[at:stop]
        for start, end in documents_at_line_ends(text):
            frame.kept = text[start:end]
        return frame

    def _lacks_fields(self, ending: Ending) -> bool:
        """Whether an incomplete record lacks more than its end: where the dump ends, more than its coordinates."""
        if not ending.is_cut:
            return self.endings.has_fields
        missing = self.layout.suffix[len(ending.tail) :]
        return any(isinstance(element, Field) and element.meaning in ("key", "headers") for element in missing)

    def _goes_on(self, ending: Ending, payload: bytes | None) -> bool:
        """Whether the line ends behind a valid payload where the layout goes on in this line: it was not printed so."""
        text = self.endings.text
        is_whole = payload is not None and payload != b"" and is_valid(payload)
        return is_whole and not ending.is_cut and text is not None and text[:1] not in (b"\n", b"\r")


def _wrong_size(cuts: Sequence[Cut], data: bytes, fields: Mapping[str, bytes | None]) -> str | None:
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


def _spans(cuts: Sequence[Cut], at: int, stop: int, data: bytes) -> list[Span]:
    """The tiles of a record: its elements, and what stands between them."""
    spans: list[Span] = []
    for element, start, end in cuts:
        if start > at:
            spans.append(Span(at, start, _left_over(data, at, start)))
        if isinstance(element, Literal):
            spans.append(Span(start, end, "literal"))
        else:
            spans.append(Span(start, end, "field", element.terminal))
        at = end
    if at < stop:
        spans.append(Span(at, stop, _left_over(data, at, stop)))
    return spans


def _left_over(data: bytes, start: int, end: int) -> Role:
    return "garbage" if data[start:end].strip() else "separator"
