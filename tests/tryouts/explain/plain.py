"""What a head costs as plain text, and as the log of some program: the explanations that say that it is no dump."""

from __future__ import annotations

from tests.tryouts.explain import prices
from tests.tryouts.explain.columns import Words
from tests.tryouts.explain.texts import Texts, documents_in

#: words of a log's line in front of its message: date, time, level, logger, thread
_LOG_WORDS = 6
#: places of a line at which words are remembered; all behind them are one
_PLACES = 24
_DATE_BYTES = b"0123456789-:.,/TZ+[]"
_LEVELS = frozenset({b"TRACE", b"DEBUG", b"INFO", b"WARN", b"WARNING", b"ERROR", b"FATAL", b"CRITICAL", b"NOTICE"})


def price_as_plain_text(head: bytes, texts: Texts | None = None) -> float:
    """Bits of the cheapest explanation of ``head`` that says that no tool of Kafka's printed it."""
    texts = texts or Texts()
    bits = 0.0
    words: dict[int, Words] = {}
    at = 0
    while at < len(head):
        end = head.find(b"\n", at) + 1 or len(head)
        start = at + len(head[at:end]) - len(head[at:end].lstrip(b" \t"))
        if head[start : start + 1] in (b"{", b"["):
            # A document over several lines is one.
            found = documents_in(head, start, len(head)) if b"}" not in head[start:end] else []
            if found and found[0][0] == start and head.find(b"\n", start, found[0][1]) >= 0:
                bits += prices.PLAIN_DOCUMENT + prices.DOCUMENT_BYTE * (found[0][1] - start)
                at = found[0][1]
                continue
        bits += _line(head[at:end], texts, words)
        at = end
    return bits


def _line(line: bytes, texts: Texts, words: dict[int, Words]) -> float:
    """A line of prose or of a log: its documents, and words, of which those that were seen before are cheap."""
    text = line.rstrip(b"\r\n")
    if not text:
        return prices.BLANK_LINE
    bits = prices.PLAIN_TAB * text.count(b"\t")
    found = documents_in(text, 0, len(text)) if b"{" in text or b"[" in text else []
    before: list[bytes] = []
    at = 0
    for start, end in found:
        before.append(text[at:start])
        bits += prices.DOCUMENT_BYTE * (end - start)
        at = end
    named = b" ".join([*before, text[at:]]).split()
    is_log = any(word.strip(b"[]:|()") in _LEVELS for word in named[:_LOG_WORDS])
    for index, word in enumerate(named):
        here = words.setdefault(min(index, _PLACES), Words())
        is_time = is_log and index < _LOG_WORDS and not word.strip(_DATE_BYTES)
        bits += prices.NEXT_TIMESTAMP if is_time else here.bits(word, texts.bits(word) + prices.WORD_END)
        here.learn(word)
    return bits + (prices.LOG_LINE if is_log else prices.PLAIN_LINE + prices.PLAIN_DOCUMENT * len(found))
