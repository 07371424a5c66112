"""A run that was planned: its layers, its frames, its statements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledger.encoding.cell import cell_key, cells_of, frames_of
from ledger.encoding.statement import Composed
from ledger.records.time import FrameRange
from pipeline.run.assets import PlannedAsset
from pipeline.run.film_job import FilmLayer
from pipeline.run.film_plan import FilmPlan
from pipeline.run.frame_job import Output
from pipeline.run.recipe_layer import LayerTable


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLayer:
    """A layer with its element, its assets and what generated it.

    Attributes:
        inputs: what went into the generator.
        cutters: what bounds its key, by the field of the recipe.
        film: how it is read and laid by `picture/2`; its files are added by frame.
    """

    table: LayerTable
    element: str
    asset: PlannedAsset
    matte: PlannedAsset | None
    generation: Composed | None
    inputs: tuple[PlannedAsset, ...] = ()
    cutters: Mapping[str, PlannedAsset] = field(default_factory=dict)
    film: FilmLayer | None = None

    def used(self) -> list[PlannedAsset]:
        """Its own files, and all that say where it is."""
        matte = [] if self.matte is None else [self.matte]
        return [self.asset, *matte, *self.cutters.values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run that was planned, and not stated yet."""

    log: str
    shot: str
    code: str
    frames: FrameRange
    width: int
    height: int
    layers: tuple[PlannedLayer, ...]
    output: Output
    run: Composed
    view: str
    film: FilmPlan | None = None

    @property
    def cells(self) -> range:
        """The cells of the run."""
        return cells_of(self.frames)

    def frames_of(self, cell: int) -> range:
        """The frames of a cell that are the run's."""
        whole = frames_of(cell)
        return range(
            max(whole.start, self.frames.start), min(whole.stop, self.frames.end)
        )

    def cell_key(self, cell: int) -> str:
        """The key of one of its cells."""
        return cell_key(self.log, self.run.id, cell)

    def assets(self) -> Iterator[PlannedAsset]:
        """All assets, mattes and generators' inputs too, each once."""
        seen: set[str] = set()
        for layer in self.layers:
            for asset in (*layer.used(), *layer.inputs):
                if asset.statement.id not in seen:
                    seen.add(asset.statement.id)
                    yield asset

    def tables(self) -> Mapping[str, bytes]:
        """Tables of the look, by their digests."""
        grade = None if self.film is None else self.film.grade
        return {} if grade is None else grade.tables

    def statements(self) -> list[Composed]:
        """What is stated before any frame: assets, generations, the run."""
        generations = {
            layer.generation.id: layer.generation
            for layer in self.layers
            if layer.generation is not None
        }
        return [
            *(asset.statement for asset in self.assets()),
            *generations.values(),
            self.run,
        ]
