"""What a head costs as plain text, and as the log of some program: the explanations that say that it is no dump."""

from __future__ import annotations

from dumpfix.detection import prices
from dumpfix.detection.columns import Words
from dumpfix.detection.texts import Texts, documents_in, is_envelope
from dumpfix.json.validity import scan_value

#: words of a log's line in front of its message: date, time, level, logger, thread
_LOG_WORDS = 6
#: places of a line at which words are remembered; all behind them are one
_PLACES = 24
_DATE_BYTES = b"0123456789-:.,/TZ+[]"
_LEVELS = frozenset({b"TRACE", b"DEBUG", b"INFO", b"WARN", b"WARNING", b"ERROR", b"FATAL", b"CRITICAL", b"NOTICE"})


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
                        self._bits + _document_bits(document := head[start:stop]) + prices.DOCUMENT_BYTE * len(document)
                    )
                if stop > end:
                    self._bits += _document_bits(document := head[start:stop]) + prices.DOCUMENT_BYTE * len(document)
                    self._at = stop
                    continue
            self._bits += line_bits(head[at:end], self._texts, self._words)
        return self._bits


def _document_bits(text: bytes) -> float:
    """That a document stands in a text, beside its bytes; one with a record's coordinates is rather a record."""
    return prices.PLAIN_DOCUMENT + prices.ENVELOPE * is_envelope(text)


def line_bits(line: bytes, texts: Texts, words: dict[int, Words]) -> float:
    """A line of prose or of a log: its documents, and words, of which those that were seen before are cheap."""
    text = line.rstrip(b"\r\n")
    if not text:
        return prices.BLANK_LINE
    bits = prices.PLAIN_TAB * text.count(b"\t")
    found = documents_in(text, 0, len(text)) if b"{" in text or b"[" in text else []
    documents = 0.0
    before: list[bytes] = []
    at = 0
    for start, end in found:
        before.append(text[at:start])
        document = text[start:end]
        bits += prices.DOCUMENT_BYTE * len(document)
        if b"{" in document or b'"' in document:
            documents += _document_bits(document)
        at = end
    named = b" ".join([*before, text[at:]]).split()
    is_log = any(word.strip(b"[]:|()") in _LEVELS for word in named[:_LOG_WORDS])
    for index, word in enumerate(named):
        here = words.setdefault(min(index, _PLACES), Words())
        is_time = is_log and index < _LOG_WORDS and not word.strip(_DATE_BYTES)
        bits += prices.NEXT_TIMESTAMP if is_time else here.bits(word, texts.bits(word) + prices.WORD_END)
        here.learn(word)
    return bits + (prices.LOG_LINE if is_log else prices.PLAIN_LINE + documents)
