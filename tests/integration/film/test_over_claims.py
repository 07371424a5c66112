"""Records that would have the answers say more than is borne out: none gets through."""

from ledger.history.film import Contribution, Generation
from ledger.rules.values import State, Strength
from tests.simulators.shot_film import Line, ShotFilm

AT = "2026-09-15T09:00:00.000000Z"
LATER = "2026-09-18T09:00:00.000000Z"


def did(party: str, route: str, act: str, **more: object) -> Line:
    return {
        "kind": "contribution", "party": party, "route": route, "act": act,
        "at": AT, **more,
    }  # fmt: skip


def thinks(shot: str, element: str, policy: str, judgement: str) -> Line:
    return {
        "kind": "opinion", "by": "assessor", "shot": shot, "element": element,
        "question": f"kr.authorship.{policy}", "judgement": judgement,
        "finding": "yes", "reasons": "x", "confirms": True, "at": LATER,
    }  # fmt: skip


def index_of(film: ShotFilm, kind: str, **fields: object) -> int:
    told = film.read()
    rows: list[Contribution | Generation] = [*told.contributions, *told.generations]
    (found,) = [
        int(one.source.index)
        for one in rows
        if one.source.kind == f"{kind}.1"
        and all(getattr(one, name) == value for name, value in fields.items())
    ]
    return found


def gone(film: ShotFilm, kind: str, by: str | None = None, **fields: object) -> Line:
    line: Line = {"kind": kind, "verb": "withdraw", "at": AT}
    line["of"] = index_of(film, kind, **fields)
    return line | ({"by": by} if by else {})


SEA: Line = {"shot": "SQ030_0010", "element": "sea"}
VALLEY: Line = {"shot": "SQ040_0010", "element": "valley"}
SEA_FILES = ["c/sea/sea.%04d.jpg"]


def test_a_withdrawn_generation_does_not_turn_its_output_into_a_drawing(
    recorded: ShotFilm,
) -> None:
    """The run still says that the layer was generated."""
    recorded.record(
        [
            gone(recorded, "generation", model="scripted-sea"),
            did("painter", "input", "draw", **SEA, after=SEA_FILES),
            thinks("SQ030_0010", "sea", "own-work", "work.creative"),
        ]
    )
    for floor in (Strength.ANY, Strength.INDEPENDENT):
        assert recorded.answers(floor)["SQ030_0010/sea/whole"] == "open: conflict"


def test_a_withdrawn_edit_cannot_come_back_as_a_drawing_of_the_whole(
    recorded: ShotFilm,
) -> None:
    """What was measured between the two pictures stands."""
    recorded.record(
        [
            gone(recorded, "contribution", by="painter", act="paint"),
            did("painter", "input", "draw", **VALLEY, after=["d/painted/valley.png"]),
            thinks("SQ040_0010", "valley", "own-work", "work.creative"),
        ]
    )
    assert recorded.answers()["SQ040_0010/valley/whole"] == "open: conflict"


def test_nobody_performs_in_what_a_generator_put_out(recorded: ShotFilm) -> None:
    seen = ["b/creature/creature.%04d.png"]
    scope: Line = {"shot": "SQ020_0010", "element": "creature"}
    recorded.record([did("director", "performance", "perform", **scope, after=seen)])
    told = recorded.answers()
    assert told["SQ020_0010/creature/performer"] == "open: conflict"
    assert told["SQ010_0010/actor/performer"] == "supported"


def test_what_went_in_and_is_in_conflict_is_no_own_work(recorded: ShotFilm) -> None:
    """The painting is also said to have come out of a generator."""
    recorded.record(
        [
            {
                "kind": "generation", "provider": "scripted", "model": "m",
                "model_version": "1", "source_type": "algorithmicMedia",
                "asked_at": "2026-08-01T03:00:00.000000Z", "prompt": "x",
                "inputs": [], "outputs": [{"source": "d/painted/valley.png"}],
            },
            thinks("SQ040_0020", "dreamt valley", "input", "expression.appears"),
        ]
    )  # fmt: skip
    told = recorded.answers()
    assert told["SQ040_0020/dreamt valley/whole"] == "open: conflict"


def test_an_enlargement_is_no_own_work_that_went_in(recorded: ShotFilm) -> None:
    pictures: Line = {
        "before": ["d/generated/valley.png"],
        "after": ["d/painted/valley.png"],
    }
    recorded.record(
        [
            gone(recorded, "contribution", by="painter", act="paint"),
            did("painter", "edit", "upscale", **VALLEY, **pictures),
            thinks("SQ040_0020", "dreamt valley", "input", "expression.appears"),
        ]
    )
    told = recorded.answers()
    assert told["SQ040_0020/dreamt valley/whole"] == "not_supported"


def test_an_opinion_says_nothing_of_what_was_recorded_after_it(
    recorded: ShotFilm,
) -> None:
    pictures: Line = {
        "before": ["d/generated/valley.png"],
        "after": ["d/painted/valley.png"],
    }
    recorded.record(
        [
            gone(recorded, "contribution", by="painter", act="paint"),
            did("freelancer", "edit", "paint", **VALLEY, **pictures),
        ]
    )
    assert recorded.answers()["SQ040_0010/valley/changed"] == "open: judgement"


def test_a_picture_before_that_nothing_was_measured_against_stays_missing(
    recorded: ShotFilm,
) -> None:
    pictures: Line = {
        "before": ["d/generated/valley.png", "c/sea/sea.1001.jpg"],
        "after": ["d/painted/valley.png"],
    }
    recorded.record(
        [
            gone(recorded, "contribution", by="painter", act="paint"),
            did("painter", "edit", "paint", **VALLEY, **pictures),
            thinks("SQ040_0010", "valley", "edit", "expression.added"),
        ]
    )
    of_the_valley = [
        (one.part, one.state)
        for one in recorded.findings()
        if one.unit == "element" and one.names.get(one.element or "") == "valley"
    ]
    assert ("whole", State.OPEN) in of_the_valley
    assert ("whole", State.SUPPORTED) not in of_the_valley
