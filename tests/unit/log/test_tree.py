from hashlib import sha256

import pytest

from ledger.errors import LogError
from ledger.log.tree import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    Nodes,
    leaf_hash,
    node_hash,
    root_of,
)

LEAVES = [leaf_hash(bytes([number])) for number in range(7)]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_of([]) == Frontier().root() == EMPTY_ROOT == sha256(b"").digest()


def test_a_leaf_and_a_node_over_the_same_bytes_differ() -> None:
    children = LEAVES[0] + LEAVES[1]
    assert leaf_hash(children) == sha256(b"\x00" + children).digest()
    assert node_hash(LEAVES[0], LEAVES[1]) == sha256(b"\x01" + children).digest()


def test_seven_leaves_join_as_rfc_6962_draws_them() -> None:
    # RFC 6962 §2.1.3 draws this tree: ((ab)(cd)) ((ef) g).
    a, b, c, d, e, f, g = LEAVES
    left = node_hash(node_hash(a, b), node_hash(c, d))
    right = node_hash(node_hash(e, f), g)
    assert root_of(LEAVES) == node_hash(left, right)
    assert Nodes(LEAVES).range_root(0, 7) == node_hash(left, right)
    assert Nodes(LEAVES).range_root(4, 7) == right
    assert Nodes(LEAVES).range_root(3, 3) == EMPTY_ROOT


def test_a_frontier_grows_leaf_by_leaf_into_the_same_tree() -> None:
    frontier = Frontier()
    for count, leaf in enumerate(LEAVES, start=1):
        frontier = frontier.append(leaf)
        assert frontier.size == count
        assert frontier.root() == root_of(LEAVES[:count])
    assert frontier == Frontier().extend(LEAVES)


def test_a_frontier_is_a_value_that_appending_leaves_alone() -> None:
    before = Frontier().extend(LEAVES[:3])
    before.append(LEAVES[3])
    assert before.size == 3
    assert before.root() == root_of(LEAVES[:3])


@pytest.mark.parametrize(
    ("size", "count"), [(1, 0), (0, 1), (3, 1), (4, 2), (-1, 1), (MAX_SIZE + 1, 1)]
)
def test_a_frontier_has_one_hash_for_each_set_bit(size: int, count: int) -> None:
    with pytest.raises(LogError, match="one hash for each complete subtree"):
        Frontier(size=size, hashes=tuple(LEAVES[:count]))


def test_a_printed_frontier_is_refused_with_any_byte_more_or_less() -> None:
    printed = Frontier().extend(LEAVES).to_bytes()
    assert Frontier.from_bytes(printed) == Frontier().extend(LEAVES)
    for wrong in (b"", printed[:-1], printed + b"\0", printed[:8], printed[1:]):
        with pytest.raises(LogError):
            Frontier.from_bytes(wrong)


def test_a_printed_frontier_beyond_the_largest_size_is_refused() -> None:
    with pytest.raises(LogError):
        Frontier.from_bytes((1 << 63).to_bytes(8, "big") + LEAVES[0])


@pytest.mark.parametrize("wrong", [b"", LEAVES[0][:31], LEAVES[0] + LEAVES[1]])
def test_hashes_of_another_length_enter_no_tree(wrong: bytes) -> None:
    with pytest.raises(LogError, match="32 bytes"):
        root_of([*LEAVES, wrong])
    with pytest.raises(LogError, match="32 bytes"):
        Frontier().append(wrong)
    with pytest.raises(LogError, match="32 bytes"):
        Frontier(size=1, hashes=(wrong,))
    with pytest.raises(LogError, match="32 bytes"):
        Nodes([wrong])
