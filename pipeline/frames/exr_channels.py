"""Which channels of an OpenEXR file are its colour, and what the others are called."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.errors import FrameShapeError, SampleValueError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.exr_colour import declarations
from pipeline.frames.exr_header import ExrPart, damaged, refused, text_of
from pipeline.frames.raster import Box, Samples

CRYPTOMATTE: Final = "cryptomatte/"

_INFINITE: Final = {
    2: ("u2", "i2", 0x7C00, 0xFC00),
    4: ("u4", "i4", 0x7F800000, 0xFF800000),
}
"""By size of a sample: integers of that size, and the bits of both infinities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExrChoice:
    """Which picture of a file is meant.

    Attributes:
        part: name of the part; `None` is the first one that has the layer.
        layer: prefix of the channels, such as `beauty` for `beauty.R`; empty for
            channels without a prefix.
        squeezed: read pixels that are not square as they are stored.
    """

    part: str | None = None
    layer: str = ""
    squeezed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The channels that are the picture.

    Attributes:
        index: of the part, from 0.
        colour: names of R, G and B, or of one channel of luminance.
        alpha: name of the alpha channel; `None` if there is none.
        dtype: type of all of them, `float16` or `float32`.
    """

    index: int
    colour: tuple[str, ...]
    alpha: str | None
    dtype: str


def choose(parts: Sequence[ExrPart], choice: ExrChoice, name: str) -> Chosen:
    """Find the picture.

    Raises:
        FrameShapeError: no such part or layer; red, green or blue missing; channels
            of different types; two views; pixels that are not square.
    """
    named = [i for i, part in enumerate(parts) if choice.part in {None, part.name}]
    fitting = [i for i in named if _colour(parts[i], choice.layer)]
    if not fitting:
        raise refused(
            name,
            f"channels {', '.join(_prefixed(choice.layer, 'RGB'))}",
            f"{_described(parts, named)}",
            "Name a layer or part that the file has, or export one.",
        )
    views = {text_of(parts[i].attributes, "view") for i in fitting}
    if len(views) > 1:
        raise refused(
            name,
            "one view, or the name of a part",
            f"views {', '.join(sorted(map(str, views)))}",
            "Name the part of the view that is meant.",
        )
    return _chosen(parts, fitting[0], choice, name)


def plane_names(
    parts: Sequence[ExrPart], chosen: Chosen | None, name: str
) -> dict[tuple[int, str], str]:
    """Name every channel that is not the picture, by part and channel.

    A plane has its channel's name. Where several parts have a channel of that name,
    those outside the picture's part are `part.channel`.

    Raises:
        UnreadableFrameError: two planes would have one name.
    """
    picture: set[str] = set()
    index = None
    if chosen is not None:
        index = chosen.index
        picture = {*chosen.colour, *([chosen.alpha] if chosen.alpha else [])}
    met = Counter(channel for _, channel in _all(parts))
    found = {
        (at, channel): (
            channel
            if at == index or met[channel] == 1
            else f"{parts[at].name}.{channel}"
        )
        for at, channel in _all(parts)
        if not (at == index and channel in picture)
    }
    if len(set(found.values())) != len(found):
        raise damaged(name, "two channels of one name")
    return found


def active_of(part: ExrPart) -> Box | None:
    """The part of the frame that has pixels; `None` if all of it has.

    A data window wholly outside of the frame leaves an empty box at its corner.
    """
    left, top, right, bottom = part.display
    met = Box(
        max(part.data.left, left) - left,
        max(part.data.top, top) - top,
        min(part.data.right, right) - left,
        min(part.data.bottom, bottom) - top,
    )
    if met == (0, 0, right - left, bottom - top):
        return None
    empty = met.left >= met.right or met.top >= met.bottom
    return Box(0, 0, 0, 0) if empty else met


def placed(samples: AnyArray, part: ExrPart) -> AnyArray:
    """Samples of the data window within the frame; 0 outside, overscan cut off."""
    if part.data == part.display:
        return np.ascontiguousarray(samples)
    left, top, right, bottom = part.display
    whole = np.zeros((bottom - top, right - left, *samples.shape[2:]), samples.dtype)
    box = active_of(part) or Box(0, 0, right - left, bottom - top)
    down, across = top - part.data.top, left - part.data.left
    whole[box.top : box.bottom, box.left : box.right] = samples[
        max(box.top + down, 0) : max(box.bottom + down, 0),
        max(box.left + across, 0) : max(box.right + across, 0),
    ]
    return whole


def check_finite(samples: Samples, name: str) -> None:
    """Refuse a picture with samples that are no numbers.

    Raises:
        SampleValueError: NaN or infinite; with their count and the first place.
    """
    unsigned, signed, infinite, negative = _INFINITE[samples.dtype.itemsize]
    bits = samples.view(unsigned)
    # Two maxima cost a fifth of one comparison: as signed integers the positive
    # samples are the largest, as unsigned ones the negative.
    if bits.view(signed).max() < infinite and bits.max() < negative:
        return
    wrong = (bits & infinite) == infinite
    first = [int(at) for at in np.argwhere(wrong)[0]]
    raise SampleValueError(
        "finite samples",
        met=f"{int(wrong.sum())} that are NaN or infinite, the first at pixel "
        f"{first[1]}, {first[0]}",
        advice="Render the frame again, or repair it before it is registered.",
        where=name,
        x=first[1],
        y=first[0],
    )


def texts_of(parts: Sequence[ExrPart], index: int | None, name: str) -> dict[str, str]:
    """The texts that samples are read by: Cryptomattes, colour, windows, views.

    Raises:
        UnreadableFrameError: a Cryptomatte's text that is no UTF-8, or two parts that
            say different things of one.
    """
    found: dict[str, str] = {}
    for part in parts:
        for key, (kind, value) in part.attributes.items():
            if not key.startswith(CRYPTOMATTE) or kind != "string":
                continue
            text = _utf8(value, key, name)
            if found.setdefault(key, text) != text:
                raise damaged(name, f"parts that differ in {key!r}")
    if index is not None:
        found |= declarations(parts[index].attributes)
        found |= _shapes(parts[index])
    return found


def _shapes(part: ExrPart) -> dict[str, str]:
    found = {}
    if part.data != part.display:
        found["dataWindow"] = " ".join(map(str, part.data))
        found["displayWindow"] = " ".join(map(str, part.display))
    if part.pixel_aspect != 1:
        found["pixelAspectRatio"] = f"{part.pixel_aspect:.6g}"
    if part.name:
        found["name"] = part.name
    view = text_of(part.attributes, "view")
    return found | ({"view": view} if view else {})


def _utf8(value: bytes, key: str, name: str) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise damaged(name, f"{key!r} is no UTF-8") from error


def _all(parts: Sequence[ExrPart]) -> Iterator[tuple[int, str]]:
    for at, part in enumerate(parts):
        for channel in part.channels:
            yield at, channel.name


def _prefixed(layer: str, letters: str) -> tuple[str, ...]:
    return tuple(f"{layer}.{letter}" if layer else letter for letter in letters)


def _colour(part: ExrPart, layer: str) -> tuple[str, ...]:
    """Names of the picture's channels; empty if the part has no such layer."""
    there = {channel.name for channel in part.channels}
    rgb = _prefixed(layer, "RGB")
    if there.issuperset(rgb):
        return rgb
    (luminance,) = _prefixed(layer, "Y")
    prefix = luminance[:-1]
    chroma = {f"{prefix}{letters}" for letters in ("R", "G", "B", "RY", "BY")}
    return (luminance,) if luminance in there and not there & chroma else ()


def _chosen(
    parts: Sequence[ExrPart], index: int, choice: ExrChoice, name: str
) -> Chosen:
    part = parts[index]
    colour = _colour(part, choice.layer)
    types = {channel.name: channel.dtype for channel in part.channels}
    (alpha,) = _prefixed(choice.layer, "A")
    picture = [*colour, *([alpha] if alpha in types else [])]
    dtypes = {types[channel] for channel in picture}
    if len(dtypes) > 1 or "uint32" in dtypes:
        raise refused(
            name,
            "colour and alpha of one type, half or float",
            ", ".join(f"{channel} {types[channel]}" for channel in picture),
            "Export the channels of the picture alike.",
        )
    if part.pixel_aspect != 1 and not choice.squeezed:
        raise refused(
            name,
            "square pixels",
            f"a pixel aspect ratio of {part.pixel_aspect:.6g}",
            "Desqueeze the picture, or have the recipe say that it is squeezed.",
        )
    return Chosen(
        index=index,
        colour=colour,
        alpha=alpha if alpha in types else None,
        dtype=dtypes.pop(),
    )


def _described(parts: Sequence[ExrPart], named: Sequence[int]) -> str:
    if not named:
        return f"only parts {', '.join(part.name or '(unnamed)' for part in parts)}"
    texts = []
    for index in named:
        names = [channel.name for channel in parts[index].channels]
        more = f" and {len(names) - 24} more" if len(names) > 24 else ""
        of = f"{parts[index].name}: " if parts[index].name else ""
        texts.append(f"{of}{', '.join(names[:24])}{more}")
    return "; ".join(texts[:8])


def check_one_frame(parts: Sequence[ExrPart], name: str) -> None:
    """Refuse parts that show frames of different sizes or places.

    Raises:
        FrameShapeError: their display windows differ.
    """
    if len({part.display for part in parts}) > 1:
        raise FrameShapeError(
            "one display window for all parts",
            met=f"{len({part.display for part in parts})} different ones",
            advice="Export the parts with one frame size.",
            where=name,
        )
