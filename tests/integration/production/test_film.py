"""A film is read as the log says it now: current, opened, joined, and never guessed."""

import pytest

from ledger.encoding.statement import Secret
from ledger.errors import AlteredEvidenceError
from ledger.history.film import Film
from ledger.history.journal import State
from ledger.production.erasing import erase_person
from ledger.production.film import read_film
from ledger.production.opening import Production
from ledger.production.registering import register
from ledger.records.statement import Verb
from ledger.records.time import FrameRange
from ledger.vault.gathered import Gathered
from tests.simulators.film_studio import INSTANT, RATE, FilmStudio, digest_of

CODE, OTHER = "SQ010_0040", "SQ010_0050"
TERMS = {"status": "freelancer", "from_on": "2026-01-05", "credit": ["matte-painter"]}


@pytest.fixture
def studio(production: Production) -> FilmStudio:
    return FilmStudio(production)


def film(studio: FilmStudio) -> Film:
    return read_film(studio.production)


def test_a_new_production_is_a_film_without_frames(studio: FilmStudio) -> None:
    found = film(studio)
    assert found.studio == studio.uid("studio")
    assert found.title == "The Room (fictional)"
    assert found.size == studio.production.reader().size()
    assert {(one.name, one.latin) for one in found.parties.values()} == {
        ("Example Pictures (fictional)", None),
        ("김하나 (가공인물)", "Kim Hana (fictional)"),
        ("이두리 (가공인물)", None),
        ("박세찬 (가공인물)", None),
    }
    assert found.elements == {studio.element: "matte painting"}
    shots = [(one.code, one.version) for one in found.shots.values()]
    assert shots == [(CODE, None), (OTHER, None)]
    assert (found.ended, found.erased) == ((), ())


def test_the_newest_version_gives_a_shot_its_frames(studio: FilmStudio) -> None:
    shot = studio.shot(CODE)
    asset, first, old = studio.shoot(CODE, 1001, 1041)
    wide = FrameRange.between(1001, 1041, RATE)
    run = studio.run(shot, wide, asset)
    sets = studio.frames(shot, wide, run)
    shorter = FrameRange.between(1003, 1030, RATE)
    studio.act = ("supersede", old)
    version = studio.version(shot, shorter, sets[:2])
    found = film(studio)
    there = found.shots[shot]
    assert there.version is not None
    assert there.version.id == version
    assert there.range == shorter
    assert sorted(there.frames) == list(shorter.frames())
    assert {frame.run for frame in there.frames.values()} == {run}
    pixels = there.frames[1003].measured.pixels
    assert pixels == digest_of(shot, run, 1003)
    assert set(found.runs) == {first, run}
    assert found.assets[asset].files[1001].file == digest_of(CODE, 1001)
    assert [(one.id, one.kind, one.state) for one in found.ended] == [
        (old, "version.1", State.SUPERSEDED)
    ]
    assert found.shots[studio.shot(OTHER)].frames == {}


def test_frames_of_another_shot_are_not_taken_for_ones_own(
    studio: FilmStudio,
) -> None:
    other, span = studio.shot(OTHER), FrameRange.between(1001, 1009, RATE)
    asset = studio.asset("plate")
    theirs = studio.frames(other, span, studio.run(other, span, asset))
    studio.version(studio.shot(CODE), span, theirs)
    assert film(studio).shots[studio.shot(CODE)].frames == {}


def test_every_kind_is_opened_and_joined(studio: FilmStudio) -> None:
    shot = studio.shot(CODE)
    asset, run, version = studio.shoot(CODE, 1001, 1005)
    painted = studio.asset("painted", (1001, 1002))
    generation = studio.generation([asset], by="painter")
    change = studio.change(asset, painted, (1001, 1002))
    said = studio.contributed(
        "painter", before=[asset], after=[painted], change=change, minutes=90
    )
    contribution = studio.state(said, "painter")
    studio.state(studio.engaged("painter", TERMS))
    seen = FrameRange.between(1001, 1003, RATE)
    opinion = studio.state(
        studio.opinion(shot, seen, digest_of(shot, run, 1001)), "assessor"
    )
    cut = studio.cut(shot, version, (1001, 1001, 1003))
    found = film(studio)

    (made,) = found.generations
    assert (made.source.id, made.party) == (generation, studio.uid("painter"))
    assert (made.prompt, made.outputs) == ("낡은 방", (asset,))
    (did,) = found.contributions
    assert (did.source.id, did.source.at) == (contribution, INSTANT)
    assert (did.party, did.note) == (studio.uid("painter"), "뒷벽을 밝게")
    assert (did.before, did.after, did.change) == ((asset,), (painted,), change)
    (measured,) = found.changes
    assert (measured.source.id, measured.source.at) == (change, None)
    assert measured.pictures[1002].changed_0 == 1
    (contract,) = found.engagements
    assert (contract.party, contract.company) == (
        studio.uid("painter"),
        studio.uid("studio"),
    )
    assert contract.terms is not None
    assert contract.terms.credit == ("matte-painter",)
    (thought,) = found.opinions
    assert thought.source.id == opinion
    assert thought.seen == dict.fromkeys((1001, 1002), (digest_of(shot, run, 1001),))
    assert thought.reasons == "붓질이 보인다"
    (edited,) = found.cuts
    assert (edited.source.id, edited.versions) == (cut, (version,))
    assert edited.file == digest_of("film.otio")
    assert [one.sources[0].frame for one in edited.leaves] == [1001, 1001, 1003]


def test_a_speaker_is_who_signed_with_what_they_may(studio: FilmStudio) -> None:
    studio.asset("plate")
    studio.state(studio.contributed("painter"), "painter")
    studio.state(studio.contributed("painter"))
    found = film(studio)
    by_painter, by_studio = (one.source.speaker for one in found.contributions)
    assert (by_painter.party, by_painter.root, by_painter.machine) == (
        studio.uid("painter"),
        False,
        False,
    )
    assert by_painter.delegated == {"contribution"}
    assert (by_studio.party, by_studio.root) == (studio.uid("studio"), True)
    assert by_studio.delegated == frozenset()
    (asset,) = found.assets.values()
    assert asset.source.speaker.machine
    assert asset.source.speaker.party == studio.uid("studio")


def test_a_speaker_is_judged_by_the_log_before_the_statement(
    studio: FilmStudio,
) -> None:
    studio.state(studio.contributed("painter"), "painter")
    registry = studio.production.registry
    rows = tuple(
        one.model_copy(update={"may": ()}) if one.handle == "painter" else one
        for one in registry.party
    )
    object.__setattr__(
        studio.production, "registry", registry.model_copy(update={"party": rows})
    )
    assert register(studio.production) == 1
    (did,) = film(studio).contributions
    assert did.source.speaker.delegated == {"contribution"}
    assert did.source.speaker.party == studio.uid("painter")


@pytest.mark.parametrize(
    ("verb", "state"),
    [("withdraw", State.WITHDRAWN), ("correct", State.CORRECTED)],
)
def test_what_its_speaker_took_back_is_not_told(
    studio: FilmStudio, verb: Verb, state: State
) -> None:
    first = studio.state(studio.contributed("painter"), "painter")
    studio.act = (verb, first)
    if verb == "withdraw":
        scope = {"shot": studio.shot(CODE), "element": studio.element}
        taken = studio.compose("contribution.1", {}, scope=scope, at=INSTANT)
    else:
        taken = studio.contributed("painter", note="옆벽을 밝게")
    studio.state(taken, "painter")
    found = film(studio)
    notes = [one.note for one in found.contributions]
    assert notes == ([] if verb == "withdraw" else ["옆벽을 밝게"])
    (ended,) = found.ended
    assert (ended.id, ended.state) == (first, state)
    assert ended.scope.shot == studio.shot(CODE)


def test_a_dispute_marks_its_target_and_tells_nothing_itself(
    studio: FilmStudio,
) -> None:
    first = studio.state(studio.contributed("painter"), "painter")
    studio.act = ("dispute", first)
    studio.state(studio.contributed("painter", note="아니다"))
    (did,) = film(studio).contributions
    assert (did.source.id, did.source.disputed) == (first, True)


def test_a_dispute_that_is_corrected_still_tells_nothing(studio: FilmStudio) -> None:
    first = studio.state(studio.contributed("painter"), "painter")
    studio.act = ("dispute", first)
    disputed = studio.state(studio.contributed("painter", note="아니다"))
    studio.act = ("correct", disputed)
    studio.state(studio.contributed("painter", note="전혀 아니다"))
    (did,) = film(studio).contributions
    assert (did.source.id, did.source.disputed) == (first, True)


def test_a_renamed_shot_keeps_its_place_and_its_frames(studio: FilmStudio) -> None:
    _, _, version = studio.shoot(CODE, 1001, 1003)
    before = film(studio).shots[studio.shot(CODE)]
    studio.act = ("supersede", before.source.id)
    alias = Secret({"code": "SQ011_0010", "since": "2026-03-01"})
    studio.state(studio.compose("shot.1", {"alias": alias}, scope={"shot": before.uid}))
    after = film(studio).shots
    assert [one.code for one in after.values()] == ["SQ011_0010", OTHER]
    there = after[before.uid].version
    assert there is not None
    assert there.id == version


def test_erasing_a_person_leaves_what_they_did_provable(studio: FilmStudio) -> None:
    production = studio.production
    did = studio.state(studio.contributed("painter"), "painter")
    studio.generation([studio.asset("plate")], by="painter")
    studio.state(studio.engaged("painter", TERMS))
    uid = studio.uid("painter")
    # Contracts are kept: their three values stay.
    assert erase_person(production, uid, "pipa-36").holds == 3
    found = film(studio)
    assert uid not in found.parties
    assert sorted(found.erased) == ["contribution.1", "generation.1", "party.1"]
    (contribution,) = found.contributions
    assert contribution.source.id == did
    assert (contribution.party, contribution.note) == (None, None)
    assert contribution.source.erased
    assert contribution.source.speaker.party is None
    assert (contribution.route, contribution.act) == ("edit", "paint")
    assert production.vault.blinds(did)
    (generation,) = found.generations
    assert (generation.party, generation.prompt) == (None, "낡은 방")
    (engagement,) = found.engagements
    assert (engagement.party, engagement.source.erased) == (uid, False)
    assert engagement.terms is not None


@pytest.mark.parametrize(
    "terms",
    [
        "none",
        {},
        {"status": "friend", "from_on": "2026-01-05"},
        {"status": "employee", "from_on": "2026-02-30"},
        {**TERMS, "secretly": True},
        {**TERMS, "duty": "yes"},
        {**TERMS, "credit": ["matte-painter"] * 17},
    ],
)
def test_terms_that_do_not_fit_are_visible_and_stop_nothing(
    studio: FilmStudio, terms: object
) -> None:
    studio.state(studio.engaged("painter", terms))
    (engagement,) = film(studio).engagements
    assert engagement.terms is None
    assert engagement.source.unreadable
    assert not engagement.source.erased
    assert engagement.party == studio.uid("painter")


def test_a_party_that_is_no_uid_is_visible_and_stops_nothing(
    studio: FilmStudio,
) -> None:
    body = {
        "route": "edit",
        "act": "paint",
        "party": Secret({"name": "김하나"}),
        "before": [],
        "after": [],
    }
    studio.state(studio.compose("contribution.1", body, at=INSTANT))
    (did,) = film(studio).contributions
    assert did.party is None
    assert did.source.unreadable


def test_a_value_that_was_never_committed_is_refused(
    studio: FilmStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    did = studio.contributed("painter")
    studio.state(did)
    other = studio.contributed("painter", note="다른 말")
    studio.state(other)
    genuine = Gathered.open
    monkeypatch.setattr(
        Gathered,
        "open",
        lambda self, statement, path: genuine(
            self, other.id if statement == did.id else statement, path
        ),
    )
    with pytest.raises(AlteredEvidenceError):
        film(studio)
