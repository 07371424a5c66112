"""Exact, slow readings of picture/2, measure/2, key/2, scaling and bounds.

One pixel at a time, no NumPy. Floats are Python's, rounded to 32 bits by `struct` after
each operation: a sum, product or quotient of two 32-bit floats rounded to 53 bits and
then to 24 is what one rounding gives. Weights of the scaler come from fractions.
It shares no arithmetic with the code it judges.
"""

from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256, shake_256
from math import ceil, floor
from struct import pack, unpack

Colour = tuple[float, float, float]
Three = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class SlowLinear:
    """Rows of pixels, rows of Q15 coverage or None for an opaque layer, and a blend."""

    rgb: list[list[Colour]]
    coverage: list[list[int]] | None = None
    blend: str = "over"  # or "light"


@dataclass(frozen=True, kw_only=True)
class SlowFrame:
    """Tables are [layer][row][column], unattributed last."""

    rgb: list[list[Colour]]
    alpha: list[list[int]]
    lower: list[list[list[int]]]
    upper: list[list[list[int]]]
    told: list[list[list[int]]]
    light: list[list[int]]
    light_total: int

    def pixels_digest(self) -> str:
        head = f'{{"channels":3,"dtype":"float32","h":{len(self.rgb)},'
        head += f'"w":{len(self.rgb[0])}}}'
        samples = b"".join(pack("<3f", *pixel) for row in self.rgb for pixel in row)
        return sha256(head.encode() + samples).hexdigest()


def f32(value: float) -> float:
    rounded: float = unpack("<f", pack("<f", value))[0]
    return rounded


def level(sample: float) -> int:
    return min(max(floor(Fraction(sample) * 65536), 0), 65535)


def nearest_q15(value: float) -> int:
    # round() of a fraction takes halves to even.
    return round(32768 * min(max(Fraction(value), Fraction(0)), Fraction(1)))


def weigh(part: int, share: int) -> int:
    return (part * share + 16384) // 32768


def span(blend: str, pixel: Colour, cover: int) -> tuple[int, int]:
    """The least and most of what is open that a layer takes."""
    if blend == "over":
        return cover, cover
    if blend == "light":
        return nearest_q15(max(pixel)), nearest_q15(max(pixel))
    if blend == "multiply":
        near = all(abs(Fraction(s) - 1) <= Fraction(1, 4096) for s in pixel)
        return 0, 0 if near else cover
    strongest = min(max(abs(Fraction(sample)) for sample in pixel), Fraction(1))
    most = (ceil(32768 * strongest) * cover + 32767) // 32768
    if blend == "plus":
        return 0, most
    weakest = min(max(min(map(Fraction, pixel)), Fraction(0)), Fraction(1))
    return floor(32768 * weakest) * cover // 32768, most


def compose_pixel(
    pixels: list[Colour], covers: list[int], blends: list[str]
) -> tuple[Colour, int, list[Three]]:
    """Colour, what `over` leaves open, and (lower, upper, told), nobody's last."""
    light, passed = [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]
    open_part = least = most = 32768
    readings = [(0, 0, 0)] * (len(pixels) + 1)
    for index in reversed(range(len(pixels))):
        pixel, cover, blend = pixels[index], covers[index], blends[index]
        low, high = span(blend, pixel, cover)
        told, gone = weigh(least, high), weigh(most, low)
        readings[index] = (weigh(least, low), weigh(most, high), told)
        if blend in ("over", "light"):
            readings[index] = (told, gone, told)
        least, most = least - told, most - gone
        part = open_part if blend == "light" else weigh(open_part, cover)
        for c in range(3):
            sample, share = pixel[c], cover / 32768
            if blend != "multiply":
                weight = f32(part / 32768 * passed[c])
                light[c] = f32(light[c] + f32(weight * sample))
            covered = f32(share * sample)
            if blend == "screen":
                passed[c] = f32(passed[c] * f32(1 - min(max(covered, 0), 1)))
            if blend == "multiply":
                passed[c] = f32(passed[c] * f32((1 - share) + covered))
        if blend in ("over", "light"):
            open_part -= weigh(open_part, high)
    readings[-1] = (least, most, least)
    return (light[0], light[1], light[2]), open_part, readings


def compose_slowly(
    layers: list[SlowLinear],
    box: tuple[int, int, int, int] | None = None,
    luma: Three = (13933, 46871, 4732),
) -> SlowFrame:
    height, width = len(layers[0].rgb), len(layers[0].rgb[0])
    left, top, right, bottom = box or (0, 0, width, height)
    shape = (len(layers) + 1, (height + 63) // 64, (width + 63) // 64)
    tables = [
        [[[0] * shape[2] for _ in range(shape[1])] for _ in range(shape[0])]
        for _ in range(3)
    ]
    light, total = [[0] * shape[0] for _ in range(3)], 0
    picture, alphas = [], []
    alone = len(layers) == 1 and layers[0].blend == "over"
    for y in range(height):
        row, alpha_row = [], []
        for x in range(width):
            covers = [
                32768 if one.coverage is None else one.coverage[y][x] for one in layers
            ]
            colour, left_open, readings = compose_pixel(
                [one.rgb[y][x] for one in layers], covers, [one.blend for one in layers]
            )
            if alone and layers[0].coverage is None:
                colour = layers[0].rgb[y][x]
            row.append(colour)
            alpha_row.append(32768 - left_open)
            if not (left <= x < right and top <= y < bottom):
                continue
            steps = [level(sample) for sample in colour]
            bright = sum(w * n for w, n in zip(luma, steps, strict=True))
            bright = (bright + 32768) // 65536
            total += bright
            for layer, weights in enumerate(readings):
                for reading, weight in enumerate(weights):
                    tables[reading][layer][y // 64][x // 64] += weight
                    light[reading][layer] += weight * bright
        picture.append(row)
        alphas.append(alpha_row)
    return SlowFrame(
        rgb=picture,
        alpha=alphas,
        lower=tables[0],
        upper=tables[1],
        told=tables[2],
        light=light,
        light_total=32768 * total,
    )


def sums(table: list[list[list[int]]]) -> list[int]:
    return [sum(map(sum, layer)) for layer in table]


def table_bytes(table: list[list[list[int]]]) -> bytes:
    return b"".join(pack("<I", v) for layer in table for row in layer for v in row)


def clean_plate_pixel(
    plate: Three, clean: Three, channels: Three, numbers: tuple[int, int, int, int, int]
) -> int:
    """Coverage of a pixel in levels; channels: screen's, first, second."""
    first, second, least, low, high = numbers

    def difference(pixel: Three) -> int:
        screen, a, b = (pixel[c] for c in channels)
        return max(256 * screen - first * a - second * b, 0) // 256

    behind = difference(clean)
    through = 0
    if behind >= least:
        reciprocal = (2**31 + behind // 2) // behind
        through = (min(difference(plate), behind) * reciprocal + 32768) // 65536
    steps = min(max(through, 32768 - high), 32768 - low) - (32768 - high)
    reciprocal = (2**31 + (high - low) // 2) // (high - low)
    return 32768 - (steps * reciprocal + 32768) // 65536


def keys_cubic(t: Fraction) -> Fraction:
    """R. G. Keys, 1981, with a = -1/2."""
    a, t = Fraction(-1, 2), abs(t)
    if t <= 1:
        return (a + 2) * t**3 - (a + 3) * t**2 + 1
    return a * t**3 - 5 * a * t**2 + 8 * a * t - 4 * a if t < 2 else Fraction(0)


def scale_weights(size: int, outputs: int, output: int) -> dict[int, int]:
    """Sample → weight of 2^22, those of 0 left out."""
    ratio = Fraction(size, outputs)
    middle = (output + Fraction(1, 2)) * ratio
    wide = max(ratio, Fraction(1))
    raw = {x: keys_cubic((x + Fraction(1, 2) - middle) / wide) for x in range(size)}
    raw = {x: value for x, value in raw.items() if value}
    total = sum(raw.values())
    exact = {x: value * 2**22 / total for x, value in raw.items()}
    weights = {
        x: floor(abs(v) + Fraction(1, 2)) * (1 if v > 0 else -1)
        for x, v in exact.items()
    }
    greatest = min(x for x in raw if raw[x] == max(raw.values()))
    weights[greatest] += 2**22 - sum(weights.values())
    return weights


def scale_row(row: list[float], outputs: int) -> list[float]:
    scaled = []
    for output in range(outputs):
        total = 0.0
        for x, weight in sorted(scale_weights(len(row), outputs, output).items()):
            total = f32(total + f32(weight / 2**22 * row[x]))
        scaled.append(total)
    return scaled


def scale_matte(matte: list[list[int]], width: int, height: int) -> list[list[int]]:
    def passed(row: list[int], outputs: int) -> list[int]:
        tables = [scale_weights(len(row), outputs, n) for n in range(outputs)]
        return [
            (sum(w * row[x] for x, w in table.items()) + 2**21) // 2**22
            for table in tables
        ]

    wide = [passed(row, width) for row in matte]
    columns = [passed(list(column), height) for column in zip(*wide, strict=True)]
    return [
        [min(max(value, 0), 32768) for value in row]
        for row in zip(*columns, strict=True)
    ]


def claims_pixel(bounds: list[tuple[int, int]], changed: int | None) -> list[Three]:
    """(lower, upper, told) of each claim, then of the rest; the plate first if any."""
    lowers = []
    for index, (lower, upper) in enumerate(bounds):
        others = sum(up for n, (_, up) in enumerate(bounds) if n != index)
        lowers.append(min(lower, max(32768 - others, 0), upper))
    spare = most_rest = 32768 - sum(lowers)
    readings = []
    for lower, (_, upper) in zip(lowers, bounds, strict=True):
        more = min(upper - lower, spare)
        spare -= more
        readings.append((lower, upper, lower + more))
    if changed is None:
        return [*readings, (spare, most_rest, spare)]
    if changed:
        return [(0, most_rest, 0), *readings, (0, most_rest, spare)]
    return [(spare, most_rest, spare), *readings, (0, 0, 0)]


def linear_pattern(text: str, height: int, width: int) -> list[list[Colour]]:
    """Light from SHAKE-256 of a text: n 16-bit little-endian gives (n - 8192) / 16384.

    From -0.5 to 3.5. Every 13th sample is an extreme one instead.
    """
    raw = shake_256(text.encode()).digest(height * width * 6)
    numbers = unpack(f"<{height * width * 3}H", raw)
    samples = [(number - 8192) / 16384 for number in numbers]
    samples[::13] = [EXTREMES[n % len(EXTREMES)] for n in numbers[::13]]
    pixels = [
        (samples[i], samples[i + 1], samples[i + 2]) for i in range(0, len(samples), 3)
    ]
    return [pixels[y * width : (y + 1) * width] for y in range(height)]


EXTREMES = (0.0, -0.0, 1.0, 65504.0, -3000.0, 2.0**-130, 2.0**30, f32(0.1))


def q15_pattern(text: str, height: int, width: int) -> list[list[int]]:
    """Coverage from SHAKE-256: n 16-bit gives min(max(n - 16384, 0), 32768)."""
    raw = shake_256(text.encode()).digest(height * width * 2)
    numbers = unpack(f"<{height * width}H", raw)
    values = [min(max(number - 16384, 0), 32768) for number in numbers]
    return [values[y * width : (y + 1) * width] for y in range(height)]


def levels_pattern(text: str, height: int, width: int) -> list[list[Three]]:
    raw = shake_256(text.encode()).digest(height * width * 6)
    n = unpack(f"<{height * width * 3}H", raw)
    pixels = [(n[i], n[i + 1], n[i + 2]) for i in range(0, len(n), 3)]
    return [pixels[y * width : (y + 1) * width] for y in range(height)]
