"""Records that an earlier run set aside: what stands for their payload now, and whether somebody mended it since.

The file of rejects keeps the payload as the dump had it and the repair that was proposed, each with a digest. Somebody
mends either by hand; what has another digest than it had was changed, and is what is meant.
"""

from __future__ import annotations

from typing import NamedTuple

from dumpfix.json.validity import is_valid
from dumpfix.record.verdict import BOLDNESS, Verdict

#: bytes of a digest: it tells a change from none, and nobody gains by forging it
_DIGEST = 8

#: why what was withheld before is withheld again
NOT_MENDED = "nobody has mended it"

Fields = dict[str, bytes | None]


class Kept(NamedTuple):
    """``fields`` have the payload that is meant. ``verdict`` is the one on it, None where it is like any other.

    ``was_emitted``: the record went out when it was set aside, and nobody has changed it since.
    """

    fields: Fields
    verdict: Verdict | None = None
    was_emitted: bool = False


def digest(text: bytes | None) -> bytes | None:
    """What tells whether a text was changed; None for one that is not there."""
    # It brings OpenSSL, which takes longer to load than a small dump to convert.
    from hashlib import blake2b

    return None if text is None else blake2b(text, digest_size=_DIGEST).hexdigest().encode()


def is_kept(fields: Fields) -> bool:
    """Whether these are the fields of a record that was set aside."""
    return "kept_verdict" in fields and "payload_error" not in fields


def kept_of(fields: Fields, *, is_whole: bool) -> Kept:
    """What a record that was set aside is now. ``is_whole``: its line is an object from the first byte to the last."""
    if not is_whole:
        return _withheld(fields, 'its line is no JSON any more (a quote inside a text is written \\")')
    payload, proposal = fields.get("value"), fields.get("proposal")
    if fields.get("kept_is_record") == b"false":
        return _withheld(fields, 'it stands between the records, in none of them ("record": true says that it is one)')
    if "payload_digest" not in fields:
        return _without_digests(fields, payload, proposal)
    is_changed = "value" in fields and digest(payload) != fields["payload_digest"]
    is_proposal_changed = proposal is not None and digest(proposal) != fields.get("proposal_digest")
    if not is_changed and not is_proposal_changed:
        return _as_it_was(fields, proposal)
    if is_changed and is_proposal_changed and payload != proposal:
        return _withheld(fields, "its payload and its proposal were both changed, and differ: which one is meant?")
    mended = proposal if is_proposal_changed else payload
    if fields.get("kept_emitted") == b"true":
        return _withheld(fields, 'it was emitted already, and was changed since ("emitted": false puts it out again)')
    return Kept({**fields, "value": mended})


def _as_it_was(fields: Fields, proposal: bytes | None) -> Kept:
    """Nobody has changed it, so that what was said of it holds."""
    if fields.get("kept_emitted") == b"true":
        return Kept(fields, was_emitted=True)
    kind = fields["kept_verdict"]
    if kind == b"tombstone" and fields.get("value") is None:
        return Kept(fields, Verdict("tombstone", ambiguous=fields.get("ambiguous") == b"true"))
    if kind == b"valid":
        return Kept(fields)
    level = (fields.get("kept_level") or b"").decode("utf-8", "replace")
    if kind == b"repaired" and proposal is not None and level in BOLDNESS and is_valid(proposal):
        reason = (fields.get("kept_reason") or b"mended with loss").decode("utf-8", "backslashreplace")
        return Kept(fields, Verdict("repaired", proposal, level=level, reason=reason, is_kept=True))
    return _withheld(fields, NOT_MENDED)


def _without_digests(fields: Fields, payload: bytes | None, proposal: bytes | None) -> Kept:
    """Some other program wrote this, or took the digests out: there is no telling what was changed."""
    if fields.get("kept_emitted") == b"true":
        return Kept(fields, was_emitted=True)
    if proposal is not None and proposal != payload:
        words = "whether its proposal was changed is not known without the digests: put what is meant into payload_text"
        return _withheld(fields, words)
    return Kept(fields)


def _withheld(fields: Fields, words: str) -> Kept:
    before = (fields.get("kept_reason") or b"").decode("utf-8", "backslashreplace")
    return Kept(fields, Verdict("irrecoverable", reason=said_before(words, before)))


def said_before(words: str, before: str | None) -> str:
    """Why it is withheld now, and why it was before; once, where it was for the same."""
    if not before:
        return words
    return before if before.startswith(words) else f"{words}: {before}"
