"""The bytes of a dump can be read again from any place, whoever keeps them."""

from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from dumpfix.run.feed import Feed


@given(st.data())
def test_what_was_read_is_read_again_whatever_part_of_it_somebody_else_keeps(data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.binary(min_size=1, max_size=6), min_size=1, max_size=8))
    dump = b"".join(pieces)
    feed = Feed(pieces, 0)
    # As far as one reader has come; another, or the same, has joined some of that.
    read = b"".join(islice(feed.chunks(0), data.draw(st.integers(1, len(pieces)))))
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(read)))
        stop = data.draw(st.integers(start, len(read)))
        feed.share(start, read[start:stop])
    again = data.draw(st.integers(0, len(read)))
    assert b"".join(islice(feed.chunks(again), 4 * len(dump) + 4)) == dump[again:]
    assert feed.between(again, len(read)) == read[again:]
