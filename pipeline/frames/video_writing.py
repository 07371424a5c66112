"""Clips, written: H.264 or HEVC in MP4, ProRes in QuickTime.

Colour tags stand in the stream and in the container, the same ones. Nothing else does:
no date, no title, no name of an encoder where the format does without. One frame rate,
from time zero. With the same encoder, options and number of threads the bytes are the
same again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO, Final, Literal, TypeAlias, cast

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame as Picture
from av.video.stream import VideoStream

from pipeline.errors import ColourSpaceError, FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import check_size
from pipeline.frames.raster import Samples, check_samples
from pipeline.frames.video_colour import TAGS_OF
from pipeline.frames.video_planes import RULES, Coding, Plane, Sampling, to_planes

VideoEncoding: TypeAlias = Literal["h264", "hevc", "prores", "prores-4444"]

_LIMITED: Final = 1
_HELD_BACK: Final = {"libx264": 2, "libx265": 2, "prores_ks": 0}
"""Pictures that an encoder may show before one that it wrote earlier: both make B
pictures of B pictures, and no deeper."""


@dataclass(frozen=True, slots=True)
class _Encoder:
    """One of FFmpeg's encoders and what it is told."""

    name: str
    container: Literal["mp4", "mov"]
    sampling: Sampling
    depths: tuple[int, ...]
    options: dict[str, str]
    tag: str = ""


_ENCODERS: Final[dict[VideoEncoding, _Encoder]] = {
    "h264": _Encoder(
        "libx264", "mp4", Sampling(2, 2), (8, 10), {"preset": "medium"}, "avc1"
    ),
    "hevc": _Encoder(
        "libx265",
        "mp4",
        Sampling(2, 2),
        (8, 10),
        # info: x265 would write its version and options into the stream.
        {"preset": "medium", "x265-params": "log-level=none:info=0:pools=none"},
        "hvc1",
    ),
    "prores": _Encoder("prores_ks", "mov", Sampling(2, 1), (10,), {"profile": "hq"}),
    "prores-4444": _Encoder(
        "prores_ks", "mov", Sampling(1, 1), (10,), {"profile": "4444"}
    ),
}
_DELIVERED: Final = {"mp4": "video/mp4", "mov": "video/quicktime"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOutput:
    """How a clip is written.

    Attributes:
        rate: pictures a second.
        bits: of a sample in the clip; frames of another depth are rounded once.
        colour: token of the frames' colour space, which the tags will say.
        quality: constant rate factor of H.264 and HEVC; ProRes has none.
        threads: of the encoder; H.264 and HEVC give other bytes with another number.
    """

    encoding: VideoEncoding
    rate: Fraction
    width: int
    height: int
    bits: int = 8
    colour: str = "rec709"
    quality: int = 16
    threads: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be written, before anything is."""
        check_size(self.width, self.height)
        encoder = self._encoder
        if self.bits not in encoder.depths or self.rate <= 0:
            raise FrameShapeError(
                f"{self.encoding} of {' or '.join(map(str, encoder.depths))} bits at a "
                "positive rate",
                met=f"{self.bits} bits, {self.rate} pictures a second",
                advice="Choose another depth, or ProRes for ten bits.",
            )
        across, down = encoder.sampling.across, encoder.sampling.down
        if self.width % across or self.height % down:
            raise FrameShapeError(
                "sides that can be halved where the colour is",
                met=f"{self.width} × {self.height}",
                advice="Crop or pad by one pixel, or choose prores-4444.",
            )
        if self.colour not in TAGS_OF:
            raise ColourSpaceError(
                f"a display colour space: {' or '.join(sorted(TAGS_OF))}",
                met=self.colour,
                advice="Convert the frames for a display before they become a clip.",
            )

    @property
    def _encoder(self) -> _Encoder:
        return _ENCODERS[self.encoding]

    @property
    def media_type(self) -> str:
        """As a seal and a server name it."""
        return _DELIVERED[self._encoder.container]

    @property
    def suffix(self) -> str:
        """Of the file's name."""
        return f".{self._encoder.container}"

    @property
    def coding(self) -> Coding:
        """How codes stand for colour in the clip."""
        return Coding(
            bits=self.bits,
            sampling=self._encoder.sampling,
            matrix="bt709",
            limited=True,
        )

    @property
    def encoder(self) -> str:
        """Token of what turns samples into the clip's bytes."""
        major, minor, patch = av.library_versions["libavcodec"]
        name = f"{self._encoder.name.replace('_', '-')}+{self.encoding}"
        quality = "" if self._encoder.container == "mov" else f"+crf{self.quality}"
        return (
            f"libavcodec@{major}.{minor}.{patch}+{name}{quality}"
            f"+{self.bits}bit+{RULES}+t{self.threads}"
        )

    def options(self) -> dict[str, str]:
        """What the encoder is told, by FFmpeg's names."""
        chosen = dict(self._encoder.options)
        if self._encoder.container == "mp4":
            chosen["crf"] = str(self.quality)
        if self.encoding == "hevc":
            chosen["x265-params"] += f":frame-threads={self.threads}"
        return chosen

    def pixel_format(self) -> str:
        """FFmpeg's name of the planes."""
        sampling = self._encoder.sampling
        chroma = {(2, 2): "420", (2, 1): "422"}.get(
            (sampling.across, sampling.down), "444"
        )
        return f"yuv{chroma}p" + ("" if self.bits == 8 else f"{self.bits}le")


def write_video(
    file: BinaryIO, frames: Iterable[Samples], bits: int, output: VideoOutput
) -> int:
    """Write frames as a clip.

    Args:
        file: open for writing, with seek; stays open, and is not synced.
        frames: (height, width, 3) display-referred codes, all of one size.
        bits: depth of those codes.
        output: how.

    Returns:
        How many frames were written.

    Raises:
        FrameShapeError: a frame of another size or depth, or no frame at all.
        UnreadableFrameError: FFmpeg refuses to encode or write.
    """
    count = 0
    try:
        with _opened(file, output) as container:
            stream = _stream(container, output)
            sink = _Sink(container, stream, output)
            for count, rgb in enumerate(frames, 1):  # counted to the end
                _check(rgb, bits, output)
                sink.take(
                    _picture(to_planes(rgb, bits, output.coding), output, count - 1)
                )
            if not count:
                raise _no_frame()
            sink.end()
    except (FFmpegError, OSError, ValueError) as error:
        raise UnreadableFrameError(
            "a clip that FFmpeg writes",
            met=str(error) or type(error).__name__,
            advice="Check disk and options; what was written of it is of no use.",
        ) from error
    return count


class _Sink:
    """Encoded packets on their way into the file, without notes of the encoder."""

    def __init__(
        self, container: OutputContainer, stream: VideoStream, output: VideoOutput
    ) -> None:
        self._container, self._stream = container, stream
        # x264 leaves its version and options in a message of its own (SEI, type 6),
        # and cannot be told not to. What it needs to be decoded is elsewhere.
        self._filter = output.encoding == "h264"
        self._cleaner: BitStreamFilterContext | None = None
        self._packets = 0

    def take(self, picture: Picture | None) -> None:
        for packet in self._stream.encode(picture):
            # x265 says other times of decoding each time, if a clip is shorter than
            # its look-ahead. They follow from the order: one picture after the other,
            # as much earlier as the encoder holds pictures back.
            packet.dts = self._packets - _HELD_BACK[self._stream.codec_context.name]
            self._packets += 1
            if self._filter and self._cleaner is None:
                # Only now is the encoder open, so that its headers are known.
                self._cleaner = BitStreamFilterContext(
                    "filter_units=remove_types=6", self._stream
                )
            found = [packet] if self._cleaner is None else self._cleaner.filter(packet)
            self._container.mux(found)

    def end(self) -> None:
        self.take(None)
        if self._cleaner is not None:
            self._container.mux(self._cleaner.filter(None))


def _opened(file: BinaryIO, output: VideoOutput) -> OutputContainer:
    options = {
        # No date, no encoder, no random numbers.
        "fflags": "+bitexact",
        "movflags": "+write_colr",
    }
    return av.open(file, "w", format=output.suffix[1:], container_options=options)


def _stream(container: OutputContainer, output: VideoOutput) -> VideoStream:
    encoder = _ENCODERS[output.encoding]
    stream = cast(
        "VideoStream",
        container.add_stream(encoder.name, rate=output.rate, options=output.options()),
    )
    context: Any = stream.codec_context
    context.width, context.height = output.width, output.height
    context.pix_fmt = output.pixel_format()
    context.time_base = 1 / output.rate
    context.thread_count = output.threads
    if encoder.tag:
        context.codec_tag = encoder.tag
    # AV_CODEC_FLAG_BITEXACT
    context.flags |= 1 << 23
    tags = TAGS_OF[output.colour]
    context.color_primaries, context.color_trc = tags.primaries, tags.transfer
    context.colorspace, context.color_range = tags.matrix, _LIMITED
    return stream


def _picture(
    planes: tuple[Plane, Plane, Plane], output: VideoOutput, place: int
) -> Picture:
    picture = Picture(output.width, output.height, output.pixel_format())
    for target, samples in zip(picture.planes, planes, strict=True):
        little = samples.astype(samples.dtype.newbyteorder("<"), copy=False)
        row = target.line_size // samples.dtype.itemsize
        padded = np.zeros((target.buffer_size // target.line_size, row), little.dtype)
        padded[: samples.shape[0], : samples.shape[1]] = little
        target.update(padded.tobytes())
    tags = TAGS_OF[output.colour]
    picture.color_primaries, picture.color_trc = tags.primaries, tags.transfer
    picture.colorspace, picture.color_range = tags.matrix, _LIMITED
    picture.pts, picture.time_base = place, 1 / output.rate
    return picture


def _check(rgb: Samples, bits: int, output: VideoOutput) -> None:
    check_samples(rgb, bits)
    if rgb.shape != (output.height, output.width, 3) or rgb.dtype.kind == "f":
        raise FrameShapeError(
            f"display codes of {output.width} × {output.height} in three channels",
            met=f"shape {rgb.shape}, {rgb.dtype}",
            advice="Render all frames of a clip in one size, for a display.",
        )


def _no_frame() -> FrameShapeError:
    return FrameShapeError(
        "at least one frame",
        met="none",
        advice="Name a range that has frames.",
    )
