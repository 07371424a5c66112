"""What a worker needs to make a frame by `picture/2`."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from ledger.records.making import MatteRole
from pipeline.capture.files import read_input
from pipeline.colour.baked import Baked
from pipeline.colour.config import SourceColour
from pipeline.colour.show import Correction, Grade, table_of
from pipeline.colour.spaces import CodeRange, Space
from pipeline.frames.raster import Box
from pipeline.frames.raster_output import RasterOutput
from pipeline.kernels.key import KeySettings
from pipeline.kernels.key_2 import CleanPlateSettings, ScreenColour
from pipeline.kernels.picture_2 import Blend
from pipeline.kernels.transform import Size, Transform


class InputFile(NamedTuple):
    """A file, and the digest that the run was stated with."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounding:
    """A matte that bounds a layer's key or matte."""

    role: MatteRole
    file: InputFile


@dataclass(frozen=True, slots=True, kw_only=True)
class IdMatte:
    """Objects of a Cryptomatte.

    Attributes:
        name: of the matte in the file; empty if there is one only.
    """

    objects: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmLayer:
    """How one layer is read, cut, placed and laid.

    Attributes:
        colour: what its codes mean.
        channels: prefix of the channels that are the picture; empty for the file's own.
        matte_channel: of the matte; empty for its alpha or grey.
        bounding: mattes that bound its key or matte.
        screen: of one colour, instead of a clean plate.
    """

    colour: SourceColour
    channels: str = ""
    matte_channel: str = ""
    ids: IdMatte | None = None
    key: KeySettings | None = None
    clean_key: CleanPlateSettings | None = None
    screen: ScreenColour | None = None
    clean_plate: InputFile | None = None
    clean_colour: SourceColour | None = None
    bounding: tuple[Bounding, ...] = ()
    blend: Blend = "over"
    transform: Transform = field(default_factory=Transform)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookJob:
    """A grade as workers find it.

    Attributes:
        parts: in their order: corrections as they stand, tables by their files.
    """

    parts: tuple[Correction | InputFile, ...]

    def grade(self) -> Grade:
        """The grade, with its tables read; once in a process.

        Raises:
            LookError: other bytes than a digest names.
            UnreadableFrameError: a file cannot be read.
        """
        return Grade(
            parts=tuple(
                one if isinstance(one, Correction) else _table(one)
                for one in self.parts
            )
        )


@lru_cache(maxsize=8)
def _table(file: InputFile) -> Baked:
    return table_of(read_input(file.path), file.digest, str(file.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFrame:
    """What all layers of a frame have in common.

    Attributes:
        working: linear space in which layers are laid.
        space: of the written picture.
        look: by what pictures are graded before they are encoded.
        active: what of it is picture; `None` for all.
        bounded: whether a blend's share is only known to lie between bounds, so that
            three tile tables are kept.
    """

    size: Size
    working: Space
    space: Space
    code_range: CodeRange
    output: RasterOutput
    look: LookJob | None = None
    active: Box | None = None
    bounded: bool = False


BOUNDED: Final = frozenset({"plus", "multiply", "screen"})
"""Blends by which a layer is seen without covering, or changes what is below."""
