"""What a head costs as plain text, and as the log of some program: the explanations that say that it is no dump."""

from __future__ import annotations

from dumpfix.detection import prices
from dumpfix.detection.columns import Words
from dumpfix.detection.texts import Texts, document_bits
from dumpfix.json.validity import scan_value

#: places of a line at which words are remembered; all behind them are one
_PLACES = 24


class PlainText:
    """Prices a head of which more and more is shown as no dump at all."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._words: dict[int, Words] = {}
        self._at = 0
        self._bits = 0.0

    def price(self, head: bytes) -> float:
        """Bits of the cheapest explanation of ``head`` that says that no tool of Kafka's printed it.

        ``head`` begins with what was shown before.
        """
        while self._at < len(head):
            at = self._at
            end = head.find(b"\n", at) + 1
            if not end:
                # What else the line holds is not seen yet, so that nothing is learnt of it.
                words = {place: here.copy() for place, here in self._words.items()}
                return self._bits + line_bits(head[at:], self._texts, words)
            start = at + len(head[at:end]) - len(head[at:end].lstrip(b" \t"))
            self._at = end
            if head[start : start + 1] in (b"{", b"[") and b"}" not in head[start:end]:
                # A document over several lines is one.
                stop = scan_value(head, start, len(head)).at
                if stop == len(head):
                    self._at = at
                    return (
                        self._bits + document_bits(document := head[start:stop]) + prices.DOCUMENT_BYTE * len(document)
                    )
                if stop > end:
                    self._bits += document_bits(document := head[start:stop]) + prices.DOCUMENT_BYTE * len(document)
                    self._at = stop
                    continue
            self._bits += line_bits(head[at:end], self._texts, self._words)
        return self._bits


def line_bits(line: bytes, texts: Texts, words: dict[int, Words]) -> float:
    """A line of prose or of a log: its documents, and words, of which those that were seen before are cheap."""
    text = line.rstrip(b"\r\n")
    if not text:
        return prices.BLANK_LINE
    prose = texts.prose(text)
    bits = prose.bits
    for index, (word, new) in enumerate(prose.words):
        here = words.setdefault(min(index, _PLACES), Words())
        bits += here.bits(word, new) if word else prices.NEXT_TIMESTAMP
        here.learn(word)
    return bits
