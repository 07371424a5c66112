"""Whether a shot's inputs fit together: one size, and the channels the recipe says."""

from collections.abc import Sequence
from typing import Protocol

from pipeline.errors import FrameShapeError
from pipeline.frames.probe import Probe
from pipeline.run.assets import PlannedAsset
from pipeline.run.recipe import LayerTable


class SizedLayer(Protocol):
    """A layer with its assets."""

    @property
    def asset(self) -> PlannedAsset: ...

    @property
    def matte(self) -> PlannedAsset | None: ...


def one_size(layers: Sequence[SizedLayer]) -> tuple[int, int]:
    """Width and height of the shot; refused if an input differs."""
    first = next(iter(layers[0].asset.files.values())).probe
    for layer in layers:
        for asset in (layer.asset, layer.matte):
            for file in asset.files.values() if asset else ():
                if (file.probe.width, file.probe.height) != (first.width, first.height):
                    raise FrameShapeError(
                        f"{first.width} × {first.height}, as the lowest layer has",
                        met=f"{file.probe.width} × {file.probe.height}",
                        advice="Deliver all sources and mattes of a shot in one size.",
                        where=str(file.path),
                        frame=file.index,
                    )
    return first.width, first.height


def check_channels(
    table: LayerTable, asset: PlannedAsset, matte: PlannedAsset | None
) -> None:
    """Refuse a source or matte with other channels than the recipe says."""
    for file in asset.files.values():
        wanted = table.alpha == "embedded"
        if file.probe.grey or file.probe.alpha != wanted:
            raise FrameShapeError(
                "an RGBA PNG" if wanted else "an RGB picture without alpha",
                met=_met(file.probe),
                advice='alpha = "embedded" is for RGBA PNGs, and for them alone.',
                where=str(file.path),
                frame=file.index,
            )
    for file in matte.files.values() if matte else ():
        if not file.probe.grey:
            raise FrameShapeError(
                "an 8-bit grey PNG as a matte",
                met="a colour picture",
                advice="Export the matte as one grey channel.",
                where=str(file.path),
                frame=file.index,
            )


def _met(probe: Probe) -> str:
    if probe.grey:
        return "a grey picture"
    return "a picture with alpha" if probe.alpha else "a picture without alpha"
