"""Measuring what was changed: the pictures of an asset before and of one after.

Everything is compared by what was registered, so that the caller can state both
assets first. Nothing here says who changed the pictures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.errors import JangbuError
from ledger.records.editing import ChangeLeaf
from ledger.records.identity import as_digest, as_token
from pipeline.capture.files import SourceFile, read_input
from pipeline.errors import FrameHoleError, FrameShapeError
from pipeline.frames.picture import Picture
from pipeline.frames.reading import read_picture
from pipeline.kernels.change import Differences, measure_differences


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePair:
    """One picture after, with the picture before that it is compared with."""

    before: SourceFile
    after: SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredChange:
    """What was measured of all pictures.

    Attributes:
        leaves: one for each picture after, in the order of their indices.
        tiles: the pictures' tile tables, one after another in the same order.
    """

    leaves: tuple[ChangeLeaf, ...]
    tiles: bytes

    @property
    def changed(self) -> bool:
        """Whether any pixel differs at all."""
        return any(leaf.changed_0 for leaf in self.leaves)


def measure_change(
    before: Mapping[int, SourceFile],
    after: Mapping[int, SourceFile],
    on_picture: Callable[[int], None] | None = None,
) -> MeasuredChange:
    """Measure `change/1` between two assets, picture by picture.

    Args:
        before: files by any number; what counts is their own index.
        after: the same.
        on_picture: told the index of each picture that was measured.

    Raises:
        PipelineError: as `pair_pictures`; or a file is damaged, or is not the one
            that was registered any more. Names the file and its index.
    """
    leaves: list[ChangeLeaf] = []
    tables: list[bytes] = []
    read = _Reader()
    for pair in pair_pictures(before, after):
        leaf, differences = _measure(pair, read)
        leaves.append(leaf)
        tables.append(differences.tile_bytes())
        if on_picture is not None:
            on_picture(leaf.index)
    return MeasuredChange(leaves=tuple(leaves), tiles=b"".join(tables))


def pair_pictures(
    before: Mapping[int, SourceFile], after: Mapping[int, SourceFile]
) -> tuple[PicturePair, ...]:
    """Find what each picture after is compared with; nothing is decoded.

    A single still before (one file, of index 0) stands for every picture after.

    Raises:
        FrameHoleError: there is no picture, or one has no counterpart.
        FrameShapeError: a pair differs in size, has alpha, or is grey.
    """
    ordered_before, ordered_after = _by_index(before), _by_index(after)
    if not ordered_after or not ordered_before:
        raise FrameHoleError(
            "at least one picture before and one after",
            met=f"{len(ordered_before)} before and {len(ordered_after)} after",
            advice="Name the files on both sides of the change.",
        )
    still = ordered_before[0] if tuple(ordered_before) == (0,) else None
    pairs = []
    for index, file in ordered_after.items():
        counterpart = still or ordered_before.get(index)
        if counterpart is None:
            raise _without_counterpart(file, ordered_before)
        pair = PicturePair(before=counterpart, after=file)
        _check_channels(pair.before)
        _check_channels(pair.after)
        _check_size(pair)
        pairs.append(pair)
    return tuple(pairs)


class _Reader:
    """Decodes files, and a still that stands for many pictures once."""

    def __init__(self) -> None:
        self._last: dict[str, Picture] = {}

    def before(self, file: SourceFile) -> Picture:
        if file.digest not in self._last:
            self._last = {file.digest: _read(file)}
        return self._last[file.digest]


def _measure(pair: PicturePair, read: _Reader) -> tuple[ChangeLeaf, Differences]:
    before, after = read.before(pair.before), _read(pair.after)
    differences = measure_differences(before.rgb, after.rgb)
    leaf = ChangeLeaf(
        index=pair.after.index,
        before=as_digest(pair.before.digest),
        after=as_digest(pair.after.digest),
        before_decoder=as_token(before.decoder),
        after_decoder=as_token(after.decoder),
        pixels=differences.pixels,
        changed_0=differences.changed_0,
        changed_2=differences.changed_2,
        sum_abs=differences.sum_abs,
        sum_sq=differences.sum_sq,
        tiles=as_digest(differences.tiles_digest()),
    )
    return leaf, differences


def _read(file: SourceFile) -> Picture:
    try:
        return read_picture(read_input(file.path, file.digest), str(file.path))
    except JangbuError as error:
        error.facts.setdefault("index", file.index)
        raise


def _by_index(files: Mapping[int, SourceFile]) -> dict[int, SourceFile]:
    # A still of a shot stands under every frame of it, and is one picture.
    distinct = {file.index: file for file in files.values()}
    return {index: distinct[index] for index in sorted(distinct)}


def _without_counterpart(
    file: SourceFile, before: Mapping[int, SourceFile]
) -> FrameHoleError:
    numbers = tuple(before)
    return FrameHoleError(
        f"a picture before with the number {file.index}, or a single still",
        met=_numbers(numbers),
        advice="Add the picture before, or leave this one out.",
        where=str(file.path),
        index=file.index,
    )


def _numbers(numbers: Sequence[int]) -> str:
    noun = "picture" if len(numbers) == 1 else "pictures"
    return f"{len(numbers)} {noun} before, from {numbers[0]} to {numbers[-1]}"


def _check_channels(file: SourceFile) -> None:
    if file.probe.alpha or file.probe.grey:
        raise FrameShapeError(
            "an RGB picture without alpha",
            met="a grey picture" if file.probe.grey else "a picture with alpha",
            advice="Compare the colour pictures; deliver a matte as a file of its own.",
            where=str(file.path),
            index=file.index,
        )


def _check_size(pair: PicturePair) -> None:
    one, other = pair.before.probe, pair.after.probe
    if (one.width, one.height) != (other.width, other.height):
        raise FrameShapeError(
            f"the size of the picture before, {one.width} × {one.height}",
            met=f"{other.width} × {other.height}",
            advice="Deliver the picture after in the size of the picture before; "
            "nothing is scaled here.",
            where=str(pair.after.path),
            index=pair.after.index,
        )
