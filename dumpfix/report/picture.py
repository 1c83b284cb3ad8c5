"""The picture of one partition in the HTML report: records over offsets and, where the dump shows it, time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from dumpfix.report.model import Picture
from dumpfix.report.shapes import PartitionEntry

#: units of a picture: it is as wide as the page, and as high with times as without
WIDTH, HEIGHT, LOW = 1000.0, 180.0, 34.0
#: how wide an offset is at least, and what is left free above and below the dots
_LEAST, _MARGIN = 1.5, 12.0


class Bar(NamedTuple):
    """A stretch of offsets, from ``x`` on."""

    x: float
    width: float


class Drawing(NamedTuple):
    """``dots``, ``bad_dots`` and ``repeated`` are paths of points; without times there are none, and ``is_low``."""

    height: float
    is_low: bool
    gaps: list[Bar]
    poison: list[Bar]
    dots: str
    bad_dots: str
    repeated: str
    earliest: str
    latest: str


def drawing(row: PartitionEntry, picture: Picture) -> Drawing | None:
    """The picture; None where the dump shows no offset."""
    first, last = row["first_offset"], row["last_offset"]
    if first is None or last is None:
        return None
    scale = WIDTH / (last - first + 1)

    def bar(start: int, end: int) -> Bar:
        x, width = (start - first) * scale, max((end - start + 1) * scale, _LEAST)
        return Bar(round(min(x, WIDTH - width), 1), round(width, 1))

    bad = [(offset, moment) for offset, moment in picture.poison if moment is not None and moment >= 0]
    moments = [moment for _, moment in bad] + list(picture.bounds or ())
    height = HEIGHT if moments else LOW
    earliest, latest = min(moments, default=0), max(moments, default=0)

    def dot(offset: int, moment: int) -> tuple[float, float]:
        share = (moment - earliest) / (latest - earliest) if latest > earliest else 0.5
        return (offset - first + 0.5) * scale, HEIGHT - _MARGIN - share * (HEIGHT - 2 * _MARGIN)

    return Drawing(
        height,
        not moments,
        [bar(gap[0], gap[1]) for gap in row["gaps"]],
        [bar(offset, offset) for offset in row["poison"]],
        _path(dot(*point) for point in picture.good),
        _path(dot(*point) for point in bad),
        _path(((offset - first + 0.5) * scale, height - 3) for offset in picture.repeated),
        _time(earliest) if moments else "",
        _time(latest) if moments else "",
    )


def _path(points: Iterable[tuple[float, float]]) -> str:
    """Points as strokes without length, which round ends make dots of the same size however wide the page is."""
    return "".join(dict.fromkeys(f"M{x:.1f} {y:.1f}h0" for x, y in points))


def _time(milliseconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{milliseconds} ms"
