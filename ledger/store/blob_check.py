"""Whether the blobs that a statement commits to are there and read as stated.

A statement about bytes that nobody kept could never be shown to anybody, and would
stop every later bundle.
"""

from typing import Final

from ledger.encoding.kinds import kinds_of
from ledger.errors import EvidenceError, MissingBlobError, RecordError
from ledger.log.leaves import read_leaves
from ledger.ports import BlobReader
from ledger.records.editing import Change, ChangeLeaf, Cut, CutLeaf
from ledger.records.frames import FrameSet, MeasuredLeaf, SealedLeaf, SealSet
from ledger.records.making import Asset, AssetLeaf
from ledger.records.people import Opinion, SeenLeaf
from ledger.records.statement import Blob, Record

WITH_BLOBS: Final = kinds_of(Asset, SealSet, FrameSet, Change, Cut, Opinion)
"""Kinds whose statements commit to blobs: what `_read` looks at."""


def check_blobs(body: Record | None, blobs: BlobReader) -> None:
    """Refuse a body whose blobs are missing or do not read as it states.

    Raises:
        MissingBlobError: put the bytes first, then submit.
    """
    try:
        _read(body, blobs)
    except (EvidenceError, RecordError) as error:
        raise MissingBlobError(
            "blobs that were put before, and that read as the statement says",
            met=str(error),
            advice="Put the bytes first, then submit the statement again.",
            where="/body",
        ) from error


def _read(body: Record | None, blobs: BlobReader) -> None:
    match body:
        case Asset(files=stated):
            read_leaves(AssetLeaf, blobs.read(stated.blob), stated)
        case SealSet(sealed=stated):
            read_leaves(SealedLeaf, blobs.read(stated.blob), stated)
        case FrameSet(measured=stated, tiles=tiles):
            read_leaves(MeasuredLeaf, blobs.read(stated.blob), stated)
            _check_length(blobs.read(tiles.blob), tiles)
        case Change(frames=stated, tiles=tiles):
            read_leaves(ChangeLeaf, blobs.read(stated.blob), stated)
            _check_length(blobs.read(tiles.blob), tiles)
        case Cut(resolved=stated):
            read_leaves(CutLeaf, blobs.read(stated.blob), stated)
        case Opinion(seen=stated):
            read_leaves(SeenLeaf, blobs.read(stated.blob), stated)
        case _:
            return


def _check_length(content: bytes, stated: Blob) -> None:
    if len(content) != stated.length:
        raise EvidenceError(
            f"{stated.length} bytes",
            met=f"{len(content)}",
            advice="State the length of the blob.",
            where="/body/tiles/length",
        )
