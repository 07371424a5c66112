"""Plate and generated source exchanged in a recipe: manifest, answers and roll follow.

The answers were written beforehand. Exchanged with their key, each element is what the
other was. Exchanged without it, the generated room hides the plate altogether: then
nothing of the plate is seen, and neither the actor nor the camera is credited for it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import c2pa
import pytest
import tomli_w
from typer.testing import CliRunner

from ledger.cli.main import app
from pipeline.credentials.reader import read_credential
from tests.integration.film.test_answers_follow_facts import (
    ACTOR,
    GONE,
    JUDGEMENT,
    NO,
    ROOM,
    WHOLE,
    changed,
)
from tests.simulators.shot_film import Answers, ShotFilm

pytestmark = pytest.mark.slow

Layer = dict[str, Any]
ROOM_FILES: Final[Layer] = {
    "source": "a/interior/interior.%04d.jpg",
    "source_type": "algorithmicMedia",
    "generation": "a/interior/generation.json",
}
PLATE_FILES: Final[Layer] = {
    "source": "a/plate/plate.%04d.jpg",
    "source_type": "compositeCapture",
}
KEY: Final[Layer] = {"key": {"screen": "green", "low": 400, "high": 6000}}
KEYED: Final = [
    {"element": "actor", **ROOM_FILES},
    {"element": "interior", **PLATE_FILES, **KEY},
]
HIDDEN: Final = [
    {"element": "interior", **PLATE_FILES},
    {"element": "actor", **ROOM_FILES},
]
PERFORMER, INTERIOR = f"{ROOM}/actor/performer", f"{ROOM}/interior/whole"


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of shot a: in a frame's manifest, in answers and on the roll."""

    actions: list[tuple[str, str]]
    inputs: list[str]
    answers: Answers
    credited: dict[str, list[str]]
    models: dict[str, int]


def run(film: ShotFilm, layers: list[Layer]) -> ShotFilm:
    """Run the shot from another recipe, then record everything."""
    recipe = {
        "shot": {"code": ROOM, "rate": "24/1", "frames": "1001-1006"},
        "layer": layers,
        "output": {"format": "png"},
    }
    (film.folder / "a.toml").write_text(tomli_w.dumps(recipe), "utf-8")
    film.run(film.folder / "a.toml")
    return film.record(film.lines)


def told(film: ShotFilm, frames: Path) -> Told:
    path = frames / ROOM / f"{ROOM}.1003.png"
    root = film.production / "keys" / "c2pa" / "root.pem"
    reading = read_credential(path.read_bytes(), "image/png", root.read_bytes())
    assert reading.state == "trusted"
    assert reading.frame_assertion is not None
    inputs: Any = reading.frame_assertion["inputs"]
    roll = roll_of(film)
    return Told(
        actions=placed(path, film),
        inputs=[str(one["file"]) for one in inputs],
        answers=film.answers(),
        credited=credited(roll),
        models={one["model"]: one["frames"] for one in roll["models"]},
    )


def placed(path: Path, film: ShotFilm) -> list[tuple[str, str]]:
    """Elements and source types, from the library's own report."""
    with c2pa.Reader(str(path)) as reader:
        report = json.loads(reader.crjson())
    actions = report["manifests"][0]["assertions"]["c2pa.actions.v2"]["actions"]
    with film.opened() as production:
        names = {str(one.uid): one.name for one in production.registry.element}
    return [
        (
            names[one["parameters"]["kr.jangbu.element"]],
            one["digitalSourceType"].rpartition("/")[2],
        )
        for one in actions
        if one["action"] == "c2pa.placed"
    ]


def roll_of(film: ShotFilm) -> dict[str, Any]:
    out = film.root / "roll.pdf"
    arguments = ["roll", film.production, "--cut", film.folder / "film.otio"]
    done = CliRunner().invoke(app, [*map(str, arguments), "--out", str(out)])
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads((film.root / "roll.json").read_text("utf-8"))
    return document


def credited(roll: dict[str, Any]) -> dict[str, list[str]]:
    """Roles with the shots that a line is for."""
    return {
        line["role"]["code"]: [one["code"] for one in line["shots"]]
        for department in roll["departments"]
        for line in department["lines"]
    }


Exchange = Callable[[list[Layer]], Told]


@pytest.fixture
def plain(recorded: ShotFilm, shot_film: ShotFilm) -> Told:
    return told(recorded, shot_film.root / "frames")


@pytest.fixture
def exchanged(film: ShotFilm) -> Exchange:
    return lambda layers: told(run(film, layers), film.root / "frames")


def test_elements_that_exchange_pictures_exchange_answers(
    plain: Told, exchanged: Exchange
) -> None:
    now = exchanged(KEYED)
    assert plain.actions == [
        ("interior", "algorithmicMedia"),
        ("actor", "compositeCapture"),
    ]
    assert now.actions == [
        ("actor", "algorithmicMedia"),
        ("interior", "compositeCapture"),
    ]
    assert now.inputs == plain.inputs
    assert now.answers == changed(
        WHOLE,
        {
            INTERIOR: JUDGEMENT,
            ACTOR: NO,
            PERFORMER: GONE,
            f"{ROOM}/interior/performer": "supported",
        },
    )
    # The same pictures are seen in the same frames: the roll is about the same people.
    assert now.credited == plain.credited


def test_a_plate_under_a_generated_picture_is_neither_seen_nor_credited(
    plain: Told, exchanged: Exchange
) -> None:
    now = exchanged(HIDDEN)
    assert now.actions == [
        ("interior", "compositeCapture"),
        ("actor", "algorithmicMedia"),
    ]
    assert now.inputs == plain.inputs[::-1]
    assert now.answers == changed(
        WHOLE,
        {
            INTERIOR: GONE,
            f"{ROOM}/interior/unseen": "not_applicable",
            ACTOR: NO,
            PERFORMER: GONE,
        },
    )
    assert "SQ010_0010" in plain.credited["actor"]
    assert "actor" not in now.credited
    assert ROOM in plain.credited["cinematographer"]
    assert ROOM not in now.credited["cinematographer"]
