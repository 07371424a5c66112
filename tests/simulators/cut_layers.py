"""Films whose layers are cut: by a matte, by what bounds a key, by a clean plate."""

from dataclasses import replace
from typing import Any, Final

from ledger.history.film import Film, Frame
from ledger.records.frames import InputMatte
from tests.simulators.small_films import uid

CUTTERS: Final = ("matte", "core", "garbage", "holdout", "clean plate")


def cut_by(film: Film, name: str, how: str, asset: str) -> Film:
    """The same film, where the lowest layer of a shot is cut by an asset's file."""
    shot = film.shots[uid(name)]
    files = film.assets[asset].files
    cut: dict[int, Frame] = {}
    for number, frame in shot.frames.items():
        more = _cutter(how, files.get(number, next(iter(files.values()))).file)
        first, *rest = frame.measured.inputs
        inputs = (first.model_copy(update=more), *rest)
        measured = frame.measured.model_copy(update={"inputs": inputs})
        cut[number] = replace(frame, measured=measured)
    return replace(film, shots={**film.shots, uid(name): replace(shot, frames=cut)})


def _cutter(how: str, file: Any) -> dict[str, Any]:  # noqa: ANN401  # a leaf's digest
    if how == "matte":
        return {"matte": file}
    if how == "clean plate":
        return {"clean_plate": file}
    matte = InputMatte.model_validate({"role": how, "file": file})
    return {"mattes": (matte,)}
