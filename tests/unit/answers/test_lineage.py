"""How files came to be: by their digests, whatever they are called."""

from ledger.answers.lineage import Lineage
from ledger.answers.making import Making, Presence
from ledger.records.making import Edge
from tests.simulators.five_shots import FRAMES, five_shots
from tests.simulators.later_films import disputed, without
from tests.simulators.small_films import FilmMaker, digest, span


def file_of(name: str, number: int = FRAMES[0]) -> str:
    return digest("file", f"{name}/{number}")


def test_a_generators_output_is_generated_and_a_painted_picture_edited() -> None:
    lineage = Lineage(five_shots().film())
    assert lineage.step(file_of("creature")).making is Making.GENERATED
    painted = lineage.step(file_of("painted"))
    assert painted.making is Making.EDITED
    assert painted.before == (file_of("matte"),)
    assert [one.leaf.changed_0 for one in painted.edits[0].measured] == [4]
    assert lineage.step(file_of("plate")).making is Making.CAPTURED


def test_of_a_file_that_nobody_registered_nothing_is_known() -> None:
    step = Lineage(five_shots().film()).step(digest("another"))
    assert step.making is Making.UNKNOWN
    assert step.assets == ()


def test_the_same_bytes_under_another_name_have_the_same_lineage() -> None:
    shots = five_shots()
    shots.maker.asset("renamed", {7: f"painted/{FRAMES[0]}"})
    step = Lineage(shots.film()).step(file_of("painted"))
    assert step.making is Making.EDITED
    assert len(step.assets) == 2


def test_pictures_of_a_sequence_come_from_the_pictures_of_the_same_number() -> None:
    ancestry = Lineage(five_shots().film()).ancestry(file_of("again"))
    assert ancestry == {
        file_of("again"): Presence.PLACED,
        file_of("painted"): Presence.TRANSFORMED,
        file_of("matte"): Presence.TRANSFORMED,
    }


def test_a_still_stands_for_every_picture_that_was_made_of_it() -> None:
    maker = FilmMaker()
    still = maker.asset("still", [0])
    moving = maker.asset("moving", FRAMES)
    maker.generation("g", [moving], [(still, "reference")])
    step = Lineage(maker.film()).step(file_of("moving", FRAMES[2]))
    assert [one.file for one in step.inputs] == [file_of("still", 0)]


def presence_through(*edges: Edge) -> Presence:
    maker = FilmMaker()
    before = maker.asset("0", [0])
    for place, edge in enumerate(edges, 1):
        after = maker.asset(str(place), [0])
        maker.generation(f"g{place}", [after], [(before, edge)])
        before = after
    film = maker.film()
    last = digest("file", f"{len(edges)}/0")
    return Lineage(film).ancestry(last)[digest("file", "0/0")]


def test_the_weakest_step_says_how_an_earlier_picture_is_there() -> None:
    assert presence_through("transformed") is Presence.TRANSFORMED
    assert presence_through("upscaled") is Presence.TRANSFORMED
    assert presence_through("transformed", "driven_by") is Presence.DRIVEN_BY
    assert presence_through("matte_from", "transformed") is Presence.NONE
    assert presence_through("reference") is Presence.NONE


def test_of_two_ways_the_stronger_one_counts() -> None:
    maker = FilmMaker()
    plate, made = maker.asset("plate", [0]), maker.asset("made", [0])
    maker.generation("g", [made], [(plate, "driven_by"), (plate, "transformed")])
    ancestry = Lineage(maker.film()).ancestry(digest("file", "made/0"))
    assert ancestry[digest("file", "plate/0")] is Presence.TRANSFORMED


def test_a_contribution_counts_for_the_pictures_in_its_range_alone() -> None:
    maker = FilmMaker()
    before, after = maker.asset("a", FRAMES), maker.asset("b", FRAMES)
    maker.edit("half", "painter", before, after, range=span(1001, 1003))
    lineage = Lineage(maker.film())
    makings = [lineage.step(file_of("b", one)).making for one in FRAMES]
    assert makings == [Making.EDITED] * 2 + [Making.UNKNOWN] * 2


def test_a_range_in_other_numbers_than_the_files_means_all_of_them() -> None:
    maker = FilmMaker()
    before, after = maker.asset("a", [0]), maker.asset("b", [0])
    maker.edit("still", "painter", before, after, range=span(1001, 1003))
    assert Lineage(maker.film()).step(file_of("b", 0)).making is Making.EDITED


def test_an_edit_that_left_every_byte_is_idle() -> None:
    maker = FilmMaker()
    asset = maker.asset("a", FRAMES)
    maker.generation("g", [asset])
    maker.contribution("nothing", "edit", "painter", [asset], [asset])
    step = Lineage(maker.film()).step(file_of("a"))
    assert step.making is Making.GENERATED
    assert not step.conflict
    assert len(step.idle) == 1


def test_two_generations_that_claim_one_file_contradict_each_other() -> None:
    shots = five_shots()
    output = shots.maker.generations[0].outputs[0]
    shots.maker.generation("another", [output])
    assert Lineage(shots.film()).step(file_of("creature")).conflict


def test_a_generated_file_that_somebody_says_they_shot_is_a_contradiction() -> None:
    shots = five_shots()
    output = shots.maker.generations[0].outputs[0]
    shots.maker.contribution("shot it", "capture", "camera", [output])
    assert Lineage(shots.film()).step(file_of("creature")).conflict


def test_a_step_is_disputed_when_all_that_made_it_is() -> None:
    shots = five_shots()
    film = disputed(shots.film(), shots.painting)
    assert Lineage(film).step(file_of("painted")).disputed
    shots.maker.party("second painter")
    film = disputed(shots.film(), shots.generation_c)
    assert Lineage(film).step(file_of("creature")).disputed
    assert not Lineage(film).step(file_of("painted")).disputed


def test_statements_that_go_round_in_a_circle_end_and_are_noticed() -> None:
    maker = FilmMaker()
    one, two = maker.asset("one", [0]), maker.asset("two", [0])
    maker.edit("there", "painter", one, two)
    maker.edit("and back", "painter", two, one)
    three = maker.asset("three", [0])
    maker.edit("on", "painter", two, three)
    lineage = Lineage(maker.film())
    assert lineage.circular(digest("file", "one/0"))
    assert lineage.circular(digest("file", "three/0"))
    assert not Lineage(five_shots().film()).circular(file_of("again"))


def test_an_input_whose_asset_was_withdrawn_is_still_an_input() -> None:
    shots = five_shots()
    painted = shots.maker.contributions[0].after[0]
    step = Lineage(without(shots.film(), painted)).step(file_of("again"))
    assert [one.file for one in step.inputs] == [painted]


def test_a_change_is_found_although_the_contribution_does_not_name_it() -> None:
    maker = FilmMaker()
    before, after = maker.asset("a", [0]), maker.asset("b", [0])
    maker.contribution("paint", "edit", "painter", [after], [before])
    maker.change("measured later", before, after, 3)
    step = Lineage(maker.film()).step(digest("file", "b/0"))
    assert [one.leaf.changed_0 for one in step.edits[0].measured] == [3]
