"""Inclusion and consistency proofs: made after RFC 6962, checked after RFC 9162.

The checks follow RFC 9162 §2.1.3.2 and §2.1.4.2 step by step; the numbers in the
comments are the numbers there. Two things that those pages leave to the caller
are done here: hashes of another length are refused, and the empty tree gets
rules of its own (`verify_consistency`).

What a proof cannot show: a root does not commit to its size, so sizes must come
from a verified checkpoint, never from whoever hands over the proof.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from ledger.errors import ConsistencyError, InclusionError
from ledger.log.tree import EMPTY_ROOT, HASH_BYTES, node_hash, root_of

RangeRoot: TypeAlias = Callable[[int, int], bytes]


@runtime_checkable
class Subtrees(Protocol):
    """A tree that knows its nodes: `Nodes` in memory, `TileTree` from tiles."""

    def __len__(self) -> int:
        """Number of leaves."""
        ...

    def range_root(self, start: int, end: int) -> bytes:
        """The root over leaves start to end, for ranges as RFC 6962 asks for them."""
        ...


Leaves: TypeAlias = Sequence[bytes] | Subtrees
"""Leaf hashes; as `Subtrees` when more than a few proofs are wanted of one tree."""


def inclusion_proof(leaf_hashes: Leaves, index: int, size: int) -> tuple[bytes, ...]:
    """Make the audit path of one leaf in the tree of the first `size` leaves.

    Costs one hashing of the tree from a sequence, and some 2 × log2(size)
    hashes from `Subtrees`.

    Raises:
        InclusionError: there is no such leaf in a tree of that size.
    """
    if not 0 <= index < size <= len(leaf_hashes):
        raise InclusionError(
            f"an index below the tree size, and at most {len(leaf_hashes)} leaves",
            met=f"index {index} in a tree of {size}",
            advice="Ask for an entry that the checkpoint covers.",
            index=index,
            tree_size=size,
        )
    root = _range_root(leaf_hashes)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(root(middle, end))
            end = middle
        else:
            path.append(root(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_proof(leaf_hashes: Leaves, old: int, new: int) -> tuple[bytes, ...]:
    """Prove that the tree of the first `old` leaves is a prefix of that of `new`.

    Empty when the sizes are equal or the old tree is empty: there is nothing
    to prove then that sizes and roots do not show.

    Raises:
        ConsistencyError: the old size is above the new, or leaves are missing.
    """
    if not 0 <= old <= new <= len(leaf_hashes):
        raise ConsistencyError(
            f"an old size up to the new, and at most {len(leaf_hashes)} leaves",
            met=f"sizes {old} and {new}",
            advice="Give the smaller tree first.",
            old_size=old,
            new_size=new,
        )
    if old in (0, new):
        return ()
    root = _range_root(leaf_hashes)
    path: list[bytes] = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(root(middle, end))
            end = middle
        else:
            path.append(root(start, middle))
            start = middle
    if start > 0:  # otherwise the verifier has this hash: it is the old root
        path.append(root(start, end))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf hash stands at an index of the tree with this root.

    Args:
        leaf: the leaf *hash*, computed by the verifier from the entry's bytes.
        index: position counted from 0.
        size: number of leaves, from a verified checkpoint.
        proof: the audit path, lowest node first.
        root: the root, from the same checkpoint.

    Raises:
        InclusionError: the proof does not lead from this leaf to this root.
    """
    if any(len(part) != HASH_BYTES for part in (leaf, root, *proof)):
        raise _not_included(f"hashes of {HASH_BYTES} bytes", "other lengths", size)
    # 1. The index must lie inside the tree.
    if not 0 <= index < size:
        raise _not_included("an index inside the tree", f"index {index}", size)
    # 2, 3. Walk up from the leaf (node) beside the last leaf (last).
    node, last = index, size - 1
    met = leaf
    # 4. Each hash of the path is a sibling on the way up.
    for sibling in proof:
        # 4a. The way is over, but hashes are left.
        if last == 0:
            raise _not_included("a shorter proof", f"{len(proof)} hashes", size)
        # 4b. Right child, or last node of an uneven level: sibling is on the left.
        if node & 1 or node == last:
            met = node_hash(sibling, met)
            node, last = _skip_uneven(node, last)
        else:
            met = node_hash(met, sibling)
        # 4c. One level up.
        node, last = node >> 1, last >> 1
    # 5. The way must end exactly at the root.
    if last != 0:
        raise _not_included("a longer proof", f"{len(proof)} hashes", size)
    if met != root:
        raise _not_included("a proof that leads to the root", "another root", size)


def verify_consistency(
    old_size: int,
    new_size: int,
    old_root: bytes,
    new_root: bytes,
    proof: Sequence[bytes],
) -> None:
    """Check that the new tree has every leaf of the old one, in the same places.

    Beyond RFC 9162, which starts at size 1: the empty tree has one root only,
    equal sizes need equal roots, and both cases need an empty proof. From the
    empty tree every other tree is a continuation, so 0 to n with the right old
    root is accepted and says nothing about the new root.

    Raises:
        ConsistencyError: the proof does not connect these two trees.
    """
    sizes, roots = (old_size, new_size), (old_root, new_root)
    if not 0 <= old_size <= new_size:
        raise _not_consistent("an old size up to the new", "a shrunk tree", sizes)
    if old_size in (0, new_size):
        _check_unproven(sizes, roots, proof)
        return
    _check_lengths((*roots, *proof), sizes)
    old_met, new_met = _roots_from_proof(sizes, old_root, proof)
    # 7. Both roots must come out.
    if old_met != old_root:
        raise _not_consistent("a proof that gives the old root", "another", sizes)
    if new_met != new_root:
        raise _not_consistent("a proof that gives the new root", "another", sizes)


def _check_unproven(
    sizes: tuple[int, int], roots: tuple[bytes, bytes], proof: Sequence[bytes]
) -> None:
    """Check the two cases that sizes and roots decide without a proof."""
    # The textbook check never looks at the roots of empty trees: whoever serves
    # the log could "start" it from any invented root.
    if sizes[0] == 0 and roots[0] != EMPTY_ROOT:
        raise _not_consistent("the empty tree's root", "another root", sizes)
    if proof:
        raise _not_consistent("an empty proof", f"{len(proof)} hashes", sizes)
    # Equal sizes ask for equality and nothing else, as the published vectors do:
    # what a root looks like is for the checkpoint to say (ledger/log/checkpoint.py).
    if sizes[0] != sizes[1]:
        _check_lengths(roots, sizes)
    elif roots[0] != roots[1]:
        raise _not_consistent("equal roots at equal sizes", "two roots", sizes)


def _check_lengths(hashes: Sequence[bytes], sizes: tuple[int, int]) -> None:
    if any(len(part) != HASH_BYTES for part in hashes):
        raise _not_consistent(f"hashes of {HASH_BYTES} bytes", "other lengths", sizes)


def _roots_from_proof(
    sizes: tuple[int, int], old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Compute both roots; steps 1 to 6 of RFC 9162 §2.1.4.2, and the end of 7."""
    old_size, new_size = sizes
    # 1. Trees of different sizes cannot be connected by nothing.
    if not proof:
        raise _not_consistent("a proof", "an empty one", sizes)
    # 2. A complete old tree is itself the first node; the proof leaves it out.
    is_complete = old_size & (old_size - 1) == 0
    path = [old_root, *proof] if is_complete else list(proof)
    # 3. Walk up from the old tree's last leaf beside the new tree's.
    node, last = old_size - 1, new_size - 1
    # 4. Start at the highest complete subtree that ends the old tree.
    while node & 1:
        node, last = node >> 1, last >> 1
    # 5. Both trees have it.
    old_met = new_met = path[0]
    # 6. Each further hash is a sibling on the way up.
    for sibling in path[1:]:
        # 6a. The way is over, but hashes are left.
        if last == 0:
            raise _not_consistent("a shorter proof", f"{len(proof)} hashes", sizes)
        # 6b. A left sibling is in both trees, a right one in the new only.
        if node & 1 or node == last:
            old_met = node_hash(sibling, old_met)
            new_met = node_hash(sibling, new_met)
            node, last = _skip_uneven(node, last)
        else:
            new_met = node_hash(new_met, sibling)
        # 6c. One level up.
        node, last = node >> 1, last >> 1
    # 7. (first part) The way must end exactly at the root.
    if last != 0:
        raise _not_consistent("a longer proof", f"{len(proof)} hashes", sizes)
    return old_met, new_met


def _skip_uneven(node: int, last: int) -> tuple[int, int]:
    """Climb the levels where the last node has no sibling and is carried up."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _split(count: int) -> int:
    """Give the largest power of two below a count of at least two."""
    return 1 << (count - 1).bit_length() - 1


def _range_root(leaf_hashes: Leaves) -> RangeRoot:
    if isinstance(leaf_hashes, Subtrees):
        return leaf_hashes.range_root
    return lambda start, end: root_of(leaf_hashes[start:end])


def _not_included(expected: str, met: str, size: int) -> InclusionError:
    return InclusionError(
        expected,
        met=met,
        advice="Do not rely on this entry; ask the log's owner for a new proof.",
        tree_size=size,
    )


def _not_consistent(
    expected: str, met: str, sizes: tuple[int, int]
) -> ConsistencyError:
    return ConsistencyError(
        expected,
        met=met,
        advice="Keep both checkpoints: two that do not connect are evidence.",
        old_size=sizes[0],
        new_size=sizes[1],
    )
