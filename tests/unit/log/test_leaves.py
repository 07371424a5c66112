"""Leaf blobs: what a statement says of them, and nothing else."""

import json
from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.errors import AlteredEvidenceError, MalformedRecordError
from ledger.log.leaves import LeafBlob, encode_leaves, read_leaves
from ledger.log.tree import leaf_hash, root_of
from ledger.records.frames import MeasuredLeaf, SealedLeaf
from ledger.records.identity import as_digest
from ledger.records.making import AssetLeaf
from ledger.records.statement import Leaf, Leaves
from tests.vectors import sample_records as sample

BLOBS: list[tuple[type[Leaf], LeafBlob]] = [
    (AssetLeaf, sample.asset_leaves()),
    (MeasuredLeaf, sample.measured_leaves()),
    (SealedLeaf, sample.sealed_leaves()),
]
SEALED = sample.sealed_leaves()


def stated_of(raw: bytes) -> Leaves:
    """What an honest statement would say of some bytes, leaves or not."""
    rows = raw.split(b"\n")[:-1]
    return Leaves(
        root=as_digest(root_of([leaf_hash(row) for row in rows]).hex()),
        count=len(rows),
        length=len(raw),
        blob=sha256_hex(raw),
    )


@pytest.mark.parametrize(("model", "blob"), BLOBS)
def test_leaves_are_read_as_they_were_written(
    model: type[Leaf], blob: LeafBlob
) -> None:
    leaves = read_leaves(model, blob.raw, blob.stated)
    assert [leaf.number for leaf in leaves] == [sample.FIRST, sample.FIRST + 1]
    assert encode_leaves(leaves) == blob


@pytest.mark.parametrize("name", ["root", "count", "length", "blob"])
def test_a_blob_that_differs_from_its_statement_is_altered(name: str) -> None:
    wrong: Any = "ab" * 32 if name in ("root", "blob") else 7
    stated = SEALED.stated.model_copy(update={name: wrong})
    with pytest.raises(AlteredEvidenceError):
        read_leaves(SealedLeaf, SEALED.raw, stated)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        SEALED.raw[:-1],
        SEALED.raw + b"\n",
        SEALED.raw.replace(b'"part":0', b'"part":1', 1),
        SEALED.raw.replace(b"\n", b"\r\n"),
    ],
)
def test_changed_bytes_are_altered(raw: bytes) -> None:
    with pytest.raises(AlteredEvidenceError):
        read_leaves(SealedLeaf, raw, SEALED.stated)


def test_a_line_that_is_no_leaf_is_malformed_even_if_it_was_stated() -> None:
    first, second, _ = SEALED.raw.split(b"\n")
    spaced = json.dumps(json.loads(second)).encode()
    for lines in ([first, b"{}"], [first, spaced], [first, b""], [b"[]"]):
        raw = b"".join(line + b"\n" for line in lines)
        with pytest.raises(MalformedRecordError):
            read_leaves(SealedLeaf, raw, stated_of(raw))


def test_a_leaf_of_another_sort_is_malformed_and_its_line_named() -> None:
    blob = sample.measured_leaves()
    with pytest.raises(MalformedRecordError) as refused:
        read_leaves(SealedLeaf, blob.raw, blob.stated)
    assert refused.value.where.startswith("/0/")


def test_leaves_stand_in_order_and_no_frame_has_two() -> None:
    leaves = read_leaves(SealedLeaf, SEALED.raw, SEALED.stated)
    for wrong in (leaves[::-1], (leaves[0], leaves[0]), ()):
        with pytest.raises(MalformedRecordError):
            encode_leaves(wrong)
    rows = [canonical.parse(row) for row in SEALED.raw.split(b"\n")[:-1]]
    for lines in (rows[::-1], [rows[0], rows[0]]):
        raw = canonical.lines(lines)
        with pytest.raises(MalformedRecordError):
            read_leaves(SealedLeaf, raw, stated_of(raw))


def test_a_leaf_must_say_what_it_is_ordered_by() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Leaf()  # type: ignore[abstract]
