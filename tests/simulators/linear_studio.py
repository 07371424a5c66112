"""A production that makes a shot of film by `picture/2`; whatever it states may lie."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ledger.encoding.cell import cell_key, cell_of
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import Composed, Secret
from ledger.log.leaves import encode_leaves
from ledger.records.frames import InputMatte, LayerInput, MeasuredLeaf
from ledger.records.identity import Digest, as_digest, as_statement_id, as_token, as_uid
from ledger.records.time import FrameRange, Rate
from pipeline.credentials.manifest import FrameCredential, LayerCredential
from pipeline.credentials.sealer import Sealed
from pipeline.frames.png import encode_matte_png
from pipeline.frames.raster import Box
from pipeline.kernels.tables import DIGESTS
from tests.simulators import film_frames, small_frames
from tests.simulators.film_frames import ACTIVE, ACTOR, BLENDED, BLENDS, Made, Tables
from tests.simulators.small_studio import SHOT, SmallStudio

FRAMES = FrameRange.between(1024, 1026, Rate(24, 1))
ROLES = ("core", "garbage", "holdout")
_CUT = (film_frames.GLOW, film_frames.SMOKE)


@dataclass
class FilmLies:
    """What is stated instead of the truth; a table's digest always follows it.

    Attributes:
        active: what is measured, whatever the run says.
    """

    elements: tuple[str, ...] = BLENDED
    leaf: Callable[[MeasuredLeaf], MeasuredLeaf] = lambda leaf: leaf
    tables: Callable[[Tables], Tables] = lambda tables: tables
    run: Callable[[dict[str, Any]], None] = lambda _: None
    active: Box | None = ACTIVE


@dataclass
class Asset:
    """Files of an asset by frame, 0 for a still."""

    stated: Composed
    files: dict[int, bytes]

    def digest(self, frame: int) -> Digest:
        return as_digest(sha256_hex(self.files.get(frame, self.files.get(0, b""))))


class LinearStudio(SmallStudio):
    """A studio whose shot has two frames in one cell."""

    def __init__(self, film: FilmLies | None = None) -> None:
        super().__init__()
        self.film = film or FilmLies()
        self.assets: dict[str, Asset] = {}
        self.sealed: dict[int, Sealed] = {}

    def shoot_film(self) -> None:
        """Make a shot: sources, mattes, run, frames, seals, version."""
        code = Secret({"code": SHOT[:4], "since": "2026-11-22"})
        self.state("shot.1", {"alias": code}, scope={"shot": SHOT}, by="studio")
        for element in self.film.elements:
            frames = FRAMES.frames() if element == film_frames.PLATE else (0,)
            self._take(
                element,
                {
                    frame: film_frames.source_file(film_frames.light_of(element, frame))
                    for frame in frames
                },
            )
        clean = film_frames.source_file(film_frames.light_of("clean plate"))
        self._take("clean plate", {0: clean})
        for name in (*ROLES, *_CUT):
            self._take(f"matte {name}", {0: encode_matte_png(film_frames.matte(name))})
        scope = {"shot": SHOT, "range": FRAMES}
        run = self.state("run.1", self._run(), scope=scope, by="pipeline")
        frame_set, seals = self._measure(run)
        self.version(scope, [(cell_of(FRAMES.start), frame_set.id)])
        self.files |= {
            (seals.id, frame): self.sealed[frame].data for frame in FRAMES.frames()
        }

    def _take(self, name: str, files: dict[int, bytes]) -> None:
        media = "image/png" if name.startswith("matte") else "image/x-exr"
        size = (film_frames.WIDTH, film_frames.HEIGHT)
        self.assets[name] = Asset(self._asset(files, media, size), files)

    def _run(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "view": "screen",
            "picture": "picture/2",
            "measure": "measure/2",
            "width": film_frames.WIDTH,
            "height": film_frames.HEIGHT,
            "layers": [self._layer(one) for one in self.film.elements],
            "tools": [{"name": "numpy", "version": np.__version__}],
            "tables": dict(DIGESTS),
            "encoder": {
                "type": film_frames.OUTPUT.media_type,
                "options": [film_frames.OUTPUT.encoder],
            },
            "audience": "public",
            "recipe": Secret({"layers": len(self.film.elements)}),
            "colour": "linear-rec709",
            "active": ACTIVE._asdict(),
        }
        self.film.run(body)
        return body

    def _layer(self, element: str) -> dict[str, Any]:
        layer: dict[str, Any] = {
            "element": element,
            "asset": self.assets[element].stated.id,
            "source_type": "digitalCapture",
            "alpha": "opaque",
        }
        if element in BLENDS:
            layer["blend"] = BLENDS[element]
        if element in _CUT:
            matte = self.assets[f"matte {element}"].stated.id
            layer |= {"alpha": "matte", "matte": matte}
        if element == ACTOR:
            layer["alpha"] = "key/2"
            layer["clean_plate"] = self.assets["clean plate"].stated.id
            layer["mattes"] = [
                {"role": role, "asset": self.assets[f"matte {role}"].stated.id}
                for role in ROLES
            ]
        return layer

    def _input(self, place: int, element: str, frame: int) -> LayerInput:
        more: dict[str, Any] = {}
        if element in _CUT:
            more["matte"] = self.assets[f"matte {element}"].digest(0)
        if element == ACTOR:
            more["clean_plate"] = self.assets["clean plate"].digest(0)
            more["mattes"] = tuple(
                InputMatte.model_validate(
                    {"role": role, "file": self.assets[f"matte {role}"].digest(0)}
                )
                for role in ROLES
            )
        file = self.assets[element].digest(frame)
        return LayerInput(layer=place, file=file, **more)

    def _measure(self, run: Composed) -> tuple[Composed, Composed]:
        elements, leaves, tables = self.film.elements, [], []
        for frame in FRAMES.frames():
            made = film_frames.made(elements, frame, self.film.active)
            inputs = tuple(
                self._input(place, one, frame) for place, one in enumerate(elements)
            )
            told = self.film.tables(made.tables.copy()).astype("<u4").tobytes()
            leaf = film_frames.measured(frame, made, elements, inputs)
            digest = as_digest(sha256_hex(told))
            leaves.append(self.film.leaf(leaf.model_copy(update={"tiles": digest})))
            tables.append(told)
            self.sealed[frame] = self._seal_film(run, frame, made, inputs)
        scope = {"shot": SHOT, "range": FRAMES}
        measured, blob = encode_leaves(leaves), b"".join(tables)
        self.shelf.put(measured.raw)
        body = {
            "run": run.id,
            "cell": cell_of(FRAMES.start),
            "measured": measured.stated,
            "tiles": {"length": len(blob), "blob": self.shelf.put(blob)},
        }
        frame_set = self.state("frame.set.1", body, scope=scope, by="pipeline")
        sealed = encode_leaves(
            [small_frames.sealed(frame, one) for frame, one in self.sealed.items()]
        )
        self.shelf.put(sealed.raw)
        seal = {
            "set": frame_set.id,
            "audience": "public",
            "cert": "ce" * 32,
            "sealed": sealed.stated,
        }
        return frame_set, self.state("seal.set.1", seal, scope=scope, by="pipeline")

    def _seal_film(
        self, run: Composed, frame: int, made: Made, inputs: tuple[LayerInput, ...]
    ) -> Sealed:
        credential = FrameCredential(
            log=self.origin,
            run=as_statement_id(run.id),
            cell_key=as_digest(cell_key(self.origin, run.id, cell_of(frame))),
            frame=frame,
            layers=tuple(
                LayerCredential(
                    layer=one.layer,
                    element=as_uid(element),
                    source_type="digitalCapture",
                    file=one.file,
                )
                for one, element in zip(inputs, self.film.elements, strict=True)
            ),
            source_type="composite",
            version=as_token("0.1.0"),
        )
        return self.chain.sealer.seal(made.written, "image/png", credential)
