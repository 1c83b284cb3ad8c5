"""Spellings that have to be undone: dates as milliseconds, base64 as bytes."""

from __future__ import annotations

import binascii
from collections.abc import Container

from dumpfix.json.lexer import DIGITS

#: days before each month in a year of 365
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_DAYS_OF_1970 = 719_162
#: ``0`` stands for a digit, everything else for itself
_DAY_AND_TIME = b"0000-00-00T00:00:00"
#: digits of a second's fraction; Go prints nine
LONGEST_FRACTION = 12
#: letters of the name of a zone (``CEST``), or the digits of one that has none (``+0300``)
LONGEST_ZONE_NAME = 6
#: bytes of a date with all of it
LONGEST_DATE = len(_DAY_AND_TIME) + 1 + LONGEST_FRACTION + len(" +0000 ") + LONGEST_ZONE_NAME + 1


def from_base64(text: bytes) -> bytes | None:
    """The bytes that a base64 text stands for (RFC 4648, section 4, with its padding); None where it is none."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None


def milliseconds(text: bytes) -> bytes | None:
    """The milliseconds since 1970 of a date with its time and zone, as digits; None where the text is none.

    ``-1``, as Kafka has it, for the year 1, with which Go says that there is no time.
    """
    end = date_end(text, 0)
    if end != len(text):
        return None
    year, month, day, hour, minute, second = (
        int(text[start:stop]) for start, stop in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
    )
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or hour > 23 or minute > 59 or second > 60 or year < 1:
        return None
    if not 1 <= day <= (*_DAYS_BEFORE, 365)[month] - _DAYS_BEFORE[month - 1] + (is_leap and month == 2):
        return None
    if year == 1:
        # Go's time of nothing.
        return b"-1"
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - _DAYS_OF_1970
    days += _DAYS_BEFORE[month - 1] + (is_leap and month > 2) + day - 1
    fraction_end = short_run_end(text, 20, DIGITS, LONGEST_FRACTION) if text[19:20] in (b".", b",") else 19
    fraction = int((text[20:fraction_end] + b"000")[:3]) if fraction_end > 20 else 0
    zone = text[fraction_end:].strip()
    minutes = 0
    if zone[:1] in (b"+", b"-"):
        digits = zone[1:6].replace(b":", b"")[:4]
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        minutes = -minutes if zone[:1] == b"-" else minutes
    return b"%d" % (((days * 24 + hour) * 60 + minute - minutes) * 60_000 + second * 1000 + fraction)


def date_end(data: bytes, at: int) -> int:
    """Where a date with its time and zone ends that begins at ``at``; -1 where none stands there, also a cut one."""
    at = time_end(data, at)
    if at < 0:
        return -1
    if data[at : at + 1] == b"Z":
        return at + 1
    blank = data[at : at + 1] == b" "
    sign = at + blank
    if data[sign : sign + 1] not in (b"+", b"-"):
        return -1
    hours = short_run_end(data, sign + 1, DIGITS, 4)
    if hours == sign + 3 and data[hours : hours + 1] == b":":
        end = short_run_end(data, hours + 1, DIGITS, 2)
        return end if end == hours + 3 else -1
    if hours != sign + 5:
        return -1
    return _zone_name_end(data, hours) if blank else hours


def time_end(data: bytes, at: int) -> int:
    """Where a date with its time ends, the fraction of its second included, whatever follows; -1 where none stands
    there."""
    text = data[at : at + len(_DAY_AND_TIME)]
    if len(text) < len(_DAY_AND_TIME):
        return -1
    for byte, wanted in zip(text, _DAY_AND_TIME, strict=True):
        is_fitting = byte in DIGITS if wanted == 0x30 else byte == wanted or (wanted == 0x54 and byte == 0x20)
        if not is_fitting:
            return -1
    at += len(_DAY_AND_TIME)
    if data[at : at + 1] in (b".", b","):
        end = short_run_end(data, at + 1, DIGITS, LONGEST_FRACTION)
        if end == at + 1:
            return -1
        at = end
    return at


def _zone_name_end(data: bytes, at: int) -> int:
    """Behind the name of a zone that a blank stands before: letters, or a sign and digits; ``at`` where none is."""
    if data[at : at + 1] != b" ":
        return at
    begin = at + 1 + (data[at + 1 : at + 2] in (b"+", b"-"))
    letters = DIGITS if begin > at + 1 else b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    end = short_run_end(data, begin, letters, LONGEST_ZONE_NAME)
    return end if end >= begin + 2 else at


def short_run_end(data: bytes, at: int, allowed: Container[int], most: int) -> int:
    """Behind the bytes at ``at`` that are allowed, ``most`` of them at most."""
    stop = min(len(data), at + most)
    while at < stop and data[at] in allowed:
        at += 1
    return at
