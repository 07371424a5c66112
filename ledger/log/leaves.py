"""Leaf blobs: many small records under one Merkle root (design, way of a frame 7).

A blob is JSON lines; a leaf is the bytes of a line without its newline, hashed as in
RFC 6962, so that one frame is proven in two steps: leaf to root, statement to log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import dump, validate
from ledger.errors import AlteredEvidenceError
from ledger.log.tree import leaf_hash, root_of
from ledger.records.statement import Leaves, Record

Leaf = TypeVar("Leaf", bound=Record)


@dataclass(frozen=True, slots=True)
class LeafBlob:
    """A blob and what a statement says about it."""

    raw: bytes
    stated: Leaves


def encode_leaves(leaves: Sequence[Record]) -> LeafBlob:
    """The blob of some leaves."""
    rows = [canonical.encode(dump(leaf)) for leaf in leaves]
    raw = b"".join(row + b"\n" for row in rows)
    stated = Leaves(
        root=_root_over(rows), count=len(rows), length=len(raw), blob=sha256_hex(raw)
    )
    return LeafBlob(raw=raw, stated=stated)


def read_leaves(model: type[Leaf], raw: bytes, stated: Leaves) -> tuple[Leaf, ...]:
    """The leaves of a blob, once it is what the statement says.

    Raises:
        AlteredEvidenceError: length, digest, count or root differ.
        MalformedRecordError: a line is not a leaf of this model.
    """
    rows = raw[:-1].split(b"\n") if raw.endswith(b"\n") else []
    checks = (
        ("length", len(raw), stated.length),
        ("digest", sha256_hex(raw), stated.blob),
        ("count", len(rows), stated.count),
        ("root", _root_over(rows), stated.root),
    )
    for name, met, expected in checks:
        if met != expected:
            raise AlteredEvidenceError(
                f"a leaf blob with the stated {name}",
                met=str(met),
                advice="Restore the blob from a copy: its digest names it.",
                where=f"blob {stated.blob}",
                blob=stated.blob,
            )
    return tuple(_leaf(model, row) for row in rows)


def _root_over(rows: Sequence[bytes]) -> str:
    return root_of([leaf_hash(row) for row in rows]).hex()


def _leaf(model: type[Leaf], row: bytes) -> Leaf:
    canonical.parse(row)
    return validate(model, row)
