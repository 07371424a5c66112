"""A production in memory that shoots, measures, seals and states a few real frames.

Only content credentials differ from run to run: c2pa signs with fresh randomness.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ledger.encoding.cell import cell_key, cell_of, cells_of, frames_of
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import Composed, Secret
from ledger.log.leaves import encode_leaves
from ledger.records.frames import LayerInput, MeasuredLeaf, SealedLeaf
from ledger.records.identity import (
    as_digest,
    as_statement_id,
    as_token,
    as_uid,
    instant_from,
)
from ledger.records.making import AssetLeaf
from ledger.records.statement import Verb
from ledger.records.time import FrameRange, Rate
from pipeline.credentials.manifest import (
    FrameCredential,
    LayerCredential,
    manifest_definition,
)
from pipeline.credentials.sealer import Sealed
from pipeline.frames.arrays import Frame
from pipeline.frames.png import encode_matte_png, encode_png
from pipeline.frames.writing import OutputFormat, encode_picture
from pipeline.kernels.compose import Composite
from pipeline.kernels.tables import DIGESTS
from tests.simulators import small_frames
from tests.simulators.small_frames import CREATURE, HEIGHT, PLATE, WIDTH
from tests.simulators.stated_log import ORIGIN, More, StatedLog

SHOT, OTHER_SHOT = "50" * 16, "51" * 16
FRAMES = FrameRange.between(1020, 1028, Rate(24, 1))


@dataclass
class Lies:
    """What a studio states against its own files; a test replaces what it needs."""

    leaf: Callable[[MeasuredLeaf], MeasuredLeaf] = lambda leaf: leaf
    sealed: Callable[[SealedLeaf], SealedLeaf] = lambda leaf: leaf
    cells: Callable[[list[tuple[int, str]]], list[tuple[int, str]]] = lambda cells: (
        cells
    )


@dataclass(frozen=True)
class Shot:
    """What making a shot left behind."""

    asset: Composed
    matte: Composed
    generation: Composed
    run: Composed
    sets: tuple[Composed, ...]
    seals: tuple[Composed, ...]
    version: Composed


class SmallStudio(StatedLog):
    """A studio that can make shots of eight frames in two cells."""

    def __init__(
        self,
        *,
        seed: str = "small studio",
        origin: str = ORIGIN,
        beside: bool = False,
    ) -> None:
        """Found a studio; `beside`: its frames' manifests lie beside them."""
        super().__init__(seed=seed, origin=origin)
        self.beside = beside
        self.chain = small_frames.chain_of(seed)
        self.roots = (self.chain.chain.root_pem.decode(),)
        self.lies = Lies()

    def shoot(self, shot: str = SHOT, span: FrameRange = FRAMES) -> Shot:
        """Make a shot: plate, generated creature, run, frames, seals, version."""
        scope = {"shot": shot, "range": span}
        self.state(
            "shot.1",
            {"alias": Secret({"code": shot[:4], "since": "2026-11-22"})},
            scope={"shot": shot},
            by="studio",
        )
        plates = {frame: small_frames.plate(frame) for frame in span.frames()}
        asset = self._asset({frame: encode_png(one) for frame, one in plates.items()})
        matte_file = encode_matte_png(small_frames.matte())
        creature_file = encode_png(small_frames.creature())
        creature = self._asset({0: creature_file})
        matte = self._asset({0: matte_file})
        generation = self.state(
            "generation.1",
            {
                "provider": "local",
                "model": "creature-maker",
                "model_version": "1.0",
                "source_type": "trainedAlgorithmicMedia",
                "prompt": Secret("a creature in a house"),
                "inputs": [],
                "outputs": [creature.id],
            },
            at=instant_from(self.now),
            prev=[creature.id],
            by="pipeline",
        )
        output = OutputFormat(kind="png")
        run = self.state(
            "run.1",
            {
                "view": "screen",
                "picture": "picture/1",
                "measure": "measure/1",
                "width": WIDTH,
                "height": HEIGHT,
                "layers": [
                    {
                        "element": PLATE,
                        "asset": asset.id,
                        "source_type": "digitalCapture",
                        "alpha": "opaque",
                    },
                    {
                        "element": CREATURE,
                        "asset": creature.id,
                        "source_type": "trainedAlgorithmicMedia",
                        "alpha": "matte",
                        "matte": matte.id,
                        "generation": generation.id,
                    },
                ],
                "tools": [{"name": "numpy", "version": np.__version__}],
                "tables": dict(DIGESTS),
                "encoder": {"type": output.media_type, "options": [output.encoder]},
                "audience": "public",
                "recipe": Secret({"layers": 2}),
            },
            scope=scope,
            prev=[asset.id, creature.id, matte.id, generation.id],
            by="pipeline",
        )
        inputs = {
            frame: (
                LayerInput(layer=0, file=as_digest(sha256_hex(encode_png(plate)))),
                LayerInput(
                    layer=1,
                    file=as_digest(sha256_hex(creature_file)),
                    matte=as_digest(sha256_hex(matte_file)),
                ),
            )
            for frame, plate in plates.items()
        }
        made = [
            self._cell(cell, run, (shot, span), plates, inputs)
            for cell in cells_of(span)
        ]
        sets, seals = (tuple(pair[place] for pair in made) for place in (0, 1))
        pairs = zip(cells_of(span), [one.id for one in sets], strict=True)
        version = self.version(scope, self.lies.cells(list(pairs)))
        return Shot(asset, matte, generation, run, sets, seals, version)

    def version(
        self,
        scope: Mapping[str, Any],
        cells: Sequence[tuple[int, str]],
        act: tuple[Verb, str] | None = None,
    ) -> Composed:
        """State which frame sets a shot consists of."""
        more: More = {
            "scope": scope,
            "prev": list(dict.fromkeys(one for _, one in cells)),
        }
        if act is not None:
            more["act"] = act
        rows = [{"cell": cell, "set": one} for cell, one in cells]
        body = {"view": "screen", "cells": rows}
        return self.state("version.1", body, by="pipeline", **more)

    def _asset(
        self,
        files: Mapping[int, bytes],
        media_type: str = "image/png",
        size: tuple[int, int] = (WIDTH, HEIGHT),
    ) -> Composed:
        leaves = [
            AssetLeaf(
                index=index,
                file=as_digest(sha256_hex(content)),
                size=len(content),
                type=as_token(media_type),
                width=size[0],
                height=size[1],
            )
            for index, content in files.items()
        ]
        blob = encode_leaves(leaves)
        self.shelf.put(blob.raw)
        return self.state("asset.1", {"files": blob.stated}, by="pipeline")

    def _cell(
        self,
        cell: int,
        run: Composed,
        place: tuple[str, FrameRange],
        plates: Mapping[int, Frame],
        inputs: Mapping[int, tuple[LayerInput, ...]],
    ) -> tuple[Composed, Composed]:
        shot, span = place
        frames = [frame for frame in frames_of(cell) if span.contains(frame)]
        part = FrameRange.between(frames[0], frames[-1] + 1, span.rate)
        scope = {"shot": shot, "range": part}
        layered = {frame: small_frames.composite(plates[frame]) for frame in frames}
        sealed = {
            frame: self._seal(run, frame, layered[frame], inputs[frame])
            for frame in frames
        }
        measured = encode_leaves(
            [
                self.lies.leaf(
                    small_frames.measured(frame, layered[frame], inputs[frame])
                )
                for frame in frames
            ]
        )
        tiles = b"".join(layered[frame].measures.tile_bytes() for frame in frames)
        self.shelf.put(measured.raw)
        frame_set = self.state(
            "frame.set.1",
            {
                "run": run.id,
                "cell": cell,
                "measured": measured.stated,
                "tiles": {"length": len(tiles), "blob": self.shelf.put(tiles)},
            },
            scope=scope,
            prev=[run.id],
            by="pipeline",
        )
        leaves = encode_leaves(
            [
                self.lies.sealed(small_frames.sealed(frame, sealed[frame]))
                for frame in frames
            ]
        )
        self.shelf.put(leaves.raw)
        seal = self.state(
            "seal.set.1",
            {
                "set": frame_set.id,
                "audience": "public",
                "cert": "ce" * 32,
                "sealed": leaves.stated,
            },
            scope=scope,
            prev=[frame_set.id],
            by="pipeline",
        )
        for frame, one in sealed.items():
            self.files[seal.id, frame] = one.data
            if one.beside:
                self.sidecars[seal.id, frame] = one.manifest
        return frame_set, seal

    def _seal(
        self,
        run: Composed,
        frame: int,
        composite: Composite,
        inputs: tuple[LayerInput, ...],
    ) -> Sealed:
        credential = FrameCredential(
            log=self.origin,
            run=as_statement_id(run.id),
            cell_key=as_digest(cell_key(self.origin, run.id, cell_of(frame))),
            frame=frame,
            layers=(
                LayerCredential(
                    layer=0,
                    element=as_uid(PLATE),
                    source_type="digitalCapture",
                    file=inputs[0].file,
                ),
                LayerCredential(
                    layer=1,
                    element=as_uid(CREATURE),
                    source_type="trainedAlgorithmicMedia",
                    file=inputs[1].file,
                ),
            ),
            source_type="compositeWithTrainedAlgorithmicMedia",
            version=as_token("0.1.0"),
        )
        picture = encode_picture(composite.frame, OutputFormat(kind="png"))
        sealer = self.chain.sealer
        if self.beside:
            # Our own pictures carry theirs; c2pa signs any file for a sidecar.
            definition = manifest_definition(credential)
            return sealer._sign_beside(picture, "image/png", definition)
        return sealer.seal(picture, "image/png", credential)
