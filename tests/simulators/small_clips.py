"""Small clips with known pictures, and boxes of MP4 files taken apart.

Pictures are crops that move over a photograph of scikit-image, written by our own
writer or straight by PyAV, as another program would.
"""

import io
import struct
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from PIL import Image
from skimage import data

from pipeline.frames.video_writing import VideoOutput, write_video

WIDTH, HEIGHT, COUNT = 96, 64, 12
Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def pictures(
    count: int = COUNT, width: int = WIDTH, height: int = HEIGHT
) -> list[Pixels]:
    whole = Image.fromarray(np.asarray(data.astronaut()))  # type: ignore[no-untyped-call]
    large = np.asarray(whole.resize((width + 4 * count, height + 4 * count)))
    return [
        np.ascontiguousarray(large[2 * n : 2 * n + height, 3 * n : 3 * n + width])
        for n in range(count)
    ]


def written(encoding: Any = "h264", **more: Any) -> bytes:  # noqa: ANN401
    """A clip of the pictures, by the pipeline's writer."""
    said = {"rate": Fraction(24), "width": WIDTH, "height": HEIGHT, **more}
    if encoding.startswith("prores"):
        said.setdefault("bits", 10)
    buffer = io.BytesIO()
    write_video(buffer, pictures(), 8, VideoOutput(encoding=encoding, **said))
    return buffer.getvalue()


def foreign(  # a clip has many sides
    container: str = "mp4",
    codec: str = "libx264",
    *,
    stamps: list[int] | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    adjust: Callable[[Any], object] = id,
) -> bytes:
    """A clip written straight by PyAV; colour converted by its libswscale."""
    buffer = io.BytesIO()
    with av.open(
        buffer, "w", format=container, container_options=container_options or {}
    ) as out:
        stream: Any = out.add_stream(codec, rate=24, options=options or {})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1
        context.color_range = 1
        adjust(stream)
        for n, pixels in enumerate(pictures()):
            picture = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            picture.pts = stamps[n] if stamps else n
            picture.time_base = Fraction(1, 24)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return buffer.getvalue()


# --- boxes ---------------------------------------------------------------------------


def boxes(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(raw):
        length, kind = struct.unpack_from(">I4s", raw, at)
        yield kind, raw[at + 8 : at + length]
        at += length


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def changed(raw: bytes, path: list[bytes], change: Callable[[bytes], bytes]) -> bytes:
    """The same boxes, but for the content of the one on a path."""
    first, rest = path[0], path[1:]
    return b"".join(
        box(
            kind,
            content
            if kind != first
            else (changed(content, rest, change) if rest else change(content)),
        )
        for kind, content in boxes(raw)
    )


def with_edits(raw: bytes, *rows: tuple[int, int, int]) -> bytes:
    """Another edit list: duration in movie ticks, media time, rate in 16.16."""
    content = struct.pack(">II", 0, len(rows)) + b"".join(
        struct.pack(">Iii", *row) for row in rows
    )
    return changed(raw, [b"moov", b"trak", b"edts", b"elst"], lambda _: content)
