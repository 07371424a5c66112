"""The issue's shots as values: c, d and e of one room, and a plate with an actor."""

from dataclasses import dataclass

from ledger.history.film import Film, Speaker
from ledger.records.making import SourceType
from tests.simulators.small_films import CAPTURED, GENERATED, FilmMaker, uid

FRAMES = range(1001, 1005)
MATTE = "matte painting"
CREATURE = "creature"
PLATE = "plate"
COMPOSITE: SourceType = "compositeWithTrainedAlgorithmicMedia"


@dataclass
class FiveShots:
    """A film of shots c, d, e and plate; ids of its statements by what they are.

    Attributes:
        maker: add to it what a test needs; `film()` reads it again.
    """

    maker: FilmMaker
    generation_c: str
    generation_d: str
    generation_e: str
    painting: str
    capture: str
    performance: str

    def film(self) -> Film:
        return self.maker.film()

    def opinion_on_d(
        self, by: str = "assessor", finding: str = "yes", speaker: Speaker | None = None
    ) -> str:
        """Whether the painter added expression; it confirms what the painter did."""
        return self.maker.opinion(
            f"opinion of {by}: {finding}",
            by,
            "kr.authorship.edit",
            "expression.added",
            shot="d",
            element=MATTE,
            finding=finding,
            confirms=[self.painting],
            speaker=speaker,
        )


def five_shots() -> FiveShots:
    maker = FilmMaker()
    for name in ("painter", "camera", "actor", "ai-director", "assessor"):
        maker.party(name)
    generation_c = _shot_c(maker)
    generation_d, painting, painted = _shot_d(maker)
    generation_e = _shot_e(maker, painted)
    capture, performance = _plate(maker)
    return FiveShots(
        maker,
        generation_c=generation_c,
        generation_d=generation_d,
        generation_e=generation_e,
        painting=painting,
        capture=capture,
        performance=performance,
    )


def _shot_c(maker: FilmMaker) -> str:
    asset = maker.asset("creature", FRAMES)
    maker.shot("c", [(CREATURE, asset, GENERATED)], FRAMES)
    return maker.generation("generation c", [asset], by="ai-director")


def _shot_d(maker: FilmMaker) -> tuple[str, str, str]:
    before = maker.asset("matte", FRAMES)
    after = maker.asset("painted", FRAMES)
    maker.shot("d", [(MATTE, after, COMPOSITE)], FRAMES)
    generation = maker.generation("generation d", [before], by="ai-director")
    painting = maker.edit(
        "painting",
        "painter",
        before,
        after,
        shot=uid("d"),
        element=uid(MATTE),
    )
    return generation, painting, after


def _shot_e(maker: FilmMaker, painted: str) -> str:
    again = maker.asset("again", FRAMES)
    maker.shot("e", [(MATTE, again, GENERATED)], FRAMES)
    return maker.generation(
        "generation e", [again], [(painted, "transformed")], by="ai-director"
    )


def _plate(maker: FilmMaker) -> tuple[str, str]:
    asset = maker.asset("plate", FRAMES)
    maker.shot("plate", [(PLATE, asset, CAPTURED)], FRAMES)
    capture = maker.contribution("capture", "capture", "camera", [asset], act="shoot")
    performance = maker.contribution(
        "performance", "performance", "actor", [asset], act="act"
    )
    return capture, performance
