"""Keys in force after any honest or dishonest order of statements about keys."""

from contextlib import suppress
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import RecordError
from ledger.history.authority import Authority
from ledger.history.log_keys import LogKeys
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

PEOPLE = ("a", "b", "c")
GENERATIONS = ("1", "2", "3", "4")
KINDS = ("asset.1", "key.1", "rotation.1")
Step: TypeAlias = tuple[str, str, int]

steps = st.one_of(
    st.tuples(st.just("rotation"), st.sampled_from(GENERATIONS), st.integers(1, 4)),
    st.tuples(st.just("stolen"), st.sampled_from(GENERATIONS), st.integers(1, 4)),
    st.tuples(st.just("revocation"), st.sampled_from(PEOPLE), st.integers(0, 6)),
    st.tuples(st.just("key"), st.sampled_from(PEOPLE), st.just(0)),
    st.tuples(st.just("delegation"), st.sampled_from(PEOPLE), st.just(0)),
)


def statement_of(what: str, name: str, number: int) -> tuple[str, dict[str, Any]]:
    match what:
        case "rotation":
            return rotation(name, number)
        case "stolen":
            return rotation(name, number, good_until=1)
        case "revocation":
            return revocation(name, number)
        case "key":
            return key(name)
        case _:
            return delegation(name)


def told(given_steps: list[Step]) -> list[Authority]:
    """The authority after each statement that was let in."""
    story = KeyStory().tell(genesis())
    after = [story.authority]
    for step in given_steps:
        with suppress(RecordError):
            story.tell(statement_of(*step))
            after.append(story.authority)
    return after


@given(st.lists(steps, max_size=12))
def test_a_key_that_has_ended_has_no_right_ever_after(
    given_steps: list[Step],
) -> None:
    ended: set[str] = set()
    for after in told(given_steps):
        ended |= after.ended
        assert after.ended == ended
        for key_id_ in ended:
            assert after.public_key(key_id_) is None
            assert not any(after.permits(key_id_, kind, None) for kind in KINDS)


@given(st.lists(steps, max_size=12))
def test_one_key_rotates_and_it_states_nothing_else(
    given_steps: list[Step],
) -> None:
    names = [
        *PEOPLE,
        *(f"{own} {one}" for own in ("root", "recovery", "log") for one in GENERATIONS),
    ]
    for after in told(given_steps):
        rotating = [
            name for name in names if after.permits(key_id(name), "rotation.1", None)
        ]
        assert [public(name) for name in rotating] == [after.recovery]
        assert not any(
            after.permits(key_id(name), kind, None)
            for name in rotating
            for kind in KINDS[:2]
        )


@given(st.lists(steps, max_size=12))
def test_belief_in_a_key_is_never_regained(
    given_steps: list[Step],
) -> None:
    doubted: dict[str, int] = {}
    for after in told(given_steps):
        for name, index in doubted.items():
            assert after.doubted_from[name] <= index
        doubted = dict(after.doubted_from)
        assert after.ended >= doubted.keys()


@given(st.lists(st.integers(0, 50), unique=True, max_size=6), st.integers(0, 60))
def test_the_key_of_a_size_is_that_of_the_last_rotation_below_it(
    indices: list[int], size: int
) -> None:
    rotations = [0, *sorted(one for one in indices if one)]
    keys = LogKeys()
    for index in rotations:
        keys = keys.rotated(index, bytes([index]))
    below = [index for index in rotations if index < size]
    assert keys.at(size) == bytes([below[-1] if below else 0])
    assert keys.retired(size) == {bytes([index]) for index in below[:-1]}
    # What is stated later changes nothing about a smaller checkpoint.
    later = keys.rotated(60, b"later")
    assert later.at(size) == keys.at(size)
