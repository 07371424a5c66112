"""Exact, slow readings of picture/1, measure/1 and key/1 in plain whole numbers.

One pixel at a time, no NumPy, and tables computed from the formula rather than
read from the shipped files. It shares no arithmetic with the code it judges.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256, shake_256

from pipeline.kernels.make_tables import alpha_table, enc_table, lin_table

Pixel = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class SlowLayer:
    """Rows of pixels, and rows of Q15 coverage or None for an opaque layer.

    A layer of light has no rows of coverage: its pixels tell.
    """

    rgb: list[list[Pixel]]
    coverage: list[list[int]] | None = None
    light: bool = False


@dataclass(frozen=True, kw_only=True)
class SlowComposite:
    rgb: list[list[Pixel]]
    layers: list[int]
    unattributed: int
    tiles: list[list[list[int]]]

    def tile_bytes(self) -> bytes:
        return b"".join(
            value.to_bytes(4, "little")
            for table in self.tiles
            for row in table
            for value in row
        )

    def tiles_digest(self) -> str:
        return sha256(self.tile_bytes()).hexdigest()

    def pixels_digest(self) -> str:
        head = f'{{"channels":3,"dtype":"uint8","h":{len(self.rgb)},'
        head += f'"w":{len(self.rgb[0])}}}'
        samples = bytes(v for row in self.rgb for pixel in row for v in pixel)
        return sha256(head.encode() + samples).hexdigest()


@cache
def tables() -> tuple[list[int], list[int], list[int]]:
    return lin_table(), enc_table(), alpha_table()


def compose_slowly(layers: list[SlowLayer]) -> SlowComposite:
    height, width = len(layers[0].rgb), len(layers[0].rgb[0])
    tiles = [
        [[0] * ((width + 63) // 64) for _ in range((height + 63) // 64)]
        for _ in range(len(layers) + 1)
    ]
    picture = []
    for y in range(height):
        row = []
        for x in range(width):
            weights, pixel = compose_pixel(layers, y, x)
            for table, weight in zip(tiles, weights, strict=True):
                table[y // 64][x // 64] += weight
            row.append(pixel)
        picture.append(row)
    sums = [sum(map(sum, table)) for table in tiles]
    return SlowComposite(
        rgb=picture, layers=sums[:-1], unattributed=sums[-1], tiles=tiles
    )


def compose_pixel(layers: list[SlowLayer], y: int, x: int) -> tuple[list[int], Pixel]:
    lin, enc, _ = tables()
    weights = [0] * (len(layers) + 1)
    light = [0, 0, 0]
    left = 32768
    for index in range(len(layers) - 1, -1, -1):
        layer = layers[index]
        weight = (left * coverage_at(layer, y, x) + 16384) // 32768
        share = left if layer.light else weight
        left -= weight
        weights[index] = weight
        for channel in range(3):
            light[channel] += share * lin[layer.rgb[y][x][channel]]
    weights[-1] = left
    levels = [min(65535, (total + 16384) // 32768) for total in light]
    red, green, blue = (enc[level] for level in levels)
    return weights, (red, green, blue)


def coverage_at(layer: SlowLayer, y: int, x: int) -> int:
    if layer.light:
        brightest = max(tables()[0][code] for code in layer.rgb[y][x])
        return (2 * 32768 * brightest + 65535) // (2 * 65535)  # to the nearest
    return 32768 if layer.coverage is None else layer.coverage[y][x]


def key_pixel(
    pixel: Pixel, screen: str, lo: int, hi: int, despill: str
) -> tuple[Pixel, int]:
    lin, enc, _ = tables()
    red, green, blue = (lin[code] for code in pixel)
    backing, beside = (green, blue) if screen == "green" else (blue, green)
    span = hi - lo
    steps = min(max(backing - max(red, beside) - lo, 0), span)
    reciprocal = (32768 * 65536 + span // 2) // span
    coverage = 32768 - (steps * reciprocal + 32768) // 65536
    result = list(pixel)
    if despill == "average":
        limited = min(backing, (red + beside) // 2)
        result[1 if screen == "green" else 2] = enc[limited]
    return (result[0], result[1], result[2]), coverage


def pattern(text: str, height: int, width: int) -> list[list[Pixel]]:
    """Samples of a frame from SHAKE-256 of a text, row by row."""
    raw = shake_256(text.encode()).digest(height * width * 3)
    pixels = [(raw[i], raw[i + 1], raw[i + 2]) for i in range(0, len(raw), 3)]
    return [pixels[y * width : (y + 1) * width] for y in range(height)]


def light_pattern(text: str, height: int, width: int) -> list[list[Pixel]]:
    """Mostly dim light: each sample b of `pattern` becomes b³ div 255²."""
    return [
        [(r**3 // 65025, g**3 // 65025, b**3 // 65025) for r, g, b in row]
        for row in pattern(text, height, width)
    ]


def matte_pattern(text: str, height: int, width: int) -> list[list[int]]:
    """8-bit matte from SHAKE-256: a quarter clear, a quarter opaque, half soft."""
    raw = shake_256(text.encode()).digest(height * width)
    codes = [min(max(2 * value - 128, 0), 255) for value in raw]
    return [codes[y * width : (y + 1) * width] for y in range(height)]


def slow_coverage(matte: list[list[int]]) -> list[list[int]]:
    alpha = tables()[2]
    return [[alpha[code] for code in row] for row in matte]
