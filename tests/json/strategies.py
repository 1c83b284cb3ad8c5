"""Payloads to test with: JSON values and their spellings, near-JSON, damage."""

import json
from typing import Any

from hypothesis import strategies as st

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.sampled_from(['say "hi"', "a, b", "{x}", "it's", "\\", "été", "😀", "line\nbreak", "http://x/?a=1", "true"])
)
keys = st.sampled_from(["id", "name", "a", "b", "type", "user", "x y", "", "ключ", 'q"k']) | st.text(
    st.characters(codec="utf-8"), max_size=6
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
containers = st.lists(values, max_size=5) | st.dictionaries(keys, values, max_size=5)


def spell(value: Any, pretty: bool = False, ascii_only: bool = False) -> bytes:
    """`value` as a JSON text."""
    separators = None if pretty else (",", ":")
    return json.dumps(value, ensure_ascii=ascii_only, indent=2 if pretty else None, separators=separators).encode()


documents = st.builds(spell, values, st.booleans(), st.booleans())
container_documents = st.builds(spell, containers, st.just(False), st.booleans())

PIECES = [
    *(bytes([byte]) for byte in b"{}[],:\"\\ \n\tu01-+.eE'/"),
    *(b"true", b"false", b"null", b'"a"', b'"b":', b"1.5e3", b"\\u00e9", b"\\ud800", b"NaN", b"\xc3\xa9"),
    *(b"\xc3", b"\xff", b"\x00", b"\x1f", b"\xef\xbb\xbf", b"\xed\xa0\x80", b'{"a":[', b"]}"),
]
near_json = st.lists(st.sampled_from(PIECES), max_size=14).map(b"".join)
payloads = near_json | documents | st.binary(max_size=30)
