"""A frame that was made and not sealed yet, and one that was read back."""

from dataclasses import dataclass

from ledger.encoding.canonical import JsonValue
from pipeline.frames.arrays import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An encoded frame with its measures.

    Attributes:
        coverage: as the measured leaf states it.
        tiles: the tile table, or the three tables of a frame with bounds.
        made_by: the backend that computed it.
        light: of measure/2, as the measured leaf states it.
    """

    encoded: bytes
    coverage: JsonValue
    tiles: bytes
    made_by: str
    light: "JsonValue | None" = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Written:
    """What a written file shows.

    Attributes:
        pixels: digest of its samples.
        view: 8-bit sRGB, of which the fingerprint is made.
        viewed: how `view` was made, appended to the profile; empty if it is the file's
            own samples.
    """

    pixels: str
    decoder: str
    view: Frame
    viewed: str = ""
