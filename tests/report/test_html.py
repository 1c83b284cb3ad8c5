"""``--report x.html``: one file that holds nothing but text, whatever the dump holds."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path

import pytest

from dumpfix.report.moments import MOST_POINTS
from tests.cli.program import dumpfix, prose
from tests.writers import kcat
from tests.writers.records import KafkaRecord

HOSTILE = (
    b"<script>alert(1)</script>",
    b'"><img src=x onerror=alert(1)>',
    b"{{ 7 * 7 }}{% raw %}",
    b"</table></body><!--",
    b"&lt;b&gt; &amp; '",
    b"\x1b[31mred\x07\x00",
    "\u202eright to left\u2028".encode(),
    b"\xff\xfe",
    b"k" * 10_000,
)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
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


@pytest.fixture(scope="module")
def ten_thousand(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reader]:
    """A report of as many findings, among as many good records, under hostile keys."""
    dump = b"".join(
        prose((2 * at, key, b'{"a":"' + key[:100].replace(b'"', b"'") + b'","b":'), (2 * at + 1, b"k", b"{}"))
        for at, key in zip(range(10_000), cycle(HOSTILE), strict=False)
    )
    return report_of(dump, tmp_path_factory.mktemp("report"))


@pytest.mark.slow
def test_ten_thousand_findings_stand_in_it_with_the_plan_and_a_picture(ten_thousand: tuple[Path, Reader]) -> None:
    path, reader = ten_thousand
    text = "".join(reader.text)
    assert text.count("events[0]@") >= 10_000
    assert "dumpfix produce" in text
    assert reader.tags.count("rect") == 1 + 1000, "poison is shown as far as the report has it"
    assert path.stat().st_size < 10_000_000


def test_the_picture_shows_times_gaps_duplicates_and_poison(tmp_path: Path) -> None:
    offsets = [*range(10), 30, 31, 31, *range(40, 1500)]
    records = [
        KafkaRecord("events", 0, at, 1_700_000_000_000 + at * 1000, "create", (), b"k", b"{}" if at % 100 else b'{"a":')
        for at in offsets
    ]
    path, reader = report_of(b"".join(map(kcat.render_json, records)), tmp_path)
    text = "".join(reader.text)
    assert "1473 records, offsets 0 to 1499, 2 gaps, 1 duplicate, 15 with no valid JSON" in text
    assert "2023-11-14 22:13:20 UTC" in text
    assert "2023-11-14 22:38:19 UTC" in text
    assert reader.tags.count("rect") == 2 + 15
    dots = {
        kind: path.read_text().split(f'class="{kind}" d="')[1].split('"')[0]
        for kind in ("dots", "bad-dots", "repeated")
    }
    assert MOST_POINTS // 2 < dots["dots"].count("M") <= MOST_POINTS
    assert (dots["bad-dots"].count("M"), dots["repeated"]) == (15, "M21.0 177.0h0")


def in_chromium(page: Path, *options: str) -> bytes:
    assert CHROMIUM is not None
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1000,1400", *options]
    return subprocess.run([*command, page.as_uri()], capture_output=True, timeout=300, check=True).stdout


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: only the parser of the standard library reads reports")
def test_a_browser_shows_ten_thousand_findings_with_hostile_keys(ten_thousand: tuple[Path, Reader]) -> None:
    path, _ = ten_thousand
    dom = Reader()
    dom.feed(in_chromium(path, "--dump-dom").decode())
    dom.close()
    assert set(dom.tags) <= ALLOWED | {"tbody"}
    text = "".join(dom.text)
    assert text.count("events[0]@") >= 10_000
    assert text.count("<script>alert(1)</script>") >= 10_000 // len(HOSTILE)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: only the parser of the standard library reads reports")
def test_it_is_readable_in_light_and_dark_and_on_paper(tmp_path: Path) -> None:
    path, _ = report_of(b"".join(prose((at, key, b'{"a":"b')) for at, key in enumerate(HOSTILE)), tmp_path)
    light, dark, paper = (tmp_path / name for name in ("light.png", "dark.png", "paper.pdf"))
    in_chromium(path, f"--screenshot={light}")
    in_chromium(path, f"--screenshot={dark}", "--blink-settings=preferredColorScheme=0")
    in_chromium(path, f"--print-to-pdf={paper}")
    assert light.read_bytes()[:4] == dark.read_bytes()[:4] == b"\x89PNG"
    assert light.read_bytes() != dark.read_bytes()
    assert paper.read_bytes()[:5] == b"%PDF-"
