"""What a clip is: its kind, how its pictures are coded, and when each is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePath
from typing import Any, BinaryIO, Final, Literal, TypeAlias

import av

from pipeline.errors import UnreadableFrameError
from pipeline.frames.raster import Raster
from pipeline.frames.video_boxes import EBML_MAGIC
from pipeline.frames.video_colour import ColourTags, Matrix
from pipeline.frames.video_planes import RULES, Sampling

VideoKind: TypeAlias = Literal["mp4", "mov", "mkv"]

_SUFFIXES: Final[Mapping[str, tuple[VideoKind, ...]]] = {
    ".mp4": ("mp4",),
    ".m4v": ("mp4",),
    ".mov": ("mov",),
    ".mkv": ("mkv",),
}
_FIRST_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
CODECS: Final = ("h264", "hevc", "prores")
_FULL_RANGE: Final = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """How a pixel format of FFmpeg lies in memory."""

    bits: int
    sampling: Sampling
    rgb: bool = False
    alpha: bool = False


def _layouts() -> dict[str, Layout]:
    found: dict[str, Layout] = {}
    for chroma, across, down in (("420", 2, 2), ("422", 2, 1), ("444", 1, 1)):
        sampling = Sampling(across, down)
        found[f"yuv{chroma}p"] = found[f"yuvj{chroma}p"] = Layout(8, sampling)
        for bits in (10, 12):
            found[f"yuv{chroma}p{bits}le"] = Layout(bits, sampling)
    for bits in (10, 12):
        found[f"yuva444p{bits}le"] = Layout(bits, Sampling(1, 1), alpha=True)
        found[f"gbrp{bits}le"] = Layout(bits, Sampling(1, 1), rgb=True)
    found["gbrp"] = Layout(8, Sampling(1, 1), rgb=True)
    return found


LAYOUTS: Final = _layouts()
"""By the name of the pixel format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSurvey:
    """What a clip is; its pictures may still be damaged.

    Attributes:
        bits: of a sample; codes stay codes, at any depth.
        colour: token of the declared colour space; `None` if none is declared.
        matrix: that leads to R'G'B'; named by the caller if the clip declares none.
        limited: whether codes keep to the limited range.
        rate: pictures a second, if they keep one; `None` if their times vary.
        tick: of the clip's clock, in seconds.
        ticks: time of each picture as it is stored, by index.
        shown: indices that are to be seen; all but for what an edit list cuts off.
        starts_at: when the first of those is shown, in seconds.
        pixel_aspect: width of a pixel by its height.
    """

    format: VideoKind
    codec: str
    pixel_format: str
    width: int
    height: int
    bits: int
    alpha: bool
    colour: str | None
    matrix: Matrix
    limited: bool
    rate: Fraction | None
    tick: Fraction
    ticks: tuple[int, ...]
    shown: range
    starts_at: Fraction
    pixel_aspect: Fraction

    def time_of(self, index: int) -> Fraction:
        """When a picture is shown, in seconds from the start of the clip."""
        return self.starts_at + (self.ticks[index] - self._first) * self.tick

    @property
    def _first(self) -> int:
        return self.ticks[self.shown.start]

    @property
    def decoder(self) -> str:
        """Token of what turns this clip's bytes into samples."""
        major, minor, patch = av.library_versions["libavcodec"]
        name = f"libavcodec@{major}.{minor}.{patch}+{self.codec}"
        if self.matrix == "rgb":
            return f"{name}+rgb"
        span = "limited" if self.limited else "full"
        return f"{name}+{RULES}+{self.matrix}+{span}"


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One picture of a clip.

    Attributes:
        index: of all pictures of the track, by time; with the digest of the file and
            the part (the track) it names the picture.
        time: when it is shown, in seconds.
    """

    index: int
    time: Fraction
    raster: Raster


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What a caller decides about a clip.

    Attributes:
        matrix: of a clip that declares none.
        variable: take a clip whose pictures keep no constant rate; its times are then
            the caller's to place.
        threads: of the decoder; samples do not depend on it.
    """

    matrix: Matrix | None = None
    variable: bool = False
    threads: int = 1


def kind_of(file: BinaryIO, name: str) -> VideoKind:
    """What a file is by its first bytes; its suffix must agree.

    Raises:
        UnreadableFrameError: no such clip, or a name that says something else.
    """
    file.seek(0)
    head = file.read(12)
    kind: VideoKind | None = None
    if head.startswith(EBML_MAGIC):
        kind = "mkv"
    elif head[4:8] in _FIRST_BOXES:
        kind = "mp4" if head[4:8] == b"ftyp" and head[8:12] != b"qt  " else "mov"
    suffix = PurePath(name).suffix.lower()
    if kind is None or (suffix and kind not in _SUFFIXES.get(suffix, ())):
        raise UnreadableFrameError(
            "an MP4, QuickTime or Matroska clip, and a name that says so",
            met=f"bytes that begin with {head[:8].hex(' ')}, named {suffix!r}",
            advice="Rename the file to what it is, or export it again.",
            where=name,
        )
    return kind


def tags_of(context: Any) -> ColourTags:  # noqa: ANN401  # PyAV's, by codec
    """The colour tags of a stream's codec context."""
    said = str(context.pix_fmt)
    limited = int(context.color_range) != _FULL_RANGE and not said.startswith("yuvj")
    return ColourTags(
        int(context.color_primaries),
        int(context.color_trc),
        0 if said.startswith("gbr") else int(context.colorspace),
        limited=limited and not said.startswith("gbr"),
    )
