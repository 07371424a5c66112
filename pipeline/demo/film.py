"""Writing the demonstration film as data: pictures, recipes, records and a cut.

The folder is what `jangbu demo --from` reads (docs/reference/film-folder.md), so it is
the example for a film of one's own. Everything that is synthetic says so in its own
record.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeAlias

import tomli_w
from PIL import Image

from ledger.files import os_error
from ledger.records.time import Rate
from pipeline.demo import creature, explosion, interior, sea, valley
from pipeline.demo.people import PROVIDER, TITLE, contracts, parties
from pipeline.demo.pictures import FIRST, SEED, write_pictures
from pipeline.demo.records import DREAM, ELEMENTS, FIGHT, HUT, ROOM, SEA, records
from pipeline.editing.write_cut import CutUse, write_cut

FILM: Final = "film.toml"
_ASKED_AT: Final = "2026-07-20T02:00:00.000000Z"
_SYNTHETIC: Final = "drawn by arithmetic; stands in for a trained model"

Layer: TypeAlias = dict[str, Any]
_Asked: TypeAlias = tuple[str, tuple[str, str], str, str, list[dict[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmWriter:
    """Writes the film at a size and a length.

    Attributes:
        frames: of each shot.
    """

    width: int
    height: int
    frames: int

    def write(self, folder: Path, on_picture: Callable[[], None]) -> Path:
        """Write the film, unless it is there; its folder.

        Args:
            folder: where to write.
            on_picture: told after each picture.
        """
        if (folder / FILM).exists():
            return folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_pictures(folder, (self.width, self.height), self.frames, on_picture)
            for name, text in self._texts().items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
            (folder / "film.otio").write_bytes(self._cut())
            # The film's own file comes last: it says that all before it is complete.
            (folder / FILM).write_text(self._film(), "utf-8")
        except OSError as error:
            raise os_error(error, folder) from error
        return folder

    def wrote(self, folder: Path) -> bool:
        """Whether a folder's film has this size and length."""
        recipe = self._recipe(ROOM, _room())
        first = next((folder / "a" / "plate").glob("*.jpg"), None)
        if first is None or (folder / "a.toml").read_text("utf-8") != recipe:
            return False
        with Image.open(first) as picture:
            return picture.size == (self.width, self.height)

    @property
    def _span(self) -> str:
        return f"{FIRST}-{FIRST + self.frames - 1}"

    def _film(self) -> str:
        film = {
            "production": {"title": TITLE, "domain": "jangbu.invalid"},
            "film": {
                "recipes": [f"{letter}.toml" for letter in "abcde"],
                "records": "records.jsonl",
                "cut": "film.otio",
            },
            "party": parties(),
            "element": [{"name": name} for name in ELEMENTS],
            "shot": [
                {"code": code, "since": "2026-06-01"}
                for code in (ROOM, FIGHT, SEA, HUT, DREAM)
            ],
        }
        heading = "# A fictional film; people and companies are invented.\n"
        return heading + tomli_w.dumps(film)

    def _texts(self) -> dict[str, str]:
        lines = (json.dumps(one, ensure_ascii=False) for one in records(self._span))
        return {
            **contracts(),
            **_generations(),
            "records.jsonl": "".join(f"{line}\n" for line in lines),
            "a.toml": self._recipe(ROOM, _room()),
            "b.toml": self._recipe(FIGHT, _fight()),
            "c.toml": self._recipe(SEA, _sea()),
            "d.toml": self._recipe(HUT, [_still("valley", "d/painted", "humanEdits")]),
            "e.toml": self._recipe(
                DREAM, [_generated("dreamt valley", "e/passed/valley.png")]
            ),
        }

    def _recipe(self, code: str, layers: list[Layer]) -> str:
        recipe = {
            "shot": {"code": code, "rate": "24/1", "frames": self._span},
            "layer": layers,
            "output": {"format": "png"},
        }
        return tomli_w.dumps(recipe)

    def _cut(self) -> bytes:
        """All five shots; the second runs twice as fast, the fourth is dissolved to."""
        dissolve = self.frames // 3
        # Both sides need frames beyond the point where they meet.
        lead, rest = dissolve // 2, dissolve - dissolve // 2
        fast = 2 if self.frames > 1 else 1
        uses = [
            CutUse(code=ROOM, first=FIRST, frames=self.frames),
            CutUse(
                code=FIGHT,
                first=FIRST,
                frames=self.frames // fast,
                speed=Fraction(fast),
            ),
            CutUse(code=SEA, first=FIRST, frames=self.frames - rest),
            CutUse(
                code=HUT,
                first=FIRST + lead,
                frames=self.frames - lead,
                dissolve_in=dissolve,
            ),
            CutUse(code=DREAM, first=FIRST, frames=self.frames),
        ]
        return write_cut(uses, Rate.parse("24/1"), "The Mist Dragon (fictional)")


def _room() -> list[Layer]:
    return [
        _generated("interior", "a/interior/interior.%04d.jpg"),
        {
            "element": "actor",
            "source": "a/plate/plate.%04d.jpg",
            # A cut-out photograph on a green field stands in for the take.
            "source_type": "compositeCapture",
            "key": {"screen": "green", "low": 400, "high": 6000},
        },
    ]


def _fight() -> list[Layer]:
    return [
        {
            "element": "launch plate",
            "source": "b/plate/plate.%04d.jpg",
            "source_type": "digitalCapture",
        },
        {
            **_generated("creature", "b/creature/creature.%04d.png"),
            "alpha": "embedded",
        },
        {
            **_generated("explosion", "b/explosion/explosion.%04d.png"),
            "alpha": "light",
        },
    ]


def _sea() -> list[Layer]:
    return [_generated("sea", "c/sea/sea.%04d.jpg")]


def _generated(element: str, source: str) -> Layer:
    return {
        "element": element,
        "source": source,
        "source_type": "algorithmicMedia",
        "generation": source.rpartition("/")[0] + "/generation.json",
    }


def _still(element: str, folder: str, source_type: str) -> Layer:
    return {
        "element": element,
        "source": f"{folder}/valley.png",
        "source_type": source_type,
    }


def _generations() -> dict[str, str]:
    """What the generators left beside their pictures, by file name."""
    dream = (valley.SECOND_MODEL, valley.SECOND_VERSION)
    asked: tuple[_Asked, ...] = (
        ("a/interior", (interior.MODEL, interior.MODEL_VERSION), "ai-director",
         "a quiet room, light from a window", []),
        ("b/creature", (creature.MODEL, creature.MODEL_VERSION), "freelancer",
         "a dragon of mist swims past", []),
        ("b/explosion", (explosion.MODEL, explosion.MODEL_VERSION), "freelancer",
         "a burst of light on black", []),
        ("c/sea", (sea.MODEL, sea.MODEL_VERSION), "ai-director",
         "a moonlit sea, slow swell", []),
        ("e/passed", dream, "ai-director", "the same valley as in a dream",
         [{"source": "d/painted/valley.png", "edge": "transformed"}]),
    )  # fmt: skip
    return {
        f"{folder}/generation.json": _generation(model, party, prompt, inputs)
        for folder, model, party, prompt, inputs in asked
    }


def _generation(
    model: tuple[str, str], party: str, prompt: str, inputs: list[dict[str, str]]
) -> str:
    record = {
        "provider": PROVIDER,
        "model": model[0],
        "model_version": model[1],
        "source_type": "algorithmicMedia",
        "asked_at": _ASKED_AT,
        "prompt": prompt,
        "seed": SEED,
        "parameters": {"note": _SYNTHETIC},
        "party": party,
        "inputs": inputs,
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
