import pytest

from ledger.errors import ConsistencyError, InclusionError
from ledger.log.proof import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from ledger.log.tree import EMPTY_ROOT, Nodes, leaf_hash, node_hash, root_of

LEAVES = [leaf_hash(bytes([number])) for number in range(7)]
ROOTS = [root_of(LEAVES[:size]) for size in range(8)]
AB = node_hash(LEAVES[0], LEAVES[1])
CD = node_hash(LEAVES[2], LEAVES[3])
EF = node_hash(LEAVES[4], LEAVES[5])
ABCD = node_hash(AB, CD)


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (0, (LEAVES[1], CD, node_hash(EF, LEAVES[6]))),
        (3, (LEAVES[2], AB, node_hash(EF, LEAVES[6]))),
        (4, (LEAVES[5], LEAVES[6], ABCD)),
        (6, (EF, ABCD)),
    ],
)
def test_audit_paths_are_those_of_rfc_6962(
    index: int, expected: tuple[bytes, ...]
) -> None:
    # RFC 6962 §2.1.3 lists exactly these four.
    assert inclusion_proof(LEAVES, index, 7) == expected
    assert inclusion_proof(Nodes(LEAVES), index, 7) == expected


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        (3, (LEAVES[2], LEAVES[3], AB, node_hash(EF, LEAVES[6]))),
        (4, (node_hash(EF, LEAVES[6]),)),
        (6, (EF, LEAVES[6], ABCD)),
    ],
)
def test_consistency_proofs_are_those_of_rfc_6962(
    old: int, expected: tuple[bytes, ...]
) -> None:
    assert consistency_proof(LEAVES, old, 7) == expected
    assert consistency_proof(Nodes(LEAVES), old, 7) == expected


def test_the_only_leaf_needs_no_proof() -> None:
    assert inclusion_proof(LEAVES, 0, 1) == ()
    verify_inclusion(LEAVES[0], 0, 1, (), ROOTS[1])


@pytest.mark.parametrize(("index", "size"), [(-1, 7), (7, 7), (0, 8), (0, 0)])
def test_no_proof_is_made_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(InclusionError) as caught:
        inclusion_proof(LEAVES, index, size)
    assert caught.value.facts == {"index": index, "tree_size": size}


@pytest.mark.parametrize(("old", "new"), [(-1, 7), (7, 6), (1, 8)])
def test_no_proof_is_made_between_trees_that_are_not_there(old: int, new: int) -> None:
    with pytest.raises(ConsistencyError) as caught:
        consistency_proof(LEAVES, old, new)
    assert caught.value.facts == {"old_size": old, "new_size": new}


@pytest.mark.parametrize("index", [-1, 7, 2**64 - 1])
def test_an_index_outside_the_tree_is_refused(index: int) -> None:
    with pytest.raises(InclusionError, match="inside the tree"):
        verify_inclusion(LEAVES[6], index, 7, (EF, ABCD), ROOTS[7])


def test_an_inclusion_proof_too_short_too_long_or_astray_is_refused() -> None:
    with pytest.raises(InclusionError, match="longer proof"):
        verify_inclusion(LEAVES[6], 6, 7, (EF,), ROOTS[7])
    with pytest.raises(InclusionError, match="shorter proof"):
        verify_inclusion(LEAVES[6], 6, 7, (EF, ABCD, ABCD), ROOTS[7])
    with pytest.raises(InclusionError, match="leads to the root"):
        verify_inclusion(LEAVES[6], 6, 7, (ABCD, EF), ROOTS[7])


def test_a_node_cannot_be_smuggled_in_as_two_glued_hashes() -> None:
    glued = LEAVES[0] + LEAVES[1]
    for leaf, proof, root in (
        (glued, (), ROOTS[2]),
        (LEAVES[0], (glued,), ROOTS[2]),
        (LEAVES[0], (LEAVES[1],), ROOTS[2][:31]),
    ):
        with pytest.raises(InclusionError, match="32 bytes"):
            verify_inclusion(leaf, 0, 2, proof, root)
    with pytest.raises(ConsistencyError, match="32 bytes"):
        verify_consistency(1, 2, ROOTS[1], ROOTS[2], (LEAVES[1][:31],))


def test_the_empty_tree_is_consistent_with_itself_and_every_other() -> None:
    assert consistency_proof(LEAVES, 0, 0) == consistency_proof(LEAVES, 0, 7) == ()
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())
    verify_consistency(0, 7, EMPTY_ROOT, ROOTS[7], ())


@pytest.mark.parametrize("new_size", [0, 1, 7])
def test_no_tree_continues_an_empty_one_with_an_invented_root(new_size: int) -> None:
    invented = leaf_hash(b"invented")
    for new_root in (invented, ROOTS[new_size]):
        with pytest.raises(ConsistencyError, match="empty tree's root"):
            verify_consistency(0, new_size, invented, new_root, ())


def test_an_empty_tree_or_equal_sizes_take_an_empty_proof_only() -> None:
    with pytest.raises(ConsistencyError, match="an empty proof"):
        verify_consistency(0, 7, EMPTY_ROOT, ROOTS[7], (ROOTS[7],))
    with pytest.raises(ConsistencyError, match="an empty proof"):
        verify_consistency(7, 7, ROOTS[7], ROOTS[7], (ROOTS[7],))


def test_two_roots_at_one_size_are_a_split_view() -> None:
    with pytest.raises(ConsistencyError, match="equal roots"):
        verify_consistency(7, 7, ROOTS[7], ROOTS[6], ())
    with pytest.raises(ConsistencyError, match="equal roots"):
        verify_consistency(0, 0, EMPTY_ROOT, ROOTS[1], ())


@pytest.mark.parametrize(("old", "new"), [(7, 6), (-1, 7), (1, 0)])
def test_a_log_that_shrank_is_refused(old: int, new: int) -> None:
    with pytest.raises(ConsistencyError, match="shrunk"):
        verify_consistency(old, new, ROOTS[6], ROOTS[7], (EF,))


def test_a_consistency_proof_too_short_too_long_or_astray_is_refused() -> None:
    proof = consistency_proof(LEAVES, 6, 7)
    with pytest.raises(ConsistencyError, match="expected a proof; met an empty one"):
        verify_consistency(6, 7, ROOTS[6], ROOTS[7], ())
    with pytest.raises(ConsistencyError, match="longer proof"):
        verify_consistency(6, 7, ROOTS[6], ROOTS[7], proof[:-1])
    with pytest.raises(ConsistencyError, match="shorter proof"):
        verify_consistency(6, 7, ROOTS[6], ROOTS[7], (*proof, ABCD))
    with pytest.raises(ConsistencyError, match="gives the old root"):
        verify_consistency(6, 7, ROOTS[5], ROOTS[7], proof)
    with pytest.raises(ConsistencyError, match="gives the new root"):
        verify_consistency(6, 7, ROOTS[6], ROOTS[5], proof)
