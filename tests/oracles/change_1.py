"""An exact, slow reading of change/1 in plain whole numbers, one pixel at a time.

No NumPy; it shares no arithmetic with the code it judges.
"""

from dataclasses import dataclass
from hashlib import sha256

Picture = list[list[tuple[int, int, int]]]


@dataclass(frozen=True, kw_only=True)
class SlowDifferences:
    pixels: int
    totals: list[int]
    tiles: list[list[list[int]]]

    def tile_bytes(self) -> bytes:
        return b"".join(
            value.to_bytes(4, "little")
            for stat in self.tiles
            for row in stat
            for value in row
        )

    def tiles_digest(self) -> str:
        return sha256(self.tile_bytes()).hexdigest()


def differ_slowly(before: Picture, after: Picture) -> SlowDifferences:
    height, width = len(before), len(before[0])
    tiles = [
        [[0] * ((width + 63) // 64) for _ in range((height + 63) // 64)]
        for _ in range(4)
    ]
    for y in range(height):
        for x in range(width):
            parts = [b - a for a, b in zip(before[y][x], after[y][x], strict=True)]
            told = (
                int(any(part != 0 for part in parts)),
                int(any(part > 2 or part < -2 for part in parts)),
                sum(abs(part) for part in parts),
                sum(part**2 for part in parts),
            )
            for stat, value in enumerate(told):
                tiles[stat][y // 64][x // 64] += value
    return SlowDifferences(
        pixels=height * width,
        totals=[sum(map(sum, stat)) for stat in tiles],
        tiles=tiles,
    )
