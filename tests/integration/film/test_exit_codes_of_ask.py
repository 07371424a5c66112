"""Exit codes of `jangbu ask`: 0 only where every asked element is supported."""

from pathlib import Path

import numpy as np
import pytest
import tomli_w
from PIL import Image
from typer.testing import CliRunner

from ledger.cli.main import app
from tests.simulators.shot_film import Line, ShotFilm

pytestmark = pytest.mark.slow

AT = "2026-06-05T09:00:00.000000Z"
DRAWN: Line = {"shot": "S1", "element": "drawing", "frames": "1001-1002"}
DID: Line = {"kind": "contribution", "at": AT, **DRAWN, "after": ["drawing.png"]}
ENGAGED: Line = {
    "kind": "engagement",
    "company": "studio",
    "at": AT,
    "status": "freelancer",
    "from_on": "2026-06-01",
    "document": "contract.txt",
}
RECORDS: list[Line] = [
    {**ENGAGED, "party": "painter", "assignment": "economic_rights"},
    {**DID, "party": "painter", "route": "input", "act": "draw"},
    {
        "kind": "opinion",
        "by": "assessor",
        "at": AT,
        **DRAWN,
        "question": "kr.authorship.own-work",
        "judgement": "work.creative",
        "finding": "yes",
        "reasons": "The lines are the painter's own.",
    },
]
PERFORMED: list[Line] = [
    {**ENGAGED, "party": "actor", "performer": True, "contrary_term": False},
    {**DID, "party": "actor", "route": "performance", "act": "perform"},
]


def ask(question: str, film: ShotFilm, *options: str) -> int:
    arguments = ["ask", question, str(film.production), *options]
    return CliRunner().invoke(app, arguments).exit_code


@pytest.fixture(scope="module")
def own_work(tmp_path_factory: pytest.TempPathFactory) -> ShotFilm:
    """A film of one drawing that a person made, assessed by an outsider."""
    film = ShotFilm(tmp_path_factory.mktemp("own"))
    film.folder.mkdir()
    picture = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(picture).save(film.folder / "drawing.png")
    (film.folder / "contract.txt").write_text("fictional", "utf-8")
    layer = {"element": "drawing", "source": "drawing.png"}
    recipe = {
        "shot": {"code": "S1", "frames": "1001-1002"},
        "layer": [{**layer, "source_type": "digitalCreation"}],
    }
    people = {"painter": [], "actor": [], "assessor": ["opinion"]}
    registry = {
        "production": {"title": "Own work (fictional)", "domain": "jangbu.invalid"},
        "film": {"recipes": ["a.toml"]},
        "party": [
            {"type": "organisation", "handle": "studio", "name": "Studio (fictional)"},
            *(
                {"type": "person", "handle": one, "name": f"{one} (가공)", "may": kinds}
                for one, kinds in people.items()
            ),
        ],
        "element": [{"name": "drawing"}],
        "shot": [{"code": "S1"}],
    }
    (film.folder / "a.toml").write_text(tomli_w.dumps(recipe), "utf-8")
    (film.folder / "film.toml").write_text(tomli_w.dumps(registry), "utf-8")
    return film.shoot().record(RECORDS)


def test_an_own_work_passes_only_for_those_who_accept_the_opinion(
    own_work: ShotFilm,
) -> None:
    assert own_work.answers()["S1/drawing/whole"] == "supported (on_opinion)"
    assert ask("authorship", own_work) == 3
    assert ask("authorship", own_work, "--accept", "presumed") == 3
    assert ask("authorship", own_work, "--accept", "opinion") == 0
    assert ask("authorship", own_work, "--accept", "opinion,presumed") == 0
    assert ask("authorship", own_work, "--accept", "opinion", "--floor", "signed") == 0


def test_an_own_work_is_open_from_the_floor_on_that_nobody_reached(
    own_work: ShotFilm,
) -> None:
    options = ("--accept", "opinion,presumed", "--floor", "certified")
    assert ask("authorship", own_work, *options) == 3


def test_an_assignment_with_its_document_passes_and_a_presumption_when_accepted(
    own_work: ShotFilm, tmp_path: Path
) -> None:
    assert ask("chain-of-title", own_work) == 0
    film = own_work.copy(tmp_path / "performed").record(PERFORMED)
    assert film.answers()["title/actor"] == "supported (presumed)"
    assert ask("chain-of-title", film) == 3
    assert ask("chain-of-title", film, "--accept", "opinion") == 3
    assert ask("chain-of-title", film, "--accept", "presumed") == 0


def test_the_demonstration_film_is_not_supported_as_a_whole_nor_a_painted_shot(
    recorded_once: ShotFilm,
) -> None:
    accept = ("--accept", "opinion,presumed")
    assert ask("authorship", recorded_once, *accept) == 1
    assert ask("chain-of-title", recorded_once, *accept) == 1
    # What the painter left of the generated picture counts too.
    assert ask("authorship", recorded_once, "--shot", "SQ040_0010", *accept) == 1
    assert ask("authorship", recorded_once, "--shot", "SQ040_0020", *accept) == 3
    painted = ("--shot", "SQ040_0010", "--parts", "human")
    assert ask("authorship", recorded_once, *painted) == 3
    assert ask("authorship", recorded_once, *painted, *accept) == 0
