"""Who may state what, through rotations and revocations."""

import pytest

from ledger.errors import (
    ConflictingRecordError,
    NotPermittedError,
    UnknownReferenceError,
)
from tests.simulators.key_story import (
    KeyStory,
    delegation,
    genesis,
    key,
    key_id,
    public,
    revocation,
    rotation,
)

ANY_KIND = "asset.1"


@pytest.fixture
def story() -> KeyStory:
    """Genesis, and a delegated key: three entries."""
    return KeyStory().tell(genesis()).tell(key("pipeline")).tell(delegation("pipeline"))


def test_the_recovery_key_states_a_rotation_and_nothing_else(story: KeyStory) -> None:
    permits = story.authority.permits
    assert permits(key_id("recovery 1"), "rotation.1", None)
    for kind in (ANY_KIND, "key.1", "genesis.1", "revocation.1", "succession.1"):
        assert not permits(key_id("recovery 1"), kind, None)


@pytest.mark.parametrize("signer", ["root 1", "pipeline", "log 1", "stranger"])
def test_no_other_key_states_a_rotation(story: KeyStory, signer: str) -> None:
    with pytest.raises(NotPermittedError, match="recovery key in force"):
        story.authority.require(key_id(signer), "rotation.1", None)


def test_a_delegation_gives_the_recovery_key_nothing_more(story: KeyStory) -> None:
    story.tell(key("recovery 1")).tell(delegation("recovery 1"))
    assert not story.authority.permits(key_id("recovery 1"), ANY_KIND, None)
    assert story.authority.permits(key_id("recovery 1"), "rotation.1", None)


@pytest.mark.parametrize("kind", ["key", "delegation", "revocation", "succession"])
def test_only_a_root_states_what_is_a_roots(story: KeyStory, kind: str) -> None:
    story.tell(key("other")).tell(delegation("other", kind))
    assert not story.authority.permits(key_id("other"), f"{kind}.1", None)
    assert story.authority.permits(key_id("root 1"), f"{kind}.1", None)


def test_after_a_rotation_its_keys_are_in_force_and_delegations_stay(
    story: KeyStory,
) -> None:
    after = story.tell(rotation("2")).authority
    assert after.permits(key_id("root 2"), ANY_KIND, None)
    assert after.permits(key_id("recovery 2"), "rotation.1", None)
    assert after.permits(key_id("pipeline"), ANY_KIND, None)
    assert after.log_key == public("log 2").hex()
    for gone in ("root 1", "recovery 1"):
        assert after.public_key(key_id(gone)) is None
        assert not after.permits(key_id(gone), "rotation.1", None)
        assert not after.permits(key_id(gone), ANY_KIND, None)
        assert not after.doubts(key_id(gone), 2)
    assert after.owners >= {key_id("root 1"), key_id("root 2")}


def test_the_first_recovery_key_states_no_second_rotation(story: KeyStory) -> None:
    story.tell(rotation("2"))
    with pytest.raises(NotPermittedError):
        story.authority.require(key_id("recovery 1"), "rotation.1", None)
    story.authority.require(key_id("recovery 2"), "rotation.1", None)


@pytest.mark.parametrize("replaced", ["log_key", "recovery_key", "admission_roots"])
@pytest.mark.parametrize("known", ["log 1", "recovery 1", "root 1", "pipeline"])
def test_a_rotation_to_a_key_that_the_log_knows_is_refused(
    story: KeyStory, replaced: str, known: str
) -> None:
    kind, body = rotation("2")
    value = public(known).hex()
    body[replaced] = [value] if replaced == "admission_roots" else value
    with pytest.raises(ConflictingRecordError, match="new to the log"):
        story.tell((kind, body))


@pytest.mark.parametrize("gone", ["root 1", "recovery 1", "log 1"])
def test_a_key_that_was_rotated_away_never_comes_back(
    story: KeyStory, gone: str
) -> None:
    story.tell(rotation("2"))
    for again in (key(gone), delegation(gone)):
        with pytest.raises(ConflictingRecordError, match="never"):
            story.tell(again)
    with pytest.raises(ConflictingRecordError):
        story.tell(rotation("1"))


def test_a_theft_ends_what_the_thiefs_root_may_have_stated(story: KeyStory) -> None:
    story.tell(key("thief")).tell(delegation("thief"))
    assert story.authority.permits(key_id("thief"), ANY_KIND, None)
    after = story.tell(rotation("2", size=5, good_until=3)).authority
    assert not after.permits(key_id("thief"), ANY_KIND, None)
    assert after.permits(key_id("pipeline"), ANY_KIND, None)
    doubts = {
        (name, index): after.doubts(key_id(name), index)
        for name in ("root 1", "thief", "pipeline", "root 2")
        for index in (2, 3, 4)
    }
    assert {place for place, doubted in doubts.items() if doubted} == {
        (name, index) for name in ("root 1", "thief") for index in (3, 4)
    }
    with pytest.raises(ConflictingRecordError):
        story.tell(key("thief"))


def test_a_thiefs_wider_delegation_ends_too(story: KeyStory) -> None:
    act = ("supersede", story.ids[2])
    story.tell(delegation("pipeline", "party"), act)  # type: ignore[arg-type]
    after = story.tell(rotation("2", size=4, good_until=3)).authority
    assert not after.permits(key_id("pipeline"), "party.1", None)
    assert after.doubts(key_id("pipeline"), 3)
    assert not after.doubts(key_id("pipeline"), 2)


def test_a_revoked_key_ends_and_is_doubted_from_its_point_on(story: KeyStory) -> None:
    after = story.tell(revocation("pipeline", 2)).authority
    assert not after.permits(key_id("pipeline"), ANY_KIND, None)
    assert after.public_key(key_id("pipeline")) is None
    assert [after.doubts(key_id("pipeline"), index) for index in (1, 2, 3)] == [
        False,
        True,
        True,
    ]
    for again in (key("pipeline"), delegation("pipeline")):
        with pytest.raises(ConflictingRecordError):
            story.tell(again)


@pytest.mark.parametrize(("first", "second"), [(3, 1), (1, 3)])
def test_of_two_revocations_the_one_that_doubts_more_counts(
    story: KeyStory, first: int, second: int
) -> None:
    story.tell(revocation("pipeline", first)).tell(revocation("pipeline", second))
    assert story.authority.doubted_from == {key_id("pipeline"): 1}


@pytest.mark.parametrize("name", ["root 1", "recovery 1", "log 1", "stranger"])
def test_the_logs_own_keys_and_strangers_are_not_revoked(
    story: KeyStory, name: str
) -> None:
    with pytest.raises(UnknownReferenceError):
        story.tell(revocation(name, 1))


def test_what_is_still_to_come_is_neither_continued_nor_good(story: KeyStory) -> None:
    for later in (rotation("2", size=4), revocation("pipeline", 4)):
        with pytest.raises(UnknownReferenceError):
            story.tell(later)
    story.tell(rotation("2", size=3)).tell(revocation("pipeline", 4))


def test_a_dispute_of_a_key_changes_nothing(story: KeyStory) -> None:
    before = story.authority
    act = ("dispute", story.ids[1])
    assert story.tell(key("other"), act).authority == before  # type: ignore[arg-type]
