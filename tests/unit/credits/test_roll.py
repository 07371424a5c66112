"""A roll lists who made what is seen in the cut, and says why."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.credits.build import build_roll
from ledger.credits.policies import ORDERS, packaged_order, packaged_roles
from ledger.credits.roll import ERASED, NOT_REGISTERED, Roll
from ledger.encoding.canonical import encode
from ledger.errors import CreditError
from ledger.history.film import Film, Party
from tests.simulators.credited_film import (
    STUDIO,
    FilmMaker,
    Layer,
    ResolvedFilm,
    cut,
    id_of,
    within,
)

ROLES = packaged_roles()


def rolled(film: Film, those: ResolvedFilm, order: str = "kr-customary") -> Roll:
    return build_roll(film, those, ROLES, packaged_order(order))


def lines(roll: Roll) -> list[tuple[str, str]]:
    """(role's code, printed name) of all people, in order."""
    return [
        (line.role.code, line.who.name) for block in roll.blocks for line in block.lines
    ]


def line_of(roll: Roll, role: str) -> dict[str, Any]:
    found = [
        line
        for department in as_json(roll)["departments"]
        for line in department["lines"]
        if line["role"]["code"] == role
    ]
    assert len(found) == 1
    return dict(found[0])


def as_json(roll: Roll) -> dict[str, Any]:
    document: dict[str, Any] = roll.to_json()
    return document


@pytest.fixture
def maker() -> FilmMaker:
    """Two shots: a painting as it is, and one that went through a generator."""
    maker = FilmMaker()
    painter = maker.party("painter", "가온", "GAON")
    prompter = maker.party("prompter", "나리")
    painted = maker.asset("painted", range(1, 11))
    passed = maker.asset("passed", range(1, 11))
    maker.contribution("paints", "edit", "paint", painter, after=(painted,))
    maker.generation("g", (passed,), party=prompter, inputs=((painted, "transformed"),))
    maker.shot("D", range(1, 11), Layer("matte", "painted"))
    maker.shot("E", range(1, 11), Layer("matte", "passed"))
    return maker


def shots(maker: FilmMaker) -> tuple[str, str]:
    d, e = maker.film.shots
    return d, e


def test_who_painted_is_credited_in_the_frames_where_the_painting_is_seen(
    maker: FilmMaker,
) -> None:
    d, _ = shots(maker)
    roll = rolled(maker.film, cut((), ((d, 1),), ((d, 2),), ((d, 2),)))
    assert lines(roll) == [("matte-painter", "가온")]
    line = line_of(roll, "matte-painter")
    assert (line["frames"], line["frames_total"]) == (3, 4)
    assert (line["seconds"], line["first"], line["last"]) == ("1/8", 1, 3)
    assert line["shots"] == [{"uid": d, "code": "D", "frames": 3}]
    assert line["latin"] == "GAON"
    assert [(one["id"], one["via"]) for one in line["evidence"]] == [
        (id_of("paints"), ["placed"])
    ]


def test_a_painting_that_went_into_a_generator_is_seen_in_what_came_out(
    maker: FilmMaker,
) -> None:
    _, e = shots(maker)
    roll = rolled(maker.film, cut(((e, 1),), ((e, 2),)))
    assert lines(roll) == [("matte-painter", "가온"), ("ai-artist", "나리")]
    (evidence,) = line_of(roll, "matte-painter")["evidence"]
    assert evidence["via"] == ["placed", "transformed"]
    (evidence,) = line_of(roll, "ai-artist")["evidence"]
    assert (evidence["kind"], evidence["via"]) == ("generation.1", ["placed"])


def test_a_dissolve_counts_each_record_frame_once(maker: FilmMaker) -> None:
    d, e = shots(maker)
    roll = rolled(maker.film, cut(((d, 1),), ((d, 2), (e, 1)), ((e, 2),)))
    line = line_of(roll, "matte-painter")
    assert line["frames"] == 3
    assert {one["code"]: one["frames"] for one in line["shots"]} == {"D": 2, "E": 2}


def test_models_stand_in_a_block_of_their_own(maker: FilmMaker) -> None:
    d, e = shots(maker)
    roll = rolled(maker.film, cut(((d, 1),), ((e, 1),)))
    (model,) = as_json(roll)["models"]
    assert (model["provider"], model["model"]) == ("demo.invalid", "scripted")
    assert (model["frames"], model["generations"]) == (1, [id_of("g")])
    assert all(name != "scripted" for _, name in lines(roll))


def test_a_model_is_not_listed_where_nothing_of_it_is_seen(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    roll = rolled(maker.film, cut(((d, 1),)))
    assert roll.models == ()
    (nobody,) = as_json(roll)["people_without_lines"]
    assert nobody["name"] == "나리"
    assert [one["code"] for one in nobody["reasons"]] == ["files_not_seen"]


def test_a_covered_layer_is_not_seen() -> None:
    maker = FilmMaker()
    asset = maker.asset("plate", range(1, 3))
    maker.contribution(
        "shoots", "capture", "shoot", maker.party("camera"), after=(asset,)
    )
    shot = maker.shot("A", range(1, 3), Layer("plate", "plate", upper=0))
    roll = rolled(maker.film, cut(((shot, 1),)))
    assert lines(roll) == []
    assert [one.who.name for one in roll.people_without_lines] == ["camera"]


def test_a_matte_that_is_used_counts_with_its_edge() -> None:
    maker = FilmMaker()
    maker.asset("plate", range(1, 3))
    matte = maker.asset("matte", range(1, 3))
    maker.contribution("r", "edit", "roto", maker.party("roto"), after=(matte,))
    shot = maker.shot("A", range(1, 3), Layer("plate", "plate", matte="matte"))
    roll = rolled(maker.film, cut(((shot, 1),)))
    assert line_of(roll, "vfx-artist")["evidence"][0]["via"] == ["matte"]


def test_work_without_files_is_placed_by_shot_frames_and_element(
    maker: FilmMaker,
) -> None:
    d, e = shots(maker)
    names = ("whole", "frames", "elsewhere", "element", "other element")
    people = {name: maker.party(name) for name in names}
    scopes = {
        "whole": within(d),
        "frames": within(d, range(2, 4)),
        "elsewhere": within(d, range(8, 9)),
        "element": within(element="matte"),
        "other element": within(d, element="nothing"),
    }
    for name in names:
        maker.contribution(
            name, "support", "composite", people[name], scope=scopes[name]
        )
    roll = rolled(maker.film, cut(((d, 1),), ((d, 2),), ((e, 3),)))
    seen = {
        line.who.name: line.seen.frames
        for block in roll.blocks
        for line in block.lines
        if line.role.code == "compositor" and line.seen
    }
    assert seen == {"whole": 2, "frames": 1, "element": 3}
    reasons = {one.who.name: one.reason.value for one in roll.contributions_not_seen}
    assert reasons == {
        "elsewhere": "frames_not_in_cut",
        "other element": "element_not_seen",
    }


def test_direction_without_a_shot_belongs_to_the_whole_cut(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    maker.contribution("directs", "direction", "direct", maker.party("감독님"))
    maker.contribution("paints all", "edit", "grade", maker.party("어디에도"))
    roll = rolled(maker.film, cut((), ((d, 1),)))
    line = line_of(roll, "director")
    assert (line["frames"], line["first"], line["last"]) == (2, 0, 1)
    assert line["evidence"][0]["via"] == ["whole_cut"]
    assert [one.reason.value for one in roll.contributions_not_seen][-1] == "no_place"


def test_an_ai_director_directed(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    one, other = maker.party("하나"), maker.party("둘")
    maker.contribution("a", "direction", "ai-direct", one, scope=within(d))
    maker.contribution("b", "support", "ai-direct", other, scope=within(d))
    maker.engagement("c", maker.party("셋"), "ai-director")
    roll = rolled(maker.film, cut(((d, 1),)))
    assert ("ai-director", "하나") in lines(roll)
    assert ("additional", "둘") in lines(roll)
    assert [one.who.name for one in roll.lines_without_evidence] == ["셋"]


def test_an_unknown_act_gives_a_line_with_a_note(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    party = maker.party("누구")
    maker.contribution("x", "support", "juggle", party, scope=within(d))
    line = line_of(rolled(maker.film, cut(((d, 1),))), "additional")
    assert line["role"]["ko"] == "기타 참여"
    assert [(one["code"], one["en"]) for one in line["notes"]] == [
        ("unknown_act", "an act that no role names: support/juggle")
    ]


def test_two_people_of_one_name_have_two_lines_and_one_with_two_jobs_too(
    maker: FilmMaker,
) -> None:
    d, _ = shots(maker)
    for name in ("first", "second"):
        maker.contribution(
            name,
            "support",
            "composite",
            maker.party(name, "김민수"),
            scope=within(d),
        )
    maker.contribution(
        "third", "support", "grade", maker.party("first", "김민수"), scope=within(d)
    )
    roll = rolled(maker.film, cut(((d, 1),)))
    assert lines(roll).count(("compositor", "김민수")) == 2
    assert lines(roll).count(("colourist", "김민수")) == 1


def test_an_erased_person_keeps_the_line_and_its_role(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    maker.contribution("gone", "support", "composite", None, scope=within(d))
    nameless = maker.party("nameless")
    parties = {
        **maker.film.parties,
        nameless: Party(uid=nameless, type="person", name=None),
    }
    maker.film = replace(maker.film, parties=parties)
    maker.contribution("other", "support", "grade", nameless, scope=within(d))
    roll = rolled(maker.film, cut(((d, 1),)))
    assert ("compositor", ERASED) in lines(roll)
    assert ("colourist", ERASED) in lines(roll)
    assert line_of(roll, "compositor")["party"] is None
    assert [one["code"] for one in line_of(roll, "compositor")["notes"]] == ["erased"]


def test_somebody_who_is_not_registered_is_shown_as_such(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    maker.contribution("x", "support", "grade", "9" * 32, scope=within(d))
    assert ("colourist", NOT_REGISTERED) in lines(rolled(maker.film, cut(((d, 1),))))


def test_companies_stand_apart_and_the_studio_always(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    vendor = maker.party("vendor", "㈜협력", type_="organisation")
    maker.contribution("v", "support", "composite", vendor, scope=within(d))
    maker.contribution("w", "direction", "produce", vendor)
    roll = rolled(maker.film, cut(((d, 1),)))
    assert ("compositor", "㈜협력") not in lines(roll)
    found = [(one.role.title.ko, one.who.name) for one in roll.companies]
    assert found == [
        ("제작", "㈜시험 스튜디오"),
        ("제작", "㈜협력"),
        ("시각효과", "㈜협력"),
    ]
    assert roll.companies[0].who.uid == STUDIO


def test_a_contract_without_work_is_listed_and_gives_no_line(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    painter = maker.film.contributions[0].party
    assert painter is not None
    maker.engagement("e1", painter, "matte-painter", "colourist", "wizard")
    prompter = maker.film.generations[0].party
    assert prompter is not None
    maker.engagement("e2", prompter, "ai-artist")
    roll = rolled(maker.film, cut(((d, 1),)))
    demanded = as_json(roll)["lines_without_evidence"]
    assert [(one["name"], one["role"]["code"], one["reason"]) for one in demanded] == [
        ("가온", "colourist", "nothing_recorded"),
        ("가온", "wizard", "nothing_recorded"),
        ("나리", "ai-artist", "not_seen"),
    ]
    assert [len(one["notes"]) for one in demanded] == [0, 1, 0]
    assert lines(roll) == [("matte-painter", "가온")]


def test_a_shot_that_is_not_in_the_cut_credits_nobody(maker: FilmMaker) -> None:
    d, e = shots(maker)
    party = maker.party("다")
    maker.contribution("x", "support", "composite", party, scope=within(d))
    roll = rolled(maker.film, cut(((e, 1),)))
    assert [one.who.name for one in roll.people_without_lines] == ["다"]
    assert roll.contributions_not_seen[0].reason.value == "shot_not_in_cut"


def test_lines_go_by_name_where_the_order_says_so_and_else_by_billing(
    maker: FilmMaker,
) -> None:
    d, _ = shots(maker)
    for name in ("하늘", "나무", "강"):
        scope = within(d)
        maker.contribution(name, "support", "key", maker.party(name), scope=scope)
    for order, names in (
        ("kr-customary", ["강", "나무", "하늘"]),
        ("kr-creator-first", ["하늘", "나무", "강"]),
    ):
        roll = rolled(maker.film, cut(((d, 1),)), order)
        found = [name for role, name in lines(roll) if role == "compositor"]
        assert found == names


def test_the_orders_differ_in_who_comes_first(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    maker.contribution("p", "direction", "produce", maker.party("프로듀서"))
    maker.contribution("q", "direction", "direct", maker.party("감독"))
    first = [lines(rolled(maker.film, cut(((d, 1),)), one))[0][0] for one in ORDERS]
    assert first == ["producer", "director"]


def test_a_cut_of_frames_that_the_film_lacks_is_refused(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    with pytest.raises(CreditError) as caught:
        rolled(maker.film, cut(((d, 1),), ((d, 11),)))
    assert caught.value.facts == {"record_frame": 1, "source_frame": 11}
    with pytest.raises(CreditError):
        rolled(maker.film, cut(((STUDIO, 1),)))
    with pytest.raises(CreditError):
        rolled(maker.film, cut())


def test_an_order_for_other_roles_is_refused(maker: FilmMaker) -> None:
    d, _ = shots(maker)
    order = packaged_order("kr-customary")
    with pytest.raises(CreditError, match="models"):
        build_roll(
            maker.film, cut(((d, 1),)), ROLES, replace(order, blocks=order.blocks[:-1])
        )


def test_files_that_are_said_to_have_led_to_themselves_end_somewhere() -> None:
    maker = FilmMaker()
    one, other = maker.asset("one", range(1, 3)), maker.asset("other", range(1, 3))
    name = maker.party("누구")
    maker.contribution("x", "edit", "paint", name, before=(one,), after=(other,))
    maker.contribution("y", "edit", "grade", name, before=(other,), after=(one,))
    shot = maker.shot("A", range(1, 3), Layer("matte", "one"))
    roll = rolled(maker.film, cut(((shot, 1),)))
    assert line_of(roll, "colourist")["evidence"][0]["via"] == ["placed"]
    assert line_of(roll, "matte-painter")["evidence"][0]["via"] == ["placed", "edited"]


def test_a_roll_follows_the_records_and_not_the_names(maker: FilmMaker) -> None:
    d, e = shots(maker)
    records = cut(((d, 1),), ((e, 1), (d, 2)))
    before = as_json(rolled(maker.film, records, "kr-creator-first"))
    parties = {
        uid: replace(party, name=f"새 {party.name}")
        for uid, party in maker.film.parties.items()
    }
    renamed = replace(maker.film, parties=parties)
    after = as_json(rolled(renamed, records, "kr-creator-first"))
    for name in ("가온", "나리", "㈜시험 스튜디오"):
        assert f"새 {name}" in str(after)
    assert str(after).replace("'새 ", "'") == str(before)


def test_a_roll_says_what_it_was_built_from_and_no_prompt(maker: FilmMaker) -> None:
    d, e = shots(maker)
    document = as_json(rolled(maker.film, cut(((d, 1), (e, 1)))))
    assert document["format"] == "jangbu-roll/1"
    assert (document["log"], document["size"]) == (maker.film.log, 100)
    assert document["cut"]["frames"] == 1
    assert [one["id"] for one in document["policies"]] == [
        "credits.roles",
        "credits.order.kr-customary",
    ]
    assert "비밀" not in str(document)
    again = as_json(rolled(maker.film, cut(((d, 1), (e, 1)))))
    assert str(again) == str(document)
    assert encode(document["policies"])
