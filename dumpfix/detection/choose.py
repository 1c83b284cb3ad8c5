"""Which layout a dump has: told by the options, or found in its head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from dumpfix.detection.detect import AGAINST, HEAD, SAMPLE, Reading, best, describe, key_separator, read
from dumpfix.errors import LayoutError, UsageError
from dumpfix.framing.frame import NeedMoreError
from dumpfix.layout.load import automatic, load, load_file, shipped
from dumpfix.layout.model import AnyLayout, Field, Grammar, Layout, Literal, ObjectLayout

#: cost a record by which a reading has to be better than one that says otherwise, to be taken before HEAD is read
CLEAR = 1.5
#: so much of a dump is looked at as it is before its first record is whole; of more, long lines are shortened
LARGEST_HEAD = 1 << 20
LONG_LINE = 1 << 12
#: below this nothing is said to speak for either of two readings
LEVEL = 0.0002
#: after so many lines of a dump its layout may be settled, before all of HEAD is here
LINES_LOOKED_AT = frozenset((1, 2, 3, 4, 5, 6, 8, 12, 16, 64, 256))
#: records that show whether a bare number may be an offset
ROWS_FOR_NUMBERS = 8
#: how much dearer headers are that were not seen to be some, than a key
NO_HEADERS_SEEN = 1.2 * AGAINST
#: records that show whether a text with a colon may be headers
ROWS_FOR_HEADERS = 8
#: records that show whether a word is a label or a part of the key
ROWS_FOR_LABELS = 12
#: documents that a layout which nobody wrote down has to have in the head
LEAST_DOCUMENTS = 3
#: envelopes that leave no doubt, whatever they are wrapped in
ENVELOPES_ENOUGH = 2
#: fields that a label names, or a length
NAMED = frozenset({"TOPIC", "PARTITION", "OFFSET", "TIMESTAMP", "HEADERS", "KEY", "VALUE_SIZE"})
#: one broken payload in so many makes the layout doubtful
MANY_BROKEN = 4
#: other layouts that give the same output and are worth a line
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Told:
    """What the user says about the layout; all None for ``auto``."""

    from_name: str | None = None
    kcat_format: bytes | None = None
    command: str | None = None
    grammar_file: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The layout of a dump. ``alternatives`` are other layouts that would give the same output."""

    layout: AnyLayout
    notices: tuple[Layout, ...]
    grammar: str
    confidence: str = "told"
    alternatives: tuple[str, ...] = field(default=())


def candidates(told: Told, head: bytes = b"") -> tuple[Grammar, ...]:
    """The grammars that come into question. Raises UsageError for options that do not go together."""
    given = [v for v in (told.from_name, told.kcat_format, told.command, told.grammar_file) if v is not None]
    if len(given) > 1:
        raise UsageError("give one of --from, --kcat-format, --command and --grammar")
    if told.kcat_format is not None:
        from dumpfix.detection.told.kcat_format import grammar_text

        return (load(grammar_text(told.kcat_format), "kcat -f"),)
    if told.command is not None:
        from dumpfix.detection.told.command import grammar_of

        return (grammar_of(told.command),)
    if told.grammar_file is not None:
        return (load_file(told.grammar_file),)
    names = automatic() if told.from_name in (None, "auto") else [told.from_name]
    return tuple(_with_separator(name, head) for name in names if name is not None)


def _with_separator(name: str, head: bytes) -> Grammar:
    """A shipped grammar, with another key separator where the head shows one behind a labelled column."""
    grammar = shipped(name)
    separator = key_separator(grammar, head)
    return grammar if separator is None else shipped(name, {"KEY_SEPARATOR": separator})


def choose(head: bytes, told: Told, *, final: bool) -> Choice:
    """The layout of the dump that begins with ``head``.

    ``final`` says that there is no more to see (the dump ends, or HEAD bytes are here). Raises NeedMoreError where
    more of the dump could decide, LayoutError where none or several layouts fit. The answer depends on the bytes of
    the dump alone: the head is looked at line by line, in growing steps, however much of it is at hand.
    """
    grammars = candidates(told, head[:SAMPLE])
    is_told = len(grammars) == 1 and len(grammars[0].layouts) == 1
    if b"\n" not in head and not final and len(head) < HEAD and not (is_told and _has_no_lines(grammars[0].layouts[0])):
        raise NeedMoreError
    if _ends_lines_with_carriage_returns(head):
        grammars = tuple(grammar.with_carriage_returns() for grammar in grammars)
    if is_told:
        return Choice(grammars[0].layouts[0], grammars[0].notices, grammars[0].name)
    is_asked_for = any((told.from_name not in (None, "auto"), told.grammar_file, told.command))
    for stop in _steps(head):
        readings, _ = best(head[:stop], grammars, final=False, is_asked_for=is_asked_for)
        if readings and _is_clear(readings):
            try:
                labelled = None if told.command else _labelled(readings, head[:stop], final=False)
                return labelled or _choice(readings)
            except NeedMoreError:
                continue
    readings, tried = _read_head(head, grammars, final=final, is_asked_for=is_asked_for)
    if told.command and not readings:
        # No record in it: any version of the tool may have made it.
        return Choice(grammars[0].layouts[0], grammars[0].notices, grammars[0].name)
    if not readings:
        induced = _induced(head[:HEAD], None, final=final and len(head) <= HEAD)
        if induced is None:
            raise LayoutError(_nothing_fits(tried))
        return induced
    rival = next((r for r in readings[1:] if _is_level(readings[0], r) and not r.agrees_with(readings[0])), None)
    if rival is not None:
        raise LayoutError(
            f"two layouts fit and would differ: {describe(readings[0].layout)} ({readings[0].grammar.name})"
            f" and {describe(rival.layout)} ({rival.grammar.name})\n"
            "say which with --kcat-format, --from, or --command with the command that made the dump"
        )
    if told.command:
        return _choice(readings)
    return _labelled(readings, head[:HEAD], final=True) or _simpler(readings[0], head[:HEAD]) or _choice(readings)


def _simpler(best: Reading, head: bytes) -> Choice | None:
    """A layout read off what repeats, where the best that is known takes every other line for a broken payload."""
    is_doubtful = isinstance(best.layout, Layout) and best.bad * MANY_BROKEN >= best.payloads
    return _induced(head, best, final=True) if is_doubtful else None


def _read_head(
    head: bytes, grammars: Sequence[Grammar], *, final: bool, is_asked_for: bool
) -> tuple[list[Reading], list[str]]:
    """What HEAD bytes of a dump can be; more bytes where not one record is whole in them (a payload may be large)."""
    limit = HEAD
    while limit <= LARGEST_HEAD:
        if not final and len(head) < limit:
            raise NeedMoreError
        is_all = final and len(head) <= limit
        readings, tried = best(head[:limit], grammars, final=is_all, is_asked_for=is_asked_for)
        # Envelopes are no payload, even where an array of them is one line and the whole dump one JSON text.
        is_decided = b"\n" in head[:limit] and not any(reading.is_pending for reading in readings)
        is_decided |= bool(readings) and readings[0].envelopes > ENVELOPES_ENOUGH
        readings = [reading for reading in readings if reading.records]
        if is_all or (readings and is_decided):
            return readings, tried
        limit *= 4
    return _read_shortened(head, grammars, final=final, is_asked_for=is_asked_for)


def _read_shortened(
    head: bytes, grammars: Sequence[Grammar], *, final: bool, is_asked_for: bool
) -> tuple[list[Reading], list[str]]:
    """What a dump can be whose first record is very large: the large payloads are looked at as if they were empty."""
    line_end = head.find(b"\n", LARGEST_HEAD)
    if not final and (line_end < 0 or len(head) < line_end + HEAD):
        raise NeedMoreError
    shown = head if line_end < 0 else head[: line_end + HEAD]
    readings, tried = best(_shortened(shown), grammars, final=True, is_asked_for=is_asked_for)
    return [reading for reading in readings if reading.records], tried


def _shortened(head: bytes) -> bytes:
    lines = head.split(b"\n")
    for index, line in enumerate(lines):
        if len(line) > LONG_LINE:
            openers = [at for at in (line.find(b"{"), line.find(b"[")) if at >= 0]
            begin = min(openers, default=LONG_LINE)
            end = max(line.rfind(b"}"), line.rfind(b"]"), begin)
            lines[index] = line[:begin][:LONG_LINE] + b"{}" + line[end + 1 :][:LONG_LINE]
    return b"\n".join(lines)


def _labelled(readings: Sequence[Reading], head: bytes, *, final: bool) -> Choice | None:
    """A layout read off the labels before every payload, where the best reading takes them for a part of the key.

    Raises NeedMoreError where labels show and too few records are here to tell them from keys.
    """
    first = readings[0]
    layout = first.layout
    if not isinstance(layout, Layout) or layout.is_anchored or not first.containers:
        return None
    match layout.elements:
        case (*_, Field(terminal="KEY"), Literal(), Field(terminal="VALUE"), Literal()):
            pass
        case _:
            return None
    from dumpfix.detection.induce import shows_labels

    if not any(map(shows_labels, first.prefixes)):
        return None
    if not final and first.records < ROWS_FOR_LABELS:
        raise NeedMoreError
    return _induced(head, first, final=final)


def _induced(head: bytes, best: Reading | None, *, final: bool) -> Choice | None:
    """A layout read off what repeats between the payloads; None where it would leave more unexplained than the best."""
    from dumpfix.detection.induce import grammar_for

    text = grammar_for(head)
    if text is None:
        return None
    grammar = load(text, "repeats")
    layout = grammar.layouts[0]
    reading = read(grammar, layout, head, final=final)
    if best is None:
        is_whole = reading.containers >= LEAST_DOCUMENTS and not reading.garbage * 10 > reading.length
        if not is_whole or reading.containers * 2 < reading.payloads:
            return None
    elif reading.garbage > best.garbage or reading.containers < best.containers or reading.bad > best.bad:
        return None
    elif not NAMED.intersection(layout.fields):
        # Lines that repeat between documents may be payloads as well: as such they are at least named.
        return None
    return Choice(layout, grammar.notices, grammar.name, "likely")


def _has_no_lines(layout: AnyLayout) -> bool:
    """Whether nothing that the tool prints around the fields ends a line, so that no line end need be waited for."""
    return isinstance(layout, Layout) and not any(
        isinstance(element, Literal) and b"\n" in element.text for element in layout.elements
    )


def _ends_lines_with_carriage_returns(head: bytes) -> bool:
    """Whether the first line that ends, ends with CR LF. A dump is one or the other from its beginning on."""
    end = head.find(b"\n", 0, HEAD)
    return end > 0 and head[end - 1] == 0x0D


def _steps(head: bytes) -> Iterator[int]:
    """Where the first lines of the head end: each of a few, then some of many."""
    lines = 0
    at = 0
    while (at := head.find(b"\n", at) + 1) and at < HEAD:
        lines += 1
        if lines in LINES_LOOKED_AT:
            yield at


def _is_clear(readings: Sequence[Reading]) -> bool:
    """Whether nothing but the best reading can be meant, whatever follows."""
    first = readings[0]
    if any(r.is_pending for r in readings) or first.garbage or not first.is_delimited:
        return False
    if (first.trusts_bare_numbers or first.ends_with_bare_number) and first.records < ROWS_FOR_NUMBERS:
        return False
    if first.records < ROWS_FOR_HEADERS and any(_may_be_headers_instead(first, r) for r in readings[1:]):
        return False
    if not first.containers or first.containers < first.payloads:
        return False
    margin = CLEAR * first.records / first.length
    rivals = [r for r in readings[1:] if not r.agrees_with(first)]
    return all(r.cost_per_byte > first.cost_per_byte + margin for r in rivals)


def _may_be_headers_instead(first: Reading, other: Reading) -> bool:
    """Whether what the first takes for a key may be headers, as the other has it: a later record may tell."""
    fields, others = first.layout.fields, other.layout.fields
    if "KEY" not in fields or "HEADERS" in fields or "HEADERS" not in others or "KEY" in others:
        return False
    return other.agrees_with(first) and other.cost <= first.cost + NO_HEADERS_SEEN


def _is_level(first: Reading, other: Reading) -> bool:
    """Whether nothing in the dump speaks for the first rather than for the other."""
    return other.cost_per_byte - first.cost_per_byte < LEVEL * first.records / first.length


def _choice(readings: Sequence[Reading]) -> Choice:
    first = readings[0]
    if not first.layout.has_value:
        raise LayoutError(
            f"this dump was made without its payloads ({describe(first.layout)}): there is nothing to convert"
        )
    layout = first.layout
    if isinstance(layout, Layout) and any(_may_be_of_another_tool(first, r) for r in readings[1:]):
        layout = replace(layout, empty_may_be_null=True)
    names = [describe(r.layout) for r in readings[1:] if r.agrees_with(first) and _is_level(first, r)]
    is_labelled = isinstance(first.layout, ObjectLayout) or first.layout.is_anchored or len(first.layout.elements) <= 2
    confidence = "sure" if first.containers and not first.garbage and is_labelled else "likely"
    return Choice(
        layout, first.grammar.notices, first.grammar.name, confidence, tuple(dict.fromkeys(names))[:MOST_NAMED]
    )


def _may_be_of_another_tool(first: Reading, other: Reading) -> bool:
    """Whether a tool that prints nothing for null may have printed just this, where the first prints a text."""
    layout, its = first.layout, other.layout
    if not isinstance(layout, Layout) or not isinstance(its, Layout) or first.shows_its_tool:
        return False
    prints_nothing = layout.null_literal is not None and its.null_literal is None
    return prints_nothing and _shape(layout) == _shape(its) and other.agrees_with(first)


def _shape(layout: Layout) -> list[object]:
    """Fields and literals, whatever the grammar calls the latter."""
    return [element.text if isinstance(element, Literal) else element for element in layout.elements]


def _nothing_fits(tried: Sequence[str]) -> str:
    shown = f" (tried {tried[0]})" if tried else ""
    return (
        f"no layout fits this dump{shown}\n"
        "say how it was made: --kcat-format '…' (the string given to kcat -f), or --command '…' (the whole command)"
    )
