"""Whether a shot's inputs fit together: one size, and the channels the recipe says."""

from collections.abc import Sequence
from typing import Protocol

from pipeline.colour.config import ColourTable, SourceColour
from pipeline.errors import ColourSpaceError, FrameShapeError
from pipeline.frames.probe import Probe
from pipeline.run.assets import PlannedAsset
from pipeline.run.recipe_layer import LayerTable


class SizedLayer(Protocol):
    """A layer with its assets."""

    @property
    def asset(self) -> PlannedAsset: ...

    @property
    def matte(self) -> PlannedAsset | None: ...


class FilmedLayer(SizedLayer, Protocol):
    """A layer of `picture/2`."""

    @property
    def table(self) -> LayerTable: ...

    def used(self) -> list[PlannedAsset]: ...


def first_probe(layer: SizedLayer) -> Probe:
    """What the first file of a layer is."""
    return next(iter(layer.asset.files.values())).probe


def colour_of(table: ColourTable, source: str, asset: PlannedAsset) -> SourceColour:
    """What the codes of a source mean: all its files say the same, or nothing.

    Raises:
        ColourSpaceError: nobody says it, or files and recipe contradict each other.
    """
    found = {
        (file.probe.colour, file.probe.bits): table.source(source, file.probe.colour)
        for file in asset.files.values()
    }
    if len(found) > 1:
        raise ColourSpaceError(
            "files of one sequence in one depth and colour space",
            met=" and ".join(
                f"{bits} bits, {colour or 'none'}" for colour, bits in sorted(found)
            ),
            advice="Export the sequence alike.",
            where=source,
        )
    return next(iter(found.values()))


def check_film_layer(layer: FilmedLayer, size: tuple[int, int]) -> None:
    """Refuse files that have not the layer's size, or a layer not the frame's.

    Raises:
        FrameShapeError: with the file.
    """
    own = first_probe(layer)
    _check_film_channels(layer, own)
    expected = (own.width, own.height)
    for asset in layer.used():
        for file in asset.files.values():
            if (file.probe.width, file.probe.height) != expected:
                raise FrameShapeError(
                    f"{expected[0]} × {expected[1]}, as the layer's first file has",
                    met=f"{file.probe.width} × {file.probe.height}",
                    advice="Deliver a layer, its mattes and its plates in one size.",
                    where=str(file.path),
                    frame=file.index,
                )
    if layer.table.transform is None and expected != size:
        raise FrameShapeError(
            f"{size[0]} × {size[1]}, the size of the frame",
            met=f"{expected[0]} × {expected[1]}",
            advice="Give the layer a transform, or deliver it in this size.",
            where=layer.table.source,
        )


def _check_film_channels(layer: FilmedLayer, own: Probe) -> None:
    table = layer.table
    if table.channels is None and own.grey:
        raise FrameShapeError(
            "a picture in colour",
            met="one channel",
            advice="Export the source as RGB; a grey picture is a matte.",
            where=table.source,
        )
    if table.channels is None and table.alpha == "embedded" and not own.alpha:
        raise FrameShapeError(
            "a picture with alpha",
            met="one without",
            advice="Leave alpha out of the recipe, or deliver RGBA.",
            where=table.source,
        )


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
    for each in (asset, matte):
        for file in each.files.values() if each else ():
            if file.probe.refused is not None:
                raise file.probe.refused
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
