"""Grouping frames changes no answer: the naive evaluator judges each by itself."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Final, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.answers.asked import Asked
from ledger.answers.authorship import authorship
from ledger.history.film import Film, Frame, Shot
from ledger.records.identity import as_day
from ledger.records.making import Edge, SourceType
from ledger.rules.rulebook import Rulebook, packaged_rulebook
from tests.oracles.authorship import Answer, naive_answers
from tests.simulators.five_shots import COMPOSITE
from tests.simulators.later_films import without
from tests.simulators.small_films import (
    CAPTURED,
    GENERATED,
    PIXELS,
    FilmMaker,
    uid,
)

ON: Final = as_day("2026-11-22")
FRAMES: Final = range(1001, 1005)
RULEBOOK: Final[Rulebook] = packaged_rulebook()
PEOPLE: Final = ("painter", "camera", "ai-director", "vendor")
QUESTIONS: Final = (
    ("kr.authorship.edit", "expression.added"),
    ("kr.authorship.input", "expression.appears"),
    ("kr.authorship.plate", "plate.creative"),
    ("kr.authorship.own-work", "work.creative"),
    ("kr.authorship.edit", "plate.creative"),
)
EDGES: Final[tuple[Edge, ...]] = ("transformed", "driven_by", "reference")
DECLARED: Final[tuple[SourceType, ...]] = (GENERATED, CAPTURED, COMPOSITE)

Draw = st.DrawFn


def start(draw: Draw, maker: FilmMaker, name: str) -> str:
    asset = maker.asset(name, FRAMES)
    by = draw(st.sampled_from(PEOPLE))
    match draw(st.sampled_from(["generated", "captured", "handmade", "unknown"])):
        case "generated":
            maker.generation(f"g {name}", [asset], by=draw(st.sampled_from([by, None])))
        case "captured":
            maker.contribution(f"c {name}", "capture", by, [asset], act="shoot")
        case "handmade":
            maker.contribution(f"h {name}", "input", by, [asset], act="draw")
        case _:
            pass
    return asset


def further(draw: Draw, maker: FilmMaker, name: str, before: str) -> str:
    after = maker.asset(name, FRAMES)
    by = draw(st.sampled_from(PEOPLE))
    match draw(st.sampled_from(["paint", "paint", "bare", "again"])):
        case "paint":
            changed = draw(st.sampled_from([0, 4, PIXELS]))
            act = draw(st.sampled_from(["paint", "grade"]))
            maker.edit(f"e {name}", by, before, after, changed, act=act)
        case "bare":
            maker.contribution(f"e {name}", "edit", by, [after], [before])
        case _:
            edge = draw(st.sampled_from(EDGES))
            maker.generation(f"g {name}", [after], [(before, edge)], by=by)
    return after


def judge(draw: Draw, maker: FilmMaker, name: str, shots: list[str]) -> None:
    question, judgement = draw(st.sampled_from(QUESTIONS))
    maker.opinion(
        name,
        draw(st.sampled_from(["assessor", "second", *PEOPLE])),
        question,
        judgement,
        shot=draw(st.sampled_from(shots)),
        element=draw(st.sampled_from(["one", "two"])),
        finding=draw(st.sampled_from(["yes", "yes", "no", "undecided"])),
        frames=draw(st.lists(st.sampled_from(FRAMES), unique=True)),
    )


@st.composite
def films(draw: Draw) -> Film:
    """Chains of making, shown in shots; some frames swapped, some records dropped."""
    maker = FilmMaker()
    for name in PEOPLE:
        maker.party(name, "organisation" if name == "vendor" else "person")
    assets = []
    for chain in range(draw(st.integers(1, 3))):
        asset = start(draw, maker, f"{chain}")
        assets.append(asset)
        for step in range(draw(st.integers(0, 3))):
            asset = further(draw, maker, f"{chain}.{step}", asset)
            assets.append(asset)
    declared = st.sampled_from(DECLARED)
    shots = ["s", "t"][: draw(st.integers(1, 2))]
    for shot in shots:
        maker.shot(
            shot,
            [
                (
                    element,
                    draw(st.sampled_from(assets)),
                    draw(declared),
                )
                for element in ("one", "two")
            ],
            FRAMES,
            unseen=draw(st.sampled_from([[], [], ["two"]])),
        )
    for number in range(draw(st.integers(0, 4))):
        judge(draw, maker, f"opinion {number}", shots)
    film = swapped(draw, maker.film(), assets)
    said = [one.source.id for one in film.contributions]
    said += [one.source.id for one in film.generations]
    said += [one.source.id for one in film.changes]
    for gone in draw(st.lists(st.sampled_from([*said, ""]), max_size=2)):
        film = without(film, gone)
    return film


def swapped(draw: Draw, film: Film, assets: list[str]) -> Film:
    shot = film.shots[uid("s")]
    number = draw(st.sampled_from(FRAMES))
    shown = film.assets[draw(st.sampled_from(assets))].files[number].file
    frame = shot.frames[number]
    inputs = (
        frame.measured.inputs[0].model_copy(update={"file": shown}),
        *frame.measured.inputs[1:],
    )
    measured = frame.measured.model_copy(update={"inputs": inputs})
    frames: dict[int, Frame] = {
        **shot.frames,
        number: replace(frame, measured=measured),
    }
    changed: Shot = replace(shot, frames=frames)
    return replace(film, shots={**film.shots, shot.uid: changed})


def by_ranges(film: Film) -> dict[tuple[str, int, str, str], list[Answer]]:
    found: dict[tuple[str, int, str, str], list[Answer]] = {}
    for one in authorship(film, RULEBOOK, Asked(on=ON)):
        if one.unit != "element" or one.outcome is None or one.spans is None:
            continue
        answer = one.state, one.outcome.reasons, one.tags, one.flags
        for frame in one.spans.frames():
            key = (str(one.shot), frame, str(one.element), str(one.part))
            found.setdefault(key, []).append(answer)
    return found


def sortable(answers: list[Answer]) -> list[str]:
    return sorted(
        repr((state, reasons, sorted(tag.value for tag in tags), sorted(flags)))
        for state, reasons, tags, flags in answers
    )


@given(films())
@settings(max_examples=150, deadline=None)
def test_ranges_answer_as_every_frame_by_itself(film: Film) -> None:
    ranges, naive = by_ranges(film), naive_answers(film, RULEBOOK, ON)
    assert {key: sortable(one) for key, one in ranges.items()} == {
        key: sortable(one) for key, one in naive.items()
    }


Item = TypeVar("Item")


def shuffled(random: Random, those: Sequence[Item]) -> list[Item]:
    return random.sample(those, len(those))


@given(films(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_neither_names_nor_order_of_the_records_play_a_part(
    film: Film, random: Random
) -> None:
    shots = {key: replace(one, code="renamed") for key, one in film.shots.items()}
    parties = {key: replace(one, name="다른 이름") for key, one in film.parties.items()}
    other = replace(
        film,
        shots=shots,
        parties=parties,
        contributions=tuple(shuffled(random, film.contributions)),
        generations=tuple(shuffled(random, film.generations)),
        changes=tuple(shuffled(random, film.changes)),
        opinions=tuple(shuffled(random, film.opinions)),
    )
    assert {key: sortable(one) for key, one in by_ranges(film).items()} == {
        key: sortable(one) for key, one in by_ranges(other).items()
    }
