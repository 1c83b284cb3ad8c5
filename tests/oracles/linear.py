"""The rule for linear layouts, as :mod:`dumpfix.framing.rule` has it written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from dumpfix.framing.frame import Span as Tile
from dumpfix.layout.model import Alternation, Field, Layout, Literal
from dumpfix.layout.vocabulary import Kind
from tests.oracles import dump as f
from tests.oracles.dump import Cut, Dump, Ran, Record, Way
from tests.oracles.json_prefix import Read, is_json, read

#: (begin of a text) -> how far it may reach
Limit = Callable[[int], int]


class LinearDump(Dump):
    """A dump whose records have one linear layout."""

    def __init__(self, data: bytes, layout: Layout, notices: Sequence[Layout]) -> None:
        super().__init__(data, notices)
        self.layout = layout
        self.all_notices = notices
        self.value = layout.value or Field("VALUE")
        self.is_sized = layout.is_sized and not layout.is_json
        suffix = layout.suffix
        self.follows = suffix[0].text if suffix and isinstance(suffix[0], Literal) else None
        self.nulls = tuple(t for t in (layout.null_literal, layout.null_or_empty_literal) if t is not None)
        ends_line = bool(suffix) and isinstance(suffix[-1], Literal) and suffix[-1].text.endswith(b"\n")
        self.by_lines = ends_line or not layout.is_anchored
        self.more_lines = sum(text.count(b"\n") for text in literals(layout.prefix))
        self.telling = any(len(text.strip()) >= 3 for text in literals(layout.anchor))
        self.needles = list(needles(layout.anchor)) if layout.is_anchored else []

    def like_this(self, data: bytes) -> Dump:
        return LinearDump(data, self.layout, self.all_notices)

    # -- items -------------------------------------------------------------------------------------------------------

    def item(self, at: int) -> Tile | Record:
        notice = self.notice(at)
        if notice is not None:
            return notice
        is_value_first = self.layout.has_value and not self.layout.prefix
        is_empty_payload = is_value_first and self.follows is not None and self.d.startswith(self.follows, at)
        if self.d[at] in b"\r\n" and not is_empty_payload and not self.is_empty_line(at):
            found = re.compile(rb"[\r\n]+").match(self.d, at)
            assert found
            ends = [end for end in range(at + 1, found.end()) if self.is_empty_line(end)]
            return Tile(at, (ends or [found.end()])[-1], "separator")
        record = self.record(at)
        if record is not None and self.holds(record):
            return record
        record = self.without_notices(at, record) or record
        if record is not None:
            return record
        stop = self.next_start(at + 1)
        again = self.found_again(at + 1, stop, at, breaks=None)
        stop = stop if again is None else again
        return self.damaged(at, stop) or Tile(at, stop, "garbage")

    def is_empty_line(self, at: int) -> bool:
        """Whether a whole record begins with a text on a line of its own, which is empty here."""
        prefix = self.layout.prefix
        if len(prefix) != 2 or not isinstance(prefix[0], Field) or prefix[0].kind is not Kind.TEXT:
            return False
        if not self.layout.has_value or not isinstance(prefix[1], Literal) or prefix[1].text[:1] not in (b"\r", b"\n"):
            return False
        begin = at + len(prefix[1].text)
        if self.d[at:begin] != prefix[1].text or self.d[begin : begin + 1] not in f.OPENERS:
            return False
        record = self.whole(at)
        return record is not None and record.is_fine and record.value is not None and record.value[0] == begin

    def holds(self, record: Record) -> bool:
        if self.layout.is_sized and record.complete and not record.wrong_size:
            return True
        return record.is_fine and not record.spans_lines

    # -- starts ------------------------------------------------------------------------------------------------------

    def anchored_at(self, at: int) -> bool:
        ran = self.run(self.layout.anchor, at)
        return ran is not None and ran.end >= 0

    def begins_record(self, at: int) -> bool:
        if self.layout.is_anchored:
            return self.anchored_at(at)
        if at >= self.n:
            return False
        first = self.layout.elements[0]
        own = isinstance(first, Literal) and self.d.startswith(first.text, at)
        if self.d[at] in b" \t\r\n}]," and not own:
            return False
        behind = self.layout.suffix[0] if self.layout.suffix else None
        if isinstance(behind, Literal) and b"\n" in behind.text[:-1]:
            rest = behind.text[behind.text.index(b"\n") + 1 :]
            if self.d[at : at + len(rest)] == rest:
                return False
        return not self.layout.prefix or any(True for _ in self.ways(self.layout.prefix, at, self.lines(at)))

    def is_start(self, at: int) -> bool:
        if at not in self._starts:
            self._starts[at] = self.begins_record(at) or self.notice(at) is not None
        return self._starts[at]

    def next_start(self, at: int) -> int:
        if self.by_lines:
            places: Iterator[int] = (p for p in range(max(at, 1), self.n) if self.d[p - 1] == 0x0A)
        else:
            places = (start for _, start in self.anchors(at, at))
        return next((p for p in places if self.is_start(p)), self.n)

    def anchors(self, at: int, floor: int) -> Iterator[tuple[int, int]]:
        """(where a first literal of the anchor stands, where the fields before it begin)."""
        for place in range(at, self.n):
            for text, kinds in self.needles:
                if self.d.startswith(text, place):
                    yield place, self.walk_back(place, kinds, floor)
                    break

    def walk_back(self, at: int, kinds: Sequence[Kind], floor: int) -> int:
        for kind in kinds:
            if kind in (Kind.DATE_TIME, Kind.BINARY_SIZE):
                at = max(at - (len(f.DATE) if kind is Kind.DATE_TIME else 4), floor)
                continue
            is_number = kind in (Kind.INTEGER, Kind.SIZE)
            wanted, most = (rb"[0-9]", 21) if is_number else (f.NAME, 249)
            stop = max(floor, at - most)
            while at > stop and re.match(wanted, self.d[at - 1 : at]):
                at -= 1
            if is_number and at > stop and self.d[at - 1] == 0x2D:
                at -= 1
        return at

    def surely_begins(self, at: int) -> bool:
        return self.layout.is_anchored and self.begins_record(at)

    def cannot_begin(self, at: int) -> bool:
        return self.layout.is_anchored and not self.begins_record(at)

    def may_be_cut(self, at: int, notice: int) -> bool:
        if not self.layout.is_anchored:
            return self.line_end(at) > notice
        return Dump(self.d[at : min(notice, at + 4096)], ()).run(self.layout.anchor, 0) is not None

    def lines(self, at: int) -> Limit:
        """Without an anchor: the end of the line, or of as many more as the literals before the payload take."""

        def limit(begin: int, end: int = -1) -> int:
            for _ in range(self.more_lines + 1):
                end = self.line_end(end + 1 if end >= 0 else begin)
            return end

        first = limit(at)
        return lambda begin: first if begin <= first else limit(begin)

    # -- texts -------------------------------------------------------------------------------------------------------

    def ways(self, elements: Sequence[Any], at: int, limit: Limit, *, by_size: bool = False) -> Iterator[Way]:
        """All ways for the last text; every other text at its nearest closed place, else at its nearest."""
        null = self.layout.null_or_empty_literal if elements is self.layout.prefix else None
        places = [i for i, e in enumerate(elements) if isinstance(e, Field) and e.kind in f.TEXTS]
        begun = self.run(elements[: places[0]] if places else elements, at)
        if begun is None or begun.end < 0:
            return
        if not places:
            yield Way(begun.cuts, begun.end)
            return
        parts = [
            (elements[place], elements[place + 1 : following])
            for place, following in zip(places, [*places[1:], len(elements)], strict=True)
        ]
        for wants_closed in (True, False):
            way: Way | None = Way(begun.cuts, begun.end)
            for part in parts[:-1]:
                assert way is not None
                ends = self.ends(part, way, limit, null, by_size=by_size)
                way = next((end for end in ends if end.closed or not wants_closed), None)
                if way is None:
                    break
            if way is not None:
                yield from self.ends(parts[-1], way, limit, null, by_size=by_size)
                return

    def ends(self, part: Any, way: Way, limit: Limit, null: bytes | None, *, by_size: bool) -> Iterator[Way]:
        text, behind = part
        at = way.end
        reach = limit(at if by_size else 0)
        seen = []
        for end in self.sized(text, way.cuts, at, null):
            if end <= self.n and (by_size or end <= reach):
                ran = self.run(behind, end)
                if ran is not None and ran.end >= 0:
                    seen.append(end)
                    yield Way((*way.cuts, Cut(text, at, end), *ran.cuts), ran.end, way.closed)
        for end in islice(self.places(behind, at, reach), 1 << 12):
            ran = self.run(behind, end)
            if end not in seen and ran is not None and 0 <= ran.end <= reach:
                closed = way.closed and f.is_closed(self.d[at:end])
                yield Way((*way.cuts, Cut(text, at, end), *ran.cuts), ran.end, closed)

    def places(self, behind: Sequence[Any], at: int, reach: int) -> Iterator[int]:
        firsts: tuple[bytes, ...] = ()
        if behind and isinstance(behind[0], Literal):
            firsts = (behind[0].text,)
        elif (
            behind
            and isinstance(behind[0], Alternation)
            and all(way and isinstance(way[0], Literal) for way in behind[0].alternatives)
        ):
            firsts = tuple(way[0].text for way in behind[0].alternatives if isinstance(way[0], Literal))
        if firsts:
            yield from (p for p in range(at, min(reach, self.n) + 1) if self.d.startswith(firsts, p))
            return
        is_document = not behind or (isinstance(behind[0], Field) and behind[0].kind in f.JSON)
        wanted = b'{["' if is_document else b"-0123456789"
        yield from (p for p in range(at, min(reach, at + 65536)) if self.d[p] in wanted)

    def size(self, meaning: str, cuts: Sequence[Cut]) -> int | None:
        for element, start, end in reversed(cuts):
            if isinstance(element, Field) and element.kind in f.SIZES and element.meaning == f"{meaning}_size":
                is_binary = element.kind is Kind.BINARY_SIZE
                return int.from_bytes(self.d[start:end], "big", signed=True) if is_binary else int(self.d[start:end])
        return None

    def sized(self, element: Field, cuts: Sequence[Cut], at: int, null: bytes | None) -> tuple[int, ...]:
        size = self.size(element.meaning, cuts)
        if size is None or size > 1 << 30:
            return ()
        if size > 0:
            return (at + size,)
        return (at + len(null), at) if null and self.d.startswith(null, at) else (at,)

    # -- records -----------------------------------------------------------------------------------------------------

    def record(self, at: int) -> Record | None:
        found = self.attempt(at)
        if found is None or isinstance(found, Record):
            return found
        what, way, limit = found
        if what == "cut":
            has_field = any(isinstance(cut.element, Field) for cut in way.cuts)
            return self.made(at, way.cuts, None, (), self.n, complete=False) if has_field else None
        return self.broken(at, way, limit) if what == "begun" else None

    def whole(self, at: int, reach: int | None = None) -> Record | None:
        found = self.attempt(at, reach, is_candidate=True)
        return found if isinstance(found, Record) else None

    def attempt(
        self, at: int, within: int | None = None, *, is_candidate: bool = False
    ) -> Record | tuple[str, Way, int] | None:
        begun = self.run(self.layout.anchor, at)
        if begun is None:
            return None
        if begun.end < 0:
            return "cut", Way(begun.cuts, self.n), self.n
        if self.is_sized and (record := self.by_size(at)) is not None:
            return record
        up_to_next = self.next_start(max(at + 1, begun.end))
        anchored = self.layout.is_anchored
        own = self.lines(at)
        limit: Limit = (lambda begin: min(own(begin), up_to_next)) if anchored else own
        first: Way | None = None
        best = (False, False)
        doubtful: Record | None = None
        tried = 0
        for count, way in enumerate(self.ways(self.layout.prefix, at, limit)):
            if not self.layout.has_value:
                return self.made(at, way.cuts, None, (), way.end)
            here = (way.closed, way.closed and self.d[way.end : way.end + 1] in (b"{", b"["))
            if first is None or here > best:
                first, best = way, here
            reach = within if within is not None else self.reach(way, up_to_next)
            is_null = doubtful is not None and self.ends_here(way.end, reach)
            if not way.closed or not (count == 0 or is_null or self.may_tell(way.end)):
                continue
            tried += 1
            ending = self.whole_ending(way.end, reach)
            if ending is not None:
                payload = self.d[way.end : ending[0]]
                tells = payload[:1] in f.TELLING or (bool(payload) and payload in self.nulls)
                if count == 0 or is_null or tells:
                    record = self.made(at, way.cuts, (way.end, ending[0]), ending[1], ending[2])
                    record.wrong_size = self.is_sized
                    if count or not self.may_be_key(payload):
                        return record
                    doubtful = record
            if tried == 12 or self.d.startswith((b'{"', b"{'", b'[{"'), way.end):
                break
        if doubtful is not None:
            return doubtful
        if first is None and anchored and not is_candidate:
            first = next(self.ways(self.layout.prefix, at, lambda _: up_to_next), None)
            ending = self.whole_ending(first.end, up_to_next) if first is not None and first.closed else None
            if first is not None and ending is not None:
                record = self.made(at, first.cuts, (first.end, ending[0]), ending[1], ending[2])
                record.wrong_size = self.is_sized
                return record
        if first is None:
            return ("cut" if anchored and up_to_next == self.n else "no", Way(begun.cuts, self.n), self.n)
        return "begun", first, self.reach(first, up_to_next)

    def reach(self, way: Way, up_to_next: int) -> int:
        return up_to_next if self.layout.is_anchored else self.next_start(way.end + 1)

    def may_tell(self, at: int) -> bool:
        return self.d[at : at + 1] in f.TELLING or any(self.d.startswith(null, at) for null in self.nulls)

    def may_be_key(self, payload: bytes) -> bool:
        prefix = self.layout.prefix
        if len(prefix) < 2 or not isinstance(prefix[-1], Literal) or not prefix[-1].text.isspace():
            return False
        is_text = isinstance(prefix[-2], Field) and prefix[-2].kind is Kind.TEXT
        return is_text and payload.endswith(prefix[-1].text) and payload[:1] not in f.OPENERS

    def ends_here(self, at: int, reach: int) -> bool:
        if self.follows is None or len(self.layout.suffix) > 1:
            return False
        return any(
            self.d.startswith(text + self.follows, at)
            and (not self.layout.is_anchored or at + len(text) + len(self.follows) >= reach)
            for text in (b"", *self.nulls)
        )

    def by_size(self, at: int) -> Record | None:
        """The payload ends by its size, if what follows it stands there."""
        own = self.lines(at)

        def limit(begin: int) -> int:
            return min(own(begin), self.next_start(max(at + 1, begin))) if self.layout.is_anchored else own(begin)

        for count, way in enumerate(self.ways(self.layout.prefix, at, limit, by_size=True)):
            if count == 32:
                break
            for end in self.sized(self.value, way.cuts, way.end, self.layout.null_or_empty_literal):
                if end > self.n:
                    continue
                tail = self.tail(end, limit(end))
                if tail is not None and tail.end >= 0:
                    return self.made(at, way.cuts, (way.end, end), tail.cuts, tail.end)
                if tail is not None and (end == self.n or tail.cuts or not self.d[end:].strip(b"\r\n")):
                    return self.made(at, way.cuts, (way.end, end), tail.cuts, self.n, complete=False)
        return None

    def tail(self, at: int, reach: int) -> Ran | None:
        suffix = self.layout.suffix
        ran = self.run(suffix, at)
        has_text = any(isinstance(e, Field) and e.kind in f.TEXTS for e in suffix)
        if not has_text or ran is None or ran.end < 0:
            return ran
        way = next(self.ways(suffix, at, lambda _: reach), None)
        return None if way is None else Ran(way.cuts, way.end)

    def whole_ending(self, at: int, reach: int) -> tuple[int, tuple[Cut, ...], int] | None:
        """The first place where the payload is empty, null or JSON and what follows it stands."""
        if self.layout.is_json:
            ends = [self.json_value(self.value, at, self.line_end(at))]
            if self.d[at : at + 1] in f.OPENERS:
                ends.append(self.json_value(self.value, at, reach))
            candidates = [end for end in ends if end is not None and end >= 0][:1]
        elif not self.layout.suffix:
            return self.follower(at, reach)
        else:
            candidates = []
            first = self.d.find(self.follows, at) if self.follows is not None else -1
            payload = self.d[at:first]
            if 0 <= first < reach and (not payload or payload in self.nulls or is_json(payload)):
                candidates.append(first)
            result = read(self.d, at, reach)
            if result.state == "complete":
                last = result.at
                candidates.append(last)
                while len(candidates) < 40 and last < min(reach, result.at + 16) and self.d[last] in b" \t\r\n":
                    last += 1
                    candidates.append(last)
        for end in candidates:
            tail = self.tail(end, reach)
            if tail is not None and tail.end >= 0:
                return end, tail.cuts, tail.end
        return None

    def follower(self, at: int, reach: int) -> tuple[int, tuple[Cut, ...], int] | None:
        """Nothing follows the payload: a container shows its end, anything else reaches to the next start."""
        if self.d[at : at + 1] in f.OPENERS:
            line_end = self.line_end(at)
            stop = line_end if self.by_lines or line_end <= reach else min(line_end, reach + 65536)
            result = read(self.d, at, stop)
            if result.state == "incomplete":
                result = read(self.d, at, reach)
            if result.state == "complete":
                return result.at, (), result.at
        if at == reach < self.n:
            return at, (), at
        result = read(self.d, at, reach)
        if result.state == "complete" and result.at == reach and not (result.touches_end and reach == self.n):
            return reach, (), reach
        return None

    def broken(self, at: int, way: Way, limit: int) -> Record:
        value = way.end
        result = read(self.d, value, limit)
        if result.state != "incomplete":
            again = self.found_again(max(result.at, at + 1), limit, value, breaks=result.at)
            if again is not None:
                limit = again
                result = read(self.d, value, limit) if result.at > limit else result
        record = self.broken_ending(at, way, limit, result)
        record.wrong_size = self.is_sized
        return record

    def broken_ending(self, at: int, way: Way, limit: int, result: Read) -> Record:
        value = way.end
        reach = self.reach(way, self.next_start(max(at + 1, self.anchor_end(at))))
        if self.follows is not None:
            lasts = [p for p in range(value, limit) if self.d.startswith(self.follows, p)]
            lasts = [p for p in lasts if p + len(self.follows) <= limit]
            for end in lasts[::-1][:8]:
                tail = self.tail(end, reach)
                if tail is not None and 0 <= tail.end <= limit:
                    return self.made(at, way.cuts, (value, end), tail.cuts, tail.end)
        if limit == self.n and result.state == "complete":
            tail = self.tail(result.at, reach)
            if tail is not None and tail.end < 0:
                return self.made(at, way.cuts, (value, result.at), tail.cuts, limit, complete=False)
        is_container = self.d[value : value + 1] in f.OPENERS
        if is_container and result.state == "complete" and self.d[result.at : result.at + 1] in (b"\n", b"\r"):
            stop = result.at
            while stop < limit and self.d[stop] in b"\r\n":
                stop += 1
            return self.made(at, way.cuts, (value, result.at), (), stop, complete=False)
        end = value + len(self.d[value:limit].rstrip(b"\r\n"))
        return self.made(at, way.cuts, (value, end), (), limit, complete=False)

    def anchor_end(self, at: int) -> int:
        ran = self.run(self.layout.anchor, at)
        assert ran is not None
        return ran.end

    def damaged(self, at: int, stop: int) -> Record | None:
        if not self.layout.is_anchored:
            return None
        first = self.layout.elements[0]
        text = first.text if isinstance(first, Literal) else b""
        if not (len(text.strip()) >= 3 and self.d.startswith(text, at)) and not self.anchored_at(at):
            return None
        inside = Dump(self.d[: min(stop, at + 4096)], ())
        cuts: tuple[Cut, ...] = ()
        for count in range(1, len(self.layout.anchor) + 1):
            ran = inside.run(self.layout.anchor[:count], at)
            if ran is None or ran.end < 0:
                break
            cuts = ran.cuts
        return self.made(at, cuts, None, (), stop, complete=False)

    # -- found again -------------------------------------------------------------------------------------------------

    def found_again(self, at: int, stop: int, line: int, breaks: int | None) -> int | None:
        """``breaks`` is where the payload that begins at ``line`` is no JSON any more; None behind garbage."""
        if not self.layout.is_anchored:
            return self.again_as_line(at, stop, line, breaks)
        if not self.by_lines:
            return None
        tries: dict[int, int] = {}
        floor = at
        while True:
            place, start = next(self.anchors(at, floor), (self.n, stop))
            if start >= stop:
                return None
            at = floor = place + 1
            if not self.anchored_at(start):
                continue
            begin = max(line, self.d.rfind(b"\n", line, start) + 1)
            before = self.d[begin:start]
            is_quoted = b'"' in before or (breaks is not None and begin == line)
            if self.telling and not is_quoted:
                return start
            if (self.telling or not (is_quoted or b"{" in before or b"[" in before)) and tries.get(begin, 0) < 12:
                tries[begin] = tries.get(begin, 0) + 1
                record = self.whole(start)
                if record is not None and self.is_evidence(record):
                    return start

    def is_evidence(self, record: Record) -> bool:
        said = self.said(record)
        return record.is_fine and bool(said) and (self.telling or (said or b"")[:1] in f.OPENERS)

    def again_as_line(self, at: int, stop: int, line: int, breaks: int | None) -> int | None:
        is_value_first = self.layout.has_value and not self.layout.prefix
        if breaks is not None:
            first_end = self.line_end(line)
            if not (breaks == first_end if is_value_first else breaks <= first_end):
                return None
        for start in range(max(at, 1), stop):
            if self.d[start - 1] == 0x0A and self.d[start] in b" \t":
                record = self.whole(start, self.lines(start)(start))
                if record is None or record.value is None:
                    continue
                said = self.said(record)
                if not record.is_fine or not said or said.lstrip()[:1] not in f.OPENERS:
                    continue
                first = record.cuts[0]
                begins_empty = isinstance(first.element, Literal) or first.start == first.end
                if is_value_first or (begins_empty and self.d[record.value[0] : record.value[0] + 1] in f.OPENERS):
                    return start
        return None

    # -- what a record says ------------------------------------------------------------------------------------------

    def content(self, element: Field, text: bytes) -> bytes | None:
        if element.kind is Kind.JSON_VALUE:
            return text
        if text[:1] == b'"':
            whole = re.fullmatch(rb'"(?:[^"\\]|\\.)*"', text, re.DOTALL)
            return f.unescaped(text[1:-1] if whole else text[1:])
        return None if text == b"null" else text

    def said(self, record: Record) -> bytes | None:
        """The payload: None where it is null."""
        if record.value is None:
            return None
        start, end = record.value
        text = self.d[start:end]
        if self.layout.is_json:
            return self.content(self.value, text)
        size = self.size("value", record.cuts)
        both = self.layout.null_or_empty_literal
        if any("VALUE_SIZE" in name for name in self.layout.fields):
            if size is not None and (size == -1 and text in (b"", both)):
                return None
            return b"" if size == 0 and text == both else text
        null = self.layout.null_literal
        nulls = (null,) if null is not None else () if both is None else (b"", both)
        return None if text in nulls else text

    def made(
        self,
        at: int,
        cuts: Sequence[Cut],
        value: tuple[int, int] | None,
        tail: Sequence[Cut],
        stop: int,
        *,
        complete: bool = True,
    ) -> Record:
        everything = [*cuts, *([Cut(self.value, *value)] if value else []), *tail]
        record = Record(at, stop, everything, value, complete)
        said = self.said(record)
        record.is_fine = complete and value is not None and (not said or is_json(said))
        for element, start, end in everything:
            if isinstance(element, Field) and element.meaning not in ("", "value") and element.kind not in f.SIZES:
                text = self.d[start:end]
                shown = self.content(element, text) if element.kind in f.JSON else text
                record.spans_lines |= b"\n" in (shown or b"")
        position = at
        for element, start, end in [*everything, Cut(Literal(b""), stop, stop)]:
            if start > position:
                is_blank = not self.d[position:start].strip()
                record.tiles.append(Tile(position, start, "separator" if is_blank else "garbage"))
            name = element.terminal if isinstance(element, Field) else ""
            record.tiles.append(Tile(start, end, "field" if name else "literal", name))
            position = end
        return record


def literals(elements: Sequence[Any]) -> Iterator[bytes]:
    """The texts of the literals, those of the first alternative of each alternation among them."""
    for element in elements:
        if isinstance(element, Literal):
            yield element.text
        elif isinstance(element, Alternation):
            yield from (one.text for one in element.alternatives[0] if isinstance(one, Literal))


def needles(anchor: Sequence[Any], before: tuple[Kind, ...] = ()) -> Iterator[tuple[bytes, tuple[Kind, ...]]]:
    """The first literal of every way in which an anchor can begin, and the fields before it, the last one first."""
    for index, element in enumerate(anchor):
        if isinstance(element, Literal):
            yield element.text, before
            return
        if isinstance(element, Alternation):
            for way in element.alternatives:
                yield from needles((*way, *anchor[index + 1 :]), before)
            return
        if element.kind in f.JSON or element.kind is Kind.DATE:
            return
        before = (element.kind, *before)
