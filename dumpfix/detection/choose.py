"""Which layout a dump has: told by the options, or the cheapest explanation of its head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice

from dumpfix.detection import carried, commands, lines, objects, prices, read_off
from dumpfix.detection.candidates import COMMANDED, READ_OFF, Candidate, Shipped, Told, notices_of, told_grammars
from dumpfix.detection.doubts import are_documents_in_quotes
from dumpfix.detection.explain import Explaining, Explanation
from dumpfix.detection.files import are_elements, file_kind, text_kind
from dumpfix.detection.named import is_labelled, is_named
from dumpfix.detection.reading import KEYED, Reading, differs, payloads
from dumpfix.detection.refusals import EventOrRecordError, logged_documents, nothing_fits, other_kind
from dumpfix.detection.settled import is_beginning, is_begun, is_settled
from dumpfix.detection.tabs import refuse_expanded_tabs
from dumpfix.detection.work import LINE, MOST, ExhaustedError, Work
from dumpfix.errors import LayoutError, RecognisedError
from dumpfix.framing.frame import NeedMoreError
from dumpfix.framing.notices import Notices
from dumpfix.layout.model import AnyLayout, Grammar, Layout, Literal, ObjectLayout
from dumpfix.layout.write import describe

#: so much of a dump is looked at, unless its first records are larger
HEAD = 1 << 16
LARGEST_HEAD = 1 << 20
#: so many times as much then
LONGER = 4
#: and before that up to where some of its first lines end
MOST_ENDS = 6
#: fewer lines than that in HEAD are looked at with what follows them, where they leave a doubt
FEW_LINES = 8
#: a first line that is longer is looked at in parts too, each so many times as long as the one before
FIRST_PART, LONGER_PARTS = 1 << 10, 8
#: so much of it is looked at for a separator
SAMPLE = 1 << 12
#: what programs print for a key that is null: those in Java and JavaScript, Python, Go, Ruby, MySQL
NULL_KEYS = (b"null", b"None", b"<nil>", b"nil", b"undefined", b"\\N")
#: other layouts that give the same output and are worth a line
MOST_NAMED = 5
#: other layouts that the dump may have and are worth a line
MOST_RIVALS = 3

__all__ = ["HEAD", "LARGEST_HEAD", "Choice", "Search", "Told", "choose"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The layout of a dump.

    ``alternatives`` are other layouts that would give the same output. ``rivals`` are those that would give another
    one and explain the dump nearly as well; there are some only where ``confidence`` is ``unclear``.
    ``doubts_payloads``: not only keys and coordinates would be others. ``layout_bits`` is the price of the layout.
    """

    layout: AnyLayout
    notices: tuple[Layout, ...]
    grammar: str
    confidence: str = "told"
    alternatives: tuple[str, ...] = field(default=())
    rivals: tuple[AnyLayout, ...] = ()
    doubts_payloads: bool = False
    layout_bits: float = 0.0

    @property
    def doubt(self) -> str:
        """What an unclear dump may be instead, and which option settles it; empty where nothing else comes near."""
        if self.confidence != "unclear":
            return ""
        others = " or ".join(map(describe, self.rivals[:MOST_RIVALS])) or "no dump at all"
        is_key = not self.rivals and "KEY" in self.layout.fields
        what = "what was taken for a key may be several columns, or none" if is_key else f"it may be {others} as well"
        return f"{what}; --kcat-format '…' or --command '…' (the command that made it) settles it"


class Search:
    """Finds the layout of one dump, of which more and more is at hand; what was looked at is not looked at again.

    ``looks_behind`` asks as well whether a dump of another layout became what is there.
    """

    def __init__(self, told: Told, work: Work | None = None, *, looks_behind: bool = True) -> None:
        self.told = told
        self._looks_behind = looks_behind
        self.is_auto = told.is_auto
        self.work = work or Work()
        #: whether something has to be said of any dump
        self._has_own_work = work is None
        self._explaining = Explaining(self.work)
        self._shipped = Shipped(self.work)
        self._looked = 0
        #: so much of the dump is looked at last
        self._limit = HEAD
        #: the beginning of the head, and the grammars that come into question by it
        self._known: tuple[bytes, tuple[Grammar, ...]] | None = None
        #: the last explanation that was not too much work
        self._last: Explanation | None = None
        #: layouts that some first lines very likely had, and where these end
        self._begun: dict[AnyLayout, tuple[int, Explanation]] = {}

    def look(self, head: bytes, *, final: bool) -> Choice | None:
        """The layout of the dump that begins with ``head``; None where more of it has to be seen.

        ``final`` says that there is no more. The answer depends on the bytes of the dump alone: the head is looked at
        in growing steps, however much of it is at hand. Raises LayoutError where nothing explains it as a dump.
        """
        grammars = self._grammars(head)
        is_waiting = b"\n" not in head and not final and len(head) < HEAD
        if is_waiting and not (is_told(grammars) and _has_no_lines(grammars[0])):
            return None
        if is_told(grammars):
            return Choice(grammars[0].layouts[0], grammars[0].notices, grammars[0].name)
        if self.is_auto and (seen := file_kind(head)) is not None:
            raise RecognisedError(seen)
        for stop in _steps(head):
            if stop <= self._looked or self.work.is_exhausted:
                continue
            self._looked = stop
            explanation = self._explained(head[:stop], grammars, final=False)
            if (best := explanation.best) is not None and is_beginning(explanation):
                self._begun[best.layout] = stop, explanation
            if is_settled(explanation) and not self.work.is_exhausted and head[stop - 1] == 0x0A:
                return self._choice(explanation, head)
        return self._at_last(head, grammars, final=final)

    def beginnings(self, head: bytes, found: AnyLayout | None) -> Iterator[tuple[int, Choice]]:
        """What the first lines of the head very likely were by themselves, if that is not what was found."""
        for layout, (stop, explanation) in self._begun.items():
            if found is None or _parts(layout) != _parts(found):
                with suppress(LayoutError):
                    yield stop, self._choice(explanation, head[:stop])

    def look_at_all(self, head: bytes) -> Choice:
        """The layout of a dump of which this is all. Raises LayoutError, ExhaustedError."""
        grammars = self._grammars(head)
        if is_told(grammars):
            return Choice(grammars[0].layouts[0], grammars[0].notices, grammars[0].name)
        choice = self._at_last(head, grammars, final=True)
        assert choice is not None
        return choice

    def _grammars(self, head: bytes) -> tuple[Grammar, ...]:
        """The grammars that come into question, with the line ends of this head."""
        sample = head[:SAMPLE] if self.is_auto or self.told.from_name is not None else b""
        if self._known is None or self._known[0] != sample:
            self._known = sample, told_grammars(self.told, sample)
        if not _ends_lines_with_carriage_returns(head):
            return self._known[1]
        return tuple(grammar.with_carriage_returns for grammar in self._known[1])

    def _at_last(self, head: bytes, grammars: Sequence[Grammar], *, final: bool) -> Choice | None:
        """What HEAD bytes of a dump are; more bytes where not one record is whole in them (a payload may be large)."""
        while True:
            limit = self._limit
            if not final and len(head) < limit:
                return None
            is_all = final and len(head) <= limit
            if limit > HEAD:
                # A first record that goes on and on: where it ends, the layouts that it may have are told apart.
                for end in islice(_line_ends(head, limit // LONGER, limit), MOST_ENDS):
                    self._explained(head[:end], grammars, final=False)
            shown = head if is_all else head[: head.rfind(b"\n", 0, limit) + 1 or limit]
            explanation = self._explained(shown, grammars, final=is_all)
            is_clear = shown.count(b"\n") >= FEW_LINES or explanation.gap >= prices.LIKELY
            is_enough = (is_clear or self.work.is_exhausted) and not is_begun(explanation)
            if is_all or limit >= LARGEST_HEAD or is_enough:
                return self._choice(explanation, head)
            self._limit *= LONGER
            # A longer head is more work.
            self.work.most += MOST if self._has_own_work else 0

    def _explained(self, head: bytes, grammars: Sequence[Grammar], *, final: bool) -> Explanation:
        """The explanation of a head; of as much of it as was explained before, where all is too much work.

        Raises ExhaustedError where nothing was explained before, and others have a share in the work.
        """
        if self._last is None and self._has_own_work:
            with self.work.free():
                self._last = self._explain(head, grammars, final=final)
            return self._last
        try:
            self.work.add(0)
            self._last = self._explain(head, grammars, final=final)
        except ExhaustedError:
            if self._last is None:
                raise
            if is_begun(self._last):
                # A first record that goes on and on: whether it ends is asked of what came near.
                near = [Candidate(r.layout, r.notices, r.grammar, r.layout_bits) for r in self._last.readings]
                self._last = self._explaining.explain(head, near, notices_of(grammars), final=final)
        return self._last

    def _explain(self, head: bytes, grammars: Sequence[Grammar], *, final: bool) -> Explanation:
        notices = notices_of(grammars)
        head = notices.first(head)
        rows = objects.rows_of(head)
        candidates = list(objects.held_against(rows, self._shipped.of_grammars(grammars, head), is_auto=self.is_auto))
        if self.is_auto and not objects.are_surely(rows, candidates):
            candidates += objects.candidates(rows, notices)
        if self.is_auto:
            candidates += commands.candidates(head, notices)
            self.work.add(LINE * min(head.count(b"\n"), lines.MOST))
            candidates += read_off.candidates(head, notices)
        return self._explaining.explain(head, candidates, notices, final=final)

    def _choice(self, explanation: Explanation, head: bytes) -> Choice:
        best = explanation.careful
        is_asked_for = not self.is_auto
        if best is None or (best.bits > explanation.plain and not is_asked_for):
            raise LayoutError(nothing_fits(explanation, head))
        if not is_asked_for and not best.records and (count := logged_documents(head)):
            raise LayoutError(
                f"no records: JSON documents stand in {count} lines that a log holds about other things\n"
                "where they are the events, say what stands around them: --kcat-format '…', or --grammar FILE"
            )
        if not is_asked_for and not _may_hold_no_document(best, explanation):
            near = (r for r in explanation.rivals(best) if r.documents and not r.is_text and _shows_kafka(r))
            best = next((r for r in near if r.bits <= explanation.plain), None)
            if best is None:
                raise LayoutError(nothing_fits(explanation, head))
        if not is_asked_for:
            self._refuse(best, explanation, head)
        if not best.layout.has_value:
            raise LayoutError(
                f"this dump was made without its payloads ({describe(best.layout)}): there is nothing to convert"
            )
        same = [r for r in explanation.readings if r is not best and not differs(best, r)]
        layout = best.layout
        if isinstance(layout, Layout) and any(_may_be_of_another_tool(best, r) for r in explanation.readings):
            layout = replace(layout, empty_may_be_null=True)
        if isinstance(layout, Layout) and "KEY" in layout.fields and not is_asked_for and not _names_its_tool(best):
            layout = replace(layout, null_keys=tuple(word for word in NULL_KEYS if word != layout.null_literal))
        names = dict.fromkeys(describe(r.layout) for r in same)
        rivals = explanation.rivals(best) if explanation.confidence == "unclear" else []
        names.pop(describe(layout), None)
        return Choice(
            layout,
            best.notices,
            best.grammar,
            explanation.confidence,
            tuple(names)[:MOST_NAMED],
            tuple(r.layout for r in rivals),
            explanation.confidence == "unclear"
            and (
                best.may_be_text
                or are_documents_in_quotes(best)
                or any(payloads(r) != payloads(best) for r in rivals)
                or carried.payload_of_records(carried.parsed(payloads(best))) is not None
            ),
            best.layout_bits,
        )

    def _refuse(self, best: Reading, explanation: Explanation, head: bytes) -> None:
        """Raises LayoutError where nobody said what the dump is, and its records may be something else than events."""
        if rival := other_kind(explanation, best):
            raise EventOrRecordError(best.layout if isinstance(best.layout, ObjectLayout) else rival.layout)
        record = best.layout if best.grammar == READ_OFF and isinstance(best.layout, ObjectLayout) else None
        if record is not None and objects.leaves_out(record, objects.rows_of(head)):
            raise EventOrRecordError(record)
        if best.kinds.get("envelope", 0) * 2 > best.records and not _shows_kafka(best):
            raise LayoutError(
                "its payloads would be objects with a record's partition and offset: rather another tool's records\n"
                "say how it was made: --command '…' (the whole command), or --grammar FILE; or --from jsonl, if these "
                "objects are the events"
            )
        if self._looks_behind:
            if not _shows_kafka(best):
                _refuse_what_carries(best, head)
            refuse_expanded_tabs(best)


def _refuse_what_carries(reading: Reading, head: bytes) -> None:
    """Raises LayoutError where the payloads carry something else than events, lines of a dump for one."""
    texts = payloads(reading)
    values = carried.parsed(texts)
    if reading.layout.fields == ("VALUE",):
        seen = text_kind(b"\n".join(texts)) if are_elements(texts) else carried.what_is_carried(values, reading.records)
        if seen is not None:
            raise RecognisedError(seen)
        if (member := carried.payload_of_records(values)) is not None:
            record = next(objects.candidates(objects.rows_of(head), Notices.of(reading.notices)), None)
            raise EventOrRecordError(None if record is None else record.layout, member)
    held = carried.lines_held(values)
    if held is None:
        return
    member, lines = held
    try:
        found = Search(Told(), looks_behind=False).look(lines, final=True)
    except LayoutError:
        return
    if found is not None and found.layout.fields != ("VALUE",) and is_labelled(found.layout):
        raise RecognisedError(
            f"each object holds a line of a dump in its member {member!r}, as a log does: {describe(found.layout)}\n"
            f"take the lines out: jq -r '.[\"{member}\"]' DUMP | dumpfix convert; or --from jsonl, if the objects are "
            "the events"
        )


def choose(head: bytes, told: Told, *, final: bool) -> Choice:
    """The layout of the dump that begins with ``head``. Raises NeedMoreError where more of it could decide."""
    choice = Search(told).look(head, final=final)
    if choice is None:
        raise NeedMoreError
    return choice


def is_told(grammars: Sequence[Grammar]) -> bool:
    """Whether they leave no choice."""
    return len(grammars) == 1 and len(grammars[0].layouts) == 1


def _has_no_lines(grammar: Grammar) -> bool:
    """Whether nothing that the tool prints around the fields ends a line, so that no line end need be waited for."""
    layout = grammar.layouts[0]
    return isinstance(layout, Layout) and not any(
        isinstance(element, Literal) and b"\n" in element.text for element in layout.elements
    )


def _ends_lines_with_carriage_returns(head: bytes) -> bool:
    """Whether the first line that ends, ends with CR LF. A dump is one or the other from its beginning on."""
    end = head.find(b"\n", 0, HEAD)
    return end > 0 and head[end - 1] == 0x0D


def _steps(head: bytes) -> Iterator[int]:
    """Where lines of the head end, and parts of a long first line.

    A part settles nothing: it is what is known of the head where all of the line is too much work.
    """
    end = head.find(b"\n")
    part = FIRST_PART
    while part < min(len(head) if end < 0 else end, HEAD):
        yield part
        part *= LONGER_PARTS
    yield from _line_ends(head, 0, HEAD)


def _line_ends(head: bytes, at: int, stop: int) -> Iterator[int]:
    """Where the first line of ``head[at:stop]`` ends, the second, third, fifth, eighth …"""
    lines = 0
    last, wanted = 1, 1
    while 0 < (at := head.find(b"\n", at) + 1) < stop:
        lines += 1
        if lines == wanted:
            last, wanted = wanted, last + wanted
            yield at


def _may_be_of_another_tool(first: Reading, other: Reading) -> bool:
    """Whether a tool that prints nothing for null may have printed just this, where the first prints a text."""
    layout, its = first.layout, other.layout
    if not isinstance(layout, Layout) or not isinstance(its, Layout):
        return False
    if first.grammar == COMMANDED or first.is_by_java:
        return False
    prints_nothing = layout.null_literal is not None and its.null_literal is None
    return prints_nothing and _shape(layout) == _shape(its)


def _names_its_tool(reading: Reading) -> bool:
    """Whether it is known what printed the dump, and so what a key that is null looks like."""
    return reading.is_by_kcat or reading.is_by_java or reading.grammar == COMMANDED


def _parts(layout: AnyLayout) -> object:
    """What a layout is made of, whatever stands for null in it."""
    return layout.elements if isinstance(layout, Layout) else layout.members


def _shape(layout: Layout) -> list[object]:
    """Fields and literals, whatever the grammar calls the latter."""
    return [element.text if isinstance(element, Literal) else element for element in layout.elements]


def _may_hold_no_document(reading: Reading, explanation: Explanation) -> bool:
    """Whether it is a dump even though no payload in it is JSON, where that is so: it shows coordinates, labels say
    which text is the key, or it has labels and tombstones alone."""
    if not reading.is_text and (reading.documents or not reading.records):
        return True
    is_all_null = not reading.is_text and is_labelled(reading.layout)
    is_keyed = reading.layout.fields == KEYED and is_named(reading.layout) and explanation.confidence != "unclear"
    return is_all_null or is_keyed or _shows_kafka(reading)


def _shows_kafka(reading: Reading) -> bool:
    """Whether more than the shape of its lines says that these are records: offsets, or labels of coordinates."""
    fields = set(reading.layout.fields)
    is_named = is_labelled(reading.layout) and bool(fields & {"TOPIC", "PARTITION", "TIMESTAMP", "timestamp"})
    return "OFFSET" in fields or is_named
