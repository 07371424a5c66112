"""Leaf blobs: many small records under one Merkle root (design, way of a frame 7).

A blob is JSON lines; a leaf is the bytes of a line without its newline, hashed as in
RFC 6962, so that one frame is proven in two steps: leaf to root, statement to log.
Leaves stand in the order of their numbers, each number once: no two leaves can say
different things of one frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeVar

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import dump, parse_model
from ledger.encoding.quick import Quick
from ledger.errors import AlteredEvidenceError, MalformedRecordError
from ledger.log.tree import leaf_hash, root_of
from ledger.records.identity import Digest, as_digest
from ledger.records.statement import Leaf, Leaves

Model = TypeVar("Model", bound=Leaf)


@dataclass(frozen=True, slots=True)
class LeafBlob:
    """A blob and what a statement says about it."""

    raw: bytes
    stated: Leaves


def encode_leaves(leaves: Sequence[Leaf]) -> LeafBlob:
    """The blob of some leaves, at least one.

    Raises:
        MalformedRecordError: there is none, or they are not in order.
    """
    _check_order(leaves)
    rows = [canonical.encode(dump(leaf)) for leaf in leaves]
    raw = b"".join(row + b"\n" for row in rows)
    stated = Leaves(
        root=_root_over(rows),
        count=len(rows),
        length=len(raw),
        blob=sha256_hex(raw),
    )
    return LeafBlob(raw=raw, stated=stated)


def read_leaves(model: type[Model], raw: bytes, stated: Leaves) -> tuple[Model, ...]:
    """The leaves of a blob, once it is what the statement says.

    Raises:
        AlteredEvidenceError: length, digest, count or root differ.
        MalformedRecordError: a line is not a leaf of this model, or not in order.
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
    read = quick_reader(model).read
    # Most are leaves; of the others the slower way tells what is wrong.
    leaves = tuple(
        read(row) or parse_model(model, row, f"/{line}")
        for line, row in enumerate(rows)
    )
    _check_order(leaves)
    return leaves


@cache
def quick_reader(model: type[Model]) -> Quick[Model]:
    """What reads the leaves of a model, as far as that is quickly done."""
    return Quick(model)


def _root_over(rows: Sequence[bytes]) -> Digest:
    return as_digest(root_of([leaf_hash(row) for row in rows]).hex())


def _check_order(leaves: Sequence[Leaf]) -> None:
    ordered = all(one.number < other.number for one, other in pairwise(leaves))
    if not leaves or not ordered:
        raise MalformedRecordError(
            "at least one leaf, in the order of their numbers, each number once",
            met="none, or another order",
            advice="Sort the leaves; a frame has one leaf in a blob.",
            where="/",
        )
