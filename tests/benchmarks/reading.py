"""How fast dumps become JSONL, beside what people use today, in one run.

    python -m tests.benchmarks.reading [--megabytes 300] [--runs 3]

One core, whole processes, the best of the runs. The dump: events of about 600 bytes under
`kcat -f 'Topic %t [%p] at offset %o: key %k: %s\\n'`, and the same events as `kcat -J` prints them. Beside dumpfix:

* `regex script`: what is passed around for such dumps, one regular expression a line and json.loads on the payload;
* `jq`: `jq -c '.payload|fromjson'` on the -J dump, where jq is installed;
* `orjson loop`: reading lines of bare payloads and parsing each, as the upper bound of any checked reading in Python.

What each emits is compared with the events before its time counts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

REGEX_SCRIPT = r"""
import json, re, sys
line_of = re.compile(rb"^Topic (\S+) \[(\d+)\] at offset (\d+): key (.*?): (.*)$")
out = sys.stdout.buffer
for line in open(sys.argv[1], "rb"):
    found = line_of.match(line.rstrip(b"\n"))
    if found:
        try:
            json.loads(found.group(5))
        except ValueError:
            continue
        out.write(found.group(5) + b"\n")
"""

ORJSON_LOOP = """
import orjson, sys
out = sys.stdout.buffer
for line in open(sys.argv[1], "rb"):
    orjson.loads(line)
    out.write(line)
"""


def event(number: int) -> bytes:
    return json.dumps(
        {
            "uuid": f"018bcfe5-{number:012d}",
            "event": "$pageview",
            "distinct_id": f"user-{number % 9973}",
            "timestamp": "2026-11-02T10:15:00.000Z",
            "properties": {
                "$current_url": f"https://example.com/pricing?ref=mail&n={number}",
                "$browser": "Firefox",
                "$screen": [1920, 1080],
                "utm": {"source": "newsletter", "medium": "email", "campaign": "autumn: second, last"},
                "padding": "x" * 240,
            },
        },
        separators=(",", ":"),
    ).encode()


def write_dumps(folder: Path, megabytes: int) -> dict[str, Path]:
    """The same events in each form; the files by name."""
    paths = {name: folder / name for name in ("text", "json", "values")}
    size = 0
    number = 0
    with paths["text"].open("wb") as text, paths["json"].open("wb") as envelope, paths["values"].open("wb") as values:
        while size < megabytes * 1_000_000:
            payload = event(number)
            key = b"user-%d" % (number % 9973)
            line = b"Topic events [%d] at offset %d: key %b: %b\n" % (number % 3, number // 3, key, payload)
            size += text.write(line)
            values.write(payload + b"\n")
            envelope.write(
                b'{"topic":"events","partition":%d,"offset":%d,"tstype":"create","ts":%d,"broker":1,"key":"%b","payload":%b}\n'
                % (number % 3, number // 3, 1_700_000_000_000 + number, key, json.dumps(payload.decode()).encode())
            )
            number += 1
    return paths


def best_of(runs: int, command: list[str], output: Path) -> float:
    times = []
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for _ in range(runs):
        with output.open("wb") as sink:
            start = time.perf_counter()
            subprocess.run(command, stdout=sink, stderr=subprocess.DEVNULL, check=True, env=environment)
            times.append(time.perf_counter() - start)
    return min(times)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dumps = write_dumps(folder, arguments.megabytes)
        wanted = dumps["values"].read_bytes()
        dumpfix = [sys.executable, "-m", "dumpfix", "convert", "-q", "-j", "1"]
        candidates = [
            ("dumpfix, text, auto", [*dumpfix, str(dumps["text"])], "text"),
            ("dumpfix, kcat -J, auto", [*dumpfix, str(dumps["json"])], "json"),
            ("dumpfix, values alone", [*dumpfix, str(dumps["values"])], "values"),
            ("dumpfix, text to envelope", [*dumpfix, "--to", "envelope", str(dumps["text"])], None),
            ("dumpfix, text to kcat", [*dumpfix, "--to", "kcat", str(dumps["text"])], None),
            ("regex script, text", [sys.executable, "-c", REGEX_SCRIPT, str(dumps["text"])], "text"),
            ("orjson loop, values alone", [sys.executable, "-c", ORJSON_LOOP, str(dumps["values"])], "values"),
        ]
        if shutil.which("jq"):
            candidates.append(("jq, kcat -J", ["jq", "-c", ".payload|fromjson", str(dumps["json"])], "json"))
        print(f"| {arguments.megabytes} MB, one core | seconds | MB/s of dump |\n|---|---|---|")
        for title, command, form in candidates:
            seconds = best_of(arguments.runs, command, folder / "out")
            if form and (folder / "out").read_bytes() != wanted:
                print(f"| {title} | wrong output | |")
                return 1
            source = Path(command[-1]).stat().st_size
            print(f"| {title} | {seconds:.2f} | {source / 1e6 / seconds:.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
