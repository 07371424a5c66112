"""What the reader and others hold: trust file, checkpoints, witnesses, times."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.evidence.single.beside import cosigned_notes, size_of
from ledger.evidence.single.encoding import demand, parse_object
from ledger.evidence.single.notes import (
    COSIGNATURE_TYPE,
    PLAIN_TYPE,
    VKey,
    check_point,
    cosigned_at,
    read_point,
    read_vkey,
    signed_by,
)
from ledger.evidence.single.statements import Statements
from ledger.evidence.single.tokens import check_imprint, check_signature

LATEST = 2**63 - 1
CALENDAR_END = 253_402_300_800
TOLERANCE = timedelta(hours=1)


@dataclass
class Seen:
    """What others have seen of the log.

    Attributes:
        witnessed: the most entries that a quorum of the reader's witnesses cosigned.
        since: earlier checkpoints of the reader's that this log continues.
    """

    witnessed: int = 0
    since: int = 0
    witnesses: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    open_points: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def read_trust(raw: bytes) -> dict[str, Any]:
    """Read a trust file (docs/specs/trust-file.md)."""
    required = "v log log_vkeys recovery_vkey genesis_leaf c2pa_roots witnesses"
    trust = parse_object(raw.removesuffix(b"\n"), required, "quorum time_roots")
    demand(trust["v"] == 1 and trust["v"] is not True, "a newer trust file")
    texts = [*trust["log_vkeys"], trust["recovery_vkey"], *trust["witnesses"]]
    demand(all(isinstance(text, str) for text in texts), "a trust file of another form")
    own = [read_vkey(text) for text in [*trust["log_vkeys"], trust["recovery_vkey"]]]
    demand(all(key.type == PLAIN_TYPE for key in own), "a log key of another type")
    witnesses = [read_vkey(text) for text in trust["witnesses"]]
    demand(all(one.type == COSIGNATURE_TYPE for one in witnesses), "no witness's key")
    keys = [one.public_key for one in witnesses]
    names = {one.name for one in witnesses}
    # One key under two names would make a quorum of one; the log's own, of none.
    demand(len(set(keys)) == len(keys) == len(names), "a witness that comes twice")
    demand(not {one.public_key for one in own} & set(keys), "a log that is its witness")
    quorum = trust.get("quorum")
    demand(("quorum" in trust) == bool(keys), "a quorum if, and only if, witnesses")
    fits = quorum is None or (type(quorum) is int and 1 <= quorum <= len(keys))
    demand(fits, "a quorum that its witnesses cannot reach")
    return trust


def look_outside(
    found: Statements,
    parts: dict[str, bytes],
    trust: dict[str, Any] | None,
    since: list[bytes],
) -> Seen:
    """6, 17, 18. Everything that somebody else than the studio has signed.

    Args:
        found: the statements, which tell the log's keys.
        parts: of the bundle, its earlier checkpoints checked.
        trust: of this very log, or none.
        since: checkpoints that the reader kept.
    """
    seen = Seen()
    newest = len(found.history.leaves)
    for note in since:
        point = read_point(note, found.log)
        demand(point.size <= newest, "the bundle ends before the checkpoint you hold")
        key = VKey(found.log, PLAIN_TYPE, found.authority.log_key(point.size))
        demand(signed_by(note, key), "an earlier checkpoint by another key")
        what = "history was rewritten after the checkpoint you hold"
        check_point(point, found.history.leaves, what)
        seen.since += 1
        _count_witnesses(note, point.size, trust, seen)
    for size, note in cosigned_notes(parts):
        _count_witnesses(note, size, trust, seen)
    _check_tokens(found, parts, trust, seen)
    if trust is not None and trust["witnesses"] and not seen.witnessed:
        seen.open_points.append("weak: not witnessed by those whom you trust")
    return seen


def _count_witnesses(
    note: bytes, size: int, trust: dict[str, Any] | None, seen: Seen
) -> None:
    keys = [read_vkey(text) for text in trust["witnesses"]] if trust else []
    good = [key for key in keys if signed_by(note, key)]
    for key in good:
        at = cosigned_at(note, key)
        demand(0 < at <= LATEST, f"a time of {key.name} that nobody can mean")
    if trust and good and len(good) >= trust["quorum"]:
        seen.witnessed = max(seen.witnessed, size)
        seen.witnesses += [
            f"{key.name}: {size} entries at {moment_of(cosigned_at(note, key))}"
            for key in good
        ]


def moment_of(seconds: int) -> str:
    """Seconds since 1970 as a date; calendars end in the year 9999."""
    if seconds >= CALENDAR_END:
        return f"second {seconds}"
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _check_tokens(
    found: Statements, parts: dict[str, bytes], trust: dict[str, Any] | None, seen: Seen
) -> None:
    newest = len(found.history.leaves)
    roots = (trust or {}).get("time_roots", [])
    for name, raw in parts.items():
        if not name.startswith("tokens/"):
            continue
        size = size_of(name)
        earlier = parts.get(f"notes/{size:020d}", b"")
        note = parts["checkpoint"] if size == newest else earlier
        demand(note, f"{name}: without its checkpoint")
        demand(read_point(note, found.log).size == size, f"{name}: of another")
        token = check_imprint(raw, note)
        signed = check_signature(raw, note, roots)
        demand(signed is not False, f"{name}: a signature that fails")
        seen.times.append(f"{name}: {size} entries at {token.at.isoformat()}")
        _compare_times(found, size, token.at, seen)
        if signed is None:
            seen.unchecked.append(f"signature of the time token {name}")


def _compare_times(found: Statements, size: int, at: datetime, seen: Seen) -> None:
    """Where a token and the log's own times cannot both be true, say so."""
    entries = found.history.entries
    for entry in entries[:size][-1:]:
        if _moment(entry) > at + TOLERANCE:
            seen.open_points.append("sources_conflict: entries later than their token")
    for entry in entries[size : size + 1]:
        if _moment(entry) < at - TOLERANCE:
            seen.open_points.append("sources_conflict: entries before an older token")


def _moment(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])
