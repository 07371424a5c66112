"""Trees and proofs against a naive oracle written straight from RFC 6962 §2.1.

A root does not commit to its size, so "any other size is refused" would be false:
index 0 of 3 and index 0 of 4 have the same way up. What holds, and is tested, is
stronger: a proof is accepted for other numbers if and only if the way up is the
same. That is why sizes must come from a signed checkpoint.
"""

from contextlib import suppress
from hashlib import sha256
from typing import TypeAlias

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.errors import ConsistencyError, InclusionError, LogError
from ledger.log.proof import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from ledger.log.tree import EMPTY_ROOT, Frontier, Nodes, leaf_hash, root_of

LARGEST = 70
ENTRIES = [b"entry %d" % number for number in range(LARGEST)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
NODES = Nodes(LEAVES)
Steps: TypeAlias = tuple[str, ...]

sizes = st.integers(1, LARGEST)
flips = st.binary(min_size=32, max_size=32).filter(any)


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(entries: list[bytes]) -> bytes:
    n = len(entries)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(n)
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    n = len(entries)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], *, known: bool) -> list[bytes]:
    n = len(entries)
    if m == n:
        return [] if known else [mth(entries)]
    k = split(n)
    if m <= k:
        return [*subproof(m, entries[:k], known=known), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], known=False), mth(entries[:k])]


def way_up(m: int, n: int) -> Steps:
    """Sides on which the siblings stand, lowest first."""
    if n == 1:
        return ()
    k = split(n)
    return (*way_up(m, k), "right") if m < k else (*way_up(m - k, n - k), "left")


def way_on(m: int, n: int, *, known: bool = True) -> Steps:
    """What each hash of a consistency proof is used for, first one first."""
    if m == n:
        return () if known else ("start",)
    k = split(n)
    if m <= k:
        return (*way_on(m, k, known=known), "right")
    return (*way_on(m - k, n - k, known=False), "left")


def flipped(value: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(value, mask, strict=True))


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@st.composite
def growths(draw: st.DrawFn) -> tuple[int, int]:
    new = draw(st.integers(2, LARGEST))
    return draw(st.integers(1, new - 1)), new


@given(st.lists(st.binary(max_size=40), max_size=LARGEST), st.data())
def test_every_way_to_a_root_agrees_with_the_oracle(
    entries: list[bytes], data: st.DataObject
) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    cut = data.draw(st.integers(0, len(entries)))
    frontier = Frontier().extend(leaves[:cut])
    reread = Frontier.from_bytes(frontier.to_bytes())
    assert reread == frontier
    assert frontier.root() == mth(entries[:cut])
    assert reread.extend(leaves[cut:]).root() == mth(entries)
    assert root_of(leaves) == mth(entries)
    assert Nodes(leaves).range_root(0, len(leaves)) == mth(entries)


@given(places())
def test_every_inclusion_proof_is_the_oracles_and_verifies(
    place: tuple[int, int],
) -> None:
    index, size = place
    proof = inclusion_proof(LEAVES, index, size)
    assert list(proof) == path(index, ENTRIES[:size])
    assert inclusion_proof(NODES, index, size) == proof
    verify_inclusion(LEAVES[index], index, size, proof, mth(ENTRIES[:size]))


@given(places(), places())
def test_an_inclusion_proof_holds_elsewhere_only_if_the_way_up_is_the_same(
    place: tuple[int, int], other: tuple[int, int]
) -> None:
    index, size = place
    proof = inclusion_proof(NODES, index, size)
    root = root_of(LEAVES[:size])
    is_accepted = False
    with suppress(InclusionError):
        verify_inclusion(LEAVES[index], *other, proof, root)
        is_accepted = True
    assert is_accepted == (way_up(*other) == way_up(*place))


@given(places(), st.integers(-3, LARGEST + 3))
def test_an_inclusion_proof_holds_at_no_other_index(
    place: tuple[int, int], other: int
) -> None:
    index, size = place
    assume(other != index)
    proof = inclusion_proof(NODES, index, size)
    with pytest.raises(InclusionError):
        verify_inclusion(LEAVES[index], other, size, proof, root_of(LEAVES[:size]))


@given(places(), flips, st.data())
def test_an_inclusion_proof_holds_with_no_changed_hash(
    place: tuple[int, int], mask: bytes, data: st.DataObject
) -> None:
    index, size = place
    proof = inclusion_proof(NODES, index, size)
    parts = [LEAVES[index], root_of(LEAVES[:size]), *proof]
    position = data.draw(st.integers(0, len(parts) - 1))
    parts[position] = flipped(parts[position], mask)
    leaf, root, *changed = parts
    with pytest.raises(InclusionError):
        verify_inclusion(leaf, index, size, changed, root)


@given(places(), st.data())
def test_an_inclusion_proof_holds_with_no_hash_more_or_less(
    place: tuple[int, int], data: st.DataObject
) -> None:
    index, size = place
    proof = list(inclusion_proof(NODES, index, size))
    is_shorter: bool = data.draw(st.booleans())
    if proof and is_shorter:
        del proof[data.draw(st.integers(0, len(proof) - 1))]
    else:
        extra = data.draw(st.sampled_from([EMPTY_ROOT, *LEAVES]))
        proof.insert(data.draw(st.integers(0, len(proof))), extra)
    with pytest.raises(InclusionError):
        verify_inclusion(LEAVES[index], index, size, proof, root_of(LEAVES[:size]))


@given(growths())
def test_every_consistency_proof_is_the_oracles_and_verifies(
    growth: tuple[int, int],
) -> None:
    old, new = growth
    proof = consistency_proof(LEAVES, old, new)
    assert list(proof) == subproof(old, ENTRIES[:new], known=True)
    assert consistency_proof(NODES, old, new) == proof
    verify_consistency(old, new, mth(ENTRIES[:old]), mth(ENTRIES[:new]), proof)


@given(growths(), growths())
def test_a_consistency_proof_holds_for_other_sizes_only_if_the_way_is_the_same(
    growth: tuple[int, int], other: tuple[int, int]
) -> None:
    proof = consistency_proof(NODES, *growth)
    roots = [root_of(LEAVES[:size]) for size in growth]
    is_accepted = False
    with suppress(ConsistencyError):
        verify_consistency(*other, roots[0], roots[1], proof)
        is_accepted = True
    assert is_accepted == (way_on(*other) == way_on(*growth))


@given(growths(), flips, st.data())
def test_a_consistency_proof_holds_with_no_changed_hash(
    growth: tuple[int, int], mask: bytes, data: st.DataObject
) -> None:
    parts = [root_of(LEAVES[:size]) for size in growth]
    parts += consistency_proof(NODES, *growth)
    position = data.draw(st.integers(0, len(parts) - 1))
    parts[position] = flipped(parts[position], mask)
    old_root, new_root, *changed = parts
    with pytest.raises(ConsistencyError):
        verify_consistency(*growth, old_root, new_root, changed)


@given(growths(), flips, st.data())
def test_a_changed_old_entry_breaks_consistency(
    growth: tuple[int, int], mask: bytes, data: st.DataObject
) -> None:
    old, new = growth
    forged = LEAVES[:new]
    position = data.draw(st.integers(0, old - 1))
    forged[position] = flipped(forged[position], mask)
    proof = consistency_proof(forged, old, new)
    with pytest.raises(ConsistencyError):
        verify_consistency(old, new, root_of(LEAVES[:old]), root_of(forged), proof)


@given(st.binary(max_size=120))
def test_any_bytes_are_one_frontier_or_refused(printed: bytes) -> None:
    with suppress(LogError):
        assert Frontier.from_bytes(printed).to_bytes() == printed
