"""All steps in their order, and what they come to."""

from dataclasses import dataclass, field
from typing import Any

from ledger.evidence.single.archive import INDEX_TYPE, read_archive, read_index
from ledger.evidence.single.beside import check_beside, check_order
from ledger.evidence.single.credentials import check_credentials
from ledger.evidence.single.encoding import Refused, demand, digest_of
from ledger.evidence.single.frames import (
    Frames,
    check_media,
    destroyed_files,
    match_files,
    read_frames,
)
from ledger.evidence.single.history import read_entries
from ledger.evidence.single.naming import KINDS
from ledger.evidence.single.notes import (
    PLAIN_TYPE,
    VKey,
    check_envelope,
    check_point,
    read_point,
    read_vkey,
    signed_by,
)
from ledger.evidence.single.outside import look_outside
from ledger.evidence.single.statements import (
    Statements,
    check_openings,
    read_statements,
)


@dataclass
class Verdict:
    """What was found.

    Attributes:
        held: steps that held, with how many things each looked at.
        failures: what did not hold; one is enough.
        open_points: what could not be shown.
        unchecked: what this program never looks at, or could not here.
    """

    log: str = ""
    size: int = 0
    origin: str = "unknown"
    held: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    open_points: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    witnessed: int = 0
    witnesses: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    records: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """`failed`, `open`, `origin_unknown` or `verified`."""
        if self.failures:
            return "failed"
        if self.open_points:
            return "open"
        return "verified" if self.origin == "known" else "origin_unknown"

    @property
    def exit_code(self) -> int:
        """0 verified, 3 open or of unknown origin, 5 failed."""
        return {"verified": 0, "failed": 5}.get(self.state, 3)


@dataclass
class Asked:
    """What the reader brings: nothing of it comes from the bundle."""

    trust: dict[str, Any] | None = None
    since: list[bytes] = field(default_factory=list)
    media: list[bytes] | None = None


def check_bundle(raw: bytes, asked: Asked) -> Verdict:
    """Say what a bundle shows."""
    verdict = Verdict()
    try:
        _check(raw, asked, verdict)
    except Refused as error:
        verdict.failures.append(str(error))
    # Hostile bytes may have any type in any place.
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        verdict.failures.append(f"a record of another form ({type(error).__name__})")
    except RecursionError:
        verdict.failures.append("a record of too many levels")
    return verdict


def _check(raw: bytes, asked: Asked, verdict: Verdict) -> None:
    parts = read_archive(raw)
    verdict.held["archive"] = len(parts)
    check_order(parts)
    index = read_index(parts)
    verdict.held["parts"] = len(index["parts"])
    verdict.log, verdict.size = index["log"], index["size"]
    history = read_entries(parts["entries.jsonl"])
    demand(len(history.entries) == index["size"], "another number of entries")
    verdict.held["entries"] = len(history.entries)
    found = read_statements(index["log"], history, parts)
    verdict.held["statements"] = len(found.said)
    _check_checkpoint(found, parts["checkpoint"])
    verdict.held["checkpoint"] = 1
    _check_origin(found, asked, verdict)
    _check_index(found, parts["index.dsse"])
    verdict.held["index"] = 1
    verdict.held["openings"] = check_openings(found, parts["openings.jsonl"])
    seen = read_frames(found, parts)
    _check_outside(found, parts, asked, verdict)
    _count(found, index, seen, parts, verdict)
    _look_beside(seen, asked, verdict)
    _check_credentials(parts, verdict)
    verdict.unchecked += [
        "fields of a body by kind, coverage, changes, opinions (jangbu verify does)",
        "whose party a correction or withdrawal is (jangbu verify does)",
        "pixels of the frames (jangbu verify does)",
    ]


def _check_checkpoint(found: Statements, note: bytes) -> None:
    point = read_point(note, found.log)
    demand(point.size == len(found.history.leaves), "a checkpoint of another size")
    check_point(point, found.history.leaves, "the checkpoint")
    key = VKey(found.log, PLAIN_TYPE, found.authority.log_key(point.size))
    demand(signed_by(note, key), "a checkpoint that the log's key did not sign")


def _check_origin(found: Statements, asked: Asked, verdict: Verdict) -> None:
    trust = asked.trust
    if trust is None or trust["log"] != found.log:
        return
    verdict.origin = "contradicted"
    genesis = found.said[0]["body"]
    first = VKey(found.log, PLAIN_TYPE, digest_of(genesis["log_key"]))
    offline = VKey(
        f"{found.log}/recovery", PLAIN_TYPE, digest_of(genesis["recovery_key"])
    )
    fits = (
        found.history.leaves[0].hex() == trust["genesis_leaf"]
        and first in map(read_vkey, trust["log_vkeys"])
        and read_vkey(trust["recovery_vkey"]) == offline
    )
    demand(fits, "another log under the name of the one that the trust file knows")
    verdict.origin = "known"
    verdict.held["origin"] = 1


def _check_index(found: Statements, raw: bytes) -> None:
    for root in found.authority.roots.values():
        try:
            check_envelope(raw, INDEX_TYPE, root)
        except Refused:
            continue
        return
    raise Refused("an index that no admission root of the log signed")


def _check_outside(
    found: Statements, parts: dict[str, bytes], asked: Asked, verdict: Verdict
) -> None:
    verdict.held["beside"] = check_beside(found, parts)
    # What a trust file says counts for the log that it is of, and for no other.
    trust = asked.trust if verdict.origin == "known" else None
    seen = look_outside(found, parts, trust, asked.since)
    if seen.since:
        verdict.held["since"] = seen.since
    verdict.witnessed = seen.witnessed
    verdict.witnesses, verdict.times = seen.witnesses, seen.times
    verdict.open_points += seen.open_points
    verdict.unchecked += seen.unchecked


def _check_credentials(parts: dict[str, bytes], verdict: Verdict) -> None:
    intact = check_credentials(parts)
    if intact is None:
        verdict.unchecked.append("content credentials: the c2pa package is not here")
    else:
        verdict.held["credentials"] = intact


def _count(
    found: Statements,
    index: dict[str, Any],
    seen: Frames,
    parts: dict[str, bytes],
    verdict: Verdict,
) -> None:
    gone, shots = set(index["erased"]), set(index["shots"])
    demand(not gone & set(found.said), "disclosed entries that are listed as erased")
    inside = all(type(at) is int and 0 <= at < len(found.history.leaves) for at in gone)
    demand(inside, "erased entries that there are not")
    check_media(found, seen, index, parts)
    names = ("disclosed", "withheld", "erased", "outside")
    for at, entry in enumerate(found.history.entries):
        shot = entry["scope"].get("shot")
        where = "outside" if shots and shot and shot not in shots else "withheld"
        where = "erased" if at in gone else where
        where = "disclosed" if at in found.said else where
        counts = verdict.records.setdefault(entry["kind"], dict.fromkeys(names, 0))
        counts[where] += 1
    for kind, counts in sorted(verdict.records.items()):
        if kind not in KINDS:
            verdict.open_points.append(f"weak: {kind}, a kind that is not known here")
        verdict.open_points += [
            f"{where}: {counts[where]} × {kind}"
            for where in ("withheld", "erased")
            if counts[where]
        ]
    if found.doubtful:
        verdict.open_points.append(f"weak: {len(found.doubtful)} by a revoked key")
    if index["frames"] != "none" and (lost := destroyed_files(seen)):
        verdict.open_points.append(f"erased: files of {lost} frames")
    verdict.open_points += [
        f"erased: blobs of {count} × {kind}"
        for kind, count in sorted(seen.disposed.items())
    ]
    if seen.holes:
        verdict.open_points.append(f"withheld: frames of {seen.holes} versions")
    verdict.held |= {"leaves": seen.leaves, "versions": seen.versions}
    verdict.held |= {"frames": seen.frames, "files": seen.files}


def _look_beside(seen: Frames, asked: Asked, verdict: Verdict) -> None:
    if asked.media is None:
        return
    matched, others = match_files(seen, asked.media)
    verdict.held["files beside the bundle"] = matched
    if others:
        verdict.open_points.append(f"missing: {others} files that were never sealed")
