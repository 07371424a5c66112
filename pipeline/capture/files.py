"""Registering files by their original bytes, before anything decodes them."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import KeptValue
from ledger.errors import UnreadableInputError
from ledger.files import read_bounded
from ledger.records.identity import as_digest, as_token
from ledger.records.making import AssetLeaf
from ledger.records.statement import Private
from pipeline.capture.declared import DECLARED, declared
from pipeline.errors import ChangedInputError, UnreadableFrameError
from pipeline.frames.probe import Probe, look_at

LARGEST_INPUT = 1 << 30

Hide: TypeAlias = Callable[[str, JsonValue], tuple[str, KeptValue]]
"""Commits a private value at a path of the asset: commitment, and what to keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file that came in.

    Attributes:
        index: frame number in a sequence, 0 for a still.
        digest: SHA-256 of the original bytes.
        declared: what the file says of itself; `None` if nothing.
        incoming: the manifest store it came with, in base64; `None` if none.
    """

    index: int
    path: Path
    digest: str
    size: int
    probe: Probe
    declared: "JsonValue | None"
    incoming: str | None


def register_file(
    path: Path, index: int, store_of: Callable[[bytes], bytes | None]
) -> SourceFile:
    """Read, hash and look at a file.

    Args:
        path: where it lies now.
        index: frame number, 0 for a still.
        store_of: finds the manifest store of a picture.

    Raises:
        PipelineError: the file is unreadable, or not a picture that can be used.
    """
    content = read_input(path)
    return SourceFile(
        index=index,
        path=path,
        digest=sha256_hex(content),
        size=len(content),
        probe=look_at(content, str(path)),
        declared=declared(content),
        incoming=_base64(store_of(content)),
    )


def read_input(path: Path, digest: str | None = None) -> bytes:
    """The bytes of an input; refused if they are not those that were registered.

    Raises:
        ChangedInputError: the file changed since the run was stated.
        UnreadableFrameError: the file cannot be read.
    """
    try:
        content = read_bounded(path, LARGEST_INPUT)
    except UnreadableInputError as error:
        raise UnreadableFrameError(
            error.expected, met=error.met, advice=error.advice, where=error.where
        ) from error
    if digest is not None and sha256_hex(content) != digest:
        raise ChangedInputError(
            "the bytes that the run was stated with",
            met="other bytes",
            advice="Put the original file back, or start a new run with the new one.",
            where=str(path),
        )
    return content


def natural_key(files: Iterable[SourceFile]) -> JsonValue:
    """What makes an asset the same asset: its files by index, and how they are read."""
    rows: list[JsonValue] = [[one.index, one.digest] for one in files]
    # The reading is part of it: a later one may find more in the same file, and then
    # states another asset rather than contradicting this one.
    return [DECLARED, sha256_hex(canonical.encode(rows))]


def asset_leaf(file: SourceFile, hide: Hide) -> tuple[AssetLeaf, list[KeptValue]]:
    """The leaf of a file, with what it declares committed."""
    kept: list[KeptValue] = []

    def committed(name: str, value: "JsonValue | None") -> Private | None:
        if value is None:
            return None
        commitment, value_kept = hide(f"/files/{file.index}/{name}", value)
        kept.append(value_kept)
        return Private.of(as_digest(commitment))

    leaf = AssetLeaf(
        index=file.index,
        file=as_digest(file.digest),
        size=file.size,
        type=as_token(file.probe.media_type),
        width=file.probe.width,
        height=file.probe.height,
        declared=committed("declared", file.declared),
        incoming=committed("incoming", file.incoming),
    )
    return leaf, kept


def _base64(store: bytes | None) -> str | None:
    return None if store is None else base64.b64encode(store).decode("ascii")
