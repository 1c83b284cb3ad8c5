r"""What payloads cost that look as if they could trip a parser: escapes, large integers, exponents.

    python -m tests.benchmarks.hazards

Python's json.dumps writes an emoji as a pair of escapes (`\ud83c\udf89`), so whole topics have one in each payload. A
dump of 5 000 events in which 0, 1, 10 and 100 % have such a thing is converted in this process; processor time, the
best of some rounds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from dumpfix.detection.choose import Told
from tests.cli.program import PROSE
from tests.sink.run import converted

RECORDS = 5_000
#: name → what is written into a payload, and whether it is a hazard
SEEDS = {
    "a pair of surrogates": b'"party \\ud83c\\udf89"',
    "a NUL escape": b'"a\\u0000b"',
    "an escaped backslash before u0000": b'"a\\\\u0000b"',
    "an unsigned 64-bit integer": b"18446744073709551615",
    "an integer of 20 digits beyond 64 bits": b"18446744073709551616",
    "20 digits behind a colon in a string": b'"urn:18446744073709551616"',
    "an exponent of three digits": b"1.5e-300",
}
SHARES = (0, 1, 10, 100)


def dump(seed: bytes, percent: int) -> bytes:
    """Events of about 600 bytes, so many of 100 with the seed in them, else with plain text of the same length."""
    plain = b'"%b"' % (b"x" * (len(seed) - 2))
    lines = []
    for n in range(RECORDS):
        text = seed if n % 100 < percent else plain
        payload = b'{"event":"$pageview","id":"%032x","n":%d,"text":%b,"rest":"%b"}' % (n * n, n, text, b"x" * 480)
        lines.append(b"Topic events [0] at offset %d: key k%d: %b\n" % (n, n % 50, payload))
    return b"".join(lines)


def seconds(dumps: Sequence[bytes], rounds: int) -> list[float]:
    """Processor time of converting each of these dumps, the best of so many rounds: in each round one after the other,
    since the machine's own speed varies from second to second by more than what is measured."""
    told = Told(kcat_format=PROSE.encode())
    best = [float("inf")] * len(dumps)
    for _ in range(rounds):
        for index, one in enumerate(dumps):
            begin = time.process_time()
            _, report = converted(one, told, "values")
            best[index] = min(best[index], time.process_time() - begin)
            assert report.totals.emitted == RECORDS
    return best


def main() -> None:
    print("| in a payload | " + " | ".join(f"{percent} %" for percent in SHARES) + " |")
    print("|---" * (len(SHARES) + 1) + "|")
    for name, seed in SEEDS.items():
        times = seconds([dump(seed, percent) for percent in SHARES], 10)
        shown = " | ".join(f"{1000 * time:.1f} ms ({times[0] / time:.2f})" for time in times)
        print(f"| {name} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
