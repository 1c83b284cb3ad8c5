"""``--report x.html``: one file that holds nothing but text, whatever the dump holds."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.program import dumpfix, prose

HOSTILE = (
    b"<script>alert(1)</script>",
    b'"><img src=x onerror=alert(1)>',
    b"{{ 7 * 7 }}{% raw %}",
    b"</table></body><!--",
    b"&lt;b&gt; &amp; '",
    b"\x1b[31mred\x07\x00",
    "\u202eright to left\u2028".encode(),
    b"\xff\xfe",
)
ALLOWED = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "h1",
    "h2",
    "h3",
    "figure",
    "path",
    "ul",
    "li",
    "b",
    "p",
    "span",
    "table",
    "tr",
    "th",
} | {*("td", "svg", "rect", "br", "code", "pre", "del", "ins")}


class Reader(HTMLParser):
    """Elements, attributes and text; every element that is opened has to be closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def report_of(dump: bytes, folder: Path) -> tuple[Path, Reader]:
    path = folder / "report.html"
    done = dumpfix("check", "--report", path, "-q", stdin=dump)
    assert done.status == 1, done.stderr
    reader = Reader()
    reader.feed(path.read_text())
    reader.close()
    assert reader.open == []
    return path, reader


def test_whatever_a_dump_holds_is_text(tmp_path: Path) -> None:
    dump = b"".join(
        prose((at, hostile, b'{"a":"' + hostile.replace(b'"', b"'") + b'","b":')) for at, hostile in enumerate(HOSTILE)
    )
    path, reader = report_of(dump, tmp_path)
    assert set(reader.tags) <= ALLOWED
    assert not any(name.startswith("on") or name in ("src", "href") for name in reader.attributes)
    text = "".join(reader.text)
    for part in (
        "<script>alert(1)</script>",
        "onerror=alert(1)",
        "{{ 7 * 7 }}{% raw %}",
        "&lt;b&gt; &amp; '",
        "\\x1b[31m",
    ):
        assert part in text, part
    assert not any(c in path.read_text() for c in "\x1b\x07\x00\u202e\u2028")


@pytest.mark.slow
def test_ten_thousand_findings_stand_in_it_with_the_plan_and_a_picture(tmp_path: Path) -> None:
    records = [(n, b"k", b'{"a":1' if n % 2 else b'{"a":1}') for n in range(20_000)]
    path, reader = report_of(prose(*records), tmp_path)
    text = "".join(reader.text)
    assert text.count("events[0]@") >= 10_000
    assert "dumpfix produce" in text
    assert reader.tags.count("rect") == 1 + 1000, "poison is shown as far as the report has it"
    assert path.stat().st_size < 10_000_000
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium here: only the parser of the standard library has read it")
    shown = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()],
        capture_output=True,
        timeout=300,
        check=True,
    )
    assert shown.stdout.count(b"events[0]@") >= 10_000
