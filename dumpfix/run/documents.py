"""JSON documents that come from no dump: one per line, or the whole file; ``dumpfix repair``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dumpfix.detection.choose import Choice, Told, choose
from dumpfix.framing.frame import Frame, Span
from dumpfix.framing.framer import Located
from dumpfix.json.lexer import WHITE_SPACE
from dumpfix.run.pipeline import Pipeline
from dumpfix.wrapping.strip import in_lines, whole_lines


def choice_for_documents() -> Choice:
    """The layout of values alone; how they are told apart is said by the pipelines below."""
    choice = choose(b"\n", Told("jsonl"), final=True)
    return replace(choice, notices=(), grammar="json", alternatives=())


class Lines(Pipeline):
    """Every line that is not blank is a document, valid or not; none goes on in the next line."""

    is_unwrapped = False

    def _located(self, chunks: Iterable[bytes]) -> Iterator[Located]:
        base = 0
        for data in in_lines(chunks):
            at = 0
            for line in whole_lines(data):
                yield Located(self._document(line, at), data, base)
                at += len(line)
            base += at

    def _document(self, line: bytes, start: int) -> Frame | Span:
        """What a line that begins at ``start`` holds: a document, or nothing."""
        text = line.strip(WHITE_SPACE)
        if not text:
            return Span(start, start + len(line), "separator")
        begin = start + len(line) - len(line.lstrip(WHITE_SPACE))
        if self.is_unwrapped:
            from dumpfix.repairing.repair import unwrap

            text = unwrap(text) or text
        return Frame(start, start + len(line), {"value": text}, [], begin)


class UnwrappedLines(Lines):
    """The same; a document that is a JSON string which holds a document gives that."""

    is_unwrapped = True


class Whole(Lines):
    """The file is one document."""

    def _located(self, chunks: Iterable[bytes]) -> Iterator[Located]:
        data = b"".join(chunks)
        if data:
            yield Located(self._document(data, 0), data, 0)


class UnwrappedWhole(Whole):
    """The same; a JSON string which holds a document gives that."""

    is_unwrapped = True


def pipeline_for(*, whole: bool, unwrap: bool) -> type[Lines]:
    """The pipeline that reads documents in this way."""
    if whole:
        return UnwrappedWhole if unwrap else Whole
    return UnwrappedLines if unwrap else Lines
