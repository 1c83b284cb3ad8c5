"""The sending itself: in order by partition, noted in the journal, stopped by the first refusal."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from dumpfix.errors import BrokenRunError
from dumpfix.producing.client import Client, matched
from dumpfix.producing.journal import Journal
from dumpfix.producing.plan import ProducePlan
from dumpfix.sink.queue import Queued

if TYPE_CHECKING:
    from confluent_kafka import Producer

#: records and bytes that are handed to the client at once; the journal is synced once for them
STEP_RECORDS = 1000
STEP_BYTES = 4 << 20
#: records and bytes that may be on their way: what has to be looked for in the topic after a crash
MOST_IN_FLIGHT = 10 * STEP_RECORDS
MOST_BYTES_IN_FLIGHT = 32 << 20
#: seconds between two notes of what has arrived; a lost note only makes the search after a crash longer
NOTE_EVERY = 0.5
#: seconds that what is on its way gets to arrive when a run is stopped
LAST_WAIT = 10.0
#: seconds since the last record that a client which was killed handed to its socket: a broker appends it well before
SETTLED = 2.0

#: (records in, records in all)
Watch = Callable[[int, int], None]


@dataclass(slots=True)
class _Sent:
    """One record that the client has, until it is acknowledged."""

    partition: int
    index: int
    size: int
    line: int


@dataclass(slots=True)
class Sending:
    """Sends the records of a plan. ``landed`` are those that are in although one before them is not.

    ``refused`` is the first that did not get in, and why.
    """

    plan: ProducePlan
    client: Client
    journal: Journal
    rate: float | None = None
    watch: Watch | None = None
    landed: dict[int, dict[int, int]] = field(default_factory=dict)
    refused: tuple[_Sent, str] | None = None
    _fatal: str | None = None
    _has_timed_out: bool = False
    _in_flight: int = 0
    _bytes_in_flight: int = 0
    _total: int = 0
    _handed: int = 0
    _began: float = 0.0
    _noted: float = 0.0

    def run(self) -> None:
        """Send everything that is not in yet. Raises BrokenRunError where a record is refused or nobody answers."""
        self._total = self.plan.records
        if self.journal.is_done:
            return
        self._resume()
        producer = self.client.producer(self.plan.survey.largest, self.plan.topic.number("max.message.bytes"))
        self._began = time.monotonic()
        try:
            for step in _steps(self._left()):
                self._send(producer, step)
                if self._is_stopped:
                    break
            self._wait(producer, lambda: self._in_flight == 0)
        finally:
            self._stop(producer)
        if self._is_stopped:
            raise BrokenRunError(self._refusal())
        self.journal.note_done()

    @property
    def arrived(self) -> int:
        """Records that are in."""
        first = sum(state.arrived for state in self.journal.partitions.values())
        return first + sum(map(len, self.landed.values()))

    @property
    def _is_stopped(self) -> bool:
        """Whether nothing more is to be sent."""
        return self.refused is not None or self._fatal is not None

    def _refusal(self) -> str:
        """A broker takes or refuses a batch: the first record of it is the one that is named."""
        if self.refused is None:
            return f"stopped: {self._fatal}"
        sent, why = self.refused
        place = f"{self.plan.topic.name}[{sent.partition}]"
        return f"stopped at line {sent.line} of the dump, on its way to {place}: {why}"

    # -- before --------------------------------------------------------------------------------------------------------

    def _resume(self) -> None:
        """Know of each partition what comes next there, and what of the records that were on their way is in."""
        topic = self.plan.topic.name
        consumer = self.client.consumer()
        try:
            new = sorted(set(self.plan.partitions) - set(self.journal.partitions))
            self.journal.begin({one: self.client.watermarks(consumer, topic, one)[1] for one in new})
            doubtful = {n for n, state in self.journal.partitions.items() if state.sent > state.arrived}
            if doubtful:
                self._look_for(consumer, doubtful)
        finally:
            consumer.close()

    def _look_for(self, consumer: Any, doubtful: set[int]) -> None:
        """Find in the topic what a run that died had handed over and not seen acknowledged."""
        # What the dead one left in its socket may still be on its way to the log.
        time.sleep(min(max(self.journal.written + SETTLED - time.time(), 0.0), SETTLED))
        waiting = self._on_their_way(doubtful)
        topic = self.plan.topic.name
        for number, records in waiting.items():
            state = self.journal.partitions[number]
            start = state.begins if state.last is None else state.last + 1
            low, high = self.client.watermarks(consumer, topic, number)
            if low > start:
                raise BrokenRunError(
                    f"{topic}[{number}]: offsets {start} to {low - 1} are deleted already, so nobody can tell whether "
                    f"{len(records)} records that were on their way got in; without --journal they are sent again"
                )
            found = self.client.read(consumer, topic, number, start, high)
            offsets = matched(records, found, compares_time=self.plan.restores_time)
            self.landed[number] = {state.arrived + i: at for i, at in enumerate(offsets) if at is not None}
            self._advance(number)
        self.journal.note_arrived()

    def _on_their_way(self, doubtful: set[int]) -> dict[int, list[Queued]]:
        counts = dict.fromkeys(doubtful, 0)
        waiting: dict[int, list[Queued]] = {number: [] for number in doubtful}
        for number, record in self.plan.routed():
            if number in doubtful:
                state = self.journal.partitions[number]
                if state.arrived <= counts[number] < state.sent:
                    waiting[number].append(record)
                counts[number] += 1
        return waiting

    def _left(self) -> Iterator[tuple[int, int, Queued]]:
        """Partition, index in it, record: of those that are not in."""
        counts = dict.fromkeys(self.plan.partitions, 0)
        begins = {number: state.arrived for number, state in self.journal.partitions.items()}
        there = {number: set(indexes) for number, indexes in self.landed.items()}
        for number, record in self.plan.routed():
            index = counts[number]
            counts[number] += 1
            if index >= begins[number] and index not in there.get(number, ()):
                yield number, index, record

    # -- while it runs -------------------------------------------------------------------------------------------------

    def _send(self, producer: Producer, step: list[tuple[int, int, Queued]]) -> None:
        size = sum(record.size for _, _, record in step)
        self._wait(
            producer,
            lambda: (
                not self._in_flight
                or (
                    self._in_flight + len(step) <= MOST_IN_FLIGHT
                    and self._bytes_in_flight + size <= MOST_BYTES_IN_FLIGHT
                )
            ),
        )
        if self._is_stopped:
            return
        self.journal.note_sent({number: index + 1 for number, index, _ in step})
        for number, index, record in step:
            self._hand_over(producer, _Sent(number, index, record.size, record.line), record)
            if self._is_stopped:
                return

    def _hand_over(self, producer: Producer, sent: _Sent, record: Queued) -> None:
        from confluent_kafka import KafkaException

        self._keep_pace(producer)
        timed = self.plan.wanted.timestamp == "original" and record.timestamp is not None
        when: dict[str, Any] = {"timestamp": record.timestamp} if timed else {}
        while True:
            try:
                producer.produce(
                    self.plan.topic.name,
                    value=record.value,
                    key=record.key,
                    partition=sent.partition,
                    headers=list(record.headers),
                    on_delivery=partial(self._delivered, sent),
                    **when,
                )
                break
            except BufferError:
                self._poll(producer, 0.1)
            except (KafkaException, OverflowError, ValueError) as error:
                if self.client.is_fatal(error):
                    # A batch before this one was refused; that is still to be told.
                    self._fatal = self._fatal or self.client.reason(error)
                else:
                    self.refused = self.refused or (sent, self.client.reason(error))
                return
        self._in_flight += 1
        self._bytes_in_flight += sent.size
        self._handed += 1
        self._poll(producer, 0)

    def _delivered(self, sent: _Sent, error: Any, message: Any) -> None:
        self._in_flight -= 1
        self._bytes_in_flight -= sent.size
        if error is not None:
            self._has_timed_out |= self.client.is_timeout(error)
            # What follows the first is refused because of it; what was taken back may be told of before it.
            if self.refused is None and not self.client.was_taken_back(error):
                from confluent_kafka import KafkaException

                self.refused = sent, self.client.reason(KafkaException(error))
            return
        self.landed.setdefault(sent.partition, {})[sent.index] = message.offset()
        self._advance(sent.partition)

    def _advance(self, number: int) -> None:
        """Count as arrived what is in without a gap."""
        state = self.journal.partitions[number]
        landed = self.landed.get(number, {})
        while state.arrived in landed:
            state.last = landed.pop(state.arrived)
            if state.first is None:
                state.first = state.last
            state.arrived += 1

    def _poll(self, producer: Producer, seconds: float) -> None:
        """Hear what became of records. A client that cannot go on says so here, once those have been told of."""
        from confluent_kafka import KafkaException

        try:
            producer.poll(seconds)
        except KafkaException as error:
            self._fatal = self._fatal or self.client.reason(error)

    def _keep_pace(self, producer: Producer) -> None:
        if self.rate is None:
            return
        while (early := self._began + self._handed / self.rate - time.monotonic()) > 0 and not self._is_stopped:
            self._poll(producer, min(early, 0.1))
            self._note()

    def _wait(self, producer: Producer, is_over: Callable[[], bool]) -> None:
        while not is_over() and not self._is_stopped:
            self._poll(producer, 0.1)
            self._note()
        self._note()

    def _note(self) -> None:
        now = time.monotonic()
        if now - self._noted >= NOTE_EVERY:
            self._noted = now
            self.journal.note_arrived()
            if self.watch is not None:
                self.watch(self.arrived, self._total)

    # -- the end -------------------------------------------------------------------------------------------------------

    def _stop(self, producer: Producer) -> None:
        """What is with the broker gets a while to be acknowledged; what is not with it yet is taken back."""
        if self._in_flight:
            with contextlib.suppress(Exception):
                producer.purge(in_queue=True, in_flight=False, blocking=False)
            deadline = time.monotonic() + LAST_WAIT
            while self._in_flight and time.monotonic() < deadline:
                self._poll(producer, 0.1)
        if not self._in_flight and not self._has_timed_out:
            # What did not arrive was refused or taken back: nobody need wonder. The journal keeps what it has.
            for number, state in self.journal.partitions.items():
                state.sent = state.arrived + len(self.landed.get(number, ()))
        self.journal.note_arrived()
        if self.watch is not None:
            self.watch(self.arrived, self._total)


def _steps(records: Iterator[tuple[int, int, Queued]]) -> Iterator[list[tuple[int, int, Queued]]]:
    step: list[tuple[int, int, Queued]] = []
    size = 0
    for one in records:
        step.append(one)
        size += one[2].size
        if len(step) >= STEP_RECORDS or size >= STEP_BYTES:
            yield step
            step, size = [], 0
    if step:
        yield step
