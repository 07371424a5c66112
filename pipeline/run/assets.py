"""Planning assets: the files of a layer's source, and the statement about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ledger.encoding.canonical import JsonValue, encode
from ledger.encoding.statement import Composed, Draft, KeptValue
from ledger.log.leaves import LeafBlob, encode_leaves
from ledger.records.making import AssetLeaf
from ledger.records.time import FrameRange
from pipeline.capture.files import (
    SourceFile,
    asset_leaf,
    natural_key,
    register_file,
)
from pipeline.capture.numbering import file_name, find_file, is_sequence
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.run.time_map import TimeMap, source_frame


class Scribe(Protocol):
    """What planning needs of the ledger; see `ledger.production.recorder`."""

    @property
    def log(self) -> str: ...

    def machine_key(self, kind: str, natural: JsonValue) -> str: ...

    def hide(
        self, kind: str, key: str, path: str, value: JsonValue
    ) -> tuple[str, KeptValue]: ...

    def compose(self, draft: Draft) -> Composed: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAsset:
    """Files of one source, and the statement that registers them.

    Attributes:
        files: by frame number of the shot (a still stands under every frame).
        kept: private values of its leaves, for the vault.
        folder, pattern: where the files lie now, and how they are called.
    """

    statement: Composed
    files: Mapping[int, SourceFile]
    leaves: LeafBlob
    kept: tuple[KeptValue, ...]
    folder: Path
    pattern: str

    def location(self) -> str:
        """Where the files lie, as it is remembered beside the log."""
        folder = str(self.folder.resolve())
        return encode({"folder": folder, "pattern": self.pattern}).decode()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a layer's pictures, or its mattes, come from.

    Attributes:
        pattern: a still, or a sequence with a frame number in its name.
        time: which of its frames is seen when.
    """

    pattern: str
    time: TimeMap


def plan_asset(
    scribe: Scribe, folder: Path, source: Source, frames: FrameRange
) -> PlannedAsset:
    """Look at every file of a source and fix its asset statement."""
    seen = {frame: source_frame(source.time, frame) for frame in frames.frames()}
    # A frame that is held, or seen twice in a slow motion, is looked at once.
    files = {
        number: _file(folder, source.pattern, number)
        for number in dict.fromkeys(seen.values())
    }
    by_frame = {frame: files[number] for frame, number in seen.items()}
    return _asset(scribe, by_frame, folder, source.pattern)


def plan_files(
    scribe: Scribe, folder: Path, pattern: str, numbers: Iterable[int]
) -> PlannedAsset:
    """Look at files that are named by their own numbers; a still has the number 0.

    The same files give the same statement as `plan_asset` does.
    """
    files = {number: _file(folder, pattern, number) for number in numbers}
    return _asset(scribe, files, folder, pattern)


def _asset(
    scribe: Scribe, by_frame: Mapping[int, SourceFile], folder: Path, pattern: str
) -> PlannedAsset:
    distinct = {file.index: file for file in by_frame.values()}
    ordered = [distinct[index] for index in sorted(distinct)]
    key = scribe.machine_key("asset.1", natural_key(ordered))

    def hide(path: str, value: JsonValue) -> tuple[str, KeptValue]:
        return scribe.hide("asset.1", key, path, value)

    leaves: list[AssetLeaf] = []
    kept: list[KeptValue] = []
    for file in ordered:
        leaf, values = asset_leaf(file, hide)
        leaves.append(leaf)
        kept += values
    blob = encode_leaves(leaves)
    statement = scribe.compose(
        Draft(
            log=scribe.log,
            kind="asset.1",
            key=key,
            body={"files": blob.stated},
        )
    )
    return PlannedAsset(
        statement=statement,
        files=by_frame,
        leaves=blob,
        kept=tuple(kept),
        folder=folder,
        pattern=pattern,
    )


def _file(folder: Path, source: str, frame: int) -> SourceFile:
    path = find_file(folder, file_name(source, frame), frame)
    index = frame if is_sequence(source) else 0
    return register_file(path, index, manifest_store_of)
