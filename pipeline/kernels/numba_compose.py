"""`key/1`, `picture/1`, `light/1` and `measure/1` in one pass, compiled for the CPU.

A row of tiles is walked in spans of 64 pixels. For each span the layers are taken from
front to back: first their coverage, then their weights and light. All of it stays in
the innermost cache, and what is fully covered is not looked at.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np

from pipeline.kernels import scalar
from pipeline.kernels.measure import TILE
from pipeline.kernels.numba_cache import kernel, part
from pipeline.kernels.numba_memory import (
    bytes_at,
    ints_at,
    longs_at,
    unsigned_at,
    words_at,
)
from pipeline.kernels.stack import (
    COLUMNS,
    CORE,
    CORE_BITS,
    COVERED,
    DESPILL,
    GARBAGE,
    GARBAGE_BITS,
    HIGH,
    KEYED,
    KIND,
    LOW,
    MATTE,
    MATTE_BITS,
    OPAQUE,
    RECIPROCAL,
    RGB,
    SCREEN,
    SHINING,
    Tables,
)
from pipeline.kernels.tables import ONE

Array: TypeAlias = Any
"""An array as numba sees it."""


class Room(NamedTuple):
    """Where a span of up to 64 neighbouring pixels is worked on.

    Attributes:
        coverage: 64 × int32, of the layer at hand.
        matte: 64 × int32, of a matte beside its key.
        open_part: 64 × int32, what no layer has covered yet.
        light: 192 × uint32, weights × light, R G B R G B …
    """

    coverage: Array
    matte: Array
    open_part: Array
    light: Array


weigh = part(scalar.weigh)
level = part(scalar.level)
ramp = part(scalar.ramp)
mean_light = part(scalar.mean_light)


# Indices are made from a loop's counter alone: then the compiler sees that none is
# negative, and leaves out what Python means by such an index.


@part
def matte_span(address: int, bits: int, first: int, alpha: Array, out: Array) -> None:
    """Coverage from a matte of 8 bits or Q15."""
    if bits == 8:
        codes = bytes_at(address + first, len(out))
        for i in range(len(out)):
            out[i] = alpha[codes[i]]
    else:
        words = words_at(address + 2 * first, len(out))
        for i in range(len(out)):
            out[i] = words[i]


@part
def shining_span(rgb: Array, shine: Array, out: Array) -> None:
    """Coverage of light on black."""
    for i in range(len(out)):
        out[i] = shine[max(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2])]


@part
def keyed_span(row: Array, rgb: Array, light: Array, out: Array) -> None:
    """Coverage of a key, before its mattes."""
    low, high, reciprocal = row[LOW], row[HIGH], row[RECIPROCAL]
    green = row[SCREEN] == 1
    for i in range(len(out)):
        red, one, other = (
            light[rgb[3 * i]],
            light[rgb[3 * i + 1]],
            light[rgb[3 * i + 2]],
        )
        backing, beside = (one, other) if green else (other, one)
        out[i] = ramp(backing - max(red, beside), low, high, reciprocal)


@part
def mattes_of_key(row: Array, first: int, alpha: Array, room: Room) -> None:
    """Core matte, then garbage matte."""
    out, matte = room.coverage, room.matte
    if row[CORE_BITS] != 0:
        matte_span(row[CORE], row[CORE_BITS], first, alpha, matte)
        for i in range(len(out)):
            out[i] = max(out[i], matte[i])
    if row[GARBAGE_BITS] != 0:
        matte_span(row[GARBAGE], row[GARBAGE_BITS], first, alpha, matte)
        for i in range(len(out)):
            out[i] = weigh(out[i], matte[i])


@part
def cover_span(row: Array, rgb: Array, first: int, tables: Tables, room: Room) -> None:
    """Coverage of a layer, whatever it comes from."""
    if row[KIND] == SHINING:
        shining_span(rgb, tables.shine, room.coverage)
    elif row[KIND] == COVERED:
        matte_span(row[MATTE], row[MATTE_BITS], first, tables.alpha, room.coverage)
    else:
        keyed_span(row, rgb, tables.light, room.coverage)
        mattes_of_key(row, first, tables.alpha, room)


@part
def opaque_over(rgb: Array, table: Array, room: Room) -> None:
    """An opaque layer takes all that is open."""
    light = room.light
    for i in range(len(room.open_part)):
        share = room.open_part[i]
        if share > 0:
            light[3 * i] += np.uint32(share * table[rgb[3 * i]])
            light[3 * i + 1] += np.uint32(share * table[rgb[3 * i + 1]])
            light[3 * i + 2] += np.uint32(share * table[rgb[3 * i + 2]])


@part
def straight_over(rgb: Array, table: Array, room: Room) -> int:
    """A layer with coverage; the sum of its weights."""
    total, light = 0, room.light
    for i in range(len(room.open_part)):
        weight = weigh(room.open_part[i], room.coverage[i])
        if weight > 0:
            light[3 * i] += np.uint32(weight * table[rgb[3 * i]])
            light[3 * i + 1] += np.uint32(weight * table[rgb[3 * i + 1]])
            light[3 * i + 2] += np.uint32(weight * table[rgb[3 * i + 2]])
            room.open_part[i] -= weight
            total += weight
    return total


@part
def shining_over(rgb: Array, table: Array, room: Room) -> int:
    """Light on black adds by what is open in front of it; the sum of its weights."""
    total, light = 0, room.light
    for i in range(len(room.open_part)):
        share = room.open_part[i]
        if share > 0:
            light[3 * i] += np.uint32(share * table[rgb[3 * i]])
            light[3 * i + 1] += np.uint32(share * table[rgb[3 * i + 1]])
            light[3 * i + 2] += np.uint32(share * table[rgb[3 * i + 2]])
            weight = weigh(share, room.coverage[i])
            room.open_part[i] = share - weight
            total += weight
    return total


@part
def despilled(backing: int, limit: int, tables: Tables) -> int:
    """Light of the screen's channel, through a code as in a file between the two."""
    return tables.light[tables.codes[np.uint32(limit)]] if limit < backing else backing


@part
def despilled_over(rgb: Array, tables: Tables, room: Room, green: int) -> int:
    """A keyed layer with despill; the sum of its weights."""
    total, table, light = 0, tables.light, room.light
    for i in range(len(room.open_part)):
        weight = weigh(room.open_part[i], room.coverage[i])
        if weight > 0:
            red, one = table[rgb[3 * i]], table[rgb[3 * i + 1]]
            other = table[rgb[3 * i + 2]]
            if green:
                one = despilled(one, mean_light(red, other), tables)
            else:
                other = despilled(other, mean_light(red, one), tables)
            light[3 * i] += np.uint32(weight * red)
            light[3 * i + 1] += np.uint32(weight * one)
            light[3 * i + 2] += np.uint32(weight * other)
            room.open_part[i] -= weight
            total += weight
    return total


@part
def over(row: Array, rgb: Array, first: int, tables: Tables, room: Room) -> int:
    """Lay one layer behind what is there; the sum of its weights."""
    cover_span(row, rgb, first, tables, room)
    if row[KIND] == SHINING:
        return shining_over(rgb, tables.light, room)
    if row[KIND] == KEYED and row[DESPILL] != 0:
        return despilled_over(rgb, tables, room, row[SCREEN] == 1)
    return straight_over(rgb, tables.light, room)


@part
def copy(rgb: Array, frame: Array) -> None:
    """Codes as they are."""
    for i in range(len(rgb)):
        frame[i] = rgb[i]


@part
def clear(room: Room) -> None:
    """Begin a span: everything is open and dark."""
    for i in range(len(room.open_part)):
        room.open_part[i] = ONE
    for i in range(len(room.light)):
        room.light[i] = 0


@part
def compose_span(
    stack: int, frame: Array, first: int, tables: Tables, room: Room, sums: Array
) -> None:
    """Compose one span, and add to the sums of its tile."""
    count = len(room.open_part)
    clear(room)
    layers = len(sums) - 1
    left, lit = ONE * count, False
    for index in range(layers - 1, -1, -1):
        row = longs_at(stack + 8 * COLUMNS * index, COLUMNS)
        rgb = bytes_at(row[RGB] + 3 * first, 3 * count)
        if row[KIND] == OPAQUE:
            sums[index] += left
            if left == ONE * count and not lit:
                # Nothing in front: it comes out as it went in.
                copy(rgb, frame)
                return
            opaque_over(rgb, tables.light, room)
            left = 0
        else:
            covered = over(row, rgb, first, tables, room)
            sums[index] += covered
            left -= covered
            # Light can shine where its weight rounds to 0.
            lit = lit or covered > 0 or row[KIND] == SHINING
        if left == 0:
            break
    sums[layers] += left
    for i in range(3 * count):
        frame[i] = tables.codes[np.uint32(level(room.light[i]))]


@part
def room_at(address: int, count: int) -> Room:
    """Divide `ROOM` numbers of 32 bits."""
    return Room(
        ints_at(address, count),
        ints_at(address + 4 * TILE, count),
        ints_at(address + 8 * TILE, count),
        unsigned_at(address + 12 * TILE, 3 * count),
    )


@part
def tables_at(tables: Tables) -> Tables:
    """The same tables, not counted."""
    return Tables(
        ints_at(tables.light.ctypes.data, 256),
        bytes_at(tables.codes.ctypes.data, 65536),
        ints_at(tables.alpha.ctypes.data, 256),
        ints_at(tables.shine.ctypes.data, 256),
    )


@kernel
def compose_tile_rows(
    rows: Any,  # noqa: ANN401  # a pair of numbers
    room: Array,
    stack: Array,
    frame: Array,
    tiles: Array,
    tables: Tables,
) -> None:
    """Compose rows of tiles.

    Args:
        rows: the first row of tiles, and the one after the last.
        room: (6 × 64) int32, scratch.
        stack: (layers, 13) int64, bottom first; columns as in `stack`.
        frame: (height, width, 3) uint8, written.
        tiles: (tile rows, tile columns, layers + 1) int64, added to.
        tables: see `Tables`.
    """
    height, width = frame.shape[:2]
    fixed = tables_at(tables)
    for y in range(rows[0] * TILE, min(rows[1] * TILE, height)):
        for x in range(0, width, TILE):
            count, first = min(TILE, width - x), y * width + x
            tile = (y // TILE) * tiles.shape[1] + x // TILE
            compose_span(
                stack.ctypes.data,
                bytes_at(frame.ctypes.data + 3 * first, 3 * count),
                first,
                fixed,
                room_at(room.ctypes.data, count),
                longs_at(tiles.ctypes.data + 8 * tile * tiles.shape[2], tiles.shape[2]),
            )
