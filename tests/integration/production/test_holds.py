"""Holds keep from being erased what they cover, as long as they are in force."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.encoding.commitment import check_opening
from ledger.encoding.statement import Composed, Secret, canonical_object, check
from ledger.errors import (
    ErasedEvidenceError,
    HeldEvidenceError,
    JangbuError,
    ProductionError,
    UnknownNameError,
)
from ledger.production.blinding import erasable_key
from ledger.production.erasing import erase_person
from ledger.production.holding import (
    Wish,
    holds_in_force,
    place_hold,
    release_hold,
)
from ledger.production.opening import Production, opened
from ledger.records.authority import Erasure
from ledger.records.identity import as_uid
from ledger.vault.erasure import default_key, retained_key
from ledger.vault.vault import Vault
from tests.integration.privacy.in_process import jangbu
from tests.integration.production.test_erasing_parts import found_by_fsck
from tests.simulators.film_studio import INSTANT, FilmStudio

HELD, LET_GO = "뒷벽을 밝게", "하늘을 어둡게"
LITIGATION = Wish(basis="litigation", shot="SQ010_0040", notice="사건 2026가합1")


def contribution(studio: FilmStudio, code: str, note: str) -> Composed:
    own = erasable_key(studio.production.keys, studio.party("painter"))
    body = {
        "route": "edit",
        "act": "paint",
        "party": Secret(studio.uid("painter"), of=own),
        "note": Secret(note, of=own),
        "before": [],
        "after": [],
    }
    scope = {"shot": studio.shot(code)}
    return studio.compose("contribution.1", body, scope=scope, at=INSTANT)


@pytest.fixture
def worked(production: Production) -> "Worked":
    studio = FilmStudio(production)
    held = contribution(studio, "SQ010_0040", HELD)
    other = contribution(studio, "SQ010_0050", LET_GO)
    paid = studio.engaged("painter", {"paid": 7})
    for composed in (held, other, paid):
        studio.state(composed)
    return Worked(studio, held, other, paid)


class Worked:
    """A painter who worked in two shots, under a contract."""

    def __init__(
        self, studio: FilmStudio, held: Composed, other: Composed, paid: Composed
    ) -> None:
        self.production, self.studio = studio.production, studio
        self.painter = studio.uid("painter")
        self.held, self.other, self.paid = held, other, paid

    def note(self, composed: Composed) -> str:
        return str(self.production.vault.open(composed.id, "/body/note").value)

    def erasures(self) -> list[Erasure]:
        reader = self.production.reader()
        said = [check(one.raw).body for one in reader.statements(0, reader.size())]
        return [one for one in said if isinstance(one, Erasure)]


def everything(root: Path) -> bytes:
    """All bytes of all files of a production."""
    return b"".join(
        path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    )


def test_a_person_under_a_hold_is_not_touched_at_all(worked: Worked) -> None:
    production = worked.production
    hold = place_hold(
        production, Wish(basis="litigation", person="painter", notice="법원")
    )
    size = production.reader().size()
    registry = production.layout.registry.read_bytes()
    for retained in (False, True):
        with pytest.raises(HeldEvidenceError, match="litigation") as caught:
            erase_person(production, worked.painter, "pipa-36", retained=retained)
        assert caught.value.exit_code == 6
        assert caught.value.public()["hold"] == hold
        assert worked.painter not in str(caught.value.public())
    assert worked.note(worked.held) == HELD
    assert production.reader().size() == size
    assert production.layout.registry.read_bytes() == registry
    assert not production.vault.was_erased(as_uid(worked.painter))
    # Somebody else's erasure goes on.
    other = worked.studio.uid("assessor")
    assert erase_person(production, other, "pipa-36").count > 0


def test_a_released_hold_lets_the_person_go(worked: Worked) -> None:
    production = worked.production
    hold = place_hold(production, Wish(basis="litigation", person="painter"))
    assert [one.person for one in holds_in_force(production)] == [worked.painter]
    release_hold(production, hold[:12])
    assert holds_in_force(production) == ()
    # Two contributions, party statement with three values, whose the key is.
    assert erase_person(production, worked.painter, "pipa-36").count == 9
    assert found_by_fsck(production) == []


def test_a_hold_that_nobody_can_read_any_more_refuses_every_erasure(
    worked: Worked,
) -> None:
    production = worked.production
    place_hold(production, Wish(basis="litigation", person="painter"))
    name = f"person-{worked.painter}-retained"
    (production.layout.keys / "blind" / name).unlink()
    with pytest.raises(HeldEvidenceError, match="nobody can tell"):
        erase_person(production, worked.studio.uid("assessor"), "pipa-36")


def test_a_hold_on_a_shot_keeps_what_is_said_in_it_and_lets_the_rest_go(
    worked: Worked,
) -> None:
    production, vault = worked.production, worked.production.vault
    before = vault.open(worked.held.id, "/body/note")
    place_hold(production, LITIGATION)
    report = erase_person(production, worked.painter, "pipa-36")
    # Held: the note and the party of one contribution; kept: three of the contract, and
    # the contract's own blinds are the studio's.
    assert (report.count, report.holds) == (7, 5)
    assert worked.erasures()[-1].holds == 5
    assert not production.keys.has_blinding_key(default_key(as_uid(worked.painter)))
    # Value and blind are what was committed.
    kept = vault.open(worked.held.id, "/body/note")
    assert kept == before
    body = canonical_object(worked.held.raw)["body"]
    assert isinstance(body, dict)
    field = body["note"]
    assert isinstance(field, dict)
    check_opening(kept, worked.held.place, str(field["#"]))
    with pytest.raises(ErasedEvidenceError):
        worked.note(worked.other)
    assert LET_GO.encode() not in everything(production.layout.root)
    assert found_by_fsck(production) == []


def test_when_the_hold_is_over_erasing_again_destroys_the_rest(worked: Worked) -> None:
    production = worked.production
    hold = place_hold(production, LITIGATION)
    erase_person(production, worked.painter, "pipa-36")
    again = erase_person(production, worked.painter, "pipa-36")
    assert (again.count, again.holds) == (7, 5)  # nothing changes while it is in force
    between = production.layout.root.parent / "between.sqlite"
    shutil.copy(production.layout.vault, between)
    release_hold(production, hold)
    report = erase_person(production, worked.painter, "pipa-36")
    assert (report.count, report.holds) == (9, 3)
    with pytest.raises(ErasedEvidenceError):
        worked.note(worked.held)
    assert production.keys.held_keys(as_uid(worked.painter)) == ()
    # A backup of the vault from while it was held does not open either.
    older = Vault(between, production.keys.blinding_key)
    with pytest.raises(ErasedEvidenceError):
        older.open(worked.held.id, "/body/note")
    assert older.open(worked.paid.id, "/body/terms").value == {"paid": 7}
    assert [one.count for one in worked.erasures()] == [7, 9]
    assert found_by_fsck(production) == []


def test_of_two_holds_the_later_one_goes_on_holding(worked: Worked) -> None:
    production = worked.production
    first = place_hold(production, LITIGATION)
    second = place_hold(production, Wish(basis="audit", shot="SQ010_0040"))
    erase_person(production, worked.painter, "pipa-36")
    release_hold(production, first)
    report = erase_person(production, worked.painter, "pipa-36")
    assert (report.count, report.holds) == (7, 5)
    assert worked.note(worked.held) == HELD
    (key,) = production.keys.held_keys(as_uid(worked.painter))
    assert key.endswith(second[:32])
    release_hold(production, second)
    assert erase_person(production, worked.painter, "pipa-36").count == 9


def test_a_hold_on_an_element_holds_that_element_alone(worked: Worked) -> None:
    production = worked.production
    studio = worked.studio
    both = studio.contributed("painter", note="요소")
    studio.state(both)
    place_hold(production, Wish(basis="audit", element="matte painting"))
    erase_person(production, worked.painter, "pipa-36")
    assert worked.note(both) == "요소"
    with pytest.raises(ErasedEvidenceError):
        worked.note(worked.held)


# --- what had to be kept ------------------------------------------------------------


def test_contracts_go_when_their_time_is_over(worked: Worked) -> None:
    production, uid = worked.production, as_uid(worked.painter)
    erase_person(production, uid, "pipa-36")
    report = erase_person(production, uid, "retention-ended", retained=True)
    assert (report.count, report.holds) == (3, 0)
    with pytest.raises(ErasedEvidenceError):
        production.vault.open(worked.paid.id, "/body/terms")
    assert not production.keys.has_blinding_key(retained_key(uid))
    again = erase_person(production, uid, "retention-ended", retained=True)
    assert again == report
    assert [one.basis for one in worked.erasures()] == ["pipa-36", "retention-ended"]
    assert found_by_fsck(production) == []


def test_contracts_of_somebody_without_any_cannot_be_erased(worked: Worked) -> None:
    with pytest.raises(ProductionError):
        erase_person(worked.production, "0c" * 16, "retention-ended", retained=True)


def test_an_erased_person_can_still_be_held_by_uid(worked: Worked) -> None:
    production = worked.production
    erase_person(production, worked.painter, "pipa-36")
    place_hold(production, Wish(basis="litigation", person=worked.painter))
    with pytest.raises(HeldEvidenceError):
        erase_person(production, worked.painter, "retention-ended", retained=True)


# --- what can be held ---------------------------------------------------------------


def test_the_same_hold_is_placed_once_and_again_after_its_release(
    worked: Worked,
) -> None:
    production = worked.production
    hold = place_hold(production, LITIGATION)
    assert place_hold(production, LITIGATION) == hold
    release_hold(production, hold)
    assert place_hold(production, LITIGATION) != hold
    assert len(holds_in_force(production)) == 1


@pytest.mark.parametrize(
    "wish",
    [
        Wish(basis="litigation", person="nobody"),
        Wish(basis="litigation", person="studio"),
        Wish(basis="litigation", shot="SQ999"),
        Wish(basis="litigation", element="nothing"),
        Wish(basis="Not A Token", shot="SQ010_0040"),
    ],
    ids=["person", "company", "shot", "element", "basis"],
)
def test_what_is_not_there_cannot_be_held(production: Production, wish: Wish) -> None:
    size = production.reader().size()
    with pytest.raises(JangbuError):
        place_hold(production, wish)
    assert production.reader().size() == size


def test_no_hold_no_release(production: Production) -> None:
    with pytest.raises(UnknownNameError):
        release_hold(production, "0123456789")


def test_the_log_does_not_say_whom_a_hold_is_about(worked: Worked) -> None:
    production = worked.production
    place_hold(
        production, Wish(basis="litigation", person="painter", notice="김하나 사건")
    )
    with closing(sqlite3.connect(production.layout.database)) as database:
        dump = "\n".join(database.iterdump())
    assert worked.painter not in dump
    assert "사건" not in dump


def test_the_commands_place_list_refuse_and_release(root: Path) -> None:
    with opened(root) as production:
        uid = FilmStudio(production).uid("painter")
    path = str(root)
    code, placed = jangbu("hold", "place", path, "--person", "painter", "--basis", "x")
    assert code == 0
    code, listed = jangbu("hold", "list", path)
    (row,) = listed["holds"]
    assert (row["id"], row["on"], row["basis"]) == (placed["id"], "person", "x")
    assert uid not in str(listed)
    code, refused = jangbu("erase", path, uid)
    assert (code, refused["error"]["code"]) == (6, "evidence.held")
    assert jangbu("hold", "release", path, placed["id"])[0] == 0
    assert jangbu("erase", path, uid)[0] == 0
    assert jangbu("erase", path, uid, "--retained")[0] == 2
    assert jangbu("hold", "place", path, "--basis", "x")[0] == 2
