"""Overlays of a layer: from the weights told, of the part that is measured."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ledger.cli.pictures import FoundPictures
from ledger.encoding.statement import check
from ledger.history.film import Film, Frame, Run
from ledger.log.leaves import read_leaves
from ledger.records.frames import FrameSet, MeasuredLeaf
from ledger.records.making import Run as RunBody
from tests.simulators.film_frames import BLENDED, EXACT
from tests.simulators.linear_studio import FRAMES, FilmLies, LinearStudio
from tests.simulators.small_films import PIPELINE_KEY, FilmMaker

NUMBER = FRAMES.start
MARK = (213, 94, 0)


def on_disk(folder: Path, elements: tuple[str, ...]) -> tuple[FoundPictures, Frame]:
    """A shot of film with its sealed frames in a folder, and its first frame."""
    studio = LinearStudio(FilmLies(elements=elements))
    studio.shoot_film()
    for frame, sealed in studio.sealed.items():
        (folder / f"film.{frame:04d}.png").write_bytes(sealed.data)
    film = FilmMaker().film()
    bodies = {one.id: check(one.raw).body for one in studio.log.stored}
    ((set_id, made),) = (
        (name, one) for name, one in bodies.items() if isinstance(one, FrameSet)
    )
    raw = studio.shelf.read(made.measured.blob)
    leaves = read_leaves(MeasuredLeaf, raw, made.measured)
    pictures = FoundPictures(
        film=with_run(film, made.run, bodies[made.run]),
        blobs=studio.shelf,
        locations={"out": str(folder)},
        tables={set_id: made.tiles.blob},
    )
    return pictures, Frame(run=made.run, set=set_id, measured=leaves[0])


def with_run(film: Film, name: str, body: object) -> Film:
    assert isinstance(body, RunBody)
    run = Run(
        source=FilmMaker().source(name, "run.1", PIPELINE_KEY),
        width=body.width,
        height=body.height,
        layers=body.layers,
        active=body.active,
    )
    return replace(film, runs={name: run})


def marked(pictures: FoundPictures, frame: Frame, layer: int) -> list[int]:
    """Levels of all tiles, by how many of their pixels have the mark's colour."""
    found = pictures.covered(NUMBER, frame, layer)
    assert found.missing is None
    assert found.content is not None
    samples = np.asarray(Image.open(BytesIO(found.content)), np.int32)
    near = (np.abs(samples - MARK).max(axis=2) < 40).astype(np.float64)
    tiles = [near[y : y + 64, x : x + 64] for y in (0, 64) for x in (0, 64, 128)]
    shares = [float(one.mean()) for one in tiles]
    return [0 if one < 0.05 else 1 if one < 0.25 else 2 for one in shares]


@pytest.mark.parametrize("elements", [BLENDED, EXACT], ids=["three tables", "one"])
def test_tiles_are_marked_by_the_weights_told(
    tmp_path: Path, elements: tuple[str, ...]
) -> None:
    pictures, frame = on_disk(tmp_path, elements)
    # The plate is seen in half of the first tiles' pixels and more; in the right ones
    # but two columns are measured, of which it is nearly all. Below are bars.
    assert marked(pictures, frame, 0) == [2, 2, 2, 0, 0, 0]
    # In front of everything there is smoke, in a part of each tile.
    assert marked(pictures, frame, len(elements) - 1) == [1, 1, 1, 0, 0, 0]


def test_a_table_that_is_not_the_frames_marks_nothing(tmp_path: Path) -> None:
    pictures, frame = on_disk(tmp_path, BLENDED)
    other = frame.measured.model_copy(update={"tiles": "0" * 64})
    found = pictures.covered(NUMBER, replace(frame, measured=other), 0)
    assert found.missing == "altered"
