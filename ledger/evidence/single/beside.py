"""What came along with the log: checkpoints, proofs, custody (docs/specs/bundle.md)."""

import re
from collections.abc import Iterator

from ledger.evidence.single.encoding import (
    demand,
    digest_of,
    parse_object,
    root_of,
    sha256,
)
from ledger.evidence.single.notes import (
    PLAIN_TYPE,
    VKey,
    check_point,
    read_envelope,
    read_point,
    signed_by,
)
from ledger.evidence.single.statements import Statements

FIXED = [
    "checkpoint",
    "entries.jsonl",
    "statements.jsonl",
    "sheets.jsonl",
    "openings.jsonl",
]
SINGLE = ["custody.json", "readme.md", "verify.py"]
GROUPS = ["cosigned", "consistency", "notes", "tokens", "blobs", "media"]
SIZED = re.compile(r"(?:cosigned|consistency|notes)/[0-9]{20}")
TOKEN = re.compile(r"tokens/[0-9]{20}/[a-z0-9][a-z0-9.-]{0,63}\.tsr")


def check_order(parts: dict[str, bytes]) -> None:
    """2, 11. No part of another name, and each in its place."""
    names = list(parts)[1:]
    demand(names[: len(FIXED)] == FIXED, "other parts, or in another order")
    rest = names[len(FIXED) :]
    demand(all(map(_known, rest)), "a part that does not belong here")
    beside = [
        name for name in rest if _place(name) < len(SINGLE) + GROUPS.index("blobs")
    ]
    demand(beside == sorted(beside, key=lambda name: (_place(name), name)), "order")
    places = list(map(_place, rest))
    demand(places == sorted(places), "parts in another order")


def _known(name: str) -> bool:
    within = name.startswith(("blobs/", "media/"))
    return (
        within or name in SINGLE or bool(SIZED.fullmatch(name) or TOKEN.fullmatch(name))
    )


def _place(name: str) -> int:
    if name in SINGLE:
        return SINGLE.index(name)
    return len(SINGLE) + GROUPS.index(name.partition("/")[0])


def check_beside(found: Statements, parts: dict[str, bytes]) -> int:
    """17. Earlier checkpoints and proofs are of this history; how many there are."""
    leaves, count = found.history.leaves, 0
    for name, note in parts.items():
        if name.startswith(("cosigned/", "notes/")):
            point = read_point(note, found.log)
            demand(point.size == size_of(name), f"{name}: of another size")
            check_point(point, leaves, name)
            key = VKey(found.log, PLAIN_TYPE, found.authority.log_key(point.size))
            demand(signed_by(note, key), f"{name}: not signed by the log's key")
            count += 1
        if name.startswith("consistency/"):
            _check_growth(leaves, size_of(name), note)
            count += 1
    if "custody.json" in parts:
        _check_custody(found, parts)
    return count


def size_of(name: str) -> int:
    """The size in a part's name."""
    return int(name.split("/")[1])


def _check_custody(found: Statements, parts: dict[str, bytes]) -> None:
    required = "v log studio size exported_at key_id store system"
    said = parse_object(parts["custody.json"], required, "exporter")
    _, signer, _ = read_envelope(
        parts["index.dsse"], "application/vnd.jangbu.bundle.1+json"
    )
    met = (said["log"], said["size"], said["key_id"])
    demand(met == (found.log, len(found.history.leaves), signer), "custody of another")


def _check_growth(leaves: list[bytes], size: int, raw: bytes) -> None:
    """RFC 9162 §2.1.4.2, between roots that were computed here."""
    said = parse_object(raw, "v old new hashes")
    demand((said["old"], said["new"]) == (size, len(leaves)), "a proof of other sizes")
    demand(0 < size < len(leaves), "a proof where none is needed")
    hashes = list(map(digest_of, said["hashes"]))
    old_root = root_of(leaves[:size])
    met = _roots(size, len(leaves), [old_root, *hashes] if _complete(size) else hashes)
    demand(met == (old_root, root_of(leaves)), "a proof that does not hold")


def _complete(size: int) -> bool:
    return size & size - 1 == 0


def _roots(old: int, new: int, path: list[bytes]) -> tuple[bytes, bytes]:
    demand(path, "a proof that is too short")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    left = right = path[0]
    for sibling in path[1:]:
        demand(last, "a proof that is too long")
        if node & 1 or node == last:
            left = sha256(b"\x01", sibling, left)
            right = sha256(b"\x01", sibling, right)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            right = sha256(b"\x01", right, sibling)
        node, last = node >> 1, last >> 1
    demand(not last, "a proof that is too short")
    return left, right


def cosigned_notes(parts: dict[str, bytes]) -> Iterator[tuple[int, bytes]]:
    """Checkpoints with cosignatures, with their sizes."""
    for name, note in parts.items():
        if name.startswith("cosigned/"):
            yield size_of(name), note
